"""Do the tests bite?  Faults of one operator, number or condition, put in at random, one at a time.

    python tests/mutants.py                        1,000 faults in the numeric packages
    python tests/mutants.py --number 40 --seed 7   a small sample
    python tests/mutants.py --seed 7 --again       what survived there, against the tests of today

A first pass notes which lines each test runs, itself or through its fixtures; it is kept, by test
file, in .cache/mutants.  Then, for each fault, the process forks, the faulty function takes the
place of the right one, and the tests that run its line run, the quickest first, those that compare
whole answers before others that are ten times as quick, until one fails.
What was found is kept there too: a campaign that was stopped goes on where it was.  In the end the
tests that failed must pass without a fault.  What survives is printed with file and line; what is
known to change nothing stands in mutants.toml with the reason and does not count.
"""

import argparse
import ast
import gc
import hashlib
import importlib
import json
import os
import pickle
import random
import resource
import signal
import time
import tomllib
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from code_faults import ROOT, all_faults, functions, put_in

PACKAGES = ("sampling", "model", "engine", "analysis")
ALSO = ("approved",)
"""Folders of tests that hold these packages beside their own."""
KNOWN = Path(__file__).with_suffix(".toml")
MOST_SECONDS = 30.0
"""After so long on the processor without a failure a fault has survived; three times as long in
one test is a fault that never ends."""
MOST_MEMORY = 6 << 30
MARK = "__ran__"
"""The name, in the modules of the package, of the bytes that say which statements ran."""
CACHED = type(cache(len))


def mark(function, file, marks):
    """Every statement of a function says that it ran; ``marks`` numbers them by file and line."""
    for node in list(ast.walk(function)):
        for field in ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(node, field, None), list):
                said = []
                for one in block:
                    number = marks.setdefault((file, one.lineno), len(marks))
                    ran = ast.parse(f"{MARK}[{number}] = 1").body[0]
                    said += [ast.copy_location(ran, one), one]
                setattr(node, field, said)


def codes(tree, file):
    """The code objects of a tree by qualified name."""
    found, waiting = {}, [compile(tree, file, "exec")]
    while waiting:
        code = waiting.pop()
        found.setdefault(code.co_qualname, code)
        waiting += [c for c in code.co_consts if isinstance(c, CodeType)]
    return found


