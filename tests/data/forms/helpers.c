/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Written by mmcheck 0.1.0 from tests/data/forms/helpers.trace.
 *
 *   cc repro.c -I include/mmcheck -I include/mmcheck/det -lmmcheck
 *
 * Prints what each operation answered. Exit status: 1 the finding shows, 0 it does not, 2 it does not
 * and an answer is not the recorded one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "machine.h"
#include "disk.h"
#include "task.h"
#include "mm.h"
#include "gfp.h"
#include "highmem.h"
#include "vmstat.h"
#include "memblock.h"
#include "page_debug.h"
#include "pgtable.h"
#include "rcu.h"
#include "slab.h"
#include "vm.h"

#define helper static __attribute__((unused))

static struct machine *m;
static bool was_found, differs; /* differs: an answer is not the recorded one */
static const char *recorded;    /* finding */
static bool booted, slab_up;
/* What runs on each CPU: the step, and where. */
static struct place {
	int step;
	enum sim_context context;
} places[SIM_MAX_CPUS];
#define here places[this_cpu->id]
static char lists[65536], boot_lists[8192];
helper struct page *p_none, *bulk_none[32]; /* answers of requests that got nothing */

/* --- what is found ------------------------------------------------------------------------------ */

helper void complain(const char *finding)
{
	printf("finding %s\n", finding);
	was_found = true;
}

/* What was recorded is seen again if all answers are as recorded and the last is what is wrong; or if something
 * is found here too before the end. */
helper void found(const char *finding, bool by_answer)
{
	recorded = differs ? NULL : finding;
	if (!recorded || !by_answer)
		return;
	complain(finding);
	exit(1);
}

helper int exit_status(void)
{
	if (recorded && was_found)
		printf("recorded as: %s\n", recorded);
	else if (recorded)
		printf("not seen: %s (only the model can see it, or it is mended)\n", recorded);
	return was_found ? 1 : differs ? 2 : 0;
}

/* The allocator's own recount, while nobody is in his middle; the same news is told once. */
helper void look(void)
{
	static char last[240];
	const char *broken;

	if (sched_in_operation(m->host->sched))
		return;
	broken = booted ? page_alloc_check() : memblock_check();
	if (slab_up && !broken)
		broken = slab_check();
	if (booted && vm_is_up() && !broken)
		broken = vm_check();
	if (m->log_bytes)
		printf("%.*s", (int)m->log_bytes, m->host->log);
	if (!broken || !strcmp(broken, last))
		return;
	complain(broken);
	snprintf(last, sizeof(last), "%s", broken);
}

helper void remember_lists(void)
{
	booted = true;
	buddyinfo_show(boot_lists, sizeof(boot_lists));
}

/* --- one operation ------------------------------------------------------------------------------ */

helper void begin(int step, unsigned cpu, enum sim_context where)
{
	if (!sched_in_operation(m->host->sched)) { /* else whoever runs it chose the CPU, and let time pass */
		machine_enter(m, cpu);
		m->now_ns += 1000;
	}
	here = (struct place){ step, where };
	m->fuel = m->param[PARAM_FUEL];
	m->log_bytes = 0;
	m->nr_events = 0;
	sim_enter_context(where);
}

/* expected: what was recorded, or NULL. Words must agree for the program to make sense. */
helper void end(const char *word, bool has_value, u64 value, const char *expected)
{
	char text[64];
	size_t key = expected ? strcspn(expected, "0123456789") : 0;
	bool same_word = expected && !strncmp(expected, word, strlen(word));

	sim_leave_context(here.context);
	if (!has_value)
		snprintf(text, sizeof(text), "%s", word);
	else if (same_word && expected[key])
		snprintf(text, sizeof(text), "%.*s%llu", (int)key, expected, (unsigned long long)value);
	else
		snprintf(text, sizeof(text), "%s %llu", word, (unsigned long long)value);
	printf("%d: %s\n", here.step, text);
	look();
	if (!expected || !strcmp(text, expected))
		return;
	printf("step %d: expected %s, got %s\n", here.step, expected, text);
	differs = true;
	if (!same_word)
		exit(exit_status());
}

