/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_contents.c - what pages hold, and where else that is: caches of files, disks, slots of swap, the compressed pool.
 *
 *   file:       frame in the cache --written--> block          dropped when the block has the same key, or a failure was noted
 *   anonymous:  frame --swap cache--> slot --written or compressed--> frame may leave the swap cache when the slot has its key
 *
 * Which page is written or dropped, and when, is mm's affair. That nothing is lost is judged where something is dropped: a
 * page leaves a cache, a slot is freed, a copy in the pool goes. [R50] What a read brings is what the device has. [R51]
 *
 *   [R55] a page is in one cache, a place in a cache has one page  [V1]
 *   [R56] dirty, under writeback, clean: in an order that makes sense; written means that the device has it  [V4]
 *   [R57] a request to a device is of the page that stands for the block, and ends once
 *   [R20] a slot is taken while somebody wants it, and only then; the best device comes first
 *   [R7] [R25] what is dirty, mapped or pinned is not dropped from a cache
 */
#include <string.h>
#include "slab_state.h"
#include "vm_state.h"

/* --- what disks hold --------------------------------------------------------------------------------------------------------- */

static u64 mixed(u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

u64 vm_virgin_key(unsigned device, u64 block)
{
	u64 key = mixed(((u64)(device + 1) << 56 | block) * 0x9e3779b97f4a7c15ULL);

	return key ? key : 0x9e3779b97f4a7c15ULL;
}

/* Never written, or cut off since: what the disk came with is there at the beginning of the file alone. */
static bool is_hole(u32 file, u32 index, const struct vm_block *b)
{
	return file < MODEL_TRACKED_FILES && (b ? b->hole || (!b->written && index >= VM_FIRST_SIZE) : index >= VM_FIRST_SIZE);
}

u64 vm_disk_key(const struct model *m, u32 file, u32 index)
{
	const struct vm_block *b = vm_block(m, file, index);

	if (is_hole(file, index, b))
		return 0;
	return b && b->written ? b->key : vm_virgin_key(0, (u64)file << 20 | index);
}

static struct vm_block *change_block(struct model *m, u32 file, u32 index)
{
	struct vm_block *b = vm_block(m, file, index);

	if (b)
		m->vm->file[file].touched = true;
	return b;
}

struct vm_slot *vm_change_slot(struct model *m, u32 entry)
{
	struct vm_slot *s = vm_slot(m, entry);

	if (s && !(s->flags & VMS_TOUCHED))
		vm_mark(&m->vm->slots, entry);
	if (s)
		s->flags |= VMS_TOUCHED;
	return s;
}

/* Does the slot, without the page in the cache, hold this? */
static bool slot_holds(const struct vm_slot *s, u64 key)
{
	if (s->flags & VMS_IN_ZSWAP)
		return s->zswap_key == key;
	return (s->flags & VMS_ON_DEVICE) && s->key == key;
}

/* --- caches of files [R55] -------------------------------------------------------------------------------------------------------- */

static const char *join_cache(struct model *m, const struct mm_event *ev, struct vm_frame *f)
{
	struct vm_block *b = change_block(m, ev->file, (u32)ev->index);

	if (f->use != VM_USE_FILE + 1 || f->file != VM_NO_FILE)
		return model_says(m, "R55: pfn %u becomes page %u of file %u, and is something else", (u32)ev->pfn, (u32)ev->index, ev->file);
	if (b && b->frame)
		return model_says(m, "R55: pfn %u becomes page %u of file %u, and pfn %u is that", (u32)ev->pfn, (u32)ev->index, ev->file,
				  b->frame - 1);
	if (b)
		b->frame = (u32)ev->pfn + 1;
	f->file = ev->file;
	f->index = (u32)ev->index;
	m->vm->sums.file_pages++;
	return NULL;
}

/* R7, R25, R50: a page that somebody may want again leaves its cache. */
static const char *judge_drop(struct model *m, const struct vm_frame *f, u32 pfn)
{
	if (f->maps)
		return model_says(m, "R25: pfn %u is dropped from the cache, and %u entries map it", pfn, f->maps);
	if (f->pins)
		return model_says(m, "R25: pfn %u is dropped from the cache, and a device has it pinned", pfn);
	if (f->flags & (VMF_WRITEBACK | VMF_READING | VMF_WRITING))
		return model_says(m, "R7: pfn %u is dropped from the cache, and a device is at it", pfn);
	if (f->flags & VMF_DIRTY)
		return model_says(m, "R7: pfn %u is dropped from the cache, and is dirty", pfn);
	if (!(f->flags & VMF_KNOWN) || (f->flags & VMF_FAILED) || f->key == vm_disk_key(m, f->file, f->index) ||
	    f->index >= model_file_pages(m, f->file)) /* cut off already, and about to be truncated */
		return NULL;
	return model_says(m, "R50: pfn %u is dropped from the cache, and what page %u of file %u holds is nowhere else", pfn, f->index,
			  f->file);
}

/* Who may take a page out of a file's cache, and for which reason. */
static const char *judge_leaving(struct model *m, const struct mm_event *ev, const struct vm_frame *f)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	bool settles = ask && ask->op == VM_OP_SETTLE, truncates = ask && ask->op == VM_OP_TRUNCATE && ask->file == f->file;

	if (ev->report == CACHE_TRUNCATE && !settles && !(truncates && f->index >= ask->nr))
		return model_says(m, "R50: page %u of file %u is cut off, and nobody truncates it", f->index, f->file);
	if (ev->report == CACHE_TRUNCATE)
		return f->maps ? model_says(m, "R55: page %u of file %u is cut off, and %u entries map it", f->index, f->file, f->maps) : NULL;
	if (ev->report == CACHE_RECLAIM && !vm_reclaims(m, ev) && !settles && !(ask && ask->op == VM_OP_DROP_CACHES))
		return model_says(m, "R55: page %u of file %u is reclaimed, and nobody reclaims", f->index, f->file);
	return judge_drop(m, f, (u32)ev->pfn);
}

