"""Quantile functions of PERT distributions, chances and tables, read at about a ns a value.

The cumulative distribution of a PERT is integrated by three-point Gauss-Legendre between nodes that
crowd at both ends, then inverted: a straight line in each of CELLS equal cells, and finer lines in
the outermost ones.  The error is below 1e-5 of the range.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Bits
from .points import BLOCK, REPLICATE, REPLICATES, WITHIN, Strata

CELL_BITS = 11
CELLS = 1 << CELL_BITS
"""Equal cells of the unit interval."""
PAIRS = REPLICATE // 2
"""Pairs of strata of a replicate, an even and an odd one."""
IN_PAIR = CELLS // PAIRS
"""Cells in such a pair."""
CELL = 1 << (32 - CELL_BITS)
"""Width of a cell in points of 2**-32."""
TAIL = 64
"""Cells at each end that are read from finer ones, STEPS to each doubling of the distance."""
STEP_BITS = 6
_TO_STEP = 52 - STEP_BITS
_NEAREST = int(np.float64(0.5).view(np.int64)) >> _TO_STEP
_FARTHEST = int(np.float64(TAIL * CELL).view(np.int64)) >> _TO_STEP
STEPS = _FARTHEST - _NEAREST
_PAIRS = np.arange(PAIRS, dtype=np.uint32) << np.uint32(WITHIN + 1)
_ENDS = TAIL // IN_PAIR
_OUTER = np.r_[0:_ENDS, PAIRS - _ENDS : PAIRS].astype(np.uint32) << np.uint32(WITHIN + 1)
SLAB = 8
"""Parameters that are read at once, so that their tables stay in cache."""
NODES = 1025
_GAUSS = np.polynomial.legendre.leggauss(3)
Pert = tuple[str, float, float, float]
"""Scale (natural, log or chance), then low, mode and high on that scale."""
Range = Pert | tuple[float, ...]
"""Of a PERT distribution or a chance; or the quantiles at the middles of equal steps."""


class Quantiles:
    """The quantile functions of many parameters: lines by place in a pair of strata, and pair."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        self._begin, self._slope = np.empty((2, len(ranges), IN_PAIR, PAIRS))
        self._tails = np.empty((len(ranges), 2, 2 * STEPS))
        self._chances = [(row, each[2]) for row, each in enumerate(ranges) if each[0] == "chance"]
        for row, each in enumerate(ranges):
            begin, slope, self._tails[row] = _lines(each)
            self._begin[row] = begin.reshape(PAIRS, IN_PAIR).T
            self._slope[row] = slope.reshape(PAIRS, IN_PAIR).T

    def values(self, points: Bits) -> Array:
        """Draws (parameter, draw), each in its unit, at any points (parameter, draw)."""
        drawn = np.empty(points.shape)
        for row, each in enumerate(points):
            cells = (each >> np.uint32(32 - CELL_BITS)).astype(np.intp)
            line = cells % IN_PAIR * PAIRS + cells // IN_PAIR
            np.multiply(self._slope[row].take(line), each & np.uint32(CELL - 1), out=drawn[row])
            drawn[row] += self._begin[row].take(line)
            outer = np.flatnonzero((cells < TAIL) | (cells >= CELLS - TAIL))
            drawn[row, outer] = _in_tails(self._tails[row : row + 1], each[None, outer])[0]
        for row, probability in self._chances:
            drawn[row] = happens(points[row], probability)
        return drawn

    def of_block(self, strata: Strata, within: Bits) -> Array:
        """Draws (parameter, BLOCK), each in its unit, of what ``block_strata`` gives.

        The values of a parameter are tabulated by replicate and stratum, even ones first, and read
        in the order of its strata: four times as fast as ``values`` of the points, and the same bit
        for bit.
        """
        places = np.stack([within, ~within & np.uint32(2 << WITHIN) - np.uint32(1)], axis=2)
        points = {row: _PAIRS | places[row][..., None] for row, _ in self._chances}
        chances = {row: happens(points[row], p) for row, p in self._chances}
        outer = _in_tails(self._tails, (_OUTER | places[..., None]).reshape(len(within), 4 * TAIL))
        lower, upper = np.split(outer.reshape(len(within), REPLICATES, 2, 2 * _ENDS), 2, axis=3)
        offsets = (places & np.uint32(CELL - 1)).astype(float)[..., None]
        cells = (places >> np.uint32(32 - CELL_BITS)).astype(np.intp)
        cells += (np.arange(len(within)) * IN_PAIR)[:, None, None]
        slope, begin = (part.reshape(-1, PAIRS) for part in (self._slope, self._begin))
        drawn = np.empty((len(within), BLOCK))
        for first in range(0, len(within), SLAB):
            some = slice(first, first + SLAB)
            table = slope.take(cells[some], axis=0)
            table *= offsets[some]
            table += begin.take(cells[some], axis=0)
            table[..., :_ENDS], table[..., -_ENDS:] = lower[some], upper[some]
            for row in chances.keys() & range(*some.indices(len(within))):
                table[row - first] = chances[row]
            each = strata[some] + (np.arange(len(table)) * BLOCK)[:, None]
            table.take(each, out=drawn[some], mode="clip")
        return drawn


