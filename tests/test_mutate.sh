#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_mutate.sh - ci/mutate on a tree so small that each of its mutants is known. Prints TAP.
#
# tests/data/mutate/ is that tree: mm/tiny.c says on each line which mutants the line has, tools/main.c notices most.
# It is copied, ci/mutate is put into the copy, and run there as in the real tree.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 3
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh

outcome() { # 0|1 TITLE [FILE...]: what to show of a failure
	result "$1" "$2" "$( (($# < 3)) || head -qn 12 "${@:3}" 2>/dev/null)"
}

cp -r tests/data/mutate "$work/tree"
mkdir -p "$work/tree/ci"
cp ci/mutate ci/mutants.py ci/effects.py ci/mutate_run.py "$work/tree/ci/"
cd "$work/tree" || exit 3

mutate() { # ARGS...: sets status, $work/out and $work/err
	ci/mutate --jobs 2 "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}
list() { # FILE: the mutants of tiny.c
	mutate --files mm/tiny.c --list --number 0
	cp "$work/out" "$1"
}
ids() { # PATTERN: names of mutants, with commas
	grep -E "$1" "$work/list" | cut -f 4 | paste -sd ,
}
word_of() { # PATTERN: what became of it
	grep -E "$1" build/mutate/results.tsv | cut -f 6 | sort -u | paste -sd ,
}

# --- which mutants there are ------------------------------------------------------------------------------------------

list "$work/list"
sed -n 's/.*mutants: \([^*]*\).*/\1/p' mm/tiny.c | tr ' ' '\n' | sed '/^$/d' | sort | uniq -c >"$work/want"
cut -f 3 "$work/list" | sort | uniq -c >"$work/got"
diff "$work/want" "$work/got" >"$work/diff"
outcome $? "each operator makes the mutants that the comments of tiny.c say" "$work/diff"
[[ $(wc -l <"$work/want") -ge 18 ]]
outcome $? "tiny.c has mutants of most operators" "$work/want"
awk -F'\t' '{ split($1, at, ":"); print at[2], $3 }' "$work/list" | sort >"$work/got"
awk '/mutants: /{ sub(/.*mutants: /, ""); sub(/ *\*\/.*/, ""); n = split($0, w, " "); for (i = 1; i <= n; i++) print FNR, w[i] }' mm/tiny.c |
	sort >"$work/want"
diff "$work/want" "$work/got" >"$work/diff"
outcome $? "and each stands on its line" "$work/diff"
[[ -z $(cut -f 4 "$work/list" | sort | uniq -d) ]]
outcome $? "no two have the same name"

mutate --files mm/tiny.c --list --number 0 --seed 2
! cmp -s "$work/out" "$work/list" && cmp -s <(sort "$work/out") <(sort "$work/list")
outcome $? "another seed draws the same ones in another order"
mutate --files mm/tiny.c --list --number 9
cmp -s "$work/out" <(head -n 9 "$work/list")
outcome $? "a small sample is the beginning of a large one"

cp mm/tiny.c "$work/tiny.c"
sed -i 's|^int sum_of_table|static int other(int x)\n{\n\treturn x < 3;\n}\n\n&|; s|^\tspin_lock|\tstep = step + other(step);\n&|' mm/tiny.c
list "$work/edited"
cut -f 4 "$work/list" | sort >"$work/before"
cut -f 4 "$work/edited" | sort >"$work/after"
comm -23 "$work/before" "$work/after" >"$work/lost"
[[ ! -s $work/lost && $(comm -13 "$work/before" "$work/after" | wc -l) -ge 6 ]]
outcome $? "an edit above, and one in the same function, change no name" "$work/lost"
cp "$work/tiny.c" mm/tiny.c

# --- what becomes of them ---------------------------------------------------------------------------------------------

mutate --only "$(ids 'overwritten.constant|color.constant|unseen.return_value|sum_of_table.return_value|ratio.(condition|logical)|ratio.return_missing')"
[[ $status == 0 ]]
outcome $? "chosen mutants are run" "$work/out" "$work/err"
[[ $(word_of 'overwritten:constant') == equivalent ]]
outcome $? "a mutant with the same object is equivalent" build/mutate/results.tsv
[[ $(grep -cE 'color:constant.*stillborn' build/mutate/results.tsv) == 2 ]]
outcome $? "two that do not compile are stillborn" build/mutate/results.tsv
[[ $(word_of 'ratio:(condition|logical)') == duplicate,killed ]]
outcome $? "of two with the same object the second is a duplicate" build/mutate/results.tsv
[[ $(word_of sum_of_table:return_value) == killed ]] && grep -q $'sum_of_table:return_value.*\tcorpus\tT1$' build/mutate/results.tsv
outcome $? "one that is noticed is killed, with its clause" build/mutate/results.tsv
grep -q $'ratio:return_missing.*\tsignal 8$' build/mutate/results.tsv
outcome $? "one that dies by a signal is killed" build/mutate/results.tsv
[[ $(word_of unseen) == survived ]] && grep -q '^survived mm/tiny.c:[0-9]* unseen return_value' "$work/out"
outcome $? "one that nobody looks at survives, and has a row" "$work/out"
counts=$(awk -F'\t' 'NR > 1 { n[$6]++ } END { print n["killed"] " of " n["killed"] + n["survived"] " killed" }' build/mutate/results.tsv)
tail -n 1 "$work/out" | grep -qE "^mutate: $counts \([0-9.]+ %\), [1-9][0-9]* equivalent removed, median [0-9.]+ s$"
outcome $? "the last line counts what compiled and differs" "$work/out"
patch=$(echo build/mutate/survivors/*unseen-return_value*.patch)
patch -p1 --dry-run --force <"$patch" >"$work/out" 2>&1 && patch -p1 --force <"$patch" >/dev/null && grep -q 'return 0; /\* mutants: return_value bitwise' mm/tiny.c
outcome $? "the patch of a survivor applies" "$work/out"
cp "$work/tiny.c" mm/tiny.c

mutate --only "$(ids environment_is_good.constant)"
[[ $status == 3 && $(word_of environment) == unjudged ]]
outcome $? "a step that could not look kills nothing: exit status 3" "$work/out" "$work/err"

/usr/bin/python3 -B -c "
import sys; sys.path.insert(0, 'ci')
import mutate_run as run
status = run.Children().run(['sh', '-c', 'while :; do :; done'], '.', '$work/log', cpu=1)
sys.exit(run.what_it_means(status, '$work/log') != ('killed', 'no progress'))"
outcome $? "an endless loop is killed: no progress"

/usr/bin/python3 -B -c "
import os, sys, types; sys.path.insert(0, 'ci')
import mutate_run as run
work = '$work/compare'
trees = types.SimpleNamespace(work=work, base=work + '/base', printed={})
def verdict(tree, text, status=0):
    os.makedirs(work + tree, exist_ok=True)
    with open(work + tree + '/log', 'w') as f:
        f.write(text)
    return run.compare(trees, work + tree, 'digests', status)
right = [verdict('/base', 'a\nb\n') == ('alive', ''), verdict('/base', 'a\nb\n') == ('alive', ''),
         verdict('/1', 'a\nb\n') == ('alive', ''), verdict('/2', 'a\nc\n') == ('killed', 'prints c'),
         verdict('/3', 'a\n') == ('killed', 'prints less'), verdict('/4', 'a\nb\n', 1) == ('killed', 'exit status 1'),
         verdict('/5', '', -11) == ('killed', 'signal 11'), verdict('/6', 'a\nb\n', 3)[0] == 'could not look',
         verdict('/base', 'a\nx\n')[0] == 'killed']
print(right)
sys.exit(not all(right))" >"$work/out" 2>&1
outcome $? "a step that only prints kills what makes it print something else" "$work/out"

# --- the sample of make check -------------------------------------------------------------------------------------------

sed -i 's/!environment_is_good()/0/' tools/main.c # no mutant that cannot be looked at
printf 'mm/tiny.c:unseen:nothing:00000000 no such mutant\n' >ci/mutants-known.txt
mutate --files mm/tiny.c --sample 12
[[ $status == 1 && $(wc -l <"$work/err") == 1 ]] && grep -q 'mm/tiny.c:.* survives and is not in ci/mutants-known.txt' "$work/err"
outcome $? "--sample fails and names a survivor that is not known" "$work/out" "$work/err"
for ((i = 0; i < 5 && status == 1; i++)); do # others take the places of those that are known
	sed -n 's/^survived .*  \(.*\)/\1 nobody looks/p' "$work/out" >>ci/mutants-known.txt
	mutate --files mm/tiny.c --sample 12
done
[[ $status == 0 ]] && tail -n 1 "$work/out" | grep -q '(100.0 %)'
outcome $? "--sample passes when all survivors are known" "$work/out" "$work/err"

# --- when it cannot be done ---------------------------------------------------------------------------------------------

complains() { # STATUS TITLE ARGS...: one line
	local want=$1 title=$2
	shift 2
	mutate "$@"
	[[ $status == "$want" && $(wc -l <"$work/err") == 1 && ! -s $work/out ]]
	outcome $? "$title: exit status $want and one line" "$work/out" "$work/err"
}
complains 2 "an unknown option" --frobnicate
complains 2 "a number that is none" --number many
complains 2 "a pattern that matches nothing" --files 'mm/none*.c'
complains 2 "a file outside of the layers" --files 'tools/*.c'
complains 2 "a mutant that is not there" --only mm/tiny.c:unseen:constant:00000000
complains 2 "a mutant of a file that is not there" --only mm/none.c:f:constant:00000000
complains 2 "no jobs" --jobs 0

cp build/mutate/results.tsv "$work/results"
ls build/mutate/survivors >"$work/survivors"
sed -i 's/locked(4);/locked(5);/' tools/main.c
complains 3 "a tree that is wrong without a mutant" --files mm/tiny.c
grep -q 'without any mutant: corpus says T4' "$work/err"
outcome $? "and it says what is wrong" "$work/err"
cp "$OLDPWD/tests/data/mutate/tools/main.c" tools/main.c

MUTATE_SLOW=1 setsid ci/mutate --files mm/tiny.c >"$work/out" 2>&1 </dev/null &
pid=$!
for ((i = 0; i < 100; i++)); do
	pgrep -s "$pid" >/dev/null && [[ -e build/mutate/work/base/log ]] && break
	sleep 0.1
done
kill -TERM "$pid"
wait "$pid"
status=$?
[[ $status == 143 && ! -e build/mutate/work ]] && ! ls build/mutate/*.tmp >/dev/null 2>&1
outcome $? "ended by a signal: nothing half-written stays" "$work/out"
cmp -s build/mutate/results.tsv "$work/results" && cmp -s <(ls build/mutate/survivors) "$work/survivors"
outcome $? "and the results of the last time are whole"
[[ -z $(pgrep -f "$work/tree/build/mutate/work") ]]
outcome $? "and none of its programs runs on"

finish_tests
