"""The forecast: the reference case, the draws and what each driver carries."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import numpy as np

from .arrays import Array
from .bins import Grid
from .blas import one_thread
from .blocks import Engine, carried, market_value
from .driver import Driver
from .market import Market
from .outcome import Forecast
from .plan import Plan, make_plan, named_plan
from .sampling import BLOCK
from .scenario import Scenario
from .summaries import Kept, KeptSummary, Streamed, StreamedSummary, Summary

KEPT = 1 << 17
"""Up to so many draws are kept in memory; beyond, they are counted in bins as they come."""
BATCH = 16
"""Blocks that are tallied together before they are handed over."""
Progress = Callable[[int], None]
Piece = TypeVar("Piece", int, range)
Part = TypeVar("Part", Kept, Streamed)


def forecast(
    market: Market,
    drivers: Iterable[Driver],
    scenario: Scenario | None = None,
    workers: int | Executor | None = None,
    progress: Progress | None = None,
) -> Forecast:
    """The forecast of ``scenario`` (by default the shipped one, ``published``).

    ``workers`` is how many threads share the blocks of draws, or an executor of processes or of a
    cluster that runs them; the answer is the same to the last bit.  ``progress`` is called with
    the draws that have been finished.  Raises InputError for a scenario that market or drivers do
    not know, DriverError for a driver that breaks its contract.
    """
    installed = tuple(drivers)
    plan = make_plan(market, installed, scenario or Scenario())
    with one_thread():
        return _forecast(plan, installed, workers, progress)


def _forecast(
    plan: Plan,
    installed: tuple[Driver, ...],
    workers: int | Executor | None,
    progress: Progress | None,
) -> Forecast:
    report = named_plan(plan, installed)
    left = unexplained(plan, total_value(report, report.modes)[:, 0])
    engine = Engine(plan, left)
    at_modes = {**plan.modes, **plan.fixed}
    reference = engine.at(at_modes)
    _, causes = market_value(plan, at_modes)
    _, error = carried(plan, at_modes, causes)
    stacked = total_value(plan, at_modes, overlap=0.0)[:, 0] * left
    calibration = reference[engine.reader.layout["calibration"]][0, 0]
    found = summarise(engine, workers, progress)
    return Forecast(
        plan, installed, left, engine.reader.layout, reference[:, 0], found,
        stacked_total=float(stacked[-1] * calibration),
        shapley_error=0.0 if error is None else float(error.max(initial=0.0)),
    )  # fmt: skip


def total_value(plan: Plan, values: dict[str, Array], overlap: float | None = None) -> Array:
    """Market value before calibration, (year, draw) from the start on, without attribution."""
    by_class, _ = market_value(plan, values, overlap)
    total: Array = np.add.reduce([part[plan.start :].sum(axis=1) for part in by_class])
    return total


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


def summarise(engine: Engine, workers: int | Executor | None, progress: Progress | None) -> Summary:
    """The summary of all blocks, the same whoever computes them and whenever they finish."""
    draws = engine.plan.scenario.draws
    blocks = range(-(-draws // BLOCK))
    if draws <= KEPT:
        kept = _merged(engine, blocks, Engine.kept, workers, progress)
        return KeptSummary.of(kept, BLOCK)
    grid = engine.grid()
    batches = [blocks[first : first + BATCH] for first in range(0, len(blocks), BATCH)]
    work = partial(_streamed, grid=grid)
    return StreamedSummary.of(_merged(engine, batches, work, workers, progress), grid)


def _streamed(engine: Engine, blocks: range, grid: Grid) -> Streamed:
    return engine.streamed(blocks, grid)


def _merged(
    engine: Engine,
    pieces: Sequence[Piece],
    work: Callable[[Engine, Piece], Part],
    workers: int | Executor | None,
    progress: Progress | None,
) -> Part:
    """The parts that ``work`` makes of the pieces, merged in the order of the pieces."""
    total: Part | None = None
    with _executor(workers, len(pieces)) as (pool, ahead):
        for piece, found in zip(pieces, _in_order(pool, engine, pieces, work, ahead), strict=True):
            if progress:
                progress(BLOCK * (len(piece) if isinstance(piece, range) else 1))
            if total is None:
                total = found
            else:
                total.add(found)
    assert total is not None  # a scenario has at least one draw
    return total


def _in_order(
    pool: Executor,
    engine: Engine,
    pieces: Sequence[Piece],
    work: Callable[[Engine, Piece], Part],
    ahead: int,
) -> Iterator[Part]:
    """Results in the order of the pieces, with at most ``ahead`` of them under way."""
    waiting: deque[Future[Part]] = deque()
    try:
        for piece in pieces:
            waiting.append(pool.submit(work, engine, piece))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


@contextmanager
def _executor(workers: int | Executor | None, batches: int) -> Iterator[tuple[Executor, int]]:
    """The executor that runs the batches, and how many to hand it ahead of the one awaited."""
    if isinstance(workers, Executor):
        yield workers, 64
        return
    threads = min(workers or os.cpu_count() or 1, batches)
    with ThreadPoolExecutor(threads) as pool:
        yield pool, 2 * threads + 1
