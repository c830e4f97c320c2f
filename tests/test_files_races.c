/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_files_races.c - two things happen to files at once: the first is interrupted at each of its yield points in turn, the second
 * runs to its end there (or until it waits for the first), then the first goes on. Whatever they were, trees, lists and counters
 * agree afterwards, and when all is written and forgotten each page of the disk holds what was written to it last.
 */
#include <errno.h>
#include "../mm/filemap_internal.h"
#include "races.h"

#define FILE_A	    1u
#define FILE_B	    2u
#define PAGES	    32u

static u64 buffer[PAGE_SIZE / 8];

/* --- what is there before ------------------------------------------------------------------------------------------------------ */

static int write_key(u32 index, u64 key)
{
	u64 page[PAGE_SIZE / 8];

	sim_page_fill(key, page);
	return file_write(FILE_A, index, page);
}

static void reclaim_page(u32 index)
{
	struct address_space *mapping = inode_find(FILE_A);
	struct page *page = mapping ? filemap_get_page(mapping, index, NULL) : NULL;

	if (!page)
		return;
	lock_page(page);
	if (vm_page(page)->mapping && !vm_flag(page, PGV_dirty | PGV_writeback))
		remove_mapping(page);
	unlock_page(page);
	put_vm_page(page);
}

/* Pages that are clean, dirty, not read yet, reclaimed; behind a hole; and another file nobody uses. */
static bool set_up(void)
{
	for (u32 i = 0; i < 4; i++)
		if (write_key(i, 100 + i))
			return false;
	if (file_fsync(FILE_A) || write_key(4, 104) || write_key(5, 105) || write_key(20, 120))
		return false;
	if (file_read(FILE_A, 6, buffer) || file_read(FILE_A, 7, buffer) || file_open(FILE_B))
		return false;
	lru_add_drain_all();
	reclaim_page(7);
	return true;
}

static u64 key_before(u32 index)
{
	if (index < 6 || index == 20)
		return 100 + index;
	return index < FILE_PAGES ? disk_virgin_key(0, (u64)FILE_A * FILE_MAX_PAGES + index) : 0;
}

/* --- what happens -------------------------------------------------------------------------------------------------------------------- */

static void read_cached(void)
{
	file_read(FILE_A, 0, (u64[PAGE_SIZE / 8]){ 0 });
}
static void read_reclaimed(void)
{
	file_read(FILE_A, 7, (u64[PAGE_SIZE / 8]){ 0 });
}
static void read_ahead(void)
{
	file_read(FILE_A, 8, (u64[PAGE_SIZE / 8]){ 0 });
}
static void write_clean(void)
{
	write_key(0, 200);
}
static void write_clean_again(void)
{
	write_key(0, 300);
}
static void write_dirty(void)
{
	write_key(4, 204);
}
static void write_reclaimed(void)
{
	write_key(7, 207);
}
static void write_behind(void)
{
	write_key(30, 230);
}
static void sync_it(void)
{
	file_fsync(FILE_A);
}
static void flush_it(void)
{
	struct address_space *mapping = inode_get(FILE_A);

	write_mapping(mapping, false);
	inode_put(mapping);
}
static void cut_it(void)
{
	file_truncate(FILE_A, 4);
}
static void cut_it_to_nothing(void)
{
	file_truncate(FILE_A, 0);
}
static void enlarge_it(void)
{
	file_truncate(FILE_A, PAGES);
}
static void drop_pages(void)
{
	drop_caches(1);
}
static void drop_all(void)
{
	drop_caches(3);
}
static void reclaim_all(void)
{
	for (u32 i = 0; i < 8; i++)
		reclaim_page(i);
}
static void shrink(struct shrinker *s)
{
	struct shrink_control sc = { .gfp = GFP_KERNEL, .nr_to_scan = 8 };

	s->scan_objects(s, &sc);
}
static void shrink_objects(void)
{
	for (unsigned i = 0; i < 2; i++) {
		shrink(fs_state()->dentries);
		shrink(fs_state()->inodes);
	}
}
static void shrink_shadows(void)
{
	shrink(fs_state()->shadows);
}
static void open_another(void)
{
	file_open(FILE_B);
	file_open(77);
}