helper void end_ok(bool ok, const char *expected)
{
	end(ok ? "ok" : "refused", false, 0, expected);
}

helper void end_value(u64 value, const char *expected)
{
	end("ok", true, value, expected);
}

helper void end_page(const struct page *page, const char *expected)
{
	end(page ? "ok" : "refused", page, page ? page_to_pfn(page) : 0, expected);
}

helper void end_count(u64 n, u64 wanted, const char *expected)
{
	end(n || !wanted ? "ok" : "partly", true, n, expected);
}

helper void end_place(u64 at, const char *expected)
{
	end(at ? "ok" : "refused", at, at, expected);
}

/* --- memory ------------------------------------------------------------------------------------- */

helper struct page *page_at(const void *address)
{
	return address ? virt_to_page(address) : NULL;
}

helper struct page *nth(const struct page *block, u64 i)
{
	return pfn_to_page(page_to_pfn(block) + i);
}

/* A page of an array was freed by somebody else. */
helper void forget(struct page **bulk, int nr, const struct page *page)
{
	for (int i = 0; i < nr; i++)
		if (bulk[i] == page)
			bulk[i] = NULL;
}

helper u64 place_of(const void *memory)
{
	return memory ? (u64)((const char *)memory - m->host->ram) : 0;
}

/* Early memory is used, and was zero before if that was promised. */
helper void use_memory(u64 at, u64 bytes, bool zero)
{
	const u64 *word = (const u64 *)(const void *)(m->host->ram + at);

	for (u64 i = 0; at && zero && i < bytes / 8; i++)
		if (word[i]) {
			complain("M5: zeroed memory is not zero");
			break;
		}
	if (at)
		memset(m->host->ram + at, 0xa5, bytes);
}

/* The owner writes the number of its step into the first and the last word of each page ... */
helper void fill(struct page *page, u64 nr, u64 owner)
{
	for (u64 i = 0; page && i < nr; i++) {
		u64 *word = kmap_local_page(pfn_to_page(page_to_pfn(page) + i));

		word[0] = word[PAGE_SIZE / 8 - 1] = owner + 1;
		kunmap_local(word);
	}
}

/* ... and finds it there until the page goes back. */
helper void check(struct page *page, u64 nr, u64 owner)
{
	for (u64 i = 0; page && i < nr; i++) {
		const u64 *word = kmap_local_page(pfn_to_page(page_to_pfn(page) + i));
		bool good = word[0] == owner + 1 && word[PAGE_SIZE / 8 - 1] == owner + 1;

		kunmap_local(word);
		if (good)
			continue;
		printf("pfn %llu no longer holds what was written at step %llu\n",
		       (unsigned long long)page_to_pfn(page) + i, (unsigned long long)owner);
		complain("B52: a page no longer holds what its owner wrote");
	}
}

helper void check_zero(struct page *page, u64 nr)
{
	for (u64 i = 0; page && i < nr; i++) {
		const u64 *word = kmap_local_page(pfn_to_page(page_to_pfn(page) + i));
		u64 wrong = 0;

		for (u64 k = 0; k < PAGE_SIZE / 8; k++)
			wrong |= word[k];
		kunmap_local(word);
		if (!wrong)
			continue;
		printf("pfn %llu is not zero\n", (unsigned long long)page_to_pfn(page) + i);
		complain("B19: a page was asked for zeroed and is not");
		return;
	}
}

/* --- getting somewhere fast ---------------------------------------------------------------------- */

helper s64 mark_of(unsigned nid, unsigned zone, unsigned mark)
{
	struct zone_figures f = zone_figures(nid, zone);

	return (s64)(mark == 0 ? f.min : mark == 1 ? f.low : f.high);
}

/* Single pages, until so many are free in the zone. */
helper u64 take_until(struct page **bulk, unsigned nid, unsigned zone, gfp_t gfp, s64 target, u64 most)
{
	u64 nr = 0;

	while (nr < most && (s64)zone_free_pages(nid, zone) > target) {
		bulk[nr] = alloc_pages_node((int)nid, gfp, 0);
		if (!bulk[nr])
			break;
		nr++;
	}
	return nr;
}

