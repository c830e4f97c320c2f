// SPDX-License-Identifier: GPL-2.0-only
/*
 * witness.c - a recording of a real kernel, judged by the functions that judge mm.
 *
 *   file, stdin or zstd  --blocks-->  lines  --ftrace.c-->  mm_event  --model_event()-->  NULL or a sentence
 *
 * A recording begins in the middle of a life: a frame is unknown until it is first mentioned, and a free of
 * an unknown frame is counted, not accused. Nor is a second free accused: the kernel allocates in bulk
 * (vmalloc) and for compaction without an event, so that the recording of a healthy kernel frees some frames
 * twice in a row. Where events are missing (LOST lines, a CPU's buffer that starts late, an event of ours
 * that cannot be read) every frame becomes unknown again: no accusation rests on an event that nobody saw.
 * The order of lines is believed.
 *
 * A violation is printed with the last events about its frames. They are looked up in a ring of the last
 * events; for frames whose last event left the ring, `mention` still tells its line. After a violation the
 * model follows the event.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ftrace.h"
#include "model_witness.h"
#include "witness.h"

#define BLOCK_BYTES   (1 << 20)
#define MAX_LINE      4096 /* no event is longer */
#define RING_EVENTS   4096
#define WINDOW_EVENTS 8
#define MAX_PRINTED   20
#define KEPT_TEXT     200
#define EXIT_NO_ZSTD  127
#define NS_UNKNOWN    1000000000ULL /* a clock that does not tell: between two events there was time for everything */
#define MEMMAP	      0xffffea0000000000ULL /* x86-64: struct page 0, when KASLR moves nothing */
#define MEMMAP_BYTES  64

/* Bytes that an event is about: of frames, from 0 on; of objects, by address. */
struct span {
	u64 start, end;
};

/* An event as it was read. */
struct seen {
	struct span span;
	u64 line;
	u16 bytes;
	char text[KEPT_TEXT];
};

struct witness {
	struct model *m;
	struct witness_result *r;
	FILE *out; /* NULL: silent */
	bool verbose;
	bool in_long_line;
	struct seen *ring;
	u64 nr_seen;
	u64 *mention; /* per frame, the line of its last event; 0 none */
	bool map_is_known; /* a page event told whether frames of objects are known */
	struct ftrace ftrace;
};

static const char *const event_names[NR_EVENT_TYPES] = {
	[EVENT_PAGE_ALLOC_ZONE_LOCKED] = "mm_page_alloc_zone_locked",
	[EVENT_PAGE_ALLOC] = "mm_page_alloc",
	[EVENT_PAGE_FREE] = "mm_page_free",
	[EVENT_PAGE_FREE_BATCHED] = "mm_page_free_batched",
	[EVENT_KMALLOC] = "kmalloc",
	[EVENT_KFREE] = "kfree",
	[EVENT_KMEM_CACHE_ALLOC] = "kmem_cache_alloc",
	[EVENT_KMEM_CACHE_FREE] = "kmem_cache_free",
};

/* --- life
 * ------------------------------------------------------------------------------------------------------------
 */

static void witness_close(struct witness *w)
{
	if (!w)
		return;
	if (w->mention)
		munmap(w->mention, w->m->nr_frames * sizeof(*w->mention));
	free(w->ring);
	free(w);
}

