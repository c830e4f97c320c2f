/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * export_kmalloc.c - memory by size of a program as C.
 *
 *   k2 = kmalloc gfp=GFP_KERNEL size=100   # ok at=0xa5000
 *
 *        becomes   got_memory(&k2, 100, false, kmalloc(100, GFP_KERNEL), "ok at=0xa5000");
 *
 * A slot is a struct that knows where its memory lies, how many bytes were asked for, and who wrote it.
 */
#include "export.h"

static bool is_array(const struct op *op)
{
	return op->args[2] == ARG_ELEMENTS;
}

/*
 * The size that is asked for, in C: of an array two numbers, apart as the call wants them, or times each other: what a size_t
 * keeps of that, which is used only if it is all.
 */
static void put_size(struct exporter *e, const struct op *op, const u64 *a, const char *between)
{
	if (is_array(op))
		fprintf(e->out, "%lluULL%s %llu", (unsigned long long)kmalloc_elements(a[2]), between, (unsigned long long)a[3]);
	else
		fprintf(e->out, "%llu", (unsigned long long)a[2]);
}

static void put_end(struct exporter *e)
{
	fputs(", ", e->out);
	export_string(e->out, e->expected);
	fputs(");\n", e->out);
}

void export_got_memory(struct exporter *e, const struct op *op, const u64 *a)
{
	bool zero = op->code == 0x0342 || op->code == 0x0344 || (a[1] & __GFP_ZERO), of_null = op->code == 0x0345;

	fprintf(e->out, "\tgot_memory(&k%llu, ", (unsigned long long)a[0]);
	put_size(e, op, a, " *");
	fprintf(e->out, ", %s, %s(%s", zero ? "true" : "false", of_null ? "krealloc" : op->name, of_null ? "NULL, " : "");
	put_size(e, op, a, ",");
	export_text(e, op->code == 0x0341 ? ", $g, $n)" : ", $g)", op, a);
	put_end(e);
	if (export_gets_something(e))
		e->other[FAMILY_KMALLOC][a[0]] = SLOT_LIVE;
}

void export_resized_memory(struct exporter *e, const struct op *op, const u64 *a)
{
	fprintf(e->out, "\tresized_memory(&k%llu, ", (unsigned long long)a[0]);
	put_size(e, op, a, " *");
	fprintf(e->out, ", %s(k%llu.at, ", op->name, (unsigned long long)a[0]);
	put_size(e, op, a, ",");
	export_text(e, ", $g)", op, a);
	put_end(e);
}

/* Whatever the slot held is freed, now or later. */
void export_gave_memory(struct exporter *e, const struct op *op, const u64 *a)
{
	(void)op;
	e->other[FAMILY_KMALLOC][a[0]] = SLOT_STALE;
}

/* kfree() and kfree_rcu() of an object of a cache. */
void export_gave_object(struct exporter *e, const struct op *op, const u64 *a)
{
	(void)op;
	e->other[FAMILY_OBJECTS][a[0]] = SLOT_STALE;
}

/* All live slots from the first on: which of them have a size, and how many are taken, the program finds itself. */
void export_gave_much_memory(struct exporter *e, const struct op *op, const u64 *a)
{
	u64 left = min_of(a[1], (u64)MAX_BULK);

	(void)op;
	fputs("\tgive_much_memory((struct memory *[]){", e->out);
	for (u32 i = 0; i < NR_SLOTS; i++) {
		u32 slot = (u32)((a[0] + i) % NR_SLOTS);

		if (e->other[FAMILY_KMALLOC][slot] == SLOT_LIVE)
			fprintf(e->out, " &k%u,", slot);
	}
	fprintf(e->out, " NULL }, %llu", (unsigned long long)(left ? left : 1));
	put_end(e);
}

void export_kmalloc_end(struct exporter *e)
{
	for (u32 i = 0; i < NR_SLOTS; i++)
		if (e->other[FAMILY_KMALLOC][i] == SLOT_LIVE)
			fprintf(e->out, "\tgive_memory(&k%u);\n", i);
}

