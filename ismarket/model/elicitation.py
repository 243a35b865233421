"""Elicitation: parameters from what people can answer, with the fit fed back to them.

People name quantiles or a most likely value with a likely range; the PERT distribution that says
the same is found by bisection over the position of its peak.  Several experts are pooled linearly
(Stone 1961, Ann. Math. Statist. 32:1339): the mixture of their distributions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import InputError
from ..sampling.quantiles import cumulative
from .parameter import Parameter

FED_BACK = {"p5": 0.05, "p10": 0.1, "p50": 0.5, "p90": 0.9, "p95": 0.95}


def from_quantiles(
    name: str, p10: float, p50: float, p90: float, *, scale: str = "natural", **about: Any
) -> Parameter:
    """The parameter whose draws lie below ``p10``, ``p50`` and ``p90`` that often (10, 50, 90%).

    Values in the unit of the parameter; ``about`` holds unit, title, source, status and owner.
    Raises InputError where no PERT distribution on that ``scale`` has these quantiles, and says
    whether the other scale has.
    """
    _rising(name, ("p10", p10), ("p50", p50), ("p90", p90))
    if p10 == p90:
        return Parameter(name, p50, p50, p50, scale=scale, **about)
    low, middle, high = _on(scale, name, p10, p50, p90)
    target = (middle - low) / (high - low)
    skew = _skew(0.0), _skew(1.0)
    if not skew[0] - 1e-9 <= target <= skew[1] + 1e-9:
        raise InputError(_too_lopsided(name, (p10, p50, p90), scale, target, skew))
    share = _bisect(lambda s: _skew(s) - target)
    q10, q90 = _unit_quantiles(share, (0.1, 0.9))
    width = (high - low) / (q90 - q10)
    bottom = low - q10 * width
    return _parameter(name, bottom, bottom + share * width, bottom + width, scale, about)


def from_points(
    name: str,
    low: float,
    mode: float,
    high: float,
    *,
    inside: float = 0.8,
    scale: str = "natural",
    **about: Any,
) -> Parameter:
    """The parameter with its peak at ``mode`` that lies from ``low`` to ``high`` this often.

    ``inside`` is the share of draws between the two, the rest split evenly above and below: 0.8
    takes them for P10 and P90.  1 takes them for the ends.
    """
    _rising(name, ("low", low), ("mode", mode), ("high", high))
    if not 0.0 < inside <= 1.0:
        raise InputError(f"{name}: inside = {inside:g} must lie above 0 and up to 1")
    if inside == 1.0 or low == high:
        return Parameter(name, low, mode, high, scale=scale, **about)
    at = (1.0 - inside) / 2.0, (1.0 + inside) / 2.0
    bottom, peak, top = _on(scale, name, low, mode, high)
    target = (peak - bottom) / (top - bottom)

    def misses(share: float) -> float:
        first, last = _unit_quantiles(share, at)
        return (share - first) / (last - first) - target

    share = _bisect(misses)
    first, last = _unit_quantiles(share, at)
    width = (top - bottom) / (last - first)
    start = bottom - first * width
    return _parameter(name, start, start + share * width, start + width, scale, about)


def feedback(parameter: Parameter) -> dict[str, float]:
    """What the parameter says back: its P5, P10, P50, P90, P95 and its ends, in its unit."""
    values = parameter.quantile(np.array(list(FED_BACK.values())))
    quantiles = {level: float(value) for level, value in zip(FED_BACK, values, strict=True)}
    return {**quantiles, "low": parameter.low, "high": parameter.high}


@dataclass(frozen=True)
class Pooled:
    """Several experts as one parameter.

    ``pool`` holds the quantiles of the linear pool itself, ``fitted`` those of the ``parameter``
    that stands for it: where P5 and P95 differ much, the experts disagree more than one peak can
    say.  Both are in the unit of the parameter.
    """

    parameter: Parameter
    pool: Mapping[str, float]
    fitted: Mapping[str, float]

    @property
    def distance(self) -> float:
        """Largest gap between the two at P5 and P95, as a share of the pool's P5 to P95 range."""
        width = self.pool["p95"] - self.pool["p5"]
        gaps = [abs(self.pool[level] - self.fitted[level]) for level in ("p5", "p95")]
        return max(gaps) / width if width else 0.0


