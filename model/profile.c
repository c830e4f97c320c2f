/* SPDX-License-Identifier: GPL-2.0-only */
/* profile.c - the three profiles and their firmware maps, stated a second time: a wrong number in sim/ shows. */
#include <string.h>
#include "model.h"

static const u32 values[3][NR_KNOBS] = {
	{ 32, 2, 2, 3, 2, 8, 8, 32, 0, 0, 0, 262144, 0, 0, 10, 10000, 20, 200000,
	  1, 3, 4, 0, 1, 30, 15000, 8, 8, 8, 0, 0, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1000,
	  100, 3, 4, 8, 8, 100, 2000, 5000, 30000, 1 },
	{ 1024, 4, 8, 6, 4, 64, 160, 640, 48, MODEL_DERIVED, 16, 262144, 2, 8, 10, 10000, 20, 2000000,
	  2, 4, 4, 0, 2, 20, 15000, 32, 32, 16, 0, 0, 3, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1, 1000,
	  100, 7, 8, 32, 192, 100, 2000, 5000, 30000, 1 },
	{ 262144, 1, 4, 10, 9, 4096, 1048576, 16777216, 0, MODEL_DERIVED, 128, 262144, 32, 128, 10, 10000, 20, 200000000,
	  3, 10, 8, 0, 125, 1, 15000, 256, 256, 32, 0, 0, 16, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 1000,
	  100, 31, 32, 128, 4096, 100, 2000, 5000, 30000, 1 },
};

#define MILLION (1 << 20)
static const u32 lowest[NR_KNOBS] = { 8, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 11, 100000, /* then */
				      0, 1, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
				      [KNOB_LRU_BATCH] = 1, 1, 1, [KNOB_KSWAPD_NAP_MS] = 1, 1, [KNOB_WALK_SCALE] = 1 };
static const u32 highest[NR_KNOBS] = { 1 << 24, 4,       8,       10,      9,       1 << 24, 1 << 24, 1 << 24, 1 << 24,
				       1 << 26, MILLION, 1 << 26, MILLION, MILLION, 3000,    MILLION, 254,     0xfffffffe,
				       3,       20,      1000,    MILLION, 125,     100,     MILLION, MILLION, MILLION,
				       MILLION, MILLION, MILLION, 1000,    1,       1,       1,       1,       5,
				       10,      10,      1000,    1,       1,       1,       1024,
				       MILLION, 31,      256,     1024,    MILLION, 10000,   60000,   MILLION, MILLION,
				       16 };

static const struct model_region tiny_map[] = { { 0, 16, 0, 0 }, { 16, 15, 0, 1 }, { 0, 1, 1, 0 } };
static const struct model_region small_map[] = {
	{ 1, 239, 0, 0 },  { 256, 256, 0, 1 }, { 512, 188, 0, 2 }, { 720, 48, 0, 2 },
	{ 768, 256, 0, 3 }, { 16, 20, 1, 0 },  { 600, 3, 1, 2 },
};
static const struct model_region real_map[] = {
	{ 1, 158, 0, 0 },
	{ 256, 0xc0000 - 256, 0, 0 },
	{ 0x100000, 1 << 24, 0, 0 },
	{ 4096, 2048, 1, 0 },
};

bool model_knob_in_range(unsigned knob, u32 value)
{
	return knob < NR_KNOBS && value >= lowest[knob] && value <= highest[knob];
}

static unsigned copy_map(struct model_region *to, const struct model_region *from, size_t bytes)
{
	memcpy(to, from, bytes);
	return (unsigned)(bytes / sizeof(*from));
}

void model_setup_profile(struct model_setup *s, unsigned profile)
{
	memset(s, 0, sizeof(*s));
	s->profile = (u8)profile;
	memcpy(s->knob, values[profile], sizeof(s->knob));
	if (profile == 0)
		s->nr_regions = copy_map(s->region, tiny_map, sizeof(tiny_map));
	else if (profile == 1)
		s->nr_regions = copy_map(s->region, small_map, sizeof(small_map));
	else
		s->nr_regions = copy_map(s->region, real_map, sizeof(real_map));
}