const char *vm_on_page_cache(struct model *m, const struct mm_event *ev)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	struct vm_frame *f;
	struct vm_block *b;
	const char *bad;

	if (!vm_given(m, ev->pfn) || !vm_flight_on(m, ev->cpu))
		return model_says(m, "R55: pfn %llu comes to a cache or leaves it, and nobody was given it", (unsigned long long)ev->pfn);
	f = vm_change(m, ev->pfn);
	if (ev->on)
		return join_cache(m, ev, f);
	if (f->file != ev->file || f->index != ev->index)
		return model_says(m, "R55: pfn %u leaves the cache as page %u of file %u, and is not", (u32)ev->pfn, (u32)ev->index, ev->file);
	bad = judge_leaving(m, ev, f);
	b = change_block(m, f->file, f->index);
	if (b)
		b->frame = 0;
	if (b && ev->report == CACHE_TRUNCATE && ask && ask->op == VM_OP_TRUNCATE) { /* it may have been written since the file was cut */
		b->hole = true;
		b->written = false;
	}
	m->vm->sums.dirty -= !!(f->flags & VMF_DIRTY);
	f->file = VM_NO_FILE;
	m->vm->sums.file_pages--;
	return bad;
}

/* --- inodes: sizes --------------------------------------------------------------------------------------------------------------------- */

/* What is cut off reads as zero when the file grows again. */
static void resize(struct model *m, u32 file, u32 pages)
{
	struct vm_file *f = &m->vm->file[file];

	f->touched = f->sized = true;
	f->pages = pages;
	for (u32 i = pages; i < MODEL_TRACKED_PAGES; i++) {
		m->vm->block[file][i].hole = true;
		m->vm->block[file][i].written = false;
	}
}

