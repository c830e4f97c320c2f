/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_slub_oracle.c - the judge of SLUB's reports: against mm, byte by byte; then each of its sentences, by a report or a text
 * that is wrong.
 *
 * Every byte of a slot is damaged in turn, under every set of flags, in an object in use and in a free one: what the model says
 * is due, and what validate_slab_cache() announces, must be the same.
 */
#include <stdlib.h>
#include "../mm/slab_internal.h"
#include "lockstep.h"
#include "model_slub.h"
#include "tap.h"
#include "tool.h"

/* --- byte by byte --------------------------------------------------------------------------------------------------- */

static struct machine *m;

static void boot(const char *slab_debug)
{
	struct machine_config c = { 0 };

	machine_config_profile(&c, PROFILE_SMALL);
	m = machine_create(&c);
	machine_enter(m, 0);
	if (mm_boot() || setup_slub_debug(slab_debug) || kmem_cache_init())
		ok(false, "the machine boots with caches");
}

static struct slub_layout layout_of(const struct kmem_cache *s)
{
	return (struct slub_layout){ .flags = s->flags & ~__OBJECT_POISON,
				     .size = s->size,
				     .object_size = s->object_size,
				     .inuse = s->inuse,
				     .offset = s->offset,
				     .red_left_pad = s->red_left_pad,
				     .poison = s->flags & __OBJECT_POISON,
				     .keeps_size = slub_debug_orig_size(s) };
}

/* Is what was announced what is due? Heads of damage have no event of their own. */
static bool same_reports(const struct slub_dues *due)
{
	u32 n = 0;

	for (u32 i = 0; i < m->nr_events; i++) {
		struct mm_event ev;

		memcpy(&ev, &m->host->event[i], sizeof(ev));
		if (ev.type != EVENT_SLUB_REPORT)
			continue;
		if (n == due->nr || due->due[n].report != ev.report || due->due[n].address != ev.address)
			return false;
		n++;
	}
	return n == due->nr;
}

/* The line of damaged bytes and its repair, where the model says they are. */
static bool same_bytes(const struct slub_dues *due, u64 base)
{
	char line[200];

	m->host->log[m->log_bytes] = 0;
	for (u32 i = 0; i < due->nr && due->due[i].report <= SLUB_OBJECT_PADDING; i += 2) {
		const struct slub_due *d = &due->due[i];

		snprintf(line, sizeof(line), " overwritten] 0x%016llx-0x%016llx @offset=%llu. First byte 0x%x instead of 0x%x\n",
			 SIM_DIRECT_MAP + d->first, SIM_DIRECT_MAP + d->last, (unsigned long long)(d->first - base), d->byte,
			 d->expected);
		if (!strstr(m->host->log, line))
			return false;
	}
	return true;
}

static void poke(u64 at, u8 byte)
{
	slab_fill((char *)ram_address(m, 0) + at, byte, 1);
}

/* What the client may not write: pointers and tracks are followed by somebody. */
static bool is_skipped(const struct slub_layout *l, struct slub_object o, s64 i)
{
	if (slub_written(l, o, i) >= 0)
		return false;
	return (i >= l->offset && i < l->offset + 8 && !(o.used && l->offset < l->inuse)) ||
	       (i >= slub_info_end(l) && i < slub_meta_end(l));
}

/* Two bytes of the slot are damaged, or one. false: mm and the model do not agree. */
static bool agree(struct kmem_cache *s, const struct slub_layout *l, struct slub_object o, u64 base, s64 i, s64 k)
{
	struct slub_damage d = { 0 };
	struct slub_dues due = { 0 };
	bool good;

	m->nr_events = m->log_bytes = 0;
	for (s64 b = i;; b = k) {
		if (!is_skipped(l, o, b) && slub_written(l, o, b) >= 0) {
			poke(o.address + (u64)b, (u8)(slub_written(l, o, b) ^ 0x11));
			slub_damage_byte(&d, o.address + (u64)b, (u8)(slub_written(l, o, b) ^ 0x11));
		} else if (!is_skipped(l, o, b)) {
			poke(o.address + (u64)b, 0x77);
			slub_damage_byte(&d, o.address + (u64)b, 0x77);
		}
		if (b == k)
			break;
	}
	slub_check_object(l, &d, o, o.used, &due);
	validate_slab_cache(s);
	good = same_reports(&due) && same_bytes(&due, base);
	m->nr_events = m->log_bytes = 0;
	validate_slab_cache(s);
	good &= !m->nr_events;
	slub_damage_free(&d);
	return good;
}

static bool every_byte(struct kmem_cache *s, u32 asked)
{
	struct slub_layout l = layout_of(s);
	bool kmalloced = s->flags & SLAB_KMALLOC, good = true;
	void *used = kmalloced ? kmalloc(asked, GFP_KERNEL) : kmem_cache_alloc(s, GFP_KERNEL);
	void *freed = kmalloced ? kmalloc(asked, GFP_KERNEL) : kmem_cache_alloc(s, GFP_KERNEL);

	kfree(freed);
	for (unsigned free = 0; free < 2; free++) {
		struct slub_object o = { .address = slab_address(free ? freed : used), .used = !free,
					 .orig = !free && l.keeps_size ? asked : l.object_size };
		u64 base = address_of(slab_base((struct slab *)virt_to_head_page(used)));

		for (s64 i = -(s64)l.red_left_pad; good && i < slub_room(&l); i++)
			good = agree(s, &l, o, base, i, i) && agree(s, &l, o, base, i, slub_room(&l) - 1) &&
			       agree(s, &l, o, base, i, (i + slub_room(&l)) / 2);
	}
	kfree(used);
	return good;
}

static void test_bytes(void)
{
	static const u32 sizes[] = { 8, 24, 64, 100, 192 };
	static const slab_flags_t letter[] = { SLAB_CONSISTENCY_CHECKS, SLAB_RED_ZONE, SLAB_POISON, SLAB_STORE_USER };
	bool good = true;

	for (unsigned set = 1; set < 16; set++) {
		boot(set == 15 ? "" : "-");
		for (unsigned i = 0; i < 5; i++) {
			slab_flags_t flags = SLAB_NO_MERGE;

			for (unsigned k = 0; k < 4; k++)
				flags |= set >> k & 1 ? letter[k] : 0;
			good &= every_byte(kmem_cache_create("victim", sizes[i], 0, flags, NULL), 0);
			if (set & 4)
				good &= every_byte(kmem_cache_create("typesafe", sizes[i], 0, flags | SLAB_TYPESAFE_BY_RCU, NULL),
						   0);
			if (!good)
				printf("# flags %u, size %u\n", set, sizes[i]);
		}
		if (set == 15)
			for (u32 asked = 1; asked < 200; asked += 13)
				good &= every_byte(slab_state()->kmalloc[0][asked <= 8	 ? 3 :
									    asked <= 16	 ? 4 :
									    asked <= 32	 ? 5 :
									    asked <= 64	 ? 6 :
									    asked <= 96	 ? 1 :
									    asked <= 128 ? 7 :
									    asked <= 192 ? 2 :
											   8],
						   asked);
		machine_destroy(m);
	}
	ok(good, "S32, S37: each byte of a slot under each set of flags is reported as the model says, once");
}

int main(void)
{
	test_bytes();
	return tap_end();
}
