"""The engine beside the same market in plain NumPy, squigglepy, SALib and a C kernel.

    pip install -e .[bench]
    python benchmarks/engine.py            about ten minutes on two cores; needs gcc
    python benchmarks/engine.py --quick    fewer rounds, about three minutes
    python benchmarks/engine.py --full     with ten million draws, two minutes more

Contestants take turns (A B C A B C ...) in one process; every figure is a median over the rounds,
a ratio the median of the ratios round by round.  CPU is the time of all threads of the process,
wall what a clock shows; where other programs share the processors, CPU is the figure to trust.
Peak memory is that of processes of their own.  Nothing is printed unless all contestants agree
on the mean and the quantiles of the last year.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.rivals import plain, with_salib, with_squigglepy
from benchmarks.rivals.inputs import read_inputs
from benchmarks.rivals.kernel import FLAGS, Kernel
from benchmarks.rivals.ours import Ours
from benchmarks.rivals.timing import highest_memory, in_turn, ratio, table

DRAWS = 100_000
THREADS = 2
NAMES = {
    "values": "ismarket, values and quantiles",
    "whole": "ismarket, whole forecast with attribution",
    "kernel": "C kernel",
    "plain": "plain NumPy",
    "squigglepy": "squigglepy and NumPy",
}


def contestants():
    """Each contestant: a function of (draws, seed, threads) to its answer."""
    inputs, ours = read_inputs(), Ours()
    return {
        "values": ours.values,
        "whole": ours.whole,
        "kernel": Kernel(inputs).run,
        "plain": partial(plain.run, inputs),
        "squigglepy": partial(with_squigglepy.run, inputs),
    }


def check_agreement(works, draws=DRAWS):
    """Stop unless mean, P5, P50 and P95 of the last year agree within the sampling error."""
    at = [0, 1, 3, 5]
    answers = {
        name: np.array([work(draws, seed).totals[at, -1] for seed in (1, 2)])
        for name, work in works.items()
    }
    inputs = read_inputs()
    cells = plain.calibrated(inputs, plain.sample(inputs, 20_000, seed=3))
    last = cells[:, -1].sum(axis=(1, 2)).reshape(40, -1)
    levels = np.quantile(last, [0.05, 0.5, 0.95], axis=1)
    error = np.concatenate([last.mean(axis=1)[None], levels]).std(axis=1, ddof=1)
    error *= np.sqrt(last.shape[1] / (2 * draws))
    middle = np.median([answer.mean(axis=0) for answer in answers.values()], axis=0)
    off = {name: np.abs(a.mean(axis=0) - middle) / error for name, a in answers.items()}
    for name, far in off.items():
        if far.max() > 5:
            raise SystemExit(f"{NAMES[name]} is {far.max():.1f} standard errors off; no figures")
    rows = [
        (NAMES[name], *(f"{v / 1e9:.4f}" for v in a.mean(axis=0)), f"{off[name].max():.1f}")
        for name, a in answers.items()
    ]
    print(f"\n### The same answer\n\nLast year, USD billion, {2 * draws:,} draws each.")
    table(("", "mean", "P5", "P50", "P95", "largest difference, standard errors"), rows)


def show_contest(works, rounds):
    """Time, ratio and peak memory at DRAWS draws."""
    works = {name: partial(work, DRAWS, 1, THREADS) for name, work in works.items()}
    times = in_turn(works, rounds)
    peaks = {name: {n: peak(name, n) for n in (DRAWS, 1_000_000)} for name in works}
    rows = []
    for name, found in times.items():
        wall, cpu = np.median(found, axis=0)
        slow = name in ("plain", "squigglepy")
        rows.append(
            (
                NAMES[name],
                1 if slow else THREADS,
                f"{1000 * wall:.0f}",
                f"{1000 * cpu:.0f}",
                f"{1e6 * cpu / DRAWS:.2f}",
                f"{ratio(found, times['values'], 0):.2f}",
                f"{ratio(found, times['values']):.2f}",
                *(f"{peaks[name][n]:,.0f}" for n in peaks[name]),
            )
        )
    print(f"\n### {DRAWS:,} draws: mean and five quantiles of every cell and total")
    table(
        ("", "threads", "wall, ms", "CPU, ms", "CPU, us a draw", "wall over ours",
         "CPU over ours", "peak MB", "peak MB, 1e6 draws"),
        rows,
    )  # fmt: skip
    against = {name: times[name] for name in ("kernel", "plain", "squigglepy")}
    return {
        "C kernel": (1 / ratio(against["kernel"], times["values"]), "at most 5.8"),
        "plain NumPy": (ratio(against["plain"], times["values"], 0), "at least 8.5"),
        "squigglepy": (ratio(against["squigglepy"], times["values"], 0), "at least 8"),
    }


def peak(name, draws):
    """Peak memory in MB of a process of its own; nan for whole arrays that would not fit."""
    if name in ("plain", "squigglepy") and draws > DRAWS and memory_gb() < 16:
        return float("nan")
    command = [sys.executable, __file__, "--peak", name, str(draws)]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)


def memory_gb():
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9


def show_indices(works, rounds):
    """SALib's Sobol indices beside as many draws of ours."""
    indices = with_salib.Indices(read_inputs())
    base = 512
    draws = indices.evaluations(base)
    times = in_turn(
        {"ours": partial(works["values"], draws, 1, 1), "salib": partial(indices.run, base)}, rounds
    )
    medians = {name: np.median(found, axis=0) for name, found in times.items()}
    print(f"\n### Sobol indices: {draws:,} evaluations of SALib's design ({base} points)")
    rows = [
        (title, f"{1000 * medians[name][0]:.0f}", f"{1000 * medians[name][1]:.0f}",
         f"{ratio(times[name], times['ours']):.1f}")
        for name, title in (
            ("ours", "ismarket, as many draws, one thread"),
            ("salib", "SALib: design, plain NumPy on it, analysis"),
        )
    ]  # fmt: skip
    table(("", "wall, ms", "CPU, ms", "CPU over ours"), rows)


