/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_sums.c - the life of what the model knows of tasks, files and swap; its sums counted anew; its digest.
 *
 * Sums are kept as events come, and counted anew from frames, page table entries and slots. A reset copies the tables back
 * and empties what was touched since the model was sealed: then nothing of it was in use.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "slab_state.h"
#include "vm_state.h"

#define IMAGE_BYTES offsetof(struct model_vm, due)

/* --- life ---------------------------------------------------------------------------------------------------------------- */

static const u64 pte_bytes = (u64)MODEL_VM_TASKS * VM_SPACE_PAGES * sizeof(struct vm_pte);
static const u64 slot_bytes = (u64)VM_SLOTS * sizeof(struct vm_slot);

static bool create(struct model *m)
{
	struct model_vm *vm = map_zeros(sizeof(*vm));
	bool ok;

	m->vm = vm;
	if (!vm)
		return false;
	vm->frame = map_table(m->nr_frames * sizeof(*vm->frame));
	vm->pte = map_zeros(pte_bytes);
	vm->image = map_zeros(IMAGE_BYTES);
	vm->frames.list = map_zeros(VM_MAX_MARKS * sizeof(u32));
	vm->ptes.list = map_zeros(VM_MAX_MARKS * sizeof(u32));
	vm->slots.list = map_zeros(VM_MAX_MARKS * sizeof(u32));
	vm->sealed = map_zeros(VM_MAX_MARKS * sizeof(*vm->sealed));
	ok = vm->sealed && vm->frame && vm->pte && vm->image && vm->frames.list && vm->ptes.list && vm->slots.list;
	for (unsigned d = 1; ok && d <= SWAP_DEVICES; d++)
		ok = (vm->slot[d] = map_zeros(slot_bytes));
	return ok;
}

void model_vm_destroy(struct model *m)
{
	struct model_vm *vm = m->vm;

	if (!vm)
		return;
	unmap_zeros(vm->frame, m->nr_frames * sizeof(*vm->frame));
	unmap_zeros(vm->pte, pte_bytes);
	unmap_zeros(vm->image, IMAGE_BYTES);
	unmap_zeros(vm->sealed, VM_MAX_MARKS * sizeof(*vm->sealed));
	unmap_zeros(vm->frames.list, VM_MAX_MARKS * sizeof(u32));
	unmap_zeros(vm->ptes.list, VM_MAX_MARKS * sizeof(u32));
	unmap_zeros(vm->slots.list, VM_MAX_MARKS * sizeof(u32));
	for (unsigned d = 1; d <= SWAP_DEVICES; d++)
		unmap_zeros(vm->slot[d], slot_bytes);
	unmap_zeros(vm, sizeof(*vm));
	m->vm = NULL;
}

void vm_mark(struct vm_marks *marks, u32 what)
{
	if (marks->nr < VM_MAX_MARKS)
		marks->list[marks->nr++] = what;
	else
		marks->lost = true;
}

/* Empty what was touched: one by one, or all of it. */
static void empty(struct vm_marks *marks, void *array, size_t size, u64 bytes)
{
	for (u32 i = 0; !marks->lost && i < marks->nr; i++)
		memset((char *)array + (u64)marks->list[i] * size, 0, size);
	if (marks->lost)
		madvise(array, bytes, MADV_DONTNEED);
	marks->nr = 0;
	marks->lost = false;
}

static void empty_slots(struct model_vm *vm)
{
	for (u32 i = 0; !vm->slots.lost && i < vm->slots.nr; i++)
		memset(&vm->slot[vm->slots.list[i] >> 24][vm->slots.list[i] & 0xffffff], 0, sizeof(struct vm_slot));
	for (unsigned d = 1; vm->slots.lost && d <= SWAP_DEVICES; d++)
		madvise(vm->slot[d], slot_bytes, MADV_DONTNEED);
	vm->slots.nr = 0;
	vm->slots.lost = false;
}

static void empty_all(struct model *m)
{
	struct model_vm *vm = m->vm;

	empty(&vm->frames, vm->frame, sizeof(*vm->frame), m->nr_frames * sizeof(*vm->frame));
	empty(&vm->ptes, vm->pte, sizeof(*vm->pte), pte_bytes);
	empty_slots(vm);
	for (unsigned f = 0; f < MODEL_TRACKED_FILES; f++)
		if (vm->file[f].touched)
			memset(vm->block[f], 0, sizeof(vm->block[f]));
	memset(vm->flight, 0, sizeof(vm->flight));
	vm_log_begins(m);
}

