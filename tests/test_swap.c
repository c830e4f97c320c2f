/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_swap.c - swap by hand: the codec, slots and priorities, the cache, the compressed pool, errors of devices, swapoff.
 *
 * Each scene runs as one operation on a machine of its own, since most of it sleeps. What is asked of mm's insides is the order of
 * what it announces; what pages hold is compared whole.
 */
#include <errno.h>
#include <stdlib.h>
#include "../mm/swap_internal.h"
#include "../mm/task_internal.h"
#include "highmem.h"
#include "scene.h"

/* --- the codec ----------------------------------------------------------------------------------------------------------------- */

#define WORDS ((unsigned)(PAGE_SIZE / 8))

static u64 random_state = 20;
static u64 random_word(void)
{
	u64 z = random_state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* Runs and literals of random length; few different words, so that neighbours are alike by chance too. */
static void random_page(u64 *words)
{
	unsigned i = 0, most = 1 + random_word() % 300, alphabet = 1 + random_word() % 5;

	while (i < WORDS) {
		unsigned n = 1 + random_word() % most;
		bool run = random_word() & 1;
		u64 word = random_word() % alphabet;

		for (; n && i < WORDS; n--, i++)
			words[i] = run ? word : random_word() % 3 ? random_word() : random_word() % alphabet;
	}
}

static bool round_trip(const u64 *words)
{
	static u8 packed[PAGE_SIZE + 64];
	static u64 back[WORDS];
	u32 bytes = zswap_compress(words, NULL, sizeof(packed));

	memset(packed, 0xee, sizeof(packed));
	memset(back, 0xdd, sizeof(back));
	if (!bytes || zswap_compress(words, packed, bytes) != bytes || packed[bytes] != 0xee)
		return false;
	if (!zswap_decompress(packed, bytes, back) || memcmp(words, back, PAGE_SIZE) != 0)
		return false;
	back[random_word() % WORDS] ^= 1ULL << random_word() % 64;
	return zswap_is_whole(packed, bytes) && zswap_holds(packed, bytes, words) && !zswap_holds(packed, bytes, back) &&
	       !zswap_compress(words, packed, bytes - 1) && !zswap_decompress(packed, bytes - 1, back) &&
	       !zswap_is_whole(packed, bytes - 1);
}

static void test_codec(void)
{
	static u64 words[WORDS];
	unsigned bad = 0;

	for (unsigned i = 0; i < 10000; i++) {
		random_page(words);
		bad += !round_trip(words);
		refuel();
	}
	same_number(bad, 0, "10,000 random pages come back as they were");
	bad = 0;
	for (unsigned key = 0; key < 4096; key++) {
		sim_page_fill(key, words);
		bad += !round_trip(words);
		refuel();
	}
	same_number(bad, 0, "so do pages of every kind of key");
	bad = 0;
	for (unsigned n = 1; n <= WORDS; n++) { /* n words that differ, the rest alike; and the other way round */
		for (unsigned i = 0; i < WORDS; i++)
			words[i] = i < n ? i + 1 : 0;
		bad += !round_trip(words);
		for (unsigned i = 0; i < WORDS; i++)
			words[i] = i < n ? 0 : i + 1;
		bad += !round_trip(words);
		refuel();
	}
	same_number(bad, 0, "so do runs and literals of every length");
}

static void test_codec_sizes(void)
{
	static u64 words[WORDS];
	static u8 packed[PAGE_SIZE + 64];

	for (unsigned i = 0; i < WORDS; i++)
		words[i] = i / 8;
	same_number(zswap_compress(words, NULL, PAGE_SIZE), 64 * 9, "a page of 64 lines: a byte and a word each");
	for (unsigned i = 0; i < WORDS; i++)
		words[i] = i;
	same_number(zswap_compress(words, NULL, PAGE_SIZE + 64), PAGE_SIZE + 4, "a page of different words grows by a byte a 128");
	same_number(zswap_compress(words, NULL, PAGE_SIZE), 0, "and is refused when there is no room for that");
	zswap_compress(words, packed, sizeof(packed));
	ok(!zswap_decompress(packed, PAGE_SIZE + 5, words), "what is longer than a page is none");
}

/* --- a machine, and operations on it ------------------------------------------------------------------------------------------- */

static bool about_swap(unsigned type)
{
	return type == EVENT_SWAP || type == EVENT_SWAP_DEVICE || type == EVENT_IO || type == EVENT_VM_WANTED;
}

static bool said_since(unsigned first, unsigned type, u8 report, u32 entry)
{
	keep_news(m, NULL);
	for (unsigned i = first; i < nr_news; i++)
		if (news[i].type == type && news[i].report == report && (type != EVENT_SWAP || news[i].entry == entry))
			return true;
	return false;
}
/* The mask that the nth page for something that is read was asked for with, from 0; ~0: there was none. */
static gfp_t asked_with(unsigned nth)
{
	keep_news(m, NULL);
	for (unsigned i = 0; i < nr_news; i++)
		if (news[i].type == EVENT_VM_WANTED && news[i].report == VM_USE_SWAPIN && !nth--)
			return news[i].gfp;
	return ~0U;
}
static bool said_of(enum swap_news what, u32 entry)
{
	return said_since(0, EVENT_SWAP, (u8)what, entry);
}

/* Letters of what was said of an entry, in order: taken, freed, cached, uncached, stored, loaded, dropped, refused, duplicated. */
static const char *story_of(u32 entry)
{
	static char story[200];
	unsigned n = 0;

	keep_news(m, NULL);
	for (unsigned i = 0; i < nr_news && n < sizeof(story) - 1; i++)
		if (news[i].type == EVENT_SWAP && news[i].entry == entry)
			story[n++] = "TFCUSLDRd"[news[i].report];
		else if (news[i].type == EVENT_IO && news[i].vm_device == swap_device_of(entry) &&
			 news[i].index == swap_slot_of(entry) && news[i].report != IO_SUBMITTED)
			story[n++] = news[i].report == IO_FAILED ? '!' : news[i].on ? 'w' : 'r';
	story[n] = 0;
	return story;
}

static bool boot(void)
{
	const struct machine_config c = small_machine();

	return boot_scene(&c, "reclaim");
}

static void play(const char *name, void (*act)(void))
{
	if (!boot())
		return;
	play_scene(name, 0, act);
	machine_destroy(m);
}

/*
 * The second comes at every third point of the first, on a machine of its own each time, until the first is over before. So
 * many times at most.
 */
static void play_both(const char *name, void (*prepare)(void), void (*first)(void), void (*second)(void), void (*look)(void))
{
	bool running = true;
	unsigned places = 0;

	for (unsigned at = 0; running && at < 600; at += 3) {
		if (!boot())
			return;
		scene[1] = NULL;
		running = play_scene(name, 0, prepare);
		other_started = false;
		leaves[0] = (struct sched_switch){ .at = at, .target = 1 };
		scene[1] = second;
		running = running && play_scene(name, 0, first);
		if (running && !other_started) {
			other_started = true;
			play_scene(name, 1, second);
			running = false;
		}
		scene[1] = NULL;
		places += running;
		if (!m->stop.kind)
			play_scene(name, 0, look);
		machine_destroy(m);
	}
	ok(places > 20, "%s, at %u places", name, places);
}

static bool with_tasks; /* without, slots are named by nobody's tables: what is said of that is no news */

static void slots_are_valid(const char *claim)
{
	const char *sentence = swap_check();

	if (!ok(!sentence || (!with_tasks && !strncmp(sentence, "SW4:", 4)), "%s", claim))
		printf("# %s\n", sentence);
}

/* --- pages ------------------------------------------------------------------------------------------------------------------------ */

static void fill(struct page *page, u64 key)
{
	void *words = kmap_local_page(page);

	ram_dirty(m, page_pfn(current_mm(), page), ~0ULL);
	sim_page_fill(key, words);
	kunmap_local(words);
}

static bool holds(struct page *page, u64 key)
{
	const void *words = kmap_local_page(page);
	bool same = sim_page_holds(key, words);

	kunmap_local(words);
	return same;
}

/* An anonymous page of nobody, locked. */
static struct page *new_page(u64 key)
{
	struct page *page = vm_alloc_page(VM_USE_ANON, GFP_HIGHUSER_MOVABLE, NUMA_NO_NODE);

	vm_set_flags(page, PGV_swapbacked | PGV_uptodate);
	lock_page(page);
	set_page_dirty(page);
	fill(page, key);
	return page;
}

static void forget_page(struct page *page)
{
	cancel_dirty_page(page);
	unlock_page(page);
	put_vm_page(page);
}

/* Locked before, unlocked and referenced afterwards. */
static void write_page(struct page *page)
{
	clear_page_dirty_for_io(page);
	swap_writepage(page);
	wait_on_page_writeback(page);
}

/* It is what one page table entry names, and is written. */
static void write_out(struct page *page)
{
	swap_duplicate(vm_page(page)->entry);
	write_page(page);
}

/* Written once more, with these contents. */
static void write_again(struct page *page, u64 key)
{
	lock_page(page);
	fill(page, key);
	set_page_dirty(page);
	write_page(page);
}

/* The last of it: did it leave the cache? */
static bool leave_cache(struct page *page)
{
	bool left;

	lock_page(page);
	left = remove_from_swap_cache(page);
	unlock_page(page);
	put_vm_page(page);
	return left;
}

/* A page with these contents goes all the way out: its entry; 0: there is no slot. */
static u32 swap_out(u64 key)
{
	struct page *page = new_page(key);
	u32 entry;

	if (!add_to_swap(page)) {
		forget_page(page);
		return 0;
	}
	entry = vm_page(page)->entry;
	write_out(page);
	if (!leave_cache(page))
		ok(false, "a written page of nobody leaves the cache");
	return entry;
}

/* And comes back: does it hold this? Its entry has one user fewer. */
static bool comes_back(u32 entry, u64 key)
{
	struct page *page = NULL;
	int error = swap_in(entry, GFP_HIGHUSER_MOVABLE, &page);
	bool same;

	if (error)
		return false;
	same = holds(page, key);
	lock_page(page);
	swap_free(entry);
	try_to_free_swap(page);
	forget_page(page);
	return same;
}

/* --- slots [R20] ------------------------------------------------------------------------------------------------------------------- */

static void test_arguments(void)
{
	struct page *page = NULL;

	same_number((u64)swap_in(swap_entry(1, 1), GFP_HIGHUSER_MOVABLE, &page), (u64)-ENOENT, "an entry of no device");
	ok(!page, "has no page");
	same_number((u64)swapon(0, 8, 0), (u64)-EINVAL, "device 0 has the files");
	same_number((u64)swapon(SWAP_DEVICES + 1, 8, 0), (u64)-EINVAL, "there is no such device");
	same_number((u64)swapon(1, 1, 0), (u64)-EINVAL, "a header alone is no swap");
	same_number((u64)swapoff(1), (u64)-EINVAL, "what is not on cannot go off");
	same_number((u64)swapon(1, 8, 0), 0, "eight slots");
	same_number((u64)swapon(1, 8, 0), (u64)-EBUSY, "a device is used once");
	same_number(get_nr_swap_pages(), 7, "R20: the header is not free");
	same_number(total_swap_pages(), 7, "R20: nor is it counted");
	same_number((u64)swapoff(1), 0, "it goes off");
	same_number(get_nr_swap_pages() + total_swap_pages(), 0, "R20: and nothing is left");
	slots_are_valid("without devices");
	swapon(1, (u32)SLOTS_PER_PAGE + 1, 0);
	same_number(entry_slot(swap_entry(1, (u32)SLOTS_PER_PAGE))->map, 0, "a slot behind a page of slots is free");
	slots_are_valid("more than a page of slots");
}

/* Devices of the first n entries taken, a digit each. */
static const char *devices_taken(unsigned n, u32 *entry)
{
	static char digits[40];

	for (unsigned i = 0; i < n; i++) {
		struct page *page = new_page(4 * i + 1);

		entry[i] = add_to_swap(page) ? vm_page(page)->entry : 0;
		digits[i] = (char)('0' + swap_device_of(entry[i]));
		if (entry[i])
			delete_from_swap_cache(page);
		forget_page(page);
		if (entry[i])
			ok(said_of(SWAP_FREED, entry[i]), "a slot of a page that leaves the cache is free");
	}
	digits[n] = 0;
	return digits;
}

/* The same, and they stay taken. */
static const char *devices_filled(unsigned n, u32 *entry)
{
	static char digits[40];

	for (unsigned i = 0; i < n; i++) {
		entry[i] = swap_out(4 * i + 1);
		digits[i] = (char)('0' + swap_device_of(entry[i]));
	}
	digits[n] = 0;
	return digits;
}

static void test_priorities(void)
{
	u32 entry[20];

	swapon(1, 4, 3);
	swapon(2, 5, 7);
	swapon(3, 5, 7);
	same_text(devices_filled(12, entry), "232323231110", "R20: the highest first, equal ones in turn, then none");
	same_number(get_nr_swap_pages(), 0, "R20: none is free");
	same_number(entry[0], swap_entry(2, 1), "slot 0 is never taken");
	slots_are_valid("full devices");
	swap_free(entry[8]);
	swap_free(entry[3]);
	swap_free(entry[2]);
	same_number(get_nr_swap_pages(), 3, "R20: three are free again");
	slots_are_valid("three free slots");
	same_text(devices_filled(4, entry), "2310", "R20: those of higher priority are taken first");
	slots_are_valid("full again");
}

static void test_default_priorities(void)
{
	u32 entry[8];

	swapon(3, 4, -1);
	swapon(1, 4, -1);
	same_text(devices_filled(7, entry), "3331110", "R20: without a priority the first that came is first");
	same_number((u64)(s64)swap_state()->device[3].priority, (u64)-2LL, "the first has -2");
	same_number((u64)(s64)swap_state()->device[1].priority, (u64)-3LL, "the second -3");
}

static void test_counts(void)
{
	struct page *page = new_page(5);
	u32 entry;

	swapon(1, 8, 0);
	add_to_swap(page);
	entry = vm_page(page)->entry;
	for (unsigned i = 0; i < 200; i++)
		swap_duplicate(entry);
	same_number(swap_count(entry_slot(entry)), 200, "R20: counts go on above 0x3e");
	same_number(entry_slot(entry)->map & COUNT_CONTINUED, COUNT_CONTINUED, "R20: and the map says so");
	slots_are_valid("a count that is continued");
	for (unsigned i = 0; i < 138; i++)
		swap_free(entry);
	same_number(entry_slot(entry)->map, 0x3e | SWAP_HAS_CACHE, "R20: 0x3e fit into the map, the cache has a bit of its own");
	slots_are_valid("a count that just fits");
	for (unsigned i = 0; i < 62; i++)
		swap_free(entry);
	same_number(entry_slot(entry)->map, SWAP_HAS_CACHE, "R20: a slot whose page is cached is not free");
	ok(!said_of(SWAP_FREED, entry), "nor said to be");
	same_number(get_nr_swap_pages(), 6, "nor counted as free");
	ok(try_to_free_swap(page), "a page nobody else needs gives up its slot");
	ok(said_of(SWAP_FREED, entry) && vm_flag(page, PGV_dirty), "then it is free, and the page differs from what any device has");
	same_number(get_nr_swap_pages(), 7, "and counted");
	slots_are_valid("all free again");
	forget_page(page);
}

static void test_taken(void)
{
	u32 entry[4];

	swapon(1, 4, 0);
	same_text(devices_taken(4, entry), "1111", "a slot that is free again can be taken again");
	ok(entry[0] == swap_entry(1, 1) && entry[1] == swap_entry(1, 2) && entry[2] == swap_entry(1, 3) && entry[3] == entry[0],
	   "those never used first, then the one free longest");
	slots_are_valid("all free");
}

/* --- out and in ------------------------------------------------------------------------------------------------------------------- */

static void test_out_and_in(void)
{
	u64 key[4] = { 1, 2, 3, 7 };
	u32 entry[4];

	vm_knob_write(VM_ZSWAP_ENABLED, 0);
	vm_knob_write(VM_PAGE_CLUSTER, 0);
	swapon(1, 16, 0);
	for (unsigned i = 0; i < 4; i++)
		entry[i] = swap_out(key[i]);
	same_text(story_of(entry[0]), "TCdwU", "taken, cached, named by a table, written, out of the cache");
	slots_are_valid("four pages are out");
	drop_news();
	for (unsigned i = 0; i < 4; i++)
		ok(comes_back(entry[3 - i], key[3 - i]), "page %u holds what was written", 3 - i);
	same_text(story_of(entry[0]), "CrUF", "cached, read, out of the cache, free");
	same_number(vm_counter("pswpout"), 4, "PSWPOUT");
	same_number(vm_counter("pswpin"), 4, "PSWPIN");
	same_number(get_nr_swap_pages(), 15, "all slots are free");
	slots_are_valid("all are back");
}

static void test_slot_given_up(void)
{
	struct page *page = NULL;
	u32 entry;

	vm_knob_write(VM_PAGE_CLUSTER, 0);
	swapon(1, 16, 0);
	entry = swap_out(6);
	swap_in(entry, GFP_HIGHUSER_MOVABLE, &page);
	lock_page(page);
	ok(!vm_flag(page, PGV_dirty), "what was read is what the device has");
	ok(!try_to_free_swap(page), "a slot that somebody names stays");
	swap_free(entry);
	ok(try_to_free_swap(page) && vm_flag(page, PGV_dirty), "given up: what the page holds is nowhere else then");
	forget_page(page);
}

static void test_found_in_cache(void)
{
	struct page *page = new_page(6), *found = NULL;
	u32 entry;

	swapon(1, 16, 0);
	add_to_swap(page);
	entry = vm_page(page)->entry;
	write_out(page);
	drop_news();
	same_number((u64)swap_in(entry, GFP_HIGHUSER_MOVABLE, &found), 0, "it comes back");
	ok(found == page, "as the page that is in the cache");
	same_text(story_of(entry), "", "nothing was read");
	same_number(vm_counter("swap_ra_hit"), 0, "nor was it read ahead");
	put_vm_page(found);
	swap_free(entry);
	same_text(story_of(entry)[0] ? "something" : "", "something", "the last user gone, the cached page goes");
	ok(!vm_flag(page, PGV_swapcache | PGV_dirty), "it is of no use to anybody");
	same_number(get_nr_swap_pages(), 15, "nor is its slot");
	put_vm_page(page);
	slots_are_valid("empty");
}

static void test_readahead(void)
{
	struct page *page = NULL;
	u32 entry[16];
	u64 read;

	vm_knob_write(VM_ZSWAP_ENABLED, 0);
	vm_knob_write(VM_PAGE_CLUSTER, 2);
	swapon(1, 17, 0);
	for (unsigned i = 0; i < 16; i++)
		entry[i] = swap_out(4 * i + 2);
	same_number((u64)swap_in(entry[4], GFP_HIGHUSER_MOVABLE, &page), 0, "slot 5 is wanted");
	ok(holds(page, 4 * 4 + 2), "and holds its own page");
	put_vm_page(page);
	same_number(vm_counter("swap_ra"), 3, "three beside it are read, in an aligned window of four");
	same_number(asked_with(0), GFP_HIGHUSER_MOVABLE, "the one that is wanted may reclaim");
	for (unsigned i = 1; i < 4; i++)
		same_number(asked_with(i), (GFP_HIGHUSER_MOVABLE & ~__GFP_DIRECT_RECLAIM) | __GFP_NORETRY | __GFP_NOWARN,
			    "for those beside it nobody does");
	for (unsigned i = 3; i < 7; i++) { /* slots 4..7 */
		page = swap_cache_get_page(entry[i]);
		ok(page != NULL, "slot %u is in the cache", i + 1);
		if (page) {
			lock_page(page); /* it is read then */
			unlock_page(page);
			ok(holds(page, 4 * i + 2), "with what was written there");
			put_vm_page(page);
		}
	}
	ok(!swap_cache_get_page(entry[7]) && !swap_cache_get_page(entry[2]), "slots 3 and 8 are not");
	read = vm_counter("pswpin");
	ok(comes_back(entry[5], 4 * 5 + 2), "one that was read ahead");
	same_number(vm_counter("pswpin"), read, "is not read again");
	same_number(vm_counter("swap_ra_hit"), 1, "and counted as a hit");
	slots_are_valid("some are cached");
}

/* Slots that are cached or free are passed over, and do not end it. */
static void test_readahead_passes_over(void)
{
	struct page *page = NULL;
	u32 entry[8];

	vm_knob_write(VM_ZSWAP_ENABLED, 0);
	swapon(1, 9, 0);
	for (unsigned i = 0; i < 8; i++)
		entry[i] = swap_out(4 * i + 2);
	vm_knob_write(VM_PAGE_CLUSTER, 0);
	swap_in(entry[3], GFP_HIGHUSER_MOVABLE, &page); /* slot 4 */
	put_vm_page(page);
	swap_free(entry[5]); /* slot 6 */
	vm_knob_write(VM_PAGE_CLUSTER, 2);
	forget_news();
	same_number((u64)swap_in(entry[4], GFP_HIGHUSER_MOVABLE, &page), 0, "slot 5 is wanted, 4 is cached, 6 is free");
	put_vm_page(page);
	same_number(vm_counter("swap_ra"), 1, "one beside it is read");
	ok(asked_with(1) != ~0U && asked_with(2) == ~0U, "for no other one a page is asked for");
	page = swap_cache_get_page(entry[6]);
	ok(page != NULL, "and it is slot 7");
	if (page)
		put_vm_page(page);
	slots_are_valid("some are cached");
}

/* --- errors of devices ------------------------------------------------------------------------------------------------------------- */

static void test_write_error(void)
{
	struct page *page = new_page(6);
	u32 entry;

	vm_knob_write(VM_ZSWAP_ENABLED, 0);
	swapon(1, 16, 0);
	add_to_swap(page);
	entry = vm_page(page)->entry;
	vm_set_flags(page, PGV_reclaim);
	sim_plan_fault(m, FAULT_DISK_WRITE, 0, 1);
	write_out(page);
	ok(vm_flag(page, PGV_dirty) && vm_flag(page, PGV_swapcache), "a page that could not be written is dirty, and in the cache");
	ok(!vm_flag(page, PGV_reclaim | PGV_writeback), "and in no hurry");
	lock_page(page);
	ok(!remove_from_swap_cache(page), "it cannot be reclaimed");
	ok(holds(page, 6), "nothing is lost");
	write_page(page);
	ok(leave_cache(page), "the next try succeeds");
	ok(comes_back(entry, 6), "and the device has it");
	slots_are_valid("empty");
}

static void test_read_error(void)
{
	struct page *page = NULL;
	u32 entry;

	vm_knob_write(VM_ZSWAP_ENABLED, 0);
	vm_knob_write(VM_PAGE_CLUSTER, 0);
	swapon(1, 16, 0);
	entry = swap_out(11);
	sim_plan_fault(m, FAULT_DISK_READ, 0, 1);
	same_number((u64)swap_in(entry, GFP_HIGHUSER_MOVABLE, &page), (u64)-EIO, "what cannot be read is -EIO");
	ok(!page && !swap_cache_get_page(entry), "and no page");
	same_number(get_nr_swap_pages(), 14, "the slot stays");
	slots_are_valid("after a read error");
	ok(comes_back(entry, 11), "and can be read later");
}

/* --- the compressed pool ------------------------------------------------------------------------------------------------------------- */

static void test_zswap(void)
{
	u32 same, lines, wild;

	vm_knob_write(VM_PAGE_CLUSTER, 0);
	swapon(1, 16, 0);
	same = swap_out(4);
	same_text(story_of(same), "TCdSU", "a page of one word is kept, and not written");
	same_number(zswap_pool_pages(), 0, "without a page of the pool");
	lines = swap_out(5);
	same_number(zswap_pool_pages(), 1, "one of 64 lines takes a part of a page");
	wild = swap_out(6);
	same_text(story_of(wild), "TCdRwU", "one of 512 words is refused, and written");
	same_number(zswap_stored_pages(), 2, "two are stored");
	same_number(vm_counter("zswpout"), 2, "ZSWPOUT");
	same_number(vm_counter("pswpout"), 1, "PSWPOUT");
	slots_are_valid("stored and written");
	drop_news();
	ok(comes_back(same, 4) && comes_back(lines, 5) && comes_back(wild, 6), "all come back as they were");
	same_text(story_of(lines), "CLUDF", "cached, loaded, out of the cache; then the copy goes, and the slot");
	same_number(vm_counter("zswpin"), 2, "ZSWPIN");
	same_number(zswap_pool_pages() + zswap_stored_pages(), 0, "the pool is empty");
	slots_are_valid("empty");
}

/* A copy older than the page must go when the page is written again, wherever it is written to. */
static void test_zswap_rewrite(void)
{
	struct page *page = new_page(5);
	u32 entry;

	swapon(1, 16, 0);
	add_to_swap(page);
	entry = vm_page(page)->entry;
	write_out(page);
	for (unsigned i = 0; i < 3; i++) {
		static const u64 key[3] = { 9, 10, 8 };

		write_again(page, key[i]);
		slots_are_valid("rewritten");
	}
	ok(leave_cache(page), "out");
	ok(comes_back(entry, 8), "the newest is what comes back");
	same_text(story_of(entry), "TCdSDSDRwSUCLUDF", "each copy goes before the next is made");
}

static void test_zswap_off(void)
{
	u32 entry;

	vm_knob_write(VM_ZSWAP_ENABLED, 0);
	swapon(1, 16, 0);
	entry = swap_out(5);
	same_text(story_of(entry), "TCdwU", "switched off, it is not asked");
	ok(comes_back(entry, 5), "and it comes back");
}

/* Switched off while a copy is kept, and the page is written once more. */
static void test_zswap_switched_off(void)
{
	struct page *page = new_page(5);
	u32 entry;

	swapon(1, 16, 0);
	add_to_swap(page);
	entry = vm_page(page)->entry;
	write_out(page);
	vm_knob_write(VM_ZSWAP_ENABLED, 0);
	write_again(page, 9);
	leave_cache(page);
	same_text(story_of(entry), "TCdSDwU", "the copy goes, the device is written");
	ok(comes_back(entry, 9), "switched off, it gives nothing older back");
}

/* With pages of 64 lines, two a page of the pool. */
static void fill_pool(unsigned n, u32 *entry)
{
	vm_knob_write(VM_ZSWAP_MAX_POOL_PERCENT, 1);
	vm_knob_write(VM_PAGE_CLUSTER, 0);
	swapon(1, 100, 0);
	for (unsigned i = 0; i < n; i++)
		entry[i] = swap_out(4 * i + 1);
}

/* More than the pool takes: the first ones go to the device. */
static void test_zswap_full(void)
{
	u64 most = current_mm()->totalram_pages / 100;
	unsigned n = 2 * (unsigned)most + 6;
	struct page *page;
	u32 entry[64];
	u64 written_back;

	if (n > 64)
		n = 64;
	fill_pool(n, entry);
	same_number(zswap_pool_pages(), most, "the pool has one percent of memory");
	written_back = vm_counter("zswpwb");
	ok(written_back >= 4, "what was stored first was written back: %llu", (unsigned long long)written_back);
	page = swap_cache_get_page(entry[0]);
	if (page) {
		wait_on_page_writeback(page);
		put_vm_page(page);
	}
	same_text(story_of(entry[0]), "TCdSUCLDw", "cached again, loaded, no copy any more, written");
	for (unsigned i = 0; i < n; i++)
		if (!comes_back(entry[i], 4 * i + 1))
			ok(false, "page %u comes back as it was", i);
	same_number(zswap_pool_pages() + zswap_stored_pages(), 0, "the pool is empty");
	lru_add_drain_all();
	slots_are_valid("empty");
}

static void test_zswap_driven_out(void)
{
	unsigned n = 2 * (unsigned)(current_mm()->totalram_pages / 100);
	struct page *page;
	u32 entry[64];

	fill_pool(n, entry);
	forget_news();
	entry[n] = swap_out(4 * n + 1);
	same_number(asked_with(0), (GFP_HIGHUSER_MOVABLE & ~__GFP_DIRECT_RECLAIM) | __GFP_NORETRY | __GFP_NOWARN,
		    "for what is driven out nobody reclaims");
	page = swap_cache_get_page(entry[0]);
	ok(page && vm_flag(page, PGV_writeback) && vm_flag(page, PGV_reclaim), "what is driven out is free as soon as it is written");
	if (page)
		put_vm_page(page);
}

/* The device does not take what is driven out. */
static void test_zswap_write_error(void)
{
	unsigned n = 2 * (unsigned)(current_mm()->totalram_pages / 100), lost = 0;
	u32 entry[64];

	fill_pool(n, entry);
	sim_plan_fault(m, FAULT_DISK_WRITE, 0, 2);
	entry[n] = swap_out(4 * n + 1);
	same_number(vm_counter("zswpwb"), 2, "two copies are driven out, and cannot be written");
	for (unsigned i = 0; i <= n; i++)
		lost += !comes_back(entry[i], 4 * i + 1);
	same_number(lost, 0, "nothing is lost");
	lru_add_drain_all();
	slots_are_valid("empty");
}

static void test_zswap_none(void)
{
	u32 entry;

	vm_knob_write(VM_ZSWAP_MAX_POOL_PERCENT, 0);
	swapon(1, 16, 0);
	entry = swap_out(5);
	same_text(story_of(entry), "TCdRwU", "a pool of nothing refuses");
	ok(comes_back(entry, 5), "and it comes back");
	entry = swap_out(4);
	same_text(story_of(entry), "TCdSU", "one word needs no pool");
	ok(comes_back(entry, 4), "and comes back");
}

/* --- swapoff ----------------------------------------------------------------------------------------------------------------------- */

static void test_swapoff_cached(void)
{
	struct page *page = new_page(5), *waits = new_page(6);

	swapon(1, 16, 0);
	add_to_swap(page);
	unlock_page(page);
	add_to_swap(waits);
	clear_page_dirty_for_io(waits);
	swap_write_to_device(waits); /* of nobody, and on its way */
	same_number((u64)swapoff(1), 0, "pages that are in the cache alone do not hold it up");
	ok(!vm_flag(page, PGV_swapcache) && !vm_flag(waits, PGV_swapcache), "they left it");
	same_number(get_nr_swap_pages() + total_swap_pages(), 0, "nothing is left");
	put_vm_page(page);
	put_vm_page(waits);
	slots_are_valid("off");
}

/* --- swapoff, with tasks --------------------------------------------------------------------------------------------------------- */

#define TASKS 3
#define PAGES 6 /* of each */

/* All kinds, no two alike. */
static u64 key_of(unsigned id, u32 vpn)
{
	return 1000 + id * 100 + vpn;
}

/* What reclaim does to a page, for better or worse. drop: out of the cache too. */
static void reclaim_page_of(unsigned id, u32 vpn, bool drop)
{
	struct page *page;
	u64 pfn;

	if (task_access(id, vpn, false, &pfn))
		return;
	page = current_mm()->mem_map + pfn;
	get_vm_page(page);
	lock_page(page);
	if (!add_to_swap(page) || !try_to_unmap(page)) {
		ok(false, "page %u of task %u can be swapped out", vpn, id);
	} else if (drop) {
		write_page(page);
		lock_page(page);
		if (!remove_from_swap_cache(page))
			ok(false, "page %u of task %u leaves the cache", vpn, id);
	}
	unlock_page(page);
	put_vm_page(page);
}

/* Every other page of each goes out; of task 1 those stay in the cache. */
static void tasks_swapped_out(void)
{
	vm_knob_write(VM_PAGE_CLUSTER, 0);
	for (unsigned id = 0; id < TASKS; id++) {
		task_create(id, 0);
		for (u32 vpn = 0; vpn < PAGES; vpn++) {
			u64 pfn;

			if (!task_access(id, vpn, true, &pfn))
				fill(current_mm()->mem_map + pfn, key_of(id, vpn));
		}
	}
	lru_add_drain_all();
	for (unsigned id = 0; id < TASKS; id++)
		for (u32 vpn = 0; vpn < PAGES; vpn += 2)
			reclaim_page_of(id, vpn, id != 1);
}

static u64 swapped(void)
{
	u64 entries = 0;

	for (unsigned id = 0; id < TASKS; id++)
		entries += task_figures(id).swapents;
	return entries;
}

static void tasks_see_what_they_wrote(const char *when)
{
	unsigned wrong = 0;

	for (unsigned id = 0; id < TASKS; id++)
		for (u32 vpn = 0; vpn < PAGES; vpn++) {
			u64 pfn;

			wrong += task_access(id, vpn, false, &pfn) || !holds(current_mm()->mem_map + pfn, key_of(id, vpn));
		}
	if (!ok(!wrong, "%s tasks see what they wrote", when))
		printf("# %u pages are others\n", wrong);
}

static void test_swapoff(void)
{
	swapon(1, 32, 0);
	tasks_swapped_out();
	same_number(swapped(), 9, "nine pages are out");
	slots_are_valid("and each slot is named by one table");
	same_number((u64)swapoff(1), 0, "swapoff");
	same_number(swapped(), 0, "brings all back");
	same_number(get_nr_swap_pages() + total_swap_pages(), 0, "no slot is left");
	same_number(zswap_pool_pages() + zswap_stored_pages(), 0, "nor a copy");
	slots_are_valid("off");
	tasks_see_what_they_wrote("without swap");
	same_number((u64)swapon(1, 8, 0), 0, "it can go on again");
	same_number(get_nr_swap_pages(), 7, "with other slots");
}

static void test_swapoff_of_one(void)
{
	swapon(1, 8, 5);
	swapon(2, 32, 5);
	tasks_swapped_out();
	same_number((u64)swapoff(2), 0, "one of two");
	same_number(swapped(), 5, "what is on the other one stays there");
	same_number(get_nr_swap_pages(), 7 - 5, "R20: its free slots are all that is free");
	slots_are_valid("one device");
	tasks_see_what_they_wrote("with one device");
	slots_are_valid("all is back");
}

static void test_swapoff_no_memory(void)
{
	swapon(1, 32, 0);
	tasks_swapped_out();
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 2, ~0u);
	same_number((u64)swapoff(1), (u64)-ENOMEM, "there is no room for the third page");
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 0);
	same_number(swapped(), 7, "two came back, and stay");
	same_number(total_swap_pages(), 31, "the device is on as before");
	same_number(get_nr_swap_pages(), 31 - 7, "R20: and what came back is free");
	slots_are_valid("half way");
	tasks_see_what_they_wrote("after a swapoff that failed");
	slots_are_valid("all is back");
	same_number((u64)swapoff(1), 0, "now it goes off");
}

