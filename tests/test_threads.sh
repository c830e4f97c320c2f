#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_threads.sh - mm/ on real threads, from outside: the installed library and its example; races that TSan must see.
# Prints TAP. It builds what it needs, the flavours plain and tsan.
#
#   tests/test_threads.sh
#
# A bug of ci/bugs/ with a line `Races: FUNCTION` is a race: the deterministic machine finds it by a schedule (make bugs), and
# the stress under TSan must report it, naming the function. Without a bug the stress is silent.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 3
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
# shellcheck source=ci/common.sh
. ci/common.sh
# shellcheck source=tests/tap.sh
. tests/tap.sh
aslr_wrapper || {
	echo "test_threads.sh: $ASLR_ADVICE" >&2
	exit 3
}
OPERATIONS=8000 # of each thread: a second
PRESSURE=1500	# those that wait for disks
seconds=120     # only a hang takes so long

make_in() { # DIRECTORY GOALS...
	make --no-print-directory -C "$1" "${@:2}" >"$work/make" 2>&1
	result $? "make ${*:2}" "$(tail -n 4 "$work/make")"
}

# --- the library as others have it -------------------------------------------------------------------------------

make_in . SAN=plain install DESTDIR="$work/root" PREFIX=/usr
headers=$work/root/usr/include/mmcheck
command=$(sed -n 's/^.*; cc \(.* -o\) threads$/\1/p' examples/threads.c | sed "s|\$H|$headers|g")
[[ $command ]]
result $? "examples/threads.c says how it is compiled"
# shellcheck disable=SC2086 # words of a command line
"${CC:-cc}" -Wall -Wextra -Werror $command "$work/example" -L"$work/root/usr/lib" >"$work/out" 2>&1
result $? "it compiles so, against what was installed" "$(<"$work/out")"
timeout "$seconds" "$work/example" >"$work/out" 2>&1 </dev/null && grep -q '^cpu [01]: frame [0-9]* from cpu [01]$' "$work/out" &&
	grep -q '^Node 0, zone' "$work/out"
result $? "and a page goes from one CPU to the other" "$(<"$work/out")"

# --- races -------------------------------------------------------------------------------------------------------------

stress() { # TREE SEED [PROGRAM]: its exit status; what it says in $work/out; the first report is enough
	local operations=$OPERATIONS
	[[ ${3:-} != pressure ]] || operations=$PRESSURE
	TSAN_OPTIONS=halt_on_error=1 timeout "$seconds" "${WRAP[@]}" "$1/build/tsan/threads_${3:-stress}" "$2" "$operations" \
		>"$work/out" 2>&1 </dev/null
}

make_in . SAN=tsan build/tsan/threads_stress build/tsan/threads_slab build/tsan/threads_pressure
for program in stress slab pressure; do
	stress . 1 "$program" && ! grep -q ThreadSanitizer "$work/out"
	result $? "the $program program is silent under TSan" "$(grep -m 1 -A 8 ThreadSanitizer "$work/out")"
done

fresh_tree() { # without a bug, and objects that are older than the next change
	rm -rf "$work/tree"
	mkdir -p "$work/tree/build/tsan"
	cp -a sim mm tests Makefile sanitizers.mk "$work/tree/"
	cp -a build/tsan/threads build/tsan/flags "$work/tree/build/tsan/"
}

# Which two accesses meet is chance: one of a few runs must show it.
must_race() { # NAME FUNCTION [PROGRAM]: in the stack of one of them; FUNCTION may be one\|another
	local seed status
	make_in "$work/tree" SAN=tsan "build/tsan/threads_${3:-stress}"
	for seed in 1 2 3 4 5; do
		stress "$work/tree" "$seed" "${3:-}"
		status=$?
		((status != 0)) && grep -q 'WARNING: ThreadSanitizer: data race' "$work/out" && grep -q "#[0-9]* $2 " "$work/out" && break
		status=0
	done
	((status != 0))
	result $? "$1: TSan reports a data race in ${2//\\|/() or }()" "$(grep -m 1 SUMMARY "$work/out" || tail -n 2 "$work/out")"
}

races=0
while read -r patch function; do
	races=$((races + 1)) name=$(basename "$patch" .patch)
	fresh_tree
	patch -d "$work/tree" -p1 -F0 -s <"$patch"
	result $? "$name is planted"
	must_race "$name" "$function"
