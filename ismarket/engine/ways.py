"""Numbers that differ by coalition of drivers, computed once for each way in which they do.

Most coalitions move a stage alike: it is computed once for each way in which it is moved, and a
product of two stages once for each pair of ways that some coalition takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from ..arrays import Array

Drivers = tuple[int, ...]
"""Drivers (by index) that bring one shift, alike whoever of them is there."""


@dataclass(frozen=True, eq=False)
class Varied(NDArrayOperatorsMixin):
    """A number with its ``value`` (way, ...) for each way, and ``which`` each coalition takes.

    ``which`` holds the index of the way by coalition, as ``numbered`` writes it.  One reckons with
    it as with an array, together with others and with arrays (1, ...).
    """

    value: Array
    which: bytes

    def __array_ufunc__(self, function: np.ufunc, _: str, *numbers: Any) -> Varied:
        """The function way by way; of two, for each pair of ways that some coalition takes."""
        values = [number.value if isinstance(number, Varied) else number for number in numbers]
        which = [number.which for number in numbers if isinstance(number, Varied)]
        if len(which) == 1:
            return Varied(function(*values), which[0])
        mine, theirs, joined = _joined(*which)
        return Varied(function(values[0][mine], values[1][theirs]), joined)

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the value."""
        return self.value.shape

    @property
    def size(self) -> int:
        """That of the value."""
        return self.value.size

    @property
    def by_coalition(self) -> Array:
        """The value for each coalition, (coalition, ...)."""
        return self.value[np.frombuffer(self.which, np.uint16)]

    def sum(self, axis: int, keepdims: bool) -> Varied:
        """The sum along an axis of the value."""
        return Varied(self.value.sum(axis=axis, keepdims=keepdims), self.which)


def numbered(rows: NDArray[Any]) -> tuple[NDArray[Any], bytes]:
    """The ways among rows (coalition, ...), and which of them each coalition takes."""
    ways, which = np.unique(rows, axis=0, return_inverse=True)
    return ways, which.astype(np.uint16).tobytes()


@lru_cache(maxsize=4096)
def _joined(one: bytes, other: bytes) -> tuple[Any, Any, bytes]:
    """The pairs of ways that some coalition takes: those of the one, of the other, and which.

    Ways that all stand in their order are a slice, so that nothing is copied.
    """
    pairs, which = numbered(np.stack([np.frombuffer(w, np.uint16) for w in (one, other)], axis=1))
    mine, theirs = (
        slice(None) if not ways.any() or np.array_equal(ways, range(len(ways))) else ways
        for ways in pairs.T.astype(np.intp)
    )
    return mine, theirs, which
