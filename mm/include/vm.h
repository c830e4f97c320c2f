/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm.h - who uses memory: tasks with address spaces, files, swap; and what is done when it runs short.
 *
 * vm_init() comes after kmem_cache_init(). Without it nothing is ever reclaimed and nobody is killed.
 * Everything here is task context and may sleep, unless it says otherwise. Errors are negative.
 */
#ifndef MM_VM_H
#define MM_VM_H

#include "gfp.h"

#define VM_MAX_TASKS	64
#define VM_ANON_PAGES	65536	/* virtual pages from 0 up are anonymous memory */
#define VM_WINDOWS	8	/* behind them: places where files can be mapped */
#define VM_WINDOW_PAGES 128
#define VM_SPACE_PAGES	(VM_ANON_PAGES + VM_WINDOWS * VM_WINDOW_PAGES)
#define FILE_MAX_PAGES	(1u << 20) /* of one file: its page i is block file * FILE_MAX_PAGES + i of device 0 */
#define FILE_PAGES	16	/* of a file that nobody has changed */
#define FILE_CHANGEABLE 32	/* files below this number can be written and truncated */
#define FILE_LARGEST_PAGES 256 /* as large as they can be made */
#define SWAP_DEVICES	3
#define OOM_SCORE_ADJ_MIN (-1000)
#define OOM_SCORE_ADJ_MAX 1000

/*
 * Lists, counters, kernel threads, the caches of files. Once. 0, -ENOMEM; -EBUSY among real threads, where each kernel thread is a
 * CPU of its own: three, and one for each node; so many are not free.
 */
int vm_init(void);
bool vm_is_up(void);

/* --- tasks: mm/memory.c ------------------------------------------------------------------------------------------------- */

/* A process with an empty address space. -EEXIST, -ENOMEM. Its pid is 100 + id, its name `task<id>`. */
int task_create(unsigned id, int oom_score_adj);
/* It ends, and gives up all it has. -ESRCH. Also what a killed task does when it comes to run next. */
int task_exit(unsigned id);
/* SIGKILL: pending until the task runs: then, or at task_exit(), it ends. -ESRCH */
int task_kill(unsigned id);
/* /proc/<pid>/oom_score_adj. -ESRCH, -EINVAL. */
int task_set_adj(unsigned id, int adj);
/**
 * task_access - one load or store at virtual page vpn, by this task: page tables are walked, a fault is handled.
 * On success *pfn is the frame that is mapped there; the caller reads or writes it at once, without anything that yields.
 * Among real threads that is too late: task_touch() is for them.
 * Return: 0; -EFAULT nothing is mapped there; -EINTR it was killed, and has ended; -ENOMEM; -EIO the page could not be read.
 */
int task_access(unsigned id, u32 vpn, bool write, u64 *pfn);
/* The same, and touch(pfn, arg) reads or writes the frame while nobody can take it away: it must not sleep, nor come back here. */
int task_touch(unsigned id, u32 vpn, bool write, void (*touch)(u64 pfn, void *arg), void *arg);
/* Map pages [first, first + nr) of a file, nr <= VM_WINDOW_PAGES, in window 0..7. -EBUSY: it is in use. -ESRCH, -EINTR, -EINVAL */
int task_mmap(unsigned id, unsigned window, u32 file, u32 first, u32 nr);
int task_munmap(unsigned id, unsigned window);
/* Give back anonymous pages [vpn, vpn + nr): they read as zero when touched next. MADV_DONTNEED. */
int task_madvise_dontneed(unsigned id, u32 vpn, u32 nr);
/* Bring in and keep; or no longer. Pages of [vpn, vpn + nr). -ENOMEM, -EINTR, -EFAULT. Partly done is done: it says how many through *done. */
int task_mlock(unsigned id, u32 vpn, u32 nr, u32 *done);
int task_munlock(unsigned id, u32 vpn, u32 nr);
/* A device uses the page: it stays where it is until unpinned. The page is brought in as by task_access(write). */
int task_pin(unsigned id, u32 vpn, u64 *pfn);
void task_unpin(u64 pfn);

struct task_figures {
	bool exists, killed, oom_victim, oom_skip;
	int oom_score_adj;
	u64 total_vm, rss_anon, rss_file, rss_shmem, swapents, pgtables_bytes;
};
struct task_figures task_figures(unsigned id);
/* /proc/<pid>/oom_score, 0 for a task that does not exist. [O2] */
unsigned task_oom_score(unsigned id);

