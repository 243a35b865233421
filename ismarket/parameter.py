"""Parameters: what is uncertain, its range, unit, source and status, declared once.

A parameter follows a PERT distribution (Malcolm et al. 1959, Operations Research 7:646): a beta
distribution on [low, high] with shapes 1 + 4 (mode - low) / (high - low) and
1 + 4 (high - mode) / (high - low), on the natural or on the log scale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace

import numpy as np

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


CELL_BITS = 12
CELLS = 1 << CELL_BITS
WITHIN = (1 << (32 - CELL_BITS)) - 1
TAIL = 64
"""Cells of the table, and how many at each end are read from the finer nodes instead."""
NODES = 1025
_GAUSS = np.polynomial.legendre.leggauss(3)


class Quantiles:
    """The quantile functions of many parameters, tabulated once, read at a few ns a value.

    The cumulative distribution is integrated by three-point Gauss-Legendre between nodes that
    crowd at both ends, then inverted; the error is below 1e-5 of the range.
    """

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        shapes = np.array([p.density_shapes for p in parameters]).reshape(-1, 2)
        ends = np.array([p._scaled() for p in parameters]).reshape(-1, 3)
        nodes = np.sin(np.linspace(0.0, np.pi / 2, NODES)) ** 2
        below = _cumulative(nodes, shapes)
        values = ends[:, :1] + (ends[:, 2:] - ends[:, :1]) * nodes
        on_log = np.array([p.scale == "log" for p in parameters], bool)
        values[on_log] = np.exp(values[on_log])
        levels = np.linspace(0.0, 1.0, CELLS + 1)
        table = [np.interp(levels, f, x) for f, x in zip(below, values, strict=True)]
        self._below, self._values = below, values
        at = np.array(table).reshape(-1, CELLS + 1)
        self._begin, self._step = at[:, :-1].copy(), np.diff(at, axis=1) / (WITHIN + 1)
        self._low, self._high = at[:, 0], at[:, -1]

    def values(self, bits: Bits) -> Array:
        """Draws (parameter, draw), each in its unit, at the points ``bits`` (parameter, draw)."""
        drawn = np.empty(bits.shape)
        for row, points in enumerate(bits):
            self._draw(row, points, drawn[row])
        return drawn

    def _draw(self, row: int, points: Bits, drawn: Array) -> None:
        """Fill ``drawn`` (draw,) with the values of one parameter."""
        cell = (points >> np.uint32(32 - CELL_BITS)).astype(np.intp)
        np.bitwise_and(points, np.uint32(WITHIN), out=drawn, casting="unsafe")
        drawn += 0.5
        drawn *= self._step[row].take(cell)
        drawn += self._begin[row].take(cell)
        cell -= TAIL
        tail = np.flatnonzero(cell.view(np.uintp) >= CELLS - 2 * TAIL)
        level = (points[tail].astype(float) + 0.5) * 2.0**-32
        found = np.interp(level, self._below[row], self._values[row])
        drawn[tail] = np.clip(found, self._low[row], self._high[row])


def _cumulative(nodes: Array, shapes: Array) -> Array:
    """Beta distribution functions (parameter, node) at ``nodes`` for ``shapes`` (parameter, 2)."""
    at, weight = _GAUSS
    width = np.diff(nodes)
    x = nodes[:-1, None] + width[:, None] * (at + 1.0) / 2.0
    log_density = (shapes[:, 0, None, None] - 1.0) * np.log(x)
    log_density += (shapes[:, 1, None, None] - 1.0) * np.log1p(-x)
    mass = (np.exp(log_density) * weight).sum(axis=2) * width
    below = np.concatenate([np.zeros((len(shapes), 1)), np.cumsum(mass, axis=1)], axis=1)
    share: Array = below / below[:, -1:]
    return share
