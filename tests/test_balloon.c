/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_balloon.c - a balloon by hand: how large it gets, what it leaves others, what it gives back when somebody runs out; and
 * balloon_check(), which must speak when one word is wrong, and not before.
 */
#include <errno.h>
#include "scene.h"

static bool boot(void)
{
	const struct machine_config c = small_machine();

	return boot_vm(&c, "a balloon");
}

static u64 pages_left(void)
{
	u64 pages = 0;

	drain_all_pages();
	vmstat_refresh();
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (current_mm()->zone[i])
			pages += (u64)zone_page_state(current_mm()->zone[i], NR_FREE_PAGES);
	return pages;
}

static void sizes(void)
{
	u64 before;

	if (!boot())
		return;
	before = pages_left();
	ok(!balloon_resize(5) && balloon_pages() == 5, "it grows to five pages");
	same_number(pages_left(), before - 5, "  that nobody else has");
	ok(!balloon_resize(2) && balloon_pages() == 2 && pages_left() == before - 2, "it shrinks to two");
	same_text(vm_check(), NULL, "  and all is in order");
	ok(!balloon_resize(0) && !balloon_pages() && pages_left() == before, "and to none");
	machine_destroy(m);
}

static void nobody_is_hurt(void)
{
	u64 reserves = 0;

	if (!boot())
		return;
	refuel();
	ok(balloon_resize(1u << 20) == -ENOMEM && balloon_pages() > 0, "it takes what there is");
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (current_mm()->zone[i])
			reserves += current_mm()->zone[i]->watermark[WMARK_MIN];
	ok(pages_left() >= reserves, "  and leaves the reserves alone");
	same_number(vm_counter("oom_kill"), 0, "  nobody is killed for it");
	vm_settle();
	same_number(balloon_pages(), 0, "when all is over it has nothing");
	machine_destroy(m);
}

static void gives_back(void)
{
	struct oom_control oc = { .gfp = GFP_KERNEL };
	u64 pfn;

	if (!boot())
		return;
	refuel();
	ok(!task_create(1, 0) && !task_access(1, 0, true, &pfn) && !balloon_resize(BALLOON_OOM_PAGES + 3), "a task, and a balloon");
	out_of_memory(&oc);
	same_number(balloon_pages(), 3, "O5: who runs out gets some of it");
	out_of_memory(&oc);
	same_number(balloon_pages(), 0, "O5: and then the rest");
	same_number(vm_counter("oom_kill"), 0, "  nobody dies meanwhile");
	out_of_memory(&oc);
	same_number(vm_counter("oom_kill"), 1, "O5: when it is empty somebody must");
	machine_destroy(m);
}

static void recount(void)
{
	struct page *page, foreign = { 0 };

	if (!boot())
		return;
	refuel();
	ok(!balloon_resize(2), "two pages");
	page = vm_state()->page[0].flags ? NULL : current_mm()->mem_map;
	while (page && vm_page(page)->use != VM_USE_BALLOON)
		page++;
	ok(page && vm_flag(page, PGV_used), "  one of them");
	if (!page)
		return;
	same_text(balloon_check(), NULL, "balloon_check() has nothing to say");
	page->refcount = 2;
	says_clause(balloon_check(), "V15", "somebody else holds a page: V15");
	page->refcount = 1;
	vm_page(page)->use = VM_USE_ANON;
	says_clause(balloon_check(), "V15", "it is another's: V15");
	says_clause(vm_check(), "V15", "  and there are fewer of its use: V15");
	vm_page(page)->use = VM_USE_BALLOON;
	vm_page(page)->flags |= PGV_lru;
	says_clause(balloon_check(), "V15", "reclaim has it on a list: V15");
	vm_page(page)->flags = PGV_used;
	list_add(&foreign.lru, &vm_state()->balloon->pages);
	says_clause(balloon_check(), "V15", "a page that is in no frame: V15");
	list_del(&foreign.lru);
	list_del(&page->lru);
	says_clause(vm_check(), "V15", "it is lost: V15");
	machine_destroy(m);
}

int main(void)
{
	sizes();
	nobody_is_hurt();
	gives_back();
	recount();
	return tap_end();
}