static struct witness *witness_open(struct model *m, struct witness_result *r, FILE *out)
{
	struct witness *w = calloc(1, sizeof(*w));
	void *mention = mmap(NULL, m->nr_frames * sizeof(u64), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (!w) {
		if (mention != MAP_FAILED)
			munmap(mention, m->nr_frames * sizeof(u64));
		return NULL;
	}
	w->m = m;
	w->r = r;
	w->out = out;
	w->mention = mention == MAP_FAILED ? NULL : mention;
	w->ring = calloc(RING_EVENTS, sizeof(*w->ring));
	if (w->mention && w->ring)
		return w;
	witness_close(w);
	return NULL;
}

/* --- what was seen
 * ----------------------------------------------------------------------------------------------------- */

static bool is_of_object(const struct mm_event *ev)
{
	return ev->type >= EVENT_KMALLOC;
}

static bool is_hand_out(const struct mm_event *ev)
{
	return ev->type == EVENT_PAGE_ALLOC || ev->type == EVENT_KMALLOC || ev->type == EVENT_KMEM_CACHE_ALLOC;
}

static struct span span_of(const struct mm_event *ev)
{
	if (is_of_object(ev))
		return (struct span){ev->address, ev->address + (is_hand_out(ev) && ev->bytes_alloc ? ev->bytes_alloc : 1)};
	return (struct span){ev->pfn << 12, (ev->pfn + (1ULL << ev->order)) << 12};
}

static void remember(struct witness *w, const struct mm_event *ev, const char *text, size_t bytes)
{
	struct seen *s = &w->ring[w->nr_seen++ % RING_EVENTS];

	while (bytes && *text == ' ') {
		text++;
		bytes--;
	}
	s->span = span_of(ev);
	s->line = w->r->lines;
	s->bytes = (u16)(bytes < KEPT_TEXT ? bytes : KEPT_TEXT);
	memcpy(s->text, text, s->bytes);
	for (u64 i = 0; !is_of_object(ev) && i < 1ULL << ev->order; i++)
		w->mention[ev->pfn + i] = w->r->lines;
}

static bool overlap(struct span a, struct span b)
{
	return a.start < b.end && b.start < a.end;
}

/* Task names are the recording's: no byte of it shall command a terminal. */
static void print_text(FILE *out, const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		fputc(text[i] >= ' ' && text[i] < 127 ? text[i] : '?', out);
	fputc('\n', out);
}

/* The last events about these bytes, oldest first. */
static unsigned find_window(const struct witness *w, struct span span,
			    const struct seen *window[WINDOW_EVENTS])
{
	u64 oldest = w->nr_seen > RING_EVENTS ? w->nr_seen - RING_EVENTS : 0;
	unsigned n = 0;

	for (u64 i = w->nr_seen; i-- > oldest && n < WINDOW_EVENTS;)
		if (overlap(w->ring[i % RING_EVENTS].span, span))
			window[n++] = &w->ring[i % RING_EVENTS];
	for (unsigned i = 0; i < n / 2; i++) {
		const struct seen *swap = window[i];

		window[i] = window[n - 1 - i];
		window[n - 1 - i] = swap;
	}
	return n;
}

/* Frames whose last event is no longer in the ring: the line is all that is left of it. */
static void print_old_mentions(const struct witness *w, const struct mm_event *ev)
{
	u64 oldest = w->nr_seen > RING_EVENTS ? w->ring[w->nr_seen % RING_EVENTS].line : 0, last = 0;

	for (u64 pfn = ev->pfn; pfn < ev->pfn + (1ULL << ev->order); pfn++) {
		u64 line = w->mention[pfn];

		if (line && line < oldest && line != last)
			fprintf(w->out, "  line %llu: the last event about pfn %#llx\n",
				(unsigned long long)line, (unsigned long long)pfn);
		last = line;
	}
}

/* --- judging
 * -------------------------------------------------------------------------------------------------------------
 */

static void print_violation(const struct witness *w, const char *sentence, const struct ftrace_line *l,
			    const char *text, size_t bytes)
{
	struct span span = span_of(&l->ev);
	const struct seen *window[WINDOW_EVENTS];
	unsigned n = find_window(w, span, window);

	fprintf(w->out, "violation %llu, line %llu, time %.*s, ", (unsigned long long)w->r->violations,
		(unsigned long long)w->r->lines, l->time_bytes, l->time);
	if (is_of_object(&l->ev))
		fprintf(w->out, "address %#llx: %s\n", (unsigned long long)span.start, sentence);
	else
		fprintf(w->out, "frames %#llx..%#llx: %s\n", (unsigned long long)(span.start >> 12),
			(unsigned long long)((span.end >> 12) - 1), sentence);
	if (!is_of_object(&l->ev))
		print_old_mentions(w, &l->ev);
	for (unsigned i = 0; i < n; i++) {
		fprintf(w->out, "  line %llu: ", (unsigned long long)window[i]->line);
		print_text(w->out, window[i]->text, window[i]->bytes);
	}
	fprintf(w->out, "> line %llu: ", (unsigned long long)w->r->lines);
	while (bytes && *text == ' ') {
		text++;
		bytes--;
	}
	print_text(w->out, text, bytes);
}

static void violation(struct witness *w, const char *sentence, const struct ftrace_line *l, const char *text,
		      size_t bytes)
{
	struct witness_result *r = w->r;

	if (!r->violations++) {
		r->first_violation = r->lines;
		snprintf(r->sentence, sizeof(r->sentence), "%s", sentence);
	}
	if (w->out && r->violations <= MAX_PRINTED)
		print_violation(w, sentence, l, text, bytes);
	model_witness_force(w->m, &l->ev);
}

static void judge(struct witness *w, const struct ftrace_line *l, const char *text, size_t bytes)
{
	u64 unknown = w->m->unknown;
	const char *bad;

	w->r->judged++;
	w->r->no_context += is_hand_out(&l->ev) && !l->has_context;
	w->m->now_ns = l->has_ns ? l->ns : w->m->now_ns + NS_UNKNOWN;
	w->r->unannounced += model_witness_unannounced(w->m, &l->ev);
	bad = model_event(w->m, &l->ev);
	if (bad)
		violation(w, bad, l, text, bytes);
	else if (w->out && w->verbose && w->m->unknown != unknown)
		fprintf(w->out, "line %llu: %s of %s%#llx, whose allocation was not recorded\n",
			(unsigned long long)w->r->lines, event_names[l->ev.type],
			is_of_object(&l->ev) ? "" : "pfn ", (unsigned long long)l->ev.pfn);
	remember(w, &l->ev, text, bytes);
}

/* The array of struct page is not where it would be without KASLR: nor is the map of all frames, then. */
static void look_at_map(struct witness *w, const struct ftrace_line *l)
{
	if (w->map_is_known || !l->page)
		return;
	w->map_is_known = true;
	model_witness_direct_map(w->m, l->page == MEMMAP + l->ev.pfn * MEMMAP_BYTES);
}

static bool is_followed(const struct witness *w, const struct mm_event *ev)
{
	struct span s = span_of(ev);

	if (is_of_object(ev))
		return model_witness_follows(w->m, s.start, s.end - s.start);
	return ev->pfn < w->m->nr_frames && 1ULL << ev->order <= w->m->nr_frames - ev->pfn;
}

static void judge_if_followed(struct witness *w, struct ftrace_line *l, const char *text, size_t bytes)
{
	if (!is_of_object(&l->ev))
		look_at_map(w, l);
	else if (l->cache)
		l->ev.cache = (u8)model_witness_cache(w->m, l->cache, (size_t)l->cache_bytes);
	if (is_followed(w, &l->ev)) {
		judge(w, l, text, bytes);
		return;
	}
	if (!w->r->beyond++)
		w->r->first_beyond = w->r->lines;
}

/* --- lines
 * ---------------------------------------------------------------------------------------------------------------
 */

static void gap(struct witness *w, u64 lost)
{
	w->r->gaps++;
	w->r->lost += lost;
	model_witness_forget(w->m);
}

static void skip_line(struct witness *w)
{
	if (!w->r->skipped_lines++)
		w->r->first_skipped = w->r->lines;
}

static void count(struct witness_result *r, enum ftrace_kind kind, const struct ftrace_line *l)
{
	bool page = kind == FTRACE_PAGE || kind == FTRACE_NO_PAGE;
	bool object = kind == FTRACE_OBJECT || kind == FTRACE_NO_OBJECT || kind == FTRACE_HASHED;
	bool nothing = kind == FTRACE_NO_PAGE || kind == FTRACE_NO_OBJECT;

	r->events += page || object || kind == FTRACE_OTHER;
	r->page_events += page;
	r->object_events += object;
	r->hashed += kind == FTRACE_HASHED;
	r->failed_allocs += nothing && is_hand_out(&l->ev);
	r->freed_nothing += nothing && !is_hand_out(&l->ev);
}

static void read_line(struct witness *w, const char *text, size_t bytes)
{
	struct ftrace_line l = {0};
	enum ftrace_kind kind;

	if (bytes && text[bytes - 1] == '\r')
		bytes--;
	kind = bytes <= MAX_LINE ? ftrace_read(&w->ftrace, text, bytes, &l) : FTRACE_NOISE;
	count(w->r, kind, &l);
	if (kind == FTRACE_NOTE && l.nr_cpus)
		model_witness_cpus(w->m, l.nr_cpus);
	if (kind == FTRACE_PAGE || kind == FTRACE_OBJECT)
		judge_if_followed(w, &l, text, bytes);
	else if (kind == FTRACE_GAP)
		gap(w, l.lost);
	else if (kind == FTRACE_NOISE || kind == FTRACE_UNREADABLE)
		skip_line(w);
	if (kind == FTRACE_UNREADABLE)
		gap(w, 1);
}

/* Reads the whole lines; returns the bytes used. */
static size_t read_lines(struct witness *w, const char *text, size_t bytes)
{
	const char *at = text, *end = text + bytes, *newline;

	while (at < end && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		w->r->lines++;
		if (w->in_long_line)
			skip_line(w);
		else
			read_line(w, at, (size_t)(newline - at));
		w->in_long_line = false;
		at = newline + 1;
	}
	return (size_t)(at - text);
}

/* A last line without its newline may be cut anywhere, within a number too: it is not read. */
static void end_of_text(struct witness *w, size_t rest)
{
	if (rest || w->in_long_line) {
		w->r->lines++;
		skip_line(w);
	}
	w->r->matched = w->m->frees_matched;
	w->r->unknown = w->m->unknown;
	w->r->objects = model_witness_objects(w->m);
	w->r->unknown_flags = w->ftrace.unknown_flags;
	memcpy(w->r->unknown_flag, w->ftrace.unknown_name, sizeof(w->r->unknown_flag));
}

u64 witness_buffer(struct model *m, const char *text, size_t bytes, struct witness_result *r)
{
	struct witness *w = witness_open(m, r, NULL);
	u64 before = r->judged;

	if (!w)
		return 0;
	end_of_text(w, bytes - read_lines(w, text, bytes));
	witness_close(w);
	return r->judged - before;
}

/* --- input
 * ----------------------------------------------------------------------------------------------------------------
 */

struct input {
	const char *path;
	FILE *err;
	int fd;
	pid_t zstd; /* 0: none */
};

static int complain(const struct input *in, int code, const char *what)
{
	fprintf(in->err, "%s: %s\n", in->path, what);
	return code;
}

static bool begins_packed(const char *text, size_t bytes)
{
	return bytes >= 4 && !memcmp(text, "\x28\xb5\x2f\xfd", 4);
}

static bool is_packed(const struct input *in)
{
	size_t n = strlen(in->path);
	off_t at = lseek(in->fd, 0, SEEK_CUR);
	char magic[4];

	if (n > 4 && !strcmp(in->path + n - 4, ".zst"))
		return true;
	return at >= 0 && pread(in->fd, magic, 4, at) == 4 && begins_packed(magic, 4);
}

/*
 * The child: zstd gets the open file as its input, so no name passes through a shell or looks like an option.
 * Not posix_spawn: <spawn.h> wants the system's sched.h, and here that name is the simulated machine's.
 */
static void become_zstd(int from, int to)
{
	int silent = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (dup2(from, 0) >= 0 && dup2(to, 1) >= 0 && (silent < 0 || dup2(silent, 2) >= 0))
		execlp("zstd", "zstd", "-dc", (char *)NULL);
	_exit(EXIT_NO_ZSTD);
}

static int unpack(struct input *in)
{
	int pipe_fd[2];

	if (pipe2(pipe_fd, O_CLOEXEC))
		return complain(in, 3, strerror(errno));
	in->zstd = fork();
	if (!in->zstd)
		become_zstd(in->fd, pipe_fd[1]);
	close(pipe_fd[1]);
	close(in->fd);
	in->fd = pipe_fd[0];
	if (in->zstd > 0)
		return 0;
	close(in->fd);
	return complain(in, 3, strerror(errno));
}

static int open_input(struct input *in)
{
	in->fd = strcmp(in->path, "-") ? open(in->path, O_RDONLY | O_CLOEXEC) : fcntl(0, F_DUPFD_CLOEXEC, 3);
	if (in->fd < 0)
		return complain(in, 2, strerror(errno));
	return is_packed(in) ? unpack(in) : 0;
}

static int close_input(struct input *in)
{
	int status = 0;

	close(in->fd);
	if (!in->zstd)
		return 0;
	while (waitpid(in->zstd, &status, 0) < 0 && errno == EINTR)
		;
	if (!status)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_ZSTD)
		return complain(in, 3, "packed by zstd, and there is no zstd here to unpack it");
	return complain(in, 2, "zstd could not unpack all of it: not a zstd file, or damaged or cut");
}

