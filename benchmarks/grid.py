"""Processor time of 100 scenarios over one forecast's: ``python benchmarks/grid.py [100]``."""

import sys
import time

import numpy as np

import ismarket
from ismarket.engine.many import outcomes
from ismarket.engine.workers import Work

SCENARIOS, MOST = 100, 60.0


def ratio(asked: ismarket.Study, scenarios: int, workers: int) -> float:
    """How many times one forecast, with its tables, so many scenarios take."""
    plans = [asked.changed(overlap=float(x)).plan for x in np.linspace(0, 1, scenarios)]
    started = time.process_time()
    for plan in plans[::20]:
        made = asked.changed(plan.scenario).forecast(workers=workers)
        assert made.columns
    single = (time.process_time() - started) / len(plans[::20])
    started = time.process_time()
    for one in outcomes(plans, asked.drivers, Work(workers)):
        assert one.columns
    return (time.process_time() - started) / single


if __name__ == "__main__":
    asked = ismarket.study("published", draws=10_000, without=())
    many = int(sys.argv[1]) if len(sys.argv) > 1 else SCENARIOS
    for workers in (1, 2):
        found = ratio(asked, many, workers)
        print(f"{many} scenarios, {workers} threads: {found:.0f} times one forecast"
              f" (wanted: at most {MOST:.0f})")  # fmt: skip
