/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fork_run.c - a program run in a child process, for findings that kill: a sanitizer's report, a signal.
 *
 *   parent --fork--> child: lockstep_run()
 *      ^                |--- stdout, stderr ---> what a tool reported
 *      '----------------'--- verdict ----------> the clause, if the child lived to say it
 *
 * How a program dies is one line without addresses, so that a smaller program can be compared with it:
 *   asan heap-buffer-overflow in free_one_block | ubsan shift exponent N is too large ... (mm/page_alloc.c:70) |
 *   msan use-of-uninitialized-value in expand | signal 11 | no progress | exit 3
 * The function is the first frame that lies in mm/, or the first that has a name.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "fork_run.h"

#define CHILD_SECONDS 10
#define REPORT_BYTES  32768

/* --- the child ---------------------------------------------------------------------------------------------------- */

static void limit(int resource, rlim_t value)
{
	setrlimit(resource, &(struct rlimit){ value, value });
}

/* A world of its own: what the parent's went through shall not matter. */
_Noreturn static void run_child(const struct program *p, int report, int answer)
{
	const struct verdict *v;
	struct world *w;

	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, CHILD_SECONDS);
	dup2(report, STDOUT_FILENO);
	dup2(report, STDERR_FILENO);
	sim_watchdog_start(CHILD_SECONDS / 2);
	w = world_create();
	v = lockstep_run(w, p);
	_exit(write(answer, v, sizeof(*v)) == (ssize_t)sizeof(*v) ? 0 : 3);
}

/* --- the parent --------------------------------------------------------------------------------------------------- */

static s64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (s64)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads to the end: what does not fit is dropped. false: the child took too long. */
static bool read_report(int fd, char text[REPORT_BYTES])
{
	s64 deadline = now_ms() + CHILD_SECONDS * 1000;
	size_t used = 0;
	char bin[4096];

	for (;;) {
		bool full = used == REPORT_BYTES - 1;
		s64 left = deadline - now_ms();
		ssize_t n;

		text[used] = 0;
		if (left <= 0)
			return false;
		if (poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, (int)left) <= 0)
			continue;
		n = full ? read(fd, bin, sizeof(bin)) : read(fd, text + used, REPORT_BYTES - 1 - used);
		if (n == 0 || (n < 0 && errno != EINTR))
			return true;
		used += full || n < 0 ? 0 : (size_t)n;
	}
}

