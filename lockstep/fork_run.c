/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fork_run.c - programs judged in a child process, for findings that kill: a sanitizer's report, a signal, a hang.
 *
 *   parent --fork--> child: job->judge()
 *      ^                |--- stdout, stderr ---> what a tool reported
 *      |                |--- verdict ----------> the clause, if the child lived to say it
 *      '----------------'--- shared memory ----> it goes on
 *
 * How a program dies is one line without addresses, so that a smaller program can be compared with it:
 *   asan heap-buffer-overflow in free_one_block | ubsan shift exponent N is too large ... (mm/page_alloc.c:70) |
 *   msan use-of-uninitialized-value in expand | valgrind Invalid read of size N in expand | signal 11 |
 *   no progress | exit 3
 * The function is the first frame that lies in mm/, or the first that has a name.
 *
 * A child hangs when it used so much CPU time without a step of progress: a busy host does not make it hang. One that
 * sleeps 20 s longer than that hangs too.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "fork_run.h"

#define CHILD_SECONDS 10
#define SLEEP_SECONDS 20
#define LOOK_EVERY_MS 50

/* --- the child ---------------------------------------------------------------------------------------------------- */

_Noreturn static void run_child(const struct fork_job *job, int report, int answer)
{
	struct verdict v;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody else would end one that loops */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	dup2(report, STDOUT_FILENO);
	dup2(report, STDERR_FILENO);
	memset(&v, 0, sizeof(v));
	job->judge(job->arg, &v);
	_exit(write(answer, &v, sizeof(v)) == (ssize_t)sizeof(v) ? 0 : 3);
}

/* --- the parent --------------------------------------------------------------------------------------------------- */

static double seconds_of(clockid_t clock)
{
	struct timespec t = { 0, 0 };

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct watch {
	const struct fork_job *job;
	pid_t child;
	u64 progress;	  /* as last seen */
	double cpu, wall; /* then */
};

static double cpu_of(pid_t child)
{
	clockid_t clock;

	return clock_getcpuclockid(child, &clock) == 0 ? seconds_of(clock) : 0;
}

static void look(struct watch *w, u64 progress)
{
	w->progress = progress;
	w->cpu = cpu_of(w->child);
	w->wall = seconds_of(CLOCK_MONOTONIC);
}

static bool hangs(struct watch *w)
{
	u64 progress = w->job->progress ? *w->job->progress : 0;

	if (progress == w->progress)
		return cpu_of(w->child) - w->cpu > w->job->seconds ||
		       seconds_of(CLOCK_MONOTONIC) - w->wall > w->job->seconds + SLEEP_SECONDS;
	look(w, progress);
	return false;
}

/* Reads to the end: what does not fit is dropped. false: the child hangs. */
static bool read_report(struct watch *w, int fd, char text[FORK_REPORT_BYTES])
{
	size_t used = 0;
	char bin[4096];

	look(w, w->job->progress ? *w->job->progress : 0);
	for (;;) {
		bool full = used == FORK_REPORT_BYTES - 1;
		ssize_t n;

		text[used] = 0;
		if (hangs(w))
			return false;
		if (poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, LOOK_EVERY_MS) <= 0)
			continue;
		n = full ? read(fd, bin, sizeof(bin)) : read(fd, text + used, FORK_REPORT_BYTES - 1 - used);
		if (n == 0 || (n < 0 && errno != EINTR))
			return true;
		used += full || n < 0 ? 0 : (size_t)n;
	}
}

