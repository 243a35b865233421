"""Real processes killed at random times, and racing for one run.

python tests/faults/kills.py            200 kills
python tests/faults/kills.py --kills 6 --seed 1
python tests/faults/kills.py --kills 20 -- --until 0.012%
python tests/faults/kills.py --kills 20 -- --draws 400000
python tests/faults/kills.py --kills 20 -- --also charts,workbook,histogram
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from crash_points import contents

from ismarket.runs.verify import verify_run

ENVIRONMENT = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
DRAWS = "60000"


def start(folder, *more, name="run", draws=DRAWS):
    command = [sys.executable, "-c", "from ismarket.cli import main; main()", "run",
               "--out", str(folder / name), "--draws", draws, "--through", "2024",
               *more]  # fmt: skip
    return subprocess.Popen(command, env=ENVIRONMENT, text=True, cwd=folder,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip


def finish(process):
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def killed(folder, delay, more):
    """Start a run, kill it after ``delay`` seconds; problems, and whether the kill came in time."""
    process, final = start(folder, *more), folder / "run"
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    code, _, err = finish(process)
    found = ["a traceback"] if "Traceback" in err else []
    if final.exists() and not verify_run(final).sound:
        found.append("looks complete and is not")
    went_on = any(folder.glob(".run.partial/.blocks/*.block"))
    code_again, _, err = finish(start(folder, "--resume", *more))
    if code_again or err:
        found.append(f"cannot be resumed: exit {code_again}: {err.strip()}")
    return found, code == -signal.SIGKILL, went_on


def campaign(kills, seed=0, more=()):
    """Counts of kills that came in time and that left finished blocks, and every problem.

    ``more`` are further words of the command line.
    """
    chance = random.Random(seed)
    root = Path(tempfile.mkdtemp())
    try:
        begun = time.monotonic()
        code, _, err = finish(start(root, *more, name="whole"))
        whole = time.monotonic() - begun
        assert code == 0, err
        expected, found, in_time, with_blocks = whole_contents(root / "whole"), [], 0, 0
        for number in range(kills):
            folder = root / str(number)
            folder.mkdir()
            problems, early, went_on = killed(folder, chance.uniform(0.1, whole), more)
            in_time, with_blocks = in_time + early, with_blocks + went_on
            if not problems and whole_contents(folder / "run") != expected:
                problems = ["resumed to other bytes"]
            found += [f"kill {number}: {problem}" for problem in problems]
            shutil.rmtree(folder)
        return in_time, with_blocks, found
    finally:
        shutil.rmtree(root)


def whole_contents(run):
    """The bytes of a run but for the files that hold its name."""
    return {
        path: data
        for path, data in contents(run).items()
        if path not in ("manifest.json", "README.txt", "ro-crate-metadata.json")
    }


def race(folder, racers, *more):
    """Start several processes for one run at once; exit codes and what the losers said."""
    done = [finish(p) for p in [start(folder, *more, draws="200000") for _ in range(racers)]]
    return [code for code, _, _ in done], [err.strip() for code, _, err in done if code]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("more", nargs="*", help="after --: further words of the command line")
    asked = options.parse_args()
    begun = time.monotonic()
    in_time, with_blocks, found = campaign(asked.kills, asked.seed, asked.more)
    for problem in found:
        print(problem)
    print(f"{asked.kills} kills, {in_time} before the end, {with_blocks} with finished blocks:"
          f" {len(found)} problems, {time.monotonic() - begun:.0f} s")  # fmt: skip
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