helper void end_fill(struct page **bulk, unsigned nid, unsigned zone, gfp_t gfp, s64 target, u64 most,
		     const char *expected)
{
	s64 end_at = target > 0 ? target : 0;
	u64 nr = take_until(bulk, nid, zone, gfp, end_at, most);

	end((s64)zone_free_pages(nid, zone) <= end_at ? "ok" : "partly", true, nr, expected);
}

/* Down to the low mark, then one page of each two buddies goes back. */
helper void end_fragment(struct page **bulk, unsigned nid, unsigned zone, gfp_t gfp, u64 pattern, u64 most,
			 const char *expected)
{
	u64 nr = take_until(bulk, nid, zone, gfp, mark_of(nid, zone, 1), most), kept = 0;

	for (u64 i = 0; i < nr; i++) {
		struct page *page = bulk[i];
		u64 pfn = page_to_pfn(page);

		bulk[i] = NULL;
		if ((pfn / 2 + (pattern << 32)) * 0x9e3779b97f4a7c15 >> 63 == (pfn & 1))
			__free_pages(page, 0);
		else
			bulk[kept++] = page;
	}
	end("ok", true, kept, expected);
}

/* The same to every second piece of a range, until it ends or one is refused. */
helper void end_comb(int (*call)(phys_addr_t, phys_addr_t), u64 base, u64 width, u64 teeth, const char *expected)
{
	u64 end = (u64)m->nr_frames * SIM_PAGE_SIZE, n = 0;
	bool refused = false;

	for (; n < teeth && base < end && !refused; base += 2 * width) {
		refused = call(base, width < end - base ? width : end - base) != 0;
		n += !refused;
	}
	end_count(n, refused ? teeth + 1 : n, expected);
}

/* --- the machine, first and last ----------------------------------------------------------------- */

helper void set_knob(struct machine_config *config, const char *name, u32 value)
{
	for (int i = 0; i < NR_PARAMS; i++)
		if (!strcmp(sim_params[i].name, name))
			config->param[i] = value;
}

/* All is freed: the free lists are as after boot. */
helper void finish(void)
{
	look();
	rcu_barrier();
	if (slab_up)
		slab_settle();
	page_alloc_settle();
	buddyinfo_show(lists, sizeof(lists));
	printf("%s", lists);
	if (strcmp(lists, boot_lists) != 0)
		complain("Q5: all is freed, but the free lists are not as after boot");
}

helper void boot_caches(const char *slab_debug)
{
	if (slab_debug[0])
		setup_slub_debug(slab_debug);
	slab_up = kmem_cache_init() == 0;
	if (slab_up)
		slab_settle();
}

/* --- caches and objects --------------------------------------------------------------------------- */

helper void construct(void *object, u8 first)
{
	for (u8 i = 0; i < 16; i++)
		((u8 *)object)[i] = (u8)(first + i);
}
helper void construct_first(void *object)
{
	construct(object, 0x10);
}
helper void construct_second(void *object)
{
	construct(object, 0x80);
}

/* What a slot holds: nr objects, of which so many bytes are their owner's. */
struct objects {
	struct kmem_cache *s;
	void (*ctor)(void *);
	u32 size;
	unsigned nr;
	u8 key;
	void *at[32];
};

helper void end_cache(const struct kmem_cache *s, const char *expected)
{
	unsigned id = 0;

	while (s && slab_cache_by_id(id) != s)
		id++;
	end(s ? "ok" : "refused", s, id, expected);
}

helper void write_objects(struct objects *o)
{
	o->key = (u8)(here.step + 1);
	for (unsigned i = 0; i < o->nr; i++)
		memset(o->at[i], o->key + i, o->size);
}

helper void check_objects(const struct objects *o)
{
	for (unsigned i = 0; i < o->nr; i++)
		for (u32 k = 0; k < o->size; k++)
			if (((const u8 *)o->at[i])[k] != (u8)(o->key + i)) {
				complain("S50: an object no longer holds what its owner wrote");
				return;
			}
}

