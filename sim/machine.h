/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - what the kernel gets from hardware and scheduler.
 *
 * One machine is one mapping:
 *
 *   | struct machine | metadata arena: mm's objects between redzones | RAM: nr_frames pages |
 *   '------------ copied back whole by machine_reset() -------------'
 *
 * RAM is put back by the cache lines written, so everybody who writes RAM goes through ram_write_line(),
 * ram_zero_frames() or ram_dirty(). this_cpu is the one thread-local; the machine and all of mm's state hang on it.
 */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include <stdio.h>
#include <string.h>
#include "param.h"
#include "fiber.h"
#include "rcu_state.h"

struct machine;
struct sim_snapshot;

/* Where an operation runs. Everything but a task is atomic: it may not sleep. */
enum sim_context {
	CONTEXT_TASK,
	CONTEXT_SOFTIRQ,
	CONTEXT_HARDIRQ,
	CONTEXT_SPINLOCK,
	CONTEXT_IRQS_OFF,
	CONTEXT_RCU,
	CONTEXT_NMI,
	NR_CONTEXTS
};

/* Attributes of the task that runs on a CPU: Linux's PF_ flags that steer allocation. */
enum sim_task_flag {
	PF_MEMALLOC = 1 << 0,
	PF_MEMALLOC_NOFS = 1 << 1,
	PF_MEMALLOC_NOIO = 1 << 2,
	PF_MEMALLOC_PIN = 1 << 3,
	PF_REALTIME = 1 << 4,
	PF_OOM_VICTIM = 1 << 5,
};

/* Where an interleaving may change: each is a place real hardware could be interrupted or overtaken. */
enum sim_yield_point {
	YIELD_LOCK,   /* before taking one */
	YIELD_LOCKED, /* holding it: others that want it must wait */
	YIELD_UNLOCK,
	YIELD_TRYLOCK,
	YIELD_PERCPU,
	YIELD_IRQ,
	YIELD_IRQ_SAVE,	   /* right before YIELD_LOCK and right behind YIELD_UNLOCK: another CPU sees no difference, but for calls */
	YIELD_IRQ_RESTORE,
	YIELD_CMPXCHG,
	YIELD_RCU,
	YIELD_WAIT,
	NR_YIELD_POINTS
};

enum sim_fault_site {
	FAULT_PAGE_ALLOC,
	FAULT_RECLAIM_PROGRESS, /* reclaim that freed nothing says it freed a page */
	FAULT_SLAB, /* failslab: an object of a cache with SLAB_FAILSLAB */
	FAULT_DISK_READ,
	FAULT_DISK_WRITE,
	NR_FAULT_SITES
};

/* Why a machine stopped in the middle of an operation. */
enum sim_stop_kind {
	STOP_NONE,
	STOP_BUG,	    /* VM_BUG_ON */
	STOP_NO_PROGRESS,   /* out of fuel, or the CPU-time watchdog */
	STOP_LOCK_ORDER,    /* a lock taken against its rank, or given back by somebody else */
	STOP_LOCK_CYCLE,    /* the rest: lockdep.h */
	STOP_LOCK_STATE,
	STOP_SELF_DEADLOCK,
	STOP_DEADLOCK,
	STOP_STARVATION,
	STOP_SLEEP_ATOMIC,
	STOP_SLEEP_IRQS_OFF,
	STOP_SLEEP_RCU,
	STOP_SLEEP_LOCKED,
	STOP_PANIC, /* the kernel gives up because a client wanted it so: not a mistake */
};

struct sim_stop {
	enum sim_stop_kind kind;
	char text[400];
};

#define SIM_MAX_HELD	 8
#define SIM_LOCK_CLASSES 28 /* up to 32, a bit each; 0 is nobody's */

/* All locks initialised at one place. */
struct sim_lock_class {
	const char *name;
	bool nests; /* one may be taken inside another: their order is known to those who do it */
	bool sleeps; /* its holder may sleep: a mutex */
};

/* Who did it: what stands for a stack in texts. */
struct sim_place {
	const char *operation; /* NULL at boot and while all is given back */
	u32 step;
	u8 cpu, usage; /* usage: bits of lockdep.h, from 32 on */
	u8 task;       /* sim_current() */
};