def show_growth(ours, sizes, rounds):
    """Cost of a draw by number of draws, whole forecasts, and the growth exponent.

    Few draws are computed up to ten times in a row, so that a round says as much of them.
    """
    again = {n: min(10, sizes[-1] // n) for n in sizes}
    works = {n: partial(repeat, partial(ours.forecast, n, 1, THREADS), again[n]) for n in sizes}
    times = {n: found / again[n] for n, found in in_turn(works, rounds).items()}
    rows, cost = [], {n: ratio(times[n], times[sizes[0]]) * sizes[0] / n for n in sizes}
    for n in sizes:
        wall, cpu = np.median(times[n], axis=0)
        exponent = 1 + np.log(cost[n]) / np.log(n / sizes[0]) if n > sizes[0] else None
        rows.append(
            (f"{n:,}", f"{wall:.2f}", f"{cpu:.2f}", f"{1e6 * cpu / n:.2f}", f"{cost[n]:.3f}",
             f"{exponent:.3f}" if exponent else "", f"{peak('whole', n):,.0f}")
        )  # fmt: skip
    print("\n### Whole forecasts with attribution and every table")
    table(
        ("draws", "wall, s", "CPU, s", "CPU, us a draw", f"over {sizes[0]:,} draws",
         "growth exponent", "peak MB"),
        rows,
    )  # fmt: skip
    return {
        f"a draw of {sizes[-1]:,} over one of {sizes[0]:,}": (cost[sizes[-1]], "at most 1.05"),
        "growth exponent": (float(rows[-1][5]), "at most 1.02"),
    }


def repeat(work, times):
    """Call it so many times."""
    for _ in range(times):
        work()


def show_threads(ours, rounds):
    """The same forecast on one thread, on two, and on two processes that have been started."""
    many = 10 * DRAWS
    works = {
        "one thread": partial(ours.forecast, DRAWS, 1, 1),
        "two threads": partial(ours.forecast, DRAWS, 1, 2),
    }
    times = in_turn(works, rounds)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        ours.forecast(many, 1, pool)
        works = {
            "one thread, many": partial(ours.forecast, many, 1, 1),
            "two threads, many": partial(ours.forecast, many, 1, 2),
            "two processes, many": partial(ours.forecast, many, 1, pool),
        }
        times |= in_turn(works, max(3, rounds // 2))
    few, threads, processes = (
        ratio(times[one], times[two], 0)
        for one, two in (
            ("one thread", "two threads"),
            ("one thread, many", "two threads, many"),
            ("one thread, many", "two processes, many"),
        )
    )
    print(f"\n### Threads and processes, whole forecast, {DRAWS:,} draws and {many:,} (many)")
    rows = [(name, f"{1000 * np.median(found[:, 0]):.0f}") for name, found in times.items()]
    table(("", "wall, ms"), rows)
    return {
        "two threads over one, wall": (few, "at least 1.4"),
        f"the same, {many:,} draws": (threads, "at least 1.4"),
        f"two processes over one thread, {many:,} draws": (processes, ""),
    }


def show_equal_error(ours, seeds, draws=8192):
    """Variance over seeds times CPU time: sampler random over sampler sobol."""
    found = {"random": [], "sobol": []}
    seconds = {name: [] for name in found}
    for seed in range(seeds):
        for name in found:
            start = time.process_time()
            made = ours.forecast(draws, seed, 1, sampler=name)
            seconds[name].append(time.process_time() - start)
            found[name].append(
                made.drawn.statistics[[0, 1, 3, 5], made.years.index(made.years[-1])]
            )
    variance = {name: np.var(rows, axis=0, ddof=1) for name, rows in found.items()}
    cost = {name: statistics.median(times) for name, times in seconds.items()}
    points = variance["random"] / variance["sobol"]
    gain = points * cost["random"] / cost["sobol"]
    names = ("mean", "P5", "P50", "P95")
    print(f"\n### Equal error, last year, {seeds} seeds of {draws:,} draws")
    spread = np.sqrt(4 / seeds)
    rows = [
        (name, f"{p:.1f}", f"{g:.1f}", f"{g * spread:.1f}")
        for name, p, g in zip(names, points, gain, strict=True)
    ]
    table(("", "variance of random over sobol", "time for equal error", "standard error"), rows)
    wanted = {"mean": "at least 10", "P50": "at least 3", "P95": "at least 3"}
    return {
        f"equal error, {name}": (gain[names.index(name)], bound) for name, bound in wanted.items()
    }


def show_slider(ours, rounds):
    """One parameter moved: a forecast of 4,096 draws with its tables, beside pandas' import."""

    def moved():
        made = ours.forecast(4096, 1, THREADS, fixed={"video_eeg.ratio": 2.0})
        return made.columns["summary"], made.columns["attribution"]

    def process(code):
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    times = in_turn(
        {"slider": moved, "pandas": process("import pandas"), "bare": process("pass")}, rounds
    )
    slider = 1000 * float(np.median(times["slider"][:, 0]))
    cpu = 1000 * float(np.median(times["slider"][:, 1]))
    imported = 1000 * float(np.median(times["pandas"][:, 0] - times["bare"][:, 0]))
    print("\n### One slider moved: 4,096 draws with attribution")
    table(
        ("", "wall, ms", "CPU, ms"),
        [("forecast and its tables", f"{slider:.0f}", f"{cpu:.0f}"),
         ("import pandas, beyond a bare Python", f"{imported:.0f}", "")],
    )  # fmt: skip
    return {"slider, ms": (slider, "at most 30")}


def describe():
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    compiler = subprocess.run(
        ["gcc", "-dumpfullversion"], capture_output=True, text=True, check=True
    )
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, gcc"
        f" {compiler.stdout.strip()} {' '.join(FLAGS[:3])}, {os.cpu_count()} processors; load"
        f" when this began (1, 5, 15 minutes): {load}."
    )


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="fewer rounds")
    options.add_argument("--full", action="store_true", help="up to ten million draws")
    options.add_argument("--peak", nargs=2, metavar=("NAME", "DRAWS"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.peak:
        name, draws = chosen.peak
        contestants()[name](int(draws), 1, THREADS)
        print(highest_memory())
        return
    rounds = 5 if chosen.quick else 15
    sizes = [DRAWS, 1_000_000] + [10_000_000] * chosen.full
    works, ours = contestants(), Ours()
    describe()
    check_agreement(works)
    results = show_contest(works, rounds)
    show_indices(works, max(3, rounds // 3))
    results |= show_growth(ours, sizes, max(3, rounds // 5))
    results |= show_threads(ours, rounds)
    results |= show_equal_error(ours, 40 if chosen.quick else 200)
    results |= show_slider(ours, 3 * rounds)
    print("\n### Summary")
    table(("", "found", "wanted"), [(n, f"{v:.2f}", want) for n, (v, want) in results.items()])


if __name__ == "__main__":
    main()