/* A file has one inode and one dentry. What nobody finds any more is freed by who took it away, and nothing else is. */
static const char *on_object(struct model *m, const struct mm_event *ev)
{
	u64 *kept = ev->file < MODEL_TRACKED_FILES ? &m->vm->file[ev->file].object[ev->report] : NULL;
	struct vm_flight *vf = vm_flight_on(m, ev->cpu);
	const char *what = ev->report ? "dentry" : "inode";
	u64 before = kept ? *kept : 0;

	if (!vf || !model_object_is_live(m, ev->address))
		return model_says(m, "R55: the %s of file %u is no object that is in use", what, ev->file);
	if (kept)
		*kept = ev->on ? ev->address : 0;
	if (kept && before != (ev->on ? 0 : ev->address))
		return model_says(m, "R55: the %s of file %u %s, and %s is kept", what, ev->file, ev->on ? "comes" : "goes",
				  before ? "another one" : "none");
	if (ev->on)
		return NULL;
	if (vf->leaves)
		return model_says(m, "R55: the %s of file %u goes, and the last that went is not freed", what, ev->file);
	vf->leaves = ev->address;
	return NULL;
}

const char *vm_judge_object_free(struct model *m, unsigned cpu, u64 address)
{
	struct vm_flight *vf = vm_flight_on(m, cpu);

	if (vf && vf->leaves == address) {
		vf->leaves = 0;
		return NULL;
	}
	for (u32 file = 0; file < MODEL_TRACKED_FILES; file++)
		for (unsigned i = 0; i < 2; i++)
			if (m->vm->file[file].object[i] == address)
				return model_says(m, "R55: %#llx is freed, and is the %s of file %u", (unsigned long long)address,
						  i ? "dentry" : "inode", file);
	return NULL;
}

const char *vm_on_inode(struct model *m, const struct mm_event *ev)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	u64 old;

	if (ev->report < 2)
		return on_object(m, ev);
	if (ev->file >= MODEL_TRACKED_FILES)
		return NULL;
	old = model_file_pages(m, ev->file);
	if (!ask || ask->file != ev->file ||
	    (ask->op == VM_OP_TRUNCATE ? ev->index != ask->nr : ask->op != VM_OP_FILE_WRITE || ev->index != ask->index + 1 || ev->index < old))
		return model_says(m, "R55: file %u has %llu pages from now on, it had %llu, and nobody asked for that", ev->file,
				  (unsigned long long)ev->index, (unsigned long long)old);
	resize(m, ev->file, (u32)ev->index);
	return NULL;
}

/* --- states of pages [R56] -------------------------------------------------------------------------------------------------------------- */

static bool in_cache(const struct vm_frame *f)
{
	return f->file != VM_NO_FILE || f->entry;
}

static void count_dirty(struct model *m, const struct vm_frame *f, s64 nr)
{
	if (f->file != VM_NO_FILE)
		m->vm->sums.dirty += (u64)nr;
}

static const char *on_dirty(struct model *m, struct vm_frame *f, u32 pfn)
{
	if (f->flags & VMF_DIRTY)
		return model_says(m, "R56: pfn %u becomes dirty, and is dirty", pfn);
	if (!in_cache(f) && !vm_is_anon(f))
		return model_says(m, "V4: pfn %u becomes dirty, and is in no cache", pfn);
	f->flags |= VMF_DIRTY;
	f->flags &= (u16)~VMF_FAILED;
	count_dirty(m, f, 1);
	return NULL;
}

static const char *on_clean(struct model *m, struct vm_frame *f, u32 pfn)
{
	if (!(f->flags & VMF_DIRTY))
		return model_says(m, "R56: pfn %u is about to be written, and is not dirty", pfn);
	f->flags &= (u16)~VMF_DIRTY;
	count_dirty(m, f, -1);
	return NULL;
}

static const char *on_writeback(struct model *m, struct vm_frame *f, u32 pfn)
{
	if (f->flags & VMF_WRITEBACK)
		return model_says(m, "R56: pfn %u is to be written, and is being written", pfn);
	if (!in_cache(f))
		return model_says(m, "V4: pfn %u is to be written, and is in no cache", pfn);
	f->flags |= VMF_WRITEBACK;
	m->vm->sums.writeback++;
	return NULL;
}