static void test_swapoff_read_error(void)
{
	vm_knob_write(VM_ZSWAP_ENABLED, 0);
	swapon(1, 32, 0);
	tasks_swapped_out();
	sim_plan_fault(m, FAULT_DISK_READ, 1, 1);
	same_number((u64)swapoff(1), (u64)-EIO, "the second page cannot be read");
	same_number(swapped(), 8, "one came back");
	slots_are_valid("half way");
	same_number((u64)swapoff(1), 0, "the next time all can");
	tasks_see_what_they_wrote("after a read error");
}

static void test_swapoff_killed(void)
{
	swapon(1, 32, 0);
	tasks_swapped_out();
	task_kill(2);
	this_cpu->process = 2 + 1;
	same_number((u64)swapoff(1), (u64)-EINTR, "a killed process brings nothing back");
	this_cpu->process = 0;
	same_number(total_swap_pages(), 31, "the device is on");
	slots_are_valid("still on");
	for (unsigned id = 0; id < TASKS; id++)
		task_exit(id);
	same_number(get_nr_swap_pages(), 31, "tasks that end give up their slots");
	slots_are_valid("empty");
	same_number((u64)swapoff(1), 0, "swapoff of nothing");
}

/* --- two at once ------------------------------------------------------------------------------------------------------------------- */