def pool(experts: Sequence[Parameter], weights: Sequence[float] | None = None) -> Pooled:
    """The linear pool of the experts' distributions of one parameter, as a parameter.

    ``weights`` count the experts, by default alike.  Raises InputError for experts that do not
    speak of one parameter (name, unit, scale).
    """
    if not experts:
        raise InputError("pool: no expert given")
    first = experts[0]
    for other in experts:
        if (other.key, other.unit, other.scale) != (first.key, first.unit, first.scale):
            raise InputError(f"pool: {other.key} ({other.unit}) is not {first.key} ({first.unit})")
    shares = np.ones(len(experts)) if weights is None else np.asarray(weights, float)
    if len(shares) != len(experts) or np.any(shares < 0) or not shares.sum() > 0:
        raise InputError(f"pool: {len(experts)} experts need as many weights, none below 0")
    levels = np.array(list(FED_BACK.values()))
    mixed = _mixture_quantiles(experts, shares / shares.sum(), levels)
    quantiles = {level: float(value) for level, value in zip(FED_BACK, mixed, strict=True)}
    about = {
        "unit": first.unit, "title": first.title, "status": first.status, "owner": first.owner,
        "source": " | ".join(dict.fromkeys(e.source for e in experts if e.source)),
    }  # fmt: skip
    parameter = _nearest(first.name, quantiles, first.scale, about)
    return Pooled(parameter, quantiles, feedback(parameter))


def _nearest(name: str, quantiles: Mapping[str, float], scale: str, about: Any) -> Parameter:
    """The fit to P10, P50 and P90, or where P50 lies too far out the one with P10 and P90 alone."""
    p10, p50, p90 = (quantiles[level] for level in ("p10", "p50", "p90"))
    low, middle, high = _on(scale, name, p10, p50, p90)
    if high > low:
        least, most = (low + skew * (high - low) for skew in (_skew(0.0), _skew(1.0)))
        middle = min(max(middle, least), most)
        p50 = math.exp(middle) if scale == "log" else middle
    return from_quantiles(name, p10, p50, p90, scale=scale, **about)


def _mixture_quantiles(experts: Sequence[Parameter], weights: Array, levels: Array) -> Array:
    grid = np.linspace(0.0, 1.0, 4097)
    each = np.stack([expert.quantile(grid) for expert in experts])
    points = np.unique(each)
    below = sum(
        weight * np.interp(points, *_strictly(values, grid), left=0.0, right=1.0)
        for weight, values in zip(weights, each, strict=True)
    )
    found: Array = np.interp(levels, np.asarray(below), points)
    return found


def _strictly(values: Array, grid: Array) -> tuple[Array, Array]:
    """Values without repeats, each with the largest level at which it stands."""
    keep = np.append(np.diff(values) > 0, True)
    return values[keep], grid[keep]


def _parameter(
    name: str, low: float, mode: float, high: float, scale: str, about: Mapping[str, Any]
) -> Parameter:
    ends = [low, min(max(mode, low), high), high]
    if scale == "log":
        ends = [math.exp(end) for end in ends]
    return Parameter(name, *ends, scale=scale, **about)


def _on(scale: str, name: str, *values: float) -> tuple[float, ...]:
    if scale == "log":
        if min(values) <= 0:
            raise InputError(f"{name}: {min(values):g} must be above 0 on a log scale")
        return tuple(map(math.log, values))
    return values


def _rising(name: str, *points: tuple[str, float]) -> None:
    values = [float(value) for _, value in points]
    if not all(map(math.isfinite, values)) or sorted(values) != values:
        said = ", ".join(f"{label} {value:g}" for label, value in points)
        raise InputError(f"{name}: {said} must be finite and rise")


def _unit_quantiles(share: float, levels: tuple[float, ...]) -> tuple[float, ...]:
    """Quantiles of the PERT distribution on 0 to 1 with its peak at ``share``."""
    nodes, below = cumulative(1.0 + 4.0 * share, 5.0 - 4.0 * share)
    return tuple(float(value) for value in np.interp(levels, below, nodes))


def _skew(share: float) -> float:
    """Where the median lies between P10 and P90, as a share of their distance."""
    q10, q50, q90 = _unit_quantiles(share, (0.1, 0.5, 0.9))
    return (q50 - q10) / (q90 - q10)


def _bisect(misses: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2.0
        low, high = (middle, high) if misses(middle) < 0.0 else (low, middle)
    return (low + high) / 2.0


def _too_lopsided(
    name: str,
    given: tuple[float, float, float],
    scale: str,
    target: float,
    skew: tuple[float, float],
) -> str:
    p10, p50, p90 = given
    allowed = [p10 + edge * (p90 - p10) for edge in skew]
    if scale == "log":
        allowed = [math.exp(math.log(p10) + e * math.log(p90 / p10)) for e in skew]
    text = (
        f"{name}: with p10 {p10:g} and p90 {p90:g} a median of {p50:g} is too far to one side; on"
        f" the {scale} scale it may lie from {allowed[0]:.4g} to {allowed[1]:.4g}"
    )
    if scale == "natural" and p10 > 0:
        on_log = math.log(p50 / p10) / math.log(p90 / p10)
        if skew[0] <= on_log <= skew[1]:
            text += "; scale='log' holds it"
    return text
