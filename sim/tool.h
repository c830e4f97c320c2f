/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool.h - one name for what ASan, MSan, TSan and Valgrind each call differently.
 *
 * tool_poison/unpoison   these bytes may not / may be touched (ASan, Valgrind)
 * tool_undefine          these bytes have no value yet (MSan, Valgrind)
 * tool_define            these bytes have a value although no instrumented code wrote them
 * tool_asks_poisoned     what the tool would say of an access: 1 bad, 0 fine, -1 this build has no opinion
 * tool_allowed_bytes     so many from here on may be touched, up to n; n where this build has no opinion
 * tool_complained        it has reported something and let the program go on (Valgrind)
 * SIM_WATCHDOG_SECONDS   of CPU time that an operation may take: some tools are slow
 * raw_fill/raw_copy      stores that no tool sees: the machine's own hand, not a program's
 * tool_block_*           memory handed out in blocks, of which reports can tell (Valgrind). Comes with tool_unpoison().
 */
#ifndef SIM_TOOL_H
#define SIM_TOOL_H

#include <string.h>
#include "sim.h"

#if defined(__SANITIZE_ADDRESS__)
#define TOOL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TOOL_ASAN 1
#endif
#if __has_feature(memory_sanitizer)
#define TOOL_MSAN 1
#endif
#if __has_feature(thread_sanitizer)
#define TOOL_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(MMCHECK_TSAN) /* files that TSan is not to look at work for it too */
#define TOOL_TSAN 1
#endif

#if defined(TOOL_ASAN)
#include <sanitizer/asan_interface.h>
#define no_tool __attribute__((no_sanitize_address, noinline))

static inline void tool_poison(const void *p, size_t n)
{
	__asan_poison_memory_region(p, n);
}
static inline void tool_unpoison(const void *p, size_t n)
{
	__asan_unpoison_memory_region(p, n);
}
static inline void tool_undefine(const void *p, size_t n)
{
	(void)p, (void)n;
}
static inline void tool_define(const void *p, size_t n)
{
	(void)p, (void)n;
}
static inline int tool_asks_poisoned(void *p, size_t n)
{
	return __asan_region_is_poisoned(p, n) != NULL;
}
static inline size_t tool_allowed_bytes(const void *p, size_t n)
{
	const char *bad = __asan_region_is_poisoned((void *)(uintptr_t)p, n);

	return bad ? (size_t)(bad - (const char *)p) : n;
}

#elif defined(TOOL_MSAN)
#include <sanitizer/msan_interface.h>
#define no_tool __attribute__((no_sanitize("memory"), noinline))

static inline void tool_poison(const void *p, size_t n)
{
	__msan_poison(p, n);
}
static inline void tool_unpoison(const void *p, size_t n)
{
	__msan_poison(p, n); /* a frame handed out has no value yet */
}
static inline void tool_undefine(const void *p, size_t n)
{
	__msan_poison(p, n);
}
static inline void tool_define(const void *p, size_t n)
{
	__msan_unpoison(p, n);
}
static inline int tool_asks_poisoned(void *p, size_t n)
{
	(void)p, (void)n;
	return -1;
}
static inline size_t tool_allowed_bytes(const void *p, size_t n)
{
	(void)p;
	return n;
}

#elif defined(MMCHECK_VALGRIND)
#include <valgrind/memcheck.h>
#define no_tool __attribute__((noinline))

static inline void tool_poison(const void *p, size_t n)
{
	VALGRIND_MAKE_MEM_NOACCESS(p, n);
}
static inline void tool_unpoison(const void *p, size_t n)
{
	VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}
static inline void tool_undefine(const void *p, size_t n)
{
	VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}
static inline void tool_define(const void *p, size_t n)
{
	VALGRIND_MAKE_MEM_DEFINED(p, n);
}
static inline int tool_asks_poisoned(void *p, size_t n)
{
	u8 bits[64];

	if (!RUNNING_ON_VALGRIND)
		return -1;
	return VALGRIND_GET_VBITS(p, bits, n < 64 ? n : 64) == 3; /* 3: some byte is not addressable */
}
static inline size_t tool_allowed_bytes(const void *p, size_t n)
{
	u64 bad;

	VALGRIND_DISABLE_ERROR_REPORTING;
	bad = VALGRIND_CHECK_MEM_IS_ADDRESSABLE(p, n);
	VALGRIND_ENABLE_ERROR_REPORTING;
	return bad ? bad - (u64)(uintptr_t)p : n;
}

#else
#define no_tool __attribute__((noinline))

static inline void tool_poison(const void *p, size_t n)
{
	(void)p, (void)n;
}
static inline void tool_unpoison(const void *p, size_t n)
{
	(void)p, (void)n;
}
static inline void tool_undefine(const void *p, size_t n)
{
	(void)p, (void)n;
}
static inline void tool_define(const void *p, size_t n)
{
	(void)p, (void)n;
}
static inline int tool_asks_poisoned(void *p, size_t n)
{
	(void)p, (void)n;
	return -1;
}
static inline size_t tool_allowed_bytes(const void *p, size_t n)
{
	(void)p;
	return n;
}
#endif

