/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lockstep.h - one language of operations, run on mm and judged by the model in the same step.
 *
 *   bytes / text  --decode-->  program  --lockstep_run-->  verdict
 *
 * An operation is one row of a table in ops_<stem>.c. Its arguments have kinds, and the kinds (arg.c) drive decode,
 * generate, print, parse, mutate and shrink once for all.
 */
#ifndef LOCKSTEP_LOCKSTEP_H
#define LOCKSTEP_LOCKSTEP_H

#include "machine.h"
#include "sched.h"
#include "task.h"
#include "model.h"
#include "gfp.h"
#include "mm.h"
#include "marks.h"
#include "memblock.h"
#include "page_debug.h"
#include "slab.h"
#include "trace_events.h"

#define MMCHECK_VERSION	    "0.1.0"
#define PROGRAM_VERSION	    1
#define HEADER_BYTES	    16
#define OP_BYTES	    16
#define MAX_ARGS	    7
#define NR_SLOTS	    256
#define NR_CACHE_SLOTS	    16
#define NR_TASK_SLOTS	    64
#define NR_PIN_SLOTS	    16
#define MAX_BULK	    32
#define MAX_FILL	    256 /* pages of a slot that a reach operation filled */
#define MAX_SWITCHES	    16 /* per operation */
#define MAX_YIELD_INDEX	    0xffff /* of a switch */
#define MAX_OPS		    65536
#define PAGE_TEXT_BYTES	    65536
#define CODE_WIDE	    0xfffe
#define CODE_SWITCH	    0xfffd
#define EMPTY_PFN	    (~0ULL)

/* --- programs ---------------------------------------------------------------------------------------------------------- */

enum start_state {
	START_BOOTED,
	START_EARLY,	   /* before the hand-over */
	START_NEARLY_FULL, /* booted, and most of the memory is in use */
	START_FRAGMENTED,  /* booted, and what is free lies in small pieces */
	START_SLAB,	   /* booted, and caches can be made */
	START_PRESSURE,	   /* the same with tasks, files and swap: memory is reclaimed */
	START_SCARCE,	   /* and most of the memory is in use for good */
	NR_START_STATES
};

enum header_flag {
	HEADER_RECOUNT_ALWAYS = 1 << 0, /* recount after every operation */
	HEADER_CONTENTS_WHOLE = 1 << 1, /* stamp and check every cache line */
	HEADER_DAMAGE = 1 << 2,	 /* operations that must end in a finding may run: never set by an engine */
#define HEADER_FLAGS 7
};

struct header {
	u8 version, profile, start, flags;
	u32 swarm;
	u64 seed;
};

/* One operation as it lies in the bytes, WIDE prefix folded in. The raw fields are kept: printing loses nothing. */
struct instr {
	u16 code;
	u8 cpu, context; /* context: low nibble where it runs, high nibble its irq label */
	u32 slot;
	u16 slot2;
	u32 gfp;
	u64 argument;
	u32 first_switch;
	u8 nr_switches;
};

static inline unsigned instr_irq_label(const struct instr *in)
{
	return in->context >> 4; /* 0: none */
}
static inline enum sim_context instr_context(const struct instr *in)
{
	return (enum sim_context)((in->context & 15) < NR_CONTEXTS ? (in->context & 15) : CONTEXT_TASK);
}

struct program {
	struct header header;
	struct instr *op;
	u32 nr_ops, room;
	struct sched_switch *sw;
	u32 nr_switches, switch_room;
};

void program_init(struct program *p);
void program_free(struct program *p);
void program_clear(struct program *p);
void program_copy(struct program *to, const struct program *from);
struct instr *program_append(struct program *p);
/* An operation by its name, on CPU 0, with as many of these arguments as it has. */
void program_append_op(struct program *p, const char *name, u64 a, u64 b, u64 c, u64 d);
/* Operations [begin, end) of another program, with their switches; what goes beyond MAX_OPS is dropped. */
void program_append_ops(struct program *to, const struct program *from, u32 begin, u32 end);
void program_add_switch(struct program *p, struct instr *last, struct sched_switch sw);
/* The same operations, one after the other. */
void program_drop_switches(struct program *p);

