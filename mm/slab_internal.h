/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_internal.h - structures of the slab allocator, for mm/ alone: slub.c, slab_common.c, kmalloc.c, slub_debug.c, slub_check.c.
 *
 *   kmem_cache_cpu, one for each cache and CPU: the CPU's slab, and the objects of it that only this CPU hands out
 *   kmem_cache, kmem_cache_node: objects of two caches of their own, so they lie in RAM like everything else
 *   slab: what a struct page is while its block belongs to a cache
 *
 * Pointers that are stored in RAM (free pointers) are stored less sim_ram_bias(), and maybe obfuscated: see
 * freelist_ptr_encode().
 */
#ifndef MM_SLAB_INTERNAL_H
#define MM_SLAB_INTERNAL_H

#include "internal.h"
#include "rcu_list.h"
#include "slab.h"
#include "slab_access.h"
#include "textbuf.h"

/* --- a slab -------------------------------------------------------------------------------------------------------------- */

/*
 * The first page of a block. Flags say which cache it is of, and its order; `private` is one word that changes as a whole, by
 * whoever frees an object of it or takes its free list: where the free list begins, how many objects are in use, how many
 * there are, and whether it is some CPU's slab (frozen), which alone takes from it then.
 */
struct slab {
	u32 flags;
	s32 refcount;
	u64 counters;
	union {
		struct list_head slab_list; /* a node's partial or full list */
		struct {
			struct slab *next; /* chain of a CPU */
			u32 slabs;	   /* how many the chain has from here on */
		};
		struct rcu_head rcu_head; /* waits for a grace period */
	};
};
_Static_assert(sizeof(struct slab) == sizeof(struct page), "a slab is a page");
_Static_assert(offsetof(struct slab, counters) == offsetof(struct page, private), "a slab is a page");
_Static_assert(offsetof(struct slab, slab_list) == offsetof(struct page, lru), "a slab is a page");

/* In flags, above those of a page: PG_slab, PG_large_kmalloc of internal.h. */
#define SLAB_ID_SHIFT	 16 /* 8 bits: the cache */
#define SLAB_ORDER_SHIFT 24 /* 4 bits */
#define SLAB_ON_PARTIAL	 (1u << 28) /* on its node's partial list; under the node's list_lock */
#define SLAB_WAITS	 (1u << 29) /* given up, its pages wait for a grace period */

struct slab_counters {
	u32 freelist; /* offset of the first free object, in words of 8 bytes; NO_FREE none */
	u16 inuse, objects;
	bool frozen;
};
#define NO_FREE		   0xfffffu
#define MAX_OBJS_PER_SLAB  32767

static inline u64 counters_pack(struct slab_counters c)
{
	return (u64)c.freelist | (u64)c.inuse << 20 | (u64)c.objects << 35 | (u64)c.frozen << 50;
}
static inline struct slab_counters counters_unpack(u64 w)
{
	return (struct slab_counters){ .freelist = w & 0xfffff, .inuse = w >> 20 & 0x7fff, .objects = w >> 35 & 0x7fff,
				       .frozen = w >> 50 & 1 };
}
static inline struct slab_counters slab_counters(const struct slab *slab)
{
	return counters_unpack(READ_ONCE(slab->counters));
}

static inline bool page_is_slab(const struct page *page)
{
	return READ_ONCE(page->flags) & PG_slab;
}
static inline unsigned slab_cache_id(const struct slab *slab)
{
	return READ_ONCE(slab->flags) >> SLAB_ID_SHIFT & 0xff;
}
static inline unsigned slab_order(const struct slab *slab)
{
	return READ_ONCE(slab->flags) >> SLAB_ORDER_SHIFT & 15;
}
static inline u64 slab_pfn(const struct slab *slab)
{
	return page_pfn(current_mm(), (const struct page *)slab);
}
static inline char *slab_base(const struct slab *slab)
{
	return ram_address(this_cpu->machine, slab_pfn(slab));
}
/* The door from a pointer: the first page of the block it points into; NULL outside of RAM or in a hole. */
static inline struct page *virt_to_head_page(const void *p)
{
	struct mm *mm = current_mm();
	u64 pfn = (u64)((const char *)p - (const char *)this_cpu->machine->host->ram) >> PAGE_SHIFT;

	return likely(pfn_valid(mm, pfn)) ? compound_head(mm->mem_map + pfn) : NULL;
}