def happens(points: Bits, probability: float) -> NDArray[np.bool_]:
    """What happens with that probability at some points: where they lie below it."""
    return points < probability * 2.0**32


def _in_tails(tails: Array, points: Bits) -> Array:
    """Values (parameter, draw) at points in the outer cells; ``tails`` (parameter, 2, line)."""
    distance = np.minimum(points, ~points) + 0.5
    line = (distance.view(np.int64) >> _TO_STEP) - _NEAREST
    line += (points >> np.uint32(31)).astype(np.int64) * STEPS
    line += (np.arange(len(points)) * 4 * STEPS)[:, None]
    found = tails.ravel().take(line + 2 * STEPS)
    found *= points
    found += tails.ravel().take(line)
    return found


@lru_cache(maxsize=1024)
def _lines(distribution: Range) -> tuple[Array, Array, Array]:
    """The value at the left end of each cell, the slope there, and the lines of the tails.

    Lines of the tails (2, line): their value at point 0 and their slope.
    """
    value = _pert(*distribution) if is_pert(distribution) else _tabled(np.array(distribution))
    equal = np.linspace(0.0, 2.0**32, CELLS + 1)
    ends = value(equal)
    slope = np.diff(ends) / CELL
    near: Array = (np.arange(_NEAREST, _FARTHEST + 1) << _TO_STEP).view(np.float64)
    tails = [_through(at, value(at)) for at in (near, 2.0**32 - near)]
    return ends[:-1] + slope / 2.0, slope, np.concatenate(tails, axis=1)


def is_pert(distribution: Range) -> TypeGuard[Pert]:
    """True for the range of a PERT distribution, false for a table."""
    return isinstance(distribution[0], str)


def _tabled(quantiles: Array) -> Callable[[Array], Array]:
    """The value at points, by straight lines between quantiles at the middles of equal steps."""
    middles = (np.arange(len(quantiles)) + 0.5) / len(quantiles)
    return lambda at: np.interp(at * 2.0**-32, middles, quantiles)


def _pert(scale: str, low: float, mode: float, high: float) -> Callable[[Array], Array]:
    """The value of a PERT distribution at points."""
    share = (mode - low) / (high - low) if high > low else 0.5
    nodes, below = cumulative(1.0 + 4.0 * share, 5.0 - 4.0 * share)

    def value(at: Array) -> Array:
        found = low + (high - low) * np.interp(at * 2.0**-32, below, nodes)
        return np.exp(found) if scale == "log" else found

    return value


def _through(at: Array, value: Array) -> Array:
    """Value at point 0 and slope (2, line) of the lines between neighbours of ``at``."""
    slope = np.diff(value) / np.diff(at)
    return np.stack([value[:-1] - slope * (at[:-1] - 0.5), slope])


@lru_cache(maxsize=1024)
def cumulative(rising: float, falling: float) -> tuple[Array, Array]:
    """Nodes on [0, 1] and the beta distribution function of those two shapes at them."""
    at, weight = _GAUSS
    nodes = np.sin(np.linspace(0.0, np.pi / 2, NODES)) ** 2
    width = np.diff(nodes)
    x = nodes[:-1, None] + width[:, None] * (at + 1.0) / 2.0
    log_density = (rising - 1.0) * np.log(x) + (falling - 1.0) * np.log1p(-x)
    mass = (np.exp(log_density) * weight).sum(axis=1) * width
    below = np.concatenate([[0.0], np.cumsum(mass)])
    return nodes, below / below[-1]
