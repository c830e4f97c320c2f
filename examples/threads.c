/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * threads.c - the page allocator as a library for real threads: two CPUs, a page that goes from one to the other.
 *
 *   make install PREFIX=/usr
 *   H=/usr/include/mmcheck; cc -iquote $H/threads -iquote $H examples/threads.c -lmmcheck_threads -llz4 -lpthread -o threads
 *
 * -iquote and not -I: the folder has a sched.h of its own, which pthread.h must not find. $H/threads makes it the
 * personality with real locks.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "gfp.h"
#include "machine.h"
#include "mm.h"
#include "page_debug.h"

static struct machine *m;
static struct page *parcel; /* from one thread to the other */

static void *sender(void *arg)
{
	int cpu = sim_cpu_attach(m);
	struct page *page = cpu < 0 ? NULL : alloc_pages(GFP_KERNEL, 0);

	if (!page)
		exit(1);
	snprintf(page_address(page), PAGE_SIZE, "frame %llu from cpu %d", (unsigned long long)page_to_pfn(page), cpu);
	__atomic_store_n(&parcel, page, __ATOMIC_RELEASE); /* what was written to the page goes with it */
	sim_cpu_detach();
	return arg;
}

static void *receiver(void *arg)
{
	int cpu = sim_cpu_attach(m);
	struct page *page;

	if (cpu < 0)
		exit(1);
	while (!(page = __atomic_load_n(&parcel, __ATOMIC_ACQUIRE)))
		;
	printf("cpu %d: %s\n", cpu, (const char *)page_address(page));
	__free_pages(page, 0);
	sim_cpu_detach();
	return arg;
}

/* A machine of 4 MiB, booted by a thread that is a CPU for so long. */
static int boot(void)
{
	struct machine_config config = { 0 };

	machine_config_profile(&config, PROFILE_SMALL);
	m = machine_create(&config);
	if (!m || sim_cpu_attach(m) < 0 || mm_boot() != 0)
		return -1;
	sim_cpu_detach();
	return 0;
}

int main(void)
{
	pthread_t t[2];
	char text[2000];

	if (boot() != 0)
		return 1;
	pthread_create(&t[0], NULL, receiver, NULL);
	pthread_create(&t[1], NULL, sender, NULL);
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
	sim_cpu_attach(m);
	buddyinfo_show(text, sizeof(text));
	fputs(text, stdout);
	machine_destroy(m);
	return 0;
}
