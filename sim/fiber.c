/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fiber.c - stacks and the switch between them.
 *
 * A fiber that does not run is one number, its stack pointer; what the C calling convention lets a callee destroy
 * need not be saved. A new fiber gets a made-up frame whose return address is fiber_start, so that the first switch
 * is like any other. Floating-point control words are not saved: mm/ has no business changing them.
 */
#include <stdlib.h>
#include "fiber.h"
#include "tool.h"
#include <valgrind/valgrind.h>

#if defined(TOOL_TSAN)
#include <sanitizer/tsan_interface.h>
#endif
#if defined(TOOL_ASAN)
#include <sanitizer/common_interface_defs.h>
#endif

static __thread struct fiber *leaving; /* who switched to the fiber that runs now */

/* --- what the tools are told --------------------------------------------------------------------------------- */

#if defined(TOOL_ASAN)
static void announce_leave(struct fiber *from, struct fiber *to)
{
	__sanitizer_start_switch_fiber(&from->fake_stack, to->stack, to->stack_bytes);
}
static void announce_arrive(struct fiber *self)
{
	const void *stack;
	size_t bytes;

	__sanitizer_finish_switch_fiber(self->fake_stack, &stack, &bytes);
	if (leaving && !leaving->entry) { /* the thread's own stack: learned at the first switch away from it */
		leaving->stack = (void *)(uintptr_t)stack;
		leaving->stack_bytes = bytes;
	}
}
static void announce_new(struct fiber *f)
{
	f->fake_stack = NULL;
	__asan_unpoison_memory_region(f->stack, f->stack_bytes);
}
#elif defined(TOOL_TSAN)
static void announce_leave(struct fiber *from, struct fiber *to)
{
	(void)from;
	__tsan_switch_to_fiber(to->tsan, __tsan_switch_to_fiber_no_sync); /* that one runs at a time orders nothing */
}
static void announce_arrive(struct fiber *self)
{
	(void)self;
}
static void announce_new(struct fiber *f)
{
	if (f->tsan)
		__tsan_destroy_fiber(f->tsan);
	f->tsan = __tsan_create_fiber(0);
}
#else
static void announce_leave(struct fiber *from, struct fiber *to)
{
	(void)from, (void)to;
}
static void announce_arrive(struct fiber *self)
{
	(void)self;
}
static void announce_new(struct fiber *f)
{
	tool_define(f->stack, f->stack_bytes);
}
#endif

/* --- the switch ------------------------------------------------------------------------------------------------ */

static void fiber_start(struct fiber *self)
{
	announce_arrive(self);
	self->entry(self->arg);
	abort(); /* an entry function never returns */
}

#if defined(__x86_64__)
void fiber_swap_stacks(void **save, void *load, struct fiber *self);
__asm__(".text\n.globl fiber_swap_stacks\n.type fiber_swap_stacks,@function\n"
	"fiber_swap_stacks:\n"
	"	pushq %rbp\n	pushq %rbx\n	pushq %r12\n	pushq %r13\n	pushq %r14\n	pushq %r15\n"
	"	movq %rsp, (%rdi)\n	movq %rsi, %rsp\n	movq %rdx, %rdi\n"
	"	popq %r15\n	popq %r14\n	popq %r13\n	popq %r12\n	popq %rbx\n	popq %rbp\n"
	"	ret\n"
	".size fiber_swap_stacks,.-fiber_swap_stacks\n");

