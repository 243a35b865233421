"""Summaries of draws: means, quantiles and their standard errors, from kept or streamed draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..sampling.points import BLOCK, REPLICATE, at_most, error_of_mean
from .histograms import BINS, Counts, Grid

STATISTICS = ("mean", "p5", "p25", "p50", "p75", "p95")
LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
FEW_ROWS, MANY_VALUES = 8, 1 << 20
"""Rows that a thread summarises at a time, where there are many values."""
MANY_DRAWS = 1 << 12
"""From which not all draws are sorted for a few quantiles."""
Grids = tuple[Grid, Grid]
"""The bins of the rows, and those of the cells on a log scale: they differ by magnitudes."""
Place = tuple[Array, NDArray[np.float32]]
"""Where the rows and the cells of a block are written, each (row or cell, draw)."""


def quantiles(draws: NDArray[np.floating], levels: Sequence[float] | Array = LEVELS) -> Array:
    """Quantiles (level, ...) of the draws (..., draw), as Hyndman & Fan 1996 type 7."""
    many = draws.shape[-1]
    position = np.asarray(levels) * (many - 1)
    below = np.floor(position).astype(int)
    ranks = np.stack([below, np.minimum(below + 1, many - 1)])
    if many < MANY_DRAWS:
        ordered = np.sort(draws, axis=-1)[..., ranks]
    else:
        every = [_ranked(row, ranks) for row in draws.reshape(-1, many)]
        ordered = np.stack(every).reshape(*draws.shape[:-1], *ranks.shape)
    share = position - below
    found: Array = ordered[..., 0, :] * (1 - share) + ordered[..., 1, :] * share
    return np.moveaxis(found, -1, 0)


def standard_errors(rows: Array) -> Array:
    """Standard errors (statistic, row) of the STATISTICS of rows (row, draw).

    From the spread of the statistics of whole replicates.  Few draws count as independent: a
    quantile then lies between those one standard error of its level below and above (Woodruff 1952,
    J. Am. Stat. Assoc. 47:635).
    """
    draws = rows.shape[1]
    if not at_most(draws):
        count = draws // REPLICATE
        parts = rows[:, : count * REPLICATE].reshape(-1, count, REPLICATE)
        found = np.concatenate([parts.mean(axis=2)[None], quantiles(parts)])
        spread: Array = found.std(axis=2, ddof=1) / np.sqrt(count)
        return spread
    apart = np.sqrt(LEVELS * (1.0 - LEVELS) / draws)
    low, high = (quantiles(rows, np.clip(LEVELS + way * apart, 0, 1)) for way in (-1, 1))
    half = (high - low) / 2.0 if draws > 1 else np.full(low.shape, np.nan)
    return np.concatenate([error_of_mean(rows)[None], half])


def _ranked(draws: NDArray[np.floating], ranks: NDArray[np.intp]) -> NDArray[np.floating]:
    """The draws (draw,) of those ranks in their order: only the bins that hold one are sorted.

    Five to nine times as fast as to sort all of 100,000.
    """
    limits, low = np.finfo(draws.dtype), float(draws.min())
    width = max(float(draws.max()) - low, float(limits.tiny) * BINS)
    if not width <= limits.max:
        return np.sort(draws)[ranks]
    number = ((draws - low) * ((BINS - 1) / width)).astype(np.uint16)
    counts = np.bincount(number, minlength=BINS)
    below = counts.cumsum()
    bins = below.searchsorted(ranks, side="right")
    chosen = np.zeros(BINS, bool)
    chosen[bins] = True
    some = np.sort(draws[chosen.take(number)])
    found: NDArray[np.floating] = some[ranks - below[bins] + (counts * chosen).cumsum()[bins]]
    return found


@dataclass(frozen=True, eq=False)
class Kept:
    """The draws of one block: ``rows`` (row, draw) of tables, ``cells`` rounded to float32.

    ``sums`` are over the draws, of the rows and then of the cells before they were rounded.
    """

    rows: Array
    cells: NDArray[np.float32]
    sums: Array


@dataclass(frozen=True, eq=False)
class Streamed:
    """What draws add up to, block by block in their order.

    ``sums`` and ``counts`` are by row and then by cell; ``moments`` holds the sum and the sum of
    squares of the statistics of every whole block, a replicate of its own, (2, statistic, row).
    """

    sums: Array
    counts: Counts
    moments: Array

    @classmethod
    def nothing(cls, rows: int, cells: int) -> Streamed:
        """No draws yet."""
        moments, every = np.zeros((2, len(STATISTICS), rows)), rows + cells
        return cls(np.zeros(every), np.zeros((every, BINS), np.int64), moments)

    @property
    def draws(self) -> int:
        """How many draws."""
        return int(self.counts[0].sum())

    def take(self, kept: Kept, grids: Grids) -> None:
        """Take the block that comes next, a replicate where it is whole."""
        rows, draws = kept.rows.shape
        counted = grids[0].count(kept.rows.astype(np.float32))
        if draws == BLOCK:
            means = kept.sums[None, :rows] / draws
            found = np.concatenate([means, grids[0].quantiles(counted, LEVELS)])
            np.add(self.moments, (found, found**2), out=self.moments)
        self.counts[:rows] += counted
        self.counts[rows:] += grids[1].count(kept.cells, logs=True)
        np.add(self.sums, kept.sums, out=self.sums)

    def add(self, following: Streamed) -> None:
        """Take the draws that come next."""
        for mine, more in zip(vars(self).values(), vars(following).values(), strict=True):
            mine += more


class KeptSummary:
    """The draws of all blocks side by side, with their statistics and standard errors.

    Rows (row, draw) are summarised on ``threads`` threads when they are first asked for;
    ``drawn_cells`` (cell, draw) are the cells as kept.
    """

    def __init__(self, place: Place, threads: int) -> None:
        self.rows, self.drawn_cells = place
        self._sums = np.zeros(len(self.rows) + len(self.drawn_cells))
        self._threads = threads

    @property
    def draws(self) -> int:
        """How many draws."""
        return int(self.rows.shape[1])

    def place(self, block: int) -> Place:
        """The place of a block."""
        part = slice(block * BLOCK, (block + 1) * BLOCK)
        return self.rows[:, part], self.drawn_cells[:, part]

    def take(self, block: int, kept: Kept) -> None:
        """Take the block that comes next; it is copied unless it was written here."""
        if kept.rows.base is not self.rows:
            rows, cells = self.place(block)
            rows[...], cells[...] = kept.rows, kept.cells
        self._sums += kept.sums

    @cached_property
    def statistics(self) -> Array:
        """Mean and quantiles of every row, (statistic, row)."""
        means = self._sums[: len(self.rows)] / self.draws
        return np.concatenate([means[None], self._by_parts(self.rows, quantiles)])

    @cached_property
    def cells(self) -> Array:
        """Mean and quantiles of every cell, (statistic, cell)."""
        means = self._sums[len(self.rows) :] / self.draws
        return np.concatenate([means[None], self._by_parts(self.drawn_cells, quantiles)])

    @cached_property
    def errors(self) -> Array:
        """Standard errors (statistic, row), see ``standard_errors``; nan for a single draw."""
        return self._by_parts(self.rows, standard_errors)

    def _by_parts(self, rows: NDArray[Any], summary: Callable[[NDArray[Any]], Array]) -> Array:
        """The summaries of the rows, where there are many values of a few rows at a time."""
        if rows.size < MANY_VALUES:
            return summary(rows)
        parts = [rows[low : low + FEW_ROWS] for low in range(0, len(rows), FEW_ROWS)]
        with ThreadPoolExecutor(self._threads) as pool:
            return np.concatenate(list(pool.map(summary, parts)), axis=1)


@dataclass(frozen=True, eq=False)
class StreamedSummary:
    """Statistics (statistic, row), their standard errors, and those of the cells."""

    draws: int
    statistics: Array
    errors: Array
    cells: Array
    rows: None = None

    @classmethod
    def of(cls, found: Streamed, grids: Grids) -> StreamedSummary:
        """The summary of what was counted on ``grids``."""
        rows, draws = found.moments.shape[2], found.draws
        of_rows = grids[0].quantiles(found.counts[:rows], LEVELS)
        of_cells = np.exp(grids[1].quantiles(found.counts[rows:], LEVELS))
        drawn = np.concatenate([of_rows, of_cells], axis=1)
        every = np.concatenate([(found.sums / draws)[None], drawn])
        n = draws // BLOCK
        mean = found.moments[0] / n
        variance = np.maximum(found.moments[1] / n - mean**2, 0.0) * n / (n - 1)
        return cls(draws, every[:, :rows], np.sqrt(variance / n), every[:, rows:])


Summary = KeptSummary | StreamedSummary
