"""Who computes the blocks of a forecast, and the order in which they are added up."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from numpy.typing import NDArray

from ..arrays import Array
from ..sampling.points import BLOCK
from ..text.install import needs
from .blocks import Engine
from .summaries import Grids, Kept, KeptSummary, Place, Streamed, StreamedSummary, Summary

KEPT = 1 << 17
"""Up to so many draws are kept in memory; beyond, they are counted in bins as they come."""
BATCH = 16
"""Blocks that are tallied together before they are handed over."""
TALLIES = ("tally-0", "tally-1")
"""The last two sums, stored in turn, so that one is whole while the other is written."""
Arrays = Mapping[str, NDArray[Any]]
Progress = Callable[[int], object]
Sink = Callable[[dict[str, Array]], None]
Piece = TypeVar("Piece")
Part = TypeVar("Part")


class BlockStore(Protocol):
    """Keeps the arrays of finished work by name: ``block-7``, ``tally-0``, ``error-65536``."""

    def load(self, name: str) -> Arrays | None:
        """The arrays that ``save`` was given last under this name, bit for bit, or None."""

    def save(self, name: str, arrays: Arrays) -> None:
        """Keep the arrays before returning; they replace those of the same name."""


@contextmanager
def draws_bar(draws: int | None, *, shown: bool = True) -> Iterator[Callable[[int], object]]:
    """A bar that counts draws, in a notebook or a terminal; ``draws`` None: as long as it takes.

    Needs tqdm (extra ``ismarket[notebook]``); raises InputError where it is missing.
    """
    with needs("a progress bar", "notebook"):
        from tqdm.auto import tqdm
    with tqdm(total=draws, unit="draw", unit_scale=True, leave=False, disable=not shown) as bar:
        yield bar.update


@dataclass(frozen=True, eq=False)
class Work:
    """How blocks are computed, and what is told and handed over on the way."""

    workers: int | Executor | None = None
    progress: Progress | bool | None = None
    sink: Sink | None = None
    store: BlockStore | None = None

    @property
    def threads(self) -> int:
        """Threads of this process that may be used."""
        return self.workers if isinstance(self.workers, int) else os.cpu_count() or 1

    def tell(self, draws: int) -> None:
        """Say that so many more draws have been finished."""
        if callable(self.progress):
            self.progress(draws)


ALONE = Work()
"""As many threads as there are processors, and nobody to tell."""


def summarise(engine: Engine, work: Work) -> Summary:
    """The summary of all blocks, the same whoever computes them and whenever they finish."""
    layout, draws = engine.reader.layout, engine.plan.scenario.draws
    blocks = range(-(-draws // BLOCK))
    if draws <= KEPT:
        summary = KeptSummary(layout.room(draws), work.threads)
        for block, kept in enumerate(_kept_blocks(engine, blocks, work, summary.place)):
            summary.take(block, kept)
        return summary
    grids = engine.grids()
    if work.sink is None:
        return StreamedSummary.of(_tallied(engine, blocks, grids, work), grids)
    total = Streamed.nothing(layout.rows, layout.cells)
    for kept in _kept_blocks(engine, blocks, work):
        total.take(kept, grids)
    return StreamedSummary.of(total, grids)


def _kept_blocks(
    engine: Engine, blocks: range, work: Work, place: Callable[[int], Place] | None = None
) -> Iterator[Kept]:
    """The draws of each block, handed to the sink on their way; threads write them to ``place``."""
    at = None if isinstance(work.workers, Executor) else place
    compute = partial(engine.kept, place=at)
    for block, kept in enumerate(_stored_first(compute, blocks, work)):
        work.tell(kept.rows.shape[1])
        if work.sink:
            work.sink(engine.columns(block, kept))
        yield kept


def _stored_first(compute: Callable[[int], Kept], blocks: range, work: Work) -> Iterator[Kept]:
    """The blocks that the store holds from the first on, then the others, which it keeps."""
    store, done = work.store, 0
    while store and done in blocks and (arrays := store.load(f"block-{done}")):
        yield Kept(**arrays)
        done += 1
    for block, kept in enumerate(in_order(compute, blocks[done:], work), done):
        if store:
            store.save(f"block-{block}", vars(kept))
        yield kept


def _tallied(engine: Engine, blocks: range, grids: Grids, work: Work) -> Streamed:
    """The sum of all blocks, batch by batch; the store keeps the last two sums on the way."""
    store, layout = work.store, engine.reader.layout
    total = _furthest_tally(store, engine.plan.scenario.draws)
    if total is None:
        total = Streamed.nothing(layout.rows, layout.cells)
    done = total.draws // BLOCK
    if done:
        work.tell(total.draws)
    batches = [blocks[first : first + BATCH] for first in range(done, len(blocks), BATCH)]
    counted = in_order(partial(engine.streamed, grids=grids), batches, work)
    for batch, part in zip(batches, counted, strict=True):
        work.tell(part.draws)
        total.add(part)
        if store and total.draws == (batch[0] + BATCH) * BLOCK:  # nothing of it is left to draw
            store.save(TALLIES[batch[0] // BATCH % 2], vars(total))
    return total


def _furthest_tally(store: BlockStore | None, draws: int) -> Streamed | None:
    """The larger of the stored sums, if it is one on the way to so many draws."""
    stored = filter(None, map(store.load, TALLIES)) if store else ()
    sums = [Streamed(**{name: a.copy() for name, a in arrays.items()}) for arrays in stored]
    on_the_way = [found for found in sums if found.draws <= draws]
    return max(on_the_way, key=lambda found: found.draws, default=None)


def in_order(
    compute: Callable[[Piece], Part], pieces: Sequence[Piece], work: Work
) -> Iterator[Part]:
    """What ``compute`` makes of the pieces, in their order, with a bounded number under way."""
    given = work.workers if isinstance(work.workers, Executor) else None
    threads = min(work.threads, len(pieces))
    if given is None and threads < 2:
        yield from map(compute, pieces)
        return
    ahead = 64 if given else 2 * threads + 1
    waiting: deque[Future[Part]] = deque()
    pool, wait = given or ThreadPoolExecutor(threads), True
    try:
        for piece in pieces:
            waiting.append(pool.submit(compute, piece))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except KeyboardInterrupt:  # not for a driver that never returns
        wait = False
        raise
    finally:
        for begun in waiting:
            begun.cancel()
        if given is None:
            pool.shutdown(wait)
