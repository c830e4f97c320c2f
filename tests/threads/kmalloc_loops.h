/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmalloc_loops.h - what kmalloc_bench.c measures, in terms of ALLOC(bytes), FREE(p), REALLOC(p, bytes) and LOOP(name), the
 * functions' names: included once for kmalloc() and once for malloc(), so that all run the same loops.
 *
 * Each object is written to once: it is a real cache line. Returns how many operations were done.
 */

static u64 LOOP(pair64)(struct load *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		u64 *p = ALLOC(64);

		write_to(p);
		FREE(p);
	}
	return l->n;
}

static u64 LOOP(batch64)(struct load *l)
{
	for (unsigned i = 0; i < l->n; i += BATCH) {
		for (unsigned k = 0; k < BATCH; k++)
			write_to(l->batch[k] = ALLOC(64));
		for (unsigned k = BATCH; k--;)
			FREE(l->batch[k]);
	}
	return l->n;
}

/* One of those that live dies, and one of another size is born. They live until the next time. */
static u64 LOOP(random)(struct load *l)
{
	for (unsigned i = 0; i < LIVE && !l->live[i]; i++)
		l->live[i] = ALLOC(8 + roll(l) % 4089);
	for (unsigned i = 0; i < l->n; i++) {
		u64 dice = roll(l);
		void **p = &l->live[(u32)dice % LIVE];

		FREE(*p);
		write_to(*p = ALLOC(8 + (dice >> 32) % 4089));
	}
	return l->n;
}

static u64 LOOP(realloc)(struct load *l)
{
	u64 done = 0;

	while (done < l->n) {
		u64 *p = ALLOC(16);

		for (size_t bytes = 32; bytes <= 4096; bytes += 16, done++)
			write_to(p = REALLOC(p, bytes));
		FREE(p);
	}
	return done;
}

/* What one thread allocates another one frees. A place of the ring that is NULL is empty. */
static u64 LOOP(produce)(struct load *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		void **place = &l->ring[i % RING];
		u64 *p = ALLOC(64);

		write_to(p);
		while (unlikely(__atomic_load_n(place, __ATOMIC_ACQUIRE)))
			wait_a_moment();
		__atomic_store_n(place, p, __ATOMIC_RELEASE);
	}
	return l->n;
}

static void LOOP(consume)(struct load *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		void **place = &l->ring[i % RING], *p;

		while (unlikely(!(p = __atomic_load_n(place, __ATOMIC_ACQUIRE))))
			wait_a_moment();
		__atomic_store_n(place, NULL, __ATOMIC_RELEASE);
		FREE(p);
	}
}
