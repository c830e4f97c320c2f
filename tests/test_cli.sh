#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_cli.sh - the mmcheck command and the scripts of ci/, as a person meets them. Prints TAP.
#
#   MMCHECK=build/plain/mmcheck tests/test_cli.sh
#
# Exit codes: 0 fine, 1 finding, 2 bad usage or unreadable input, 3 environment. Whatever comes in, one clear line goes
# out, and a file that is written is written whole.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 3
mmcheck=${MMCHECK:-build/plain/mmcheck}
library=${LIBMMCHECK:-build/plain/libmmcheck.a}
cc=${CLANG:-clang-19}
work=$(mktemp -d) || exit 3
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh

run() { # ARGS...: sets status, $work/out and $work/err
	timeout -k 5 60 "$mmcheck" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}
said() {
	echo "exit status $status; stdout:"
	head -c 600 "$work/out" | tr -d '\000'
	echo "stderr:"
	head -c 600 "$work/err" | tr -d '\000'
}

exits() { # STATUS TITLE ARGS...
	local want=$1 title=$2
	shift 2
	run "$@"
	[[ $status == "$want" ]]
	result $? "$title" "$(said)"
}
complains() { # TITLE ARGS...: exit status 2, one line on stderr
	local title=$1
	shift
	run "$@"
	[[ $status == 2 && $(wc -l <"$work/err") == 1 && $(wc -c <"$work/err") -lt 400 ]]
	result $? "$title: exit status 2 and one line" "$(said)"
}
finding_of() { # FILE: the clause a trace says it breaks
	sed -n 's/^#.*expect: finding \(.*[^ ]\) *$/\1/p' "$1" | head -n 1
}
first_trace() { # FOLDER WORDS
	grep -l -r --include='*.trace' -- "$2" "corpus/$1" 2>/dev/null | LC_ALL=C sort | head -n 1
}

[[ -x $mmcheck ]] || {
	echo "1..1"
	echo "not ok 1 - $mmcheck is there"
	exit 1
}

# --- usage ---------------------------------------------------------------------------------------------------------

exits 0 "--version" --version
[[ $(wc -l <"$work/out") == 1 && $(<"$work/out") =~ [0-9]+\.[0-9]+ ]]
result $? "--version prints one line with a number" "$(said)"
run
[[ $status == 2 ]]
result $? "no subcommand is bad usage" "$(said)"
complains "an unknown subcommand" frobnicate
complains "an unknown flag of run" run --frobnicate x
complains "an unknown flag of gen" gen --frobnicate
complains "run without a file" run
complains "minimize without -o" minimize "$work/none"
complains "gen with a seed that is no number" gen --seed many
complains "minimize with seconds that are no number" minimize "$work/none" -o "$work/x" --seconds soon

# --- inputs nobody wants -----------------------------------------------------------------------------------------------

exits 0 "gen" gen --seed 1
cp "$work/out" "$work/good.trace"
[[ -s $work/good.trace ]]
result $? "gen writes a program"
: >"$work/empty"
head -c 7 "$work/good.trace" >"$work/truncated.trace"
mkdir "$work/folder"
for command in "run" "print" "export-c" "minimize" "digest" "witness"; do
	output=()
	[[ $command == export-c || $command == minimize ]] && output=(-o "$work/never")
	complains "$command of a missing file" $command "$work/missing" "${output[@]}"
	complains "$command of a folder" $command "$work/folder" "${output[@]}"
done
for command in "run" "print"; do
	complains "$command of an empty file" $command "$work/empty"
	complains "$command of a text cut after 7 bytes" $command "$work/truncated.trace"
done
[[ ! -e $work/never ]]
result $? "what could not be read is not half written"

sane() { # TITLE FILE: any of the four exit codes; on 2 one line
	local title=$1 command
	for command in run print digest; do
		run $command "$2"
		((status <= 3)) && { ((status != 2)) || [[ $(wc -l <"$work/err") == 1 ]]; }
		result $? "$command of $title ends in order" "$(said)"
	done
}
head -c 1000 /dev/zero >"$work/zeros"
sane "a thousand zeros" "$work/zeros"
for n in 1 2 3; do
	head -c 3000 /dev/urandom >"$work/random"
	sane "random bytes $n" "$work/random"
