/* SPDX-License-Identifier: GPL-2.0-only */
/* export.h - what the files of the C export share. export_c.c says how it works. */
#ifndef LOCKSTEP_EXPORT_H
#define LOCKSTEP_EXPORT_H

#include "text.h"

#define MOST_PAGES (1u << (NR_PAGE_ORDERS - 1))
#define LENGTH_ALL 0x3fff /* of memblock operations: all there is after the base */

struct held {
	u8 state, kind, order;
	bool compound;
	bool torn; /* a bulk: some of its pages may have been freed by others */
	u32 nr, refs;
	u32 filled_at; /* step */
	u64 pfn;       /* EMPTY_PFN: not in the record */
	u8 gone[MOST_PAGES / 8];
};

struct exporter {
	const struct program *p;
	const struct verdict *v;
	char *const *outcome;
	FILE *out;
	char **line; /* text form of each operation */
	u32 step;
	const char *expected; /* recorded answer of this step, or NULL */
	u32 frames, nodes, cpus;
	unsigned grain_shift;
	bool early;
	bool stepwise; /* each operation is a function that the scheduler runs: export_vm.c */
	bool in_step;  /* what is written now is outside of main() */
	bool panics;   /* as somebody wanted it: then nothing comes behind */
	u32 end;       /* operations that there is C for */
	bool *has_step; /* of each operation: there is such a function */
	bool unsure; /* a stale free hit an owner that is not in the record */
	struct held held[NR_SLOTS];
	u8 other[NR_FAMILIES][NR_SLOTS]; /* state of slots that do not hold pages */
	bool named[NR_FAMILIES][NR_SLOTS]; /* does the program name the slot at all? */
	struct {
		u32 size;
		u8 ctor;
	} cache[NR_CACHE_SLOTS];
};

/* export_rows.c: the C of an operation; NULL: there is none. */
struct export_row {
	u16 code;
	const char *text; /* NULL: the function writes all */
	void (*effect)(struct exporter *e, const struct op *op, const u64 *a);
};
const struct export_row *export_row_of(u16 code);

/* export_prelude.c: includes and helper functions of an exported program. */
extern const char export_prelude[];

/* export_args.c: text, arguments, and the recorded answer of the step at hand. */
void export_comment(FILE *out, const char *s);
void export_string(FILE *out, const char *s);
u64 export_value(const struct op *op, const u64 *a, unsigned kind);
u64 export_gfp(const struct op *op, const u64 *a);
u64 export_in_bytes(const struct exporter *e, u64 grains);
u64 export_whole_grains(const struct exporter *e, u64 bytes);
u64 export_recorded(const struct exporter *e, u64 otherwise);
bool export_gets_something(const struct exporter *e);
void export_text(struct exporter *e, const char *text, const struct op *op, const u64 *a);

/* export_slots.c: what slots hold. The functions of operations, then those for a slot at any time. */
void export_got_block(struct exporter *e, const struct op *op, const u64 *a);
void export_got_zeroed_page(struct exporter *e, const struct op *op, const u64 *a);
void export_got_exact(struct exporter *e, const struct op *op, const u64 *a);
void export_got_bulk(struct exporter *e, const struct op *op, const u64 *a);
void export_free_slot(struct exporter *e, const struct op *op, const u64 *a);
void export_free_by_address(struct exporter *e, const struct op *op, const u64 *a);
void export_free_one(struct exporter *e, const struct op *op, const u64 *a);
void export_get_reference(struct exporter *e, const struct op *op, const u64 *a);
void export_put_reference(struct exporter *e, const struct op *op, const u64 *a);
void export_split_block(struct exporter *e, const struct op *op, const u64 *a);
void export_check_slot(struct exporter *e, const struct op *op, const u64 *a);
void export_free_interior(struct exporter *e, const struct op *op, const u64 *a);
void export_got_fill(struct exporter *e, const struct op *op, const u64 *a);
void export_write_stale(struct exporter *e, const struct op *op, const u64 *a);
void export_page_owner(struct exporter *e, const struct op *op, const u64 *a);
/* export_slab.c: caches and objects. */
extern const char export_boot_prelude[], export_slab_prelude[];
void export_create(struct exporter *e, const struct op *op, const u64 *a);
void export_create_args(struct exporter *e, const struct op *op, const u64 *a);
void export_create_in_irq(struct exporter *e, const struct op *op, const u64 *a);
void export_destroy(struct exporter *e, const struct op *op, const u64 *a);
void export_got_object(struct exporter *e, const struct op *op, const u64 *a);
void export_got_objects(struct exporter *e, const struct op *op, const u64 *a);
void export_gave_objects(struct exporter *e, const struct op *op, const u64 *a);
void export_attribute(struct exporter *e, const struct op *op, const u64 *a);
void export_stored_attribute(struct exporter *e, const struct op *op, const u64 *a);
void export_find_slots(struct exporter *e);
bool export_has_objects(const struct exporter *e);
void export_slab_slots(struct exporter *e);
void export_slab_boot(struct exporter *e);
void export_slab_end(struct exporter *e);
/* export_kmalloc.c: memory by size. */
extern const char export_kmalloc_prelude[];
void export_got_memory(struct exporter *e, const struct op *op, const u64 *a);
void export_resized_memory(struct exporter *e, const struct op *op, const u64 *a);
void export_gave_memory(struct exporter *e, const struct op *op, const u64 *a);
void export_gave_object(struct exporter *e, const struct op *op, const u64 *a);
void export_gave_much_memory(struct exporter *e, const struct op *op, const u64 *a);
void export_kmalloc_end(struct exporter *e);
/* export_vm.c: tasks, files and swap, and steps on a machine with kernel threads. */
extern const char export_vm_prelude[];
void export_sleep(struct exporter *e, const struct op *op, const u64 *a);
void export_open_step(struct exporter *e);
void export_close_step(struct exporter *e);
void export_vm_boot(struct exporter *e);
void export_steps(struct exporter *e);
/* Where the program ends, and how. */
void export_find_end(struct exporter *e);
/* It did not answer, but may have begun. */
bool export_is_unfinished(const struct exporter *e);
/* Single pages in an array: a bulk, or what a reach operation took. */
static inline bool export_is_array(const struct held *h)
{
	return h->kind == SLOT_BULK || h->kind == SLOT_FILL;
}
void export_check(struct exporter *e, u64 slot);
void export_free(struct exporter *e, u64 slot);

#endif
