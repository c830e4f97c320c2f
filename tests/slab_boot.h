/* SPDX-License-Identifier: GPL-2.0-only */
/* slab_boot.h - a small machine with caches, for tests that ask mm alone. */
#ifndef TESTS_SLAB_BOOT_H
#define TESTS_SLAB_BOOT_H

#include "../mm/slab_internal.h"
#include "tap.h"

/* With this slab_debug=, unless it is NULL, and one knob. NULL: it does not boot, which is said. */
static inline struct machine *boot_slab(const char *slab_debug, enum sim_param knob, u32 value)
{
	struct machine_config c = { 0 };
	struct machine *m;

	machine_config_profile(&c, PROFILE_SMALL);
	c.param[knob] = value;
	m = machine_create(&c);
	machine_enter(m, 0);
	if (mm_boot() || (slab_debug && setup_slub_debug(slab_debug)) || kmem_cache_init()) {
		ok(false, "the machine boots with caches");
		return NULL;
	}
	m->nr_events = m->log_bytes = 0;
	return m;
}

static inline struct slab *slab_of(const void *object)
{
	return (struct slab *)virt_to_head_page(object);
}

#endif