/* The same if it is a slab's, else NULL. */
static inline struct slab *virt_to_slab(const void *p)
{
	struct page *page = virt_to_head_page(p);

	return likely(page && page_is_slab(page)) ? (struct slab *)page : NULL;
}

/* --- a cache -------------------------------------------------------------------------------------------------------------- */

struct kmem_cache_order_objects {
	u16 order, objects;
};

/* What a CPU keeps of one cache; apart from `partial` and `slab` it changes without a lock, as one pair. */
struct kmem_cache_cpu {
	struct cpu_pair hot; /* first: objects that this CPU hands out next; second: the transaction id [S13] */
	struct slab *slab;   /* frozen; its objects are those of hot.first, and what others freed meanwhile */
	struct slab *partial; /* chain; not frozen */
	u64 random;	     /* of the cache: here for the fast path */
	u32 offset;	     /* of the free pointer: the same */
	u32 size;
	u32 hooks;	     /* enum slab_hook: what is to be done besides */
	u32 take_nr, put_nr, sheaf_max; /* slab_sheaf.h */
	local_lock_t lock; /* slab, partial, and hot where others look at it */
	void *take[SIM_SHEAF], *put[SIM_SHEAF];
} __attribute__((aligned(64)));

/*
 * What a CPU has at hand instead of asking the machine, in entry 0 of its table, which is no cache's: RAM, struct pages, and the
 * ids of kmalloc()'s normal caches. Never changes after boot.
 */
struct slab_cpu_doors {
	const char *ram;
	u64 ram_bytes;
	struct page *mem_map;
	const u8 *normal_id; /* by (size - 1) / 8: slab_state's */
};
_Static_assert(sizeof(struct slab_cpu_doors) <= sizeof(struct kmem_cache_cpu), "one entry");

/* What an alloc or a free of a cache has to do besides; most have nothing, and one test says so. */
enum slab_hook {
	HOOK_FAILSLAB = 1 << 0,
	HOOK_ACCOUNT = 1 << 1,
	HOOK_INIT_ON_ALLOC = 1 << 2,
	HOOK_INIT_ON_FREE = 1 << 3,
	HOOK_TOOL = 1 << 4, /* this build has a tool that wants to know of each object */
};
#if defined(TOOL_ASAN) || defined(TOOL_MSAN) || defined(MMCHECK_VALGRIND)
#define HOOKS_ALWAYS HOOK_TOOL
#else
#define HOOKS_ALWAYS 0
#endif

struct kmem_cache_node {
	spinlock_t list_lock;
	u64 nr_partial;
	struct list_head partial;
	u64 nr_slabs, total_objects; /* atomic */
	struct list_head full;	     /* only with SLAB_STORE_USER */
};

struct kmem_cache {
	u8 id;	       /* its place in the table of each CPU; 0: gone */
	slab_flags_t flags; /* as asked and as slab_debug= says; __OBJECT_POISON below */
	u32 object_size; /* as asked for */
	u32 size;	 /* of a slot, metadata and all */
	u32 inuse;	 /* end of the object and its right redzone */
	u32 offset;	 /* of the free pointer, from the object */
	u32 align, red_left_pad;
	u32 useroffset, usersize;
	struct kmem_cache_order_objects oo, min;
	gfp_t allocflags;
	s32 refcount; /* under slab_mutex; negative: never merged */
	u32 cpu_partial, cpu_partial_slabs;
	u32 min_partial;
	u32 remote_node_defrag_ratio;
	u64 random;	 /* 0: free pointers are stored as they are */
	u32 *random_seq; /* offsets of a new slab's objects in the order of their free list; NULL: ascending */
	void (*ctor)(void *object);
	struct list_head list; /* slab_caches */
	struct kmem_cache_node *node[MAX_NUMNODES];
	char name[KMEM_CACHE_NAME_MAX];
};

