"""Parameters: what is uncertain, its range, unit, source and status, declared once.

A parameter follows a PERT distribution (Malcolm et al. 1959, Operations Research 7:646): a beta
distribution on [low, high] with shapes 1 + 4 (mode - low) / (high - low) and
1 + 4 (high - mode) / (high - low), on the natural or on the log scale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Array, Bits
from .errors import InputError

STATUSES = ("measured", "estimated", "assumed")
SCALES = ("natural", "log")


@dataclass(frozen=True)
class Parameter:
    """One uncertain number: ``low`` and ``high`` are the ends of its range, ``mode`` its peak.

    Equal ends make a constant.  ``key`` is ``owner.name``; a driver gives its own name as owner
    to the parameters it declares.  Raises InputError for a range that is not one.
    """

    name: str
    low: float
    mode: float
    high: float
    _: KW_ONLY
    unit: str
    title: str = ""
    source: str = ""
    status: str = "assumed"
    scale: str = "natural"
    owner: str = ""

    def __post_init__(self) -> None:
        for end in ("low", "mode", "high"):
            object.__setattr__(self, end, float(getattr(self, end)))
        if not all(map(math.isfinite, (self.low, self.mode, self.high))):
            raise InputError(f"{self.key}: low, mode and high must be finite numbers")
        if not self.low <= self.mode <= self.high:
            raise InputError(
                f"{self.key}: low {self.low:g}, mode {self.mode:g}, high {self.high:g}"
                " are not in order"
            )
        if self.status not in STATUSES:
            raise InputError(f"{self.key}: status {self.status!r}; one of {', '.join(STATUSES)}")
        if self.scale not in SCALES:
            raise InputError(f"{self.key}: scale {self.scale!r}; one of {', '.join(SCALES)}")
        if self.scale == "log" and self.low <= 0:
            raise InputError(f"{self.key}: low {self.low:g} must be above 0 on a log scale")

    @classmethod
    def from_quantiles(
        cls, name: str, p10: float, p50: float, p90: float, **about: Any
    ) -> Parameter:
        """The parameter with these quantiles; ``about`` as for Parameter (unit, source, scale).

        ``elicitation.feedback`` gives its P5 and P95 back.  Raises InputError for quantiles that
        no PERT distribution has.
        """
        from .elicitation import from_quantiles  # it builds on this module

        return from_quantiles(name, p10, p50, p90, **about)

    @classmethod
    def from_points(
        cls, name: str, low: float, mode: float, high: float, **about: Any
    ) -> Parameter:
        """The parameter with its peak at ``mode`` and 8 of 10 draws from ``low`` to ``high``.

        ``inside=`` says another share than 0.8; 1 takes the two for the ends of the range.
        """
        from .elicitation import from_points

        return from_points(name, low, mode, high, **about)

    @property
    def key(self) -> str:
        """The name under which a scenario, a flag or a stream finds it."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def constant(self) -> bool:
        """True where the range is a single point."""
        return self.low == self.high

    def owned_by(self, owner: str) -> Parameter:
        """The same parameter under another owner."""
        return replace(self, owner=owner)

    def check(self, value: object, where: str = "") -> float:
        """``value`` as a float within the range; InputError says what is allowed."""
        prefix = f"{where}: " if where else ""
        number = (
            float(value)
            if isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
            else math.nan
        )
        if not math.isfinite(number):
            raise InputError(f"{prefix}{self.key} = {value!r} is not a finite number ({self.unit})")
        if not self.low <= number <= self.high:
            raise InputError(
                f"{prefix}{self.key} = {number:g} {self.unit} is outside its range"
                f" {self.low:g} to {self.high:g} ({self.source or 'no source given'})"
            )
        return number

    def quantile(self, level: float | Array) -> Array:
        """The value (unit of the parameter) below which a share ``level`` of draws lies."""
        bits = np.atleast_1d(np.asarray(level, float)) * 2.0**32
        points = np.clip(bits, 0, 2.0**32 - 1).astype(np.uint32)
        value: Array = Quantiles([self]).values(points[None])[0]
        return value

    @property
    def density_shapes(self) -> tuple[float, float]:
        """The two shapes of the beta density on the scaled range."""
        low, mode, high = self._scaled()
        share = (mode - low) / (high - low) if high > low else 0.5
        return 1.0 + 4.0 * share, 5.0 - 4.0 * share

    def _scaled(self) -> tuple[float, float, float]:
        if self.scale == "log":
            return math.log(self.low), math.log(self.mode), math.log(self.high)
        return self.low, self.mode, self.high


