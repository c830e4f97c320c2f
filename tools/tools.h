/* SPDX-License-Identifier: GPL-2.0-only */
/* tools.h - what the commands share. */
#ifndef TOOLS_TOOLS_H
#define TOOLS_TOOLS_H

#include <getopt.h>
#include "lockstep.h"

#if defined(__SANITIZE_THREAD__) || defined(MMCHECK_VALGRIND)
#define WATCHDOG_SECONDS 60
#else
#define WATCHDOG_SECONDS 2
#endif

enum exit_code { EXIT_FINE = 0, EXIT_FINDING = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

/* Every command: options begin at argv[1]; returns an exit code. */
int cmd_run(int argc, char **argv);
int cmd_digest(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_print(int argc, char **argv);
int cmd_compile(int argc, char **argv);
int cmd_gen(int argc, char **argv);
int cmd_minimize(int argc, char **argv);
int cmd_triage(int argc, char **argv);
int cmd_export_c(int argc, char **argv);
int cmd_ops(int argc, char **argv);
int cmd_witness(int argc, char **argv);
int cmd_hunt(int argc, char **argv);
int cmd_explore(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_marks(int argc, char **argv);
int cmd_reach(int argc, char **argv);
int cmd_seeds(int argc, char **argv);

/* One line on stderr, "mmcheck COMMAND: ...". */
void complain(const char *format, ...) printf_like(1, 2);
extern const char *command_name;

/* A whole file, `-` standard input, in memory with a NUL behind; NULL after complaining. Free it. */
u8 *read_whole(const char *path, size_t *bytes);
/* Files, and those in folders, hidden ones and *.md left out, in the order of their names. */
struct file_list {
	char **path;
	u32 nr, room;
};
/* false after complaining: a path is not there, or a folder holds no file. Free the list in both cases. */
bool list_files(struct file_list *list, char *const *paths, int nr);
void free_files(struct file_list *list);
/* What a search found, for people; `where`: how it came by it; the program goes to path, if there is one. Returns the exit code. */
int report_found(struct world *w, const struct program *p, const char *where, const char *path);
/* Write to a temporary beside path, then rename; `-` standard output. */
struct out_file {
	FILE *file;
	const char *path;
	char temporary[4096];
};
bool out_open(struct out_file *o, const char *path);
bool out_close(struct out_file *o);
void out_abandon(struct out_file *o);
bool keep_program(const struct program *p, const char *path);
/* Before a long search: false, after complaining, when what it finds could not be written there. */
bool out_check(const char *path);

/* Text or bytes to a program; complains. expected as in program_parse, may be NULL. */
bool load_program(struct program *p, const char *path, char ***expected, char *claim, size_t claim_bytes);
/* A decimal or 0x number up to most; complains. */
bool parse_number(const char *text, u64 most, u64 *out);
bool read_number(const char *text, u64 *out); /* without complaining */
/* page, memblock, slab, kmalloc, task, file, swap, vm, all, or several with commas: bits of enum op_table; 0 after complaining. */
#define TABLE_NAMES "page|memblock|slab|kmalloc|task|file|swap|vm|all"
unsigned tables_by_name(const char *name);
/* A machine or an exit: every command that runs programs begins here. */
struct world *new_world(void);

#endif
