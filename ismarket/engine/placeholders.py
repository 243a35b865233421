"""Placeholders: how much of a forecast's spread rests on numbers that nobody has given yet."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..sampling.points import BLOCK
from .blocks import Engine, one_thread
from .plan import Plan
from .rows import PATH

DRAWS = 2048


@lru_cache(maxsize=32)
def placeholder_share(plan: Plan) -> float:
    """The share of the variance of the last year's value that knowing every placeholder removes.

    The first-order index of the placeholders together, and of what is correlated with them, from
    two samples that share the other inputs (Jansen 1999, Computer Physics Communications 117:35).
    """
    keys = {p.key for p in plan.parameters if p.placeholder}
    keys |= {key for pair, rho in plan.pairs.items() if rho and keys & {*pair} for key in pair}
    engine = Engine(plan, np.ones(len(plan.years)), PATH)
    apart = np.random.default_rng(0).permutation(BLOCK)[:DRAWS]  # blocks share their strata
    one = {key: value[:DRAWS] for key, value in engine.drawing.by_key(0).items()}
    other = {key: value[apart] for key, value in engine.drawing.by_key(1).items()}
    mixed = {**other, **{key: one[key] for key in keys if key in one}}
    last = engine.reader.layout["total"].stop - 1
    with one_thread():
        first, second = (engine.at(values)[0][last] for values in (one, mixed))
    whole = float(first.var() + second.var()) / 2
    left = float(np.mean((first - second) ** 2)) / 2
    return min(max(1.0 - left / whole, 0.0), 1.0) if whole > 0 else 0.0