/* Objects just handed out: zero if that was asked, as constructed if there is a constructor; then they are written. */
helper void receive_objects(struct objects *o, bool zero)
{
	u8 due[16];

	for (unsigned i = 0; i < o->nr; i++) {
		for (u32 k = 0; zero && k < o->size; k++)
			if (((const u8 *)o->at[i])[k])
				complain("S16: an object was asked for zeroed and is not");
		if (o->ctor)
			o->ctor(due);
		if (o->ctor && memcmp(due, o->at[i], 16) != 0)
			complain("S18: an object is not as its constructor left it");
	}
	write_objects(o);
}

helper void got_object(struct objects *o, struct kmem_cache *s, u32 size, void (*ctor)(void *), bool zero, void *object,
		       const char *expected)
{
	char text[64];

	snprintf(text, sizeof(text), object ? "ok at=%#llx" : "refused", object ? (unsigned long long)slab_address(object) : 0);
	end(expected && !strcmp(text, expected) ? expected : text, false, 0, expected);
	if (!object)
		return;
	*o = (struct objects){ .s = s, .ctor = ctor, .size = size, .nr = 1, .at = { object } };
	receive_objects(o, zero);
}

helper void got_objects(struct objects *o, struct kmem_cache *s, u32 size, void (*ctor)(void *), gfp_t gfp, unsigned wanted,
			const char *expected)
{
	struct objects got = { .s = s, .ctor = ctor, .size = size };

	got.nr = kmem_cache_alloc_bulk(s, gfp, wanted, got.at);
	end(got.nr == wanted ? "ok" : "refused", got.nr, got.nr, expected);
	if (!got.nr)
		return;
	*o = got;
	receive_objects(o, gfp & __GFP_ZERO);
}

helper void prepare_to_give(struct objects *o)
{
	check_objects(o);
	for (unsigned i = 0; o->ctor && i < o->nr; i++)
		o->ctor(o->at[i]);
}

helper void give_objects(struct objects *o)
{
	prepare_to_give(o);
	for (unsigned i = 0; i < o->nr; i++)
		kmem_cache_free(o->s, o->at[i]);
	o->nr = 0;
}

helper void give_objects_in_bulk(struct objects *o)
{
	prepare_to_give(o);
	kmem_cache_free_bulk(o->s, o->nr, o->at);
	o->nr = 0;
}

/* --- memory by size ------------------------------------------------------------------------------- */

/* What a slot holds; at NULL: nothing. */
struct memory {
	u8 *at;
	size_t size;
	u8 key;
};

helper void write_memory(struct memory *k)
{
	k->key = (u8)(here.step + 1);
	memset(k->at, k->key, k->size);
}

helper void check_memory(const struct memory *k, size_t bytes)
{
	for (size_t i = 0; k->at && i < bytes; i++)
		if (k->at[i] != k->key) {
			complain("K50: memory no longer holds what its owner wrote");
			return;
		}
}

helper bool end_memory(const void *p, const char *expected)
{
	char text[64];

	snprintf(text, sizeof(text), p ? "ok at=%#llx" : "refused",
		 p == ZERO_SIZE_PTR ? 16 : p ? (unsigned long long)slab_address(p) : 0);
	end(expected && !strcmp(text, expected) ? expected : text, false, 0, expected);
	return p != NULL;
}

helper void got_memory(struct memory *k, size_t size, bool zero, void *p, const char *expected)
{
	if (!end_memory(p, expected))
		return;
	*k = (struct memory){ .at = p, .size = size };
	for (size_t i = 0; zero && i < size; i++)
		if (k->at[i]) {
			complain("S16: memory was asked for zeroed and is not");
			break;
		}
	write_memory(k);
}

helper void resized_memory(struct memory *k, size_t size, void *p, const char *expected)
{
	size_t kept = p && size < k->size ? size : k->size;

	if (end_memory(p, expected))
		k->at = p;
	check_memory(k, kept);
	if (!p)
		return;
	k->size = size;
	write_memory(k);
}

helper void give_memory(struct memory *k)
{
	check_memory(k, k->size);
	kfree(k->at);
	k->at = NULL;
}

