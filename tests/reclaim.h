/* SPDX-License-Identifier: GPL-2.0-only */
/* reclaim.h - scenes on a machine of one node, so that everything lies on its lists; pages that belong to nobody but the test. */
#ifndef TESTS_RECLAIM_H
#define TESTS_RECLAIM_H

#include "../mm/vmscan_internal.h"
#include "scene.h"

static inline bool about_reclaim(unsigned type)
{
	return type == EVENT_RECLAIM;
}

static inline bool boot(void)
{
	struct machine_config c = small_machine();

	c.param[PARAM_NODES] = 1;
	c.nr_regions = 1;
	c.map[0] = (struct sim_region){ 1, 1023, REGION_USABLE, 0 };
	return boot_scene(&c, "reclaim");
}

static inline void play(const char *name, void (*act)(void))
{
	printf("# %s\n", name);
	if (!boot())
		return;
	if (play_scene(name, 0, act))
		same_text(lru_check() ? lru_check() : shrinker_check(), NULL, "lists and shrinkers are valid");
	machine_destroy(m);
}

static inline struct pgdat *node(void)
{
	return &vm_state()->node[0];
}
static inline struct lruvec *lists(void)
{
	return &node()->lruvec;
}
static inline u64 on_list(enum lru_place lru)
{
	return lruvec_size(lists(), lru, MAX_NR_ZONES - 1);
}

/* Pages that belong to nobody but this test: whoever looks finds them in use. */
#define MOST_PAGES 1100
static struct page *page_of[MOST_PAGES];
static unsigned nr_pages;

static inline struct page *new_page(u32 flags)
{
	struct page *page = vm_alloc_page(VM_USE_ANON, GFP_HIGHUSER_MOVABLE & ~__GFP_DIRECT_RECLAIM, NUMA_NO_NODE);

	if (!page)
		return NULL;
	vm_set_flags(page, flags | PGV_uptodate);
	lru_add_page(page);
	page_of[nr_pages++] = page;
	return page;
}

static inline void new_pages(unsigned nr, u32 flags)
{
	while (nr-- && new_page(flags))
		refuel();
	lru_add_drain();
}

static inline void drop_pages(void)
{
	lru_add_drain_all();
	while (nr_pages) {
		free_swap_cache(page_of[--nr_pages]); /* reclaim may have found it a slot */
		put_vm_page(page_of[nr_pages]);
	}
	refuel();
}

/* --- what is done to them --- */

static inline u64 reclaim(gfp_t gfp)
{
	struct mm *mm = current_mm();

	forget_news();
	return try_to_free_pages(mm, &mm->zonelist[0][0], gfp, 0);
}

static u64 page_buffer[PAGE_SIZE / 8];

static inline unsigned read_files(unsigned nr)
{
	unsigned got = 0;

	for (unsigned i = 0; i < nr; i++) {
		refuel();
		got += !file_read(1 + i / 16, i % 16, page_buffer);
	}
	lru_add_drain_all();
	return got;
}

static inline void forget_who_used_what(void)
{
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		vm_state()->page[pfn].flags &= ~(u32)PGV_referenced;
}

#endif
