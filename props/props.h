/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * props.h - laws of the allocation stack, and what an engine needs to try them on programs.
 *
 *   engine: a seed -------prop_generated()--> program --prop_check()--> the law, then the model's judgement
 *           random wishes --prop_program()-->
 *
 * A law is evaluated on mm alone: it boots a machine, plays the program without the model and looks at the outcome. Then
 * the same program runs in lockstep, and a verdict against it is a failure of the property too. The law comes first, so
 * that it can be seen to fail by itself.
 *
 * This header compiles as C++: one engine is. What laws see is in observe.h, what engines share in driver.h.
 */
#ifndef PROPS_PROPS_H
#define PROPS_PROPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct program;
struct prop_run;

struct prop {
	const char *name;
	const char *law;  /* one sentence */
	unsigned tables;  /* operations its programs are made of: enum op_table */
	bool (*holds)(struct prop_run *r, const struct program *p);
};

/* All of them, NULL behind the last. */
extern const struct prop *const prop_list[];
/* The n-th property, NULL past the end. */
const struct prop *prop_nth(unsigned n);
const struct prop *prop_by_name(const char *name);

/* What an engine may choose of one operation. Smaller numbers mean simpler operations; 0 is the simplest. */
struct prop_wish {
	uint16_t op, gfp;
	uint8_t slot, place;
	uint32_t amount, length;
};

struct prop_wishes {
	uint8_t profile, flags;
	uint32_t seed;
	const struct prop_wish *wish;
	size_t nr;
};

/* NULL when the host has no memory. */
struct prop_run *prop_run_create(void);
void prop_run_destroy(struct prop_run *r);
/* Laws alone: programs do not run in lockstep too. */
void prop_run_alone(struct prop_run *r, bool alone);
/* Boot the usual machines now, so that child processes need not. */
void prop_run_boot(struct prop_run *r);
/* To be called in a child process before the first program there. */
void prop_run_forked(struct prop_run *r);
/* The program that wishes ask for; it belongs to r and is good until the next call. */
struct program *prop_program(struct prop_run *r, const struct prop *prop, const struct prop_wishes *wishes);
/* The same out of a seed: swarm weights, all operations that the law is about. */
struct program *prop_generated(struct prop_run *r, const struct prop *prop, uint64_t seed);
/* NULL: the law is about such programs; else why not, to be read behind its name. */
const char *prop_refuses(const struct prop *prop, const struct program *p);
/* Its text, for people; the string belongs to r and is good until the next call. */
const char *prop_program_text(struct prop_run *r, const struct program *p);

/* Does the law hold for this program? false: prop_clause() and prop_sentence() say what is broken. */
bool prop_check(struct prop_run *r, const struct prop *prop, const struct program *p);
const char *prop_clause(const struct prop_run *r);
const char *prop_sentence(const struct prop_run *r);
uint64_t prop_programs(const struct prop_run *r);
uint64_t prop_operations(const struct prop_run *r);

/* A program that breaks a law, or its judge's process. */
struct prop_failure {
	bool found;
	bool died; /* its process did, or had to be ended */
	bool unrepeatable; /* alone in a new process it ends otherwise */
	char clause[160], sentence[440];
	struct program *program;
	uint64_t seed;	     /* --seed of the engine that came to it */
	uint32_t ops_before; /* operations before it was minimized */
	uint64_t tries;	     /* programs tried meanwhile */
	char again[4096];    /* how the engine makes the program again; empty: from the seed */
	char *report;	     /* what was printed by a process that died; may be NULL */
};

/* Write it as DIR/prop_<name>.trace; returns its path, NULL with errno. `says`: how to replay it. */
const char *prop_save(struct prop_run *r, const struct prop *prop, const struct prop_failure *f, const char *dir,
		      const char *says);
/* Read a trace, text or bytes. NULL: error holds one line. */
struct program *prop_load(struct prop_run *r, const struct prop *prop, const char *path, char *error, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