static ssize_t read_some(int fd, char *to, size_t room)
{
	ssize_t n;

	do
		n = read(fd, to, room);
	while (n < 0 && errno == EINTR);
	return n;
}

/* Whole lines are read from the block, the rest moves to its start; a line that fills the block is dropped.
 */
static int read_blocks(struct witness *w, const struct input *in, char *block)
{
	size_t have = 0, used;
	ssize_t n;

	while ((n = read_some(in->fd, block + have, BLOCK_BYTES - have)) > 0) {
		have += (size_t)n;
		if (!w->r->lines && begins_packed(block, have))
			return complain(in, 2, "packed by zstd, in a pipe: unpack it with zstd -dc first");
		used = read_lines(w, block, have);
		have -= used;
		memmove(block, block + used, have);
		w->in_long_line |= have == BLOCK_BYTES;
		have = have == BLOCK_BYTES ? 0 : have;
	}
	if (n < 0)
		return complain(in, 2, strerror(errno));
	end_of_text(w, have);
	return 0;
}

/* --- the report
 * --------------------------------------------------------------------------------------------------------------
 */

typedef unsigned long long ull;

static void print_notes(const struct witness_result *r, FILE *out)
{
	if (r->violations > MAX_PRINTED)
		fprintf(out, "%llu more violations are not shown\n", (ull)(r->violations - MAX_PRINTED));
	if (r->gaps)
		fprintf(out, "gaps: %llu, %llu events lost; all is unknown after a gap\n",
			(ull)r->gaps, (ull)r->lost);
	if (r->unannounced)
		fprintf(out,
			"unannounced: %llu of the unknown frees are of frames last seen free: allocated "
			"without an event\n",
			(ull)r->unannounced);
	if (r->failed_allocs)
		fprintf(out, "failed allocations: %llu\n", (ull)r->failed_allocs);
	if (r->freed_nothing)
		fprintf(out, "frees of nothing: %llu\n", (ull)r->freed_nothing);
	if (r->hashed)
		fprintf(out, "no addresses: %llu events of objects are not judged; record with the option nohash-ptr\n", (ull)r->hashed);
	if (r->no_context)
		fprintf(out, "no flags column: %llu allocations not judged for sleeping\n",
			(ull)r->no_context);
	if (r->unknown_flags)
		fprintf(out, "unknown gfp flags: %llu, the first is %s\n", (ull)r->unknown_flags,
			r->unknown_flag);
	if (r->skipped_lines)
		fprintf(out, "lines not readable: %llu, the first is line %llu\n", (ull)r->skipped_lines,
			(ull)r->first_skipped);
}