/* Tables of slots of swap stay; sealed a second time they are there already. */
static void keep_frames(struct model_vm *vm)
{
	for (u32 i = 0; !vm->frames.lost && i < vm->frames.nr; i++) {
		u32 pfn = vm->frames.list[i];

		if (vm->frame[pfn].use && vm->nr_sealed < VM_MAX_MARKS)
			vm->sealed[vm->nr_sealed++] = (struct vm_sealed){ pfn, vm->frame[pfn] };
	}
}

static void put_back_frames(struct model_vm *vm)
{
	for (u32 i = 0; i < vm->nr_sealed; i++) {
		vm->frame[vm->sealed[i].pfn] = vm->sealed[i].frame;
		vm->frame[vm->sealed[i].pfn].flags &= (u16)~VMF_TOUCHED;
	}
}

void model_vm_seal(struct model *m)
{
	struct model_vm *vm = m->vm;

	if (!vm)
		return;
	keep_frames(vm);
	empty_all(m);
	put_back_frames(vm);
	memcpy(vm->image, vm, IMAGE_BYTES);
}

void model_vm_reset(struct model *m)
{
	if (!m->vm)
		return;
	empty_all(m);
	put_back_frames(m->vm);
	memcpy(m->vm, m->vm->image, IMAGE_BYTES);
}

bool model_begin_vm_init(struct model *m, unsigned cpu)
{
	if (!m->slab || (!m->vm && !create(m)))
		return false;
	begin_work(m, cpu, 0, WORK_VM);
	return true;
}

static const u32 knob_values[NR_VM_KNOBS] = {
	[VM_SWAPPINESS] = 60,	      [VM_VFS_CACHE_PRESSURE] = 100, [VM_DIRTY_RATIO] = 20, [VM_DIRTY_BACKGROUND_RATIO] = 10,
	[VM_PAGE_CLUSTER] = 3,	      [VM_OOM_DUMP_TASKS] = 1,	     [VM_ZSWAP_ENABLED] = 1, [VM_ZSWAP_MAX_POOL_PERCENT] = 20,
};

const char *model_vm_is_up(struct model *m, unsigned cpu, int error)
{
	if (error)
		return slab_flight_on(m, cpu)->refused ? NULL : model_says(m, "R53: nothing was refused, and what tasks need could not be made");
	memcpy(m->vm->knob, knob_values, sizeof(knob_values));
	memset(m->kswapd_wanted, 0, sizeof(m->kswapd_wanted)); /* nobody ran for it yet; the new one starts asleep */
	vm_liveness_is_up(m);
	m->vm->up = true;
	return NULL;
}

/* --- counted anew [R58] -------------------------------------------------------------------------------------------------- */

static void add_frame(const struct model *m, struct vm_sums *s, u64 pfn)
{
	const struct vm_frame *f = &m->vm->frame[pfn];

	if (f->place < NR_LRU_LISTS && vm_is_users(f))
		s->lru[model_zone_of(m, pfn)][f->place]++;
	if (f->place == LRU_ISOLATED)
		s->isolated[vm_node_of(m, pfn)][!vm_is_anon(f)]++;
	if (f->place == LRU_BATCH)
		s->batched[f->cpu]++;
	s->dirty += (f->flags & VMF_DIRTY) && f->file != VM_NO_FILE;
	s->writeback += !!(f->flags & VMF_WRITEBACK);
	s->mlocked += !!(f->flags & VMF_MLOCKED);
	s->pinned += f->pins;
	s->file_pages += f->file != VM_NO_FILE;
	s->swapcache += f->entry != 0;
	s->anon_mapped += f->maps && vm_is_anon(f);
	s->file_mapped += f->maps && !vm_is_anon(f);
	s->tables += f->use == VM_USE_TABLE + 1;
	s->zswap += f->use == VM_USE_ZSWAP + 1;
	s->balloon += f->use == VM_USE_BALLOON + 1;
}

static const char *recount_frames(struct model *m)
{
	struct vm_sums s = { .zswap_stored = m->vm->sums.zswap_stored };

	for (u64 pfn = 0; pfn < m->nr_frames; pfn++) {
		if (!m->vm->frame[pfn].use)
			continue;
		if (model_owner(m, pfn) != MODEL_VM_OWNER)
			return model_says(m, "R58: pfn %u is a page of a task or a file, and somebody else has it", (u32)pfn);
		add_frame(m, &s, pfn);
	}
	if (memcmp(&s, &m->vm->sums, sizeof(s)))
		return model_says(m, "R58: sums of pages: %llu dirty, %llu under writeback, %llu mlocked, %llu in files, %llu in swap's cache, "
				     "%llu and %llu mapped, or lists; the running ones say otherwise",
				  (unsigned long long)s.dirty, (unsigned long long)s.writeback, (unsigned long long)s.mlocked,
				  (unsigned long long)s.file_pages, (unsigned long long)s.swapcache, (unsigned long long)s.anon_mapped,
				  (unsigned long long)s.file_mapped);
	return NULL;
}

