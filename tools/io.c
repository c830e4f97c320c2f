/* SPDX-License-Identifier: GPL-2.0-only */
/* io.c - files in, files out; nothing half-written. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tools.h"

#define LARGEST_FILE (256u << 20)

const char *command_name = "";

void complain(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "mmcheck%s%s: ", *command_name ? " " : "", command_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static u8 *read_stream(FILE *file, const char *path, size_t *bytes)
{
	size_t room = 1 << 16, used = 0, n;
	u8 *data = malloc(room + 1);

	while (data && (n = fread(data + used, 1, room - used, file)) > 0) {
		used += n;
		if (used < room)
			continue;
		if (room >= LARGEST_FILE) {
			complain("%s is larger than %u MiB", path, LARGEST_FILE >> 20);
			free(data);
			return NULL;
		}
		room *= 2;
		data = realloc(data, room + 1);
	}
	if (!data || ferror(file)) {
		complain("cannot read %s: %s", path, strerror(data ? errno : ENOMEM));
		free(data);
		return NULL;
	}
	data[used] = 0;
	*bytes = used;
	return data;
}

u8 *read_whole(const char *path, size_t *bytes)
{
	bool standard_input = !strcmp(path, "-");
	FILE *file = standard_input ? stdin : fopen(path, "rb");
	struct stat st;
	u8 *data;

	if (!file) {
		complain("cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	if (!fstat(fileno(file), &st) && S_ISDIR(st.st_mode)) {
		complain("cannot read %s: it is a directory", path);
		fclose(file);
		return NULL;
	}
	data = read_stream(file, path, bytes);
	if (!standard_input)
		fclose(file);
	return data;
}

/* --- lists of files ------------------------------------------------------------------------------------------------ */

static void add_file(struct file_list *list, const char *path)
{
	if (list->nr == list->room) {
		list->room = list->room ? list->room * 2 : 64;
		list->path = realloc(list->path, list->room * sizeof(*list->path));
	}
	list->path[list->nr++] = strdup(path);
}

static int is_input(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && entry->d_type != DT_DIR && (!dot || strcmp(dot, ".md") != 0);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* false: it is no folder. */
static bool add_folder(struct file_list *list, const char *path)
{
	struct dirent **entry;
	char file[4096];
	int n = scandir(path, &entry, is_input, by_bytes);

	for (int i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, entry[i]->d_name);
		add_file(list, file);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	return n >= 0;
}

bool list_files(struct file_list *list, char *const *paths, int nr)
{
	for (int i = 0; i < nr; i++) {
		u32 before = list->nr;

		if (!add_folder(list, paths[i])) {
			add_file(list, paths[i]);
		} else if (list->nr == before) {
			complain("%s holds no file", paths[i]);
			return false;
		}
	}
	return true;
}

void free_files(struct file_list *list)
{
	for (u32 i = 0; i < list->nr; i++)
		free(list->path[i]);
	free(list->path);
	*list = (struct file_list){ 0 };
}

/* --- output -------------------------------------------------------------------------------------------------------- */

bool out_open(struct out_file *o, const char *path)
{
	struct stat st;

	o->path = path;
	o->temporary[0] = 0;
	if (!strcmp(path, "-")) {
		o->file = stdout;
		return true;
	}
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) { /* a device or a pipe: nothing to rename */
		o->file = fopen(path, "wb");
		if (!o->file)
			complain("cannot write %s: %s", path, strerror(errno));
		return o->file != NULL;
	}
	if (snprintf(o->temporary, sizeof(o->temporary), "%s.tmp%ld", path, (long)getpid()) >= (int)sizeof(o->temporary)) {
		complain("the name %.40s... is too long", path);
		return false;
	}
	o->file = fopen(o->temporary, "wb");
	if (!o->file)
		complain("cannot write %s: %s", path, strerror(errno));
	return o->file != NULL;
}

void out_abandon(struct out_file *o)
{
	if (o->file == stdout)
		return;
	fclose(o->file);
	if (o->temporary[0])
		unlink(o->temporary);
}

bool out_check(const char *path)
{
	struct out_file o;
	struct stat st;

	if (!strcmp(path, "-"))
		return true;
	if (!stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) { /* who reads a pipe would see its end */
		if (!access(path, W_OK))
			return true;
		complain("cannot write %s: %s", path, strerror(errno));
		return false;
	}
	if (!out_open(&o, path))
		return false;
	out_abandon(&o);
	return true;
}

bool out_close(struct out_file *o)
{
	bool good = !fflush(o->file) && !ferror(o->file);
	int error = errno;

	if (o->file == stdout) {
		if (!good)
			complain("cannot write: %s", strerror(error));
		return good;
	}
	good = !fclose(o->file) && good;
	if (good && !o->temporary[0])
		return true;
	if (good && !rename(o->temporary, o->path))
		return true;
	complain("cannot write %s: %s", o->path, strerror(error ? error : errno));
	if (o->temporary[0])
		unlink(o->temporary);
	return false;
}

/* A trace may say what it claims: `# expect: finding B4`. */
static void find_claim(const char *text, size_t bytes, char *claim, size_t claim_bytes)
{
	static const char words[] = "\n# expect: finding ";
	const char *at = memmem(text, bytes, words, sizeof(words) - 1);
	size_t len;

	claim[0] = 0;
	if (!at)
		return;
	at += sizeof(words) - 1;
	len = strcspn(at, "\r\n");
	snprintf(claim, claim_bytes, "%.*s", (int)min_of(len, claim_bytes - 1), at);
}

bool load_program(struct program *p, const char *path, char ***expected, char *claim, size_t claim_bytes)
{
	char error[200];
	size_t bytes;
	u8 *data = read_whole(path, &bytes);
	bool good;

	if (!data)
		return false;
	good = program_load(p, data, bytes, error, sizeof(error), expected);
	if (!good)
		complain("%s: %s", path, error);
	else if (claim)
		find_claim((const char *)data, bytes, claim, claim_bytes);
	free(data);
	return good;
}

bool read_number(const char *text, u64 *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	return !errno && *text >= '0' && *text <= '9' && !*end;
}

bool parse_number(const char *text, u64 most, u64 *out)
{
	if (read_number(text, out) && *out <= most)
		return true;
	complain("%s is not a number from 0 to %llu", text, (unsigned long long)most);
	return false;
}

struct world *new_world(void)
{
	struct world *w = world_create();

	if (!w) {
		complain("not enough memory");
		exit(EXIT_ENVIRONMENT);
	}
	return w;
}