/* What known bytes are. [S2] */
#define SLUB_RED_INACTIVE 0xbb
#define SLUB_RED_ACTIVE	  0xcc
#define POISON_INUSE	  0x5a /* what was never an object */
#define POISON_FREE	  0x6b
#define POISON_END	  0xa5

#define __OBJECT_POISON	  0x80000000u /* the object itself is poisoned: POISON, no constructor, no SLAB_TYPESAFE_BY_RCU */
#define SLAB_DEBUG_FLAGS  (SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | SLAB_CONSISTENCY_CHECKS)
/* Those that make a slot larger. */
#define DEBUG_METADATA_FLAGS (SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

/* A cache with any of these flags has no CPU slabs: each alloc and free takes the node's lock. [S11] */
static inline bool kmem_cache_debug(const struct kmem_cache *s)
{
	return s->flags & SLAB_DEBUG_FLAGS;
}
static inline bool slub_debug_orig_size(const struct kmem_cache *s)
{
	return (s->flags & (SLAB_STORE_USER | SLAB_KMALLOC)) == (SLAB_STORE_USER | SLAB_KMALLOC);
}

enum { SLAB_KMALLOC_NORMAL, SLAB_KMALLOC_RECLAIM, SLAB_KMALLOC_CGROUP, SLAB_KMALLOC_DMA, NR_KMALLOC_TYPES };
#define NR_KMALLOC_CLASSES 14 /* index 0 is unused; 1: 96, 2: 192, n: 2^n */

struct slab_alias {
	char name[KMEM_CACHE_NAME_MAX];
	u8 id; /* of the cache; 0: free entry */
};
#define SLAB_MAX_ALIASES 32
#define SLAB_OPERATIONS	 256

struct kfree_rcu_cpu; /* kfree_rcu.c */

/* Hangs on struct mm; NULL until kmem_cache_init(). */
struct slab_state {
	struct mutex mutex;	      /* slab_caches, cache[], alias[], refcounts */
	struct list_head caches;      /* all of them, newest first */
	struct kmem_cache *cache[SLAB_MAX_CACHES];
	struct kmem_cache *kmem_cache, *kmem_cache_node; /* the caches of caches and of their nodes */
	struct kmem_cache *kmalloc[NR_KMALLOC_TYPES][NR_KMALLOC_CLASSES];
	u8 normal_id[KMALLOC_MAX_CACHE_SIZE / 8]; /* the cache of (size - 1) / 8 for a plain request */
	u8 size_index[24]; /* class of (size - 1) / 8, up to 192 */
	bool up;	   /* kmalloc() works */
	bool nomerge, freelist_random, hardened;
	struct slab_alias alias[SLAB_MAX_ALIASES];
	u64 accounted_bytes; /* SLAB_ACCOUNT: hooks that count; atomic */
	slab_flags_t debug;  /* slab_debug= for all */
	bool debug_off_if_larger; /* its letter O */
	struct kfree_rcu_cpu *krc[SIM_MAX_CPUS];
	u32 reports;	     /* of SLUB debugging so far: events, that is heads, damaged bytes and repairs */
	bool tainted;	     /* there was a head `BUG ...`: the next one says so */
	const char *operation[SLAB_OPERATIONS]; /* names that tracks mean by their place here, from 1 on; NULL: the rest is free */
	struct {
		u64 begin_ns; /* of the burst */
		u32 shown, missed;
	} oom; /* [S39] */
};

