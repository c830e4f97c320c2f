/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model_slub.h - what the model keeps of objects whose cache is debugged, and the judging of what is said about them.
 *
 * slub_debug.c knows what is due of one object; here it is known which objects there are, in which order a slab hands them
 * out, who had them, and what an operation is about to look at. Judges return NULL or a sentence.
 */
#ifndef MODEL_MODEL_SLUB_H
#define MODEL_MODEL_SLUB_H

#include "model_page_debug.h"
#include "model_slab.h"
#include "model_slub_debug.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define SLUB_MAX_GIVEN 40
#define SLUB_TEXT_BYTES 32000 /* no more than a log holds */
#define SLUB_ANY '\x01' /* in a text that is due: any one character */

struct slub_track {
	const char *operation; /* NULL: nobody yet */
	u32 step;
	u32 cpu;
	u64 when; /* ms */
};

struct slub_note {
	u64 address;
	u64 freed; /* number of its last free, 0 none since its slab was made */
	u32 orig;
	bool used; /* its patterns are those of an object in use */
	bool lost; /* nobody has it, and its slab will not hand it out any more */
	bool tied; /* freed together with others: which of them comes first is open */
	struct slub_track track[2]; /* allocated, freed */
};

enum slub_errand { ERRAND_NONE, ERRAND_VALIDATE, ERRAND_DESTROY };

/* Of one operation in flight. */
struct slub_flight {
	u8 errand, cache;
	bool many; /* it frees several objects */
	bool used; /* something of this is not as when it began */
	u32 next; /* due that must come next */
	struct slub_dues dues;
	u32 nr_given;
	u64 given[SLUB_MAX_GIVEN]; /* to be freed, neither announced nor refused */
	u32 nr_refused;
	u64 refused[8]; /* of those: not freed */
	u32 nr_visited;
	u32 visited[64]; /* slabs that validate looked at */
	u16 want[NR_SLUB_REPORTS], seen[NR_SLUB_REPORTS]; /* of reports that are not of checks */
};

struct slub_table {
	u32 nr, room;
	struct slub_note *note;
	u32 *index, slots; /* hash: 1 + number of a note */
};

struct model_slub {
	struct slub_damage damage;
	struct slub_table notes;
	struct slub_note *sealed_note;
	u32 nr_sealed;
	u64 frees, sealed_frees;
	u32 nr_lost;
	u32 nr_disabled, disabled[64]; /* slabs that nothing is taken from any more */
	u64 spoilt[64]; /* live objects that somebody else wrote to, for who checks contents */
	u32 nr_spoilt;
	bool tainted; /* something was reported */
	struct {
		u32 head, value; /* of a slab whose word is overwritten; MODEL_NO_SLAB: none is */
		u8 field;	 /* enum slab_field */
	} overwritten;
	struct slub_flight flight[MODEL_STACKS][MODEL_MAX_NESTING];
	struct {
		char due[SLUB_TEXT_BYTES]; /* what the operation that is alone must have said */
		u32 bytes;
		bool vague;
	} text;
};

/* --- life: called by model/slab.c ---------------------------------------------------------------------------------------- */

bool model_slub_setup(struct model *m);
void model_slub_destroy(struct model *m);
void model_slub_reset(struct model *m);
void model_slub_seal(struct model *m);

/* --- moves: called by model/slab.c as it judges events, and by the loop -------------------------------------------------- */

/* An operation begins on this CPU: nothing was said yet. */
void model_slub_begins(struct model *m, unsigned cpu);
/* It ends: what was due has been said. */
const char *model_slub_ends(struct model *m, unsigned cpu);
void model_slub_new_slab(struct model *m, u32 head);
const char *model_slub_slab_gone(struct model *m, unsigned cpu, u32 head);
/* An object is announced as handed out; bytes: asked for. Before it counts as live. */
const char *model_slub_alloc(struct model *m, unsigned cpu, u64 address, u32 bytes);
const char *model_slub_free(struct model *m, unsigned cpu, u64 address);
/* It will be freed by this operation. */
void model_slub_give(struct model *m, unsigned cpu, u64 address);
/* After all it will not be. */
void model_slub_keep(struct model *m, unsigned cpu, u64 address);
/* Several at once: in which order a slab hands them out then is open. */
void model_slub_gives_many(struct model *m, unsigned cpu, bool many);
const char *on_slub_report(struct model *m, const struct mm_event *ev);
/* Another size was asked for, or all of the object: nobody announces that. */
void model_slub_resize(struct model *m, u64 address, u32 bytes);

/* --- what lockstep tells ------------------------------------------------------------------------------------------------- */

