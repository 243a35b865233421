"""What a forecast asks of a place that keeps its finished blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


class BlockStore(Protocol):
    """Keeps the arrays of finished pieces of work by the number of their first block."""

    def load(self, block: int) -> Arrays | None:
        """The arrays that ``save`` was given for this block, bit for bit, or None."""

    def save(self, block: int, arrays: Arrays) -> None:
        """Keep the arrays before returning."""