static inline struct slab_state *slab_state(void)
{
	return current_mm()->slab;
}
static inline struct kmem_cache *slab_cache(const struct slab *slab)
{
	unsigned id = slab_cache_id(slab);

	return id < SLAB_MAX_CACHES ? slab_state()->cache[id] : NULL;
}
static inline struct kmem_cache_cpu *cpu_slab_of(unsigned cpu, unsigned id)
{
	return (struct kmem_cache_cpu *)this_cpu->machine->cpu[cpu].percpu + id;
}
static inline struct kmem_cache_cpu *this_cpu_slab(unsigned id)
{
	return (struct kmem_cache_cpu *)this_cpu->percpu + id;
}
static inline unsigned slab_nid(const struct slab *slab)
{
	return page_zone(current_mm(), slab_pfn(slab))->nid;
}

/* Bytes from the beginning of RAM: what events call an object. */
static inline u64 address_of(const void *object)
{
	return (u64)((const char *)object - (const char *)this_cpu->machine->host->ram);
}

/* --- slots: where object i is, what lies around it [S2] --------------------------------------------------------------------- */

static inline struct kmem_cache_node *get_node(const struct kmem_cache *s, unsigned nid)
{
	return s->node[nid];
}
/* Each change of a CPU's pair has a larger id, and no two CPUs the same. [S13] */
#define TID_STEP SIM_MAX_CPUS
static inline u64 next_tid(u64 tid)
{
	return tid + TID_STEP;
}
static inline u32 slab_bytes(const struct kmem_cache *s, const struct slab *slab)
{
	return s->size * slab_counters(slab).objects;
}
/* How many slots fit into a block. */
static inline u32 order_objects(unsigned order, u32 size)
{
	return (u32)(((u64)PAGE_SIZE << order) / size);
}
static inline bool freeptr_outside_object(const struct kmem_cache *s)
{
	return s->offset >= s->inuse;
}
/* End of the information behind the object that belongs to the free pointer: tracks begin here. */
static inline u32 get_info_end(const struct kmem_cache *s)
{
	return freeptr_outside_object(s) ? s->inuse + (u32)sizeof(void *) : s->inuse;
}

/* An address as RAM keeps it, so that it holds the same on every host; 0: NULL. */
static inline u64 address_encode(const void *p)
{
	return p ? (u64)(uintptr_t)p - sim_ram_bias(this_cpu->machine) : 0;
}
static inline void *address_decode(u64 word)
{
	return word ? (void *)(uintptr_t)(word + sim_ram_bias(this_cpu->machine)) : NULL;
}
static inline u64 bswap_address(const struct machine *m, const void *at)
{
	return __builtin_bswap64((u64)(uintptr_t)at - sim_ram_bias(m));
}
/* What is stored at `at` for a pointer to a free object; NULL ends the list. [S14] */
static inline u64 freelist_ptr_encode(u64 random, const void *p, const void *at)
{
	u64 word = address_encode(p);

	return unlikely(random) ? word ^ random ^ bswap_address(this_cpu->machine, at) : word;
}
static inline void *freelist_ptr_decode(u64 random, u64 word, const void *at)
{
	if (unlikely(random))
		word ^= random ^ bswap_address(this_cpu->machine, at);
	return address_decode(word);
}
static inline void *get_freepointer(const struct kmem_cache *s, const void *object)
{
	const char *at = (const char *)object + s->offset;

	return freelist_ptr_decode(s->random, slab_load(at), at);
}
static inline void set_freepointer(const struct kmem_cache *s, void *object, const void *next)
{
	char *at = (char *)object + s->offset;

	slab_store(at, freelist_ptr_encode(s->random, next, at));
}
/* Offsets in a slab, as its counters keep them. */
static inline void *slab_object_at(const struct slab *slab, u32 freelist)
{
	return freelist == NO_FREE ? NULL : slab_base(slab) + (u64)freelist * 8;
}
/* NULL, and what a damaged free pointer leads to outside of the slab, is no offset. */
static inline u32 slab_offset_of(const struct slab *slab, const void *object)
{
	u64 offset = (u64)(uintptr_t)object - (u64)(uintptr_t)slab_base(slab);

	return offset < (u64)PAGE_SIZE << slab_order(slab) ? (u32)(offset / 8) : NO_FREE;
}

