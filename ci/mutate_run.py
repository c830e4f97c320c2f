# SPDX-License-Identifier: GPL-2.0-only
"""
mutate_run.py - one mutant: build it in a tree of its own, and look until something notices it.

A tree costs its copies, one object and a link: the base holds sources and objects of the plain flavour, and make finds
out what changed. Objects are compared without their line tables: a mutant with the object of the original is
equivalent to it, one with the object of another mutant is a duplicate.

The steps go from quick to slow, and the first that notices ends it. To notice is to say so: exit status 1 with a
finding, a claim that does not hold or a test that fails; or to die by a signal, or to use up all CPU time. Exit status
2, 3, 126 and 127 mean that the step could not look: a mutant that no step notices and one could not look at is no
survivor, it is a fault of this tool. Hunts count programs, not seconds, so that a verdict depends on no clock.
"""
import glob
import hashlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time

FOLDERS = ("sim", "mm", "model", "lockstep", "fuzz", "props", "tools", "tests")
BUILD = "build/plain"
CPU_SECONDS = 20        # a step that needs more is stuck
WALL_SECONDS = 600      # on a machine with much else to do
OUTPUT_BYTES = 64 << 20
SCRIPTS = {  # what is no program; it needs mmcheck, and what is named beside it
    "test_cli": ["bash", "tests/test_cli.sh"],
    "test_forms": ["bash", "tests/test_forms.sh"],
    "exports": ["bash", "-c", 'for trace; do "$MMCHECK" export-c "$trace" -o - || exit 1; done', "exports"],
}
# What these print must be what they print without a mutant; of test_program it is its lines `# digest`.
COMPARED = ("digests", "digests of vm", "answers", "marks", "exports", "recording 1", "recording 2", "operations", "test_program")
GENERATED = 300  # programs whose digests are compared
HUNT_SECONDS = "100000"  # never reached: programs are counted

REASONS = (  # what a step says when it notices something
    (re.compile(r"finding ([^:,\n]+): "), "{}"),
    (re.compile(r"it claims finding ([^,\n]+), but"), "claim {}"),
    (re.compile(r"step \d+ answered (\"[^\"\n]*\"), the trace says"), "answer {}"),
    (re.compile(r"^not ok \d+ - ([^\n]*)", re.M), "{}"),
    (re.compile(r"^prop ([^:\n]*): FAILED", re.M), "LAW {}"),
    (re.compile(r"^Bail out! ([^\n]*)", re.M), "{}"),
)


class CannotRun(Exception):
    """The environment is not good enough: exit status 3."""