static int wait_for(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

/* --- reading reports ---------------------------------------------------------------------------------------------- */

static size_t length_until(const char *s, const char *stop)
{
	const char *end = strstr(s, stop);
	size_t line = strcspn(s, "\n");

	return end && (size_t)(end - s) < line ? (size_t)(end - s) : line;
}

/* "    #3 0x55d in NAME PATH:LINE": the name of a frame; in mm/ only, or any. 0 characters: there is none. */
static size_t find_frame(const char *report, bool in_mm, const char **name)
{
	for (const char *line = report; line; line = strchr(line, '\n')) {
		size_t length, rest;

		line += strspn(line, "\n ");
		length = length_until(line, " in ");
		if (*line != '#' || length == strcspn(line, "\n"))
			continue;
		*name = line + length + 4;
		length = strcspn(*name, " \n");
		rest = strcspn(*name, "\n");
		if (!in_mm || length_until(*name, " mm/") < rest || length_until(*name, "/mm/") < rest)
			return length;
	}
	return 0;
}

static void describe(struct death *d, const char *tool, const char *kind, size_t kind_length, const char *report)
{
	const char *name;
	size_t length = find_frame(report, true, &name);

	if (!length)
		length = find_frame(report, false, &name);
	if (length)
		snprintf(d->what, sizeof(d->what), "%s %.*s in %.*s", tool, (int)kind_length, kind, (int)length, name);
	else
		snprintf(d->what, sizeof(d->what), "%s %.*s", tool, (int)kind_length, kind);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Numbers differ from program to program: each becomes N. */
static void mask_numbers(char *s)
{
	char *out = s;
	bool in_word = false;

	while (*s) {
		if (!in_word && *s >= '0' && *s <= '9') {
			s += *s == '0' && s[1] == 'x' ? 2 + strspn(s + 2, "0123456789abcdef") : strspn(s, "0123456789");
			*out++ = 'N';
			continue;
		}
		in_word = is_letter(*s) || (in_word && *s >= '0' && *s <= '9');
		*out++ = *s++;
	}
	*out = 0;
}

/* "mm/page_alloc.c:70:9: runtime error: TEXT" */
static bool describe_ubsan(struct death *d, const char *report)
{
	const char *error = strstr(report, ": runtime error: "), *line = error;
	char text[120];

	if (!error)
		return false;
	while (line > report && line[-1] != '\n')
		line--;
	error += strlen(": runtime error: ");
	snprintf(text, sizeof(text), "%.*s", (int)min_of(strcspn(error, "\n"), sizeof(text) - 1), error);
	mask_numbers(text);
	snprintf(d->what, sizeof(d->what), "ubsan %s (%.*s)", text,
		 (int)min_of(length_until(line, ": runtime"), (size_t)30), line);
	return true;
}

static const struct tool_row {
	const char *name, *mark, *kind_ends;
} tools[] = {
	{ "asan", "ERROR: AddressSanitizer: ", " on " },
	{ "msan", "WARNING: MemorySanitizer: ", "\n" },
	{ "tsan", "WARNING: ThreadSanitizer: ", " (" },
	{ "lsan", "ERROR: LeakSanitizer: ", "\n" },
};

static bool describe_report(struct death *d, const char *report)
{
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++) {
		const char *kind = strstr(report, tools[i].mark);

		if (!kind)
			continue;
		kind += strlen(tools[i].mark);
		describe(d, tools[i].name, kind, length_until(kind, tools[i].kind_ends), kind);
		return true;
	}
	return describe_ubsan(d, report);
}

static void describe_death(struct death *d, int status, const char *report)
{
	d->died = true;
	d->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	d->exit = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	if (describe_report(d, report))
		return;
	if (d->signal == SIGXCPU)
		snprintf(d->what, sizeof(d->what), "no progress");
	else if (d->signal)
		snprintf(d->what, sizeof(d->what), "signal %d", d->signal);
	else
		snprintf(d->what, sizeof(d->what), "exit %d", d->exit);
}

/* --- both --------------------------------------------------------------------------------------------------------- */

static void collect(struct death *d, pid_t child, int report_fd, int answer_fd)
{
	char *report = malloc(REPORT_BYTES);
	struct verdict v;
	bool in_time = report && read_report(report_fd, report);
	int status;

	if (!in_time)
		kill(child, SIGKILL);
	status = wait_for(child);
	if (!in_time) {
		*d = (struct death){ .died = true, .signal = SIGKILL };
		snprintf(d->what, sizeof(d->what), "no progress");
	} else if (read(answer_fd, &v, sizeof(v)) == (ssize_t)sizeof(v)) {
		snprintf(d->what, sizeof(d->what), "%s", v.clause);
	} else {
		describe_death(d, status, report);
	}
	free(report);
}

struct death forked_run(const struct program *p)
{
	struct death d = { .died = true, .what = "host: no process to run it in" };
	int report[2], answer[2];
	pid_t child;

	if (pipe(report) < 0)
		return d;
	if (pipe(answer) < 0) {
		close(report[0]), close(report[1]);
		return d;
	}
	child = fork();
	if (child == 0) {
		close(report[0]), close(answer[0]);
		run_child(p, report[1], answer[1]);
	}
	close(report[1]), close(answer[1]);
	if (child > 0) {
		memset(&d, 0, sizeof(d));
		collect(&d, child, report[0], answer[0]);
	}
	close(report[0]), close(answer[0]);
	return d;
}

bool forked_same_death(void *wanted, const struct program *candidate)
{
	const struct death *w = wanted;
	struct death d = forked_run(candidate);

	return d.died == w->died && !strcmp(d.what, w->what);
}
