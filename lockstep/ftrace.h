/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ftrace.h - one line of ftrace text, read as an event of page frames or objects.
 */
#ifndef LOCKSTEP_FTRACE_H
#define LOCKSTEP_FTRACE_H

#include <stddef.h>
#include "trace_events.h"

enum ftrace_kind {
	FTRACE_NOTE,	   /* a comment or an empty line */
	FTRACE_NOISE,	   /* not a line of a recording, or cut too short to tell */
	FTRACE_OTHER,	   /* an event, but not about the owner of a frame or object */
	FTRACE_PAGE,	   /* an event to judge */
	FTRACE_NO_PAGE,	   /* an allocation that failed */
	FTRACE_OBJECT,	   /* an event to judge; ev.cache is still to be found by its name */
	FTRACE_NO_OBJECT,  /* an allocation that failed, or a free of nothing */
	FTRACE_HASHED,	   /* an event of an object whose address is not told */
	FTRACE_UNREADABLE, /* an event of frames or objects without the fields it must have */
	FTRACE_GAP,	   /* events are missing here */
};

struct ftrace_line {
	struct mm_event ev;
	const char *time; /* inside the line */
	int time_bytes;
	bool has_context; /* the line has the column that tells it */
	bool has_ns;
	u64 ns;		  /* the time, when it is in seconds */
	u64 page;	  /* address of the struct page, 0 none */
	const char *cache; /* name of an object's cache, inside the line; NULL none */
	int cache_bytes;
	unsigned nr_cpus; /* of the machine, when a comment tells it; 0 otherwise */
	u64 lost;	  /* gap: how many events, 0 when the line does not say */
};

#define GFP_CACHE_ENTRIES 64
#define GFP_TEXT_BYTES	  240
#define GFP_NAME_BYTES	  48

struct gfp_text {
	u32 bits;
	u16 bytes;
	u16 unknown; /* names in it that are in no table */
	char text[GFP_TEXT_BYTES];
};

struct ftrace {
	struct gfp_text gfp[GFP_CACHE_ENTRIES]; /* a recording holds a few dozen different masks */
	u64 unknown_flags;
	char unknown_name[GFP_NAME_BYTES]; /* the first */
};

/* A line without its end-of-line bytes. Every byte string has a kind; out is filled for events and gaps. */
enum ftrace_kind ftrace_read(struct ftrace *f, const char *line, size_t bytes, struct ftrace_line *out);

#endif