/* Bytes to program: every string of at least a header is one. false: too short, or an unknown version. */
bool program_decode(struct program *p, const u8 *data, size_t bytes);
/* Program to bytes; returns the bytes needed, writes at most room. */
size_t program_encode(const struct program *p, u8 *out, size_t room);
/* Text form. outcome: NULL, or one comment per operation (see lockstep_outcome). */
void program_print(const struct program *p, FILE *out, char *const *outcome);
/* The same, header and the operations from `first` on: for showing the end of a long one. */
void program_print_range(const struct program *p, u32 first, FILE *out, char *const *outcome);
/* false: error filled with "line 7: ..." (one line). expected: NULL, or receives malloc'd comments, NULL where none. */
bool program_parse(struct program *p, const char *text, size_t bytes, char *error, size_t error_bytes, char ***expected);
/* How many operations at the start set up the machine. */
u32 program_boot_ops(const struct program *p);
/* Text or bytes, told apart by content. */
bool program_load(struct program *p, const u8 *data, size_t bytes, char *error, size_t error_bytes, char ***expected);

/* A gfp mask in the kernel's names, as programs print it; returns the length. */
size_t gfp_names_of(u32 gfp, char *out, size_t bytes);

/* --- operations ---------------------------------------------------------------------------------------------------------- */

enum arg_kind {
	ARG_NONE,
	ARG_NEW_PAGES,	/* slot: empty or stale; the operation fills it */
	ARG_LIVE_PAGES, /* slot: live */
	ARG_USED_PAGES, /* slot: live or stale */
	ARG_GFP,
	ARG_ORDER,	/* 0..11: one more than any machine's max_page_order */
	ARG_NODE,	/* 0..3, 4: any */
	ARG_COUNT,	/* 0..32 pages */
	ARG_SIZE,	/* bytes, up to 1 MiB */
	ARG_OFFSET,	/* pages, 10 bits, taken modulo the block */
	ARG_LINE,	/* cache line of a page */
	ARG_BASE,	/* memblock: grains */
	ARG_LENGTH,	/* memblock: grains, 14 bits */
	ARG_BYTES,	/* memblock: bytes, 14 bits */
	ARG_ALIGN,	/* log2 + 1; 0: no alignment given */
	ARG_MEMFLAG,	/* memblock flag bits */
	ARG_BOOL,
	ARG_START_PFN,
	ARG_NR_PAGES,
	ARG_REGION_KIND,
	ARG_KNOB,
	ARG_VALUE,
	ARG_SCOPE,
	ARG_MS,
	ARG_SITE,
	ARG_SKIP,
	ARG_TIMES,
	ARG_REGION_KIND_ALL, /* ARG_REGION_KIND and ARG_KNOB know what there was when their widths were frozen */
	ARG_KNOB_ALL,
	ARG_SYSCTL,
	ARG_ZONE,	/* id: node and zone */
	ARG_CPU,
	ARG_FRAME,	/* page frame number, 32 bits */
	ARG_MARK,	/* min, low, high */
	ARG_ABOVE,	/* pages above a mark: -16..15, two's complement */
	ARG_PATTERN,	/* seed of a hash */
	ARG_COMB,	/* memblock: what is done to each tooth */
	ARG_TEETH,	/* 0..255 */
	ARG_WIDTH,	/* memblock: grains, 8 bits */
	ARG_NEW_OBJECT,	/* slots of objects from caches, alone or in bulk */
	ARG_LIVE_OBJECT,
	ARG_USED_OBJECT,
	ARG_NEW_KMALLOC, /* slots of memory by size */
	ARG_LIVE_KMALLOC,
	ARG_USED_KMALLOC,
	ARG_NEW_CACHE,
	ARG_CACHE,	/* live; several operations may use it at once */
	ARG_LAST_CACHE, /* live, and nobody else may use it meanwhile */
	ARG_CACHE_NAME, /* cache_names[] */
	ARG_OBJECT_SIZE, /* of a new cache: bytes, 24 bits */
	ARG_SLAB_FLAGS,	/* SLAB_... in the kernel's bits; of bits without a meaning one is kept */
	ARG_CTOR,	/* none, or the number of a constructor */
	ARG_USER_OFFSET, /* bytes, 8 bits */
	ARG_USER_SIZE,
	ARG_FREEPTR,	/* offset of the free pointer: bytes, 8 bits */
	ARG_KMALLOC_SIZE, /* bytes, 24 bits */
	ARG_ELEMENTS,	/* of an array: 24 bits */
	ARG_OBJECT_BYTE, /* offset in an object, modulo its size: 13 bits */
	ARG_DEBUG_LETTERS, /* of slab_debug=, as bits */
	ARG_CACHE_PATTERN, /* of slab_debug=: slab_debug_patterns[] */
	ARG_GAP,	/* bytes between an object and what is written: 0..127 */
	ARG_SLAB_FIELD,	/* what of a slab's own words is overwritten */
	ARG_CACHE_ID,	/* 0..127: whichever cache has it */
	ARG_SLAB_ATTRIBUTE, /* slab_attributes[] */
	ARG_STORED_ATTRIBUTE, /* the same, to be written */
	ARG_ATTRIBUTE_VALUE, /* what is written there: a number, 16 bits */
	ARG_ATTRIBUTE_FORM, /* and how */
	ARG_NEW_TASK,	/* slots of tasks with memory of their own; the number is the task's */
	ARG_TASK,	/* live; several operations may be of one task */
	ARG_LAST_TASK,	/* live, and nobody else works on it */
	ARG_NEW_PIN,	/* slots of pages that a device uses */
	ARG_PIN,
	ARG_VPN,	/* virtual page of a task's anonymous memory: 10 bits */
	ARG_PAGES,	/* how many in a row: 6 bits */
	ARG_FILL,	/* how alike the words of a page are that is written */
	ARG_ADJ,	/* oom_score_adj + 1000 */
	ARG_WINDOW,	/* where a file is mapped: 4 bits, half of them are no window */
	ARG_WINDOW_PAGE,
	ARG_FILE,	/* number of a file: 6 bits, half of them cannot be changed */
	ARG_INDEX,	/* page of a file: 9 bits, half of them no file can have */
	ARG_FIRST_FILE, /* of a walk over many: 20 bits */
	ARG_FILES,	/* how many: 8 bits */
	ARG_DROP,	/* what drop_caches drops */
	ARG_SWAP_DEVICE,
	ARG_SWAP_SLOTS, /* 12 bits */
	ARG_PRIORITY,
	ARG_VM_KNOB,
	ARG_VM_VALUE,
	ARG_DISK_SITE,
	ARG_BALLOON,	/* pages: 9 bits */
	NR_ARG_KINDS
};

