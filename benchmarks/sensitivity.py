"""Sobol indices of every input of the default market: this package, and SALib with plain NumPy.

Run ``python benchmarks/sensitivity.py [POINTS]``.  Both do the same work: first-order and total
indices of the last year's value in scenario ``evidence`` for each input on its own, with intervals:
ours from replicates, SALib's from 400 resamples.  The plain model is written out below as one would
write it for this market alone: the last year only, whole arrays, quantiles read from a table.
"""

import sys
import time

import numpy as np

from ismarket import load_drivers, load_market, load_scenario
from ismarket.analysis.groups import Grouping
from ismarket.analysis.response import response
from ismarket.analysis.sensitivity import drawn
from ismarket.analysis.sobol import evaluate_design, indices

RESAMPLES = 400


def ours(asked, points):
    groups = Grouping("parameter", {p.key: (p.key,) for p in asked.inputs}, ())
    a, b = drawn(asked.inputs, points, seed=1)
    design = evaluate_design(lambda values: asked("value", values), a, b, groups.groups)
    return indices(design)


def plain_model(asked):
    """The evidence scenario's last-year value, USD, as a function of a matrix (run, input)."""
    plan, market = asked.plan, asked.plan.market
    column = {p.key: i for i, p in enumerate(asked.inputs)}
    years = float(plan.years[-1] - market.base_year)
    claimed = {name for driver in plan.drivers for name in driver.claims}
    causes = [m for m in market.mechanisms.values() if m.name in claimed and not m.inert]
    births = market.stage("births")

    def value(x):
        def stage(name):
            return np.stack([x[:, column[p.key]] for p in market.stage(name).parameters], axis=1)

        shift = dict.fromkeys(("diagnosed", "treated"), 0.0)
        by_class = {
            (name, c): 0.0 for name in ("class_mix", "net_cost") for c in market.drug_classes
        }
        people = np.broadcast_to(births.path.mode[0], (len(x), len(market.regions)))
        for cause in causes:
            if cause.kind == "path":
                path, last = births.path, len(plan.market.years) - 1
                drawn_last = stage("births")
                up = np.maximum(drawn_last - path.mode[-1], 0) / (path.high - path.mode)[-1]
                down = np.maximum(path.mode[-1] - drawn_last, 0) / (path.mode - path.low)[-1]
                people = (
                    path.mode[last]
                    + up * (path.high - path.mode)[last]
                    - down * (path.mode - path.low)[last]
                )
                continue
            start = np.array([cause.share[r] for r in market.regions])
            ceiling = np.array([cause.ceiling[r] for r in market.regions])
            rate = np.log1p(ceiling / start) / x[:, column[cause.half_time.key]][:, None]
            reached = ceiling / (1 + (ceiling - start) / start * np.exp(-rate * years))
            moved = np.log(x[:, column[cause.ratio.key]])[:, None] * (reached - start)
            if cause.stage in shift:
                shift[cause.stage] = shift[cause.stage] + moved
            else:
                for c in market.drug_classes if not cause.drug_class else (cause.drug_class,):
                    by_class[cause.stage, c] = by_class[cause.stage, c] + moved
        people = people * stage("incidence")
        for name, by in shift.items():
            odds = stage(name) / (1 - stage(name)) * np.exp(by)
            people = people * odds / (1 + odds)
        shape = (len(x), len(market.regions), len(market.drug_classes))
        mix, cost = stage("class_mix").reshape(shape), stage("net_cost").reshape(shape)
        weights = [
            mix[:, :, i] * np.exp(by_class["class_mix", c])
            for i, c in enumerate(market.drug_classes)
        ]
        spend = sum(
            w * cost[:, :, i] * np.exp(by_class["net_cost", c])
            for i, (c, w) in enumerate(zip(market.drug_classes, weights, strict=True))
        ) / sum(weights)
        return (people * spend).sum(axis=1)

    return value


def theirs(asked, points):
    from SALib.analyze import sobol
    from SALib.sample import sobol as sampler

    names = [p.key for p in asked.inputs]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0, 1]] * len(names)}
    unit = sampler.sample(problem, points, calc_second_order=False, seed=1)
    x = np.empty_like(unit)
    levels = np.linspace(0, 1, 4097)
    for i, parameter in enumerate(asked.inputs):
        x[:, i] = np.interp(unit[:, i], levels, parameter.quantile(levels))
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
