/* SPDX-License-Identifier: GPL-2.0-only */
/* texts.h - what tests of texts do with them: change a byte, cut them short, give them to tools as files. */
#ifndef TESTS_TEXTS_H
#define TESTS_TEXTS_H

#include <stdlib.h>
#include <unistd.h>
#include "model.h"
#include "tap.h"

static char text[65536];
static char proc_dir[64];

/* In the text: the first place of `from` becomes `to`. */
static inline const char *changed(const char *from, const char *to)
{
	static char out[sizeof(text)];
	char *at = strstr(text, from);

	if (!at) {
		printf("Bail out! \"%s\" is not in the text\n", from);
		exit(1);
	}
	snprintf(out, sizeof(out), "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return out;
}

/* How many bytes of these are such that, if they are others, exactly this clause speaks. */
static inline size_t nr_noticed(struct model *m, const char *(*judge)(struct model *m, const char *text), size_t from,
				size_t to, const char *clause)
{
	size_t noticed = 0;

	for (size_t i = from; i < to; i++) {
		text[i] ^= 1;
		noticed += is_clause(judge(m, text), clause);
		text[i] ^= 1;
	}
	return noticed;
}

/* --- buffers that are short ---------------------------------------------------------------------------------------------- */

/* Bytes of its own, so that ASan sees one too many. What is there is where the whole text begins; its length is answered. */
static inline bool is_cut(unsigned (*show)(char *out, unsigned bytes), const char *whole, unsigned bytes)
{
	char *out = malloc(bytes);
	unsigned n;
	bool good;

	memset(out, '?', bytes);
	n = show(out, bytes);
	good = n < bytes && !out[n] && strlen(out) == n && !strncmp(out, whole, n);
	if (!good)
		printf("# with %u bytes: \"%.*s\"\n", bytes, (int)bytes, out);
	free(out);
	return good;
}

/* Each length there is, from the NUL alone to more than enough. */
static inline void check_lengths(const char *name, unsigned (*show)(char *out, unsigned bytes))
{
	static char whole[65536];
	unsigned length = show(whole, sizeof(whole)), bad = 0;

	for (unsigned bytes = 1; bytes < length + 3 && bad < 3; bytes++)
		bad += !is_cut(show, whole, bytes);
	ok(length > 1 && !bad, "%s fits into every buffer", name);
	ok(show(text, length + 1) == length && !strcmp(text, whole), "  and is whole when there is room");
}

/* --- files and tools --------------------------------------------------------------------------------------------------------- */

static inline void open_proc_dir(void)
{
	snprintf(proc_dir, sizeof(proc_dir), "/tmp/mmcheck-text-XXXXXX");
	if (!mkdtemp(proc_dir)) {
		printf("Bail out! no directory under /tmp\n");
		exit(1);
	}
}

static inline void write_file(const char *name, unsigned (*show)(char *out, unsigned bytes))
{
	char path[128];
	FILE *f;

	show(text, sizeof(text));
	snprintf(path, sizeof(path), "%s/%s", proc_dir, name);
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
}

/* What a shell command prints, in the directory of our files; NULL: it failed. */
static inline const char *shell(const char *command)
{
	static char out[16384], line[4096];
	size_t n;
	FILE *p;

	snprintf(line, sizeof(line), "cd %s && { %s; } 2>/dev/null", proc_dir, command);
	p = popen(line, "r");
	n = fread(out, 1, sizeof(out) - 1, p);
	out[n] = 0;
	return pclose(p) ? NULL : out;
}

static inline u64 shell_number(const char *command)
{
	const char *out = shell(command);

	return out ? strtoull(out, NULL, 10) : ~0ULL;
}

#endif
