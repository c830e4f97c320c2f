# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# tap.sh - what the tests written as shell scripts share, as tap.h does for those in C. Source it.

count=0 failed=0

result() { # 0|1 TITLE [DETAIL]
	count=$((count + 1))
	if (($1 == 0)); then
		echo "ok $count - $2"
	else
		failed=$((failed + 1))
		echo "not ok $count - $2"
		[[ -z ${3:-} ]] || head -n 12 <<<"$3" | sed 's/^/#   /'
	fi
}

# The plan, and the exit status of the script.
finish_tests() {
	echo "1..$count"
	((failed == 0))
}