/* Does the device have what the page holds? */
static bool is_stored(struct model *m, const struct vm_frame *f)
{
	if (f->file != VM_NO_FILE)
		return f->file >= MODEL_TRACKED_FILES || f->index >= MODEL_TRACKED_PAGES || f->key == vm_disk_key(m, f->file, f->index);
	return !f->entry || slot_holds(vm_slot(m, f->entry), f->key);
}

static const char *on_written(struct model *m, struct vm_frame *f, u32 pfn, bool failed)
{
	if (!(f->flags & VMF_WRITEBACK))
		return model_says(m, "R56: pfn %u is written, and it was not being written", pfn);
	if (f->flags & VMF_WRITING)
		return model_says(m, "R56: pfn %u is written, and the device is not through with it", pfn);
	f->flags &= (u16)~VMF_WRITEBACK; /* wanted free it stays: it is about to go to the tail of its list */
	m->vm->sums.writeback--;
	if (!failed)
		return (f->flags & VMF_DIRTY) || is_stored(m, f) ?
			       NULL :
			       model_says(m, "R50: pfn %u is said to be written, and its device does not have what it holds", pfn);
	if (f->file < MODEL_TRACKED_FILES && (f->flags & VMF_FAILED))
		m->vm->file[f->file].error = m->vm->file[f->file].touched = true;
	f->flags &= (u16)(f->flags & VMF_DIRTY ? ~VMF_FAILED : ~0);
	return NULL;
}

/* What nobody read or wrote is zero: a new anonymous page, a hole of a file, what a write will fill. */
static const char *on_uptodate(struct model *m, const struct mm_event *ev, struct vm_frame *f)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	bool fills = ask && ask->op == VM_OP_FILE_WRITE && ask->file == f->file && ask->index == f->index;

	if (f->flags & VMF_READING)
		return model_says(m, "R51: pfn %u is said to hold what was read, and the device is not through with it", (u32)ev->pfn);
	f->flags |= VMF_UPTODATE;
	if ((f->flags & VMF_KNOWN) || fills)
		return NULL;
	if (f->entry || (f->use == VM_USE_FILE + 1 && !(f->file != VM_NO_FILE && is_hole(f->file, f->index, vm_block(m, f->file, f->index)))))
		return model_says(m, "R51: pfn %u is said to hold what it stands for, and was not read", (u32)ev->pfn);
	f->key = 0;
	f->flags |= VMF_KNOWN;
	return NULL;
}

/* Nobody wants what it holds any more. */
static const char *on_laundered(struct model *m, const struct mm_event *ev, struct vm_frame *f)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	bool cut = ask && (ask->op == VM_OP_SETTLE || (ask->op == VM_OP_TRUNCATE && ask->file == f->file && f->index >= ask->nr));
	bool wanted = vm_is_anon(f) ? f->maps || (f->entry && vm_slot(m, f->entry)->users) : f->file != VM_NO_FILE && !cut;

	if (wanted)
		return model_says(m, "R50: pfn %u is not dirty any more, was not written, and somebody wants what it holds", (u32)ev->pfn);
	if (f->flags & VMF_DIRTY)
		count_dirty(m, f, -1);
	f->flags &= (u16)~VMF_DIRTY;
	return NULL;
}

/* A file's page is filled by who writes, or looked at by who reads. */
static const char *on_copied(struct model *m, const struct mm_event *ev, struct vm_frame *f)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	struct vm_flight *vf = vm_flight_on(m, ev->cpu);

	bool cut = !ev->on && f->file == VM_NO_FILE && !flight_on(m, ev->cpu)->alone; /* while somebody read it */

	if (!ask || ask->op != (ev->on ? VM_OP_FILE_WRITE : VM_OP_FILE_READ) || (ask->file != f->file && !cut) || ask->index != f->index)
		return model_says(m, "R51: pfn %u is copied, and whoever asked wants another page", (u32)ev->pfn);
	vf->copied = true;
	if (ev->on) {
		f->key = ask->key;
		f->flags = (u16)((f->flags | VMF_KNOWN) & ~VMF_FAILED);
		return NULL;
	}
	vf->copied_key = f->key;
	if (f->flags & VMF_KNOWN)
		return NULL;
	return model_says(m, "R51: pfn %u is copied to who reads, and nothing was read into it", (u32)ev->pfn);
}