enum op_flag {
	OP_BOOT = 1 << 0,     /* machine setup: only before the first other operation */
	OP_EARLY = 1 << 1,    /* only before the hand-over */
	OP_ANYTIME = 1 << 2,  /* before or after */
	OP_TASK_ONLY = 1 << 3, /* other contexts become task */
	OP_CLIENT_BUG = 1 << 4,
	OP_DAMAGE = 1 << 5,    /* skipped unless the header says HEADER_DAMAGE */
	OP_WALKS = 1 << 6,     /* looks at a slot, and several may at once */
	OP_UNLINKS = 1 << 7,   /* may overtake who walks its slot */
	OP_CALLS = 1 << 8,     /* interrupts other CPUs */
	OP_ONE_STEP = 1 << 9,  /* what it does is legal only as things are when it begins: no switch inside */
};

struct world;
struct rig; /* a machine with its model, ready to run (lockstep.c) */

/* What an operation answered: printed after #, folded into the digest. */
struct outcome {
	bool ok;
	bool has_value;
	const char *what; /* printed before the value: pfn=24; NULL: the bare value */
	bool in_hex;
	u64 value;
	int error; /* what a function answers that gives 0 or -E...; judged, not printed */
};

static inline struct outcome outcome_of_error(int error)
{
	return (struct outcome){ .ok = error == 0, .error = error };
}

struct op {
	u16 code; /* frozen: corpus bytes depend on it */
	const char *name;
	u8 args[MAX_ARGS];
	u16 weight; /* in the default generator: what is dear to run and to judge is rare */
	u16 flags;
	bool (*ready)(struct world *w, const u64 *a);		    /* more skip rules than the kinds imply; may be NULL */
	void (*begin)(struct world *w, const u64 *a);		    /* tell the model what is asked */
	struct outcome (*run)(struct world *w, const u64 *a);	    /* on mm */
	const char *(*judge)(struct world *w, const u64 *a, struct outcome seen);
};