/* Where nobody comes between: under a debug cache's list_lock, or of a slab that nobody knows yet. */
static inline void set_counters(struct slab *slab, struct slab_counters c)
{
	WRITE_ONCE(slab->counters, counters_pack(c));
}
/* There, the first object of the slab's list is the caller's, and counts as in use; c: what is kept about the slab then. */
static inline void *take_first_object(const struct kmem_cache *s, struct slab *slab, struct slab_counters *c)
{
	void *object;

	*c = slab_counters(slab);
	object = slab_object_at(slab, c->freelist);
	c->freelist = slab_offset_of(slab, get_freepointer(s, object));
	c->inuse++;
	set_counters(slab, *c);
	return object;
}

/* --- slub.c: objects ------------------------------------------------------------------------------------------------------------ */

/* What an object is asked for: which event announces it, and the size that the caller named. */
struct slab_request {
	u8 event; /* EVENT_KMALLOC or EVENT_KMEM_CACHE_ALLOC */
	gfp_t gfp;
	s32 nid;
	u64 orig_size; /* bytes */
};
void *slab_alloc_node(struct kmem_cache *s, const struct slab_request *r);
/* One object of the slab's cache is free; event: EVENT_KFREE or EVENT_KMEM_CACHE_FREE. */
void slab_free(struct kmem_cache *s, struct slab *slab, void *object, u8 event);

static inline void announce_alloc(const struct kmem_cache *s, const void *object, const struct slab_request *r)
{
	mm_announce((struct mm_event){ .type = r->event,
				       .address = address_of(object),
				       .cache = s->id,
				       .gfp = r->gfp,
				       .bytes_req = (u32)r->orig_size,
				       .bytes_alloc = s->size });
}

/* address: the object's, or where its slab begins; 0: none. id: of the cache; 0: none. */
static inline void announce_report(enum slub_report report, u64 address, u8 id)
{
	mm_announce((struct mm_event){ .type = EVENT_SLUB_REPORT, .report = (u8)report, .address = address, .cache = id });
}

/* --- slub_partial.c: where slabs are that have free objects ------------------------------------------------------------------------ */

/* list_cpu: whose, of a CPU's; tail: of a node's list. */
void announce_move(const struct slab *slab, enum slab_place from, enum slab_place to, unsigned list_cpu, bool tail);
/* With the node's list_lock held. `from` for the event. */
void add_partial(struct kmem_cache_node *n, struct slab *slab, enum slab_place from, bool tail);
void remove_partial(struct kmem_cache_node *n, struct slab *slab, enum slab_place to);
void add_full(const struct kmem_cache *s, struct kmem_cache_node *n, struct slab *slab, enum slab_place from);
void remove_full(const struct kmem_cache *s, struct slab *slab);
/* Sum over the slabs of a node's partial list, of objects_free() or objects_used(). Takes list_lock. */
u64 count_partial(struct kmem_cache_node *n, u64 (*of)(struct slab_counters c));
u64 objects_free(struct slab_counters c);
u64 objects_used(struct slab_counters c);
/* The slab goes to this CPU's chain; drain: a chain that is long enough goes to the nodes first. [S12] */
void put_cpu_partial(struct kmem_cache *s, struct slab *slab, bool drain);
/* A chain that belongs to nobody goes to the nodes' lists. */
void put_partials(struct kmem_cache *s, struct slab *chain);
/* A slab that was a CPU's, and what of its objects that CPU had for itself. */
void deactivate_slab(struct kmem_cache *s, struct slab *slab, void *freelist);
/* Every CPU's slab and chain of this cache go to the nodes' lists. Task context. */
void flush_all(struct kmem_cache *s);
/* The same of what they keep besides (slab_sheaf.h): it comes before. */
void flush_sheaves(struct kmem_cache *s);
/* One with free objects is taken off a node's list, nid's or any if that is NUMA_NO_NODE; of a debug cache an object of it. */
struct partial_search {
	const struct slab_request *r;
	void *object;
};
struct slab *get_partial(struct kmem_cache *s, struct partial_search *search);
/* All empty slabs of the node's partial list are given back; what is not empty is reported. */
void free_partial(struct kmem_cache *s, struct kmem_cache_node *n);
int __kmem_cache_shrink(struct kmem_cache *s);

