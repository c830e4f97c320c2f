# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# campaign-findings.sh - from what the engines left behind to one folder for each finding.
#
#   crash of a fuzz target, trace of a property   `mmcheck triage`: replayed 3 times, minimized, one a clause and shape
#   a broken law                                  replayed 3 times by the runner of properties, which minimized it
#   what neither can repeat, inputs as text       replayed 3 times by the target that crashed, kept as it is
#
# Each folder holds input, report.txt, replay; minimized.trace and repro.c where there is a program. names[] lists them;
# clause_of, sentence_of, origin_of, count_of, ops_of tell about each.
# shellcheck disable=SC2154,SC2034

MINIMIZE=10 # seconds for one input
REPLAYS=3

declare -A clause_of=() sentence_of=() origin_of=() count_of=() ops_of=()
names=()
note() { # NAME CLAUSE SENTENCE ORIGIN COUNT
	[[ ${count_of[$1]:-} ]] || names+=("$1")
	clause_of[$1]=$2 sentence_of[$1]=$3 origin_of[$1]=$4
	count_of[$1]=$((${count_of[$1]:-0} + $5))
}

nr_ops() { # TRACE
	grep -cE '^[[:space:]]*[0-9]+: ' "$1" 2>/dev/null || true
}

# The clause that a log ends with, and its sentence: sets clause and sentence; 1 when there is none.
read_finding() { # LOG
	local line
	if line=$(grep -a -E '^mmcheck: finding [^:]+: ' "$1" | tail -n 1) && [[ $line ]]; then
		line=${line#mmcheck: finding }
		clause=${line%%: *} sentence=${line#*: }
	elif line=$(grep -a -E '^SUMMARY: libFuzzer: timeout' "$1" | tail -n 1) && [[ $line ]]; then
		clause="no progress" sentence="one execution took longer than 20 s"
	elif line=$(grep -a -E '^SUMMARY: (Address|Memory|Leak|Thread)Sanitizer: ' "$1" | tail -n 1) && [[ $line ]]; then
		sentence=${line#SUMMARY: }
		clause=$(sed -E 's/^SUMMARY: ([A-Za-z]+)Sanitizer: ([^ ]+).*( in [^ ]+)$/\1 \2\3/; s/^SUMMARY: ([A-Za-z]+)Sanitizer: ([^ ]+).*/\1 \2/
			s/^Address/asan/; s/^Memory/msan/; s/^Leak/leak/; s/^Thread/tsan/' <<<"$line")
	elif line=$(grep -a -E 'runtime error: ' "$1" | tail -n 1) && [[ $line ]]; then
		sentence=${line#*runtime error: }
		clause="ubsan ${line%%: runtime error*}"
		clause=${clause%:*} # without the column
	elif line=$(grep -a -E '^SUMMARY: libFuzzer: ' "$1" | tail -n 1) && [[ $line ]]; then
		sentence=${line#SUMMARY: } clause=${line#SUMMARY: libFuzzer: }
		line=$(sed -nE 's,^ *#[0-9]+ 0x[0-9a-f]+ in ([A-Za-z0-9_]+) (\./)?(sim|mm|model|lockstep|fuzz)/.*,\1,p' "$1" | head -n 1)
		[[ -z $line ]] || clause="$clause in $line" # the first function of ours
	else
		return 1
	fi
}

# Replays until one run differs from the first in what it finds: sets clause, sentence; 1 when nothing is found.
replay_alike() { # LOG COMMAND...
	local log=$1 i first='' first_sentence=''
	shift
	for ((i = 0; i < REPLAYS; i++)); do
		timeout --foreground -k 5 60 "${WRAP[@]}" "$@" >"$log" 2>&1 </dev/null || true
		clause='' sentence=''
		read_finding "$log" || clause=$(sed -n 's/^prop [^:]*: FAILED \([^:]*\): .*/\1/p' "$log" | head -n 1)
		[[ $sentence ]] || sentence=$(sed -n 's/^prop [^:]*: FAILED [^:]*: //p' "$log" | head -n 1)
		if ((i == 0)); then
			first=$clause first_sentence=$sentence
		elif [[ $clause != "$first" ]]; then
			first_sentence="once '${first:-nothing}', once '${clause:-nothing}'"
			first="not repeatable"
			break
		fi
	done
	clause=$first sentence=$first_sentence
	[[ $clause ]]
}

write_folder() { # NAME INPUT REPLAY REPORT: for what triage did not write
	local dir=$out/findings/$1
	mkdir -p "$dir" && cp "$2" "$dir/input" && echo "$3" >"$dir/replay" && tail -n 200 "$4" | tr -d '\000' >"$dir/report.txt"
}

# --- laws --------------------------------------------------------------------------------------------------------------

# A finding of a property that is a law's own: the model says nothing of such a program.
collect_law() { # TRACE LAW CLAUSE SENTENCE ENGINE
	local trace=$1 law=$2 name shape replay
	shape=$(sed -nE 's/^[[:space:]]*[0-9]+: (p[0-9]+ = )?([a-z_0-9]+).*/\2/p' "$trace" | uniq | paste -sd-)
	name=$(slug "$3-$shape")
	replay="build/asan/props --only $law --replay $out/findings/$name/minimized.trace"
	if [[ ! ${count_of[$name]:-} ]]; then
		replay_alike "$out/logs/replay.$name" "build/asan/props" --only "$law" --replay "$trace" || sentence="$4 (seen by the engine, not when replayed)"
		write_folder "$name" "$trace" "$replay" "$out/logs/replay.$name" && cp "$trace" "$out/findings/$name/minimized.trace" || return
		ops_of[$name]=$(nr_ops "$trace")
	fi
	note "$name" "$3" "$4" "$5" 1
}

# --- programs ----------------------------------------------------------------------------------------------------------

# Where a finding can be seen: a sanitizer's report needs the sanitizer, the rest is faster without.
flavour_of() { # INPUT
	local run worker
	run=$(basename "$1")
	worker=${run%%.*} run=${run#*.}
	run=${run%%.*}
	if [[ $worker == libfuzzer-* ]] && grep -aE 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$out/logs/$worker.$run.log" 2>/dev/null |
		grep -vq 'AddressSanitizer: ABRT'; then # our own abort
		echo asan
	else
		echo plain
	fi
}

run_triage() { # FLAVOUR INPUT...
	local flavour=$1
	shift
	"${WRAP[@]}" "build/$flavour/mmcheck" triage -o "$out/findings" --seconds "$MINIMIZE" "$@" >"$out/logs/triage.$flavour.log" 2>&1 </dev/null
}

# Inputs that are programs, all in one go; adds to leftover those that end well when mmcheck runs them.
triage_programs() { # FLAVOUR INPUT...
	local flavour=$1 input clause name origin
	shift
	(($# > 0)) || return 0
	run_with_progress "minimizing" run_triage "$flavour" "$@" || true
	[[ -s $out/findings/index.tsv ]] || {
		echo "campaign: $(tail -n 1 "$out/logs/triage.$flavour.log")" >&2
		leftover+=("$@")
		return
	}
	while IFS=$'\t' read -r input clause name; do
		origin=$(basename "$input")
		[[ $origin == seed.* ]] && origin="the seed ${origin#seed.*.}" || origin=${origin%%.*}
		if [[ $clause == - ]]; then
			leftover+=("$input")
		elif [[ $name == - ]]; then
			more_of[$clause]=$((${more_of[$clause]:-0} + 1))
		else
			sentence=$(sed -n "s/^mmcheck: finding [^:]*: //p" "$out/findings/$name/report.txt" | head -n 1)
			[[ $sentence ]] || sentence=$(grep -a -m 1 -E '^SUMMARY: |runtime error: ' "$out/findings/$name/report.txt" || echo "see report.txt")
			note "$name" "$clause" "$sentence" "$origin" 1
			ops_of[$name]=$(nr_ops "$out/findings/$name/minimized.trace")
		fi
	done <"$out/findings/index.tsv"
	rm -f "$out/findings/index.tsv"
}

# --- what only the target can repeat -------------------------------------------------------------------------------------

collect_leftover() { # INPUT...
	local input worker target run log name
	for input; do
		worker=$(basename "$input")
		run=${worker#*.}
		worker=${worker%%.*} run=${run%%.*}
		target=${worker#*-}
		target=${target%-*}
		log=$out/logs/replay.$(basename "$input")
		if [[ $worker == seed* || ! -e fuzz/fuzz_$target.c ]]; then
			continue
		elif ! { [[ -x build/fuzz/fuzz_$target ]] && replay_alike "$log" "build/fuzz/fuzz_$target" "$input"; }; then
			read_finding "$out/logs/$worker.$run.log" || clause="crash without a word" sentence=$(tail -n 1 "$out/logs/$worker.$run.log" 2>/dev/null)
			sentence="$sentence (seen by the engine, not when replayed)"
			[[ -s $log ]] || cp "$out/logs/$worker.$run.log" "$log" 2>/dev/null || : >"$log"
		fi
		name=$(slug "$clause")
		[[ ${count_of[$name]:-} ]] || write_folder "$name" "$input" "build/fuzz/fuzz_$target $out/findings/$name/input" "$log" || true
		note "$name" "$clause" "$sentence" "$worker" 1
	done
}

# --- all of them ---------------------------------------------------------------------------------------------------------

collect_findings() {
	local i worker log run input line origin programs=() sanitized=() texts=() again=()
	declare -gA more_of=()
	leftover=()
	collect_afl
	for i in "${!workers[@]}"; do
		worker=${workers[i]}
		if engine_takes_targets "${engine_of[i]}"; then
			for input in "$out/artifacts/$worker".*; do
				[[ -f $input && $(basename "$input") != *.slow-unit-* ]] || continue
				if [[ ${target_of[i]} == text ]]; then texts+=("$input"); else programs+=("$input"); fi
			done
			continue
		fi
		for log in "$out/logs/$worker".*.log; do
			[[ -e $log ]] || continue
			run=${log%.log}
			run=${run##*.}
			while IFS= read -r line; do # prop NAME: FAILED CLAUSE: sentence
				origin=${line#prop } line=${line#*: FAILED }
				origin=${origin%%:*}
				input=$(find "$out/artifacts/$worker.$run" -type f -name "prop_$origin*" | head -n 1)
				[[ $input ]] || continue
				if [[ $line == "LAW "* ]]; then
					collect_law "$input" "$origin" "${line%%: *}" "${line#*: }" "${engine_of[i]}"
				else
					cp "$input" "$out/artifacts/$worker.$run.$origin"
					programs+=("$out/artifacts/$worker.$run.$origin")
				fi
			done < <(grep -a '^prop [^:]*: FAILED ' "$log" || true)
		done
	done
	for input in "$out/artifacts"/seed.*; do
		[[ ! -f $input ]] || programs+=("$input")
	done
	for i in "${!programs[@]}"; do
		[[ $(flavour_of "${programs[i]}") == plain ]] || { sanitized+=("${programs[i]}") && unset "programs[i]"; }
	done
	triage_programs plain "${programs[@]}"
	again=("${leftover[@]}") leftover=()
	triage_programs asan "${sanitized[@]}" "${again[@]}"
	collect_leftover "${leftover[@]}" "${texts[@]}"
}

print_findings() {
	local name
	for name in "${names[@]}"; do
		echo "campaign: finding ${clause_of[$name]}: ${sentence_of[$name]}"
		echo "campaign:   found by ${origin_of[$name]}, ${count_of[$name]} inputs, ${ops_of[$name]:-?} operations when minimized: $out/findings/$name/"
		echo "campaign:   replay: $(cat "$out/findings/$name/replay" 2>/dev/null)"
	done
	for name in "${!more_of[@]}"; do
		echo "campaign: ${more_of[$name]} more inputs break $name; they were not minimized"
	done
}

findings_json() {
	local name separator=
	for name in "${names[@]}"; do
		printf '%s    {"name": %s, "clause": %s, "sentence": %s, "found_by": %s, "inputs": %d, "operations": %s, "folder": %s, "replay": %s}' "$separator" \
			"$(json_string "$name")" "$(json_string "${clause_of[$name]}")" "$(json_string "${sentence_of[$name]}")" \
			"$(json_string "${origin_of[$name]}")" "${count_of[$name]}" "${ops_of[$name]:-null}" "$(json_string "findings/$name")" \
			"$(json_string "$(cat "$out/findings/$name/replay" 2>/dev/null)")"
		separator=$',\n'
	done
	[[ -z $separator ]] || echo
}