const char export_kmalloc_prelude[] =
	"/* --- memory by size ------------------------------------------------------------------------------- */\n"
	"\n"
	"/* What a slot holds; at NULL: nothing. */\n"
	"struct memory {\n"
	"\tu8 *at;\n"
	"\tsize_t size;\n"
	"\tu8 key;\n"
	"};\n"
	"\n"
	"helper void write_memory(struct memory *k)\n"
	"{\n"
	"\tk->key = (u8)(here.step + 1);\n"
	"\tmemset(k->at, k->key, k->size);\n"
	"}\n"
	"\n"
	"helper void check_memory(const struct memory *k, size_t bytes)\n"
	"{\n"
	"\tfor (size_t i = 0; k->at && i < bytes; i++)\n"
	"\t\tif (k->at[i] != k->key) {\n"
	"\t\t\tcomplain(\"K50: memory no longer holds what its owner wrote\");\n"
	"\t\t\treturn;\n"
	"\t\t}\n"
	"}\n"
	"\n"
	"helper bool end_memory(const void *p, const char *expected)\n"
	"{\n"
	"\tchar text[64];\n"
	"\n"
	"\tsnprintf(text, sizeof(text), p ? \"ok at=%#llx\" : \"refused\",\n"
	"\t\t p == ZERO_SIZE_PTR ? 16 : p ? (unsigned long long)slab_address(p) : 0);\n"
	"\tend(expected && !strcmp(text, expected) ? expected : text, false, 0, expected);\n"
	"\treturn p != NULL;\n"
	"}\n"
	"\n"
	"helper void got_memory(struct memory *k, size_t size, bool zero, void *p, const char *expected)\n"
	"{\n"
	"\tif (!end_memory(p, expected))\n"
	"\t\treturn;\n"
	"\t*k = (struct memory){ .at = p, .size = size };\n"
	"\tfor (size_t i = 0; zero && i < size; i++)\n"
	"\t\tif (k->at[i]) {\n"
	"\t\t\tcomplain(\"S16: memory was asked for zeroed and is not\");\n"
	"\t\t\tbreak;\n"
	"\t\t}\n"
	"\twrite_memory(k);\n"
	"}\n"
	"\n"
	"helper void resized_memory(struct memory *k, size_t size, void *p, const char *expected)\n"
	"{\n"
	"\tsize_t kept = p && size < k->size ? size : k->size;\n"
	"\n"
	"\tif (end_memory(p, expected))\n"
	"\t\tk->at = p;\n"
	"\tcheck_memory(k, kept);\n"
	"\tif (!p)\n"
	"\t\treturn;\n"
	"\tk->size = size;\n"
	"\twrite_memory(k);\n"
	"}\n"
	"\n"
	"helper void give_memory(struct memory *k)\n"
	"{\n"
	"\tcheck_memory(k, k->size);\n"
	"\tkfree(k->at);\n"
	"\tk->at = NULL;\n"
	"}\n"
	"\n"
	"helper void give_much_memory(struct memory **k, unsigned most, const char *expected)\n"
	"{\n"
	"\tvoid *p[32];\n"
	"\tunsigned n = 0;\n"
	"\n"
	"\tfor (; *k && n < most; k++) {\n"
	"\t\tif (!(*k)->at || !(*k)->size)\n"
	"\t\t\tcontinue;\n"
	"\t\tcheck_memory(*k, (*k)->size);\n"
	"\t\tp[n++] = (*k)->at;\n"
	"\t\t(*k)->at = NULL;\n"
	"\t}\n"
	"\tkfree_bulk(n, p);\n"
	"\tend(\"ok\", true, n, expected);\n"
	"}\n"
	"\n"
	"/* head: where in the memory kfree_rcu() may keep its list; ~0: nowhere. */\n"
	"helper void give_after_readers(void *p, size_t size, size_t head)\n"
	"{\n"
	"\tif (p && head == ~(size_t)0)\n"
	"\t\tkfree_rcu_mightsleep(p);\n"
	"\telse if (p)\n"
	"\t\tkvfree_call_rcu((struct rcu_head *)(void *)((u8 *)p + (head % (size - 15) & ~(size_t)7)), p);\n"
	"}\n"
	"\n";
