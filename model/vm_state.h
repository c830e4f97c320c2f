/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_state.h - what the files about tasks, files, swap and reclaim share: plain arrays of what is where.
 *
 * A key stands for the contents of a page. Each virtual page of a task, each block of a disk and each slot of swap has one, and
 * so has each frame; an event that moves contents moves the key. What a frame holds may go when nobody wants it, or when the
 * block or slot that stands for it has the same key.
 *
 * When the model is sealed no task exists, no page is cached and no slot is taken: only tables are copied, the arrays are emptied.
 */
#ifndef MODEL_VM_STATE_H
#define MODEL_VM_STATE_H

#include "vm.h"
#include "vm_liveness.h"

#define VM_SLOTS      (1u << 20) /* of a swap device, that are followed */
#define VM_MAX_MARKS  65536	 /* entries that a reset empties one by one; more: the whole array */
#define VM_FIRST_SIZE 16	 /* pages of a file that nobody wrote or truncated: they hold what the disk came with, others zero */
#define VM_NO_FILE    (~0u)
#define VM_SHRINKERS  16

/* --- frames ------------------------------------------------------------------------------------------------------------------ */

enum vm_frame_flag {
	VMF_KNOWN = 1 << 0,	 /* it has contents: key holds */
	VMF_UPTODATE = 1 << 1,
	VMF_DIRTY = 1 << 2,
	VMF_WRITEBACK = 1 << 3,
	VMF_MLOCKED = 1 << 4,
	VMF_REFERENCED = 1 << 5, /* it was used, or found so */
	VMF_WANTED_FREE = 1 << 6,
	VMF_READING = 1 << 7,	 /* the device fills it */
	VMF_WRITING = 1 << 8,	 /* the device reads it */
	VMF_FAILED = 1 << 9,	 /* it could not be written, and is not dirty any more */
	VMF_TOUCHED = 1 << 15,	 /* not as when the model was sealed */
};

/* A frame that tasks, files, tables or swap have. All zero but VMF_TOUCHED: it is none. */
struct vm_frame {
	u64 key;
	u8 use;	  /* enum vm_use + 1; 0: not one of ours */
	u8 place; /* enum lru_place */
	u8 cpu;   /* in the batch of */
	u8 task;  /* tables: whose, number + 1 */
	u16 flags;
	u16 pins;
	u32 maps;
	u32 file; /* in the cache of; VM_NO_FILE: in none */
	u32 index; /* in the file; of an anonymous page: its virtual page */
	u32 entry; /* found through the swap cache as; 0: it is not */
};

static inline bool vm_is_anon(const struct vm_frame *f)
{
	return f->use == VM_USE_ANON + 1 || f->use == VM_USE_SWAPIN + 1;
}
/* A page of a task or a file: one that lists are for. */
static inline bool vm_is_users(const struct vm_frame *f)
{
	return vm_is_anon(f) || f->use == VM_USE_FILE + 1;
}

/* --- tasks ------------------------------------------------------------------------------------------------------------------- */

enum vm_where { VM_NOTHING, VM_FRAME, VM_ENTRY };
enum vm_pte_flag {
	VMP_ACCESSED = 1,
	VMP_WRITTEN = 2, /* since write access was taken away last */
	VMP_MLOCKED = 4,
	VMP_TOUCHED = 128,
};

/* A virtual page. Anonymous: key is what its task reads there. */
struct vm_pte {
	u64 key;
	u32 at; /* frame, or entry of swap */
	u8 where;
	u8 flags;
};

struct vm_task_state {
	bool exists, killed, exiting;
	s32 adj;
	u32 nr_tables;
	u64 rss_anon, rss_file, swapents, mlocked;
	struct {
		u32 file, first, nr; /* nr 0: free */
	} window[VM_WINDOWS];
};

/* --- files and swap ------------------------------------------------------------------------------------------------------------ */

struct vm_block {
	u64 key;   /* on disk, if it was written */
	u32 frame; /* in the cache: frame + 1 */
	bool written;
	bool hole; /* cut off: reads as zero */
};

struct vm_file {
	bool touched; /* pages, error and blocks may be other than on the first day */
	bool error;   /* a write failed, and nobody was told yet */
	bool sized;   /* pages holds; else it is VM_FIRST_SIZE */
	u32 pages;
	u64 object[2]; /* its inode, its dentry; 0: none is kept */
};

