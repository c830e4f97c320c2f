/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * export_slab.c - caches and objects of a program as C.
 *
 *   o2 = kmem_cache_alloc c0 gfp=GFP_KERNEL   # ok at=0xa5000
 *
 *        becomes   got_object(&o2, c0, 64, NULL, false, kmem_cache_alloc(c0, GFP_KERNEL), "ok at=0xa5000");
 *
 * A slot of objects is a struct that knows where each lies, how many bytes of it are its owner's, and who wrote it. Only whether
 * a slot is live is followed here: helpers do nothing to a slot that holds nothing.
 */
#include <string.h>
#include "export.h"

static const char *const ctor_calls[] = { "NULL", "construct_first", "construct_second" };

static void put_name(struct exporter *e, u64 name)
{
	export_string(e->out, cache_names[name]);
}

static void put_cache_end(struct exporter *e, u64 slot)
{
	fprintf(e->out, ");\n\tend_cache(c%llu, ", (unsigned long long)slot);
	export_string(e->out, e->expected);
	fputs(");\n", e->out);
}

static void made_cache(struct exporter *e, const u64 *a, unsigned ctor)
{
	if (!export_gets_something(e))
		return;
	e->other[FAMILY_CACHES][a[0]] = SLOT_LIVE;
	e->cache[a[0]].size = (u32)a[2];
	e->cache[a[0]].ctor = (u8)ctor;
}

void export_create(struct exporter *e, const struct op *op, const u64 *a)
{
	(void)op;
	fprintf(e->out, "\tc%llu = kmem_cache_create(", (unsigned long long)a[0]);
	put_name(e, a[1]);
	fprintf(e->out, ", %llu, %u, %#llx, %s", (unsigned long long)a[2], a[3] ? 1u << (a[3] - 1) : 0, (unsigned long long)a[4],
		ctor_calls[a[5]]);
	put_cache_end(e, a[0]);
	made_cache(e, a, (unsigned)a[5]);
}

void export_create_args(struct exporter *e, const struct op *op, const u64 *a)
{
	bool freeptr = op->args[4] == ARG_FREEPTR;

	fprintf(e->out, "\tc%llu = kmem_cache_create_args(", (unsigned long long)a[0]);
	put_name(e, a[1]);
	fprintf(e->out, ", %llu,\n\t\t&(struct kmem_cache_args){ ", (unsigned long long)a[2]);
	if (freeptr)
		fprintf(e->out, ".use_freeptr_offset = true, .freeptr_offset = %llu }", (unsigned long long)a[4]);
	else
		fprintf(e->out, ".useroffset = %llu, .usersize = %llu }", (unsigned long long)a[4], (unsigned long long)a[5]);
	fprintf(e->out, ", %#llx", (unsigned long long)a[3]);
	put_cache_end(e, a[0]);
	made_cache(e, a, 0);
}

void export_create_in_irq(struct exporter *e, const struct op *op, const u64 *a)
{
	(void)op;
	fprintf(e->out, "\tsim_enter_context(CONTEXT_HARDIRQ);\n\tc%llu = kmem_cache_create(", (unsigned long long)a[0]);
	put_name(e, a[1]);
	fprintf(e->out, ", %llu, 0, 0, NULL);\n\tsim_leave_context(CONTEXT_HARDIRQ", (unsigned long long)a[2]);
	put_cache_end(e, a[0]);
	made_cache(e, a, 0);
}

void export_destroy(struct exporter *e, const struct op *op, const u64 *a)
{
	(void)op;
	export_text(e, "kmem_cache_destroy($K);\nend_ok(true, $E);\n", op, a);
	e->other[FAMILY_CACHES][a[0]] = SLOT_STALE;
}

static void got_objects(struct exporter *e, const u64 *a)
{
	if (export_gets_something(e))
		e->other[FAMILY_OBJECTS][a[0]] = SLOT_LIVE;
}