class Bite:
    """A pytest plugin that runs tests on faults instead of once."""

    def __init__(self, faults, out, kept):
        self.faults, self.out, self.file = faults, out, kept / "lines.pickle"
        self.functions, self.caches = defaultdict(list), []
        self.lines, self.marks, self.hits = defaultdict(set), {}, bytearray(100_000)
        self.owner, self.mapping, self.failed, self.wrong = None, False, False, []

    def know(self):
        """The functions of the package, and what it keeps from earlier calls."""
        for file in {file for file, *_ in self.faults}:
            importlib.import_module(file.removesuffix(".py").replace("/", "."))
        gc.unfreeze()  # what is frozen is not among the objects
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                code = one.__code__
                self.functions[code.co_filename, code.co_qualname].append(one)
            elif isinstance(one, CACHED) and str(one.__module__).startswith("ismarket"):
                self.caches.append(one)
        gc.freeze()

    def forget(self):
        for cached in self.caches:
            cached.cache_clear()

    def put_code(self, file, tree, names):
        """The functions of those names in a file do what the tree says."""
        path = str(ROOT / file)
        found = codes(tree, path)
        for name in names:
            for function in self.functions[path, name]:
                function.__code__ = found[name]
                function.__globals__[MARK] = self.hits

    def noted(self):
        """What ran since it was last asked counts for who owned it."""
        self.lines[self.owner] |= {mark for mark, i in self.marks.items() if self.hits[i]}
        self.hits[:] = bytes(len(self.hits))

    def pytest_collection(self):
        """No example is shrunk, no clock fails a test."""
        from hypothesis import HealthCheck, Phase, settings

        settings.register_profile(
            "faults",
            phases=[Phase.explicit, Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("faults")

    def pytest_runtest_setup(self, item):
        """From here on lines are those of this test, and nothing is kept while they count."""
        if self.mapping:
            self.noted()
            self.forget()
        self.owner = item.nodeid

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        """Lines of a fixture belong to every test that asks for it."""
        self.noted()
        before, self.owner = self.owner, fixturedef.argname
        try:
            return (yield)
        finally:
            self.noted()
            self.owner = before

    def pytest_runtest_logreport(self, report):
        self.failed |= report.failed

    def pytest_runtestloop(self, session):
        """Lines by test, then the faults, then the tests that failed, without a fault."""
        session.config.pluginmanager.unregister(name="terminalreporter")
        self.know()
        known = self.known(session.items)
        killers = set()
        for fault in self.faults:
            at = fault[0], put_in(fault)[1]
            items = [i for i in session.items if at in known[i.nodeid][0]]
            items.sort(key=lambda i: known[i.nodeid][1] / (10 if "approved" in i.nodeid else 1))
            found = in_child(lambda f=fault, own=items: self.killer(f, own), 3 * MOST_SECONDS)
            killers.add(found)
            self.out(fault, found, len(items))
        right = [i for i in session.items if i.nodeid in killers]
        self.wrong = in_child(lambda: [i.nodeid for i, passed in self.ran(right) if not passed])
        return True

    def known(self, items):
        """Lines and seconds by test, as kept or found now in a child."""
        shared = [p for p in (ROOT / "tests").glob("[!t]*.py") if p != Path(__file__)]
        everywhere = digest(*(ROOT / "ismarket").rglob("*.py"), *shared)
        states = {path: everywhere + digest(path) for path in {i.path for i in items}}
        kept = self.kept()
        new = [i for i in items if kept.get(i.nodeid, ("",))[0] != states[i.path]]
        if new:
            print(f"lines of {len(new)} tests are noted", flush=True)
            in_child(lambda: self.map(new, states, kept))
            kept = self.kept()
        return {i.nodeid: kept[i.nodeid][1:] for i in items}

    def kept(self):
        """By test: the state of its file and of the package, its lines, its seconds."""
        return pickle.loads(self.file.read_bytes()) if self.file.exists() else {}

    def keep(self, found):
        new = self.file.with_suffix(".new")
        new.write_bytes(pickle.dumps(found))
        new.replace(self.file)

    def map(self, items, states, kept):
        """Keep lines and seconds of each test, file by file; those that fail anyhow run none."""
        self.mapping = True
        for file in sorted({file for file, *_ in all_faults(PACKAGES)}):
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            own = dict(functions(tree))
            for function in own.values():
                mark(function, file, self.marks)
            self.put_code(file, ast.fix_missing_locations(tree), own)
        start, before = time.process_time(), items[0].path
        for item, passed in self.ran(items):
            self.noted()
            seconds = time.process_time() - start
            names = item.nodeid, *item.fixturenames
            lines = set().union(*(self.lines[name] for name in names if passed))
            if item.path != before:
                self.keep(kept)
            kept[item.nodeid] = states[item.path], lines, seconds
            start, before = time.process_time(), item.path
        self.keep(kept)

    def killer(self, fault, items):
        """The test that fails, or None."""
        self.put_code(fault[0], put_in(fault)[0], fault[1:2])
        self.forget()
        for item, passed in self.ran(items):
            if not passed:
                return item.nodeid
            if time.process_time() > MOST_SECONDS:
                break
        return None

    def ran(self, items):
        """Each test with whether it passed or was skipped; fixtures live as long as they do."""
        for item, after in pairwise([*items, None]):
            self.failed = False
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            yield item, not self.failed


def digest(*files):
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()


def in_child(work, seconds=0.0):
    """What the work gives in a fork of this process; "never ended" where it was stopped."""
    read, write = os.pipe()
    if not (child := os.fork()):
        if seconds:
            resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
            signal.setitimer(signal.ITIMER_PROF, seconds)
            signal.alarm(int(30 * seconds))
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1), os.dup2(quiet, 2)
        with os.fdopen(write, "wb") as pipe:
            pickle.dump(work(), pipe)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(data) if data else "never ended"


def main():
    about = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    about.add_argument("--number", type=int, default=1000)
    about.add_argument("--seed", type=int, default=1)
    about.add_argument("--again", action="store_true")
    about.add_argument("--packages", nargs="+", default=PACKAGES)
    about.add_argument("--also", nargs="*", default=ALSO)
    about.add_argument("--kept", type=Path, default=ROOT / ".cache" / "mutants")
    chosen = about.parse_args()
    chosen.kept.mkdir(parents=True, exist_ok=True)
    faults = list(all_faults(chosen.packages))
    faults = random.Random(chosen.seed).sample(faults, min(chosen.number, len(faults)))
    names = {fault: f"{fault[0]}:{fault[1]}: {put_in(fault)[2]}" for fault in faults}
    same = tomllib.loads(KNOWN.read_text(encoding="utf-8")) if KNOWN.exists() else {}
    log = chosen.kept / f"{'-'.join(chosen.packages)}-{chosen.seed}.jsonl"
    found = {}
    for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else ():
        name, killer = json.loads(line)
        if killer or not chosen.again:
            found[name] = killer

    def out(fault, killer, tests):
        name = names[fault]
        found[name] = killer
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps([name, killer]) + "\n")
        if not killer and name not in same:
            line = put_in(fault)[1]
            print(f"survived {tests} tests, line {line}: {name}", flush=True)

    waiting = [f for f in faults if names[f] not in found]
    folders = [str(ROOT / "tests" / name) for name in (*chosen.packages, *chosen.also)]
    options = ["-qq", "-p", "no:xdist", "-p", "no:cacheprovider", "-o", "timeout=0"]
    if waiting:
        bite = Bite(waiting, out, chosen.kept)
        pytest.main([*options, *folders], plugins=[bite])
        for name in bite.wrong:
            print(f"fails without a fault: {name}")
    table = defaultdict(Counter)
    faults = [fault for fault in faults if names[fault] in found]
    for fault in faults:
        name = names[fault]
        what = "killed" if found[name] else "same" if name in same else "survived"
        for row in (fault[0], "all"):
            table[row][what] += 1
    for row in sorted(table):
        killed, of = table[row]["killed"], table[row]["killed"] + table[row]["survived"]
        share = killed / max(of, 1)
        print(f"{row:40} {killed:4} of {of:4} killed {share:6.1%}, {table[row]['same']} the same")
    for fault in faults:
        name = names[fault]
        if not found[name] and name not in same:
            print(f"survived {put_in(fault)[1]:4} {name}")


if __name__ == "__main__":
    main()