done
mkdir "$work/bytes"
"$mmcheck" compile "$work/good.trace" -o "$work/bytes" >/dev/null 2>&1
bytes=$(find "$work/bytes" -type f 2>/dev/null | head -n 1)
if [[ $bytes ]]; then
	result 0 "compile makes bytes"
	head -c $(($(wc -c <"$bytes") - 5)) "$bytes" >"$work/cut"
	sane "bytes cut in the middle of an operation" "$work/cut"
	{
		printf '\377'
		tail -c +2 "$bytes"
	} >"$work/future"
	complains "run of an unknown version" run "$work/future"
else
	result 1 "compile makes bytes"
fi
{
	head -n 1 "$work/good.trace"
	printf '0: frobnicate p1\n'
} >"$work/unknown.trace"
complains "run of an unknown operation" run "$work/unknown.trace"
grep -q 'line 2' "$work/err"
result $? "it names the line" "$(said)"
{
	head -n 1 "$work/good.trace"
	printf '0: p1 = alloc_pages gfp=GFP_KERNEL order=%s\n' "$(head -c 100000 /dev/zero | tr '\0' 9)"
} >"$work/long.trace"
sane "a line of 100,000 characters" "$work/long.trace"
printf '%%s%%n%%s%%n %s\n' "$(printf '\033[2J')" >"$work/hostile.trace"
complains "run of format characters" run "$work/hostile.trace"
! grep -q "$(printf '\033')" "$work/err"
result $? "no escape sequence comes out" "$(said)"
truncate -s 3G "$work/huge"
run run "$work/huge"
((status <= 3)) && [[ $(wc -l <"$work/err") -le 1 ]]
result $? "run of a file of 3 GiB ends in order" "$(said)"
rm -f "$work/huge"

# --- outputs nobody can write ------------------------------------------------------------------------------------------

nowhere=$work/good.trace/below # below a file: root cannot write there either
for command in "compile" "export-c"; do
	run $command "$work/good.trace" -o "$nowhere"
	((status == 2 || status == 3)) && [[ $(wc -l <"$work/err") == 1 ]]
	result $? "$command into an impossible place: one line" "$(said)"
done
run export-c "$work/good.trace" -o /dev/full
((status == 2 || status == 3)) && [[ $(wc -l <"$work/err") == 1 ]]
result $? "export-c onto a full disk: one line" "$(said)"
timeout 60 "$mmcheck" print "$work/good.trace" >/dev/full 2>"$work/err"
status=$?
((status == 2 || status == 3))
result $? "print onto a full disk is noticed" "exit status $status"
mkdir "$work/outdir"
echo old >"$work/outdir/keep.c"
run export-c "$work/unknown.trace" -o "$work/outdir/keep.c"
[[ $(<"$work/outdir/keep.c") == old && $(find "$work/outdir" -type f | wc -l) == 1 ]]
result $? "a refused export-c leaves the old file, and no temporary one" "$(ls -la "$work/outdir")"

# --- the forms of a program agree ----------------------------------------------------------------------------------------

digest_of() {
	timeout 60 "$mmcheck" digest "$1" 2>/dev/null | awk '{ print $1 }'
}
for seed in 1 2 3 4 5; do
	"$mmcheck" gen --seed "$seed" >"$work/gen.trace" 2>/dev/null
	rm -rf "$work/bytes"
	mkdir "$work/bytes"
	"$mmcheck" compile "$work/gen.trace" -o "$work/bytes" >/dev/null 2>&1
	bytes=$(find "$work/bytes" -type f 2>/dev/null | head -n 1)
	"$mmcheck" print "${bytes:-$work/none}" >"$work/again.trace" 2>/dev/null
	want=$(digest_of "$work/gen.trace")
	[[ $want && $want == "$(digest_of "${bytes:-$work/none}")" && $want == "$(digest_of "$work/again.trace")" ]]
	result $? "seed $seed: text, bytes and text again have one digest ($want)"
done
"$mmcheck" gen --seed 7 >"$work/a" 2>/dev/null
"$mmcheck" gen --seed 7 >"$work/b" 2>/dev/null
[[ -s $work/a ]] && cmp -s "$work/a" "$work/b"
result $? "the same seed writes the same program"
exits 0 "run - of a generated program" run "$work/gen.trace"

# --- findings --------------------------------------------------------------------------------------------------------------

