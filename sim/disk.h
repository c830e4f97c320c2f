/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk.h - block devices: blocks of a page, a latency, errors where the program planned them.
 *
 * A request takes PARAM_DISK_LATENCY_US of virtual time; at most DISK_QUEUE of a machine are under way. RAM is read or written
 * when it ends, not when it is submitted: who reuses the page meanwhile spoils it. A block never written reads as
 * sim_page_fill() with a key of its device and number. What was written is forgotten by machine_reset().
 * Mirrors what a driver sees of include/linux/bio.h.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "machine.h"

/* false: the queue is full; sleep until disk_has_room(NULL). */
bool disk_submit(struct disk_request request);
bool disk_has_room(void *unused);
/* Has the time of some request come? */
bool disk_is_due(void *unused);
/* Requests whose time has come end: called by kernel thread kblockd. Returns how many. */
unsigned disk_complete(void);
/* When the first of them will; ~0 none is under way. */
u64 disk_next_ns(void);
/* FAULT_DISK_READ, FAULT_DISK_WRITE of sim_plan_fault() make a request fail. */

/* The key a block holds that nobody wrote. Never 0. */
u64 disk_virgin_key(unsigned device, u64 block);
/*
 * The one way to fill a page so that it can be recognised: key 0 is all zero. Low two bits of the key: 0 all words are alike, 1 each
 * cache line is, 2 and 3 none are. What is written goes through ram_dirty(); no tool has a say.
 */
void sim_page_fill(u64 key, void *page);
/* Does the page hold exactly that? */
bool sim_page_holds(u64 key, const void *page);

/* For machine.c: what was written. */
struct disk_copy;
void disk_forget(struct machine_host *h);
void disk_destroy(struct machine_host *h);
struct disk_copy *disk_save(const struct machine_host *h);
void disk_load(struct machine_host *h, const struct disk_copy *copy);
void disk_copy_free(struct disk_copy *copy);

#endif
