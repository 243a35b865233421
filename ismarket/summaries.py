"""Summaries of draws: means, quantiles and their standard errors, from kept or streamed draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Array
from .bins import Counts, Grid

STATISTICS = ("mean", "p5", "p25", "p50", "p75", "p95")
LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
FEW_BLOCKS = 16
"""Whole blocks from which a standard error is read; below, their stretches of SHORT draws."""
SHORT = 512
Grids = tuple[Grid, Grid]
"""The bins of the rows, and those of the cells."""


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


def statistics(draws: NDArray[np.floating], means: Array) -> Array:
    """Means and quantiles (statistic, ...) of the draws (..., draw)."""
    return np.concatenate([means[None], quantiles(draws, LEVELS)])


@dataclass(eq=False)
class Kept:
    """Draws as they are: ``rows`` (row, draw) of tables in float64, ``cells`` in float32."""

    rows: list[Array]
    cells: list[NDArray[np.float32]]
    sums: Array

    @classmethod
    def of(cls, rows: Array, cells: NDArray[np.float32], cell_sums: Array) -> Kept:
        """One block of draws; ``cell_sums`` are those of the cells before they were rounded."""
        return cls([rows], [cells], np.concatenate([rows.sum(axis=1), cell_sums]))

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """One block as plain arrays, from which ``Kept.from_arrays`` makes it again."""
        (rows,), (cells,) = self.rows, self.cells
        return {"rows": rows, "cells": cells, "sums": self.sums}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Kept:
        """What ``arrays`` gave, bit for bit."""
        return cls([arrays["rows"]], [arrays["cells"]], arrays["sums"].copy())

    def add(self, following: Kept) -> None:
        """Take the draws that come next."""
        self.rows += following.rows
        self.cells += following.cells
        self.sums += following.sums


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
    def of(cls, kept: Kept, grid: Grids, block: int) -> Streamed:
        """One block of draws, a full replicate where it has ``block`` of them."""
        (rows,), (cells,) = kept.rows, kept.cells
        moments = np.zeros((2, len(STATISTICS), len(rows)))
        whole = rows.shape[1] == block
        if whole:
            found = statistics(rows.astype(np.float32), rows.mean(axis=1))
            moments[:] = found, found**2
        counts = np.concatenate([grid[0].count(rows), grid[1].count(cells)])
        return cls(rows.shape[1], kept.sums, counts, int(whole), moments)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Plain arrays, from which ``Streamed.from_arrays`` makes it again."""
        whole = np.array([self.draws, self.blocks])
        return {"sums": self.sums, "counts": self.counts, "whole": whole, "moments": self.moments}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Streamed:
        """What ``arrays`` gave, bit for bit."""
        sums, counts, moments = (arrays[name].copy() for name in ("sums", "counts", "moments"))
        draws, blocks = (int(number) for number in arrays["whole"])
        return cls(draws, sums, counts, blocks, moments)

    def add(self, following: Streamed) -> None:
        """Take the draws that come next."""
        self.draws += following.draws
        self.sums += following.sums
        self.counts += following.counts
        self.blocks += following.blocks
        self.moments += following.moments


@dataclass(frozen=True, eq=False)
class KeptSummary:
    """Statistics (statistic, row) and their standard errors, read off the draws themselves."""

    rows: Array
    means: Array
    block: int
    _cells: list[NDArray[np.float32]]

    @classmethod
    def of(cls, kept: Kept, block: int) -> KeptSummary:
        """The summary of blocks of ``block`` draws."""
        rows = np.concatenate(kept.rows, axis=1)
        return cls(rows, kept.sums / rows.shape[1], block, kept.cells)

    @property
    def draws(self) -> int:
        """How many draws."""
        return int(self.rows.shape[1])

    @cached_property
    def statistics(self) -> Array:
        """Mean and quantiles of every row, (statistic, row)."""
        return statistics(self.rows, self.means[: len(self.rows)])

    @cached_property
    def cells(self) -> Array:
        """Mean and quantiles of every cell, (statistic, cell)."""
        draws = np.concatenate(self._cells, axis=1)
        return statistics(draws, self.means[len(self.rows) :])

    @cached_property
    def errors(self) -> Array:
        """Standard errors (statistic, row) from replicates among the draws; nan for too few."""
        size = self.block if self.draws >= FEW_BLOCKS * self.block else SHORT
        count = self.draws // size
        if count < 2:
            return np.full((len(STATISTICS), len(self.rows)), np.nan)
        parts = self.rows[:, : count * size].reshape(len(self.rows), count, size)
        found = statistics(parts, parts.mean(axis=2))
        error: Array = found.std(axis=2, ddof=1) / np.sqrt(count)
        return error


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
        quantiles = np.concatenate([g.quantiles(counts, LEVELS) for g, counts in parts], axis=1)
        every = np.concatenate([(found.sums / found.draws)[None], quantiles])
        mean = found.moments[0] / n
        variance = np.maximum(found.moments[1] / n - mean**2, 0.0) * n / (n - 1)
        return cls(found.draws, every[:, :rows], np.sqrt(variance / n), every[:, rows:])


Summary = KeptSummary | StreamedSummary