bad=$(first_trace bad 'expect: finding')
if [[ $bad ]]; then
	clause=$(finding_of "$bad")
	exits 1 "$bad is a finding" run "$bad"
	grep -qF "$clause" "$work/out" "$work/err"
	result $? "run names its clause $clause" "$(said)"
	exits 0 "run --expect: the finding was expected" run --expect "$bad"
	exits 0 "minimize" minimize "$bad" -o "$work/min.trace" --seconds 5
	exits 1 "the minimized trace is a finding too" run "$work/min.trace"
	grep -qF "$clause" "$work/out" "$work/err"
	result $? "of the same clause" "$(said)"
	"$mmcheck" minimize "$work/min.trace" -o "$work/min2.trace" --seconds 5 >/dev/null 2>&1
	cmp -s "$work/min.trace" "$work/min2.trace"
	result $? "minimizing again changes nothing" "$(diff "$work/min.trace" "$work/min2.trace")"
	sed "s/expect: finding .*/expect: finding Z99/" "$bad" >"$work/other.trace"
	exits 1 "run --expect of another clause is a finding" run --expect "$work/other.trace"

	if "$mmcheck" export-c "$bad" -o "$work/repro.c" >/dev/null 2>&1 &&
		"$cc" -std=gnu11 -D_GNU_SOURCE -Isim -Isim/det -Imm/include "$work/repro.c" "$library" -lm -o "$work/repro" 2>"$work/err"; then
		result 0 "export-c compiles against libmmcheck.a"
		timeout 60 "$work/repro" >"$work/out" 2>"$work/err" </dev/null
		status=$?
		((status != 0)) && grep -qF "$clause" "$work/out" "$work/err"
		result $? "and shows the finding $clause" "$(said)"
	else
		result 1 "export-c compiles against libmmcheck.a" "$(<"$work/err")"
	fi
else
	result 1 "corpus/bad holds a trace with 'expect: finding'"
fi
exits 2 "minimize of a program that is no finding" minimize "$work/good.trace" -o "$work/no.trace" --seconds 2
[[ ! -e $work/no.trace ]]
result $? "writes nothing"

exits 0 "triage of an input that ends well" triage -o "$work/triage" "$work/good.trace"
exits 2 "triage of an empty file" triage -o "$work/triage" "$work/good.trace" "$work/empty"
[[ $(tail -n 1 "$work/out") == "triage: 2 inputs, 0 findings, 1 inputs end well, 1 are no programs" && $(wc -l <"$work/err") == 1 ]]
result $? "counts it by itself, and says so in one line" "$(said)"

# --- marks -----------------------------------------------------------------------------------------------------------------

good=$(first_trace good 'kunmap_wrong')
complains "marks without a file" marks
complains "marks of a missing file" marks "$work/missing"
mkdir "$work/nothing"
complains "marks of an empty folder" marks "$work/nothing"
complains "marks of a text cut after 7 bytes" marks "$work/truncated.trace"
exits 0 "marks" marks "$good" "$work/good.trace"
grep -q "^report_kmap  *1 files, first $good\$" "$work/out" && grep -q '^list_too_long_to_count  *0 files$' "$work/out"
result $? "it counts files, and names the first" "$(grep -E 'report_kmap|too_long' "$work/out")"
sed '$d' "$work/out" >"$work/rows"
[[ $(tail -n 1 "$work/out") == "marks: $(grep -c ' [1-9][0-9]* files' "$work/rows") of $(wc -l <"$work/rows") reached by 2 files" ]]
result $? "its last line is the sum" "$(tail -n 1 "$work/out")"
run marks --each "$good" "$work/good.trace" "$good"
[[ $(sed -n 1p "$work/out") == "$(sed -n 3p "$work/out")" && $(sed -n 1p "$work/out") == *report_kmap* && $(sed -n 2p "$work/out") != *report_kmap* ]]
result $? "marks go back with the machine" "$(said)"
exits 0 "marks --unreached" marks --unreached "$good"
! grep -q '^report_kmap' "$work/out" && grep -q '^list_too_long_to_count' "$work/out"
result $? "it lists the others" "$(said)"
[[ -z $bad ]] || exits 1 "marks of a program with a finding" marks "$bad"
complains "seeds without -o" seeds "$good"
complains "seeds with unknown tables" seeds --tables magic -o "$work/never" "$good"
exits 3 "seeds where no edges are counted" seeds -o "$work/never" "$good"
complains "reach without -o" reach report_kmap
complains "reach of an unknown mark" reach report_magic -o "$work/never"
complains "reach from an empty folder" reach report_kmap -o "$work/never" "$work/nothing"
complains "reach from a missing file" reach report_kmap -o "$work/never" "$work/missing"
exits 1 "reach of a mark that there is no way to" reach list_too_long_to_count --seconds 1 -o "$work/never"
[[ ! -e $work/never && $(wc -l <"$work/err") == 1 ]]
result $? "writes nothing, and says so in one line" "$(said)"
exits 0 "reach" reach report_kmap --seconds 5 -o "$work/reached.trace" "$work/good.trace" "$good"
exits 0 "what it writes answers as it says" run --expect "$work/reached.trace"
[[ $(grep -c '^[0-9]*:' "$work/reached.trace") -lt $(grep -c '^[0-9]*:' "$good") ]] && grep -q '   # ok' "$work/reached.trace"
result $? "is smaller than what it began with, with outcomes" "$(cat "$work/reached.trace")"
run marks --each "$work/reached.trace"
grep -qw report_kmap "$work/out"
result $? "and comes by the mark" "$(said)"

