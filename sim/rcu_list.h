/* SPDX-License-Identifier: GPL-2.0-only */
/* rcu_list.h - callbacks in the order of queueing. */
#ifndef SIM_RCU_LIST_H
#define SIM_RCU_LIST_H

#include "sim.h"

/* What is called after a grace period. Lies in the object that waits for it. */
struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

struct rcu_list {
	struct rcu_head *first, *last;
};

/* `from` goes behind what `to` holds, and is empty then. */
static inline void rcu_list_move(struct rcu_list *to, struct rcu_list *from)
{
	if (!from->first)
		return;
	if (to->first)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	*from = (struct rcu_list){ NULL, NULL };
}

static inline void rcu_list_add(struct rcu_list *to, struct rcu_head *head)
{
	struct rcu_list one = { head, head };

	rcu_list_move(to, &one);
}

static inline struct rcu_head *rcu_list_take(struct rcu_list *list)
{
	struct rcu_head *head = list->first;

	if (head)
		list->first = head->next;
	return head;
}

#endif