struct sim_lock {
	u8 locked;
	u8 cpu;	 /* holder */
	u8 rank; /* a lock may be taken only while all held ones have a smaller rank; 0: no order is declared */
	u8 id;	 /* of its class in this machine; 0: not taken yet */
	u32 held_before; /* classes that its holder had already */
	const struct sim_lock_class *class;
	struct sim_place taken;
};

/* What was seen of locks since the machine was sealed: lockdep.c. */
struct sim_lockdep {
	u64 known[SIM_LOCK_CLASSES];
	u8 nr;
	const struct sim_lock_class *class[SIM_LOCK_CLASSES];
	struct sim_place usage[SIM_LOCK_CLASSES][5];
	struct sim_place order[SIM_LOCK_CLASSES][SIM_LOCK_CLASSES]; /* [held][taken] */
};

struct sim_cpu {
	struct machine *machine;
	u8 id, node;
	u8 hardirq, softirq, nmi; /* nesting depths */
	u8 irqs_off, preempt_off, rcu_readers;
	u8 task;	  /* that runs here: sim_current() */
	u8 process;	  /* whose memory it uses: of mm, its number + 1; 0 nobody's */
	u32 nr_held;	  /* words of their own: a store to half of one would hold up the next load */
	u32 held_classes; /* a bit each */
	u32 tries;	  /* of spin_trylock() in a row that failed, no lock being taken between them */
	u32 task_flags;
	u32 yields;	 /* yield points passed by the operation in flight */
	u32 next_switch; /* the yield index at which the schedule says something; ~0 never */
	const struct sim_lock *held[SIM_MAX_HELD];
	const struct sim_lock *waits_for, *tried;
	const char *operation; /* that runs here, and its step: what stands for a stack in texts; NULL at boot */
	u32 step;
	u64 contended; /* threads: locks it met that another CPU held */
	u64 chance;    /* threads: its own source of choice */
	u32 own;       /* threads: it is looking at its own things */
	u32 stopped;   /* threads: another CPU looks after them; bits of threads/smp.c */
	void *percpu;  /* what mm keeps for this CPU alone; NULL: nothing */
} __attribute__((aligned(64))); /* a thread writes no line of another one */

/* A record of what mm did; mm/include/trace_events.h says what the words mean. */
struct sim_event {
	u64 word[4];
};

#define SIM_EVENTS 512
#define SIM_POOLS  128

/* A kernel thread: task.h. */
struct sim_kthread {
	const char *name; /* kswapd0, flusher, oom_reaper, kblockd */
	u8 cpu;
	bool (*wanted)(void *arg);
	void (*run)(void *arg);
	void *arg;
};

/* A request to a block device: disk.h. */
struct disk_request {
	bool write;
	u8 device;
	u64 block, pfn, due_ns;
	void (*end_io)(u64 pfn, bool write, int error, void *arg); /* in hardirq context; error 0 or -EIO */
	void *arg;
};

#define DISK_QUEUE   32
#define DISK_DEVICES 4 /* 0 has the files, 1 and up are for swap */

#define SIM_MAX_KTHREADS 8
enum sim_kthread_number { KTHREAD_KBLOCKD, KTHREAD_KSWAPD0, KTHREAD_FLUSHER = KTHREAD_KSWAPD0 + SIM_MAX_NODES, KTHREAD_OOM_REAPER };
#define SIM_MAX_TIMERS	 128

struct machine {
	struct sim_cpu cpu[SIM_MAX_CPUS];
	u32 param[NR_PARAMS];
	struct sim_region map[SIM_MAX_REGIONS];
	unsigned nr_regions;
	u64 nr_frames;