# --- schedules ---------------------------------------------------------------------------------------------------------------

complains "explore with one CPU" explore --cpus 1
complains "explore with an unknown scheduler" explore --scheduler luck
complains "explore of what is no program" explore "$work/none"
for wrong in "frames 7" "frames 4097" "cpus 9" "ops -1" "ops 7" "preemptions 17" "irq 3" "depth 17" "schedules 0" "programs 0" "seconds 0" "seed x"; do
	complains "explore --$wrong" explore "--${wrong% *}" "${wrong#* }"
	[[ $(<"$work/err") =~ ^mmcheck\ explore:\ --${wrong% *}\ is\ a\ number\ from\ [0-9]+\ to\ [0-9]+$ ]]
	result $? "says what it may be" "$(said)"
done
complains "explore: frames of a program that says its own" explore --frames 8 "$work/good.trace"
complains "explore: programs of the generator, and one given" explore --scheduler program "$work/good.trace"
exits 3 "explore: bounds in which nobody meets a lock are an error" explore --frames 16 --ops 2 --preemptions 0
echo "mmcheck-trace 1 profile=tiny start=booted" >"$work/lonely"
exits 3 "explore: a program of no operation is an error" explore "$work/lonely"
echo "0: p0 = alloc_pages gfp=none order=0" >>"$work/lonely"
exits 3 "explore: and one in which nobody can come in between" explore "$work/lonely"
grep -q ': this program shows nothing$' "$work/err" && ! grep -q 'no clause broken' "$work/out"
result $? "says so" "$(said)"
exits 0 "explore: but a script counts its schedules" explore --count "$work/lonely"
{ cat "$work/lonely" && echo "1: drain_all ctx=hardirq irq=1"; } >"$work/interrupted"
exits 0 "explore: an interrupt may come" explore "$work/interrupted"
{ cat "$work/lonely" && echo "1: drain_all cpu=1"; } >"$work/shared"
exits 0 "explore: a second CPU too" explore "$work/shared"
{ head -n 1 "$work/lonely" && echo "0: p0 = alloc_pages gfp=none order=9"; echo "1: p1 = alloc_pages cpu=1 gfp=none order=9"; } >"$work/refused"
exits 3 "explore: one in which nothing succeeds shows nothing" explore "$work/refused"
exits 3 "explore: nor for scripts" explore --count "$work/refused"
exits 0 "explore: two operations, two preemptions" explore --frames 8 --ops 2 --preemptions 2
tail -n 1 "$work/out" | grep -qE '^explore: no clause broken in [1-9][0-9]+ schedules of [1-9][0-9]* programs$'
result $? "says how much it saw" "$(said)"
cp "$work/out" "$work/explored"
run explore --frames 8 --ops 2 --preemptions 2
diff <(sed 's/; [0-9]* a second//; s/, [0-9.]* s$//' "$work/explored") <(sed 's/; [0-9]* a second//; s/, [0-9.]* s$//' "$work/out") >/dev/null
result $? "and the same a second time" "$(said)"
for scheduler in random pct round_robin; do
	exits 0 "explore: $scheduler" explore --scheduler $scheduler --frames 8 --ops 2 --preemptions 2 --schedules 10 --seed 3
done
exits 0 "explore: programs of the generator" explore --scheduler program --programs 100
complains "explore: but how many" explore --scheduler program
complains "explore with three interrupts" explore --irq 3
complains "explore at depth 0" explore --scheduler pct --depth 0
complains "explore with a letter that is none" explore --alphabet alloc0,alloc77
exits 0 "explore: the letters" explore --alphabet
[[ $(grep -c '^[a-z]' "$work/out") -ge 20 ]] && grep -q '^free .*free_pages' "$work/out"
result $? "are twenty and more" "$(said)"
exits 0 "explore: some of them" explore --frames 8 --alphabet alloc0,drain_all,noretry3,free --irq 1
cp "$work/out" "$work/pruned"
exits 0 "explore: leaving out nothing" explore --frames 8 --alphabet alloc0,drain_all,noretry3,free --irq 1 --no-prune
[[ $(grep -o 'sum [0-9a-f]*' "$work/pruned") == "$(grep -o 'sum [0-9a-f]*' "$work/out")" ]] &&
	[[ $(sed -n 's/^schedules \([0-9]*\),.*/\1/p' "$work/pruned") -lt $(sed -n 's/^schedules \([0-9]*\),.*/\1/p' "$work/out") ]]