static void print_objects(const struct witness_result *r, FILE *out)
{
	const struct model_witness_objects *o = &r->objects;

	if (o->silent)
		fprintf(out, "silent: %llu objects came back without an event, %llu of them of %s\n", (ull)o->silent, (ull)o->most_silent,
			o->most_silent_name);
	if (o->handed_out || o->unknown)
		fprintf(out, "objects: %llu handed out, %llu given back, %llu given back that were not seen handed out; pages of slabs %s\n",
			(ull)o->handed_out, (ull)o->given_back, (ull)o->unknown, o->pages_followed ? "followed" : "not followed");
}

static void print_result(const struct witness_result *r, FILE *out)
{
	print_notes(r, out);
	print_objects(r, out);
	fprintf(out, "matched: %llu frees of frames that the recording saw allocated\n", (ull)r->matched);
	fprintf(out, "witness: %llu events, %llu judged, %llu violations, %llu unknown\n", (ull)r->events,
		(ull)r->judged, (ull)r->violations, (ull)r->unknown);
}

static int conclude(const struct witness *w, const struct input *in, int code)
{
	const struct witness_result *r = w->r;

	if (!r->page_events && !r->object_events)
		return code ? code
			    : complain(in, 2,
				       "not a recording of page or object events (no mm_page_alloc, mm_page_free, "
				       "kmalloc, kfree)");
	print_result(r, w->out);
	if (!r->judged && r->hashed)
		code = code ? code : 2;
	if (r->beyond) {
		fprintf(in->err, "%s: line %llu: more than %#llx frames away; %llu such events are not judged\n",
			in->path, (ull)r->first_beyond, (ull)w->m->nr_frames, (ull)r->beyond);
		code = code ? code : 2;
	}
	return r->violations ? 1 : code;
}

/* A packed file that is damaged is said so in one line, and what came before is judged. */
static int judge_input(struct witness *w, struct input *in)
{
	char *block = malloc(BLOCK_BYTES);
	int code = block ? read_blocks(w, in, block) : complain(in, 3, strerror(ENOMEM));
	int close_code = close_input(in);

	free(block);
	return conclude(w, in, code ? code : close_code);
}

int witness_file(const char *path, bool verbose, FILE *out, FILE *err)
{
	struct input in = {.path = path, .err = err};
	struct witness_result r = {0};
	int code = open_input(&in);
	struct model *m;
	struct witness *w;

	if (code)
		return code;
	m = model_create_witness(WITNESS_FRAMES);
	w = m ? witness_open(m, &r, out) : NULL;
	if (w) {
		w->verbose = verbose;
		code = judge_input(w, &in);
	} else {
		code = complain(&in, 3,
				"no room for the model of a recording (its arrays take more than 4 GiB of "
				"addresses)");
		close_input(&in);
	}
	witness_close(w);
	model_destroy(m);
	return code;
}