/* Is there a tool that is told what may be touched, or what has a value? */
#if defined(TOOL_ASAN) || defined(TOOL_MSAN) || defined(MMCHECK_VALGRIND)
#define TOOL_WATCHES_MEMORY 1
#else
#define TOOL_WATCHES_MEMORY 0
#endif

/* A store that no tool may speak about: Valgrind has no uninstrumented code, so it is told to be silent. */
#if defined(MMCHECK_VALGRIND)
#define TOOL_SILENT(statement)                                                                                         \
	do {                                                                                                           \
		VALGRIND_DISABLE_ERROR_REPORTING;                                                                      \
		statement;                                                                                             \
		VALGRIND_ENABLE_ERROR_REPORTING;                                                                       \
	} while (0)
#else
#define TOOL_SILENT(statement) statement
#endif

#if defined(MMCHECK_VALGRIND)
static inline bool tool_complained(void)
{
	return VALGRIND_COUNT_ERRORS != 0;
}
#else
static inline bool tool_complained(void)
{
	return false;
}
#endif

/*
 * Blocks belong to a pool, which is told by an address that nothing else uses. What a pool still holds when it is forgotten
 * may no longer be touched.
 */
#if defined(MMCHECK_VALGRIND)
static inline void tool_block_forget_all(const void *pool)
{
	if (VALGRIND_MEMPOOL_EXISTS(pool))
		VALGRIND_MEMPOOL_TRIM(pool, pool, 0);
}
static inline void tool_pool_destroy(const void *pool)
{
	if (VALGRIND_MEMPOOL_EXISTS(pool))
		VALGRIND_DESTROY_MEMPOOL(pool);
}
static inline void tool_pool_create(const void *pool)
{
	tool_pool_destroy(pool);
	VALGRIND_CREATE_MEMPOOL(pool, 0, 0);
}
static inline void tool_block_alloc(const void *pool, const void *p, size_t n)
{
	VALGRIND_MEMPOOL_ALLOC(pool, p, n);
}
static inline void tool_block_free(const void *pool, const void *p)
{
	VALGRIND_MEMPOOL_FREE(pool, p);
}
static inline void tool_block_resize(const void *pool, const void *p, size_t n)
{
	VALGRIND_MEMPOOL_CHANGE(pool, p, p, n);
}
#else
static inline void tool_block_forget_all(const void *pool)
{
	(void)pool;
}
static inline void tool_pool_destroy(const void *pool)
{
	(void)pool;
}
static inline void tool_pool_create(const void *pool)
{
	(void)pool;
}
static inline void tool_block_alloc(const void *pool, const void *p, size_t n)
{
	(void)pool, (void)p, (void)n;
}
static inline void tool_block_free(const void *pool, const void *p)
{
	(void)pool, (void)p;
}
static inline void tool_block_resize(const void *pool, const void *p, size_t n)
{
	(void)pool, (void)p, (void)n;
}
#endif

#if defined(TOOL_TSAN) || defined(MMCHECK_VALGRIND)
#define SIM_WATCHDOG_SECONDS 60
#else
#define SIM_WATCHDOG_SECONDS 2
#endif

/*
 * The deterministic machine under TSan: what orders two CPUs (a lock, a word, the program that hands a page on) says so, and
 * its own hand is not looked at: a race that no such order prevents is reported, though one fiber runs at a time.
 */
#if defined(TOOL_TSAN)
#include <sanitizer/tsan_interface.h>
#define no_tsan __attribute__((no_sanitize("thread")))
static inline void tool_order_before(void *what)
{
	__tsan_release(what);
}
static inline void tool_order_after(void *what)
{
	__tsan_acquire(what);
}
#else
#define no_tsan
static inline void tool_order_before(void *what)
{
	(void)what;
}
static inline void tool_order_after(void *what)
{
	(void)what;
}
#endif

/* TSan ends all fibers but the running one in a forked child: machines must be booted there. */
#if defined(TOOL_TSAN)
#define TOOL_FORK_KEEPS_FIBERS 0
#else
#define TOOL_FORK_KEEPS_FIBERS 1
#endif

/* Memory known to hold zeroes: may be touched, and has a value. */
static inline void tool_unpoison_zeroed(const void *p, size_t n)
{
	tool_unpoison(p, n);
	tool_define(p, n);
}

/* Uninstrumented copy: the boot image covers poisoned redzones too. MSan must see it, or values stay undefined. */
#if defined(TOOL_ASAN) && defined(__x86_64__)
static inline void raw_copy(void *dst, const void *src, size_t n)
{
	__asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
}
#elif defined(TOOL_ASAN)
no_tool static void raw_copy(void *dst, const void *src, size_t n)
{
	volatile u64 *d = dst;
	const u64 *s = src;

	for (size_t i = 0; i < n / 8; i++)
		d[i] = s[i];
}
#elif defined(MMCHECK_VALGRIND)
static inline void raw_copy(void *dst, const void *src, size_t n)
{
	VALGRIND_DISABLE_ERROR_REPORTING;
	memcpy(dst, src, n);
	VALGRIND_ENABLE_ERROR_REPORTING;
}
#else
static inline void raw_copy(void *dst, const void *src, size_t n)
{
	memcpy(dst, src, n);
}
#endif

#endif
