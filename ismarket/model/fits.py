"""Fits: the ends and the peak of the PERT distribution that says what people say.

A PERT distribution is known by three numbers.  Its ends move and stretch it, so that quantiles as
shares of their distance depend on the place of the peak alone, which Brent's method finds (Brent
1973, Algorithms for Minimization without Derivatives, ch. 4).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..errors import InputError
from ..sampling.quantiles import cumulative

Ends = tuple[float, float, float]
"""Low, mode and high, in the unit of the parameter."""


def through_quantiles(name: str, p10: float, p50: float, p90: float, scale: str) -> Ends:
    """The ends of the parameter whose draws lie below these that often (10, 50, 90%).

    Raises InputError where no PERT distribution on that ``scale`` (natural or log) has these
    quantiles, and says whether the other scale has.
    """
    _rising(name, p10=p10, p50=p50, p90=p90)
    if p10 == p90:
        return p50, p50, p50
    low, middle, high = _on(scale, name, p10, p50, p90)
    target = (middle - low) / (high - low)
    least, most = skews()
    if not least - 1e-9 <= target <= most + 1e-9:
        raise InputError(_too_lopsided(name, (p10, p50, p90), scale, target))
    target = min(max(target, least), most)
    share = _root(lambda share: _skew(share) - target)
    return _stretched(share, (0.1, 0.9), low, high, scale)


def around_peak(name: str, low: float, mode: float, high: float, inside: float, scale: str) -> Ends:
    """The ends of the parameter with its peak at ``mode`` and ``inside`` of its draws in between.

    The rest is split evenly below ``low`` and above ``high``; 1 takes the two for the ends.
    Raises InputError for points that do not rise, or a share that is none.
    """
    _rising(name, low=low, mode=mode, high=high)
    if not 0.0 < inside <= 1.0:
        raise InputError(f"{name}: inside = {inside:g} must lie above 0 and up to 1")
    if inside == 1.0 or low == high:
        return low, mode, high
    levels = (1.0 - inside) / 2.0, (1.0 + inside) / 2.0
    bottom, peak, top = _on(scale, name, low, mode, high)
    target = (peak - bottom) / (top - bottom)

    def misses(share: float) -> float:
        first, last = _unit_quantiles(share, levels)
        return (share - first) / (last - first) - target

    return _stretched(_root(misses), levels, bottom, top, scale)


def nearest_median(p10: float, p50: float, p90: float, scale: str) -> float:
    """The median nearest to ``p50``, in its unit, that a PERT has with these P10 and P90.

    Raises InputError for a point at 0 or below on a log ``scale``.
    """
    low, middle, high = _on(scale, "pool", p10, p50, p90)
    least, most = (low + skew * (high - low) for skew in skews())
    middle = min(max(middle, least), most)
    return math.exp(middle) if scale == "log" else middle


def skews() -> tuple[float, float]:
    """Where the median lies between P10 and P90 with the peak at either end, as shares."""
    return _skew(0.0), _skew(1.0)


def _skew(share: float) -> float:
    q10, q50, q90 = _unit_quantiles(share, (0.1, 0.5, 0.9))
    return (q50 - q10) / (q90 - q10)


def _unit_quantiles(share: float, levels: tuple[float, ...]) -> tuple[float, ...]:
    """Quantiles of the PERT distribution on 0 to 1 with its peak at ``share``."""
    nodes, below = cumulative(1.0 + 4.0 * share, 5.0 - 4.0 * share)
    return tuple(float(value) for value in np.interp(levels, below, nodes))


def _root(misses: Callable[[float], float]) -> float:
    """The place of the peak, from 0 to 1, at which nothing is missed."""
    from scipy.optimize import brentq  # costs more to import than a run; only if needed

    return float(brentq(misses, 0.0, 1.0, xtol=1e-15))


def _stretched(
    share: float, levels: tuple[float, float], low: float, high: float, scale: str
) -> Ends:
    """The ends of the distribution with that peak that has ``low`` and ``high`` at two levels."""
    first, last = _unit_quantiles(share, levels)
    width = (high - low) / (last - first)
    start = low - first * width
    end, back = start + width, math.exp if scale == "log" else float
    return back(start), back(min(max(start + share * width, start), end)), back(end)


def _on(scale: str, name: str, *values: float) -> tuple[float, ...]:
    if scale == "log":
        if min(values) <= 0:
            raise InputError(f"{name}: {min(values):g} must be above 0 on a log scale")
        return tuple(map(math.log, values))
    return values


def _rising(name: str, **points: float) -> None:
    values = [float(value) for value in points.values()]
    if not all(map(math.isfinite, values)) or sorted(values) != values:
        said = ", ".join(f"{label} {value:g}" for label, value in points.items())
        raise InputError(f"{name}: {said} must be finite and rise")


def _too_lopsided(name: str, given: Ends, scale: str, target: float) -> str:
    p10, p50, p90 = given
    least, most = (nearest_median(p10, end, p90, scale) for end in (p10, p90))
    text = (
        f"{name}: with p10 {p10:g} and p90 {p90:g} a median of {p50:g} is too far to one side; on"
        f" the {scale} scale it may lie from {least:.4g} to {most:.4g}"
    )
    if scale == "natural" and p10 > 0:
        on_log = math.log(p50 / p10) / math.log(p90 / p10)
        first, last = skews()
        if first <= on_log <= last:
            text += "; scale='log' holds it"
    return text
