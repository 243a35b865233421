"""Integer histograms of many rows of draws: they merge in any order to the same counts.

The bins of each row are equal steps over the range that a first block of draws spans, widened by
an eighth on either side; what lies beyond falls into the outermost bins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import Array

Counts = NDArray[np.int64]
"""How many draws fell into each bin, (row, bin)."""
BINS = 4096
SLAB = 16
"""Rows that are counted at once, so that their bins stay in cache."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the bins of each row begin and how wide they are, each (row,)."""

    low: Array
    width: Array

    @classmethod
    def over(cls, rows: NDArray[np.floating]) -> Grid:
        """The grid for rows that look like these first draws (row, draw)."""
        low, high = (np.asarray(end, float) for end in (rows.min(axis=1), rows.max(axis=1)))
        return cls(low - (high - low) / 8.0, 1.25 * (high - low) / BINS)

    def count(self, rows: NDArray[np.floating], counts: Counts) -> None:
        """Add the rows (row, draw) to the counts; one without width has all its draws in bin 0."""
        per_width = np.divide(1.0, self.width, out=np.zeros_like(self.width), where=self.width > 0)
        first = (np.arange(SLAB) * BINS)[:, None]
        for low in range(0, len(rows), SLAB):
            slab = slice(low, low + SLAB)
            steps = rows[slab] - self.low[slab, None].astype(rows.dtype)
            steps *= per_width[slab, None].astype(rows.dtype)
            np.clip(steps, 0, BINS - 1, out=steps)
            number = steps.astype(np.intp)
            number += first[: len(number)]
            some = counts[slab]
            some += np.bincount(number.ravel(), minlength=some.size).reshape(some.shape)

    def quantiles(self, counts: Counts, levels: Array) -> Array:
        """Quantiles (level, row), linear within the bin."""
        found = np.empty((len(levels), len(counts)))
        for row, each in enumerate(counts):
            below = np.concatenate([[0], np.cumsum(each)])
            rank = levels * (below[-1] - 1)
            number = np.searchsorted(below, rank, side="right") - 1
            share = np.minimum((rank - below[number] + 0.5) / each[number], 1.0)
            found[:, row] = self.low[row] + (number + share) * self.width[row]
        return found
