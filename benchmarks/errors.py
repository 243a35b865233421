"""Printed errors beside true ones: every kind of error that a sheet prints, over many seeds.

    python benchmarks/errors.py                400 seeds of each scenario
    python benchmarks/errors.py --quick        100 seeds, bounds as much wider as so few cannot tell
    python benchmarks/errors.py --seeds 1000

For each seed a forecast, what knowing is worth to a decision, shares of variance by cause and by
status, with the draws and points that commands take by themselves.  The true error of a statistic
is its spread over the seeds, the truth its mean.  A row is a kind of error: of its members, such as
mean and quantiles or the drivers, the geometric mean of printed over true error, the lowest and the
highest, which are held to the bounds as well but for what so many seeds cannot tell (3 standard
errors), and how often nine in ten intervals hold the truth.  Last, how often ``until`` keeps its
promise.  Exits with 1 where a bound fails.
"""

import argparse
import math
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from ismarket import forecast, load_drivers, load_market, load_scenario
from ismarket.analysis.coverage import coverage
from ismarket.analysis.information import Decision, value_of_information
from ismarket.analysis.response import response
from ismarket.analysis.sensitivity import sensitivity_of
from ismarket.sampling.points import REPLICATE, error_of, errors_inside

SCENARIOS = ("published", "evidence")
RATIO, COVERED = (0.9, 1.3), (0.86, 0.95)
"""Bounds of printed over true error, and of the share of nine in ten intervals that hold."""
KEPT = 0.95
"""Share of seeds for which ``until`` keeps its promise, at least."""
UNTIL = {"published": 0.001, "evidence": 0.005}
SMALL = 0.005
"""Share of the variance below which an index is not asked for, since it prints as nothing."""
STATISTICS = ("mean", "p5", "p50", "p95")
TABLES = {"summary": ("value, last year", -1), "cagr": ("growth a year", 0),
          "calibration": ("calibration", 0)}  # fmt: skip


def of_forecast(run):
    """Statistics of a forecast with their errors: (kind, member) -> (estimate, error)."""
    found = {}
    for table, (kind, row) in TABLES.items():
        for name in STATISTICS:
            about = run.columns[table][name][row], run.standard_errors[table][name][row]
            found[kind, name] = about
    carried, errors = run.columns["attribution"], run.standard_errors["attribution"]
    for i, driver in enumerate(carried["driver"]):
        j = errors["driver"].index(driver)
        for name in ("p5", "p95"):
            found["points of growth", f"{driver} {name}"] = carried[name][i], errors[name][j]
    reach = errors_inside(math.ceil(run.plan.scenario.draws / REPLICATE))
    return {key: (*about, reach) for key, about in found.items()}


def of_decision(run, decision):
    """What knowing is worth, likewise, of whatever is printed."""
    found = value_of_information(run, decision)
    rows = [found.perfect, *(row for part in found.partial.values() for row in part)]
    reach = errors_inside(math.ceil(run.plan.scenario.draws / REPLICATE))
    return {("worth of knowing", row.name): (row.value, row.error, reach) for row in rows}


def of_variance(market, drivers, scenario):
    """Shares of the variance of value, likewise: the error is half the interval over the reach."""
    found = {}
    indices = sensitivity_of(market, drivers, scenario, by="mechanism").indices
    for which in ("first", "total"):
        apart = getattr(indices, f"{which}_deviations")
        reach, errors = errors_inside(apart.shape[1]), error_of(apart)
        for i, group in enumerate(indices.groups):
            found[f"{which} index", group] = getattr(indices, which)[i], errors[i], reach
    [part] = coverage(response(market, drivers, scenario), "value")
    for i, status in enumerate(part.groups):
        half = (part.high[i] - part.low[i]) / 2.0
        found["share by status", status] = part.share[i], half / reach, reach
    return found


def of_seed(name, decision, seed):
    """Everything that one seed prints, (kind, member) -> (estimate, error, reach)."""
    market, drivers = load_market(), load_drivers()
    scenario = load_scenario(name).changed(seed=seed)
    run = forecast(market, drivers, scenario, workers=1)
    found = {**of_forecast(run), **of_decision(run, decision)}
    return found | of_variance(market, drivers, scenario)