extern const struct op machine_ops[], page_ops[], reach_ops[], text_ops[], debug_ops[], memblock_ops[],
	memblock_comb_ops[], rcu_ops[], slab_ops[], kmalloc_ops[], slab_bug_ops[], slab_text_ops[], task_ops[], file_ops[],
	swapping_ops[];

const struct op *op_by_code(u16 code);
const struct op *op_by_name(const char *name, size_t len);
/* The n-th operation of the catalogue, NULL past the end. */
const struct op *op_nth(unsigned n);
/* Of the boot operations: a parameter of the machine (the others are regions)? Both forms have the same arguments. */
static inline bool op_is_knob(const struct op *op)
{
	return op->args[0] == ARG_KNOB || op->args[0] == ARG_KNOB_ALL;
}
/* Is a knob with these arguments one that a machine of the profile heeds? */
bool knob_counts(enum sim_profile profile, const u64 *a);
static inline bool op_is_slab_debug(const struct op *op)
{
	return op->args[0] == ARG_DEBUG_LETTERS;
}
/* Names of caches that operations create, the last of them NULL; and what slab_debug= may name. */
#define NR_CACHE_NAMES	  16
#define NR_DEBUG_PATTERNS 16
extern const char *const cache_names[NR_CACHE_NAMES], *const slab_debug_patterns[NR_DEBUG_PATTERNS];
/* Files of a cache, as under /sys/kernel/slab; the last one does not exist. */
#define NR_SLAB_ATTRIBUTES 33
extern const char *const slab_attributes[NR_SLAB_ATTRIBUTES];
/* What a program's boot operations want in slab_debug=: their blocks, as long as there is room for one. */
#define SLAB_DEBUG_BYTES 256
void program_slab_debug(const struct program *p, char options[SLAB_DEBUG_BYTES]);
/* Decode the arguments of an instruction. */
void instr_args(const struct op *op, const struct instr *in, u64 a[MAX_ARGS]);

enum arg_field { FIELD_NONE, FIELD_SLOT, FIELD_GFP, FIELD_FLAGS, FIELD_ARGUMENT };

struct arg_kind_row {
	const char *key; /* text form: key=value; NULL for slots */
	u8 field;
	u8 bits;	 /* room it takes in `argument`; kinds of one operation are packed from bit 0 up */
	u32 limit;	 /* values are taken modulo limit; 0: all bits */
	const char *const *names; /* printed instead of numbers; limit of them */
	u8 role, family; /* of a slot */
};

/* A slot is filled, must be live, may be stale; SHARED: live, and several operations may use it at once. */
enum slot_role { ROLE_NONE, ROLE_NEW, ROLE_LIVE, ROLE_USED, ROLE_SHARED };
enum slot_family { FAMILY_PAGES, FAMILY_OBJECTS, FAMILY_KMALLOC, FAMILY_CACHES, FAMILY_TASKS, FAMILY_PINS, NR_FAMILIES };
/* What the text form calls a slot of a family: p, o, k, c, t, n. */
extern const char family_letter[NR_FAMILIES + 1];
extern const struct arg_kind_row arg_kinds[NR_ARG_KINDS];
/* What the text form calls this value; NULL when the kind is written as a number, or the value is out of range. */
const char *arg_value_name(unsigned kind, u64 value);
/* Read or write argument i of op in its raw field. */
u64 instr_get_arg(const struct op *op, const struct instr *in, unsigned i);
void instr_set_arg(const struct op *op, struct instr *in, unsigned i, u64 value);

/* --- running -------------------------------------------------------------------------------------------------------------- */

enum slot_state { SLOT_EMPTY, SLOT_LIVE, SLOT_STALE };
enum slot_kind { SLOT_BLOCK, SLOT_EXACT, SLOT_BULK, SLOT_SPLIT, SLOT_FILL };

struct slot {
	u8 state, kind, order;
	u8 compound;
	u32 nr;	  /* pages: exact, split; entries: bulk, fill */
	u64 pfn;
};

/* Objects of one cache, or one piece of memory by size. */
struct object_slot {
	u8 state;
	bool bulk;	/* memory by size: kfree_rcu() has it, and keeps its list at byte nr */
	u8 cache;	/* id; 0: memory by size that is a large block */
	bool zero_behind; /* memory by size: all behind the owner's bytes is zero; of none it is */
	u16 nr;		/* objects: of a bulk, 1 otherwise */
	u32 size;	/* bytes of each that belong to the owner */
	u32 generation; /* how often the slot was filled: its stamps differ */
	u64 at;		/* address: bytes from the beginning of RAM. A bulk: world.object_at[] */
};