result $? "is more work for the same states" "$(cat "$work/pruned" "$work/out")"
exits 0 "explore: for scripts" explore --frames 8 --ops 1 --count
[[ $(cat "$work/out") =~ ^nothing\ schedules\ [1-9][0-9]*\ programs\ [1-9][0-9]*\ cpu_seconds\ [0-9.]*\ -$ ]]
result $? "one line" "$(said)"
exits 0 "explore: when the time is over" explore --ops 4 --preemptions 3 --alphabet all --seconds 1
tail -n 1 "$work/out" | grep -qE '^explore: out of time, no clause broken in [1-9][0-9]* schedules of [1-9][0-9]* programs$'
result $? "it says what it saw" "$(said)"
timeout --preserve-status -s INT -k 20 1 "$mmcheck" explore --ops 4 --preemptions 3 --alphabet all >"$work/out" 2>"$work/err" </dev/null
status=$?
[[ $status == 130 ]] && tail -n 1 "$work/out" | grep -qE '^explore: interrupted, no clause broken in [1-9][0-9]* schedules of [1-9][0-9]* programs$'
result $? "and when it is interrupted" "$(said)"

for search in "hunt --seconds 20" "explore --ops 4 --preemptions 3 --alphabet all --seconds 20"; do
	for place in "$work/none/finding" "$work/folder"; do
		# shellcheck disable=SC2086 # words
		timeout -k 5 10 "$mmcheck" $search -o "$place" >"$work/out" 2>"$work/err" </dev/null
		status=$?
		[[ $status == 3 && ! -s $work/out && $(wc -l <"$work/err") == 1 ]]
		result $? "${search%% *} -o that cannot be written: it does not begin" "$(said)"
	done
done
exits 3 "a disk that is full by then" explore -o /dev/full corpus/bad/bad_leaked_page_is_missed_at_the_end.trace
grep -q '^finding Q5: ' "$work/out" && grep -q '^mmcheck-trace 1 ' "$work/out"
result $? "the finding is printed all the same" "$(said)"
exits 0 "hunt -o" hunt --programs 1 -o "$work/no_finding"
[[ ! -e $work/no_finding && ! $(find "$work" -name 'no_finding*') ]]
result $? "leaves nothing when nothing is found"

# --- recordings of a real kernel -------------------------------------------------------------------------------------------

event() { # TIME EVENT PFN ORDER
	case $2 in
	alloc) echo "           <...>-100     [001] .....  $1: mm_page_alloc: page=ffffea0000$3 pfn=0x$3 order=$4 migratetype=0 gfp_flags=GFP_KERNEL" ;;
	free) echo "           <...>-100     [001] .....  $1: mm_page_free: page=ffffea0000$3 pfn=0x$3 order=$4" ;;
	esac
}
{
	printf '# tracer: nop\n#\n'
	event 1.000001 alloc 1000 0
	event 1.000002 alloc 2000 2
	event 1.000003 free 1000 0
	event 1.000004 alloc 1000 0
	event 1.000005 free 2000 2
	event 1.000006 free 3000 0
	event 1.000007 free 1000 0
} >"$work/recording"
witness() { # STATUS TITLE FILE WORDS
	run witness "$3"
	[[ $status == "$1" ]] && tail -n 1 "$work/out" | grep -qE "^witness: [0-9]+ events, [0-9]+ judged, $4"
	result $? "witness: $2" "$(said)"
}
witness 0 "an honest recording" "$work/recording" "0 violations, 1 unknown"
sed '/1.000004/{p;s/1.000004/1.0000045/}' "$work/recording" >"$work/recording.twice"
witness 1 "an alloc repeated is reported" "$work/recording.twice" "[1-9][0-9]* violations"
sed '/1.000003/d' "$work/recording" >"$work/recording.dropped"
witness 1 "a free dropped is reported" "$work/recording.dropped" "[1-9][0-9]* violations"
grep -q '1000' "$work/out"
result $? "with the frame and its events" "$(said)"
if command -v zstd >/dev/null; then
	zstd -q "$work/recording" -o "$work/recording.zst"
	witness 0 "a compressed recording" "$work/recording.zst" "0 violations"
	head -c 40 "$work/recording.zst" >"$work/cut.zst"
	complains "witness of a cut .zst" witness "$work/cut.zst"
