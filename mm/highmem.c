/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * highmem.c - pages without a permanent mapping, mapped for one task at a time.
 *
 * Each CPU's task has a stack of mappings; what is mapped last is unmapped first. An interrupt works on top of the
 * task's stack and leaves it as it was. The host has every frame mapped, so a mapping costs nothing but permission:
 * a tool forbids to touch a highmem page from boot on, but while somebody holds a mapping of it.
 *
 * Invariants:
 *   [D50] the tool lets a highmem page be touched only while some task has it mapped
 *   [D51] a task holds at most KM_MAX_IDX mappings, and gives them back in reverse order
 * Locks: none. A stack is its CPU's own; other CPUs look at it only to ask for a page that they unmap themselves.
 * Unlike Linux: no kmap() pool shared by tasks; all mappings of a page have one address.
 */
#include "page_debug_internal.h"
#include "highmem.h"

struct kmap_stack {
	u32 pfn[KM_MAX_IDX];
	u32 depth;
};

int kmap_init(struct mm *mm)
{
	mm->kmap = machine_meta_alloc(this_cpu->machine, SIM_MAX_CPUS * sizeof(*mm->kmap), 64);
	return mm->kmap ? 0 : -1;
}

bool page_is_lowmem(u64 pfn)
{
	return pfn < lowmem_end(current_mm());
}

unsigned kmap_depth(unsigned cpu)
{
	return READ_ONCE(current_mm()->kmap[cpu].depth);
}

static bool maps(const struct kmap_stack *stack, u64 pfn)
{
	for (u32 i = 0; i < min_of(READ_ONCE(stack->depth), (u32)KM_MAX_IDX); i++)
		if (READ_ONCE(stack->pfn[i]) == pfn)
			return true;
	return false;
}

static bool is_mapped(const struct mm *mm, u64 pfn)
{
	for (unsigned cpu = 0; cpu < SIM_MAX_CPUS; cpu++)
		if (maps(&mm->kmap[cpu], pfn))
			return true;
	return false;
}

void *kmap_address(const struct page *page)
{
	const struct mm *mm = current_mm();
	u64 pfn = page_pfn(mm, page);

	return maps(&mm->kmap[this_cpu->id], pfn) ? ram_address(this_cpu->machine, pfn) : NULL;
}

static sim_cold void report(const char *what, u64 pfn)
{
	sim_log("WARNING: %s\n", what);
	mm_report(REPORT_KMAP, pfn, 0, 0);
}

void *kmap_local_page(struct page *page)
{
	struct mm *mm = current_mm();
	struct kmap_stack *stack = &mm->kmap[this_cpu->id];
	u64 pfn = page_pfn(mm, page);

	if (likely(pfn < lowmem_end(mm)))
		return ram_address(this_cpu->machine, pfn);
	if (unlikely(stack->depth == KM_MAX_IDX)) {
		report("too many kmap_local mappings", pfn);
		return NULL;
	}
	WRITE_ONCE(stack->pfn[stack->depth], (u32)pfn);
	ADD_ONCE(stack->depth, 1);
	kasan_map_page(page);
	return ram_address(this_cpu->machine, pfn);
}

void kunmap_local(const void *address)
{
	struct mm *mm = current_mm();
	struct kmap_stack *stack = &mm->kmap[this_cpu->id];
	u64 pfn = (u64)((const char *)address - this_cpu->machine->host->ram) >> PAGE_SHIFT;

	if (likely(pfn < lowmem_end(mm)))
		return;
	if (unlikely(!stack->depth || stack->pfn[stack->depth - 1] != pfn)) {
		report("kunmap_local of an address that was not mapped last", pfn);
		return;
	}
	SUB_ONCE(stack->depth, 1);
	if (!marked(is_mapped(mm, pfn), MARK_KMAP_SHARED))
		kasan_unmap_page(mm->mem_map + pfn);
}