/* R24: whoever says so, the lists follow (vm_lru.c). */
static const char *on_mlock(struct model *m, struct vm_frame *f, u32 pfn, bool on)
{
	if (on == !!(f->flags & VMF_MLOCKED))
		return model_says(m, "R24: pfn %u is %s, and is%s", pfn, on ? "mlocked" : "no longer mlocked", on ? "" : " not");
	f->flags ^= VMF_MLOCKED;
	m->vm->sums.mlocked += on ? 1 : ~0ULL;
	return NULL;
}

/* What a device uses stays until the same operation as always says that it is through with it. */
static const char *on_pin(struct model *m, const struct mm_event *ev, struct vm_frame *f, bool on)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	u32 pfn = (u32)ev->pfn;

	if (!on && !f->pins)
		return model_says(m, "R54: pfn %u is unpinned, and is not pinned", pfn);
	if (!ask || (on ? ask->op != VM_OP_PIN : ask->op != VM_OP_UNPIN || ask->index != pfn))
		return model_says(m, "R54: pfn %u is %s, and nobody asked for that", pfn, on ? "pinned" : "unpinned");
	vm_flight_on(m, ev->cpu)->pin = pfn + 1;
	m->vm->counts.pinned += on;
	m->vm->counts.unpinned += !on;
	f->pins = (u16)(f->pins + (on ? 1 : -1));
	m->vm->sums.pinned += on ? 1 : ~0ULL;
	return NULL;
}

const char *vm_on_page_state(struct model *m, const struct mm_event *ev)
{
	u32 pfn = (u32)ev->pfn;
	struct vm_frame *f;

	if (!vm_given(m, ev->pfn) || !vm_flight_on(m, ev->cpu))
		return model_says(m, "R56: pfn %llu changes its state, and nobody was given it", (unsigned long long)ev->pfn);
	f = vm_change(m, ev->pfn);
	switch (ev->report) {
	case PAGE_DIRTY:
		return on_dirty(m, f, pfn);
	case PAGE_CLEAN:
		return on_clean(m, f, pfn);
	case PAGE_WRITEBACK:
		return on_writeback(m, f, pfn);
	case PAGE_WRITTEN:
	case PAGE_WRITE_FAILED:
		return on_written(m, f, pfn, ev->report == PAGE_WRITE_FAILED);
	case PAGE_UPTODATE:
		return on_uptodate(m, ev, f);
	case PAGE_LAUNDERED:
		return on_laundered(m, ev, f);
	case PAGE_COPIED:
		return on_copied(m, ev, f);
	case PAGE_MLOCKED:
	case PAGE_MUNLOCKED:
		return on_mlock(m, f, pfn, ev->report == PAGE_MLOCKED);
	case PAGE_PINNED:
	case PAGE_UNPINNED:
		return on_pin(m, ev, f, ev->report == PAGE_PINNED);
	default:
		f->flags |= ev->report == PAGE_USED ? VMF_REFERENCED : ev->report == PAGE_WANTED_FREE ? VMF_WANTED_FREE : 0;
		return NULL;
	}
}

/* --- requests to devices [R57] ------------------------------------------------------------------------------------------------------------- */

/* The page stands for the block. One that has left its cache meanwhile stands for nothing, and no matter what becomes of it. */
static bool stands_for(const struct vm_frame *f, unsigned device, u64 block)
{
	return device ? f->entry == (device << 24 | (u32)block) : f->file == block >> 20 && f->index == (block & 0xfffff);
}