void export_got_object(struct exporter *e, const struct op *op, const u64 *a)
{
	const char *call = op->args[3] == ARG_NODE ? "kmem_cache_alloc_node($K, $g, $n)" : "kmem_cache_alloc($K, $g)";
	bool zero = op->code == 0x030a || (a[2] & __GFP_ZERO);

	if (op->code == 0x030a)
		call = "kmem_cache_zalloc($K, $g)";
	fprintf(e->out, "\tgot_object(&o%llu, c%llu, %u, %s, %s,", (unsigned long long)a[0], (unsigned long long)a[1],
		e->cache[a[1]].size, ctor_calls[e->cache[a[1]].ctor], zero ? "true" : "false");
	export_text(e, call, op, a);
	fputs(", ", e->out);
	export_string(e->out, e->expected);
	fputs(");\n", e->out);
	got_objects(e, a);
}

void export_got_objects(struct exporter *e, const struct op *op, const u64 *a)
{
	fprintf(e->out, "\tgot_objects(&o%llu, c%llu, %u, %s,", (unsigned long long)a[0], (unsigned long long)a[1], e->cache[a[1]].size,
		ctor_calls[e->cache[a[1]].ctor]);
	export_text(e, "$g, $c, $E);\n", op, a);
	if (export_value(op, a, ARG_COUNT)) /* none is ok, and fills no slot */
		got_objects(e, a);
}

void export_gave_objects(struct exporter *e, const struct op *op, const u64 *a)
{
	fprintf(e->out, "\tgive_objects%s(&o%llu);\n", op->code == 0x030d ? "_in_bulk" : "", (unsigned long long)a[0]);
	export_text(e, "end_ok(true, $E);\n", op, a);
	e->other[FAMILY_OBJECTS][a[0]] = SLOT_STALE;
}

/* --- files of /sys/kernel/slab ------------------------------------------------------------------------------------ */

/* A cache in a slot, or whichever has this id. */
static void put_cache(struct exporter *e, const struct op *op, const u64 *a)
{
	fprintf(e->out, op->args[0] == ARG_CACHE ? "c%llu" : "slab_cache_by_id(%llu)", (unsigned long long)a[0]);
}

void export_attribute(struct exporter *e, const struct op *op, const u64 *a)
{
	fputs("\tslab_attr_show(", e->out);
	put_cache(e, op, a);
	fputs(", ", e->out);
	export_string(e->out, slab_attributes[a[1]]);
	fputs(", lists, sizeof(lists));\n", e->out);
	export_text(e, "end_ok(lists[0], $E);\n", op, a);
}

void export_stored_attribute(struct exporter *e, const struct op *op, const u64 *a)
{
	static const char *const before[] = { "", "", "-", "", "", "" }, *const behind[] = { "\\n", "", "", " ", "", "0000000" };
	bool empty = !strcmp(arg_value_name(ARG_ATTRIBUTE_FORM, a[3]), "empty");

	fputs("\tend_ok(slab_attr_store(", e->out);
	put_cache(e, op, a);
	fputs(", ", e->out);
	export_string(e->out, slab_attributes[a[1]]);
	fprintf(e->out, ", \"%s", before[a[3]]);
	if (!empty)
		fprintf(e->out, "%llu%s", (unsigned long long)a[2], behind[a[3]]);
	fputs("\") == 0, ", e->out);
	export_string(e->out, e->expected);
	fputs(");\n", e->out);
}

/* Which slots the program names. */
void export_find_slots(struct exporter *e)
{
	for (u32 i = 0; i < e->p->nr_ops; i++) {
		const struct op *op = op_by_code(e->p->op[i].code);

		for (unsigned k = 0; op && k < MAX_ARGS; k++)
			if (is_slot_kind(op->args[k]))
				e->named[arg_kinds[op->args[k]].family][instr_get_arg(op, &e->p->op[i], k)] = true;
	}
}

