// SPDX-License-Identifier: GPL-2.0-only
/*
 * rapidcheck.cc - the driver of the properties: RapidCheck makes wishes, shrinks them and says how to repeat a failure.
 *
 *   props --seconds 10                       every property, each for its share of the time
 *   props --only NAME --replay FILE.trace    one property on one program
 *
 * RapidCheck is asked for 100 programs again and again, each time with another seed, until the time of a property is over.
 * While it shrinks, a program counts as failing only if it breaks the clause that the first one broke.
 *
 * What people and scripts read goes to stdout; RapidCheck's own words go to stderr. Its library is not instrumented: this
 * file is never built for MSan.
 */
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <getopt.h>
#include <iostream>
#include <ostream>
#include <string>
#include <vector>
#include <rapidcheck.h>
#include "props.h"

extern "C" void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

namespace
{

constexpr int EXIT_FINDING = 1, EXIT_USAGE = 2, EXIT_HOST = 3;
constexpr double MOST_SHRINKING = 20; /* seconds */

const char usage[] = "usage: props [--seconds N] [--seed N] [--only NAME] [--replay FILE] [--alone] [--list]\n"
		     "\n"
		     "  --seconds N    time for all properties together, default 10\n"
		     "  --seed N       start here; RC_PARAMS=\"seed=N\" does the same\n"
		     "  --only NAME    one property\n"
		     "  --replay FILE  try it on this program, text or bytes; needs --only\n"
		     "  --alone        only the laws; do not run the programs in lockstep with the model too\n"
		     "  --list         names and laws\n"
		     "\n"
		     "RC_PARAMS is RapidCheck's own: seed=, max_size=, max_success= (of a slice), noshrink=, reproduce=.\n"
		     "Failing programs are written to $MMCHECK_FINDINGS (default out/props).\n"
		     "Exit status: 0 all hold, 1 a law is broken, 2 bad usage or unreadable file, 3 no memory or disk.\n";

struct Options {
	double seconds = 10;
	uint64_t seed = 0;
	bool seeded = false, list = false, alone = false;
	const prop *only = nullptr;
	const char *replay = nullptr;
};

double now()
{
	return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/* --- wishes ------------------------------------------------------------------------------------------------------------ */

prop_run *run;
const prop *current;

struct Wishes {
	uint8_t profile = 0, flags = 0;
	uint32_t seed = 0;
	std::vector<prop_wish> wish;
};

program *program_of(const Wishes &w)
{
	prop_wishes wishes = { w.profile, w.flags, w.seed, w.wish.data(), w.wish.size() };

	return prop_program(run, current, &wishes);
}

void showValue(const Wishes &w, std::ostream &os)
{
	os << prop_program_text(run, program_of(w));
}

prop_wish random_wish(rc::Random &random)
{
	uint64_t a = random.next(), b = random.next();
	prop_wish wish;

	wish.op = uint16_t(a & 0xfff);
	wish.gfp = uint16_t(a >> 16);
	wish.slot = uint8_t(a >> 32 & 0xf);
	wish.place = uint8_t(a >> 40);
	wish.amount = uint32_t(b & 0xfffff);
	wish.length = uint32_t(b >> 32);
	return wish;
}

/* Towards 0 in halves of what is left: few steps. */
template <typename T> rc::Seq<prop_wish> smaller_field(const prop_wish &wish, T prop_wish::*field)
{
	return rc::seq::map(rc::shrink::integral(wish.*field), [=](T value) {
		prop_wish w = wish;

		w.*field = value;
		return w;
	});
}

rc::Seq<prop_wish> smaller_wishes(const prop_wish &wish)
{
	return rc::seq::concat(smaller_field(wish, &prop_wish::op), smaller_field(wish, &prop_wish::gfp),
			       smaller_field(wish, &prop_wish::slot), smaller_field(wish, &prop_wish::place),
			       smaller_field(wish, &prop_wish::amount), smaller_field(wish, &prop_wish::length));
}

rc::Seq<Wishes> smaller_headers(const Wishes &w)
{
	std::vector<Wishes> out;

	for (int i = 0; i < 4; i++) {
		Wishes s = w;

		if (i == 0)
			s.profile = 0;
		else if (i == 1)
			s.flags = 0;
		else
			s.seed = i == 2 ? 0 : w.seed / 2;
		if (s.profile < w.profile || s.flags < w.flags || s.seed < w.seed)
			out.push_back(s);
	}
	return rc::seq::fromContainer(std::move(out));
}

rc::Seq<Wishes> smaller(const Wishes &w)
{
	auto with = [w](std::vector<prop_wish> &&wish) {
		Wishes s = w;

		s.wish = std::move(wish);
		return s;
	};

	return rc::seq::concat(rc::seq::map(rc::shrink::removeChunks(w.wish), with), smaller_headers(w),
			       rc::seq::map(rc::shrink::eachElement(w.wish, smaller_wishes), with));
}

/* As many operations as the size says, at most. */
rc::Shrinkable<Wishes> make_wishes(const rc::Random &random, int size)
{
	rc::Random dice = random;
	uint64_t header = dice.next();
	Wishes w;

	w.profile = uint8_t(header % 3);
	w.flags = uint8_t(header >> 8);
	w.seed = uint32_t(header >> 32);
	w.wish.resize((header >> 16) % (uint64_t(size) + 1));
	for (auto &wish : w.wish)
		wish = random_wish(dice);
	return rc::shrinkable::shrinkRecur(std::move(w), [](const Wishes &v) { return smaller(v); });
}

/* --- one property ------------------------------------------------------------------------------------------------------ */

struct Failure {
	bool found = false;
	std::string clause, sentence;
	Wishes smallest;
	double since = 0;
};

Failure failure;
const program *tried; /* the program that is being checked */
uint64_t programs_tried;
double deadline;

/* RapidCheck takes every failing program it tries after the first for a smaller one. */
void check_wishes(const Wishes &w)
{
	if (failure.found ? now() > failure.since + MOST_SHRINKING : now() > deadline)
		return;
	programs_tried += !failure.found;
	tried = program_of(w);
	if (prop_check(run, current, tried))
		return;
	if (failure.found && failure.clause != prop_clause(run))
		return;
	if (!failure.found)
		failure.since = now();
	failure.found = true;
	failure.clause = prop_clause(run);
	failure.sentence = prop_sentence(run);
	failure.smallest = w;
	RC_FAIL(failure.clause + ": " + failure.sentence);
}

std::string reproduce_string(const rc::detail::TestResult &result)
{
	rc::detail::Configuration config;

	if (!result.is<rc::detail::FailureResult>())
		return "";
	config.reproduce[current->name] = result.get<rc::detail::FailureResult>().reproduce;
	return rc::detail::configToMinimalString(config);
}

std::string findings_folder()
{
	const char *dir = getenv("MMCHECK_FINDINGS");

	return dir && *dir ? dir : "out/props";
}

std::string replay_command()
{
	const std::string name = current->name;

	return "build/" MMCHECK_FLAVOUR "/props --only " + name + " --replay " + findings_folder() + "/prop_" + name +
	       ".trace";
}

/* false: the trace could not be written. */
bool report(const rc::detail::TestResult &result, uint64_t seed)
{
	const std::string folder = findings_folder(), replay = replay_command();
	program *p = program_of(failure.smallest);
	const char *path;

	prop_check(run, current, p); /* once more: the sentence is the smallest program's */
	printf("prop %s: FAILED %s: %s\n", current->name, failure.clause.c_str(), failure.sentence.c_str());
	path = prop_save(run, current, p, folder.c_str(), replay.c_str());
	if (!path)
		fprintf(stderr, "props: cannot write %s: %s\n", folder.c_str(), strerror(errno));
	printf("  law: %s\n  seed: %llu\n  replay: %s\n", current->law, (unsigned long long)seed, replay.c_str());
	printf("  or: RC_PARAMS=\"%s\" build/" MMCHECK_FLAVOUR "/props --only %s\n", reproduce_string(result).c_str(),
	       current->name);
	fputs(prop_program_text(run, p), stdout);
	return path != nullptr;
}

uint64_t seed_of_slice(uint64_t seed, uint64_t slice)
{
	return slice ? rc::Random(seed + slice * 0x9e3779b97f4a7c15ULL).next() : seed;
}

/* Slices until the time is over. Returns the exit status. */
int try_property(uint64_t seed, double seconds)
{
	const auto &config = rc::detail::configuration();
	const rc::Gen<Wishes> wishes{ make_wishes };
	rc::detail::TestMetadata metadata;
	int status = 0;

	metadata.id = metadata.description = current->name;
	failure = Failure();
	programs_tried = 0;
	deadline = now() + seconds;
	for (uint64_t slice = 0; now() < deadline && !failure.found; slice++) {
		rc::detail::TestParams params = config.testParams;

		params.seed = seed_of_slice(seed, slice);
		const auto result =
			rc::detail::checkTestable([&] { check_wishes(*wishes); }, metadata, params);
		if (failure.found) {
			rc::detail::printResultMessage(result, std::cerr);
			std::cerr << std::endl;
			status = report(result, params.seed) ? EXIT_FINDING : EXIT_HOST;
		}
		if (!config.reproduce.empty())
			break;
	}
	if (!failure.found)
		printf("prop %s: ok (%llu programs)\n", current->name, (unsigned long long)programs_tried);
	fflush(stdout);
	return status;
}

int try_all(const Options &options)
{
	uint64_t seed = options.seeded ? options.seed : rc::detail::configuration().testParams.seed;
	double end = now() + options.seconds;
	unsigned nr = 0, left = 0, findings = 0;
	int status = 0;

	for (unsigned n = 0; prop_nth(n); n++)
		left += !options.only || options.only == prop_nth(n);
	for (unsigned n = 0; prop_nth(n) != nullptr; n++) {
		current = prop_nth(n);
		if (options.only && options.only != current)
			continue;
		status = std::max(status, try_property(seed, std::max((end - now()) / left--, 0.05)));
		findings += failure.found;
		nr++;
	}
	printf("props: %u properties, %llu programs, %llu operations, %u findings\n", nr,
	       (unsigned long long)prop_programs(run), (unsigned long long)prop_operations(run), findings);
	fflush(stdout);
	return status;
}

int replay(const Options &options)
{
	char error[256];
	program *p;

	current = options.only;
	p = prop_load(run, current, options.replay, error, sizeof(error));
	if (!p) {
		fprintf(stderr, "props: %s: %s\n", options.replay, error);
		return EXIT_USAGE;
	}
	tried = p;
	if (prop_check(run, current, p)) {
		printf("prop %s: ok (1 programs)\n", current->name);
		return 0;
	}
	printf("prop %s: FAILED %s: %s\n", current->name, prop_clause(run), prop_sentence(run));
	return EXIT_FINDING;
}

/* --- a process that dies ------------------------------------------------------------------------------------------------ */

/* A sanitizer or a signal ends the process: the program must not be lost with it. */
void write_last_words()
{
	static bool dying;
	const char *path;

	if (dying || !tried)
		return;
	dying = true;
	printf("prop %s: FAILED crash: the process died in this program, why is on stderr\n", current->name);
	path = prop_save(run, current, tried, findings_folder().c_str(), replay_command().c_str());
	printf("  law: %s\n  replay: %s\n", current->law, path ? replay_command().c_str() : "it could not be written");
	fputs(prop_program_text(run, tried), stdout);
	fflush(stdout);
}

void die_of_signal(int sig)
{
	signal(sig, SIG_DFL);
	write_last_words();
	raise(sig);
}

/* Sanitizers take the other signals themselves. */
void watch_for_death()
{
	signal(SIGABRT, die_of_signal);
	if (__sanitizer_set_death_callback) {
		__sanitizer_set_death_callback(write_last_words);
		return;
	}
	for (int sig : { SIGSEGV, SIGBUS, SIGFPE, SIGILL })
		signal(sig, die_of_signal);
}

/* --- command line ------------------------------------------------------------------------------------------------------- */

int wrong(const std::string &what)
{
	fprintf(stderr, "props: %s; --help says more\n", what.c_str());
	return EXIT_USAGE;
}

bool parse_seed(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

bool parse_seconds(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return *text >= '0' && *text <= '9' && !*end && *value <= 1e7;
}

int read_option(Options &o, int c, const char *word)
{
	switch (c) {
	case 't':
		return parse_seconds(optarg, &o.seconds) ? 0 : wrong(std::string("--seconds wants a number, not ") + optarg);
	case 's':
		o.seeded = true;
		return parse_seed(optarg, &o.seed) ? 0 : wrong(std::string("--seed wants a number, not ") + optarg);
	case 'o':
		o.only = prop_by_name(optarg);
		return o.only ? 0 : wrong(std::string("no property is called ") + optarg + " (--list)");
	case 'r':
		o.replay = optarg;
		return 0;
	case 'a':
		o.alone = true;
		return 0;
	case 'l':
		o.list = true;
		return 0;
	case 'h':
		fputs(usage, stdout);
		exit(0);
	case ':':
		return wrong(std::string(word) + " wants a value");
	default:
		return wrong(std::string("unknown option ") + word);
	}
}

int read_options(Options &o, int argc, char **argv)
{
	static const option names[] = { { "seconds", required_argument, nullptr, 't' },
					{ "seed", required_argument, nullptr, 's' },
					{ "only", required_argument, nullptr, 'o' },
					{ "replay", required_argument, nullptr, 'r' },
					{ "alone", no_argument, nullptr, 'a' },
					{ "list", no_argument, nullptr, 'l' },
					{ "help", no_argument, nullptr, 'h' },
					{ nullptr, 0, nullptr, 0 } };
	int c, bad;

	while ((c = getopt_long(argc, argv, ":", names, nullptr)) != -1)
		if ((bad = read_option(o, c, argv[optind - 1])))
			return bad;
	if (optind < argc)
		return wrong(std::string("what is ") + argv[optind] + " for?");
	if (o.replay && !o.only)
		return wrong("--replay needs --only NAME: which law?");
	return 0;
}

int list()
{
	for (unsigned n = 0; prop_nth(n); n++)
		printf("%-34s %s\n", prop_nth(n)->name, prop_nth(n)->law);
	return 0;
}

/* RapidCheck reads RC_PARAMS once and throws on what it does not understand. */
int with_rapidcheck(const Options &options)
{
	int status;

	try {
		rc::detail::configuration();
	} catch (const std::exception &e) {
		return wrong(std::string("RC_PARAMS: ") + e.what());
	}
	run = prop_run_create();
	if (!run) {
		fputs("props: no memory\n", stderr);
		return EXIT_HOST;
	}
	prop_run_alone(run, options.alone);
	watch_for_death();
	status = options.replay ? replay(options) : try_all(options);
	prop_run_destroy(run);
	return fflush(stdout) == 0 ? status : EXIT_HOST;
}

} // namespace

int main(int argc, char **argv)
{
	Options options;
	int bad = read_options(options, argc, argv);

	if (bad)
		return bad;
	return options.list ? list() : with_rapidcheck(options);
}
