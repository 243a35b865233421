"""The forecast: the reference case, the draws and what each driver carries."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from .arrays import Array
from .attribution import MOST_EXACT, exact_shapley, sampled_shapley
from .driver import Driver
from .errors import DriverError
from .funnel import Funnel, Shifts, at_years, gather
from .market import Market
from .outcome import Forecast, Path
from .parameter import Parameter, Quantiles
from .plan import Plan, make_plan, named_plan
from .sampling import BLOCK, block_points
from .scenario import Scenario
from .store import BlockStore

CHUNK = 1024
"""Draws that are worked on at once; their arrays stay in the processor's cache."""
Progress = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a set of draws gives before calibration, for the years from the start on.

    ``cells`` (year, region, drug_class, draw) in USD; ``contributions`` (driver, draw) to log
    growth, with their standard error where orders were sampled.
    """

    cells: Array
    contributions: Array
    sampling_error: Array


def forecast(
    market: Market,
    drivers: Iterable[Driver],
    scenario: Scenario | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    store: BlockStore | None = None,
) -> Forecast:
    """The forecast of ``scenario`` (by default the shipped one, ``published``).

    ``workers`` threads share the blocks of draws; the answer does not depend on how many.
    ``progress`` is called with the draws that each block has finished; ``store`` keeps finished
    blocks, so that a forecast that was interrupted goes on from them.  Raises InputError for a
    scenario that market or drivers do not know, DriverError for a driver that breaks its contract.
    """
    installed = tuple(drivers)
    plan = make_plan(market, installed, scenario or Scenario())
    report = named_plan(plan, installed)
    named = evaluate(report, report.modes).cells.sum(axis=(1, 2))[:, 0]
    left = unexplained(plan, named)
    at_modes = {**plan.modes, **plan.fixed}
    reference = evaluate(plan, at_modes)
    modes, stacked, draws = (_room(plan, n) for n in (1, 1, plan.scenario.draws))
    _take(plan, modes, 0, reference, left)
    _take(plan, stacked, 0, evaluate(plan, at_modes, overlap=0.0), left)
    _run_blocks(plan, draws, left, workers or os.cpu_count() or 1, progress, store)
    return Forecast(
        plan, installed, left, modes, draws,
        stacked_total=float(stacked.total[-1, 0]),
        shapley_error=float(reference.sampling_error.max(initial=0.0)),
    )  # fmt: skip


def _room(plan: Plan, draws: int) -> Path:
    market = plan.market
    sizes = len(plan.years), len(market.regions), len(market.drug_classes), len(plan.drivers)
    return Path.empty(*sizes, draws)


def _take(plan: Plan, path: Path, first: int, outcome: Outcome, left: Array) -> None:
    anchor = plan.anchor
    level = anchor.at(plan.years[0]) if anchor.published else None
    path.fill(first, outcome.cells, outcome.contributions, level, left)


def unexplained(plan: Plan, named: Array) -> Array:
    """Published growth that the named drivers do not carry: a factor (year,), 1 at the start.

    ``named`` is the value (year,) with the drivers that the report names, at their modes.  After
    the report's last year the factor stands still, or goes on at the published rate if the
    scenario says so.
    """
    anchor = plan.anchor
    if not anchor.published:
        return np.ones(len(plan.years))
    published = np.array([anchor.at(year) for year in plan.years])
    factor: Array = (published / published[0]) / (named / named[0])
    if plan.scenario.beyond == "drivers":
        last = max(0, anchor.last_year - plan.years[0])
        factor[last + 1 :] = factor[min(last, len(factor) - 1)]
    return factor


def evaluate(plan: Plan, values: Mapping[str, Array], overlap: float | None = None) -> Outcome:
    """The market of a plan for some draws: ``values`` holds each parameter by key, (draw,)."""
    rho = plan.scenario.overlap if overlap is None else overlap
    causes = gather(plan.market, plan.drivers, values)
    everyone = (1 << len(plan.drivers)) - 1
    funnel = Funnel(plan.market, values, Shifts(causes, plan.strengths, rho))
    draws = max(np.size(value) for value in values.values())
    cells = funnel.cells(everyone)
    years, regions, classes = (
        len(plan.market.years), len(plan.market.regions), len(plan.market.drug_classes),
    )  # fmt: skip
    cells = np.broadcast_to(cells, (years, regions, classes, draws))
    ends = [plan.start, years - 1] if plan.start else [years - 1]
    at_ends = Funnel(plan.market, values, Shifts(at_years(causes, ends), plan.strengths, rho))
    base = np.log(at_ends.total(0)[0])

    def log_growth(coalition: int) -> Array:
        value = np.log(at_ends.total(coalition))
        grown: Array = value[-1] - (value[0] if plan.start and len(value) > 1 else base)
        return np.broadcast_to(grown, (draws,))

    players = len(plan.drivers)
    if players <= MOST_EXACT:
        contributions = exact_shapley(players, log_growth)
        error = np.zeros_like(contributions)
    else:
        contributions, error = sampled_shapley(players, log_growth, seed=plan.scenario.seed)
    return Outcome(cells[plan.start :], contributions, error)


def _run_blocks(
    plan: Plan,
    path: Path,
    left: Array,
    workers: int,
    progress: Progress | None,
    store: BlockStore | None = None,
) -> None:
    """Fill the forecast's draws, block by block; each block writes its own columns."""
    drawn = [p for p in plan.parameters if p.key not in plan.scenario.fixed]
    quantiles = Quantiles(drawn)
    dimensions = {key: index for index, key in enumerate(plan.market.parameters)}

    def run(block: int) -> int:
        first = block * BLOCK
        size = min(BLOCK, plan.scenario.draws - first)
        finished = store.load(block) if store else None
        if finished is not None:
            path.put(first, finished)
            return size
        points = block_points(
            [p.key for p in drawn],
            dimensions,
            seed=plan.scenario.seed,
            block=block,
            sampler=plan.scenario.sampler,
        )
        for low in range(0, size, CHUNK):
            high = min(low + CHUNK, size)
            values = {p.key: quantiles.values(i, points[i, low:high]) for i, p in enumerate(drawn)}
            values |= {k: np.broadcast_to(v, high - low) for k, v in plan.fixed.items()}
            outcome = evaluate(plan, values)
            if not np.isfinite(outcome.cells).all():
                raise DriverError(_not_finite(plan, drawn, values, outcome, first + low))
            _take(plan, path, first + low, outcome, left)
        if store:
            store.save(block, path.part(first, size))
        return size

    blocks = range(-(-plan.scenario.draws // BLOCK))
    with ThreadPoolExecutor(min(workers, len(blocks))) as pool:
        for size in pool.map(run, blocks):
            if progress:
                progress(size)


def _not_finite(
    plan: Plan,
    drawn: Iterable[Parameter],
    values: Mapping[str, Array],
    outcome: Outcome,
    first: int,
) -> str:
    draw = int(np.flatnonzero(~np.isfinite(outcome.cells).all(axis=(0, 1, 2)))[0])
    own = {p.owner for driver in plan.drivers for p in driver.parameters}
    at = ", ".join(f"{p.key} = {values[p.key][draw]:g}" for p in drawn if p.owner in own)
    names = ", ".join(driver.name for driver in plan.drivers)
    where = f"draw {first + draw}" + (f" with {at}" if at else "")
    return f"drivers {names}: the market is not finite at {where}"