static int answer_of_swapoff;
static struct page *latecomer;

/* Many scenes: only what is wrong is said. */
static void must(bool holds, const char *claim)
{
	if (!holds)
		ok(false, "at %u: %s", leaves[0].at, claim);
}

static bool valid_now(void)
{
	const char *sentence = swap_check();

	if (sentence)
		printf("# %s\n", sentence);
	return !sentence;
}

static void turn_off(void)
{
	answer_of_swapoff = swapoff(1);
}

static void prepare_latecomer(void)
{
	swapon(1, 32, 0);
	tasks_swapped_out();
}
static void want_a_slot(void)
{
	latecomer = new_page(77);
	add_to_swap(latecomer);
	unlock_page(latecomer);
}
static void look_at_latecomer(void)
{
	must(!answer_of_swapoff, "swapoff ends well");
	must(!vm_flag(latecomer, PGV_swapcache), "R20: no slot is taken of a device that goes off, or it comes back");
	must(!get_nr_swap_pages() && !total_swap_pages(), "R20: nothing is left of it");
	must(holds(latecomer, 77), "its page is what it was");
	lock_page(latecomer);
	forget_page(latecomer);
	must(valid_now(), "slots are valid");
}

/* Pages of task 0 fill the pool; the next page, on another device, drives the oldest one out. */
static void prepare_full_pool(void)
{
	u32 nr = 2 * (u32)(current_mm()->totalram_pages / 100);
	u64 pfn;

	vm_knob_write(VM_ZSWAP_MAX_POOL_PERCENT, 1);
	vm_knob_write(VM_PAGE_CLUSTER, 0);
	swapon(1, 64, 5);
	task_create(0, 0);
	for (u32 vpn = 0; vpn < nr; vpn++)
		if (!task_access(0, vpn, true, &pfn))
			fill(current_mm()->mem_map + pfn, 4 * vpn + 1);
	lru_add_drain_all();
	for (u32 vpn = 0; vpn < nr; vpn++)
		reclaim_page_of(0, vpn, true);
	swapon(2, 64, 9);
}
static void drive_out(void)
{
	swap_out(4 * 99 + 1);
}
static void look_at_driven_out(void)
{
	u32 nr = 2 * (u32)(current_mm()->totalram_pages / 100);
	u64 pfn;

	must(!answer_of_swapoff, "swapoff ends well");
	must(total_swap_pages() == 63 && get_nr_swap_pages() == 62, "R20: one device is left, and one of its slots is used");
	for (u32 vpn = 0; vpn < nr; vpn++)
		must(!task_access(0, vpn, false, &pfn) && holds(current_mm()->mem_map + pfn, 4 * vpn + 1),
		     "the task sees what it wrote");
	must(comes_back(swap_entry(2, 1), 4 * 99 + 1), "so does who came last");
	must(valid_now(), "slots are valid");
}

