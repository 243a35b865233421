"""What a forecast asks of a place that keeps its finished work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


class BlockStore(Protocol):
    """Keeps the arrays of finished work by name: ``block-7``, ``tally-0``, ``error-65536``."""

    def load(self, name: str) -> Arrays | None:
        """The arrays that ``save`` was given last under this name, bit for bit, or None."""

    def save(self, name: str, arrays: Arrays) -> None:
        """Keep the arrays before returning; they replace those of the same name."""
