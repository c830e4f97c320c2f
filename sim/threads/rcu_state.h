/* SPDX-License-Identifier: GPL-2.0-only */
/* threads/rcu_state.h - grace periods among threads: rcu.c. */
#ifndef SIM_THREADS_RCU_STATE_H
#define SIM_THREADS_RCU_STATE_H

#include "param.h"
#include "rcu_list.h"

struct sim_rcu {
	u64 now; /* number of the grace period begun last; the first is 1 */
	struct {
		u64 reader; /* one more than the number when the outermost reader on this CPU began, 0: there is none */
		u32 depth;  /* of nested readers; the CPU's own */
		u32 lock;   /* for the lists */
		u32 calling; /* callbacks of this CPU that are being called */
		u64 waits_for; /* the grace period of `wait` */
		struct rcu_list next, wait;
	} __attribute__((aligned(64))) cpu[SIM_MAX_CPUS];
};

#endif
