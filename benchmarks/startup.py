"""Start-up: the help and a default run beside a bare Python and an import of numpy and pandas.

    python benchmarks/startup.py [RUNS]

Whole processes in turn (A B A B ...), medians of wall time, and the ratio pair by pair.
"""

import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 15
PYTHON = sys.executable
PAIRS = [
    ("ismarket --help", ["-m", "ismarket", "--help"], "bare Python", ["-c", "pass"], 10),
    (
        "ismarket run, kept",
        ["-m", "ismarket", "run"],
        "import numpy, pandas",
        ["-c", "import numpy, pandas"],
        2,
    ),
    (
        "ismarket run --no-keep",
        ["-m", "ismarket", "run", "--no-keep"],
        "import numpy, pandas",
        ["-c", "import numpy, pandas"],
        2,
    ),
]


def seconds(arguments):
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run([PYTHON, *arguments], check=True, capture_output=True, cwd=folder)
        return time.perf_counter() - start


def main(runs=RUNS):
    print("| process | ms | beside | ms | ratio | at most |")
    print("|---|---|---|---|---|---|")
    for name, arguments, other, yardstick, bound in PAIRS:
        seconds(arguments), seconds(yardstick)
        pairs = [(seconds(arguments), seconds(yardstick)) for _ in range(runs)]
        ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(
            f"| {name} | {1000 * ours:.0f} | {other} | {1000 * theirs:.0f} |"
            f" {ratio:.2f} | {bound} |"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