static void make_first_frame(struct fiber *f)
{
	u64 *sp = (u64 *)(((uintptr_t)f->stack + f->stack_bytes) & ~15UL);

	*--sp = 0;			   /* fiber_start's return address: none, and it keeps the stack aligned */
	*--sp = (u64)(uintptr_t)fiber_start;
	for (int i = 0; i < 6; i++)
		*--sp = 0;
	f->sp = sp;
}
#elif defined(__aarch64__)
void fiber_swap_stacks(void **save, void *load, struct fiber *self);
__asm__(".text\n.globl fiber_swap_stacks\n.type fiber_swap_stacks,%function\n"
	"fiber_swap_stacks:\n"
	"	sub sp, sp, #160\n"
	"	stp x19, x20, [sp]\n	stp x21, x22, [sp, #16]\n	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n	stp x27, x28, [sp, #64]\n	stp x29, x30, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]\n	stp d10, d11, [sp, #112]\n	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mov x9, sp\n	str x9, [x0]\n	mov sp, x1\n	mov x0, x2\n"
	"	ldp x19, x20, [sp]\n	ldp x21, x22, [sp, #16]\n	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n	ldp x27, x28, [sp, #64]\n	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n	ldp d10, d11, [sp, #112]\n	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	add sp, sp, #160\n	ret\n"
	".size fiber_swap_stacks,.-fiber_swap_stacks\n");

static void make_first_frame(struct fiber *f)
{
	u64 *sp = (u64 *)(((uintptr_t)f->stack + f->stack_bytes) & ~15UL) - 20;

	for (int i = 0; i < 20; i++)
		sp[i] = 0;
	sp[11] = (u64)(uintptr_t)fiber_start; /* x30 */
	f->sp = sp;
}
#else
#include <ucontext.h>
#define fiber_swap_stacks swap_by_ucontext
static __thread struct fiber *swap_from, *swap_to;

static void swap_by_ucontext(void **save, void *load, struct fiber *self)
{
	(void)save, (void)load, (void)self;
	swapcontext(swap_from->ucontext, swap_to->ucontext);
}
static void start_by_ucontext(void)
{
	fiber_start(swap_to);
}
static void make_first_frame(struct fiber *f)
{
	ucontext_t *uc = f->ucontext;

	getcontext(uc);
	uc->uc_stack.ss_sp = f->stack;
	uc->uc_stack.ss_size = f->stack_bytes;
	uc->uc_link = NULL;
	makecontext(uc, start_by_ucontext, 0);
}
#define FIBER_UCONTEXT 1
#endif

#if defined(FIBER_UCONTEXT)
static void prepare_host(struct fiber *from, struct fiber *to)
{
	swap_from = from;
	swap_to = to;
}
static void alloc_host(struct fiber *f)
{
	f->ucontext = calloc(1, sizeof(ucontext_t));
}
#else
static void prepare_host(struct fiber *from, struct fiber *to)
{
	(void)from, (void)to;
}
static void alloc_host(struct fiber *f)
{
	f->ucontext = NULL;
}
#endif

#if defined(TOOL_TSAN)
static void *current_tsan_fiber(void)
{
	return __tsan_get_current_fiber();
}
static void destroy_tsan_fiber(void *handle)
{
	__tsan_destroy_fiber(handle);
}
#else
static void *current_tsan_fiber(void)
{
	return NULL;
}
static void destroy_tsan_fiber(void *handle)
{
	(void)handle;
}
#endif

void fiber_adopt_thread(struct fiber *f)
{
	*f = (struct fiber){ .tsan = current_tsan_fiber() };
	alloc_host(f);
}

void fiber_init(struct fiber *f, void *stack, size_t bytes, void (*entry)(void *), void *arg)
{
	*f = (struct fiber){ .stack = stack, .stack_bytes = bytes, .entry = entry, .arg = arg };
	f->valgrind_id = VALGRIND_STACK_REGISTER(stack, (char *)stack + bytes);
	alloc_host(f);
	fiber_restart(f);
}

void fiber_restart(struct fiber *f)
{
	announce_new(f);
	make_first_frame(f);
}

void fiber_switch(struct fiber *from, struct fiber *to)
{
	leaving = from;
	announce_leave(from, to);
	prepare_host(from, to);
	fiber_swap_stacks(&from->sp, to->sp, to);
	announce_arrive(from);
}

void fiber_destroy(struct fiber *f)
{
	if (f->stack && f->entry)
		VALGRIND_STACK_DEREGISTER(f->valgrind_id);
	if (f->entry && f->tsan)
		destroy_tsan_fiber(f->tsan);
	free(f->ucontext);
}