/* Of a task: pages it has mapped, anonymous and of files; entries of swap. */
static const char *recount_tasks(struct model *m)
{
	struct {
		u64 anon, file, swap, mlocked;
	} sum[MODEL_VM_TASKS] = { { 0 } };

	for (u32 i = 0; i < m->vm->ptes.nr; i++) {
		const struct vm_pte *pte = &m->vm->pte[m->vm->ptes.list[i]];
		unsigned task = m->vm->ptes.list[i] / VM_SPACE_PAGES;
		bool anon = pte->where == VM_FRAME && vm_is_anon(&m->vm->frame[pte->at]);

		sum[task].anon += anon;
		sum[task].file += pte->where == VM_FRAME && !anon;
		sum[task].swap += pte->where == VM_ENTRY;
		sum[task].mlocked += !!(pte->flags & VMP_MLOCKED);
	}
	for (unsigned t = 0; t < MODEL_VM_TASKS; t++) {
		const struct vm_task_state *task = &m->vm->task[t];

		if (sum[t].anon != task->rss_anon || sum[t].file != task->rss_file || sum[t].swap != task->swapents ||
		    sum[t].mlocked != task->mlocked)
			return model_says(m, "R58: task %u has %llu pages, %llu of files, %llu in swap, %llu mlocked, its sums say otherwise", t,
					  (unsigned long long)sum[t].anon, (unsigned long long)sum[t].file,
					  (unsigned long long)sum[t].swap, (unsigned long long)sum[t].mlocked);
	}
	return NULL;
}

static const char *recount_slots(struct model *m)
{
	u32 used[SWAP_DEVICES + 1] = { 0 };
	u64 users = 0, stored = 0, swapents = 0;

	for (u32 i = 0; i < m->vm->slots.nr; i++) {
		const struct vm_slot *s = &m->vm->slot[m->vm->slots.list[i] >> 24][m->vm->slots.list[i] & 0xffffff];

		used[m->vm->slots.list[i] >> 24] += !!(s->flags & VMS_TAKEN);
		stored += !!(s->flags & VMS_IN_ZSWAP);
		users += s->users;
	}
	for (unsigned t = 0; t < MODEL_VM_TASKS; t++)
		swapents += m->vm->task[t].swapents;
	for (unsigned d = 1; d <= SWAP_DEVICES; d++)
		if (used[d] != m->vm->device[d].used)
			return model_says(m, "R58: %u slots of device %u are taken, its sum says %u", used[d], d, m->vm->device[d].used);
	if (users != swapents || stored != m->vm->sums.zswap_stored)
		return model_says(m, "R58: slots have %llu users, tasks %llu entries; %llu slots are compressed, the sum says %llu",
				  (unsigned long long)users, (unsigned long long)swapents, (unsigned long long)stored,
				  (unsigned long long)m->vm->sums.zswap_stored);
	return NULL;
}

const char *vm_recount(struct model *m)
{
	const char *bad = recount_frames(m);

	if (!bad && !m->vm->ptes.lost)
		bad = recount_tasks(m);
	return bad || m->vm->slots.lost ? bad : recount_slots(m);
}

/* --- for who compares them with mm's -------------------------------------------------------------------------------------- */

struct model_task_sums model_task_sums(const struct model *m, unsigned task)
{
	const struct vm_task_state *t = &m->vm->task[task];

	return (struct model_task_sums){ .exists = t->exists, .killed = t->killed, .adj = t->adj, .rss_anon = t->rss_anon,
					 .rss_file = t->rss_file, .swapents = t->swapents, .tables = t->nr_tables };
}

static u64 tables_of_tasks(const struct model *m)
{
	u64 nr = 0;

	for (unsigned t = 0; t < MODEL_VM_TASKS; t++)
		nr += m->vm->task[t].nr_tables;
	return nr;
}

static u64 on_lists(const struct model *m, unsigned list)
{
	u64 nr = 0;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		nr += m->vm->sums.lru[z][list];
	return nr;
}

