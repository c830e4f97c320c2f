# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# campaign-engines.sh - the engines of ci/campaign: what each needs, how one runs, what it says of itself.
#
# A worker is an engine on a target: a background function in a process group of its own. It writes
# logs/<worker>.<run>.log; the last line of logs/<worker>.status says how it ended: `running`, `ended`, `failed WHY`.
#
#   libfuzzer   out/campaign/corpus/TARGET/ is its corpus; it ends at each finding and is started again
#   afl         goes on after a finding; queue and corpus/TARGET/ feed each other (share_corpora)
#   props       own runner: the laws, a process for each batch of programs
#   rapidcheck  the same laws, other programs
#
# Uses out, deadline, WRAP, SEED of ci/campaign.
# shellcheck disable=SC2154,SC2034

KNOWN_ENGINES="libfuzzer afl props rapidcheck"
MAX_CRASHES=200 # a worker that found so many has made its point
LONGEST=4096    # bytes of a program for libFuzzer: it likes many short ones

engine_takes_targets() { # ENGINE
	[[ $1 == libfuzzer || $1 == afl ]]
}

# What an engine needs that is not there, and the package that brings it; nothing when it can run.
engine_misses() { # ENGINE
	local clang=${CLANG:-clang-19}
	if ! command -v "$clang" >/dev/null; then
		echo "$clang is missing (package clang-19)"
		return
	fi
	case $1 in
	libfuzzer)
		[[ -e $("$clang" -print-file-name=libclang_rt.fuzzer-x86_64.a) || -e $("$clang" -print-file-name=libclang_rt.fuzzer.a) ]] ||
			echo "libclang_rt.fuzzer is missing (package libclang-rt-19-dev)"
		;;
	afl)
		if ! command -v "${AFL_FUZZ:-afl-fuzz}" >/dev/null; then
			echo "${AFL_FUZZ:-afl-fuzz} is missing (package afl++)"
		elif [[ ! -e ${AFL_PATH:-/usr/lib/afl}/libAFLDriver.a || ! -e ${AFL_PATH:-/usr/lib/afl}/afl-compiler-rt-64.o ]]; then
			echo "${AFL_PATH:-/usr/lib/afl}/libAFLDriver.a or afl-compiler-rt-64.o is missing (package afl++)"
		fi
		;;
	rapidcheck)
		"${CLANGXX:-clang++-19}" -E -x c++ - <<<'#include <rapidcheck.h>' >/dev/null 2>&1 ||
			echo "rapidcheck.h is missing (package librapidcheck-dev)"
		;;
	esac
}

engine_builds() { # ENGINE TARGETS...: FLAVOUR PROGRAM of what it runs
	local engine=$1 target
	shift
	case $engine in
	libfuzzer) for target; do echo "fuzz fuzz_$target"; done ;;
	afl)
		for target; do
			echo "afl fuzz_$target"
			[[ $target == text ]] || echo "afl mutator_$target.so"
		done
		;;
	props) echo "asan props" ;;
	rapidcheck) echo "asan props_rapidcheck" ;;
	esac
}

worker_says() { # WORKER WORDS
	echo "$2" >"$out/logs/$1.status"
}

# --- libFuzzer ---------------------------------------------------------------------------------------------------------

seeds_of() { # TARGET: where its seeds lie
	[[ $1 == text ]] && echo "$out/seeds/text" || echo "$out/seeds/bytes"
}

# One run after another until the time is up: libFuzzer ends at the first finding.
libfuzzer_worker() { # WORKER TARGET SEED
	local worker=$1 target=$2 seed=$3 run=0 crashes=0 left status log artifacts
	worker_says "$worker" running
	while left=$((deadline - SECONDS)) && ((left > 0)); do
		log=$out/logs/$worker.$run.log
		artifacts=$out/artifacts/$worker.$run.
		status=0
		"${WRAP[@]}" "build/fuzz/fuzz_$target" "out/campaign/corpus/$target" "$(seeds_of "$target")" -max_total_time="$left" \
			-seed=$(((seed + run * 7919) % 2000000000 + 1)) -len_control=0 -max_len="$LONGEST" -timeout=20 -rss_limit_mb=2560 \
			-reload=1 -print_final_stats=1 -artifact_prefix="$artifacts" >"$log" 2>&1 </dev/null || status=$?
		run=$((run + 1))
		if compgen -G "$artifacts*" >/dev/null; then
			crashes=$((crashes + 1))
			((crashes < MAX_CRASHES)) || break
		elif ((status != 0)); then
			worker_says "$worker" "failed fuzz_$target: exit status $status: $(tail -n 1 "$log")"
			return
		fi
	done
	worker_says "$worker" ended
}

# --- AFL++ ---------------------------------------------------------------------------------------------------------------
# Its exit status is 0 whatever it found: crash files are counted. What the target prints goes to the log, through
# AFL++'s driver; what afl-fuzz prints, to <worker>.afl.

