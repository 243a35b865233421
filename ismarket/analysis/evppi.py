"""Expected value of perfect and of partial perfect information, by regression on draws.

The decision is to take a gain or to leave it; the gain is regressed on what would be known (Strong,
Oakley & Brennan 2014, Medical Decision Making 34:311), with standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ..arrays import Array
from ..engine.blocks import one_thread

MOST_COLUMNS = 120


def expected_perfect(gain: Array) -> tuple[float, float]:
    """EVPI of entering (gain, (draw,)) or not, with its standard error, unit of ``gain``."""
    better = np.maximum(gain, 0.0) - (gain if gain.mean() > 0 else 0.0)
    return float(better.mean()), float(better.std(ddof=1) / math.sqrt(len(gain)))


def expected_partial(gain: Array, inputs: Sequence[Array]) -> tuple[float, float]:
    """EVPPI of knowing ``inputs``, each (draw,), with its standard error, unit of ``gain``.

    The error joins that of the regression's coefficients, carried through to first order, and
    that of the mean over the draws.
    """
    columns = _basis([x for x in inputs if np.ptp(x) > 0], len(gain))
    with one_thread():  # a small problem many times over: threads would only wait for each other
        basis, _ = np.linalg.qr(columns)
    scores = basis.T @ gain
    fitted = basis @ scores
    spare = max(1, len(gain) - basis.shape[1])
    noise = math.sqrt(float(np.sum((gain - fitted) ** 2)) / spare)
    enters = float(fitted.mean() > 0)
    slope = basis.T @ ((fitted > 0) - enters) / len(gain)
    better = np.maximum(fitted, 0.0) - enters * fitted
    error = math.hypot(noise * float(np.linalg.norm(slope)), better.std() / math.sqrt(len(gain)))
    return _worth(fitted), error


def _worth(fitted: Array) -> float:
    return float(np.maximum(fitted, 0.0).mean() - max(0.0, float(fitted.mean())))


def _basis(inputs: Sequence[Array], draws: int) -> Array:
    """Columns (draw, column): a natural spline of each input, and products of pairs."""
    most = max(2, min(MOST_COLUMNS, draws // 20))
    room = max(1, (most - 1) // max(1, len(inputs)))
    splines = [_natural_spline(x, min(6, room)) for x in inputs]
    columns = [np.ones(draws), *(column for spline in splines for column in spline)]
    pairs = [(i, j) for i in range(len(splines)) for j in range(i)]
    for i, j in pairs[: max(0, most - len(columns))]:
        columns.append(splines[i][0] * splines[j][0])
    return np.stack(columns, axis=1)


def _natural_spline(x: Array, columns: int) -> list[Array]:
    """Natural cubic spline of the standardised input: straight beyond its outer knots."""
    z = (x - x.mean()) / x.std()
    if columns < 2:
        return [z]
    knots = np.unique(np.quantile(z, np.linspace(0.02, 0.98, columns + 1)))
    if len(knots) < 3:
        return [z]

    def hinge(k: int) -> Array:
        last = knots[-1]
        from_here, from_last = np.maximum(z - knots[k], 0.0), np.maximum(z - last, 0.0)
        part = from_here * from_here * from_here - from_last * from_last * from_last
        scaled: Array = part / (last - knots[k])
        return scaled

    bend = hinge(len(knots) - 2)
    return [z, *(hinge(k) - bend for k in range(len(knots) - 2))]


def monotone(
    found: Mapping[tuple[str, ...], tuple[float, float]], perfect: tuple[float, float]
) -> dict[tuple[str, ...], tuple[float, float]]:
    """The estimates with the order that holds in truth: no set is worth less than a part of it.

    A set takes the value of its most valuable part where its own estimate fell below it, and
    none is worth more than perfect information.
    """
    raised: dict[tuple[str, ...], tuple[float, float]] = {}
    for keys in sorted(found, key=len):
        members = set(keys)
        parts = [raised[other] for other in raised if set(other) <= members]
        value, error = max([found[keys], *parts], key=lambda pair: pair[0])
        raised[keys] = (min(value, perfect[0]), error)
    return {keys: raised[keys] for keys in found}