CELL_BITS = 11
CELLS = 1 << CELL_BITS
TAIL = 64
"""Cells at each end that are read from finer ones, STEPS to each doubling of the distance."""
STEP_BITS = 6
_TO_STEP = 52 - STEP_BITS
_NEAREST = int(np.float64(0.5).view(np.int64)) >> _TO_STEP
_FARTHEST = int(np.float64(TAIL << (32 - CELL_BITS)).view(np.int64)) >> _TO_STEP
STEPS = _FARTHEST - _NEAREST
NODES = 1025
SLAB = 8
"""Parameters that are read at once, so that their cells stay in cache."""
_GAUSS = np.polynomial.legendre.leggauss(3)


class Quantiles:
    """The quantile functions of many parameters, tabulated once, read at a few ns a value.

    The cumulative distribution is integrated by three-point Gauss-Legendre between nodes that
    crowd at both ends, then inverted; the error is below 1e-5 of the range.
    """

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self._lines = [_lines(p.scale, *p._scaled()) for p in parameters]

    def values(self, bits: Bits) -> Array:
        """Draws (parameter, draw), each in its unit, at the points ``bits`` (parameter, draw)."""
        drawn = np.empty(bits.shape)
        taken = np.empty(bits.shape[1])
        for low in range(0, len(bits), SLAB):
            slab = slice(low, low + SLAB)
            cells = _cells(bits[slab])
            lines = zip(self._lines[slab], cells, drawn[slab], strict=True)
            drawn[slab] = bits[slab]
            for (begin, slope), cell, row in lines:
                row *= slope.take(cell, out=taken, mode="clip")
                row += begin.take(cell, out=taken, mode="clip")
        return drawn


def _cells(bits: Bits) -> NDArray[np.intp]:
    """The cell in which each point lies: equal ones, then those of the lower and upper tail."""
    number = bits >> np.uint32(32 - CELL_BITS)
    cells = number.astype(np.intp)
    number -= np.uint32(TAIL)
    tail = np.flatnonzero(number >= np.uint32(CELLS - 2 * TAIL))
    points = bits.ravel()[tail]
    distance = np.minimum(points, ~points) + 0.5
    step = (distance.view(np.int64) >> _TO_STEP) - _NEAREST + CELLS
    step += (points >> np.uint32(31)).astype(np.int64) * STEPS
    cells.ravel()[tail] = step
    return cells


@lru_cache(maxsize=1024)
def _lines(scale: str, low: float, mode: float, high: float) -> tuple[Array, Array]:
    """Value at point 0 and slope of the line that stands for the quantile function in each cell."""
    share = (mode - low) / (high - low) if high > low else 0.5
    equal = np.linspace(0.0, 2.0**32, CELLS + 1)
    near: Array = (np.arange(_NEAREST, _FARTHEST + 1) << _TO_STEP).view(np.float64)
    far: Array = 2.0**32 - near
    lines = [_line(at, scale, low, high, share) for at in (equal, near, far)]
    begin, slope = (np.concatenate(part) for part in zip(*lines, strict=True))
    return begin, slope


def _line(at: Array, scale: str, low: float, high: float, share: float) -> tuple[Array, Array]:
    """Value at point 0 and slope between neighbours of ``at``, in points of 2**-32."""
    nodes, below = _cumulative(1.0 + 4.0 * share, 5.0 - 4.0 * share)
    value = low + (high - low) * np.interp(at * 2.0**-32, below, nodes)
    if scale == "log":
        value = np.exp(value)
    slope = np.diff(value) / np.diff(at)
    return value[:-1] - slope * (at[:-1] - 0.5), slope


@lru_cache(maxsize=1024)
def _cumulative(rising: float, falling: float) -> tuple[Array, Array]:
    """Nodes on [0, 1] and the beta distribution function of those two shapes at them."""
    at, weight = _GAUSS
    nodes = np.sin(np.linspace(0.0, np.pi / 2, NODES)) ** 2
    width = np.diff(nodes)
    x = nodes[:-1, None] + width[:, None] * (at + 1.0) / 2.0
    log_density = (rising - 1.0) * np.log(x) + (falling - 1.0) * np.log1p(-x)
    mass = (np.exp(log_density) * weight).sum(axis=1) * width
    below = np.concatenate([[0.0], np.cumsum(mass)])
    return nodes, below / below[-1]