fi
timeout 60 "$mmcheck" witness - <"$work/recording" >"$work/out" 2>"$work/err"
status=$?
[[ $status == 0 ]] && tail -n 1 "$work/out" | grep -q '^witness: '
result $? "witness: - reads standard input" "$(said)"
if "$cc" examples/recorded_allocator.c -o "$work/recorded" && "$cc" -DBUG examples/recorded_allocator.c -o "$work/recorded-bug"; then
	"$work/recorded" >"$work/foreign" && "$work/recorded-bug" >"$work/foreign-bug"
	witness 0 "an allocator that only says what it did" "$work/foreign" "0 violations, 0 unknown"
	witness 1 "the same with a bug" "$work/foreign-bug" "[1-9][0-9]* violations"
else
	result 1 "examples/recorded_allocator.c compiles"
fi
complains "witness of a file that is no recording" witness "$work/zeros"

# --- the scripts -----------------------------------------------------------------------------------------------------------

script() { # STATUS TITLE COMMAND...
	local want=$1 title=$2
	shift 2
	timeout 60 "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	[[ $status == "$want" && $(wc -l <"$work/err") == 1 ]]
	result $? "$title: exit status $want and one line" "$(said)"
}
script 2 "campaign with an unknown engine" env ENGINES=magic ci/campaign
script 2 "campaign with an unknown target" env TARGETS=magic ci/campaign
script 2 "campaign with a time that is no number" env TIME=soon ci/campaign
script 2 "campaign with zero seconds" ci/campaign TIME=0
script 2 "campaign with an unknown argument" ci/campaign --magic
grep -q '^exit status: 2 (' "$work/out"
result $? "campaign prints its exit status" "$(said)"
script 3 "campaign without AFL++" env AFL_FUZZ=no-such-afl-fuzz ci/campaign
grep -q 'engine afl cannot run: no-such-afl-fuzz is missing (package afl++)' "$work/err"
result $? "says which engine and which package" "$(said)"
script 3 "campaign without a compiler" env CLANG=no-such-clang ENGINES=props ci/campaign
script 2 "engines with a bug that does not exist" env BUGS=no-such-bug ci/engines
script 2 "check with a flavour that does not exist" env FLAVOUR=magic ci/check
script 2 "bugs-run with a pattern that matches nothing" env BUGS=no-such-bug ci/bugs-run
script 2 "check with jobs that are no number" env JOBS=many ci/check
script 2 "marks with a list of excuses that is not there" env EXCUSES="$work/missing" ci/marks
echo 'no_such_mark for no reason' >"$work/excuses"
script 2 "marks with an excuse for what is no mark" env EXCUSES="$work/excuses" ci/marks
echo 'report_kmap' >"$work/excuses"
script 2 "marks with an excuse without a reason" env EXCUSES="$work/excuses" ci/marks
EXCUSES=/dev/null ci/marks >"$work/out" 2>&1
[[ $? == 1 ]] && grep -q '^mark list_too_long_to_count: reached by no trace$' "$work/out"
result $? "marks without excuses fails" "$(<"$work/out")"
{
	cat ci/marks-unreached.txt
	echo 'report_kmap  nobody knows'
} >"$work/excuses"
EXCUSES=$work/excuses ci/marks >"$work/out" 2>&1
[[ $? == 1 ]] && grep -q '^mark report_kmap: excused, but reached$' "$work/out"
result $? "marks with an excuse too many fails" "$(<"$work/out")"
script 2 "corpus-min of an unknown target" ci/corpus-min magic
script 2 "corpus-min with a budget that is no number" env BUDGET=much ci/corpus-min
mkdir -p "$work/corpus/good"
script 2 "corpus-min of a corpus without a trace" env CORPUS="$work/corpus" LEARNED="$work/missing" ci/corpus-min
cp "$work/good.trace" "$work/corpus/good/"
script 2 "corpus-min when nothing was learned" env CORPUS="$work/corpus" LEARNED="$work/missing" ci/corpus-min
script 2 "coverage of an unknown target" ci/coverage magic
script 2 "coverage with a time that is no number" env TIME=soon ci/coverage

finish_tests
