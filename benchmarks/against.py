"""The engine beside that of another commit: processor and wall time of a whole forecast.

    python benchmarks/against.py PYTHON [--draws 100000] [--rounds 7]

PYTHON is the interpreter of an environment in which the other commit is installed.  Both compute
the scenario `published` in processes of their own that take turns, so that a machine that changes
its speed changes both; the figures are medians, the ratios those of each round.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from statistics import median

CODE = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
from ismarket import Scenario, forecast, load_drivers, load_market

market, drivers = load_market(), load_drivers()
draws, found = int(sys.argv[1]), {}
forecast(market, drivers, Scenario(draws=8192), workers=2)
for threads in (1, 2):
    wall, cpu = time.perf_counter(), time.process_time()
    made = forecast(market, drivers, Scenario(draws=draws, seed=1), workers=threads)
    assert made.drawn.statistics.size and made.drawn.cells.size
    found[f"cpu {threads}"] = time.process_time() - cpu
    found[f"wall {threads}"] = time.perf_counter() - wall
print(json.dumps(found))
"""


def measured(python, draws):
    """Seconds of one process of that interpreter, by what was measured."""
    done = subprocess.run(
        [python, "-c", CODE, str(draws)],
        cwd=tempfile.gettempdir(), check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def main():
    """Print the medians and the ratios of this engine over the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("python", help="interpreter with the other commit")
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    rounds = [
        (measured(sys.executable, asked.draws), measured(asked.python, asked.draws))
        for _ in range(asked.rounds)
    ]
    print("|  | here, ms | there, ms | ratio |")
    print("|---|---|---|---|")
    for what, name in (
        ("cpu 1", "processor, one thread"), ("cpu 2", "processor, two threads"),
        ("wall 1", "wall, one thread"), ("wall 2", "wall, two threads"),
    ):  # fmt: skip
        here, there = (median(one[i][what] for one in rounds) for i in (0, 1))
        ratio = median(one[0][what] / one[1][what] for one in rounds)
        print(f"| {name} | {1e3 * here:.0f} | {1e3 * there:.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
