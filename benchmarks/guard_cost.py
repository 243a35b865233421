"""What the guard costs: a run of 100,000 draws with a driver of its own, guarded and bare.

    python benchmarks/guard_cost.py

Prints the median seconds of several runs of each in turn, and the guard's share.
"""

from __future__ import annotations

import statistics
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
    funnel,
    load_drivers,
    load_market,
)

RUNS, DRAWS = 9, 100_000


def effects(market, p):
    """The driver of the template."""
    reached = adoption.logistic(market.elapsed, start=0.1, ceiling=0.6, half_time=p.half_time)
    yield Effect("diagnosed", np.log(p.odds_ratio) * reached)


def bare(market, driver, values):
    """The effects of a driver, nothing looked at."""
    if driver.effects is None:
        return []
    drawn = {p.name: values[p.key][None, None, None, :] for p in driver.parameters}
    return list(driver.effects(market, SimpleNamespace(**drawn)))


def main() -> None:
    market = load_market()
    about = {"title": "t", "source": "benchmark"}
    stranger = Driver(
        "stranger", "Stranger", (), effects,
        (Parameter("odds_ratio", 1.0, 1.2, 1.5, unit="odds ratio", **about),
         Parameter("half_time", 3.0, 5.0, 8.0, unit="years", **about)),
    )  # fmt: skip
    drivers = [*load_drivers(), stranger]
    guarded = funnel.guarded_effects
    seconds = {"guarded": [], "bare": []}
    for run in range(RUNS + 1):
        for name, function in (("guarded", guarded), ("bare", bare)):
            funnel.guarded_effects = function
            started = time.process_time()
            forecast(market, drivers, Scenario(draws=DRAWS), workers=1)
            if run:
                seconds[name].append(time.process_time() - started)
    funnel.guarded_effects = guarded
    middle = {name: statistics.median(taken) for name, taken in seconds.items()}
    cost = middle["guarded"] / middle["bare"] - 1.0
    best = min(seconds["guarded"]) / min(seconds["bare"]) - 1.0
    print(f"{DRAWS:,} draws: guarded {middle['guarded']:.3f} s, bare {middle['bare']:.3f} s")
    print(f"the guard costs {100 * cost:.1f}% (of the fastest runs {100 * best:.1f}%)")


if __name__ == "__main__":
    main()