helper void give_much_memory(struct memory **k, unsigned most, const char *expected)
{
	void *p[32];
	unsigned n = 0;

	for (; *k && n < most; k++) {
		if (!(*k)->at || !(*k)->size)
			continue;
		check_memory(*k, (*k)->size);
		p[n++] = (*k)->at;
		(*k)->at = NULL;
	}
	kfree_bulk(n, p);
	end("ok", true, n, expected);
}

/* head: where in the memory kfree_rcu() may keep its list; ~0: nowhere. */
helper void give_after_readers(void *p, size_t size, size_t head)
{
	if (p && head == ~(size_t)0)
		kfree_rcu_mightsleep(p);
	else if (p)
		kvfree_call_rcu((struct rcu_head *)(void *)((u8 *)p + (head % (size - 15) & ~(size_t)7)), p);
}

/* --- steps ---------------------------------------------------------------------------------------- */

/* An operation; without run it is skipped. irq: its label, if it is an interrupt. Then what its schedule says. */
struct step {
	void (*run)(void);
	u8 cpu, irq;
	u32 nr_switches;
	const struct sched_switch *switches;
	bool begun;
};
static struct step *steps; /* the first boots the machine */
static u32 nr_steps, nr_running;
static bool overlapped;	  /* two were in their middle at once */
static void (*last)(void); /* when all have run; NULL: the machine panics before */

helper void run_step(void *unused, u32 i)
{
	void (*run)(void) = i < nr_steps ? steps[i].run : last;
	struct place below = here;

	(void)unused;
	overlapped |= nr_running++ > 0;
	if (run)
		run();
	nr_running--;
	here = below;
}

helper u32 next_on_cpu(void *unused, unsigned cpu)
{
	u32 i = 0;

	(void)unused;
	while (i < nr_steps && (steps[i].begun || steps[i].cpu != cpu))
		i++;
	if (i == nr_steps)
		return SCHED_NONE;
	steps[i].begun = true;
	return i;
}

helper u32 next_irq(void *unused, unsigned label)
{
	u32 i = 0;

	(void)unused;
	while (i < nr_steps && (steps[i].begun || steps[i].irq != label))
		i++;
	if (i == nr_steps || !label)
		return SCHED_NONE;
	steps[i].begun = true;
	return i;
}

helper u32 switches_of(void *unused, u32 i, const struct sched_switch **list)
{
	(void)unused;
	if (i >= nr_steps)
		return 0;
	*list = steps[i].switches;
	return steps[i].nr_switches;
}

/* On its CPU's stack; kernel threads run while it sleeps, and when it has ended. */
helper void run(u32 i)
{
	bool panics;

	steps[i < nr_steps ? i : 0].begun = true;
	if (sched_run(m->host->sched, i < nr_steps ? steps[i].cpu : 0, i)) {
		look();
		return;
	}
	printf("%.*s", (int)m->log_bytes, m->host->log);
	panics = m->stop.kind == STOP_PANIC && !recorded;
	if (panics)
		printf("panic: %s\n", m->stop.text);
	else
		complain(m->stop.text);
	differs |= panics && last && i; /* with too little memory to begin, nothing was recorded */
	exit(exit_status());
}

helper int run_program(struct step *program, u32 nr, u64 seed, void (*at_the_end)(void))
{
	static const struct sched_client client = { NULL, run_step, next_on_cpu, next_irq, switches_of, NULL, NULL };

	steps = program;
	nr_steps = nr;
	last = at_the_end;
	sched_create(m);
	sched_set_client(m->host->sched, &client);
	run(0);
	m->chance = seed;
	for (u32 i = 1; i < nr + !!last; i++) {
		if (i < nr && steps[i].begun)
			continue;
		m->now_ns += 1000;
		run(i);
	}
	differs |= !last;
	return exit_status();
}

/* --- what pages should hold ------------------------------------------------------------------------ */

/* The key (disk.h) of what was written there last; 0: all zero. */
#define TASK_PAGES 1024 /* of anonymous memory that programs use */
static struct {
	bool alive;
	u64 page[TASK_PAGES];
	struct {
		u32 file, first;
	} window[VM_WINDOWS];
} tasks[VM_MAX_TASKS];
static u64 files[FILE_CHANGEABLE][FILE_LARGEST_PAGES];
static bool files_lose; /* a write to a disk fails: what was written to a file may be lost */
static struct {
	bool held;
	u64 pfn;
} pins[16];

