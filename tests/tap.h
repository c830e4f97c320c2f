/* SPDX-License-Identifier: GPL-2.0-only */
/* tap.h - what a test says: one line a claim, details after a #, the plan at the end. */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned tap_nr, tap_failed;

__attribute__((format(printf, 2, 3))) static inline bool ok(bool holds, const char *claim, ...)
{
	va_list args;

	printf("%sok %u - ", holds ? "" : "not ", ++tap_nr);
	va_start(args, claim);
	vprintf(claim, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	tap_failed += !holds;
	return holds;
}

static inline bool same_number(unsigned long long is, unsigned long long want, const char *claim)
{
	if (!ok(is == want, "%s", claim))
		printf("# is %llu, must be %llu\n", is, want);
	return is == want;
}

static inline bool same_text(const char *is, const char *want, const char *claim)
{
	bool same = is && want ? !strcmp(is, want) : is == want;

	if (!ok(same, "%s", claim))
		printf("# is \"%s\", must be \"%s\"\n", is ? is : "(none)", want ? want : "(none)");
	return same;
}

/* ci/oracle builds judges that know which place of theirs spoke last, and tells it here. */
#ifndef tell_site
#define tell_site(clause) (void)(clause)
#endif

/* Does this sentence of a judge say this clause, and no other? */
static inline bool is_clause(const char *sentence, const char *clause)
{
	size_t len = strlen(clause);

	if (!sentence || strncmp(sentence, clause, len) != 0 || sentence[len] != ':')
		return false;
	tell_site(clause);
	return true;
}

/* A sentence of a judge: its clause must be this one; NULL: there must be none. */
static inline bool says_clause(const char *sentence, const char *clause, const char *claim)
{
	bool same = clause ? is_clause(sentence, clause) : !sentence;

	if (!ok(same, "%s", claim))
		printf("# is \"%s\", must be %s\n", sentence ? sentence : "(nothing)", clause ? clause : "nothing");
	return same;
}

/* One word is wrong, and right again: what the check says in between is of this clause. */
#define WRONG_WORD(check, word, value, clause, claim)                                                                  \
	do {                                                                                                           \
		__typeof__(word) was_ = (word);                                                                        \
		(word) = (value);                                                                                      \
		says_clause(check, clause, claim);                                                                     \
		(word) = was_;                                                                                         \
	} while (0)

static inline void skip(const char *claim, const char *why)
{
	printf("ok %u - %s # SKIP %s\n", ++tap_nr, claim, why);
}

static inline int tap_end(void)
{
	printf("1..%u\n", tap_nr);
	return tap_failed != 0;
}

#endif