/* --- a life at random -------------------------------------------------------------------------------------------------------------- */

#define LIFE_TASKS 6
#define LIFE_PAGES 400 /* of each: more than there is memory */

static struct {
	u32 key[LIFE_TASKS][LIFE_PAGES]; /* 0: nobody wrote there */
	bool exists[LIFE_TASKS];
	unsigned steps, wrong, killed, failed;
} life;

static void task_died(unsigned id)
{
	memset(life.key[id], 0, sizeof(life.key[id]));
	life.exists[id] = false;
}

/* What the access answered: go on with the page? */
static bool survived(unsigned id, int error)
{
	life.killed += error == -EINTR;
	life.failed += error == -ENOMEM || error == -EIO;
	if (error == -EINTR || error == -ESRCH)
		task_died(id);
	else if (error && error != -ENOMEM && error != -EIO)
		life.wrong++;
	return !error;
}

static void touch(unsigned id, u32 vpn, bool write)
{
	u64 pfn;

	if (!life.exists[id])
		life.exists[id] = !task_create(id, 0);
	if (!life.exists[id] || !survived(id, task_access(id, vpn, write, &pfn)))
		return;
	if (!holds(current_mm()->mem_map + pfn, life.key[id][vpn])) {
		if (!life.wrong++)
			printf("# step %u: page %u of task %u is not what was written\n", life.steps, vpn, id);
		return;
	}
	if (!write)
		return;
	life.key[id][vpn] = 1 + (u32)(random_word() % 1000000);
	fill(current_mm()->mem_map + pfn, life.key[id][vpn]);
}