/* No two pages that are written hold the same. alike: 0 all words are, 1 each cache line's, 2 and 3 none. */
helper u64 new_key(u64 alike)
{
	static u64 writes;
	u64 key = ++writes * 0x9e3779b97f4a7c15;

	return ((key ^ key >> 29) & ~3ULL) | alike;
}

/* Files that nobody may change hold what the disk came with. */
helper u64 *file_key(u32 file, u32 index)
{
	static u64 of_disk;

	if (file < FILE_CHANGEABLE && index < FILE_LARGEST_PAGES)
		return &files[file][index];
	of_disk = disk_virgin_key(0, (u64)file * FILE_MAX_PAGES + index);
	return &of_disk;
}

helper u64 *task_key(unsigned task, u32 vpn)
{
	u32 window = (vpn - VM_ANON_PAGES) / VM_WINDOW_PAGES;

	if (vpn < VM_ANON_PAGES)
		return &tasks[task].page[vpn];
	return file_key(tasks[task].window[window].file, tasks[task].window[window].first + vpn % VM_WINDOW_PAGES);
}

helper void must_hold(u64 key, const void *page, bool of_file)
{
	if (!sim_page_holds(key, page) && !overlapped && !(of_file && files_lose))
		complain(of_file ? "V50: a page of a file no longer holds what was written there last" :
				   "V50: a page of a task no longer holds what was written there last");
}

/* --- tasks ----------------------------------------------------------------------------------------- */

helper void refuel(void)
{
	m->fuel = m->param[PARAM_FUEL];
}

helper void end_many(u64 done, int error, const char *expected)
{
	end(error ? "partly" : "ok", true, done, expected);
}

/* What a task asked for; -EINTR: it was killed, and has ended. */
helper void note_end(unsigned task, int error)
{
	if (error == -EINTR)
		tasks[task].alive = false;
}

helper void end_task(unsigned task, int error, const char *expected)
{
	note_end(task, error);
	end_ok(!error, expected);
}

helper void end_task_many(unsigned task, u64 done, int error, const char *expected)
{
	note_end(task, error);
	end_many(done, error, expected);
}

helper void create_task(unsigned task, int adj, const char *expected)
{
	int error = task_create(task, adj);

	if (!error) {
		memset(&tasks[task], 0, sizeof(tasks[task]));
		tasks[task].alive = true;
	}
	end_task(task, error, expected);
}

/* One load or store of a whole page. */
helper int touch(unsigned task, u32 vpn, bool write, u64 alike)
{
	u64 pfn, *key = task_key(task, vpn);
	int error = task_access(task, vpn, write, &pfn);

	if (error)
		return error;
	must_hold(*key, ram_address(m, pfn), vpn >= VM_ANON_PAGES);
	if (write) {
		*key = new_key(alike);
		sim_page_fill(*key, ram_address(m, pfn));
	}
	return 0;
}

helper void touch_row(unsigned task, u32 vpn, u32 nr, bool write, u64 alike, const char *expected)
{
	int error = 0;
	u32 n = 0;

	while (n < nr && !error) {
		refuel();
		error = touch(task, (vpn + n) % TASK_PAGES, write, alike);
		n += !error;
	}
	end_task_many(task, n, error, expected);
}

helper u32 window_page(u32 window, u32 page)
{
	return VM_ANON_PAGES + window * VM_WINDOW_PAGES + page;
}

helper void map_file(unsigned task, unsigned window, u32 file, u32 first, u32 nr, const char *expected)
{
	int error = task_mmap(task, window, file, first, nr);

	if (!error) {
		tasks[task].window[window].file = file;
		tasks[task].window[window].first = first;
	}
	end_task(task, error, expected);
}

helper void give_up_pages(unsigned task, u32 vpn, u32 nr, const char *expected)
{
	int error = task_madvise_dontneed(task, vpn, nr);

	for (u32 i = vpn; !error && i < vpn + nr && i < TASK_PAGES; i++)
		tasks[task].page[i] = 0;
	end_task(task, error, expected);
}

