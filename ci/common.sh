# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# common.sh - what the scripts of ci/ share. Source it with the top of the tree as current directory.

# Flavours pick their compilers in sanitizers.mk; ours must not inherit one, nor the jobserver of a calling make.
unset CC CXX CFLAGS CXXFLAGS LDFLAGS LIB_FUZZING_ENGINE SAN MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# shellcheck disable=SC2034 # bytes that corpus/ may have; read by the scripts that source this one
CORPUS_BUDGET=$((2 << 20))
# shellcheck disable=SC2034 # fuzz targets whose input is a program, as bytes
PROGRAM_TARGETS=(page memblock slub kmalloc reclaim oom swap)

now_us() {
	local t=${EPOCHREALTIME/[.,]/}
	printf '%s' "$t"
}

# seconds START_US: time passed since then
seconds() {
	local us=$(($(now_us) - $1))
	printf '%d.%02d' $((us / 1000000)) $((us % 1000000 / 10000))
}

# Folders of traces that engines begin with.
seed_folders() {
	local folder
	for folder in corpus/good corpus/seeds; do
		[[ ! -d $folder ]] || echo "$folder"
	done
}

is_number() {
	[[ $1 =~ ^[1-9][0-9]{0,9}$ ]]
}

# bug_header FILE KEY: a header line of a patch in ci/bugs/
bug_header() {
	sed -n "/^---/q; s/^$2:[[:space:]]*//p" "$1" | head -n 1 | sed 's/[[:space:]]*$//'
}

TREE_FOLDERS=(sim mm model lockstep fuzz props tools tests)

# copy_tree DIR FLAVOUR...: sources, and objects and archives of these flavours, so that make finds out there what a patch
# touches. Programs stay behind: they are most of a build, and are linked again anyway.
copy_tree() {
	local folder flavour
	rm -rf "${1:?}" && mkdir -p "$1/build"
	for folder in "${TREE_FOLDERS[@]}"; do [[ ! -d $folder ]] || cp -a "$folder" "$1/"; done
	cp -a Makefile sanitizers.mk "$1/"
	for flavour in "${@:2}"; do
		[[ -d build/$flavour/obj ]] || continue
		mkdir "$1/build/$flavour"
		cp -a "build/$flavour"/{flags,obj,lib*.a} "$1/build/$flavour/"
	done
}

# remove_tree: what copy_tree copied to the current directory; what was written there since stays
remove_tree() {
	rm -rf build Makefile sanitizers.mk "${TREE_FOLDERS[@]}"
}

# apply_patch DIR FILE: with no fuzz, whole or not at all; what patch says goes to DIR/patch.log
apply_patch() {
	{ patch -d "$1" -p1 --dry-run --force --fuzz=0 <"$2" && patch -d "$1" -p1 --force --fuzz=0 --no-backup-if-mismatch <"$2"; } >"$1/patch.log" 2>&1
}

# slug WORDS: a folder name
slug() {
	local s=${1//[^A-Za-z0-9_.]/-}
	while [[ $s == *--* ]]; do s=${s//--/-}; done
	s=${s#-}
	s=${s%-}
	printf '%s' "${s:0:80}"
}

json_string() {
	local s=${1//\\/\\\\}
	s=${s//\"/\\\"}
	printf '"%s"' "${s//[[:cntrl:]]/ }"
}

# Sets WRAP: words to put before a sanitized program. Sanitizers lose their shadow where addresses are too random.
# 1: nothing helps, and ASLR_ADVICE says what would.
aslr_wrapper() {
	local bits=28
	WRAP=()
	[[ -r /proc/sys/vm/mmap_rnd_bits ]] && bits=$(</proc/sys/vm/mmap_rnd_bits)
	((bits <= 28)) && return 0
	WRAP=(setarch "$(uname -m)" -R)
	"${WRAP[@]}" true 2>/dev/null && return 0
	# shellcheck disable=SC2034 # read by the scripts that source this one
	ASLR_ADVICE="vm.mmap_rnd_bits is $bits, sanitizers need 28: run sysctl -w vm.mmap_rnd_bits=28"
	return 1
}

# afl_fuzz TARGET ARGS...: words before a run of afl-fuzz on a target; the text target is mutated as bytes. What is not asked
# for: a screen, a core of its own, a machine tuned for it.
afl_fuzz() {
	local settings=(AFL_NO_UI=1 TERM=xterm AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
		AFL_NO_CRASH_README=1 AFL_IGNORE_UNKNOWN_ENVS=1)
	[[ $1 == text ]] || settings+=(AFL_CUSTOM_MUTATOR_LIBRARY="$PWD/build/afl/mutator_$1.so" AFL_CUSTOM_MUTATOR_ONLY=1)
	exec env "${settings[@]}" "${AFL_FUZZ:-afl-fuzz}" "${@:2}" -t 5000 -m none -- "build/afl/fuzz_$1"
}

# End the background jobs of this shell and what they started: each is a process group of its own (set -m).
end_jobs() {
	local pid
	for pid in $(jobs -p); do
		kill -TERM -- "-$pid" 2>/dev/null || true
	done
}
