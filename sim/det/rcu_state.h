/* SPDX-License-Identifier: GPL-2.0-only */
/* det/rcu_state.h - the grace periods of a deterministic machine: ../rcu.c. */
#ifndef SIM_DET_RCU_STATE_H
#define SIM_DET_RCU_STATE_H

#include "param.h"
#include "rcu_list.h"

struct sim_rcu {
	u64 completed;
	u64 began_ns;  /* of the grace period that runs */
	bool running;
	u32 waits_for; /* CPUs that have not been quiescent since it began, as bits */
	u8 invoking;   /* callbacks that are being called */
	struct rcu_list next[SIM_MAX_CPUS]; /* for the grace period after this one */
	struct rcu_list wait[SIM_MAX_CPUS]; /* for this one */
	struct rcu_list done[SIM_MAX_CPUS]; /* to be called on that CPU */
};

#endif