	void *mm;	     /* the allocation stack's own root object */
	u64 now_ns;	     /* virtual time */
	struct sim_rcu rcu;
	s64 fuel;	     /* loop steps left for the operation in flight */
	u64 chance;	     /* state of the one source of choice */
	struct {
		u32 skip; /* let so many pass, then fail */
		u32 times;
	} fault[NR_FAULT_SITES];
	u32 nr_events;
	u32 log_bytes;	     /* kernel log written by the operation in flight */
	struct sim_stop stop;
	struct sim_lockdep lockdep;
	struct sim_kthread kthread[SIM_MAX_KTHREADS];
	u32 kthreads;	   /* that exist, as bits */
	u32 kthreads_busy; /* in their middle */
	u32 kthread_runs;  /* since time passed last */
	u64 kthread_ran_ns;
	u32 nr_timers, nr_disk;
	struct disk_request disk[DISK_QUEUE]; /* under way, the first to end first */
	u64 timer[SIM_MAX_TIMERS];

	/* -- not part of the boot image ------------------------------------------------------------------------ */
	struct machine_host *host;
};

/* Host-side part of a machine: buffers and bookkeeping that a reset must not bring back. */
struct machine_host {
	char *base;	      /* the mapping */
	size_t mapped_bytes;
	u64 capacity;	      /* frames there is room for */
	size_t meta_used;     /* bytes from base that the boot image covers */
	size_t meta_bytes;    /* and the room there is */
	char *ram;
	u8 *image;	      /* boot image, NULL on machines too big to copy: they boot again */
	u8 *shadow_image;     /* ASan shadow of RAM after boot */
	u64 *dirty_lines;     /* one bit per cache line, one word per frame */
	u32 *dirty_frames;
	u32 nr_dirty_frames;
	size_t sealed_bytes;  /* meta_used at the seal */
	u32 *kept_frames;     /* ram_keep() */
	u32 nr_kept_frames;
	char *kept_image;     /* their contents at the seal */
	struct sim_event event[SIM_EVENTS];
	char log[32768];
	void (*event_full)(struct machine *m, void *arg); /* called when the ring is full; must empty it */
	void *event_full_arg;
	struct sched *sched;
	struct sched_shallow *sleepers; /* without fibers: task.c */
	u32 disk_lock; /* threads: the queue of requests */
	struct disk_store *disk; /* blocks that were written; NULL none */
	char pool[SIM_POOLS]; /* each stands for one of mm's pools of blocks: tool_block_alloc() */
	u32 cpus_taken; /* threads: a bit for each CPU that is a thread */
	u32 log_lock;	/* threads: who logs */
	u32 stop_lock;	/* threads: who looks after another CPU's things */
};

extern __thread struct sim_cpu *this_cpu __attribute__((tls_model("initial-exec")));

#define SIM_DIRECT_MAP 0xffff888000000000ULL /* where Linux maps all RAM: what texts print, and RAM stores, of addresses */

#include "step.h" /* the personality's own: sim_tick, sim_now_ns, sim_event, ram_dirty, step_lock */

/* --- life of a machine ----------------------------------------------------------------------------------------- */

/* What a machine is made of. Zero-initialise, call machine_config_profile(), then change what should differ. */
struct machine_config {
	enum sim_profile profile;
	u32 capacity; /* frames there is room for, so that machine_rebuild() can make it larger; 0: as many as it has */
	u32 param[NR_PARAMS];
	struct sim_region map[SIM_MAX_REGIONS];
	unsigned nr_regions;
};

void machine_config_profile(struct machine_config *c, enum sim_profile profile);
/* NULL when the host gives no memory. The machine is not booted: mm_boot() does that. */
struct machine *machine_create(const struct machine_config *config);
/* The same mapping as another machine, as fresh as one just created. false: config has another size of RAM. */
bool machine_rebuild(struct machine *m, const struct machine_config *config);
void machine_destroy(struct machine *m);
/* Make CPU id of m the one this thread runs on. */
void machine_enter(struct machine *m, unsigned cpu);
/* Metadata for mm: zeroed, between poisoned redzones, part of the boot image. Only while booting. */
void *machine_meta_alloc(struct machine *m, size_t bytes, size_t align);
/* Call once after boot: from here machine_reset() returns to this state. */
void machine_seal(struct machine *m);
/* Back to the sealed state. false: this machine is too big for an image; create and boot another. */
bool machine_reset(struct machine *m);
/* Like machine_reset() when the last run was abandoned half-way: tool shadow is put back too. */
bool machine_reset_hard(struct machine *m);
/* Compare everything with the boot image: NULL, or the first difference in a sentence. For tests of reset itself. */
const char *machine_compare_with_image(struct machine *m);

