"""Elicitation: what people answered fed back to them, and several experts as one parameter.

Experts are pooled linearly (Stone 1961, Ann. Math. Statist. 32:1339): the mixture of their
distributions.  Where the median of the mixture lies too far out for one peak, the parameter that
stands for it keeps P10 and P90.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..errors import InputError
from .fits import nearest_median
from .parameter import Parameter

FED_BACK = {"p5": 0.05, "p10": 0.1, "p50": 0.5, "p90": 0.9, "p95": 0.95}


def feedback(parameter: Parameter) -> dict[str, float]:
    """What the parameter says back: its P5, P10, P50, P90, P95 and its ends, in its unit."""
    values = parameter.quantile(np.array(list(FED_BACK.values()))).tolist()
    quantiles: dict[str, float] = dict(zip(FED_BACK, values, strict=True))
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
    quantiles = dict(zip(FED_BACK, mixed.tolist(), strict=True))
    about = {
        "unit": first.unit, "title": first.title, "status": first.status, "owner": first.owner,
        "source": " | ".join(dict.fromkeys(e.source for e in experts if e.source)),
    }  # fmt: skip
    p10, p50, p90 = (quantiles[level] for level in ("p10", "p50", "p90"))
    middle = nearest_median(p10, p50, p90, first.scale)
    parameter = Parameter.from_quantiles(first.name, p10, middle, p90, scale=first.scale, **about)
    return Pooled(parameter, quantiles, feedback(parameter))


def _mixture_quantiles(experts: Sequence[Parameter], weights: Array, levels: Array) -> Array:
    grid = np.linspace(0.0, 1.0, 4097)
    each = np.stack([expert.quantile(grid) for expert in experts])
    points = np.unique(each)
    below = sum(
        weight * np.interp(points, *_strictly(values, grid), left=0.0, right=1.0)
        for weight, values in zip(weights, each, strict=True)
    )
    return np.interp(levels, np.asarray(below), points)


def _strictly(values: Array, grid: Array) -> tuple[Array, Array]:
    """Values without repeats, each with the largest level at which it stands."""
    keep = np.append(np.diff(values) > 0, True)
    return values[keep], grid[keep]
