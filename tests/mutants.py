"""Do the tests bite?  Faults of one operator, number or condition, put in at random, one at a time.

    python tests/mutants.py                        1,000 faults in the numeric packages
    python tests/mutants.py --number 40 --seed 7   a small sample

A first pass notes which functions each test calls, itself or through its fixtures.  Then, for each
fault, the process forks, the faulty function takes the place of the right one, and the tests that
call it run, the quickest first, until one fails.  What survives is printed with file and line;
those known to change nothing stand in mutants.toml with the reason and do not count.
"""

import argparse
import ast
import copy
import gc
import os
import pickle
import random
import signal
import sys
import threading
import time
import tomllib
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).parents[1]
PACKAGES = ("sampling", "model", "engine", "analysis")
KNOWN = Path(__file__).with_suffix(".toml")
MOST_SECONDS = 20.0
"""After so long without a failure a fault has survived; one that never ends is killed."""
SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Mod: ast.FloorDiv, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


CACHED = type(cache(len))


def faulty(node):
    """The node with one fault, or None where none is known."""
    new = copy.copy(node)
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
        new.op = SWAPS[type(node.op)]()
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in SWAPS:
        new.ops = [SWAPS[type(node.ops[0])]()]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        return node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        new.value = not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        new.value = node.value + 1 if isinstance(node.value, int) else node.value * 1.5 + 0.1
    elif isinstance(node, ast.If | ast.IfExp):
        new.test = ast.UnaryOp(ast.Not(), node.test)
    else:
        return None
    return new


def functions(tree):
    """The outermost functions and methods with their qualified names."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for own in node.body:
                if isinstance(own, ast.FunctionDef):
                    yield f"{node.name}.{own.name}", own


def places(function):
    """Where a fault may stand: (parent, field, index or None, node); annotations are left out."""
    waiting = list(function.body)
    while waiting:
        parent = waiting.pop()
        for field, value in ast.iter_fields(parent):
            if field in ("annotation", "returns", "decorator_list"):
                continue
            for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(node, ast.AST):
                    waiting.append(node)
                    if faulty(node) is not None:
                        yield parent, field, index, node


def all_faults(packages):
    """Every possible fault: (file, qualified name, number of the place in its function)."""
    for package in packages:
        for file in sorted((ROOT / "ismarket" / package).glob("*.py")):
            for name, node in functions(ast.parse(file.read_text(encoding="utf-8"))):
                yield from ((str(file), name, i) for i, _ in enumerate(places(node)))


def put_in(fault):
    """The tree of the file with the fault, its line and what is written there, before and after."""
    file, name, number = fault
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    function = dict(functions(tree))[name]
    parent, field, index, node = list(places(function))[number]
    new = ast.copy_location(faulty(node), node)
    if index is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[index] = new
    shown = [ast.unparse(part.test if hasattr(part, "test") else part) for part in (node, new)]
    return ast.fix_missing_locations(tree), node.lineno, *shown


def replace_code(fault, tree):
    """Every function object of that name in that file does what the tree says."""
    file, name, _ = fault
    codes, waiting = {}, [compile(tree, file, "exec")]
    while waiting:
        code = waiting.pop()
        codes.setdefault(code.co_qualname, code)
        waiting += [c for c in code.co_consts if isinstance(c, CodeType)]
    for found in gc.get_objects():
        if isinstance(found, FunctionType):
            own = found.__code__
            if own.co_filename == file and own.co_qualname == name:
                found.__code__ = codes[name]


class Bite:
    """A pytest plugin that runs tests on faults instead of once."""

    def __init__(self, faults, out):
        self.faults, self.out = faults, out
        self.calls, self.seconds = defaultdict(set), {}
        self.owner, self.caches = None, ()

    def note(self, frame, event, _):
        """What a call was made for; a profile function."""
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(str(ROOT / "ismarket")):
            name = code.co_qualname.split(".<locals>")[0]
            self.calls[self.owner].add((code.co_filename, name))

    def pytest_runtest_setup(self, item):
        """From here on calls are those of this test, and nothing is cached while they count."""
        self.owner = item.nodeid
        for cached in self.caches:
            cached.cache_clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        """Calls of a fixture belong to every test that asks for it."""
        before, self.owner = self.owner, fixturedef.argname
        try:
            return (yield)
        finally:
            self.owner = before

    def pytest_runtestloop(self, session):
        """First every test once, in a child that hands back what it noted; then the faults."""
        self.calls, self.seconds = in_child(lambda: self.mapped(session.items))
        for fault in self.faults:
            key = fault[:2]
            items = [i for i in session.items if key in self.called(i)]
            items.sort(key=lambda i: self.seconds[i.nodeid])
            found = in_child(lambda f=fault, own=items: self.killer(f, own), 3 * MOST_SECONDS)
            self.out(fault, found, len(items))
        return True

    def called(self, item):
        """The functions that a test calls, itself or through its fixtures."""
        names = (item.nodeid, *item.fixturenames)
        return set().union(*(self.calls.get(name, ()) for name in names))

    def mapped(self, items):
        """Calls and seconds by test."""
        self.caches = [one for one in gc.get_objects() if isinstance(one, CACHED)
                       and one.__module__.startswith("ismarket")]  # fmt: skip
        sys.setprofile(self.note)
        threading.setprofile(self.note)
        start = time.perf_counter()
        for item, _ in ran(items):
            self.seconds[item.nodeid] = time.perf_counter() - start
            start = time.perf_counter()
        return dict(self.calls), self.seconds

    def killer(self, fault, items):
        """The test that fails, or None."""
        tree, *_ = put_in(fault)
        replace_code(fault, tree)
        end = time.monotonic() + MOST_SECONDS
        for item, passed in ran(items):
            if not passed:
                return item.nodeid
            if time.monotonic() > end:
                break
        return None


def ran(items):
    """Each test with whether it passed or was skipped; fixtures live as long as they do."""
    for item, after in pairwise([*items, None]):
        yield item, not any(r.failed for r in runtestprotocol(item, log=False, nextitem=after))


def in_child(work, seconds=0.0):
    """What the work gives in a fork of this process; "never ended" where it was stopped."""
    read, write = os.pipe()
    if not (child := os.fork()):
        signal.alarm(int(seconds))
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
    about.add_argument("--packages", nargs="+", default=PACKAGES)
    chosen = about.parse_args()
    faults = list(all_faults(chosen.packages))
    faults = random.Random(chosen.seed).sample(faults, min(chosen.number, len(faults)))
    known = tomllib.loads(KNOWN.read_text(encoding="utf-8")) if KNOWN.exists() else {}
    killed = survived = same = 0

    def out(fault, killer, tests):
        nonlocal killed, survived, same
        if killer:
            killed += 1
            return
        _, line, before, after = put_in(fault)
        file = Path(fault[0]).relative_to(ROOT).as_posix()
        what = f"{file}:{fault[1]}: {before} -> {after}"
        if what in known:
            same += 1
            return
        survived += 1
        print(f"survived {file}:{line} {fault[1]}: {before} -> {after} ({tests} tests)", flush=True)

    bite = Bite(faults, out)
    folders = [str(ROOT / "tests" / package) for package in chosen.packages]
    options = ["-qq", "-p", "no:xdist", "-p", "no:cacheprovider", "-m",
               "not slow and not install", "-o", "timeout=0"]  # fmt: skip
    pytest.main([*options, *folders], plugins=[bite])
    share = killed / max(killed + survived, 1)
    print(f"{killed} of {killed + survived} killed ({share:.1%}); {same} known to change nothing")


if __name__ == "__main__":
    main()