struct vm_slot {
	u64 key;       /* on the device */
	u64 zswap_key;
	u32 frame;     /* found through the swap cache: frame + 1 */
	u32 users;     /* page table entries */
	u8 flags;      /* enum vm_slot_flag */
};
enum vm_slot_flag { VMS_TAKEN = 1, VMS_ON_DEVICE = 2, VMS_IN_ZSWAP = 4, VMS_TOUCHED = 128 };

struct vm_device {
	bool on;
	bool leaving; /* somebody turns it off: it gives no slots, and those it has count for nothing */
	s32 priority;
	u32 pages, used;
};

/* --- who is at work ------------------------------------------------------------------------------------------------------------ */

/* Of each flight: what the operation was asked to do; what reclaim is at. Cleared when a flight begins. */
struct vm_flight {
	bool is_op; /* ask holds */
	struct model_vm_ask ask;
	u8 use;	       /* enum vm_use of the request for a page that goes on */
	u8 reclaims;   /* between so many RECLAIM_.._BEGINS and _ENDS */
	bool refused;  /* a page was */
	bool existed, missing, killed; /* the task, at some time since it began */
	bool failed;   /* a device failed to read or write */
	bool error;    /* the file had an error that nobody was told, at some time since it began */
	bool copied;   /* a page was copied to who reads: copied_key */
	u64 copied_key;
	u8 priority;   /* of the look at a node that goes on */
	s32 isolated;  /* pages that it has taken off their lists, and neither put back nor freed [R19] */
	u32 came_back; /* pages of lists that it has freed since it began to look at the node */
	u32 pin;       /* the frame that it pinned or let go of, and 1; 0: none */
	u8 window;     /* that it mapped or unmapped, and 1; 0: none */
	u64 leaves;    /* an inode or dentry that nobody finds any more, and that is still to be freed; 0: none */
	struct {
		u64 freeable, delta, deferred, left, scanned; /* R15 */
		u64 freed; /* R16 */
		u8 id;
		bool counted, stopped;
	} shrink;
};

/* Entries that are not as when the model was sealed. */
struct vm_marks {
	u32 nr;
	bool lost; /* there are more */
	u32 *list;
};

/* --- all of it ------------------------------------------------------------------------------------------------------------------- */

struct vm_sums {
	u64 lru[MODEL_NR_ZONES][NR_LRU_LISTS]; /* pages on lists [R1] */
	u64 isolated[MAX_NUMNODES][2];	       /* anonymous, file */
	u64 batched[MODEL_MAX_CPUS];
	u64 dirty, writeback, mlocked, pinned;
	u64 file_pages;	 /* in caches of files */
	u64 swapcache;
	u64 anon_mapped, file_mapped; /* frames that are mapped */
	u64 tables, zswap, balloon;   /* frames */
	u64 zswap_stored;	      /* slots whose contents are kept compressed */
};

/* As it was announced, and what it carries over. [R15] */
struct vm_shrinker {
	u32 seeks, batch;
	u64 deferred[MAX_NUMNODES];
	bool gone;
};

/* What was done so far. Pages: by kswapd or by others, anonymous or of files. */
struct vm_counts {
	u64 steal[2][2]; /* reclaimed */
	u64 taken[2][2]; /* taken off inactive lists, for that */
	u64 meant[2][2]; /* that were to be looked at there, at most */
	u64 objects;	 /* that shrinkers looked at */
	u64 throttled, balances, pinned, unpinned;
};

struct model_vm {
	bool up;
	u32 knob[NR_VM_KNOBS];
	struct vm_task_state task[MODEL_VM_TASKS];
	struct vm_file file[MODEL_TRACKED_FILES];
	struct vm_device device[SWAP_DEVICES + 1]; /* 0 is that of the files */
	u32 nr_swapons;
	struct vm_sums sums;
	struct vm_liveness live;
	struct vm_shrinker shrinker[VM_SHRINKERS];
	struct vm_counts counts;
	/* what follows is not part of the image */
	struct vm_due due;
	struct vm_flight flight[MODEL_STACKS][MODEL_MAX_NESTING];
	struct vm_block block[MODEL_TRACKED_FILES][MODEL_TRACKED_PAGES];
	struct vm_frame *frame;
	struct vm_pte *pte;			   /* VM_SPACE_PAGES of each task */
	struct vm_slot *slot[SWAP_DEVICES + 1];
	struct vm_marks frames, ptes, slots;
	struct vm_sealed { /* frames that were in use when the model was sealed: tables of swap */
		u32 pfn;
		struct vm_frame frame;
	} *sealed;
	u32 nr_sealed;
	void *image;
};