static void store(struct model *m, const struct vm_frame *f, unsigned device, u64 block)
{
	struct vm_slot *s = device ? vm_change_slot(m, device << 24 | (u32)block) : NULL;
	struct vm_block *b = device ? NULL : change_block(m, (u32)(block >> 20), (u32)block & 0xfffff);

	if (s) {
		s->key = f->key;
		s->flags |= VMS_ON_DEVICE;
	}
	if (b) {
		b->key = f->key;
		b->written = true;
		b->hole = false;
	}
}

static u64 fetch(const struct model *m, unsigned device, u64 block)
{
	const struct vm_slot *s = device ? vm_slot(m, device << 24 | (u32)block) : NULL;

	if (!device)
		return vm_disk_key(m, (u32)(block >> 20), (u32)block & 0xfffff);
	return s && (s->flags & VMS_ON_DEVICE) ? s->key : vm_virgin_key(device, block);
}

static const char *io_begins(struct model *m, const struct mm_event *ev, struct vm_frame *f)
{
	if (f->flags & (VMF_READING | VMF_WRITING))
		return model_says(m, "R57: pfn %u is handed to device %u, and a device has it", (u32)ev->pfn, ev->vm_device);
	if (!stands_for(f, ev->vm_device, ev->index))
		return model_says(m, "R57: pfn %u is %s block %llu of device %u, and does not stand for it", (u32)ev->pfn,
				  ev->on ? "written to" : "read from", (unsigned long long)ev->index, ev->vm_device);
	if (ev->on && !(f->flags & VMF_WRITEBACK))
		return model_says(m, "R57: pfn %u is handed to device %u to be written, and is not under writeback", (u32)ev->pfn, ev->vm_device);
	f->flags |= ev->on ? VMF_WRITING : VMF_READING;
	if (!ev->on) /* what the device has now: the file may be cut meanwhile */
		f->key = fetch(m, ev->vm_device, ev->index);
	return NULL;
}

/* Whoever waits for it may fail. */
static void note_failed(struct model *m)
{
	for (unsigned s = 0; s < MODEL_STACKS; s++)
		for (unsigned d = 0; d < m->depth[s]; d++)
			m->vm->flight[s][d].failed = true;
}

static const char *io_ends(struct model *m, const struct mm_event *ev, struct vm_frame *f)
{
	u16 flag = ev->on ? VMF_WRITING : VMF_READING;

	if (!(f->flags & flag))
		return model_says(m, "R57: device %u is through with pfn %u, and did not have it", ev->vm_device, (u32)ev->pfn);
	f->flags &= (u16)~flag;
	if (ev->report == IO_FAILED) {
		f->flags |= ev->on ? VMF_FAILED : 0;
		note_failed(m);
	}
	if (ev->report == IO_FAILED || !stands_for(f, ev->vm_device, ev->index))
		return NULL;
	if (ev->on) {
		store(m, f, ev->vm_device, ev->index);
		return NULL;
	}
	f->flags |= VMF_KNOWN;
	return NULL;
}

const char *vm_on_io(struct model *m, const struct mm_event *ev)
{
	if (!vm_given(m, ev->pfn) || ev->vm_device > SWAP_DEVICES)
		return model_says(m, "R57: a request of device %u is about pfn %llu, which nobody was given", ev->vm_device,
				  (unsigned long long)ev->pfn);
	return ev->report == IO_SUBMITTED ? io_begins(m, ev, vm_change(m, ev->pfn)) : io_ends(m, ev, vm_change(m, ev->pfn));
}

/* --- slots of swap [R20] --------------------------------------------------------------------------------------------------------------------- */

