"""What a forecast asks of a place that keeps its finished blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from .arrays import Array


class BlockStore(Protocol):
    """Keeps the arrays of finished blocks by their number; called from several threads at once."""

    def load(self, block: int) -> Mapping[str, Array] | None:
        """The arrays that ``save`` was given for this block, bit for bit, or None."""

    def save(self, block: int, arrays: Mapping[str, Array]) -> None:
        """Keep the arrays of a block, each (..., draw), before returning."""
