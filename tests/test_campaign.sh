#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_campaign.sh - a campaign of a few seconds on a tree with a planted bug. Prints TAP.
#
#   BUG=merge-keeps-freed-pfn TIME=6 tests/test_campaign.sh
#
# All engines run; the exit status must be 1, each finding's folder whole, one of them small and of the bug's clause, and
# what its replay file says must fail again. The tree and its objects are copied to build/campaign/: what the bug does not
# touch is not built again.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 3
tree=$PWD/build/campaign bug=${BUG:-merge-keeps-freed-pfn} time=${TIME:-6}
most_ops=6
# shellcheck source=tests/tap.sh
. tests/tap.sh
# shellcheck source=ci/common.sh
. ci/common.sh

copy_tree "$tree" plain asan fuzz afl && cp -a corpus ci "$tree/" && cd "$tree" || exit 3
apply_patch . "ci/bugs/$bug.patch" || {
	echo "1..1"
	echo "not ok 1 - ci/bugs/$bug.patch applies"
	exit 1
}
clause=$(sed -n 's/^Says: finding \([A-Z][0-9]*\).*/\1/p' "ci/bugs/$bug.patch")

ENGINES='' TARGETS="page memblock" TIME=$time SEED=1 ci/campaign >campaign.log 2>&1 </dev/null
status=$?
log=$(<campaign.log)
((status == 1)) && grep -q '^exit status: 1 (findings)$' campaign.log
result $? "a campaign on a planted bug exits with 1" "exit status $status; $log"

latest=out/campaign/latest
python3 -m json.tool $latest/summary.json >/dev/null 2>&1
result $? "its summary is JSON" "$(head -c 400 $latest/summary.json 2>&1)"

whole=0 small=999
for folder in "$latest"/findings/*/; do
	[[ -e $folder/input && -s $folder/report.txt && -s $folder/replay ]] || whole=1
	[[ $(basename "$folder") == "$clause"* && -s $folder/minimized.trace ]] || continue
	ops=$(grep -cE '^[[:space:]]*[0-9]+: ' "$folder/minimized.trace")
	((ops >= small)) || small=$ops best=$folder
done
result $whole "each finding has an input, a report and a replay command" "$(ls "$latest"/findings/*)"
((small <= most_ops))
result $? "one breaks $clause in at most $most_ops operations" "the smallest has $small; $log"
if [[ ${best:-} ]]; then
	command=$(<"$best/replay")
	said=$(timeout 60 bash -c "$command" 2>&1 </dev/null)
	status=$?
	((status == 1)) && [[ $said == *"finding $clause"* ]]
	result $? "its replay command shows the finding again" "$command: exit status $status: $said"
	[[ -s $best/repro.c ]]
	result $? "and there is a C program"
fi
for engine in libfuzzer afl props rapidcheck; do
	grep -q "\"engine\": \"$engine\".*\"executions\": [1-9]" $latest/summary.json
	result $? "$engine ran" "$(grep '"engine"' $latest/summary.json)"
done
sort -u $latest/findings/*/replay 2>/dev/null | wc -l | grep -q "^$(find $latest/findings -name replay | wc -l)$"
result $? "no two folders tell the same"
[[ $failed != 0 ]] || rm -rf "$tree"

finish_tests