/* Of those with room the one of highest priority. */
static const char *on_taken(struct model *m, const struct mm_event *ev, struct vm_slot *s)
{
	struct vm_device *d = &m->vm->device[ev->entry >> 24];

	if (d->leaving)
		return model_says(m, "R20: entry %#x is taken, and its device is being turned off", ev->entry);
	if (s->flags & (VMS_TAKEN | VMS_IN_ZSWAP) || s->users || s->frame)
		return model_says(m, "R20: entry %#x is taken, and somebody has it", ev->entry);
	for (unsigned i = 1; i <= SWAP_DEVICES; i++)
		if (m->vm->device[i].on && !m->vm->device[i].leaving && m->vm->device[i].used + 1 < m->vm->device[i].pages &&
		    m->vm->device[i].priority > d->priority)
			return model_says(m, "R20: entry %#x is taken, and device %u has room and comes first", ev->entry, i);
	s->flags = VMS_TOUCHED | VMS_TAKEN;
	d->used++;
	return NULL;
}

/* What somebody has in this slot; the words of a sentence. */
static const char *lost_in_slot(struct model *m, u32 entry, const char *how)
{
	for (unsigned task = 0; task < MODEL_VM_TASKS; task++)
		for (u32 vpn = 0; m->vm->task[task].swapents && vpn < VM_ANON_PAGES; vpn++)
			if (vm_pte(m, task, vpn)->where == VM_ENTRY && vm_pte(m, task, vpn)->at == entry)
				return model_says(m, "R50: entry %#x %s, and what vpn %u of task %u holds is nowhere else", entry, how, vpn, task);
	return model_says(m, "R20: entry %#x %s, and its users are counted wrongly", entry, how);
}

static const char *on_freed(struct model *m, const struct mm_event *ev, struct vm_slot *s)
{
	if (!(s->flags & VMS_TAKEN) || s->frame)
		return model_says(m, "R20: entry %#x is freed, and %s", ev->entry, s->frame ? "a page stands for it" : "is free");
	if (s->users)
		return lost_in_slot(m, ev->entry, "is freed");
	s->flags &= VMS_TOUCHED | VMS_IN_ZSWAP;
	m->vm->device[ev->entry >> 24].used--;
	return NULL;
}

static const char *on_cached(struct model *m, const struct mm_event *ev, struct vm_slot *s, struct vm_frame *f)
{
	if (!(s->flags & VMS_TAKEN) || s->frame || f->entry || !vm_is_anon(f))
		return model_says(m, "R55: pfn %u stands for entry %#x, and cannot", (u32)ev->pfn, ev->entry);
	s->frame = (u32)ev->pfn + 1;
	f->entry = ev->entry;
	m->vm->sums.swapcache++;
	return NULL;
}

static const char *on_uncached(struct model *m, const struct mm_event *ev, struct vm_slot *s, struct vm_frame *f)
{
	if (s->frame != ev->pfn + 1 || f->entry != ev->entry)
		return model_says(m, "R55: pfn %u stands for entry %#x no more, and did not", (u32)ev->pfn, ev->entry);
	if (f->flags & (VMF_WRITEBACK | VMF_WRITING | VMF_READING))
		return model_says(m, "R7: pfn %u leaves the swap cache, and a device is at it", (u32)ev->pfn);
	s->frame = 0;
	f->entry = 0;
	m->vm->sums.swapcache--;
	return s->users && (f->flags & VMF_KNOWN) && !slot_holds(s, f->key) ? lost_in_slot(m, ev->entry, "loses its page") : NULL;
}

static const char *on_stored(struct model *m, const struct mm_event *ev, struct vm_slot *s, const struct vm_frame *f)
{
	if (f->entry != ev->entry || (s->flags & VMS_IN_ZSWAP))
		return model_says(m, "R20: pfn %u is compressed for entry %#x, and %s", (u32)ev->pfn, ev->entry,
				  f->entry == ev->entry ? "a copy is there" : "does not stand for it");
	s->zswap_key = f->key;
	s->flags |= VMS_IN_ZSWAP;
	m->vm->sums.zswap_stored++;
	return NULL;
}

static const char *on_loaded(struct model *m, const struct mm_event *ev, const struct vm_slot *s, struct vm_frame *f)
{
	if (f->entry != ev->entry || !(s->flags & VMS_IN_ZSWAP))
		return model_says(m, "R51: pfn %u is filled from the pool for entry %#x, which has no copy there", (u32)ev->pfn, ev->entry);
	f->key = s->zswap_key;
	f->flags |= VMF_KNOWN;
	return NULL;
}