helper void lock_pages(unsigned task, u32 vpn, u32 nr, const char *expected)
{
	u32 locked = 0;
	int error = task_mlock(task, vpn, nr, &locked);

	end_task_many(task, locked, error, expected);
}

helper void pin_page(unsigned pin, unsigned task, u32 vpn, const char *expected)
{
	int error = task_pin(task, vpn, &pins[pin].pfn);

	pins[pin].held = !error;
	end_task(task, error, expected);
}

helper void unpin_page(unsigned pin)
{
	pins[pin].held = false;
	task_unpin(pins[pin].pfn);
}

/* --- files, disks ---------------------------------------------------------------------------------- */

helper int file_page(u32 file, u32 index, bool write, u64 alike)
{
	static u64 buffers[SIM_MAX_CPUS][PAGE_SIZE / 8];
	void *buffer = buffers[this_cpu->id];
	u64 key = write ? new_key(alike) : 0;
	int error;

	if (write)
		sim_page_fill(key, buffer);
	error = write ? file_write(file, index, buffer) : file_read(file, index, buffer);
	if (error)
		return error;
	if (write)
		*file_key(file, index) = key;
	else
		must_hold(*file_key(file, index), buffer, true);
	return 0;
}

helper void file_row(u32 file, u32 index, u32 nr, bool write, u64 alike, const char *expected)
{
	int error = 0;
	u32 n = 0;

	while (n < nr && !error) {
		refuel();
		error = file_page(file, (index + n) % FILE_LARGEST_PAGES, write, alike);
		n += !error;
	}
	end_many(n, error, expected);
}

/* Many files are opened, and the first page of every eighth is read. */
helper void walk_files(u32 first, u32 nr, const char *expected)
{
	u32 scale = m->param[PARAM_WALK_SCALE], n = 0;
	int error = 0;

	while (n < nr * scale && !error) {
		u32 file = FILE_CHANGEABLE + first * scale + n;

		refuel();
		error = file_open(file);
		if (!error && n % 8 == 0)
			error = file_page(file, 0, false, 0);
		n += !error;
	}
	end_many(n, error, expected);
}

helper void read_files(u32 first, u32 nr, const char *expected)
{
	int error = 0;
	u32 n = 0;

	while (n < nr * FILE_PAGES && !error) {
		refuel();
		error = file_page(FILE_CHANGEABLE + first + n / FILE_PAGES, n % FILE_PAGES, false, 0);
		n += !error;
	}
	end_many(n, error, expected);
}

/* What is cut off reads as zero if the file grows again; a larger one does behind its old end. */
helper void truncate_file(u32 file, u32 pages, const char *expected)
{
	int error = file_truncate(file, pages);

	for (u32 i = file_size(file); i < FILE_LARGEST_PAGES; i++)
		files[file][i] = 0;
	end_ok(!error, expected);
}

helper void resize_balloon(u32 pages, const char *expected)
{
	int error = balloon_resize(pages);

	end_many(balloon_pages(), error, expected);
}

helper void fail_disk(enum sim_fault_site site, u32 skip, u32 times)
{
	files_lose |= site == FAULT_DISK_WRITE && times;
	sim_plan_fault(m, site, skip, times);
}

/* --- the machine under pressure, first and last ---------------------------------------------------- */

helper gfp_t gfp_of_zone(unsigned zone)
{
	static const gfp_t leads_to[MAX_NR_ZONES] = {
		[ZONE_DMA] = __GFP_DMA,
		[ZONE_DMA32] = __GFP_DMA32,
		[ZONE_HIGHMEM] = __GFP_HIGHMEM,
		[ZONE_MOVABLE] = __GFP_HIGHMEM | __GFP_MOVABLE,
	};
	gfp_t gfp = leads_to[zone % MAX_NR_ZONES] | __GFP_THISNODE | __GFP_KSWAPD_RECLAIM | __GFP_MEMALLOC | __GFP_NOWARN;

	if (zone % 3 == 1 && !(gfp & __GFP_HIGHMEM))
		gfp |= __GFP_MOVABLE;
	if (zone % 3 == 2 && !(gfp & __GFP_MOVABLE))
		gfp |= __GFP_RECLAIMABLE;
	return gfp;
}