static int wait_for(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

/* --- reading reports ---------------------------------------------------------------------------------------------- */

static size_t length_until(const char *s, const char *stop)
{
	const char *end = strstr(s, stop);
	size_t line = strcspn(s, "\n");

	return end && (size_t)(end - s) < line ? (size_t)(end - s) : line;
}

/* "    #3 0x55d in NAME PATH:LINE": the name of a frame; in mm/ only, or any. 0 characters: there is none. */
static size_t find_frame(const char *report, bool in_mm, const char **name)
{
	for (const char *line = report; line; line = strchr(line, '\n')) {
		size_t length, rest;

		line += strspn(line, "\n ");
		length = length_until(line, " in ");
		if (*line != '#' || length == strcspn(line, "\n"))
			continue;
		*name = line + length + 4;
		length = strcspn(*name, " \n");
		rest = strcspn(*name, "\n");
		if (!in_mm || length_until(*name, " mm/") < rest || length_until(*name, "/mm/") < rest)
			return length;
	}
	return 0;
}

static void describe(struct death *d, const char *tool, const char *kind, size_t kind_length, const char *report)
{
	const char *name;
	size_t length = find_frame(report, true, &name);

	if (!length)
		length = find_frame(report, false, &name);
	if (length)
		snprintf(d->what, sizeof(d->what), "%s %.*s in %.*s", tool, (int)kind_length, kind, (int)length, name);
	else
		snprintf(d->what, sizeof(d->what), "%s %.*s", tool, (int)kind_length, kind);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Numbers differ from program to program: each becomes N. */
static void mask_numbers(char *s)
{
	char *out = s;
	bool in_word = false;

	while (*s) {
		if (!in_word && *s >= '0' && *s <= '9') {
			s += *s == '0' && s[1] == 'x' ? 2 + strspn(s + 2, "0123456789abcdef") : strspn(s, "0123456789");
			*out++ = 'N';
			continue;
		}
		in_word = is_letter(*s) || (in_word && *s >= '0' && *s <= '9');
		*out++ = *s++;
	}
	*out = 0;
}

/* "mm/page_alloc.c:70:9: runtime error: TEXT" */
static bool describe_ubsan(struct death *d, const char *report)
{
	const char *error = strstr(report, ": runtime error: "), *line = error;
	char text[120];

	if (!error)
		return false;
	while (line > report && line[-1] != '\n')
		line--;
	error += strlen(": runtime error: ");
	snprintf(text, sizeof(text), "%.*s", (int)min_of(strcspn(error, "\n"), sizeof(text) - 1), error);
	mask_numbers(text);
	snprintf(d->what, sizeof(d->what), "ubsan %s (%.*s)", text,
		 (int)min_of(length_until(line, ": runtime"), (size_t)30), line);
	return true;
}

/* "==7== Invalid read of size 4", then "==7==    at 0x4: NAME (FILE:LINE)": no folder, so the first frame it is. */
static bool describe_valgrind(struct death *d, const char *report)
{
	const char *kind = strncmp(report, "==", 2) ? NULL : strstr(report, "== ");
	const char *at = kind ? strstr(kind, " at 0x") : NULL, *name = at ? strstr(at, ": ") : NULL;
	char text[80];

	if (!name)
		return false;
	kind += strlen("== ");
	name += strlen(": ");
	snprintf(text, sizeof(text), "%.*s", (int)min_of(strcspn(kind, "\n"), sizeof(text) - 1), kind);
	mask_numbers(text);
	snprintf(d->what, sizeof(d->what), "valgrind %s in %.*s", text,
		 (int)min_of(length_until(name, " ("), (size_t)60), name);
	return true;
}

static const struct tool_row {
	const char *name, *mark, *kind_ends;
} tools[] = {
	{ "asan", "ERROR: AddressSanitizer: ", " on " },
	{ "msan", "WARNING: MemorySanitizer: ", "\n" },
	{ "msan", "ERROR: MemorySanitizer: ", " on " },
	{ "tsan", "WARNING: ThreadSanitizer: ", " (" },
	{ "tsan", "ERROR: ThreadSanitizer: ", " on " },
	{ "lsan", "ERROR: LeakSanitizer: ", "\n" },
};

static bool describe_report(struct death *d, const char *report)
{
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++) {
		const char *kind = strstr(report, tools[i].mark);

		if (!kind)
			continue;
		kind += strlen(tools[i].mark);
		describe(d, tools[i].name, kind, length_until(kind, tools[i].kind_ends), kind);
		return true;
	}
	return describe_ubsan(d, report) || describe_valgrind(d, report);
}

static void describe_death(struct death *d, int status, const char *report)
{
	d->died = true;
	d->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	d->exit = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	if (describe_report(d, report))
		return;
	if (d->signal)
		snprintf(d->what, sizeof(d->what), "signal %d", d->signal);
	else
		snprintf(d->what, sizeof(d->what), "exit %d", d->exit);
}

/* --- both --------------------------------------------------------------------------------------------------------- */

/*
 * A sanitizer starts a process that knows names when it first needs one, which takes longer than all else. Once a child
 * died, the parent starts it, and the children to come find it running.
 */
void __sanitizer_symbolize_pc(void *pc, const char *format, char *out, size_t bytes) __attribute__((weak));

static void share_symbolizer(void)
{
	static bool shared;
	char name[64];

	if (shared || !__sanitizer_symbolize_pc)
		return;
	shared = true;
	__sanitizer_symbolize_pc((void *)share_symbolizer, "%f", name, sizeof(name));
}

static bool read_verdict(int fd, struct verdict *v)
{
	return read(fd, v, sizeof(*v)) == (ssize_t)sizeof(*v);
}

/* A verdict counts, unless a tool made the exit status its own afterwards. */
static void collect(struct death *d, struct watch *w, char *report, int report_fd, int answer_fd)
{
	bool in_time = read_report(w, report_fd, report);
	int status;

	if (!in_time)
		kill(w->child, SIGKILL);
	status = wait_for(w->child);
	if (!in_time) {
		d->died = true;
		d->signal = SIGKILL;
		snprintf(d->what, sizeof(d->what), "no progress");
	} else if (read_verdict(answer_fd, &d->verdict) && (d->verdict.failed || status == 0)) {
		snprintf(d->what, sizeof(d->what), "%s", d->verdict.clause);
	} else {
		describe_death(d, status, report);
		share_symbolizer();
	}
}

static void fork_and_collect(struct death *d, const struct fork_job *job, char *report, const int out[2],
			     const int answer[2])
{
	struct watch w = { .job = job };

	fflush(stdout); /* or the child would print it again */
	w.child = fork();
	if (w.child == 0) {
		close(out[0]), close(answer[0]);
		run_child(job, out[1], answer[1]);
	}
	close(out[1]), close(answer[1]);
	if (w.child > 0) {
		memset(d, 0, sizeof(*d));
		collect(d, &w, report, out[0], answer[0]);
	}
	close(out[0]), close(answer[0]);
}

struct death forked_judge(const struct fork_job *job)
{
	struct death d = { .died = true, .what = "host: no process to run it in" };
	char *report = job->report ? job->report : malloc(FORK_REPORT_BYTES);
	int out[2], answer[2];

	if (report && pipe(out) == 0) {
		if (pipe(answer) == 0)
			fork_and_collect(&d, job, report, out, answer);
		else
			close(out[0]), close(out[1]);
	}
	if (!job->report)
		free(report);
	return d;
}

/* A world of its own: what the parent's went through shall not matter. */
static void judge_in_lockstep(void *arg, struct verdict *v)
{
	struct world *w = world_create();

	sim_watchdog_start(CHILD_SECONDS / 2);
	*v = *lockstep_run(w, arg);
}

struct death forked_run(const struct program *p)
{
	return forked_judge(&(struct fork_job){ judge_in_lockstep, (void *)p, CHILD_SECONDS, NULL, NULL });
}

bool forked_same_death(void *wanted, const struct program *candidate)
{
	const struct death *w = wanted;
	struct death d = forked_run(candidate);

	return d.died == w->died && !strcmp(d.what, w->what);
}
