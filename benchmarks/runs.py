"""What keeping a run costs beyond its forecast: writing, hashing, syncing.

python benchmarks/runs.py [--runs 15] [--draws 10000] [--also charts,workbook]
"""

import argparse
import cProfile
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ismarket import forecast, study
from ismarket.runs.keep import How, keep
from ismarket.runs.start import Place
from ismarket.runs.verify import verify_run
from ismarket.runs.views import also


def timed(work):
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def command(folder, *more):
    words = [sys.executable, "-c", "from ismarket.cli import main; main()", "run", *more]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=15)
    options.add_argument("--draws", type=int, default=10_000)
    options.add_argument("--also", default="")
    options.add_argument("--profile", action="store_true")
    asked = options.parse_args()
    asked_of = study("published", draws=asked.draws)

    def compute():
        str(forecast(asked_of.market, asked_of.drivers, asked_of.scenario))

    with tempfile.TemporaryDirectory(dir=".") as folder:
        places = [Place(Path(folder) / f"run{i}") for i in range(asked.runs + 1)]

        def kept(place):
            how = How(extras=also(filter(None, asked.also.split(","))))
            result = keep(asked_of.plan, asked_of.drivers, asked_of.origin, how, where=place)
            str(result.forecast)

        compute(), kept(places[0])
        pairs = [(timed(compute), timed(lambda p=place: kept(p))) for place in places[1:]]
        checks = [timed(lambda p=place: verify_run(p.final)) for place in places]
        files = [p for p in places[0].final.rglob("*") if p.is_file()]
        size = sum(p.stat().st_size for p in files)
        if asked.profile:
            profile = cProfile.Profile()
            profile.runcall(kept, Place(Path(folder) / "profiled"))
            pstats.Stats(profile).sort_stats("cumulative").print_stats(35)
    with tempfile.TemporaryDirectory() as folder:
        command(folder, "--no-keep"), command(folder)
        whole = [
            timed(lambda: command(folder)) - timed(lambda: command(folder, "--no-keep"))
            for _ in range(asked.runs)
        ]
    extra = sorted(b - a for a, b in pairs)
    print(f"{asked.draws:,} draws, {asked.runs} runs, {len(files)} files, {size / 1000:.0f} kB")
    print(f"forecast alone  {statistics.median(a for a, _ in pairs):7.1f} ms")
    print(f"kept            {statistics.median(b for _, b in pairs):7.1f} ms")
    print(
        f"beyond it       {statistics.median(extra):7.1f} ms  ({extra[0]:.1f} to {extra[-1]:.1f})"
    )
    print(f"as a command    {statistics.median(whole):7.1f} ms  beyond --no-keep")
    print(f"verify          {statistics.median(checks):7.1f} ms")


if __name__ == "__main__":
    main()
