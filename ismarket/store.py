"""What a forecast asks of a place that keeps what it has computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray


class BlockStore(Protocol):
    """Keeps the arrays of finished parts of the draws by the number of their first block."""

    def load(self, block: int) -> Mapping[str, NDArray[Any]] | None:
        """The arrays that ``save`` was given for this block, bit for bit, or None."""

    def save(self, block: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep the arrays of a part before returning."""