afl_worker() { # WORKER TARGET SEED main|secondary
	local worker=$1 target=$2 seed=$3 left=$((deadline - SECONDS)) role=(-S "$1") stats
	worker_says "$worker" running
	[[ $4 == main ]] && role=(-M "$worker" -F "out/campaign/corpus/$target")
	(
		export AFL_SYNC_TIME=1 AFL_IMPORT_FIRST=1 AFL_DRIVER_STDERR_DUPLICATE_FILENAME=$PWD/$out/logs/$worker.0.log
		afl_fuzz "$target" -i "$(seeds_of "$target")" -o "$out/afl/$target" "${role[@]}" -s "$seed" -V "$left"
	) >"$out/logs/$worker.afl" 2>&1 </dev/null || true
	stats=$out/afl/$target/$worker/fuzzer_stats
	if [[ $(sed -n 's/^execs_done *: *//p' "$stats" 2>/dev/null) -gt 0 ]]; then
		worker_says "$worker" ended
	else
		worker_says "$worker" "failed fuzz_$target: afl-fuzz: $(sed 's/\x1b\[[0-9;]*m//g' "$out/logs/$worker.afl" | grep -a -A 1 -E 'PROGRAM ABORT|SYSTEM ERROR' | tr -s '\n ' ' ' | cut -c 1-200)"
	fi
}

# What AFL++ queued goes to a folder in the corpus: libFuzzer looks again every second, in folders too. The other direction
# is AFL++'s own: -F reads the corpus. The next campaign merges the folder into the corpus.
share_corpora() {
	local queue target worker stamp=$out/afl/.shared since=()
	[[ -d $out/afl ]] || return 0
	[[ ! -e $stamp ]] || since=(-newer "$stamp")
	touch "$stamp.now"
	for queue in "$out"/afl/*/*/queue; do
		[[ -d $queue ]] || continue
		worker=${queue%/queue}
		target=$(basename "${worker%/*}") worker=$(basename "$worker")
		mkdir -p "out/campaign/corpus/$target/afl-$started-$worker"
		find "$queue" -name 'id:*' -type f ! -name '*,orig:*' ! -name '*,sync:*' "${since[@]}" -print0 2>/dev/null |
			xargs -0 -r cp -n -t "out/campaign/corpus/$target/afl-$started-$worker" 2>/dev/null || true
	done
	mv "$stamp.now" "$stamp"
}

# AFL++'s crashes and hangs, by the names of the other engines' artifacts; its queue has been shared.
collect_afl() {
	local file name process
	[[ -d $out/afl ]] || return 0
	for process in $(pgrep -f '^build/afl/fuzz_' || true); do # afl-fuzz now and then leaves one behind, stopped
		! grep -qzF "$out/logs/" "/proc/$process/environ" 2>/dev/null || kill -KILL "$process" 2>/dev/null || true
	done
	share_corpora
	while IFS= read -r file; do
		name=${file#"$out/afl/"} # TARGET/WORKER/crashes/id:...
		name=${name#*/}
		cp "$file" "$out/artifacts/${name%%/*}.0.$(sed 's|.*/||; s/[^A-Za-z0-9_.-]/-/g; s/^\(id-[0-9]*\).*/\1/' <<<"$file")" || true
	done < <(find "$out/afl" \( -path '*/crashes/id:*' -o -path '*/hangs/id:*' \) -type f 2>/dev/null | LC_ALL=C sort)
	rm -rf "$out/afl"
}

# --- properties ------------------------------------------------------------------------------------------------------------

props_worker() { # WORKER ENGINE SEED
	local worker=$1 engine=$2 seed=$3 run=0 left status log program=props
	[[ $engine == props ]] || program=props_$engine
	worker_says "$worker" running
	while left=$((deadline - SECONDS)) && ((left > 0)); do
		log=$out/logs/$worker.$run.log
		status=0
		mkdir -p "$out/artifacts/$worker.$run"
		MMCHECK_FINDINGS=$out/artifacts/$worker.$run timeout --foreground -k 5 $((left + 90)) "${WRAP[@]}" "build/asan/$program" \
			--seed $((seed + run)) --seconds "$left" >"$log" 2>&1 </dev/null || status=$?
		run=$((run + 1))
		if ((status == 1 || status == 124)) && grep -aq '^prop .*: FAILED ' "$log"; then
			break # the law that fails would fail again
		elif grep -aqE 'ERROR: .*Sanitizer|runtime error:' "$log"; then
			break
		elif ((status != 0)); then
			worker_says "$worker" "failed $program: exit status $status: $(tail -n 1 "$log")"
			return
		fi
	done
	worker_says "$worker" ended
}

# --- all of them -----------------------------------------------------------------------------------------------------------

workers=() engine_of=() target_of=()
start_worker() { # ENGINE TARGET
	local number=${#workers[@]} worker role=main i
	worker=$1-$2-$number
	for i in "${!workers[@]}"; do
		[[ ${engine_of[i]} != afl || ${target_of[i]} != "$2" ]] || role=secondary
	done
	workers+=("$worker") engine_of+=("$1") target_of+=("$2")
	set -m
	case $1 in
	libfuzzer) libfuzzer_worker "$worker" "$2" $((SEED + number)) & ;;
	afl) afl_worker "$worker" "$2" $((SEED + number)) "$role" & ;;
	*) props_worker "$worker" "$1" $((SEED + number)) & ;;
	esac
	set +m
}