/* The copy goes: the page that stands for the slot, or the device, must hold the same, if anybody wants it. */
static const char *on_zswap_dropped(struct model *m, const struct mm_event *ev, struct vm_slot *s)
{
	const struct vm_frame *f = s->frame ? &m->vm->frame[s->frame - 1] : NULL;
	bool kept = (f && (f->flags & VMF_KNOWN)) || ((s->flags & VMS_ON_DEVICE) && s->key == s->zswap_key);

	if (!(s->flags & VMS_IN_ZSWAP))
		return model_says(m, "R20: the copy of entry %#x goes, and there is none", ev->entry);
	s->flags &= (u8)~VMS_IN_ZSWAP;
	m->vm->sums.zswap_stored--;
	return s->users && !kept ? lost_in_slot(m, ev->entry, "loses its copy") : NULL;
}

static const char *on_slot_of_page(struct model *m, const struct mm_event *ev, struct vm_slot *s)
{
	struct vm_frame *f;

	if (!vm_given(m, ev->pfn))
		return model_says(m, "R20: entry %#x has to do with pfn %llu, which nobody was given", ev->entry, (unsigned long long)ev->pfn);
	f = vm_change(m, ev->pfn);
	if (ev->report == SWAP_CACHED)
		return on_cached(m, ev, s, f);
	if (ev->report == SWAP_UNCACHED)
		return on_uncached(m, ev, s, f);
	return ev->report == SWAP_ZSWAP_STORED ? on_stored(m, ev, s, f) : on_loaded(m, ev, s, f);
}

const char *vm_on_swap(struct model *m, const struct mm_event *ev)
{
	struct vm_slot *s;

	if (ev->report == SWAP_ZSWAP_REFUSED || ev->report == SWAP_DUPLICATED)
		return NULL;
	s = vm_change_slot(m, ev->entry);
	if (!s)
		return model_says(m, "R20: there is no entry %#x", ev->entry);
	switch (ev->report) {
	case SWAP_TAKEN:
		return on_taken(m, ev, s);
	case SWAP_FREED:
		return on_freed(m, ev, s);
	case SWAP_ZSWAP_DROPPED:
		return on_zswap_dropped(m, ev, s);
	default:
		return on_slot_of_page(m, ev, s);
	}
}

/* One that is turned off gives no slots meanwhile; if that fails it gives some again. */
static const char *on_giving(struct model *m, const struct mm_event *ev, struct vm_device *d)
{
	if (!d->on || d->leaving != ev->on || ev->index != d->pages)
		return model_says(m, "R20: device %u %s slots, and did before", ev->vm_device, ev->on ? "gives" : "gives no");
	d->leaving = !ev->on;
	return NULL;
}

/* Negative priorities count down as devices come. */
const char *vm_on_swap_device(struct model *m, const struct mm_event *ev)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	struct vm_device *d = &m->vm->device[ev->vm_device <= SWAP_DEVICES ? ev->vm_device : 0];

	if (ev->report)
		return on_giving(m, ev, d);
	if (!ev->vm_device || ev->vm_device > SWAP_DEVICES || d->on == ev->on || ev->index > VM_SLOTS || !ask)
		return model_says(m, "R20: device %u comes or goes, and %s", ev->vm_device, d->on ? "is there" : "is not");
	if (!ev->on && d->used)
		return model_says(m, "R20: device %u goes, and %u of its slots are taken", ev->vm_device, d->used);
	d->on = ev->on;
	d->leaving = false;
	d->used = 0;
	d->pages = ev->on ? (u32)ev->index : 0;
	if (ev->on)
		d->priority = ask->op == VM_OP_SWAPON && ask->value >= 0 ? ask->value : -(s32)++m->vm->nr_swapons - 1;
	return NULL;
}