class Steps:
    """
    What is done to a mutant of a file, in order: (name, program, arguments).

    Steps of COMPARED say nothing by themselves: what they print is promised to depend on nothing but the sources
    (docs/language.md), so a mutant that prints something else was noticed. `make check` compares digests of flavours, and
    test_forms with files; the others are for judges alone.
    """

    def __init__(self, top, quick, seed):
        self.quick, self.seed = quick, str(seed)
        self.recordings = sorted(glob.glob(f"{top}/tests/data/*.zst"))
        self.corpus = sorted(
            os.path.join(folder, name) for sub in sorted(os.listdir(f"{top}/corpus")) if os.path.isdir(f"{top}/corpus/{sub}")
            for folder, _, names in os.walk(f"{top}/corpus/{sub}") for name in names
            if not name.endswith(".md") and not name.startswith("."))

    def hunt(self, tables, programs):
        return (f"hunt {tables}", "mmcheck", ["hunt", "--seed", self.seed, "--seconds", HUNT_SECONDS, "--programs", str(programs),
                                              "--tables", tables])

    def corpus_step(self):
        return ("corpus", "mmcheck", ["run", "--expect", *self.corpus])

    def compared(self):
        """Quick ones: digests of programs nobody wrote, every trace as text with its answers, marks."""
        return [("digests", "mmcheck", ["digest", "--gen", self.seed, str(GENERATED)]),
                ("digests of vm", "mmcheck", ["digest", "--gen", self.seed, str(GENERATED // 5), "vm"]),
                ("answers", "mmcheck", ["run", "-v", "--stats", *self.corpus]),
                ("marks", "mmcheck", ["marks", "--each", *self.corpus]),
                *[(f"recording {i + 1}", "mmcheck", ["witness", "-v", file]) for i, file in enumerate(self.recordings)],
                ("operations", "mmcheck", ["ops"])]

    @staticmethod
    def tests(*names):
        return [(name, name, []) for name in names]

    def of(self, path):
        memory, programs, own = about(path)
        if is_harness(path):  # a judge that lost something raises false alarms, or misses what a test claims
            return [*self.tests("test_text", "test_page_debug", "test_rcu", "test_lockdep"), self.corpus_step(), *self.compared(),
                    *self.tests(*own, "test_program", "test_report", "test_witness"), ("test_forms", "mmcheck", []),
                    self.hunt("all", 1000), *self.tests("test_lockstep", "test_answers", "test_golden", "test_sim"),
                    ("exports", "mmcheck", [f for f in self.corpus if "/good/" in f]),
                    ("test_cli", "libmmcheck.a", []), self.hunt(memory, programs * 2 // 5)]
        steps = [self.corpus_step(), self.hunt("all", 1000), *self.tests("test_page_debug", "test_text", *own),
                 self.hunt(memory, programs), *self.tests("test_golden")]
        if not self.quick:
            steps += [*self.tests("test_lockstep", "test_sim"), self.hunt("page", 10000), self.hunt("all", 3000),
                      ("props", "props", ["--seconds", "3"])]
        return steps


SLAB_TESTS = ["test_kmalloc", "test_slab_common", "test_slub_debug", "test_slub_oracle", "test_slab_text"]
VM_TESTS = ["test_vm", "test_reclaim", "test_vmscan", "test_liveness", "test_oom", "test_oom_model", "test_vm_model", "test_memory",
            "test_task", "test_files", "test_block", "test_disk", "test_memory_races", "test_files_races", "test_swap", "test_balloon"]
VM_FILES = ["balloon", "block", "dcache", "filemap", "fs", "kswapd", "meminfo", "memory", "mlock", "mmap", "mmu_gather", "oom_kill", "oom_report",
            "page-writeback", "radix_tree", "readahead", "rmap", "shrinker", "swap", "swap_state", "swapfile", "task", "vm", "vmscan",
            "vmscan_lists", "vmscan_pages", "vmstat_show", "workingset", "zswap", "zswap_codec"]


def about(path):
    """Which tables a file is about, how many programs over them, and tests. A program with tasks costs as much as three without."""
    name = os.path.basename(path)[:-2]
    if name.removesuffix("_check") in VM_FILES or path.startswith("model/vm_"):
        return "vm", 1500, VM_TESTS
    if "memblock" in path:
        return "memblock", 5000, []
    if any(word in path for word in ("slub", "slab", "kmalloc", "kfree_rcu")):
        return "slab,kmalloc", 5000, SLAB_TESTS
    if name == "page_ladder":
        return "page", 5000, ["test_oom", "test_liveness", "test_reclaim"]
    return "page", 5000, []


def is_harness(path):
    return not path.startswith("mm/") or path.endswith("_check.c")


class Children:
    """What was started and still runs; each in a process group of its own, so that all of it can be ended."""

    def __init__(self):
        self.lock, self.running, self.ended = threading.Lock(), set(), False

    def run(self, argv, cwd, log, cpu=CPU_SECONDS, env=None):
        """Exit status, negative for a signal; "timeout" when the wall clock ran out."""
        limits = ["prlimit", f"--cpu={cpu}:{cpu + 2}", f"--fsize={OUTPUT_BYTES}", "--core=0"]
        with open(log, "wb") as out:
            with self.lock:
                if self.ended:
                    raise KeyboardInterrupt
                child = subprocess.Popen(limits + argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                         start_new_session=True, env=env)
                self.running.add(child)
            try:
                status = child.wait(WALL_SECONDS)
                if self.ended:  # by end(), so it says nothing
                    raise KeyboardInterrupt
                return status
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
                return "timeout"
            finally:
                with self.lock:
                    self.running.discard(child)

    def end(self):
        with self.lock:
            self.ended = True
            for child in self.running:
                try:
                    os.killpg(child.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass


def tail(log):
    with open(log, "rb") as f:
        lines = f.read()[-4000:].decode("latin-1").strip().splitlines()
    return lines[-1][:200] if lines else "(nothing)"


def error_in(log):
    """What a compiler says first."""
    with open(log, "rb") as f:
        match = re.search(r" error: ([^\n]*)", f.read(4 << 20).decode("latin-1"))
    return match.group(1)[:200] if match else tail(log)


def reason_in(log):
    with open(log, "rb") as f:
        text = f.read(4 << 20).decode("latin-1")
    for pattern, form in REASONS:
        match = pattern.search(text)
        if match:
            return form.format(match.group(1).strip())[:120]
    return None


def what_it_means(status, log):
    """("alive" | "killed" | "could not look", clause or explanation)"""
    if status == 0:
        return "alive", ""
    if status == "timeout" or status == -signal.SIGXCPU:
        return "killed", "no progress"
    if status < 0:
        return "killed", f"signal {-status}"
    reason = reason_in(log) if status not in (2, 3, 126, 127) else None
    if reason:
        return "killed", reason
    return "could not look", f"exit status {status}: {tail(log)}"


def link(source, target):
    """Compiler, ar and linker put new files in place of old ones, so they may be shared; a .d is written over."""
    if source.endswith(".d"):
        shutil.copy2(source, target)
    else:
        os.link(source, target)


class Trees:
    """The base, and a copy of it for each mutant."""

    def __init__(self, top, work, children, jobs):
        self.top, self.work, self.children, self.jobs = top, work, children, jobs
        self.base, self.env = f"{work}/base", clean_environment()
        self.printed = {}  # exit status of each step that only prints, without a mutant

    def make(self, tree, programs, log, jobs=1):
        argv = ["make", "--no-print-directory", f"-j{jobs}", "SAN=plain", *[f"{BUILD}/{p}" for p in programs]]
        return self.children.run(argv, tree, log, cpu=600, env=self.env)

    def plan_base(self, programs):
        log = f"{self.work}/base.log"
        if self.make(self.top, programs, log, self.jobs):
            raise CannotRun(f"the tree does not build without any mutant: {tail(log)}")
        self.copy(self.top, self.base)

    def copy(self, source, target, put=shutil.copy2):
        """Sources and what was made of them, without the programs."""
        os.makedirs(f"{target}/{BUILD}")
        for folder in ("corpus", "ci", "examples"):  # read only
            os.symlink(f"{self.top}/{folder}", f"{target}/{folder}")
        folders = [f for f in (*FOLDERS, f"{BUILD}/obj") if os.path.isdir(f"{source}/{f}")]
        files = [f"{BUILD}/{f}" for f in os.listdir(f"{source}/{BUILD}") if f.endswith(".a") or f == "flags"]
        for folder in folders:
            shutil.copytree(f"{source}/{folder}", f"{target}/{folder}", copy_function=put)
        for name in ("Makefile", "sanitizers.mk", *files):
            put(f"{source}/{name}", f"{target}/{name}")

    def plant(self, mutant, tree):
        """The base by links, and one file that is not as there."""
        if self.children.ended:
            raise KeyboardInterrupt
        self.copy(self.base, tree, link)
        os.remove(f"{tree}/{mutant.path}")
        with open(f"{tree}/{mutant.path}", "wb") as f:
            f.write(mutant.mutated().encode("latin-1"))

    def object_digest(self, tree, path):
        """Of the object without line tables: what is left is what runs."""
        bare = f"{tree}/bare.o"
        strip = subprocess.run(["strip", "-g", "-o", bare, f"{tree}/{BUILD}/obj/{path[:-2]}.o"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if strip.returncode:
            raise CannotRun("strip: " + strip.stderr.decode("latin-1").strip()[:200])
        with open(bare, "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()


def clean_environment():
    """No flags, and no jobserver, of a calling make."""
    drop = {"CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS", "LIB_FUZZING_ENGINE", "SAN", "MAKEFLAGS", "MFLAGS", "MAKELEVEL",
            "MAKEOVERRIDES"}
    return {k: v for k, v in os.environ.items() if k not in drop}


class Result:
    """What became of a mutant. word: killed, survived, equivalent, duplicate, stillborn, unjudged."""

    def __init__(self, mutant):
        self.mutant, self.word, self.killer, self.clause, self.seconds, self.digest = mutant, "unjudged", "", "", 0.0, ""


def first_difference(log, kept):
    """Of two outputs: a line; None: there is none."""
    with open(log, "rb") as f, open(kept, "rb") as g:
        new, old = f.read(), g.read()
    if new == old:
        return None
    lines, before = new.decode("latin-1").splitlines(), old.decode("latin-1").splitlines()
    for number, line in enumerate(lines):
        if number >= len(before) or line != before[number]:
            return f"prints {line.strip()}"[:120]
    return "prints less"


def compare(trees, tree, name, status):
    """A step that only prints. Without a mutant it is done twice, and what it prints the first time is kept."""
    kept, log = f"{trees.work}/printed.{name}", f"{tree}/log"
    if status == "timeout" or status < 0 or status in (3, 126, 127):
        return what_it_means(status, log)
    if name not in trees.printed:
        if tree != trees.base:
            raise CannotRun(f"{name} was not looked at without a mutant")
        shutil.copyfile(log, kept)
        trees.printed[name] = status
    differs = first_difference(log, kept)
    if differs or status != trees.printed[name]:
        return "killed", differs or f"exit status {status}"
    return "alive", ""


def look(trees, tree, steps, result):
    """All steps until one notices."""
    blind = ""
    env = dict(trees.env, RC_PARAMS="seed=1", MMCHECK_FINDINGS=tree, MMCHECK=f"{BUILD}/mmcheck")
    for name, program, arguments in steps:
        there = os.path.exists(f"{tree}/{BUILD}/{program}") and not program.endswith(".a")  # an archive is that of the base
        if not there and trees.make(tree, [program], f"{tree}/make.log"):
            raise CannotRun(f"{program} does not link with {result.mutant.id if result.mutant else 'no mutant'}: {tail(f'{tree}/make.log')}")
        argv = [*SCRIPTS.get(name, [f"{tree}/{BUILD}/{program}"]), *arguments]
        status = trees.children.run(argv, tree, f"{tree}/log", env=env)
        if name in COMPARED:
            word, clause = compare(trees, tree, name, status)
        else:
            word, clause = what_it_means(status, f"{tree}/log")
        if word == "killed":
            result.word, result.killer, result.clause = word, name, clause
            return
        if word != "alive":
            blind = blind or f"{name}: {clause}"
    result.word, result.clause = ("unjudged", blind) if blind else ("survived", "")


def try_mutant(trees, mutant, number, steps, base_digest):
    """One mutant from text to verdict."""
    result, start = Result(mutant), time.monotonic()
    tree = f"{trees.work}/{number}"
    try:
        trees.plant(mutant, tree)
        if trees.make(tree, [f"obj/{mutant.path[:-2]}.o"], f"{tree}/make.log"):
            result.word, result.clause = "stillborn", error_in(f"{tree}/make.log")
        else:
            result.digest = trees.object_digest(tree, mutant.path)
            if result.digest == base_digest[mutant.path]:
                result.word = "equivalent"
            else:
                look(trees, tree, steps, result)
    finally:
        shutil.rmtree(tree, ignore_errors=True)
    result.seconds = time.monotonic() - start
    return result
