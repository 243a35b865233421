"""Summaries of draws: means, quantiles and their standard errors, from kept or streamed draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from .histograms import BINS, Counts, Grid

STATISTICS = ("mean", "p5", "p25", "p50", "p75", "p95")
LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
FEW_BLOCKS = 16
"""Whole blocks from which a standard error is read; below, their stretches of SHORT draws."""
SHORT = 512
FEW_ROWS, MANY_VALUES = 8, 1 << 20
"""Rows that a thread summarises at a time, where there are many values."""
Grids = tuple[Grid, Grid]
"""The bins of the rows, and those of the cells on a log scale: they differ by magnitudes."""


def quantiles(draws: NDArray[np.floating], levels: Sequence[float] | Array) -> Array:
    """Quantiles (level, ...) of the draws (..., draw), as Hyndman & Fan 1996 type 7."""
    return quantiles_in_place(draws.copy(), levels)


def quantiles_in_place(draws: NDArray[np.floating], levels: Sequence[float] | Array) -> Array:
    """The same, and the draws are sorted."""
    draws.sort(axis=-1)
    position = np.asarray(levels) * (draws.shape[-1] - 1)
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, draws.shape[-1] - 1)
    share = position - below
    found: Array = draws[..., below] * (1 - share) + draws[..., above] * share
    return np.moveaxis(found, -1, 0)


@dataclass(frozen=True, eq=False)
class Kept:
    """The draws of one block: ``rows`` (row, draw) of tables, ``cells`` rounded to float32.

    ``sums`` are over the draws, of the rows and then of the cells before they were rounded.
    """

    rows: Array
    cells: NDArray[np.float32]
    sums: Array

    @classmethod
    def of(cls, rows: Array, cells: NDArray[np.float32], cell_sums: Array) -> Kept:
        """One block of draws."""
        return cls(rows, cells, np.concatenate([rows.sum(axis=1), cell_sums]))

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Plain arrays, from which ``Kept.from_arrays`` makes it again."""
        return {"rows": self.rows, "cells": self.cells, "sums": self.sums}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Kept:
        """What ``arrays`` gave, bit for bit."""
        return cls(arrays["rows"], arrays["cells"], arrays["sums"])


Place = tuple[Array, NDArray[np.float32]]
"""Where the rows and the cells of a block are written, each (row or cell, draw)."""


class Room:
    """Room for the draws of all blocks, side by side: rows and cells, and what they add up to."""

    def __init__(self, rows: int, cells: int, draws: int) -> None:
        self.rows, self.cells = np.empty((rows, draws)), np.empty((cells, draws), np.float32)
        self.sums = np.zeros(rows + cells)
        self._filled = 0

    @property
    def first(self) -> Place:
        """The whole of it, for one block."""
        return self.rows, self.cells

    def place(self, block: int, size: int) -> Place:
        """The place of a block, where all but the last are of that size."""
        part = slice(block * size, (block + 1) * size)
        return self.rows[:, part], self.cells[:, part]

    def take(self, block: Kept) -> None:
        """Take the block that comes next; it is copied unless it was written here."""
        size = block.rows.shape[1]
        place = slice(self._filled, self._filled + size)
        if block.rows.base is not self.rows:
            self.rows[:, place], self.cells[:, place] = block.rows, block.cells
        self.sums += block.sums
        self._filled += size