# Each engine on each target once; spare cores get more of those that take targets.
start_workers() { # uses engines, targets
	local engine target spare both=()
	for engine in "${engines[@]}"; do
		if ! engine_takes_targets "$engine"; then
			start_worker "$engine" laws
			continue
		fi
		for target in "${targets[@]}"; do
			start_worker "$engine" "$target"
			both+=("$engine $target")
		done
	done
	((${#both[@]} > 0)) || return 0
	for ((spare = ${#workers[@]}; spare < JOBS; spare++)); do
		# shellcheck disable=SC2086 # two words
		start_worker ${both[spare % ${#both[@]}]}
	done
}

# On the first JOBS cores that we may use, when that is fewer than there are; the engines inherit it.
pin_to_jobs() {
	local cores
	((JOBS < $(nproc))) && command -v taskset >/dev/null || return 0
	cores=$(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' | while IFS=- read -r a b; do seq "$a" "${b:-$a}"; done | sed -n "1,${JOBS}p" | paste -sd,)
	taskset -cp "$cores" $$ >/dev/null 2>&1 || true
}

# --- what they say -----------------------------------------------------------------------------------------------------------
# Totals of a worker over all its runs, from what the runs printed:
#   mmcheck: E executions, O operations          fuzz targets, now and then and at the end; smaller: another process began
#   #1234 NEW cov: 56 ..., stat::number_of_...   libFuzzer itself
#   prop x: ok (N programs); props: ...          props

measure() { # WORKER: sets executions operations coverage
	executions=0 operations=0 coverage=0 # awk ends early when somebody presses Ctrl-C
	compgen -G "$out/logs/$1.*.log" >/dev/null || return 0
	read -r executions operations coverage < <(awk '
		function add_process() { e += me > le ? me : le; o += mo; me = le = mo = 0 }
		function add() { add_process(); e += pe; o += po; if (lc > c) c = lc; pe = po = lc = 0 }
		FNR == 1 { add() }
		/^mmcheck: [0-9]+ executions, [0-9]+ operations/ { if ($2 + 0 < me) add_process(); me = $2 + 0; mo = $4 + 0 }
		/^#[0-9]+/ { n = substr($1, 2) + 0; if (n > le) le = n; for (i = 2; i < NF; i++) if ($i == "cov:") lc = $(i + 1) + 0 }
		/^stat::number_of_executed_units:/ { if ($2 > le) le = $2 + 0 }
		/^prop [^:]*: ok \([0-9]+ programs\)/ { split($0, w, /[(]/); pe += w[2] + 0 }
		/^props: [0-9]+ properties, [0-9]+ programs, [0-9]+ operations/ { pe = $4 + 0; po = $6 + 0 }
		END { add(); printf "%.0f %.0f %.0f\n", e, o, c }' "$out/logs/$1".*.log) || executions=0 operations=0 coverage=0
}

# How deep the programs of a target went under an engine, over all workers and runs: sets depth to "N name share name share
# ...", the shares in percent of N executions; empty when no run said it.
measure_depth() { # ENGINE TARGET
	depth=
	compgen -G "$out/logs/$1-$2-*.log" >/dev/null || return 0
	depth=$(awk '
		function add() { n += last; for (i = 1; i <= names; i++) { sum[i] += last * share[i]; share[i] = 0 } last = 0 }
		FNR == 1 { add() }
		/^mmcheck: depth of [0-9]+ executions: / {
			if ($4 + 0 < last) add()
			last = $4 + 0
			for (i = 6; i + 1 <= NF; i += 3) { k = (i - 3) / 3; name[k] = $i; share[k] = $(i + 1) + 0; if (k > names) names = k }
		}
		END { add(); if (n) { printf "%.0f", n; for (i = 1; i <= names; i++) printf " %s %.1f", name[i], sum[i] / n } }' \
		"$out/logs/$1-$2-"*.log) || depth=
}

# Clauses seen so far in what the engines print.
nr_clauses() {
	awk '/^mmcheck: finding [^:]+: / { split($0, w, ": "); seen[substr(w[2], 9)] = 1; said = FILENAME }
		/^SUMMARY: / && said != FILENAME { seen[$0] = 1 }
		/^prop [^:]*: FAILED / { split($0, w, ": "); seen[substr(w[2], 8)] = 1 }
		END { n = 0; for (c in seen) n++; print n }' "$out/logs"/*-*.*.log 2>/dev/null || echo 0
}
