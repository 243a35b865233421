"""Placeholders: how much of a forecast's spread rests on numbers that nobody has given yet."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..arrays import Array
from ..model.stage import DRUG_CLASS, REGION
from ..sampling.points import BLOCK
from .blocks import Drawing, level_of, one_thread, stack
from .chain import Chain
from .plan import Plan

DRAWS = 2048


@lru_cache(maxsize=32)
def placeholder_share(plan: Plan) -> float:
    """The share of the variance of the last year's value that knowing every placeholder removes.

    The first-order index of the placeholders together, and of what is correlated with them, from
    two samples that share the other inputs (Jansen 1999, Computer Physics Communications 117:35).
    """
    keys = {p.key for p in plan.parameters if p.placeholder}
    keys |= {key for pair, rho in plan.pairs.items() if rho and keys & {*pair} for key in pair}
    drawing = Drawing(plan)
    apart = np.random.default_rng(0).permutation(BLOCK)[:DRAWS]  # blocks share their strata
    one = {key: value[:DRAWS] for key, value in drawing.by_key(0).items()}
    other = {key: value[apart] for key, value in drawing.by_key(1).items()}
    chain = Chain(plan)
    first = _value(plan, chain, one)
    second = _value(plan, chain, {**other, **{key: one[key] for key in keys if key in one}})
    whole = float(first.var() + second.var()) / 2
    left = float(np.mean((first - second) ** 2)) / 2
    return min(max(1.0 - left / whole, 0.0), 1.0) if whole > 0 else 0.0


def _value(plan: Plan, chain: Chain, values: dict[str, Array]) -> Array:
    """The last year's value (draw,), but for a factor that all draws share."""
    stacked = stack(plan, values)
    with one_thread():
        first, last = chain(stacked)[[0, -1]].sum(axis=(REGION, DRUG_CLASS))
    level = level_of(plan, stacked)
    return np.asarray(last if level is None else level * last / first)