/* Has it anything to do with objects? Then it needs the helpers below, and those for memory by size. */
bool export_has_objects(const struct exporter *e)
{
	for (u32 i = 0; i < NR_SLOTS; i++)
		if (e->named[FAMILY_OBJECTS][i] || e->named[FAMILY_KMALLOC][i] || e->named[FAMILY_CACHES][i])
			return true;
	return false;
}

/* Their variables. */
void export_slab_slots(struct exporter *e)
{
	for (u32 i = 0; i < NR_SLOTS; i++) {
		if (e->named[FAMILY_OBJECTS][i])
			fprintf(e->out, "helper struct objects o%u;\n", i);
		if (e->named[FAMILY_CACHES][i])
			fprintf(e->out, "helper struct kmem_cache *c%u;\n", i);
	}
	for (u32 i = 0; i < NR_SLOTS; i++)
		if (e->named[FAMILY_KMALLOC][i])
			fprintf(e->out, "helper struct memory k%u;\n", i);
}

/* All of them go back, objects first. */
void export_slab_end(struct exporter *e)
{
	for (u32 i = 0; i < NR_SLOTS; i++)
		if (e->other[FAMILY_OBJECTS][i] == SLOT_LIVE)
			fprintf(e->out, "\tgive_objects(&o%u);\n", i);
	for (u32 i = 0; i < NR_CACHE_SLOTS; i++)
		if (e->other[FAMILY_CACHES][i] == SLOT_LIVE)
			fprintf(e->out, "\tkmem_cache_destroy(c%u);\n", i);
}

void export_slab_boot(struct exporter *e)
{
	char options[SLAB_DEBUG_BYTES];

	program_slab_debug(e->p, options);
	fputs("\tboot_caches(", e->out);
	export_string(e->out, options);
	fputs(");\n", e->out);
}

const char export_boot_prelude[] =
	"helper void boot_caches(const char *slab_debug)\n"
	"{\n"
	"\tif (slab_debug[0])\n"
	"\t\tsetup_slub_debug(slab_debug);\n"
	"\tslab_up = kmem_cache_init() == 0;\n"
	"\tif (slab_up)\n"
	"\t\tslab_settle();\n"
	"}\n"
	"\n";