def promised(name, seed):
    """P50 and P95 of the last year with UNTIL, and the draws that it took."""
    scenario = load_scenario(name).changed(seed=seed)
    run = forecast(load_market(), load_drivers(), scenario, workers=1, until=UNTIL[name])
    table = run.columns["summary"]
    return table["p50"][-1], table["p95"][-1], run.plan.scenario.draws


def even_decision(name):
    """A decision that four in ten draws make worth entering."""
    run = forecast(load_market(), load_drivers(), load_scenario(name))
    plain = Decision(margin=0.3, share=0.1, cost=0.0)
    cost = float(np.quantile(plain.net_benefit(run.draws.total), 0.6))
    return Decision(plain.margin, plain.share, cost)


def printed(kind, estimates, errors):
    """Whether a sheet shows it: an index that is not small, a worth above its noise."""
    if kind.endswith("index"):
        return estimates.mean() > SMALL
    if kind.startswith("worth"):
        return (estimates > 2 * errors).mean() > 0.95
    return estimates.std() > 1e-9 * abs(estimates.mean())


def judged(found):
    """By kind and member: printed over true error, and the share of intervals that hold."""
    rows = {}
    for kind, member in found[0]:
        seen = np.array([each[kind, member] for each in found if (kind, member) in each])
        estimates, errors, reach = seen.T
        if len(seen) < len(found) or not printed(kind, estimates, errors):
            continue
        ratio = math.sqrt(np.mean(errors**2)) / estimates.std(ddof=1)
        covered = np.mean(np.abs(estimates - estimates.mean()) <= reach * errors)
        rows.setdefault(kind, {})[member] = ratio, covered
    return rows


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--seeds", type=int, default=400)
    asked.add_argument("--workers", type=int, default=None)
    options = asked.parse_args()
    seeds = 100 if options.quick else options.seeds
    noise = 3.0 / math.sqrt(2.0 * seeds)
    doubt = 3.0 * math.sqrt(0.9 * 0.1 / seeds)
    slack = (noise, doubt) if options.quick else (0.0, 0.0)
    failed = False
    head = ("scenario", "error of", "of", "printed/true", "holds", "lowest", "highest")
    print("{:<10} {:<17} {:>3} {:>13} {:>6}  {:<30} {}".format(*head))
    with ProcessPoolExecutor(options.workers) as pool:
        for name in SCENARIOS:
            decision = even_decision(name)
            found = list(pool.map(partial(of_seed, name, decision), range(seeds), chunksize=4))
            for kind, members in judged(found).items():
                ratios = {member: each for member, (each, _) in members.items()}
                covered = np.mean([each for _, each in members.values()])
                ratio = math.exp(np.mean(np.log(list(ratios.values()))))
                lowest, highest = (choose(ratios, key=ratios.get) for choose in (min, max))
                low, high = ratios[lowest], ratios[highest]
                good = (
                    RATIO[0] - slack[0] <= ratio <= RATIO[1] + slack[0]
                    and COVERED[0] - slack[1] <= covered <= COVERED[1] + slack[1]
                    and RATIO[0] - noise <= low
                    and high <= RATIO[1] + noise
                )
                failed |= not good
                print(
                    f"{name:<10} {kind:<17} {len(ratios):>3} {ratio:>13.2f} {covered:>6.0%}"
                    f"  {f'{low:.2f} {lowest}':<30} {high:.2f} {highest}"
                    f"{'' if good else '  OUT OF BOUNDS'}",
                    flush=True,
                )
            ends = np.array(list(pool.map(partial(promised, name), range(100), chunksize=4)))
            off = np.abs(ends[:, :2] / ends[:, :2].mean(axis=0) - 1.0)
            kept = np.mean((off <= UNTIL[name]).all(axis=1))
            failed |= kept < KEPT
            print(
                f"{name:<10} until {UNTIL[name]:.1%}: P50 and P95 of the last year were within it"
                f" for {kept:.0%} of 100 seeds, {ends[:, 2].mean():,.0f} draws on average"
                f"{'' if kept >= KEPT else '  OUT OF BOUNDS'}",
                flush=True,
            )
    low, high = RATIO
    print(f"wanted: {low} to {high} and {COVERED[0]:.0%} to {COVERED[1]:.0%} over {seeds} seeds")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
