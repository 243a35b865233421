"""What the guard costs: a run of 100,000 draws with a driver of its own, guarded and bare.

    python benchmarks/guard_cost.py [--draws N] [--pairs N]

Guarded and bare runs take turns, first one, then the other, on one thread.  Prints the median over
the pairs of the guard's share of processor time with the middle half of the pairs, and the guard's
own milliseconds as a stopwatch around every call has them.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from types import SimpleNamespace

import numpy as np

from ismarket import (
    Driver,
    Effect,
    Parameter,
    Scenario,
    adoption,
    forecast,
    load_drivers,
    load_market,
)
from ismarket.guard import contract

ABOUT = {"title": "t", "source": "benchmark"}
GUARDED = contract.guarded_effects


def effects(market, p):
    """The driver of the template."""
    reached = adoption.logistic(market.elapsed, start=0.1, ceiling=0.6, half_time=p.half_time)
    yield Effect("diagnosed", np.log(p.odds_ratio) * reached)


STRANGER = Driver(
    "stranger", "Stranger", (), effects,
    (Parameter("odds_ratio", 1.0, 1.2, 1.5, unit="odds ratio", **ABOUT),
     Parameter("half_time", 3.0, 5.0, 8.0, unit="years", **ABOUT)),
)  # fmt: skip


def bare(market, driver, values):
    """The effects of a driver, nothing looked at."""
    if driver.effects is None:
        return []
    drawn = {p.name: values[p.key][None, None, None, :] for p in driver.parameters}
    return list(driver.effects(market, SimpleNamespace(**drawn)))


def put(function):
    """Let every module that asks drivers ask them through ``function``."""
    known = (GUARDED, *_PUT)
    for module in list(sys.modules.values()):
        if getattr(module, "guarded_effects", None) in known:
            module.guarded_effects = function
    _PUT.append(function)


_PUT = []


def run(function, market, drivers, draws):
    """Processor seconds of a run, and those of them inside ``function``."""
    inside = 0.0

    def watch(*arguments):
        nonlocal inside
        started = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            inside += time.perf_counter() - started

    put(watch)
    gc.collect()
    started = time.process_time()
    forecast(market, drivers, Scenario(draws=draws), workers=1)
    taken = time.process_time() - started
    put(GUARDED)
    return taken, inside


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=31)
    asked = parser.parse_args()
    market, drivers = load_market(), [*load_drivers(), STRANGER]
    for function in (GUARDED, bare):
        run(function, market, drivers, asked.draws)
    seconds = {GUARDED: [], bare: []}
    for pair in range(asked.pairs):
        for function in (GUARDED, bare) if pair % 2 else (bare, GUARDED):
            seconds[function].append(run(function, market, drivers, asked.draws))
    whole = {name: statistics.median(t for t, _ in taken) for name, taken in seconds.items()}
    inside = {name: statistics.median(t for _, t in taken) for name, taken in seconds.items()}
    shares = sorted(
        g / b - 1.0 for (g, _), (b, _) in zip(seconds[GUARDED], seconds[bare], strict=True)
    )
    own = inside[GUARDED] - inside[bare]
    print(
        f"{asked.draws:,} draws, {asked.pairs} pairs: guarded {whole[GUARDED]:.3f} s,"
        f" bare {whole[bare]:.3f} s"
    )
    print(
        f"the guard costs {100 * statistics.median(shares):.1f}% of a run (middle half of the pairs"
        f" {100 * shares[len(shares) // 4]:.1f} to {100 * shares[-1 - len(shares) // 4]:.1f}%);"
        f" by the stopwatch {1000 * own:.1f} ms, {100 * own / whole[bare]:.1f}%"
    )


if __name__ == "__main__":
    main()