const char export_slab_prelude[] =
	"/* --- caches and objects --------------------------------------------------------------------------- */\n"
	"\n"
	"helper void construct(void *object, u8 first)\n"
	"{\n"
	"\tfor (u8 i = 0; i < 16; i++)\n"
	"\t\t((u8 *)object)[i] = (u8)(first + i);\n"
	"}\n"
	"helper void construct_first(void *object)\n"
	"{\n"
	"\tconstruct(object, 0x10);\n"
	"}\n"
	"helper void construct_second(void *object)\n"
	"{\n"
	"\tconstruct(object, 0x80);\n"
	"}\n"
	"\n"
	"/* What a slot holds: nr objects, of which so many bytes are their owner's. */\n"
	"struct objects {\n"
	"\tstruct kmem_cache *s;\n"
	"\tvoid (*ctor)(void *);\n"
	"\tu32 size;\n"
	"\tunsigned nr;\n"
	"\tu8 key;\n"
	"\tvoid *at[32];\n"
	"};\n"
	"\n"
	"helper void end_cache(const struct kmem_cache *s, const char *expected)\n"
	"{\n"
	"\tunsigned id = 0;\n"
	"\n"
	"\twhile (s && slab_cache_by_id(id) != s)\n"
	"\t\tid++;\n"
	"\tend(s ? \"ok\" : \"refused\", s, id, expected);\n"
	"}\n"
	"\n"
	"helper void write_objects(struct objects *o)\n"
	"{\n"
	"\to->key = (u8)(here.step + 1);\n"
	"\tfor (unsigned i = 0; i < o->nr; i++)\n"
	"\t\tmemset(o->at[i], o->key + i, o->size);\n"
	"}\n"
	"\n"
	"helper void check_objects(const struct objects *o)\n"
	"{\n"
	"\tfor (unsigned i = 0; i < o->nr; i++)\n"
	"\t\tfor (u32 k = 0; k < o->size; k++)\n"
	"\t\t\tif (((const u8 *)o->at[i])[k] != (u8)(o->key + i)) {\n"
	"\t\t\t\tcomplain(\"S50: an object no longer holds what its owner wrote\");\n"
	"\t\t\t\treturn;\n"
	"\t\t\t}\n"
	"}\n"
	"\n"
	"/* Objects just handed out: zero if that was asked, as constructed if there is a constructor; then they are written. */\n"
	"helper void receive_objects(struct objects *o, bool zero)\n"
	"{\n"
	"\tu8 due[16];\n"
	"\n"
	"\tfor (unsigned i = 0; i < o->nr; i++) {\n"
	"\t\tfor (u32 k = 0; zero && k < o->size; k++)\n"
	"\t\t\tif (((const u8 *)o->at[i])[k])\n"
	"\t\t\t\tcomplain(\"S16: an object was asked for zeroed and is not\");\n"
	"\t\tif (o->ctor)\n"
	"\t\t\to->ctor(due);\n"
	"\t\tif (o->ctor && memcmp(due, o->at[i], 16) != 0)\n"
	"\t\t\tcomplain(\"S18: an object is not as its constructor left it\");\n"
	"\t}\n"
	"\twrite_objects(o);\n"
	"}\n"
	"\n"
	"helper void got_object(struct objects *o, struct kmem_cache *s, u32 size, void (*ctor)(void *), bool zero, void *object,\n"
	"\t\t       const char *expected)\n"
	"{\n"
	"\tchar text[64];\n"
	"\n"
	"\tsnprintf(text, sizeof(text), object ? \"ok at=%#llx\" : \"refused\", object ? (unsigned long long)slab_address(object) : 0);\n"
	"\tend(expected && !strcmp(text, expected) ? expected : text, false, 0, expected);\n"
	"\tif (!object)\n"
	"\t\treturn;\n"
	"\t*o = (struct objects){ .s = s, .ctor = ctor, .size = size, .nr = 1, .at = { object } };\n"
	"\treceive_objects(o, zero);\n"
	"}\n"
	"\n"
	"helper void got_objects(struct objects *o, struct kmem_cache *s, u32 size, void (*ctor)(void *), gfp_t gfp, unsigned wanted,\n"
	"\t\t\tconst char *expected)\n"
	"{\n"
	"\tstruct objects got = { .s = s, .ctor = ctor, .size = size };\n"
	"\n"
	"\tgot.nr = kmem_cache_alloc_bulk(s, gfp, wanted, got.at);\n"
	"\tend(got.nr == wanted ? \"ok\" : \"refused\", got.nr, got.nr, expected);\n"
	"\tif (!got.nr)\n"
	"\t\treturn;\n"
	"\t*o = got;\n"
	"\treceive_objects(o, gfp & __GFP_ZERO);\n"
	"}\n"
	"\n"
	"helper void prepare_to_give(struct objects *o)\n"
	"{\n"
	"\tcheck_objects(o);\n"
	"\tfor (unsigned i = 0; o->ctor && i < o->nr; i++)\n"
	"\t\to->ctor(o->at[i]);\n"
	"}\n"
	"\n"
	"helper void give_objects(struct objects *o)\n"
	"{\n"
	"\tprepare_to_give(o);\n"
	"\tfor (unsigned i = 0; i < o->nr; i++)\n"
	"\t\tkmem_cache_free(o->s, o->at[i]);\n"
	"\to->nr = 0;\n"
	"}\n"
	"\n"
	"helper void give_objects_in_bulk(struct objects *o)\n"
	"{\n"
	"\tprepare_to_give(o);\n"
	"\tkmem_cache_free_bulk(o->s, o->nr, o->at);\n"
	"\to->nr = 0;\n"
	"}\n"
	"\n";
