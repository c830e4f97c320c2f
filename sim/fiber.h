/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fiber.h - a second stack, and the switch to it.
 *
 * A fiber runs an in-flight operation of one simulated CPU. The switch saves the callee-saved registers, changes the
 * stack and tells ASan and TSan; everything else (who runs next) is sched.c. x86-64 and aarch64 have the switch in
 * assembly; other hosts use ucontext, twenty times slower. TSan builds use ucontext-free switching too, with its own
 * fiber handles.
 */
#ifndef SIM_FIBER_H
#define SIM_FIBER_H

#include "sim.h"

struct fiber {
	void *sp;		/* saved stack pointer while not running */
	void *stack;		/* lowest address; NULL for the thread's own stack */
	size_t stack_bytes;
	void (*entry)(void *);
	void *arg;
	void *fake_stack;	/* ASan's handle while not running */
	void *tsan;		/* TSan's handle */
	void *ucontext;		/* fallback only */
	unsigned valgrind_id;
};

/* The thread's own stack as a fiber: the one everything else returns to. */
void fiber_adopt_thread(struct fiber *f);
/* A new fiber on [stack, stack + bytes); the first switch to it calls entry(arg), which must never return. */
void fiber_init(struct fiber *f, void *stack, size_t bytes, void (*entry)(void *), void *arg);
/* Forget whatever runs on f and make it start at entry again: how an abandoned operation ends. */
void fiber_restart(struct fiber *f);
void fiber_switch(struct fiber *from, struct fiber *to);
void fiber_destroy(struct fiber *f);

#endif
