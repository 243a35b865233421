"""Integer histograms of many rows of draws: they merge in any order to the same counts.

The bins of each row are equal steps over the range that a first block of draws spans, widened by
an eighth on either side; what lies beyond falls into the outermost bins.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array

Counts = NDArray[np.int64]
"""How many draws fell into each bin, (row, bin)."""
BINS = 2048
SLAB = 15
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

    def count(self, rows: NDArray[np.float32], logs: bool = False) -> Counts:
        """The counts (row, bin) of rows (row, draw), or of the ``logs`` of them.

        A row without width has all its draws in bin 0; what is nothing counts as a millionth.
        """
        scale, begin, end = self._numbering
        counts = np.empty((len(rows), BINS), np.int64)
        for first in range(0, len(rows), SLAB):
            slab = slice(first, first + SLAB)
            steps = (on_log_scale(rows[slab]) if logs else rows[slab]) * scale[slab]
            steps += begin[slab]
            np.clip(steps, end[slab] - np.float32(BINS - 1), end[slab], out=steps)
            number = steps.astype(np.intp).reshape(-1)
            counts[slab] = np.bincount(number, minlength=counts[slab].size).reshape(-1, BINS)
        return counts

    @cached_property
    def _numbering(self) -> tuple[NDArray[np.float32], ...]:
        """A value times the first and plus the second is its bin; the last one; each (row, 1)."""
        first = np.arange(len(self.low)) % SLAB * BINS
        wide = self.width > 0
        scale = np.divide(1.0, self.width, out=np.zeros_like(self.width), where=wide)
        parts = scale, first - self.low * scale, first + (BINS - 1.0)
        return tuple(part.astype(np.float32)[:, None] for part in parts)

    def quantiles(self, counts: Counts, levels: Array) -> Array:
        """Quantiles (level, row), linear within the bin."""
        each = counts.reshape(-1)
        below = np.concatenate([[0], np.cumsum(each)])
        begin, end = below[:-1:BINS], below[BINS::BINS]
        rank = begin + levels[:, None] * (end - begin - 1)
        bins = np.searchsorted(below, rank, side="right") - 1
        share = np.minimum((rank - below[bins] + 0.5) / each[bins], 1.0)
        found: Array = self.low + (bins % BINS + share) * self.width
        return found


def on_log_scale(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Log of the values; what is nothing counts as a millionth."""
    found = np.maximum(values, values.dtype.type(1e-6))
    logs: NDArray[np.floating] = np.log(found, out=found)
    return logs