/* A byte of a slab was written that is no free pointer. An owner's own bytes are his: see model_slub_spoil(). */
void model_slub_wrote(struct model *m, u64 at, u8 byte);
/* What the owner of this live object wrote there is not all there any more. */
void model_slub_spoil(struct model *m, u64 object);
/* He wrote all of it again. */
void model_slub_heal(struct model *m, u64 object);
void model_slub_flipped(struct model *m, u64 object, u64 bits);
void model_begin_slub_validate(struct model *m, unsigned cpu, unsigned cache);
const char *model_slub_validated(struct model *m, unsigned cpu, s64 found);
/* What it must have found so far. */
s64 model_slub_found(struct model *m, unsigned cpu);
/* The operation on this CPU drops a reference of a cache, which may be the last, while objects of it are in use. */
void model_slub_destroys(struct model *m, unsigned cpu, unsigned cache);
/* A report without a check is due by this operation; two of them with what they say. cache: the one that was named. */
void model_slub_want(struct model *m, unsigned cpu, unsigned report);
void model_slub_want_wrong_cache(struct model *m, unsigned cpu, unsigned cache, u64 object);
void model_slub_want_not_kmalloc(struct model *m, unsigned cpu, u64 address);
/* While an operation runs that is alone: a word of this slab holds another value. head MODEL_NO_SLAB: no more. */
void model_slub_overwrite(struct model *m, u32 head, unsigned field, u32 value);

/* --- questions ----------------------------------------------------------------------------------------------------------- */

/* Nobody follows the free pointer of this object before he looked at it, and what a cut list would lose is known. */
bool model_slub_may_flip(const struct model *m, u64 object);
bool model_slub_is_disabled(const struct model *m, u32 head);
bool model_slub_is_lost(const struct model *m, u64 object);
bool model_slub_is_spoilt(const struct model *m, u64 object);
/* Objects of the cache that nobody can give back any more: lost, or of a slab that is disabled. */
u64 model_slub_nr_stuck(const struct model *m, unsigned cache);
/* A free pointer leads astray somewhere: who walks free lists must not look. */
bool model_slub_lists_are_damaged(const struct model *m);
struct slub_note *model_slub_note(const struct model *m, u64 object);
/* Was the free of this object refused by the operation on this CPU? It stays with who had it. */
bool model_slub_was_refused(const struct model *m, unsigned cpu, u64 object);
/* Damage of any kind in this slab? */
bool model_slub_is_damaged(const struct model *m, u32 head);
/* The same in any slab of the cache that validate looks at. */
bool model_slub_cache_is_damaged(const struct model *m, unsigned cache);
/* The log of an operation that was alone. */
const char *model_judge_slub_text(struct model *m, unsigned cpu, const char *log);

/* --- what model/slab.c answers ------------------------------------------------------------------------------------------- */

/* A free object of a slab is nobody's for good: it counts as in use from now on. */
void model_slab_lose(struct model *m, u64 object);
/* The free of this object, which the operation on this CPU has begun, was refused: it stays with its owner. */
void model_slab_not_given(struct model *m, unsigned cpu, u64 object);
/* What a bulk that cannot be served has got so far, and gives back; how many. And: this one it cannot give back. */
u32 model_slab_gives_up(struct model *m, unsigned cpu, const u64 **at);
void model_slab_loses_got(struct model *m, unsigned cpu, u64 object);
/* The object that this CPU hands out next; MODEL_NO_ADDRESS: that is open. */
u64 model_slab_first_of_cpu(const struct model *m, unsigned cpu, unsigned cache);

/* --- for slub_text.c ----------------------------------------------------------------------------------------------------- */

struct slub_site {
	const struct model_cache *c;
	struct slub_layout l;
	unsigned cache;
	u32 head;
	u64 base, bytes;
	u32 objects, inuse;
};
bool slub_site_of(const struct model *m, u64 address, struct slub_site *site);
struct slub_object slub_object_at(const struct model *m, const struct slub_site *site, u64 address);
/* The object behind this one on its slab's free list; 0 none, MODEL_NO_ADDRESS: open. address 0: the first. */
u64 slub_next_free(const struct model *m, const struct slub_site *site, u64 address);
/* taken: the object that is being handed out, 0 none. */
void slub_say(struct model *m, const struct slub_site *site, const struct slub_due *due, u64 taken);
void slub_say_remaining(struct model *m, const struct slub_site *site);
void slub_say_wrong_cache(struct model *m, unsigned cache, u64 object);
void slub_say_not_kmalloc(struct model *m, u64 address);
void slub_say_trace(struct model *m, const struct slub_site *site, u64 object, bool alloc);

#endif
