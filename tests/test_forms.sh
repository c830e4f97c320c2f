#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_forms.sh - programs as text, bytes and C, compared with files of tests/data/forms. Prints TAP.
#
#   MMCHECK=build/plain/mmcheck tests/test_forms.sh
#   tests/test_forms.sh --record        write the files anew: when a form changed on purpose; look at the diff
#
# The bytes of a program are frozen, its text nearly so. late.trace, early.trace, slab.trace, kmalloc.trace and
# pressure.trace hold each operation there is, oom.trace a kill; their answers, and so the C, change when mm/ makes other choices
# on purpose, as expected outcomes of the corpus do. The helper functions above each program in C are recorded once, in the C of
# helpers.trace, which needs all of them. schedule.trace has no form in C: only machines under pressure run by schedule there. Besides, a few generated programs under pressure, most of them with schedules, are written as C and answer alike.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 3
mmcheck=${MMCHECK:-build/plain/mmcheck}
library=${LIBMMCHECK:-build/plain/libmmcheck.a}
cc=${CLANG:-clang-19}
forms=tests/data/forms
names="helpers late early slab kmalloc schedule pressure oom"
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh

write_forms() { # NAME FOLDER: all that is made of a trace
	"$mmcheck" run -v "$forms/$1.trace" | sed '$d' >"$2/$1.answers"
	"$mmcheck" print "$forms/$1.trace" >"$2/$1.printed"
	"$mmcheck" compile "$forms/$1.trace" -o "$2/bytes"
	od -An -v -tx2 --endian=little "$2/bytes/$1.trace" >"$2/$1.bytes"
	[[ $1 == schedule ]] || "$mmcheck" export-c "$forms/$1.trace" -o "$2/$1.c"
}

to_record() { # FILE: of a program in C what stands before and behind its helpers
	if [[ $1 != *.c || $1 == */helpers.c ]]; then
		cat "$1"
		return
	fi
	awk '/^#include/ && !first { first = NR }
		/^(static void (start|step[0-9]+)|int main)\(void\)$/ { program = 1 }
		/^}$/ && !program { last = NR }
		{ line[NR] = $0 }
		END { for (i = 1; i <= NR; i++) if (i < first || i > last) print line[i] }' "$1"
}

answers_alike() { # NAME: the C in $work answers as the program did; exit status 2 says that an answer is not the recorded one
	local status
	if ! "$cc" -std=gnu11 -D_GNU_SOURCE -Wall -Werror -Isim -Isim/det -Imm/include "$work/$1.c" "$library" -lm -o "$work/$1" 2>"$work/err"; then
		result 1 "$1.c compiles, and answers as recorded" "$(<"$work/err")"
		return
	fi
	timeout 60 "$work/$1" >"$work/out" 2>&1 </dev/null
	status=$?
	((status == 0))
	result $? "$1.c compiles, and answers as recorded" "exit status $status $(tail -n 4 "$work/out")"
}

if [[ ${1:-} == --record ]]; then
	for name in $names; do write_forms "$name" "$work"; done
	for form in "$work/"*.{answers,bytes,c}; do to_record "$form" >"$forms/${form##*/}"; done
	exit
fi
for name in $names; do
	write_forms "$name" "$work" 2>"$work/err"
	for form in "$forms/$name".{answers,bytes,c}; do
		[[ -e $form ]] || continue
		difference=$(to_record "$work/${form##*/}" | diff "$form" - 2>&1)
		result $? "$name.trace: ${form##*/} is as recorded" "$difference$(<"$work/err")"
	done
	difference=$(diff <(sed 's/   # .*//' "$forms/$name.answers") "$work/$name.printed" 2>&1)
	result $? "$name.trace: print writes the same without answers" "$difference"
	difference=$("$mmcheck" print "$work/bytes/$name.trace" 2>&1 | diff "$work/$name.printed" - 2>&1)
	result $? "$name.trace: its bytes print to the same text" "$difference"
	difference=$("$mmcheck" print "$work/$name.printed" 2>&1 | diff "$work/$name.printed" - 2>&1)
	result $? "$name.trace: what is printed prints to itself" "$difference"
done
used=$(sed -n 's/^[0-9]*: \([pokctn][0-9]* = \)\?\([a-z_0-9]*\).*/\2/p' "$forms"/{late,early,slab,kmalloc,pressure}.answers | sort -u)
missing=$("$mmcheck" ops | awk '{ print $2 }' | grep -vE '^(region2|knob18|write_live|leak|get_page_unseen|write_live_object|leak_object)$' | grep -vxF "$used")
[[ $used && ! $missing ]]
result $? "late.trace, early.trace, slab.trace, kmalloc.trace and pressure.trace hold every operation but the frozen ones and damage" "$missing"

for name in $names; do
	[[ $name == schedule ]] || answers_alike "$name"
done
grep -q "Killed process 101 (task1)" "$work/out"
result $? "oom.c shows whom it kills" "$(tail -n 4 "$work/out")"

panics=corpus/good/good_panic_on_oom_stops_the_machine.trace
"$mmcheck" export-c "$panics" -o "$work/panics.c" && answers_alike panics
grep -q "^panic: " "$work/out"
result $? "panics.c shows that the machine panics" "$(tail -n 4 "$work/out")"

for seed in 2 7 14 23; do
	"$mmcheck" gen --seed $seed --tables vm -o "$work/seed$seed.trace"
	"$mmcheck" export-c "$work/seed$seed.trace" -o "$work/seed$seed.c" && answers_alike "seed$seed"
done

# An operation without a form in C, which ran, keeps such a program from being written.
sed '1s/start=[a-z]*/start=pressure/' >"$work/bug.trace" <<'EOT'
mmcheck-trace 1 profile=small start=slab
0: c0 = kmem_cache_create name=filp size=100 align=0 flags=none ctor=none
1: validate c0
EOT
"$mmcheck" export-c "$work/bug.trace" -o "$work/bug.c" 2>"$work/err"
status=$?
[[ $status == 2 && ! -e $work/bug.c && $(<"$work/err") == *": step 1, validate, has no form in C" ]]
result $? "export-c names the operation that has no form in C" "exit status $status $(<"$work/err")"

finish_tests