/* --- slub_pages.c: how large slabs are, where they come from and go ------------------------------------------------------------------ */

/* size, inuse, offset, order and the rest follow from object_size, align, flags. 0, -EINVAL: no slab is large enough. [S1] [S5] */
int calculate_sizes(struct kmem_cache *s, const struct kmem_cache_args *args);
/* A slab, all its objects free, on no list and not counted yet; NULL: refused. [S6] */
struct slab *new_slab(struct kmem_cache *s, gfp_t gfp, int nid);
/* It is nobody's, and its pages go back, for a SLAB_TYPESAFE_BY_RCU cache after a grace period. */
void discard_slab(struct kmem_cache *s, struct slab *slab);
void count_slab(struct kmem_cache *s, const struct slab *slab, s64 slabs);
/* Pages for a slab or a large kmalloc(), asked for and announced; NULL: refused. [S6] [K6] */
struct page *slab_alloc_pages(u8 cache_id, gfp_t gfp, int nid, unsigned order);
void slab_free_pages(struct page *page, unsigned order);
/* The byte counters of meminfo's Slab lines: pages of a node. */
void mod_slab_pages(unsigned nid, bool reclaimable, s64 pages);
/* Random order for the objects of new slabs; 0, -ENOMEM. [S15] */
int init_cache_random_seq(struct kmem_cache *s);
/* Has the node memory that slabs can be of? */
bool node_has_slabs(unsigned nid);
/* The node whose lists this CPU looks at first. */
unsigned numa_mem_id(void);
/* The index'th object (not slot) of a slab. */
static inline void *nth_object(const struct kmem_cache *s, const struct slab *slab, u32 index)
{
	return slab_base(slab) + (u64)index * s->size + s->red_left_pad;
}

/* --- slab_common.c: caches, their names, merging ------------------------------------------------------------------------------ */

/* Geometry and lists of a new descriptor, and its place in the CPUs' tables; flags hold those of slab_debug= already. 0,
 * -EINVAL, -ENOMEM, -ENOSPC (no id is free). [S1] [S5] */
int do_kmem_cache_create(struct kmem_cache *s, const char *name, u32 size, const struct kmem_cache_args *args, slab_flags_t flags);
/* All slabs given back; -EBUSY: objects remain. */
int __kmem_cache_shutdown(struct kmem_cache *s);
/* The nodes' structures and the id are given back. */
void __kmem_cache_release(struct kmem_cache *s);
/* What the CPUs' tables hold of it is as the descriptor says, after a flag changed. */
void refresh_cpu_tables(struct kmem_cache *s, bool is_new);
/* How many objects a CPU's chain may have, and so how many slabs, each half full. [S11] */
void slub_set_cpu_partial(struct kmem_cache *s, u32 objects);
/* A cache of kmalloc(), while the machine boots. */
struct kmem_cache *create_boot_cache(const char *name, u32 size, u32 align, slab_flags_t flags);
u32 calculate_alignment(slab_flags_t flags, u32 align, u32 size);
struct kmem_cache *find_mergeable(u32 size, u32 align, slab_flags_t flags, const char *name, void (*ctor)(void *));
int create_kmalloc_caches(void); /* kmalloc.c */
/* A request without what means nothing for objects; it is reported. For who asks for pages. [X5] */
gfp_t kmalloc_fix_flags(gfp_t gfp);
int kfree_rcu_init(void);	 /* kfree_rcu.c */

