/* SPDX-License-Identifier: GPL-2.0-only */
/* text.h - what print.c and text.c share: the names of the text form. */
#ifndef LOCKSTEP_TEXT_H
#define LOCKSTEP_TEXT_H

#include "lockstep.h"

#define TEXT_MAGIC    "mmcheck-trace"
#define NR_GFP_NAMES  37
#define NR_FLAG_NAMES 3
#define NR_SLAB_FLAG_NAMES 15
#define NR_DEBUG_LETTERS   8

struct bit_name {
	u32 bits;
	const char *name;
};

extern const struct bit_name gfp_names[NR_GFP_NAMES], flag_names[NR_FLAG_NAMES],
	slab_flag_names[NR_SLAB_FLAG_NAMES], debug_letter_names[NR_DEBUG_LETTERS];
extern const char *const start_names[NR_START_STATES], *const context_names[NR_CONTEXTS];

bool is_slot_kind(unsigned kind);
/* The argument written before the = sign, or -1: the first slot that the operation fills. */
int target_arg(const struct op *op);

#endif
