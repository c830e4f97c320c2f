/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_text.c - the text parser against hostile input.
 *
 * Whatever parses must print to text that parses to the same text: print is the identity on what parse understood. What
 * does not parse must say why in one line.
 */
#include <stdlib.h>
#include <string.h>
#include "engine.h"

const unsigned fuzz_tables = TABLE_MACHINE | TABLE_PAGE | TABLE_MEMBLOCK;
const bool fuzz_is_text = true;

static char *print(const struct program *p, size_t *bytes)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, bytes);

	program_print(p, out, NULL);
	fclose(out);
	return text;
}

static void complain_and_trap(const char *what)
{
	fprintf(stderr, "mmcheck: finding TEXT: %s\n", what);
	__builtin_trap();
}

static void check_identity(const struct program *p)
{
	static struct program again;
	char error[200];
	size_t bytes, bytes_again;
	char *text = print(p, &bytes), *text_again;

	if (!program_parse(&again, text, bytes, error, sizeof(error), NULL))
		complain_and_trap(error);
	text_again = print(&again, &bytes_again);
	if (bytes != bytes_again || memcmp(text, text_again, bytes))
		complain_and_trap("printing what was printed and parsed gives another text");
	free(text);
	free(text_again);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct program p;
	char error[200] = "", *text;
	bool good;

	fuzz_count();
	text = malloc(size + 1);
	memcpy(text, data, size);
	good = program_parse(&p, text, size, error, sizeof(error), NULL);
	free(text);
	if (good)
		check_identity(&p);
	else if (!error[0] || strchr(error, '\n'))
		complain_and_trap("an error that is not one line");
	return 0;
}
