"""Overlap: what several drivers that claim one cause move together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Array


def combine(shifts: Sequence[Array], rho: float) -> Array:
    """One shift from those of several drivers for the same cause, on the link scale.

    ``rho`` in [0, 1]: 1 counts the cause once (the largest shift), 0 counts every driver (the
    sum); between them ``rho * max + (1 - rho) * sum``, positive and negative parts apart.
    """
    if len(shifts) == 1:
        return shifts[0]
    up = [np.maximum(shift, 0.0) for shift in shifts]
    down = [np.minimum(shift, 0.0) for shift in shifts]
    largest = _fold(np.maximum, up) + _fold(np.minimum, down)
    total = _fold(np.add, up) + _fold(np.add, down)
    return rho * largest + (1.0 - rho) * total


def _fold(operation: np.ufunc, shifts: Sequence[Array]) -> Array:
    """The ufunc applied over ``shifts`` in their order, broadcasting."""
    result = shifts[0]
    for shift in shifts[1:]:
        result = operation(result, shift)
    return result