static void turn_a_knob(void)
{
	static const struct {
		enum vm_knob knob;
		u32 values;
	} knobs[] = { { VM_ZSWAP_ENABLED, 2 }, { VM_ZSWAP_MAX_POOL_PERCENT, 12 }, { VM_PAGE_CLUSTER, 6 }, { VM_SWAPPINESS, 201 } };
	unsigned i = random_word() % 4;

	vm_knob_write(knobs[i].knob, (u32)(random_word() % knobs[i].values));
}

static void change_devices(void)
{
	unsigned device = 1 + (unsigned)(random_word() % SWAP_DEVICES);

	if (random_word() % 2)
		swapon(device, 100 + (u32)(random_word() % 900), (int)(random_word() % 4) - 1);
	else
		swapoff(device);
}

/* Rows of pages, as programs touch them. */
static void touch_some(void)
{
	unsigned id = random_word() % LIFE_TASKS, nr = 1 + random_word() % 32;
	u32 first = (u32)(random_word() % LIFE_PAGES);
	bool write = random_word() % 2;

	for (u32 vpn = first; vpn < min_of(first + nr, (u32)LIFE_PAGES); vpn++) {
		touch(id, vpn, write);
		refuel();
	}
}

static void next_step(void)
{
	unsigned what = random_word() % 100;
	unsigned id = random_word() % LIFE_TASKS;

	refuel();
	if (what < 88)
		touch_some();
	else if (what < 91)
		turn_a_knob();
	else if (what < 93)
		change_devices();
	else if (what < 97)
		sim_plan_fault(m, random_word() % 2 ? FAULT_DISK_WRITE : FAULT_DISK_READ, random_word() % 8, random_word() % 4);
	else if (what < 99)
		task_madvise_dontneed(id, 0, 20), memset(life.key[id], 0, 20 * sizeof(life.key[id][0]));
	else
		task_exit(id), task_died(id);
}