@dataclass(eq=False)
class Streamed:
    """What draws add up to, block by block in their order.

    ``counts`` and ``sums`` are by row and then by cell; ``moments`` holds the sum and the sum of
    squares of the statistics of every whole block, a replicate of its own, (2, statistic, row).
    """

    draws: int
    sums: Array
    counts: Counts
    blocks: int
    moments: Array

    @classmethod
    def of(cls, kept: Kept, grids: Grids, block: int) -> Streamed:
        """One block of draws."""
        found = cls.nothing(len(kept.rows), len(kept.cells))
        found.take(kept, grids, block)
        return found

    @classmethod
    def nothing(cls, rows: int, cells: int) -> Streamed:
        """No draws yet."""
        moments, every = np.zeros((2, len(STATISTICS), rows)), rows + cells
        return cls(0, np.zeros(every), np.zeros((every, BINS), np.int64), 0, moments)

    def take(self, kept: Kept, grids: Grids, block: int) -> None:
        """Take the block that comes next, a full replicate where it has ``block`` draws."""
        rows, draws = kept.rows.shape
        rounded = kept.rows.astype(np.float32)
        grids[0].count(rounded, self.counts[:rows])
        grids[1].count(kept.cells, self.counts[rows:], logs=True)
        if draws == block:
            found = quantiles_in_place(rounded, LEVELS)
            found = np.concatenate([kept.sums[None, :rows] / draws, found])
            self.moments += found, found**2
            self.blocks += 1
        self.sums += kept.sums
        self.draws += draws

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Plain arrays, from which ``Streamed.from_arrays`` makes it again."""
        whole = np.array([self.draws, self.blocks])
        return {"sums": self.sums, "counts": self.counts, "whole": whole, "moments": self.moments}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Streamed:
        """What ``arrays`` gave, bit for bit."""
        sums, moments = arrays["sums"].copy(), arrays["moments"].copy()
        counts = arrays["counts"].astype(np.int64)
        draws, blocks = (int(number) for number in arrays["whole"])
        return cls(draws, sums, counts, blocks, moments)

    def __reduce__(self) -> tuple[Callable[..., Streamed], tuple[dict[str, NDArray[Any]]]]:
        """What goes from one process to another: counts as narrow as they may be."""
        narrow = self.counts.astype(np.min_scalar_type(int(self.counts.max())))
        return Streamed.from_arrays, ({**self.arrays, "counts": narrow},)

    def add(self, following: Streamed) -> None:
        """Take the draws that come next."""
        self.draws += following.draws
        self.sums += following.sums
        self.counts += following.counts
        self.blocks += following.blocks
        self.moments += following.moments


class KeptSummary:
    """Statistics (statistic, row) and their standard errors, read off the draws themselves.

    Rows are summarised on ``threads`` threads when they are first asked for.
    """

    def __init__(self, room: Room, block: int, threads: int) -> None:
        self.rows, self._cells = room.rows, room.cells
        self._means = room.sums / room.rows.shape[1]
        self._block, self._threads = block, threads

    @property
    def draws(self) -> int:
        """How many draws."""
        return int(self.rows.shape[1])

    @cached_property
    def statistics(self) -> Array:
        """Mean and quantiles of every row, (statistic, row)."""
        found = self._spread_out(lambda part: quantiles(self.rows[part], LEVELS), len(self.rows))
        return np.concatenate([self._means[None, : len(self.rows)], found])

    @cached_property
    def cells(self) -> Array:
        """Mean and quantiles of every cell, (statistic, cell)."""
        found = self._spread_out(
            lambda part: quantiles_in_place(self._cells[part], LEVELS), len(self._cells)
        )
        return np.concatenate([self._means[None, len(self.rows) :], found])

    @cached_property
    def errors(self) -> Array:
        """Standard errors (statistic, row) from replicates among the draws; nan for too few."""
        size = self._block if self.draws >= FEW_BLOCKS * self._block else SHORT
        count = self.draws // size
        if count < 2:
            return np.full((len(STATISTICS), len(self.rows)), np.nan)

        def error(part: slice) -> Array:
            rows = self.rows[part, : count * size].reshape(-1, count, size)
            found = np.concatenate([rows.mean(axis=2)[None], quantiles(rows, LEVELS)])
            spread: Array = found.std(axis=2, ddof=1) / np.sqrt(count)
            return spread

        return self._spread_out(error, len(self.rows))

    def _spread_out(self, summary: Callable[[slice], Array], rows: int) -> Array:
        """The summaries of a few rows at a time, side by side."""
        parts = [slice(low, low + FEW_ROWS) for low in range(0, rows, FEW_ROWS)]
        if self._threads == 1 or rows * self.draws < MANY_VALUES:
            return np.concatenate([summary(part) for part in parts], axis=1)
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
        rows, n = found.moments.shape[2], found.blocks
        parts = zip(grids, (found.counts[:rows], found.counts[rows:]), strict=True)
        of_rows, of_cells = (grid.quantiles(counts, LEVELS) for grid, counts in parts)
        quantiles = np.concatenate([of_rows, np.exp(of_cells)], axis=1)
        every = np.concatenate([(found.sums / found.draws)[None], quantiles])
        mean = found.moments[0] / n
        variance = np.maximum(found.moments[1] / n - mean**2, 0.0) * n / (n - 1)
        return cls(found.draws, every[:, :rows], np.sqrt(variance / n), every[:, rows:])


Summary = KeptSummary | StreamedSummary
