"""The forecast: the reference case, the draws and what each driver carries."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, reduce
from typing import ParamSpec, TypeVar

import numpy as np

from .arrays import Array
from .blas import one_thread
from .blocks import Engine, stack
from .contract import standing
from .driver import Driver
from .errors import InputError
from .funnel import Funnel
from .market import Market
from .outcome import Forecast
from .plan import Plan, make_plan, named_plan
from .sampling import BLOCK
from .scale import draws_bar
from .scenario import MOST_DRAWS, Scenario
from .store import Arrays, BlockStore
from .summaries import (
    FEW_BLOCKS,
    Grids,
    Kept,
    KeptSummary,
    Room,
    Streamed,
    StreamedSummary,
    Summary,
)
from .tally import furthest_tally, keep_tally

KEPT = 1 << 17
"""Up to so many draws are kept in memory; beyond, they are counted in bins as they come."""
BATCH = 16
"""Blocks that are tallied together before they are handed over."""
Progress = Callable[[int], object]
Sink = Callable[[dict[str, Array]], None]
Part = TypeVar("Part", Kept, Streamed)
T = TypeVar("T")
P = ParamSpec("P")


def forecast(
    market: Market,
    drivers: Iterable[Driver],
    scenario: Scenario | None = None,
    workers: int | Executor | None = None,
    progress: Progress | bool | None = None,
    until: float | None = None,
    sink: Sink | None = None,
    store: BlockStore | None = None,
) -> Forecast:
    """The forecast of ``scenario`` (by default the shipped one, ``published``).

    ``workers`` is how many threads share the blocks of draws, or an executor of processes or of a
    cluster that runs them; the answer is the same to the last bit.  ``progress`` is called with
    the draws that have been finished; True shows a bar in a notebook or terminal.  ``until``
    (0.001 is 0.1%) draws until the standard errors of P50 and P95 of the last year are that small;
    then ``plan.scenario.draws`` says how many it took.  ``sink`` is handed the draws of each block
    by column; ``store`` keeps what is finished, so that an interrupted forecast goes on from there.
    Raises InputError for a scenario that market or drivers do not know, DriverError for
    a driver that breaks its contract.
    """
    installed = tuple(drivers)
    chosen = scenario or Scenario()
    if isinstance(progress, bool):
        with draws_bar(None if until else chosen.draws, shown=progress) as advance:
            return forecast(market, installed, chosen, workers, advance, until, sink, store)
    if until is not None:
        work = Work(workers, progress, store=store)
        chosen = _enough_draws(market, installed, chosen, until, work)
    plan = make_plan(market, installed, chosen)
    with one_thread():
        at_modes = {**plan.modes, **plan.fixed}
        with standing(None, watched=True):
            left = unexplained(plan, installed)
            engine = Engine(plan, left)
            reference = engine.at(at_modes)
        calibration = reference[engine.reader.layout["calibration"]][0, 0]
        stacked = total_value(plan, at_modes, overlap=0.0)[-1, 0] * (left[-1] * calibration)
        return Forecast(
            plan,
            installed,
            left,
            engine.reader.layout,
            reference[:, 0],
            summarise(engine, Work(workers, progress, sink, store)),
            stacked_total=float(stacked),
            shapley_error=engine.shapley_error(at_modes),
            repaired=copula.repaired if (copula := engine.drawing.copula) else 0.0,
        )


def _enough_draws(
    market: Market, drivers: tuple[Driver, ...], scenario: Scenario, until: float, work: Work
) -> Scenario:
    """The scenario with as many draws as the wanted precision takes, in whole blocks.

    The store keeps the error of each number of draws that was tried.
    """
    if not 0 < until < 1:
        raise InputError(f"until = {until!r} must be a share between 0 and 1, 0.001 for 0.1%")
    draws = FEW_BLOCKS * BLOCK
    while True:
        trial, tried = scenario.changed(draws=draws), f"error-{draws}"
        found = work.store.load(tried) if work.store else None
        if found is None:
            result = forecast(market, drivers, trial, work.workers, work.progress, store=work.store)
            found = {"error": np.array(result.last_year_error)}
            if work.store:
                work.store.save(tried, found)
        error = float(found["error"])
        if error <= until:
            return trial
        blocks = max(draws // BLOCK + 1, 1.1 * draws * (error / until) ** 2 / BLOCK)
        draws = BLOCK * math.ceil(blocks)
        if draws > MOST_DRAWS:
            raise InputError(
                f"until = {until:g} would take about {draws:,} draws, more than {MOST_DRAWS:,}"
            )


def total_value(plan: Plan, values: dict[str, Array], overlap: float | None = None) -> Array:
    """Market value before calibration, (year, draw) from the start on, without attribution."""
    total: Array = Funnel(plan, overlap).value(stack(plan, values)).by_region.sum(axis=1)
    return total


def unexplained(plan: Plan, drivers: Iterable[Driver]) -> Array:
    """Published growth that the named drivers do not carry: a factor (year,), 1 at the start.

    The drivers that the report names count at their modes, each cause once.  After the report's
    last year the factor stands still, or goes on at the published rate if the scenario says so.
    """
    anchor = plan.anchor
    if not anchor.published:
        return np.ones(len(plan.years))
    report = named_plan(plan, drivers)
    named = total_value(report, report.modes)[:, 0]
    published = np.array([anchor.at(year) for year in plan.years])
    factor: Array = (published / published[0]) / (named / named[0])
    if plan.scenario.beyond == "drivers":
        last = max(0, anchor.last_year - plan.years[0])
        factor[last + 1 :] = factor[min(last, len(factor) - 1)]
    return factor


@dataclass(frozen=True, eq=False)
class Work:
    """How blocks are computed, and what is told and handed over on the way."""

    workers: int | Executor | None = None
    progress: Progress | None = None
    sink: Sink | None = None
    store: BlockStore | None = None

    @property
    def threads(self) -> int:
        """Threads of this process that may be used."""
        return self.workers if isinstance(self.workers, int) else os.cpu_count() or 1


def summarise(engine: Engine, work: Work) -> Summary:
    """The summary of all blocks, the same whoever computes them and whenever they finish."""
    draws = engine.plan.scenario.draws
    blocks = range(-(-draws // BLOCK))
    if draws <= KEPT:
        layout = engine.reader.layout
        room = Room(layout.rows, layout.cells, draws)
        for kept in _kept_blocks(engine, blocks, work, room):
            room.take(kept)
        return KeptSummary(room, BLOCK, work.threads)
    grids = engine.grids()
    if work.sink is not None:
        parts = (Streamed.of(k, grids, BLOCK) for k in _kept_blocks(engine, blocks, work, None))
        total = reduce(_merge, parts)
    else:
        total = _tallied(engine, blocks, grids, work)
    return StreamedSummary.of(total, grids)


def _kept_blocks(engine: Engine, blocks: range, work: Work, room: Room | None) -> Iterator[Kept]:
    """The draws of each block, handed to the sink on their way; threads write them to ``room``."""
    pieces = [blocks[block : block + 1] for block in blocks]
    compute = _kept if isinstance(work.workers, Executor) else partial(_kept, room=room)
    for block, kept in enumerate(_in_order(engine, pieces, compute, work, Kept.from_arrays)):
        if work.sink:
            work.sink(engine.columns(block, kept))
        yield kept


def _tallied(engine: Engine, blocks: range, grids: Grids, work: Work) -> Streamed:
    """The sum of all blocks, batch by batch; the store keeps the last two sums on the way."""
    store, total = work.store, furthest_tally(work.store, engine.plan.scenario.draws)
    done = total.draws // BLOCK if total else 0
    if work.progress and done:
        work.progress(done * BLOCK)
    batches = [blocks[first : first + BATCH] for first in range(done, len(blocks), BATCH)]
    counted = _in_order(engine, batches, partial(_streamed, grids=grids), work)
    for batch, part in zip(batches, counted, strict=True):
        total = _merge(total, part) if total else part
        if store and total.draws == (batch[0] + BATCH) * BLOCK:  # nothing of it is left to draw
            keep_tally(store, batch[0] // BATCH, total)
    assert total is not None
    return total


def _kept(engine: Engine, blocks: range, room: Room | None = None) -> Kept:
    return engine.kept(blocks[0], room.place(blocks[0], BLOCK) if room else None)


def _streamed(engine: Engine, blocks: range, grids: Grids) -> Streamed:
    return engine.streamed(blocks, grids)


def _merge(total: Streamed, following: Streamed) -> Streamed:
    total.add(following)
    return total


def _in_order(
    engine: Engine,
    pieces: Sequence[range],
    compute: Callable[[Engine, range], Part],
    work: Work,
    again: Callable[[Arrays], Part] | None = None,
) -> Iterator[Part]:
    """What ``compute`` makes of the pieces, in their order, with a bounded number under way.

    With ``again`` the store keeps each piece, and one that it holds is made from its arrays.
    """
    if not pieces:
        return
    store = work.store if again else None
    waiting: deque[tuple[range, Future[Part] | Part]] = deque()
    left = engine.plan.scenario.draws - BLOCK * pieces[0][0]

    def next_one() -> Part:
        nonlocal left
        piece, found = waiting.popleft()
        if isinstance(found, Future):
            found = found.result()
            if store:
                store.save(f"block-{piece[0]}", found.arrays)
        size = min(left, BLOCK * len(piece))
        left -= size
        if work.progress:
            work.progress(size)
        return found

    with _executor(work, len(pieces)) as (pool, ahead):
        try:
            for piece in pieces:
                stored = store.load(f"block-{piece[0]}") if store else None
                begun = again(stored) if again and stored else pool.submit(compute, engine, piece)
                waiting.append((piece, begun))
                if len(waiting) >= ahead:
                    yield next_one()
            while waiting:
                yield next_one()
        finally:
            for _, begun in waiting:
                if isinstance(begun, Future):
                    begun.cancel()


class _Here(Executor):
    """Computes at once what it is given, in the thread that gives it."""

    def submit(self, work: Callable[P, T], /, *given: P.args, **named: P.kwargs) -> Future[T]:
        """The result, already there."""
        future: Future[T] = Future()
        future.set_result(work(*given, **named))
        return future


@contextmanager
def _executor(work: Work, batches: int) -> Iterator[tuple[Executor, int]]:
    """The executor that runs the batches, and how many to hand it ahead of the one awaited."""
    if isinstance(work.workers, Executor):
        yield work.workers, 64
        return
    threads = min(work.threads, batches)
    if threads == 1:
        yield _Here(), 1
        return
    with ThreadPoolExecutor(threads) as pool:
        yield pool, 2 * threads + 1
