// SPDX-License-Identifier: GPL-2.0-only
/*
 * rapidcheck.cc - RapidCheck as an engine: it makes wishes and shrinks them; the driver is in C.
 *
 * RapidCheck is asked for 100 programs again and again, each time with another seed, until the time of a property is over.
 * While it shrinks, a program counts as failing only if it breaks the clause that the first one broke. What it makes of a
 * failure in five seconds goes on to the project's own minimizer, as with every engine.
 *
 * Its library is not instrumented: this file is never built for MSan. Its own words go to stderr.
 */
#include <cstdio>
#include <iostream>
#include <ostream>
#include <string>
#include <vector>
#include <rapidcheck.h>
#include "driver.h"

namespace
{

constexpr double MOST_SHRINKING = 5; /* seconds */

/* --- wishes ------------------------------------------------------------------------------------------------------------ */

prop_trials *trials; /* of the law whose turn it is */

struct Wishes {
	uint8_t profile = 0, flags = 0;
	uint32_t seed = 0;
	std::vector<prop_wish> wish;
};

program *program_of(const Wishes &w)
{
	prop_wishes wishes = { w.profile, w.flags, w.seed, w.wish.data(), w.wish.size() };

	return prop_program(trials->run, trials->prop, &wishes);
}

void showValue(const Wishes &w, std::ostream &os)
{
	os << prop_program_text(trials->run, program_of(w));
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

double found_at;

/* RapidCheck takes every failing program it tries after the first for a smaller one. */
void check_wishes(const Wishes &w, uint64_t seed)
{
	bool shrinking = trials->failure.found;

	if (shrinking ? prop_now() > found_at + MOST_SHRINKING : !prop_goes_on(trials))
		return;
	if (prop_try(trials, program_of(w), seed))
		return;
	if (!shrinking)
		found_at = prop_now();
	RC_FAIL(std::string(trials->failure.clause) + ": " + trials->failure.sentence);
}

void note_how_to_reproduce(const rc::detail::TestResult &result)
{
	rc::detail::Configuration config;

	if (!result.is<rc::detail::FailureResult>())
		return;
	config.reproduce[trials->prop->name] = result.get<rc::detail::FailureResult>().reproduce;
	snprintf(trials->failure.again, sizeof(trials->failure.again),
		 "RC_PARAMS=\"%s\" build/" MMCHECK_FLAVOUR "/props_rapidcheck --only %s",
		 rc::detail::configToMinimalString(config).c_str(), trials->prop->name);
}

bool search(prop_trials *t)
{
	const auto &config = rc::detail::configuration();
	const rc::Gen<Wishes> wishes{ make_wishes };
	rc::detail::TestMetadata metadata;

	trials = t;
	metadata.id = metadata.description = t->prop->name;
	for (uint64_t slice = 0; prop_goes_on(t); slice++) {
		rc::detail::TestParams params = config.testParams;

		params.seed = prop_seed_of(t, slice);
		const auto result = rc::detail::checkTestable([&] { check_wishes(*wishes, params.seed); }, metadata, params);
		if (t->failure.found) {
			rc::detail::printResultMessage(result, std::cerr);
			std::cerr << std::endl;
			note_how_to_reproduce(result);
		}
		if (!config.reproduce.empty())
			break;
	}
	return true;
}

/* RapidCheck reads RC_PARAMS once and throws on what it does not understand. */
const char *start()
{
	static std::string complaint;

	try {
		rc::detail::configuration();
	} catch (const std::exception &e) {
		complaint = std::string("RC_PARAMS: ") + e.what();
		return complaint.c_str();
	}
	return nullptr;
}

} // namespace

const prop_engine the_engine = {
	"props_rapidcheck",
	"RC_PARAMS is RapidCheck's own: seed=, max_size=, max_success= (of a slice), noshrink=, reproduce=.\n",
	start,
	search,
};
