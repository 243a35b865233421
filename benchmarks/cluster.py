"""A forecast on a Dask cluster of this machine: time, and the highest memory of each process.

pip install -e .[bench]
python benchmarks/cluster.py                   ten million draws, half a minute on two cores
python benchmarks/cluster.py --draws 1e8       four minutes
"""

import argparse
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.rivals.timing import highest_memory, table
from ismarket import Scenario, forecast, load_drivers, load_market
from ismarket.engine.cluster import dask_executor
from ismarket.engine.workers import BATCH
from ismarket.sampling.points import BLOCK


def main():
    """Run the forecast and print what it took."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--draws", type=float, default=1e7)
    options.add_argument("--workers", type=int, default=os.cpu_count())
    chosen = options.parse_args()
    draws, market, drivers = int(chosen.draws), load_market(), load_drivers()
    with dask_executor("local", chosen.workers) as cluster:
        forecast(market, drivers, Scenario(draws=200_000), workers=cluster)
        wall, cpu = time.perf_counter(), time.process_time()
        forecast(market, drivers, Scenario(draws=draws), workers=cluster)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        peaks = cluster.client.run(highest_memory)
    batches = -(-draws // (BLOCK * BATCH))
    print(f"{draws:,} draws, {chosen.workers} workers")
    rows = [
        ("wall, s", f"{wall:.0f}"),
        (
            "core hours for 1e10 draws at that rate",
            f"{wall * chosen.workers * 1e10 / draws / 3600:.1f}",
        ),
        ("client, CPU ms a batch", f"{1000 * cpu / batches:.1f}"),
        ("workers that keep one client busy", f"{wall * chosen.workers / cpu:.0f}"),
        ("client, peak MB", f"{highest_memory():.0f}"),
        ("largest worker, peak MB", f"{max(peaks.values()):.0f}"),
    ]
    table(("", "found"), rows)


if __name__ == "__main__":
    main()