/* --- files: mm/filemap.c, mm/fs.c ---------------------------------------------------------------------------------------- */

/*
 * Every number is a file. Whoever opens it brings a dentry and an inode into their caches (GFP_NOFS below the filesystem's lock);
 * both stay until a shrinker takes them. Sizes are kept on disk: a file nobody has written or truncated has FILE_PAGES, which
 * read as what the disk came with. What was cut off and is there again, or was never written behind that, reads as zero.
 * Files from FILE_CHANGEABLE on can be read and mapped, but neither written nor truncated. One buffer is a page: PAGE_SIZE bytes.
 */
/* 0, -ENOMEM */
int file_open(u32 file);
/* -EIO; -EINVAL beyond the end; -ENOMEM. */
int file_read(u32 file, u32 index, void *buffer);
/* Into the page cache; may be throttled. Enlarges the file. -ENOMEM; -EFBIG: from FILE_LARGEST_PAGES on; -EINVAL: not this file. */
int file_write(u32 file, u32 index, const void *buffer);
/* Until all that is dirty now is on disk. -EIO: something was not, and that is said once. */
int file_fsync(u32 file);
/* To be this large, larger too. -EFBIG, -EINVAL, -ENOMEM. */
int file_truncate(u32 file, u32 pages);
/* Pages of a file, 0 none: as the disk or the inode has it. */
u32 file_size(u32 file);
/* Pages in the cache. [R25] 1 clean unmapped page cache, 2 objects, 3 both. -EINVAL */
int drop_caches(unsigned what);

/* --- swap: mm/swapfile.c, mm/zswap.c ---------------------------------------------------------------------------------------- */

/* pages: slots; the first is the header's and is never used. priority -1 and below: as they come. -EBUSY, -EINVAL, -ENOMEM */
int swapon(unsigned device, u32 pages, int priority);
/* All that is there comes back. -EINVAL: it is not in use; -ENOMEM: there is no room; -EIO. What came back stays back. */
int swapoff(unsigned device);

/* --- a balloon: mm/balloon.c ----------------------------------------------------------------------------------------------- */

/* Its OOM notifier gives back so many at most, before anybody is killed. [O5] */
#define BALLOON_OOM_PAGES 16

/*
 * To be this large: a guest lends pages to its host, or has them back. Sleeps. Nobody is killed for it, and reserves stay.
 * -ENOMEM: it is as large as it could be made. If somebody else resizes it meanwhile, or runs out, it may be of any size.
 */
int balloon_resize(u32 nr);
u32 balloon_pages(void);

/* --- knobs ----------------------------------------------------------------------------------------------------------------- */

enum vm_knob {
	VM_SWAPPINESS,		   /* 0..200 */
	VM_VFS_CACHE_PRESSURE,	   /* 0..1000 */
	VM_DIRTY_RATIO,		   /* percent */
	VM_DIRTY_BACKGROUND_RATIO,
	VM_DIRTY_BYTES,		   /* in pages here; 0: the ratio counts */
	VM_DIRTY_BACKGROUND_BYTES,
	VM_PAGE_CLUSTER,	   /* 0..5 */
	VM_OOM_KILL_ALLOCATING_TASK,
	VM_PANIC_ON_OOM,	   /* 0..2 */
	VM_OOM_DUMP_TASKS,
	VM_ZSWAP_ENABLED,
	VM_ZSWAP_MAX_POOL_PERCENT,
	VM_ZONE_RECLAIM_MODE,	   /* bits 1, 2, 4 [R18] */
	VM_SHRINKER_MODE,	   /* how the inode cache's shrinker behaves, or that there is none: enum shrinker_mode */
	NR_VM_KNOBS
};
enum shrinker_mode { SHRINKER_PLAIN, SHRINKER_SLOW, SHRINKER_REFUSES, SHRINKER_EMPTY, SHRINKER_ABSENT, NR_SHRINKER_MODES };
/* -EINVAL when out of range. */
int vm_knob_write(enum vm_knob knob, u32 value);
u32 vm_knob(enum vm_knob knob);

/* --- looking at it, and the end ------------------------------------------------------------------------------------------------ */

/* Recounts every list, counter, table and slot from scratch: NULL, or "broken R1: ..." Only when nothing is in flight. */
const char *vm_check(void);
/* All tasks exit, all files are written and forgotten, swap is off, lists are empty, kernel threads have nothing to do. */
void vm_settle(void);
/* The word of a counter as /proc/vmstat names it; ~0 if there is none of the name. */
u64 vm_counter(const char *name);

#endif