static inline struct vm_pte *vm_pte(const struct model *m, unsigned task, u32 vpn)
{
	return &m->vm->pte[(u64)task * VM_SPACE_PAGES + vpn];
}
/* NULL: nobody was given this frame. */
static inline struct vm_frame *vm_given(const struct model *m, u64 pfn)
{
	return pfn < m->nr_frames && m->vm->frame[pfn].use ? &m->vm->frame[pfn] : NULL;
}
static inline unsigned vm_node_of(const struct model *m, u64 pfn)
{
	return m->zone[model_zone_of(m, pfn)].nid;
}
/* What the operation or kernel thread that announces is at; reclaim in its middle has its own. NULL: nobody is at work. */
static inline struct vm_flight *vm_flight_on(struct model *m, unsigned cpu)
{
	unsigned s = stack_on(m, cpu), depth = m->depth[s];

	while (depth > 1 && m->flight[s][depth - 1].nested)
		depth--;
	return depth ? &m->vm->flight[s][depth - 1] : NULL;
}
/* Entries of swap are device << 24 | slot. NULL: there is no such slot. */
static inline struct vm_slot *vm_slot(const struct model *m, u32 entry)
{
	u32 device = entry >> 24, slot = entry & 0xffffff;

	if (!device || device > SWAP_DEVICES || !m->vm->device[device].on || !slot || slot >= m->vm->device[device].pages ||
	    slot >= VM_SLOTS)
		return NULL;
	return &m->vm->slot[device][slot];
}
/* The file's own block; NULL: of a file that is not followed. */
static inline struct vm_block *vm_block(const struct model *m, u32 file, u32 index)
{
	return file < MODEL_TRACKED_FILES && index < MODEL_TRACKED_PAGES ? &m->vm->block[file][index] : NULL;
}

/* vm_ask.c: after each event. */
void vm_note_all(struct model *m);
/* vm_sums.c */
void vm_mark(struct vm_marks *marks, u32 what);
/* vm_pages.c */
/* Before a frame is changed: it must be put back by a reset. */
struct vm_frame *vm_change(struct model *m, u64 pfn);
/* What the operation asked for, whatever it is in the middle of; NULL: it is none on tasks, files or swap. */
const struct model_vm_ask *vm_asked(struct model *m, unsigned cpu);
/* vm_map.c: events; which page of which file a window shows. */
const char *vm_on_pte(struct model *m, const struct mm_event *ev);
const char *vm_on_task(struct model *m, const struct mm_event *ev);
bool vm_window_page(const struct model *m, unsigned task, u32 vpn, u32 *file, u32 *index);
/* vm_contents.c */
const char *vm_on_page_cache(struct model *m, const struct mm_event *ev);
const char *vm_on_page_state(struct model *m, const struct mm_event *ev);
const char *vm_on_io(struct model *m, const struct mm_event *ev);
const char *vm_on_swap(struct model *m, const struct mm_event *ev);
const char *vm_on_swap_device(struct model *m, const struct mm_event *ev);
const char *vm_on_inode(struct model *m, const struct mm_event *ev);
/* NULL: no such slot. */
struct vm_slot *vm_change_slot(struct model *m, u32 entry);
/* What a block holds that nobody wrote. */
u64 vm_virgin_key(unsigned device, u64 block);
/* What is on disk for a page of a file. */
u64 vm_disk_key(const struct model *m, u32 file, u32 index);
/* Does somebody who runs reclaim? */
bool vm_reclaims(struct model *m, const struct mm_event *ev);

/* vm_lru.c */
extern const char *const vm_place_names[NR_LRU_PLACES];
/* Reclaim, or a look at a node, is over. */
const char *vm_lru_ends(struct model *m, const struct mm_event *ev);

#endif
