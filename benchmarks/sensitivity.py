"""Sobol indices of every input of the default market: this package, and SALib with plain NumPy.

Run ``python benchmarks/sensitivity.py [POINTS]``.  Both do the same work: first-order and total
indices of the last year's value in scenario ``evidence`` for each input on its own, with intervals:
ours from replicates, SALib's from 400 resamples.  The plain model is that of ``rivals/plain.py``:
the last year only, whole arrays, quantiles read from a table.
"""

import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.rivals import plain
from benchmarks.rivals.inputs import read_inputs
from ismarket import load_drivers, load_market, load_scenario
from ismarket.analysis.groups import Grouping
from ismarket.analysis.response import response
from ismarket.analysis.sensitivity import drawn
from ismarket.analysis.sobol import indices, swapped

RESAMPLES = 400


def ours(asked, points):
    groups = Grouping("parameter", {p.key: (p.key,) for p in asked.inputs}, ())
    a, b = drawn(asked.inputs, points, seed=1)
    function = partial(asked, "value")
    exchanged = swapped(function, a, b, list(groups.groups.values()))
    return indices(tuple(groups.groups), function(a), function(b), exchanged)


def plain_model(asked):
    """The evidence scenario's last-year value, USD, as a function of a matrix (run, input)."""
    inputs = read_inputs(anchor="bottom-up", without=())
    last = np.array([inputs.first + inputs.years - 1])

    def value(x):
        drawn = {key: np.full(len(x), mode) for key, mode in inputs.modes.items()}
        drawn |= {p.key: x[:, i] for i, p in enumerate(asked.inputs)}
        return plain.count(inputs, drawn, inputs.drivers, last).sum(axis=(1, 2, 3))

    return value


def theirs(asked, points):
    from SALib.analyze import sobol
    from SALib.sample import sobol as sampler

    names = [p.key for p in asked.inputs]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0, 1]] * len(names)}
    unit = sampler.sample(problem, points, calc_second_order=False, seed=1)
    x = np.empty_like(unit)
    for i, parameter in enumerate(asked.inputs):
        x[:, i] = parameter.quantile(unit[:, i])
    y = plain_model(asked)(x)
    return sobol.analyze(problem, y, calc_second_order=False, num_resamples=RESAMPLES, seed=1)


def main(points=4096):
    asked = response(load_market(), load_drivers(), load_scenario("evidence"))
    modes = np.array([[p.mode for p in asked.inputs]])
    same = plain_model(asked)(modes)[0] / asked("value", {})[0] - 1
    print(
        f"{len(asked.inputs)} inputs, {points:,} base points; the two models differ by {same:.1e}"
    )
    seconds = {}
    for name, run in (("ismarket", ours), ("SALib with plain NumPy", theirs)):
        start = time.perf_counter()
        found = run(asked, points)
        seconds[name] = time.perf_counter() - start
        total = found.total if name == "ismarket" else found["ST"]
        top = np.argsort(-total)[:3]
        shown = ", ".join(f"{asked.inputs[i].key} {total[i]:.3f}" for i in top)
        print(f"{name}: {seconds[name]:.2f} s; {shown}")
    print(f"ratio: {seconds['SALib with plain NumPy'] / seconds['ismarket']:.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