done < <(for p in ci/bugs/*.patch; do
	function=$(sed -n '/^---/q; s/^Races: *\([a-z_]*\) *$/\1/p' "$p")
	[[ -z $function ]] || echo "$p $function"
done)
((races > 0))
result $? "$races races of the bug bank were looked at"

# --- the deterministic machine under TSan: one replay, and both complain ------------------------------------------------

bug=drain-looks-before-it-locks
printf '%s\n' 'mmcheck-trace 1 profile=small' '0: p0 = alloc_pages cpu=2 gfp=none order=0 at=3:cpu1' \
	'1: pcp_disable cpu=1 zone=1/Normal' >"$work/race.trace"
replay_race() { # TREE: what both say, in $work/out
	TSAN_OPTIONS=halt_on_error=0 timeout "$seconds" "${WRAP[@]}" "$1/build/tsan/mmcheck" run "$work/race.trace" >"$work/out" 2>&1 </dev/null
}
make_in . SAN=tsan build/tsan/mmcheck
replay_race .
result $? "without the bug a replay under TSan is silent" "$(head -n 3 "$work/out")"
fresh_tree
cp -a model lockstep tools "$work/tree/"
cp -a build/tsan/obj build/tsan/*.a "$work/tree/build/tsan/"
patch -d "$work/tree" -p1 -F0 -s <"ci/bugs/$bug.patch"
make_in "$work/tree" SAN=tsan build/tsan/mmcheck
replay_race "$work/tree"
grep -q '^mmcheck: finding P10:' "$work/out"
result $? "$bug: the judge finds P10" "$(head -n 3 "$work/out")"
grep -q 'WARNING: ThreadSanitizer: data race' "$work/out" && grep -q '#0 drain_pages_zone ' "$work/out"
result $? "$bug: TSan reports a data race in drain_pages_zone() in the same replay" "$(head -n 3 "$work/out")"

# --- orders: what the deterministic machine has no word for -----------------------------------------------------------

weaken() { # NAME FILE FROM TO FUNCTION [PROGRAM]: one order becomes another, or one way to another CPU's things a shorter one
	fresh_tree
	sed -i "s/$3/$4/" "$work/tree/$2"
	! cmp -s "$2" "$work/tree/$2"
	result $? "$1 is planted"
	must_race "$1" "$5" "${6:-}"
}
weaken "a CPU taken without acquire" sim/threads/cpu.c 'bit, __ATOMIC_ACQUIRE' 'bit, __ATOMIC_RELAXED' work
weaken "a reference dropped without an order" sim/threads/atomic.h __ATOMIC_ACQ_REL __ATOMIC_RELAXED work
weaken "a grace period that waits for nobody" sim/threads/rcu.c 'reader <= number' 'reader < 1' look_at_table
weaken "another CPU's slabs taken though it is at them" mm/slub_partial.c \
	'sim_do_for_cpu(cpu, take_all_of_cpu, &f)' 'take_all_of_cpu(cpu, \&f)' take_all_of_cpu slab
weaken "what it freed taken likewise" mm/slub_free.c \
	'sim_do_for_cpu(cpu, take_sheaf_of_cpu, &taken)' 'take_sheaf_of_cpu(cpu, \&taken)' take_sheaf_of_cpu slab
weaken "a CPU stopped without seeing what it did" sim/threads/smp.c \
	'while (__atomic_load_n(&c->own, __ATOMIC_ACQUIRE))' 'while (READ_ONCE(c->own))' sim_do_for_cpu slab
weaken "a CPU that goes on without seeing what was done" sim/threads/smp.c \
	'&c->stopped, ~STOPPED, __ATOMIC_RELEASE' '\&c->stopped, ~STOPPED, __ATOMIC_RELAXED' sim_do_for_cpu slab
weaken "objects that change hands without an order" sim/threads/atomic.h \
	'expected_, value, false, __ATOMIC_ACQ_REL' 'expected_, value, false, __ATOMIC_RELAXED' work slab
weaken "an entry changed without the lock of its table" mm/rmap.c \
	'step_\(un\)\?lock(&place->task->table_lock);' ';' 'take_young\|swap_out_entry' pressure
weaken "a batch taken from a CPU that is at it" mm/swap.c \
	'sim_do_for_cpu(cpu, drain_for_cpu, NULL)' 'drain_for_cpu(cpu, NULL)' take_batch pressure
weaken "a bio looked at that may have ended" mm/block.c 'submitted.write ?' 'bio->write ?' submit_bio pressure
weaken "a page made small where another one is" mm/zswap.c \
	'step_\(un\)\?lock(&swap_state()->pool.words_lock);' ';' zswap_words_of pressure
finish_tests