/* State of the machine and of live fibers' stacks; NULL under TSan and Valgrind, where a snapshot is a replay. */
struct sim_snapshot *machine_snapshot(struct machine *m);
void machine_restore(struct machine *m, const struct sim_snapshot *s);
void snapshot_free(struct sim_snapshot *s);

static inline u32 machine_param(const struct machine *m, enum sim_param p)
{
	return m->param[p];
}

/* --- RAM: everybody who writes it says so ---------------------------------------------------------------------- */

#define RAM_PATTERN 0x6d6d6a756e6b2121ULL /* what a never written word of RAM reads as (machines with an image) */

static inline void *ram_address(struct machine *m, u64 pfn)
{
	return m->host->ram + (pfn << SIM_PAGE_SHIFT);
}
/* Fill the cache line `line` (0..63) of a frame with one word. */
static inline void ram_write_line(struct machine *m, u64 pfn, unsigned line, u64 word)
{
	u64 *p = (u64 *)((char *)ram_address(m, pfn) + line * 64);

	ram_dirty(m, pfn, 1ULL << line);
	for (int i = 0; i < 8; i++)
		p[i] = word;
}
/*
 * What these frames hold when the machine is sealed is part of the boot image: a reset brings all of it back. Only while
 * booting.
 */
void ram_keep(struct machine *m, u64 pfn, u64 nr);
void ram_zero_frames(struct machine *m, u64 pfn, u64 nr);
/* A client's stray store: no tool sees it, but reset does. */
void ram_write_raw(struct machine *m, u64 pfn, unsigned line, u64 word);

/* --- contexts ---------------------------------------------------------------------------------------------------- */

void sim_enter_context(enum sim_context c);
void sim_leave_context(enum sim_context c);
static inline bool sim_in_atomic(void)
{
	const struct sim_cpu *c = this_cpu;
	u32 others;
	u16 irqs;

	_Static_assert(offsetof(struct sim_cpu, nmi) == 12 && offsetof(struct sim_cpu, rcu_readers) == 15, "two loads are all");
	memcpy(&irqs, &c->hardirq, sizeof(irqs));
	memcpy(&others, &c->nmi, sizeof(others));
	return irqs | others;
}

/* The task that runs: 0 the CPU's operation, k + 1 kernel thread k. */
static inline unsigned sim_current(void)
{
	return this_cpu->task;
}
/* For sim_sleep_timeout(): who waits for nothing but the time. */
static inline bool sim_never(void *unused)
{
	(void)unused;
	return false;
}

/* --- time, faults, chance --------------------------------------------------------------------------------- */

/* Virtual time passes: what was announced until now is judged before. */
void sim_pass_time(u64 ns);
/* Should the allocation at this site fail now? Burns the plan the program made. */
bool sim_should_fail(enum sim_fault_site site);
void sim_plan_fault(struct machine *m, enum sim_fault_site site, u32 skip, u32 times);
u64 sim_chance(void);

/* --- log ----------------------------------------------------------------------------------------------- */

/* The kernel log of the operation in flight; cut when full. */
void sim_log(const char *format, ...) printf_like(1, 2);
/* The same for a text that is made already. */
void sim_log_text(const char *text);

/* --- the one door out ------------------------------------------------------------------------------------------- */

/* Abandon the operation in flight and make sched_run() return; without a scheduler: print and abort. */
_Noreturn void sim_stop(enum sim_stop_kind kind, const char *format, ...) printf_like(2, 3);

/* CPU-time watchdog: an operation that runs longer than `seconds` of CPU time is stopped as "no progress". */
void sim_watchdog_start(unsigned seconds);
void sim_watchdog_kick(void);

/* Impossible whatever a client does: stop the machine. */
#define VM_BUG_ON(condition)                                                                                           \
	do {                                                                                                           \
		if (unlikely(condition))                                                                               \
			sim_stop(STOP_BUG, "%s (%s)", #condition, __func__);                                           \
	} while (0)

#endif