/* --- slub_debug_option.c ------------------------------------------------------------------------------------------------------ */

/* What slab_debug= says for all goes into slab_state(): before the first cache. [S30] */
void slub_debug_init(void);
/* Flags of a cache of this name: those asked for, and slab_debug='s. */
slab_flags_t kmem_cache_flags(slab_flags_t flags, const char *name);

/* --- slub_debug.c: what is checked and repaired of caches with SLAB_DEBUG_FLAGS. All with the node's list_lock held ------------ */

/* A fresh slab is poisoned, its end padded; each object is set up as free. [S3] */
void setup_slab_debug(struct kmem_cache *s, struct slab *slab);
void setup_object_debug(struct kmem_cache *s, void *object);
/* May this object be handed out? It is off the free list already, and counted as in use. false: reported, all objects of the
 * slab are marked as used, it is frozen and is to leave its list, and another slab is to be tried. true: patterns and the track
 * are those of an object in use of orig_size bytes. [S31] */
bool alloc_debug_processing(struct kmem_cache *s, struct slab *slab, void *object, u64 orig_size);
/* The free of the nr objects head..tail, linked by free pointers, of which this slab counted as in use: how many are really to
 * be linked; those that are not were reported. [S32] */
unsigned free_debug_processing(struct kmem_cache *s, struct slab *slab, void *head, void *tail, unsigned nr);
/* Who had an object last, and who freed it last: in its slot, behind the free pointer. SLAB_STORE_USER [S38] */
enum track_item { TRACK_ALLOC, TRACK_FREE };
struct track {
	u32 who;  /* slab_state()->operation[who - 1]; 0: nobody yet */
	u32 step;
	u32 cpu, pid;
	u64 when; /* jiffies: ms */
	u64 unused;
};
struct track get_track(const struct kmem_cache *s, const void *object, enum track_item which);
/* A name even where a client wrote over the track. */
const char *track_operation(const struct track *t);
/* slab_traces.c: the places with objects in use, if s keeps tracks. */
void put_traces(struct text *t, const struct kmem_cache *s, enum track_item which);
void set_orig_size(struct kmem_cache *s, void *object, u64 orig_size);
u64 get_orig_size(const struct kmem_cache *s, const void *object);
/* A slab without objects in use is about to be given back, by who has it for himself. Only with SLAB_CONSISTENCY_CHECKS. */
void check_empty_slab(struct kmem_cache *s, struct slab *slab);
/* NULL, or the beginning of one of the slab's objects: what may be looked at. */
bool check_valid_pointer(const struct kmem_cache *s, const struct slab *slab, const void *object);
/* Objects that remain when a cache is destroyed: report S35. */
void list_slab_objects(struct kmem_cache *s, struct slab *slab);
/* A free list of a CPU that leads out of the slab is cut: true. Only where SLAB_CONSISTENCY_CHECKS is set. */
bool freelist_corrupted(struct kmem_cache *s, struct slab *slab, void **freelist, void *next);
/* Reports that need no flags. */
void slab_out_of_memory(struct kmem_cache *s, gfp_t gfp, int nid); /* S39 */
void report_wrong_cache(struct kmem_cache *s, struct kmem_cache *other, void *object); /* S24 */
/* An address as texts print it. */
static inline u64 kernel_address(const void *p)
{
	return p ? address_of(p) + SIM_DIRECT_MAP : 0;
}

/* What mm itself stores in an object: a large block must say so, slabs count as written anyway. */
static inline void dirty_object(const void *p, size_t bytes)
{
	u64 first = address_of(p) / 64, last = (address_of(p) + bytes - 1) / 64;

	for (u64 line = first; bytes && line <= last; line++)
		ram_dirty(this_cpu->machine, line / 64, 1ULL << line % 64);
}

#endif