static void live(void)
{
	const char *sentence = NULL;

	memset(&life, 0, sizeof(life));
	swapon(1, 1000, 0);
	for (; life.steps < 1500 && !life.wrong && !sentence; life.steps++) {
		next_step();
		if (life.steps % 16 == 0)
			sentence = swap_check();
	}
	same_number(life.wrong, 0, "each page holds what was written");
	same_text(sentence, NULL, "slots are valid all the time");
	printf("# %u killed, %u refused, %llu out, %llu in, %llu compressed, %llu driven out, %llu ahead\n", life.killed, life.failed,
	       (unsigned long long)vm_counter("pswpout"), (unsigned long long)vm_counter("pswpin"),
	       (unsigned long long)vm_counter("zswpout"), (unsigned long long)vm_counter("zswpwb"),
	       (unsigned long long)vm_counter("swap_ra"));
	vm_settle();
	same_number(zswap_pool_pages() + total_swap_pages(), 0, "and nothing is left");
	slots_are_valid("in the end");
}

/* --- the checker --------------------------------------------------------------------------------------------------------------------- */

#define BREAKS(word, wrong, clause, claim) WRONG_WORD(swap_check(), word, wrong, clause, claim)

static u32 entry_at(unsigned id, u32 vpn)
{
	return pte_entry(pte_get(vm_task(id), vpn));
}

