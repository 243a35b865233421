"""Every call that a run makes to the disk as a crash point.

    python tests/faults/crash_points.py            every point, and every call failing
    python tests/faults/crash_points.py --points 60 --seed 1
    python tests/faults/crash_points.py --of everything      an anchor file, page, tables, workbook
    python tests/faults/crash_points.py --of until           draws until exact enough, in sums
    python tests/faults/crash_points.py --part 2/4           every fourth call, from the second on

After each crash there must be no run that looks complete and is not, and ``--resume`` must give
the bytes of a run that was never interrupted.
"""

import argparse
import errno
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from disk_model import lay_out, recording, states

from ismarket import DiskError, InputError, Scenario, study
from ismarket.runs.keep import How, keep
from ismarket.runs.start import Place
from ismarket.runs.verify import verify_run
from ismarket.studies import anchored

NAME = "run"
SCENARIO = Scenario(draws=4096 + 64, through=2024, name="crash")
ANCHOR = b"""\
name = "mine"
market = "infantile-spasms"
base_year = 2022
value_usd = 2.0e8
cagr = 0.05
last_year = 2024
"""
KINDS = {
    "plain": (SCENARIO, How(1, extras=("page",))),
    "everything": (
        SCENARIO.changed(anchor="mine"),
        How(1, extras=("page", "draws", "histogram", "workbook")),
    ),
    "until": (SCENARIO, How(1, until=0.00012, extras=("page",))),
}
"""What is computed and kept, by name."""
UNSTEADY = {"log.jsonl", "manifest.json", "SHA256SUMS"}
"""Files that tell of the interruption, or of the file that does."""
os.environ["SOURCE_DATE_EPOCH"] = "1700000000"


class Bench:
    """A loaded market, and a folder in memory where it can be had."""

    def __init__(self, kind):
        self.scenario, self.how = KINDS[kind]
        self.loaded = anchored(study(Scenario()), ANCHOR, "anchor.toml")
        shm = Path("/dev/shm")
        self.root = Path(tempfile.mkdtemp(dir=shm if shm.is_dir() else None))
        self.count = 0

    def run(self, folder, resume=False):
        where = Place(folder / NAME)
        plan = self.loaded.changed(self.scenario).plan
        origin = self.loaded.origin
        return keep(plan, self.loaded.drivers, origin, self.how, where=where, resume=resume)

    def folder(self):
        self.count += 1
        return self.root / str(self.count)

    def close(self):
        shutil.rmtree(self.root)


class Reversed:
    """A place whose partial folder is the final one already: a fault that must be found."""

    def __init__(self, where):
        self.final, self.partial = where.final, where.final


def contents(run):
    """The bytes of a run that an interruption must not change."""
    files = {p.relative_to(run).as_posix(): p for p in run.rglob("*") if p.is_file()}
    found = {name: path.read_bytes() for name, path in files.items() if name not in UNSTEADY}
    manifest = json.loads(files["manifest.json"].read_bytes())
    manifest.pop("seal")
    manifest["files"] = [e for e in manifest["files"] if e["path"] != "log.jsonl"]
    found["manifest.json"] = json.dumps(manifest).encode()
    return found


def problems_after(bench, folder, expected):
    """What is wrong with what a crash left, and with going on from it."""
    final = folder / NAME
    if final.exists():
        try:
            verdict = verify_run(final)
        except InputError as error:
            return [f"looks complete and is not: {error}"]
        if not verdict.sound:
            return [f"looks complete and is not: {verdict.findings[0]}"]
    else:
        try:
            bench.run(folder, resume=True)
        except Exception as error:
            return [f"cannot be resumed: {type(error).__name__}: {error}"]
    if verify_run(final).findings:
        return [f"resumed to what is not sound: {verify_run(final).findings[0]}"]
    if contents(final) != expected:
        return ["resumed to other bytes"]
    return []


def recorded_calls(bench, **faults):
    """The calls of one undisturbed run, and its bytes."""
    folder = bench.folder()
    folder.mkdir()
    with recording(folder, **faults) as calls:
        bench.run(folder)
    return calls, contents(folder / NAME)


def crash_states(calls, chosen):
    for at in chosen:
        for kind, tree in states(calls, at):
            yield at, kind, tree


def crashes(bench, calls, expected, chosen):
    """Yield (kind, problems) for every way to crash at each chosen call."""
    for at, kind, tree in crash_states(calls, chosen):
        folder = bench.folder()
        lay_out(tree, folder)
        yield kind, [f"call {at} ({calls[at].name} {calls[at].path}), {kind}: {p}"
                     for p in problems_after(bench, folder, expected)]  # fmt: skip
        shutil.rmtree(folder)


def failures(bench, total, expected, chosen):
    """Yield (kind, problems) for each chosen call failing with a full and with a broken disk."""
    for at in chosen:
        for error in (errno.ENOSPC, errno.EIO):
            folder, kind, found = bench.folder(), errno.errorcode[error], []
            folder.mkdir()
            with recording(folder, fail_at=at, error=error):
                try:
                    bench.run(folder)
                    found.append("the failure was not told")
                except DiskError as told:
                    if "\n" in str(told) or told.exit_code != 4:
                        found.append(f"not one line with exit code 4: {told!r}")
                except Exception as other:
                    found.append(f"a traceback: {type(other).__name__}: {other}")
            found += problems_after(bench, folder, expected)
            yield kind, [f"call {at} of {total}, {kind}: {p}" for p in found]
            shutil.rmtree(folder)


def campaign(points=None, seed=0, last=None, unsynced=(), of="plain", part=(1, 1)):
    """How many calls, counts by kind of crash, and every problem found in a run ``of`` a kind.

    ``points`` of the calls are drawn at random, or the ``last`` ones taken, or one ``part`` of
    several; ``unsynced`` names files whose fsync is left out, a fault that must be found.
    """
    bench = Bench(of)
    try:
        calls, expected = recorded_calls(bench, unsynced=unsynced)
        chosen = range(len(calls))[-last if last else None :][part[0] - 1 :: part[1]]
        if points is not None:
            chosen = sorted(random.Random(seed).sample(chosen, min(points, len(chosen))))
        kinds, found = Counter(), []
        for kind, problems in crashes(bench, calls, expected, chosen):
            kinds[kind] += 1
            found += problems
        if not unsynced and not last:
            for kind, problems in failures(bench, len(calls), expected, chosen):
                kinds[kind] += 1
                found += problems
        return len(calls), kinds, found
    finally:
        bench.close()


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--points", type=int)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--of", choices=KINDS, default="plain")
    options.add_argument("--part", default="1/1")
    asked = options.parse_args()
    start, part = time.monotonic(), tuple(map(int, asked.part.split("/")))
    calls, kinds, found = campaign(asked.points, asked.seed, of=asked.of, part=part)
    for problem in found:
        print(problem)
    counts = ", ".join(f"{kind} {n}" for kind, n in kinds.items())
    print(f"{calls} calls, {sum(kinds.values())} crash points ({counts}): {len(found)} problems,"
          f" {time.monotonic() - start:.0f} s")  # fmt: skip
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
