"""How the cost of a forecast grows with its market: regions, causes, drivers and years.

    python benchmarks/growth.py            every size, five rounds
    python benchmarks/growth.py --quick    two rounds

Processor time of one thread, medians; sizes are taken in turn within a round, so that a machine
that changes its speed changes all of them.  Markets are the shipped one with its regions, causes or
years repeated, or its causes dealt out to more drivers.  Exponents are those between the first and
the last size.
"""

import argparse
import math
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from ismarket import Driver, Scenario, forecast, load_drivers, load_market
from ismarket.model.stage import YearPath

DRAWS = 40_960
SIZES = {"regions": (5, 20, 50), "causes": (28, 60, 120), "drivers": (5, 8, 12, 25),
         "years": (6, 13, 30)}  # fmt: skip
BOUNDS = {"regions": 1.1, "causes": 1.1, "years": 1.1}
"""Largest exponents wanted."""
MOST_OF_DRIVERS = 15.0
"""How many times the first may the last number of drivers take."""


def renamed(parameter, name, owner=None):
    """The parameter under another name, so that it is drawn apart."""
    return replace(parameter, name=name, owner=owner or parameter.owner)


def with_regions(market, drivers, count):
    """The market with its regions repeated, each copy with numbers of its own."""
    own = len(market.regions)
    names = [f"{market.regions[i % own]} {i // own}" for i in range(count)]

    def wider(stage):
        if "region" not in stage.by:
            return stage
        each = len(stage.parameters) // own
        parameters = [
            renamed(p, f"{p.name}.{i}")
            for i in range(count)
            for p in stage.parameters[i % own * each : (i % own + 1) * each]
        ]
        at = [i % own for i in range(count)]
        path = stage.path and YearPath(*(
            part[:, at] for part in (stage.path.low, stage.path.mode, stage.path.high)
        ))  # fmt: skip
        return replace(stage, parameters=tuple(parameters), path=path)

    def known(by_region):
        return {name: by_region[market.regions[i % own]] for i, name in enumerate(names)}

    def sold(one):
        where = [name for i, name in enumerate(names) if market.regions[i % own] in one.regions]
        return replace(one, regions=tuple(where))

    causes = {
        name: replace(
            m,
            share=known(m.share) if m.share else m.share,
            ceiling=known(m.ceiling) if m.share else m.ceiling,
            launches=tuple(map(sold, m.launches)),
        )
        for name, m in market.mechanisms.items()
    }
    stages = tuple(map(wider, market.stages))
    return replace(market, regions=tuple(names), stages=stages, mechanisms=causes), drivers


def with_causes(market, drivers, count):
    """The market with its causes repeated, claimed by those who claim the first of each."""
    causes, claims = dict(market.mechanisms), {d.name: list(d.claims) for d in drivers}
    spreading = [m for m in market.mechanisms.values() if m.kind == "spread" and not m.inert]
    for number in range(count - len(causes)):
        first = spreading[number % len(spreading)]
        name = f"{first.name}_{number}"
        causes[name] = replace(
            first, name=name, ratio=renamed(first.ratio, "ratio", name),
            half_time=renamed(first.half_time, "half_time", name),
        )  # fmt: skip
        for driver in drivers:
            if first.name in driver.claims:
                claims[driver.name].append(name)
    drivers = tuple(replace(d, claims=tuple(claims[d.name])) for d in drivers)
    return replace(market, mechanisms=causes), drivers


def with_drivers(market, drivers, count):
    """The causes of the catalogue dealt out to so many drivers."""
    names = [name for name, m in market.mechanisms.items() if not m.inert]
    return market, tuple(
        Driver(f"driver_{i}", f"Driver {i}", claims=tuple(names[i::count])) for i in range(count)
    )


def with_years(market, drivers, count):
    """The market with so many years after the first, its paths standing still at their end."""
    years = range(market.base_year, market.base_year + count + 1)

    def longer(stage):
        at = np.minimum(range(count + 1), stage.path.mode.shape[0] - 1) if stage.path else None
        path = stage.path and YearPath(*(
            part[at] for part in (stage.path.low, stage.path.mode, stage.path.high)
        ))  # fmt: skip
        return replace(stage, path=path)

    return replace(market, years=tuple(years), stages=tuple(map(longer, market.stages))), drivers


WIDER = {"regions": with_regions, "causes": with_causes, "drivers": with_drivers,
         "years": with_years}  # fmt: skip


def seconds(market, drivers, draws=DRAWS):
    """Processor time of a whole forecast to the last year of the tables."""
    scenario = Scenario(
        anchor="bottom-up", without=(), draws=draws, seed=1, through=market.years[-1]
    )
    start = time.process_time()
    made = forecast(market, drivers, scenario, workers=1)
    assert made.drawn.statistics.size
    return time.process_time() - start, made.shapley_error


def main():
    """Print a row a size and the exponents."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two rounds instead of five")
    rounds = 2 if parser.parse_args().quick else 5
    market, drivers = load_market(), load_drivers()
    print("| what grows | size | ms | times the first | exponent | error, points |")
    print("|---|---|---|---|---|---|")
    missed = []
    for what, sizes in SIZES.items():
        base = market if what == "years" else market.until(market.horizon)
        markets = [WIDER[what](base, drivers, size) for size in sizes]
        for wide, acting in markets:
            seconds(wide, acting, 4096)
        took = [[seconds(*made) for made in markets] for _ in range(rounds)]
        found = [median(one[i][0] for one in took) for i in range(len(sizes))]
        for i, size in enumerate(sizes):
            exponent = math.log(found[i] / found[0]) / math.log(size / sizes[0]) if i else math.nan
            error = 100 * took[0][i][1] / (markets[i][0].years[-1] - markets[i][0].base_year)
            print(
                f"| {what} | {size} | {1e3 * found[i]:.0f} | {found[i] / found[0]:.2f} |"
                f" {'' if not i else f'{exponent:.2f}'} | {f'{error:.2g}' if error else ''} |"
            )
        last = math.log(found[-1] / found[0]) / math.log(sizes[-1] / sizes[0])
        if last > BOUNDS.get(what, math.inf):
            missed.append(f"{what}: exponent {last:.2f}")
        if what == "drivers" and found[-1] > MOST_OF_DRIVERS * found[0]:
            missed.append(f"{what}: {found[-1] / found[0]:.1f} times the first")
    print("\nbeyond the bounds:", "; ".join(missed) or "nothing")


if __name__ == "__main__":
    main()