static void break_slots(struct swap_device *d, u32 out, u32 in_cache)
{
	struct swap_slot *s = entry_slot(out), *cached = entry_slot(in_cache), *first = swap_slot(d, d->free_first);
	struct page *page = page_of_cache(cached->cache);
	struct vm_page *vp = vm_page(page);

	BREAKS(s->map, SWAP_MAP_BAD, "SW1", "SW1: a slot that is bad");
	BREAKS(s->more, 1, "SW1", "SW1: a count that ran over, and says so nowhere");
	BREAKS(s->map, 2, "SW4", "SW4: a slot two tables should name");
	BREAKS(cached->cache, 0, "SW3", "SW3: a page should stand for the slot, and there is none");
	BREAKS(cached->cache, (current_mm()->nr_frames + 8) << 1, "SW3", "SW3: a page that is none stands for it");
	BREAKS(vp->entry, out, "SW3", "SW3: the page says it stands for another slot");
	BREAKS(vp->flags, vp->flags & ~PGV_swapbacked, "SW3", "SW3: a page of no memory of tasks stands for it");
	BREAKS(d->fresh, 0, "SW2", "SW2: not even the header was used");
	BREAKS(swap_slot(d, 0)->map, 0, "SW1", "SW1: the header is free");
	BREAKS(first->zswap_bytes, 8, "SW1", "SW1: a free slot has a copy");
	BREAKS(d->inuse, d->inuse + 1, "SW2", "SW2: more slots are said to be used");
	BREAKS(d->nr_free, d->nr_free + 1, "SW2", "SW2: and to be free");
	BREAKS(d->free_first, 0, "SW1", "SW1: the list of free slots begins with the header");
	BREAKS(d->free_first, swap_slot_of(out), "SW1", "SW1: or with one that is used");
	BREAKS(d->free_last, d->free_first, "SW1", "SW1: it ends elsewhere");
}

static void break_copies(u32 out)
{
	struct zswap_pool *pool = &swap_state()->pool;
	struct swap_slot *s = entry_slot(out);
	struct page *page = current_mm()->mem_map + (s->zswap >> 1);
	struct vm_page *vp = vm_page(page);
	struct zswap_header *h = page_address(page);
	unsigned half = s->zswap & 1;
	u64 *object = (u64 *)zswap_object(s);

	BREAKS(s->zswap, (current_mm()->nr_frames + 8) << 1, "ZS1", "ZS1: a copy lies in no page");
	BREAKS(vp->use, VM_USE_FILE, "ZS1", "ZS1: or in one of a file");
	BREAKS(h->bytes[half], (u16)(h->bytes[half] + 1), "ZS1", "ZS1: it has another size there");
	BREAKS(*object, 0, "ZS3", "ZS3: it is no page when it is decompressed");
	BREAKS(pool->nr_stored, pool->nr_stored + 1, "ZS4", "ZS4: more copies are said to be stored");
	BREAKS(pool->nr_pages, pool->nr_pages + 1, "ZS4", "ZS4: in more pages");
}

