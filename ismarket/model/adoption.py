"""How far a cause has spread since the base year: uptake curves, each exactly 0 at the start.

A curve goes from ``start``, the share today, to ``ceiling``, the share in the end; how fast is
said in one of two ways that people can answer: ``half_time``, the years until half of the gap is
closed, or ``takeover``, the years from 10% to 90% of the ceiling (Fisher & Pry 1971, Technol.
Forecast. Soc. Change 3:75).  Every function returns the share gained.

Arguments broadcast: years elapsed (year, 1, 1, 1), shares by region (1, region, 1, 1),
drawn parameters (1, 1, 1, draw).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import InputError

BASS_IMITATION = 0.38 / 0.03
"""Imitation over innovation, q / p, at the average values p = 0.03 and q = 0.38 that are quoted
from Sultan, Farley & Lehmann (1990, J. Marketing Research 27:70); consumer durables mostly, so a
plain starting point and an assumption for medicine."""


def logistic(
    elapsed: ArrayLike,
    *,
    start: ArrayLike,
    ceiling: ArrayLike,
    half_time: ArrayLike | None = None,
    takeover: ArrayLike | None = None,
) -> Array:
    """Share gained after ``elapsed`` years on a logistic curve from ``start`` to ``ceiling``.

    ``start`` in (0, 1] and ``ceiling`` in [0, 1] are shares, ``half_time`` and ``takeover`` years.
    The share is ceiling / (1 + (ceiling - start)/start * exp(-k t)) (Verhulst 1838), with
    k = ln(1 + ceiling/start) / half_time or ln(81) / takeover; the gain is written so that it is
    0 to the last bit at t = 0 and where ceiling equals start.  Broadcasts; InputError unless one of
    both times is given.
    """
    a0, top = np.asarray(start, float), np.asarray(ceiling, float)
    rate = _rate(np.log1p(top / a0), np.log(81.0), half_time, takeover)
    left = np.exp(-rate * np.asarray(elapsed, float))
    gap = top - a0
    gained: Array = a0 * gap * (1.0 - left) / (a0 + gap * left)
    return gained


def bass(
    elapsed: ArrayLike,
    *,
    start: ArrayLike,
    ceiling: ArrayLike,
    half_time: ArrayLike | None = None,
    takeover: ArrayLike | None = None,
    imitation: ArrayLike = BASS_IMITATION,
) -> Array:
    """Share gained on a Bass curve (1969, Management Science 15:215), steep from the first year.

    ``start`` in [0, 1] may be 0, ``ceiling`` lies in (0, 1]; ``imitation`` is q / p: 0 makes an
    exponential approach, a large one comes near the logistic.  From dF/dt = (p + q F)(1 - F), with
    F the share of the ceiling: (1 - F) / (p + q F) decays at the rate p + q.  ``half_time`` and
    ``takeover`` in years.  Broadcasts; InputError unless one of both is given.
    """
    top, m = np.asarray(ceiling, float), np.asarray(imitation, float)
    f0 = np.asarray(start, float) / top
    half = (1.0 + f0) / 2.0
    to_half = np.log(2.0 * (1.0 + m * half) / (1.0 + m * f0))
    ten_to_ninety = np.log(9.0 * (1.0 + 0.9 * m) / (1.0 + 0.1 * m))
    rate = _rate(to_half, ten_to_ninety, half_time, takeover)
    fallen = -np.expm1(-rate * np.asarray(elapsed, float))
    u = (1.0 - f0) / (1.0 + m * f0)
    gained: Array = top * (1.0 + m) * u * fallen / ((1.0 + m * u * (1.0 - fallen)) * (1.0 + m * u))
    return gained


def gompertz(
    elapsed: ArrayLike,
    *,
    start: ArrayLike,
    ceiling: ArrayLike,
    half_time: ArrayLike | None = None,
    takeover: ArrayLike | None = None,
) -> Array:
    """Share gained on a Gompertz curve (1825): quick at first, a long tail below the ceiling.

    ``start`` and ``ceiling`` lie in (0, 1].  With F the share of the ceiling, ln F decays at the
    rate k, so the share is ceiling * F0 ** exp(-k t).  ``half_time`` and ``takeover`` in years.
    Broadcasts; InputError unless one of both is given.
    """
    top = np.asarray(ceiling, float)
    f0 = np.asarray(start, float) / top
    depth, half = np.log(f0), np.log((1.0 + f0) / 2.0)
    safe = np.where(half == 0.0, 1.0, half)
    to_half = np.log(np.where(half == 0.0, 2.0, depth / safe))
    rate = _rate(to_half, np.log(np.log(0.1) / np.log(0.9)), half_time, takeover)
    fallen = np.expm1(-rate * np.asarray(elapsed, float))
    gained: Array = top * f0 * np.expm1(depth * fallen)
    return gained


def piecewise(elapsed: ArrayLike, *, points: Sequence[tuple[float, ArrayLike]]) -> Array:
    """Share gained along straight lines through ``points``, flat after the last one.

    Each point is (years since the base year, share); the first is year 0, the share today.
    Broadcasts over the shares; years are plain numbers.  Raises InputError for points
    that do not begin at year 0 or do not run forward.
    """
    years = [float(year) for year, _ in points]
    if not years or years[0] != 0.0 or any(b <= a for a, b in pairwise(years)):
        raise InputError(f"piecewise: years {years} must begin with 0 and rise")
    shares = [np.asarray(share, float) for _, share in points]
    t = np.asarray(elapsed, float)
    gained: Array = np.zeros(np.broadcast_shapes(t.shape, *(share.shape for share in shares)))
    for i in range(1, len(points)):
        along = np.clip((t - years[i - 1]) / (years[i] - years[i - 1]), 0.0, 1.0)
        gained = gained + (shares[i] - shares[i - 1]) * along
    return gained


def _rate(
    to_half: ArrayLike,
    ten_to_ninety: ArrayLike,
    half_time: ArrayLike | None,
    takeover: ArrayLike | None,
) -> Array:
    """The rate a year of a curve, from whichever of the two times is given."""
    if (half_time is None) == (takeover is None):
        raise InputError("adoption: give half_time or takeover (years), one of them")
    way, years = (ten_to_ninety, takeover) if half_time is None else (to_half, half_time)
    rate: Array = np.asarray(way, float) / np.asarray(years, float)
    return rate