struct cache_slot {
	u8 state;
	u8 id; /* slots of merged caches share one */
	u8 ctor;
	u32 size; /* asked for: of a merged cache objects may be larger */
	struct kmem_cache *s;
};

struct pin_slot {
	u8 state;
	u64 pfn;
};

struct verdict {
	bool failed;
	int step; /* -1: boot, nr_ops: end of program */
	char clause[40];
	char sentence[440];
};

/* How deep a program went into the allocator: what happened in it at least once. */
enum depth {
	DEEP_REFUSAL = 1 << 0,	  /* a request was refused for want of memory */
	DEEP_BELOW_MIN = 1 << 1,  /* a zone was below its min mark */
	DEEP_FALLBACK = 1 << 2,	  /* a pageblock was claimed, or a block stolen */
	DEEP_HIGHATOMIC = 1 << 3, /* a pageblock was reserved for atomic requests */
	DEEP_FLUSH = 1 << 4,	  /* a per-CPU list was emptied, in part or whole, by a free or a drain */
	DEEP_SWITCH = 1 << 5,	  /* an operation began while one of another CPU was in flight */
	DEEP_INTERRUPT = 1 << 6,  /* one began on top of another one of its CPU */
	DEEP_CONTENDED = 1 << 7,  /* somebody met a lock that another one held */
	DEEP_RECLAIM = 1 << 8,	  /* a request reclaimed */
	DEEP_SWAP = 1 << 9,	  /* a page went to swap */
	DEEP_OOM = 1 << 10,	  /* the OOM killer was asked */
#define NR_DEEP 11
};

struct run_stats {
	u64 programs, ops, skipped, refused, order_sum, allocs;
	u64 recounts;
	u64 deep[NR_DEEP]; /* programs in which it happened */
};

/* What an operation in flight keeps between its begin, run and judge. */
struct scratch {
	const char *pending; /* a sentence found before the judge's turn */
	u64 stamp;	     /* of the page it walks */
	int due;	     /* what the write of an attribute must answer */
	u32 freeing;	     /* slot whose pages the operation gives back */
	u32 nr_freed;
	bool spoilt;	     /* somebody else wrote to the object it works on */
	u32 freed[1 << (NR_PAGE_ORDERS - 1)];
	struct object_slot *loser; /* whose object a stale free takes away */
};

/* A yield point that a run passed: what another schedule could do here. Sets of CPUs and of irq labels are bits. */
struct yield_point {
	u32 step;
	u16 at;	     /* yield index of that operation */
	u8 kind;     /* enum sim_yield_point */
	u8 cpus;     /* that would go on with an operation in flight, or begin one that runs */
	u8 skipping; /* that would begin one that is skipped */
	u8 kthreads; /* kernel threads that would run */
	u16 labels;  /* of interrupts that would be delivered */
	u16 skipping_labels; /* the same of those that would be skipped */
};

/* Where the schedule of the program that runs could be changed, for who looks for schedules: see probe.c. */
struct yield_probe {
	bool watch;	 /* note the points; else count alone */
	struct yield_point *point;
	u32 nr, room;
	u32 switches;	 /* that took effect so far */
	u32 first;	 /* points before were passed when the last of them did */
	u32 closed;	 /* from here on all that could follow is known already; ~0: nothing is */
	u32 depth;	 /* switches the program has */
	u64 end_state;	 /* of the model, when the operations had run */
	/* At the point noted last; true: do what *sw says. NULL: nobody chooses. */
	bool (*choose)(void *arg, const struct yield_point *here, struct sched_switch *sw);
	/* Nothing is in flight, all switches took effect: was what follows from this state seen before? NULL: nobody knows. */
	bool (*seen)(void *arg, u64 state);
	void *arg;
};

