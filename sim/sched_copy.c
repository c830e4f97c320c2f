/* SPDX-License-Identifier: GPL-2.0-only */
/* sched_copy.c - who is in flight, with their stacks: for snapshots of a machine. */
#include <stdlib.h>
#include <string.h>
#include "sched_internal.h"
#include "tool.h"

struct sched_copy {
	struct sched state;
	char *stack[SCHED_TASKS];  /* from sp up */
	u8 *shadow[SCHED_TASKS];
};

#if defined(TOOL_ASAN)
static u8 *stack_shadow(const struct fiber *f, size_t *bytes)
{
	size_t scale, offset;

	__asan_get_shadow_mapping(&scale, &offset);
	*bytes = f->stack_bytes >> scale;
	return (u8 *)(((uintptr_t)f->stack >> scale) + offset);
}
static u8 *save_stack_shadow(const struct fiber *f)
{
	size_t bytes;
	u8 *shadow = stack_shadow(f, &bytes);
	u8 *copy = malloc(bytes);

	raw_copy(copy, shadow, bytes);
	return copy;
}
static void load_stack_shadow(const struct fiber *f, const u8 *copy)
{
	size_t bytes;
	u8 *shadow = stack_shadow(f, &bytes);

	raw_copy(shadow, copy, bytes);
}
#else
static u8 *save_stack_shadow(const struct fiber *f)
{
	(void)f;
	return NULL;
}
static void load_stack_shadow(const struct fiber *f, const u8 *copy)
{
	(void)f, (void)copy;
}
#endif

static size_t live_bytes(const struct fiber *f)
{
	return (size_t)((char *)f->stack + f->stack_bytes - (char *)f->sp);
}

struct sched_copy *sched_save(const struct sched *s)
{
	struct sched_copy *copy;

	if (!s)
		return NULL;
	copy = calloc(1, sizeof(*copy));
	copy->state = *s;
	for (unsigned i = 0; i < SCHED_TASKS; i++) {
		const struct fiber *f = &s->task[i].fiber;

		if (!f->stack)
			continue;
		copy->stack[i] = malloc(live_bytes(f));
		raw_copy(copy->stack[i], f->sp, live_bytes(f));
		copy->shadow[i] = save_stack_shadow(f);
	}
	return copy;
}

/* A kernel thread that had not run yet. */
static void forget_task(struct sched_task *t)
{
	if (t->in_flight)
		fiber_restart(&t->fiber);
	t->in_flight = t->asleep = false;
}

/* The stacks come back; who runs does not change: restore from the main stack or from the fiber that saved. */
void sched_load(struct sched *s, const struct sched_copy *copy)
{
	if (!s || !copy)
		return;
	for (unsigned i = 0; i < SCHED_TASKS; i++) {
		if (!copy->stack[i]) {
			forget_task(&s->task[i]);
			continue;
		}
		s->task[i] = copy->state.task[i];
		if ((int)i == s->running) /* its stack is in use: the caller returns on it */
			continue;
		raw_copy(s->task[i].fiber.sp, copy->stack[i], live_bytes(&s->task[i].fiber));
		if (copy->shadow[i])
			load_stack_shadow(&s->task[i].fiber, copy->shadow[i]);
	}
	memcpy(s->cpu, copy->state.cpu, sizeof(s->cpu));
	memcpy(s->suspended, copy->state.suspended, sizeof(s->suspended));
	s->nr_suspended = copy->state.nr_suspended;
	s->nr_in_flight = copy->state.nr_in_flight;
	s->fuel = copy->state.fuel;
}

void sched_copy_free(struct sched_copy *copy)
{
	if (!copy)
		return;
	for (unsigned i = 0; i < SCHED_TASKS; i++) {
		free(copy->stack[i]);
		free(copy->shadow[i]);
	}
	free(copy);
}