u64 model_vm_counter(const struct model *m, const char *name)
{
	static const char *const lists[NR_LRU_LISTS] = { "nr_inactive_anon", "nr_active_anon", "nr_inactive_file", "nr_active_file",
							 "nr_unevictable" };
	const struct vm_counts *c = &m->vm->counts;
	const struct vm_sums *s = &m->vm->sums;
	const struct {
		const char *name;
		u64 value;
	} sums[] = {
		{ "nr_dirty", s->dirty },
		{ "nr_writeback", s->writeback },
		{ "nr_anon_pages", s->anon_mapped },
		{ "nr_mapped", s->file_mapped },
		{ "nr_file_pages", s->file_pages + s->swapcache },
		{ "nr_swapcached", s->swapcache },
		{ "nr_page_table_pages", tables_of_tasks(m) },
		{ "pgsteal_kswapd", c->steal[1][0] + c->steal[1][1] },
		{ "pgsteal_direct", c->steal[0][0] + c->steal[0][1] },
		{ "pgsteal_anon", c->steal[0][0] + c->steal[1][0] },
		{ "pgsteal_file", c->steal[0][1] + c->steal[1][1] },
		{ "slabs_scanned", c->objects },
		{ "pgscan_direct_throttle", c->throttled },
		{ "pageoutrun", c->balances },
		{ "nr_foll_pin_acquired", c->pinned },
		{ "nr_foll_pin_released", c->unpinned },
	};

	for (unsigned list = 0; list < NR_LRU_LISTS; list++)
		if (!strcmp(name, lists[list]))
			return on_lists(m, list);
	for (unsigned i = 0; i < sizeof(sums) / sizeof(*sums); i++)
		if (!strcmp(name, sums[i].name))
			return sums[i].value;
	return ~0ULL;
}

void model_vm_scanned(const struct model *m, const char *name, u64 *least, u64 *most)
{
	const struct vm_counts *c = &m->vm->counts;

	*least = *most = 0;
	for (unsigned kswapd = 0; kswapd < 2; kswapd++)
		for (unsigned file = 0; file < 2; file++) {
			if (strcmp(name, kswapd ? "pgscan_kswapd" : "pgscan_direct") && strcmp(name, file ? "pgscan_file" : "pgscan_anon"))
				continue;
			*least += c->taken[kswapd][file];
			*most += c->meant[kswapd][file];
		}
}

/* --- the end of a program ---------------------------------------------------------------------------------------------------- */

/* All is as it was when the program began: no task, nothing cached, no slot taken. [Q5] */
const char *vm_settled(struct model *m)
{
	const struct vm_sums *s = &m->vm->sums;
	const char *bad = vm_liveness_settled(m);

	if (bad)
		return bad;
	for (unsigned t = 0; t < MODEL_VM_TASKS; t++)
		if (m->vm->task[t].exists)
			return model_says(m, "Q5: all is over, and task %u is still there", t);
	for (unsigned d = 1; d <= SWAP_DEVICES; d++)
		if (m->vm->device[d].used)
			return model_says(m, "Q5: all is over, and %u slots of device %u are taken", m->vm->device[d].used, d);
	if (s->file_pages || s->swapcache || s->zswap || s->pinned || s->writeback || s->mlocked || s->dirty)
		return model_says(m, "Q5: all is over, and %llu pages are in files, %llu in swap's cache, %llu in the pool, %llu pinned",
				  (unsigned long long)s->file_pages, (unsigned long long)s->swapcache, (unsigned long long)s->zswap,
				  (unsigned long long)s->pinned);
	if (s->balloon)
		return model_says(m, "Q5: all is over, and the balloon has %llu pages", (unsigned long long)s->balloon);
	return NULL;
}

/* --- digest ---------------------------------------------------------------------------------------------------------------------- */

u64 vm_digest(const struct model *m, u64 digest)
{
	const struct model_vm *vm = m->vm;

	for (u64 pfn = 0; m->nr_frames <= DIGEST_FRAMES && pfn < m->nr_frames; pfn++) {
		const struct vm_frame *f = &vm->frame[pfn];

		if (!f->use)
			continue;
		digest = fold(digest, pfn | (u64)f->use << 32 | (u64)f->place << 40 | (u64)(f->flags & ~VMF_TOUCHED) << 48);
		digest = fold(digest, f->key ^ ((u64)f->maps << 32 | f->entry));
		digest = fold(digest, (u64)f->file << 32 | f->index);
	}
	for (unsigned t = 0; t < MODEL_VM_TASKS; t++)
		if (vm->task[t].exists)
			digest = fold(digest, t | (u64)vm->task[t].killed << 8 | vm->task[t].rss_anon << 16 | vm->task[t].rss_file << 32 |
						      vm->task[t].swapents << 48);
	for (unsigned d = 1; d <= SWAP_DEVICES; d++)
		digest = fold(digest, vm->device[d].pages | (u64)vm->device[d].used << 32);
	return digest;
}
