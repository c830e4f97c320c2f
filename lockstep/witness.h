/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * witness.h - a recording of a real kernel, judged by the functions that judge mm.
 */
#ifndef LOCKSTEP_WITNESS_H
#define LOCKSTEP_WITNESS_H

#include <stdio.h>
#include "model_witness.h"

#define WITNESS_FRAMES (1ULL << 28) /* 1 TiB of page frames, and of addresses of objects, can be followed; the arrays are sparse */

struct witness_result {
	u64 lines;
	u64 events;	 /* lines that are events, of any kind */
	u64 page_events; /* of these, events about the owner of a frame */
	u64 object_events;
	u64 judged, violations;
	u64 unknown;	   /* frees of frames and objects that the recording did not see allocated */
	u64 unannounced;   /* of these, of frames last seen free: bulk allocation and compaction have no event
			    */
	u64 matched;	   /* frees of frames that the recording saw allocated */
	u64 failed_allocs; /* nothing was handed out: not judged */
	u64 freed_nothing; /* kfree() of NULL, or of what kmalloc(0) returns: not judged */
	u64 hashed;	   /* events of objects without an address: not judged */
	u64 beyond;	   /* events about frames or addresses outside of the model's: not judged */
	u64 no_context;	   /* allocations without a flags column: not judged for sleeping */
	u64 unknown_flags; /* gfp names that are in no table */
	u64 skipped_lines; /* not readable: junk, cut, too long, without the fields of an event */
	struct model_witness_objects objects;
	u64 gaps, lost;	   /* places where events are missing; how many, as far as the recording says */
	u64 first_skipped, first_beyond, first_violation; /* line numbers, from 1 */
	char sentence[200];				  /* of the first violation */
	char unknown_flag[48];				  /* the first */
};

/**
 * witness_file - judge a recording: ftrace text, packed by zstd or not; `-` is standard input.
 * @verbose: name each free of an unknown frame too.
 * Return: 0 no violation, 1 violations, 2 not readable or not a recording of such events, 3 no zstd or no
 * memory.
 */
int witness_file(const char *path, bool verbose, FILE *out, FILE *err);

/* The same in memory, silently, with a model of model_create_witness(); @r begins as zeros. Return: events
 * judged. */
u64 witness_buffer(struct model *m, const char *text, size_t bytes, struct witness_result *r);

#endif
