/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * list.h - circular doubly linked lists with the kernel's names; walking one burns fuel, so a cycle is a finding. Whoever
 * holds no lock may ask whether a list is empty, and nothing else.
 */
#ifndef SIM_LIST_H
#define SIM_LIST_H

#include "atomic.h"
#include "machine.h"

struct list_head {
	struct list_head *next, *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head->prev = head;
}
static inline void list_insert_between(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	next->prev = entry;
	entry->next = next;
	entry->prev = prev;
	WRITE_ONCE(prev->next, entry);
}
static inline void list_add(struct list_head *entry, struct list_head *head)
{
	list_insert_between(entry, head, head->next);
}
static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	list_insert_between(entry, head->prev, head);
}
/* The entry's own links are cleared: a free block taken twice is a NULL dereference at once. */
static inline void list_del(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	WRITE_ONCE(entry->prev->next, entry->next);
	entry->next = entry->prev = NULL;
}
static inline bool list_empty(const struct list_head *head)
{
	return READ_ONCE(head->next) == head;
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry_or_null(head, type, member)                                                                   \
	(list_empty(head) ? NULL : list_entry((head)->next, type, member))
#define list_for_each(pos, head) for (pos = (head)->next; pos != (head) && (sim_tick(), true); pos = pos->next)

#endif