struct world {
	struct machine *machine;
	struct model *model;
	const struct program *program;
	struct verdict verdict;
	struct run_stats stats;
	u64 digest;
	u32 deep;	       /* enum depth, of this program so far */
	u64 contended;	       /* sched_contended() when it began */
	u32 announced[NR_EVENT_TYPES]; /* a bit for each kind (field `report`) of each event, of this program so far */
	u32 mark[NR_MARKS];    /* of mm, when the operations of this program had run */
	u32 step;	       /* operation that runs */
	u32 cursor;	       /* first operation not yet looked at */
	u32 ahead[SIM_MAX_CPUS]; /* before it a CPU has begun all of its operations */
	u32 since_recount;
	bool early;	       /* memblock phase */
	bool contents_whole;
	bool booting;	       /* events are not for the model */
	bool rig_dirty;	       /* tool shadow of RAM is not as after boot */
	bool slot_busy[NR_FAMILIES][NR_SLOTS];
	u8 slot_shares[NR_FAMILIES][NR_SLOTS]; /* how many use it at once */
	u8 rcu_walks[NR_SLOTS]; /* pages: who walks it and holds nothing but an RCU reader */
	u8 *started;	       /* bit per operation */
	u32 started_room;
	struct slot slot[NR_SLOTS];
	u32 bulk_pfn[NR_SLOTS][MAX_BULK];
	u32 fill_pfn[NR_SLOTS][MAX_FILL]; /* of a slot of kind SLOT_FILL, slot.nr of them */
	struct object_slot object[NR_SLOTS], kmalloc[NR_SLOTS];
	u64 object_at[NR_SLOTS][MAX_BULK]; /* of bulks of objects */
	struct cache_slot cache[NR_CACHE_SLOTS];
	u16 cache_uses[SLAB_MAX_CACHES]; /* by id: operations in flight on it */
	bool cache_dying[SLAB_MAX_CACHES];
	u8 task[NR_TASK_SLOTS]; /* enum slot_state */
	struct pin_slot pin[NR_PIN_SLOTS];
	u64 buffer[SIM_MAX_CPUS][SIM_PAGE_SIZE / 8]; /* of an operation on files */
	u64 writes;	       /* pages written so far: no two hold the same */
	bool vm_up;	       /* there are tasks, files and swap */
	u32 log_from;	       /* what the log had when the last of the accesses of this operation began */
	bool slab_up;	       /* there are caches */
	bool had_objects;      /* the last program was on such a machine */
	bool panicked;	       /* a client wanted that rather than a refusal: the program is over, and nothing is wrong */
	bool boot_anew;	       /* a program with a machine of its own boots it, even if the last one had the same */
	bool record;	       /* keep what each step answered */
	bool no_recount;       /* for measuring what judging alone costs */
	char **outcome;
	u32 outcome_room;
	struct scratch scratch[SIM_MAX_CPUS][SCHED_MAX_IRQ_NESTING + 2];
	u8 nesting[SIM_MAX_CPUS]; /* operations in flight on this CPU */
	char text[440];	       /* the sentence found last */
	char page_text[SIM_MAX_CPUS][PAGE_TEXT_BYTES]; /* the /proc file that an operation on this CPU reads */
	struct rig *rig[NR_PROFILES * NR_START_STATES + 1];
	struct rig *current;
	const u64 *prefilled;  /* pages of each zone that the start state holds */
	u64 held[MODEL_NR_ZONES]; /* the same of START_PRESSURE before swap is on: in the end it is off */
	struct model_counts retired; /* of machines thrown away */
	struct yield_probe *probe; /* NULL: nobody looks */
	u32 until;	       /* stop before this step; ~0 run all */
	struct free_block *blocks; /* scratch of the recount */
	u64 block_room;
};

struct world *world_create(void);
void world_destroy(struct world *w);
/*
 * From here on what a run executes depends on its program alone, not on the runs before: the machines of all profiles
 * but `real` boot now, others in each run. For engines that watch which code runs. false: no memory.
 */
bool world_make_repeatable(struct world *w);
/* Run a whole program on a fresh machine, free all, settle, compare with boot. */
const struct verdict *lockstep_run(struct world *w, const struct program *p);
/* The comment of each step of the last recorded run ("ok pfn=24"); NULL where it did not run. */
char *const *lockstep_outcome(struct world *w);
/* What the models of all machines of this world decided so far. */
struct model_counts world_counts(const struct world *w);