enum { CUTS = 64 }; /* more than any page: the file is cut off */
static const struct {
	const char *name;
	void (*run)(void);
	u32 index; /* of the page it writes */
	u64 key;   /* 0: it writes none */
	u32 cut;   /* pages from here on may be gone */
} thing[] = {
	{ "a read", read_cached, 0, 0, CUTS },
	{ "a read of what was reclaimed", read_reclaimed, 0, 0, CUTS },
	{ "a read that reads ahead", read_ahead, 0, 0, CUTS },
	{ "a write to a clean page", write_clean, 0, 200, CUTS },
	{ "another one to the same page", write_clean_again, 0, 300, CUTS },
	{ "a write to a dirty page", write_dirty, 4, 204, CUTS },
	{ "a write to what was reclaimed", write_reclaimed, 7, 207, CUTS },
	{ "a write behind the end", write_behind, 30, 230, CUTS },
	{ "fsync", sync_it, 0, 0, CUTS },
	{ "a flush", flush_it, 0, 0, CUTS },
	{ "truncate", cut_it, 0, 0, 4 },
	{ "truncate to nothing", cut_it_to_nothing, 0, 0, 0 },
	{ "truncate to more", enlarge_it, 0, 0, PAGES },
	{ "drop_caches of pages", drop_pages, 0, 0, CUTS },
	{ "drop_caches of all", drop_all, 0, 0, CUTS },
	{ "reclaim", reclaim_all, 0, 0, CUTS },
	{ "shrinkers of objects", shrink_objects, 0, 0, CUTS },
	{ "the shrinker of shadows", shrink_shadows, 0, 0, CUTS },
	{ "open", open_another, 0, 0, CUTS },
};

/* --- what must be so afterwards ------------------------------------------------------------------------------------------------------ */

static const char *name_of(unsigned i)
{
	return thing[i].name;
}
static void run_thing(unsigned i)
{
	thing[i].run();
}

/* May the page hold this? ~0: it is not there. */
static bool may_hold(u32 index, u64 key)
{
	u32 cut = min_of(thing[race.first].cut, other_started ? thing[race.second].cut : (u32)CUTS);
	bool a = thing[race.first].key && thing[race.first].index == index;
	bool b = other_started && thing[race.second].key && thing[race.second].index == index;

	if (a || b) /* what was written is there, or was cut off afterwards; in no order it is zero */
		return (index >= cut && key == ~0ULL) || (a && key == thing[race.first].key) || (b && key == thing[race.second].key);
	if (index >= cut)
		return key == 0 || key == ~0ULL;
	return key == key_before(index) || (index > 20 && key == ~0ULL);
}

static u64 key_of(u32 index)
{
	static const u64 known[] = { 0, 200, 300, 204, 207, 230 };

	if (file_read(FILE_A, index, buffer))
		return ~0ULL;
	if (sim_page_holds(key_before(index), buffer))
		return key_before(index);
	for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
		if (sim_page_holds(known[i], buffer))
			return known[i];
	return ~1ULL;
}

static const char *what_is_wrong(void)
{
	static char text[80];

	for (u32 i = 0; i < PAGES; i++) {
		u64 key = key_of(i);

		if (may_hold(i, key))
			continue;
		snprintf(text, sizeof(text), "page %u holds key %lld", i, (long long)key);
		return text;
	}
	return NULL;
}

static const char *anything_left(void)
{
	if (fs_state()->nr_inodes || fs_state()->nr_dentries)
		return "a file is known";
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		if (vm_state()->page[pfn].use == VM_USE_FILE && vm_state()->page[pfn].flags)
			return "a page of a file is left";
	return NULL;
}

static bool all_agree(void)
{
	if (!agree(vm_check(), "") || !agree(what_is_wrong(), ", in the cache"))
		return false;
	refuel();
	if (file_fsync(FILE_A))
		return agree("fsync fails", ", after the end");
	drop_caches(1);
	if (!agree(what_is_wrong(), ", on disk"))
		return false;
	refuel();
	vm_settle();
	return agree(vm_check(), ", after the end") && agree(anything_left(), ", after the end");
}

int main(void)
{
	if (!boot_race("files"))
		return tap_end();
	race.most_yields = 4000;
	for (unsigned first = 0; first < ARRAY_SIZE(thing); first++) {
		bool good = true;

		race.runs = 0;
		for (unsigned second = 0; second < ARRAY_SIZE(thing); second++)
			good &= run_pair(first, second);
		ok(good, "%s can be interrupted anywhere by anything", thing[first].name);
		printf("# %u runs\n", race.runs);
	}
	machine_destroy(m);
	return tap_end();
}