/* On the list where it would be if all were right. */
static void list_again(struct page *page)
{
	list_del(&page->lru);
	list_add(&page->lru, &swap_state()->pool.room[zswap_room(page_address(page))]);
}

static void break_pool(u32 out, u32 other)
{
	struct zswap_pool *pool = &swap_state()->pool;
	struct swap_slot *s = entry_slot(out);
	struct page *page = current_mm()->mem_map + (s->zswap >> 1);
	struct zswap_header *h = page_address(page), kept = *h;
	unsigned half = s->zswap & 1;
	u16 bytes = s->zswap_bytes;

	list_del(&page->lru);
	says_clause(swap_check(), "ZS4", "ZS4: an object on no page that is listed");
	list_add(&page->lru, &pool->room[0]);
	says_clause(swap_check(), "ZS2", "ZS2: a page is listed as one without room");
	list_again(page);
	h->bytes[!half] = 9;
	list_again(page);
	says_clause(swap_check(), "ZS1", "ZS1: nobody's half of a page has a size");
	h->entry[!half] = other;
	list_again(page);
	says_clause(swap_check(), "ZS1", "ZS1: a half is said to be another slot's, which knows nothing of it");
	*h = kept;
	s->zswap_bytes = 0;
	pool->nr_stored--;
	h->entry[half] = 0;
	h->bytes[half] = 0;
	list_again(page);
	says_clause(swap_check(), "ZS2", "ZS2: a page of the pool with nothing in it");
	BREAKS(vm_page(page)->use, VM_USE_FILE, "ZS2", "ZS2: or one that is a file's");
	pool->nr_stored++;
	s->zswap_bytes = bytes;
	*h = kept;
	list_again(page);
}

static void break_tables(u32 unused)
{
	struct vm_task *task = vm_task(0);
	u64 pte = pte_get(task, 0);

	pte_set(task, 0, (u64)swap_entry(2, 3) << PTE_SHIFT | PTE_SWAP);
	says_clause(swap_check(), "SW4", "SW4: a table names a slot of a device that is off");
	pte_set(task, 0, pte);
	task->swapents++;
	pte_set(task, 3, (u64)unused << PTE_SHIFT | PTE_SWAP);
	says_clause(swap_check(), "SW4", "SW4: a table names a slot nobody uses");
	pte_set(task, 3, 0);
	task->swapents--;
}

static void break_a_clean_page(u32 entry)
{
	struct page *page = NULL;

	if (!ok(!swap_in(entry, GFP_HIGHUSER_MOVABLE, &page), "a page comes back to the cache"))
		return;
	BREAKS(entry_slot(entry)->zswap, 0x5a5a, "ZS3", "ZS3: the copy of a clean page holds something else");
	put_vm_page(page);
}

static void break_sums(void)
{
	struct swap_state *st = swap_state();
	u64 pfn = 0;

	while (vm_state()->page[pfn].flags & PGV_used)
		pfn++;
	BREAKS(vm_state()->page[pfn].flags, PGV_swapcache, "SW3", "SW3: a page says it stands for a slot, and no slot says so");
	vm_state()->page[pfn].use = VM_USE_ZSWAP;
	BREAKS(vm_state()->page[pfn].flags, PGV_used, "ZS4", "ZS4: a page says it is of the pool, and is on no list of it");
	vm_state()->page[pfn].use = 0;
	BREAKS(current_mm()->vm->node[0].stat[NR_SWAPCACHE], 99, "SW3", "SW3: a node counts more pages that stand for slots");
	BREAKS(st->nr_swap_pages, st->nr_swap_pages + 1, "SW2", "SW2: more free slots are counted");
	BREAKS(st->total_swap_pages, st->total_swap_pages + 1, "SW2", "SW2: and more slots");
}

static void test_checks(void)
{
	swapon(1, 32, 0);
	tasks_swapped_out();
	reclaim_page_of(0, 1, true); /* in lines: it is compressed into a page of the pool */
	task_exit(2);		     /* and leaves free slots */
	slots_are_valid("control: honest slots");
	break_slots(&swap_state()->device[1], entry_at(0, 0), entry_at(1, 0));
	break_copies(entry_at(0, 1));
	break_pool(entry_at(0, 1), entry_at(0, 0));
	break_tables(swap_entry(1, swap_state()->device[1].free_first));
	break_a_clean_page(entry_at(0, 0));
	break_sums();
	slots_are_valid("control: as before");
}

int main(void)
{
	is_news = about_swap;
	if (!boot())
		return tap_end();
	test_codec();
	test_codec_sizes();
	machine_destroy(m);
	play("arguments", test_arguments);
	play("priorities", test_priorities);
	play("default priorities", test_default_priorities);
	play("counts", test_counts);
	play("taken", test_taken);
	play("out and in", test_out_and_in);
	play("slot given up", test_slot_given_up);
	play("found in the cache", test_found_in_cache);
	play("readahead", test_readahead);
	play("readahead passes over", test_readahead_passes_over);
	play("write error", test_write_error);
	play("read error", test_read_error);
	play("zswap", test_zswap);
	play("zswap, rewritten", test_zswap_rewrite);
	play("zswap, off", test_zswap_off);
	play("zswap, switched off", test_zswap_switched_off);
	play("zswap, full", test_zswap_full);
	play("what is driven out", test_zswap_driven_out);
	play("zswap, write error", test_zswap_write_error);
	play("zswap, no room", test_zswap_none);
	play("swapoff, cached", test_swapoff_cached);
	with_tasks = true;
	play("checks", test_checks);
	play("swapoff", test_swapoff);
	play("swapoff of one", test_swapoff_of_one);
	play("swapoff, no memory", test_swapoff_no_memory);
	play("swapoff, read error", test_swapoff_read_error);
	play("swapoff, killed", test_swapoff_killed);
	play_both("R20: a slot is wanted while a device goes off", prepare_latecomer, turn_off, want_a_slot, look_at_latecomer);
	play_both("R20: a device goes off while a copy is written back to it", prepare_full_pool, drive_out, turn_off,
		  look_at_driven_out);
	for (unsigned seed = 1; seed <= 3; seed++) {
		random_state = seed;
		play("a life at random", live);
	}
	return tap_end();
}