/* For ops files. */
static inline unsigned world_cpu(void)
{
	return this_cpu->id;
}
/* Where the operation runs, as the model is told. */
static inline unsigned world_where(void)
{
	const struct sim_cpu *c = this_cpu;

	return (sim_in_atomic() ? MODEL_ATOMIC : 0) | (c->hardirq || c->softirq || c->nmi ? MODEL_IN_INTERRUPT : 0) |
	       (c->softirq ? MODEL_IN_SOFTIRQ : 0);
}
static inline char *world_page_text(struct world *w)
{
	return w->page_text[world_cpu()];
}
static inline struct scratch *world_scratch(struct world *w)
{
	return &w->scratch[world_cpu()][w->nesting[world_cpu()]];
}
void world_fail(struct world *w, const char *sentence);
/*
 * Rare places, mm's marks and what it announced, numbered from 0: the name of one, NULL past the end; and whether the
 * last program came by, boot included, while nothing failed. What is freed and settled at its end does not count.
 */
const char *mark_name(unsigned mark);
const char *mark_sentence(unsigned mark);
bool world_passed(const struct world *w, unsigned mark);
/* Kernel log written by this operation. */
const char *world_log(const struct world *w);
/* At the end of a program. */
static inline void world_count_depth(struct world *w)
{
	for (unsigned i = 0; i < NR_DEEP; i++)
		w->stats.deep[i] += w->deep >> i & 1;
	w->deep = 0;
}
/* ops_reach.c: the mask that leads to a zone and its node alone, and how many pages an operation takes at most. */
u32 reach_gfp(unsigned zone);
u32 reach_at_once(u64 nr_frames);
/* ops_kmalloc.c: how many elements an argument means; half of all numbers are so many that hardly any size fits. */
u64 kmalloc_elements(u64 a);
void slot_fill(struct world *w, u32 slot, struct slot value);
void slot_retire(struct world *w, u32 slot);

/* " refusal 3.2 % below_min ...": in how many of the programs each thing happened that is hard to reach. */
void depth_print(const struct run_stats *s, FILE *out);
/* A finding for people: clause, sentence, the last steps with what they answered, how to replay. Runs p once more. */
void finding_print(struct world *w, const struct program *p, FILE *out, const char *replay);

/* --- engines ----------------------------------------------------------------------------------------------------------- */

/* Generator: a program of nr_ops operations of the given tables (bit set of enum op_table), swarm weights from seed. */
enum op_table { TABLE_MACHINE = 1, TABLE_PAGE = 2, TABLE_MEMBLOCK = 4, TABLE_SLAB = 8, TABLE_KMALLOC = 16, TABLE_TASK = 32,
		TABLE_FILE = 64, TABLE_SWAP = 128 };
#define TABLE_VM (TABLE_TASK | TABLE_FILE | TABLE_SWAP) /* programs begin on a machine under pressure */
void program_generate(struct program *p, u64 seed, u32 nr_ops, unsigned tables);
/* Change one whole thing of a program; splice two. For custom mutators. */
void program_mutate(struct program *p, u64 *rng, unsigned tables);
void program_cross(struct program *to, const struct program *a, const struct program *b, u64 *rng);

/* Smallest program that breaks the same clause. Returns tries used. */
struct minimize_limits {
	double seconds; /* 0: none */
};
u64 program_minimize(struct world *w, struct program *p, const struct minimize_limits *limits);
/* The same, with any idea of "fails alike"; p must be an example of it. The predicate must not depend on the clock. */
u64 program_minimize_with(struct program *p, bool (*same)(void *arg, const struct program *candidate), void *arg,
			  const struct minimize_limits *limits);
/*
 * A standalone C main() that does the same on the public mm API and prints what it sees. v, outcome: verdict and
 * recorded outcomes of p's last run; NULL: nothing is expected. false: could not be written.
 */
bool program_export_c(const struct program *p, const struct verdict *v, char *const *outcome, FILE *out,
		      const char *source_name);
/* The first operation that keeps such a program from being written; NULL: it can be. */
const struct op *program_without_c(const struct program *p, char *const *outcome, u32 *step);

/* The host's clock, for limits of time; and the CPU time of this process, for limits that a busy machine leaves alone. */
double monotonic_seconds(void);
double cpu_seconds(void);
/* splitmix64 step for everything in lockstep that needs numbers: seeds in, no clock. */
u64 rng_next(u64 *state);

#endif
