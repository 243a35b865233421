"""25 drivers at once: seconds of a processor until the panel has settled on 10,000 draws.

python benchmarks/many_drivers.py [CHANGES]
"""

import sys
import time

import numpy as np

from ismarket import Driver, Effect, Parameter, Scenario, adoption, explore, load_market

COUNT, DRAWS = 25, 10_000
SOURCE = "assumption: a benchmark"


def effects(stage, number):
    """A driver's function that moves one stage by a cause of its own."""

    def moved(market, p):
        reached = adoption.logistic(market.elapsed, start=0.1, ceiling=0.6, half_time=p.half_time)
        yield Effect(stage, np.log(p.ratio) * reached, mechanism=f"cause_{number}")

    return moved


def drivers(market):
    """As many drivers, each with a function and two parameters, over the stages in turn."""
    stages = [s.name for s in market.stages if s.link != "softmax" and s.path is None]
    parameters = (
        Parameter("ratio", 1.0, 1.1, 1.5, unit="ratio", title="Ratio", source=SOURCE),
        Parameter("half_time", 2, 4, 8, unit="years", title="Half time", source=SOURCE),
    )
    return [
        Driver(f"d{i:02}", f"Driver {i}", (), effects(stages[i % len(stages)], i), parameters)
        for i in range(COUNT)
    ]


def main(changes):
    """Change a strength as a hand does, and print what it took and how exact the shares are."""
    market = load_market()
    panel = explore(market, drivers(market), Scenario(without=(), draws=DRAWS))
    taken = []
    for change in range(changes):
        started = time.process_time()
        panel.change({"kind": "strength", "key": "d03", "value": 1.1 + 0.05 * change})
        taken.append(time.process_time() - started)
    print(f"{COUNT} drivers, {DRAWS:,} draws: {min(taken):.2f} to {max(taken):.2f} s a change")
    page = " ".join(str(panel.forecast).split())
    print(page[page.index(f"{COUNT} drivers:") :].partition(". ")[0])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
