"""Who computes the blocks of a forecast, and the order in which they are added up."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, reduce
from typing import ParamSpec, TypeVar

from ..arrays import Array
from ..errors import InputError
from ..sampling.points import BLOCK
from .blocks import Engine
from .store import Arrays, BlockStore
from .summaries import Grids, Kept, KeptSummary, Room, Streamed, StreamedSummary, Summary
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


@contextmanager
def draws_bar(draws: int | None, *, shown: bool = True) -> Iterator[Callable[[int], object]]:
    """A bar that counts draws, in a notebook or a terminal; ``draws`` None: as long as it takes.

    Needs tqdm (extra ``ismarket[notebook]``); raises InputError where it is missing.
    """
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise InputError("a progress bar needs tqdm: pip install 'ismarket[notebook]'") from None
    with tqdm(total=draws, unit="draw", unit_scale=True, leave=False, disable=not shown) as bar:
        yield bar.update


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
