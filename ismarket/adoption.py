"""How far a cause has spread since the base year: uptake curves, each exactly 0 at the start.

Arguments broadcast: years elapsed (year, 1, 1, 1), shares by region (1, region, 1, 1),
drawn parameters (1, 1, 1, draw).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array


def logistic(
    elapsed: ArrayLike, *, start: ArrayLike, ceiling: ArrayLike, half_time: ArrayLike
) -> Array:
    """Share gained after ``elapsed`` years on a logistic curve from ``start`` to ``ceiling``.

    ``start`` in (0, 1] and ``ceiling`` in [0, 1] are shares, ``half_time`` the years until half
    of the gap between them is closed.  With rate k = ln(1 + ceiling/start) / half_time the share
    is ceiling / (1 + (ceiling - start)/start * exp(-k t)) (Verhulst 1838); the gain is written so
    that it is 0 to the last bit at t = 0 and where ceiling equals start.
    """
    a0, top = np.asarray(start, float), np.asarray(ceiling, float)
    rate = np.log1p(top / a0) / np.asarray(half_time, float)
    left = np.exp(-rate * np.asarray(elapsed, float))
    gap = top - a0
    gained: Array = a0 * gap * (1.0 - left) / (a0 + gap * left)
    return gained