/* Large blocks of each zone are taken for good, until an eighth of it is left above its high mark. */
helper void take_most(void)
{
	for (unsigned zone = 0; zone < MAX_NUMNODES * MAX_NR_ZONES; zone++) {
		unsigned nid = zone / MAX_NR_ZONES, type = zone % MAX_NR_ZONES;
		struct zone_figures f = zone_figures(nid, type);
		u64 leave = f.high + f.managed / 8;

		if (f.managed < 32 || type >= ZONE_DEVICE)
			continue;
		for (unsigned order = m->param[PARAM_MAX_PAGE_ORDER] + 1; order-- > 0;)
			while (zone_free_pages(nid, type) >= leave + (1ULL << order)) {
				refuel();
				if (!alloc_pages_node((int)nid, gfp_of_zone(zone), order))
					break;
			}
	}
	drain_all_pages();
}

/* Tasks and files, and swap on device 1. Free lists are remembered without: in the end it is off. */
helper void boot_under_pressure(bool scarce)
{
	bool up = slab_up && vm_init() == 0;

	if (up) {
		refuel();
		vm_settle();
	}
	drain_all_pages();
	if (scarce)
		take_most();
	remember_lists();
	refuel();
	if (up && m->param[PARAM_SWAP_PAGES] >= 2)
		swapon(1, m->param[PARAM_SWAP_PAGES], -1);
	drain_all_pages();
	for (u32 file = 0; file < FILE_CHANGEABLE; file++)
		for (u32 i = 0; i < FILE_PAGES; i++)
			files[file][i] = disk_virgin_key(0, (u64)file * FILE_MAX_PAGES + i);
}

helper void sleep_ms(u64 ms)
{
	if (vm_is_up())
		sim_sleep_timeout(sim_never, NULL, ms * 1000000, "a while");
	else
		m->now_ns += ms * 1000000;
}

/* Pressure stops: kswapd has time to reach the high marks. Then nobody uses memory any more. */
helper void let_go(void)
{
	if (!vm_is_up())
		return;
	sleep_ms(30000);
	for (unsigned i = 0; i < ARRAY_SIZE(pins); i++)
		if (pins[i].held)
			unpin_page(i);
	for (unsigned i = 0; i < VM_MAX_TASKS; i++) {
		refuel();
		if (tasks[i].alive)
			task_exit(i);
	}
}

helper void finish_under_pressure(void)
{
	refuel();
	if (vm_is_up())
		vm_settle();
	refuel();
	finish();
}

helper struct kmem_cache *c0;

static void start(void)
{
	boot_caches("");
	boot_under_pressure(false);
}

/* 0: c0 = kmem_cache_create name=filp size=100 align=0 flags=none ctor=none   # ok id=59 */
static void step0(void)
{
	begin(0, 0, CONTEXT_TASK);
	c0 = kmem_cache_create("filp", 100, 0, 0, NULL);
	end_cache(c0, "ok id=59");
}

/* 1: t0 = task_create adj=0   # ok */
static void step1(void)
{
	begin(1, 0, CONTEXT_TASK);
	create_task(0, -1000, "ok");
}

/* everything goes back */
static void finally(void)
{
	begin(2, 0, CONTEXT_TASK);
	let_go();
	kmem_cache_destroy(c0);
	finish_under_pressure();
}

static struct step program[] = {
	{ .run = start },
	{ .run = step0, .cpu = 0 },
	{ .run = step1, .cpu = 0 },
};

int main(void)
{
	struct machine_config config = { 0 };
	unsigned regions __attribute__((unused)) = 0;
	u64 at __attribute__((unused));

	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_config_profile(&config, PROFILE_SMALL);
	config.nr_regions =
		sim_profile_map(config.profile, config.param[PARAM_FRAMES], config.map);
	m = machine_create(&config);
	if (!m)
		return 3;
	machine_enter(m, 0);
	if (mm_boot() != 0) {
		puts("no usable memory");
		return 0;
	}
	return run_program(program, ARRAY_SIZE(program), 0u, finally);
}
