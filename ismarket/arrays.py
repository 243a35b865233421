"""The types that the model passes around: arrays and tables by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Bits: TypeAlias = NDArray[np.uint32]
"""Points of the unit cube as integers k, standing for (k + 1/2) / 2**32."""
Columns: TypeAlias = dict[str, list[Any]]
"""A table by column: what JSON, pandas and the printed page are all made from."""


Number = TypeVar("Number", bound=np.number[Any])


class Scratch:
    """Memory that is used again: the same name and shape give the same array, as it was left."""

    _spare: ClassVar[list[Scratch]] = []

    def __init__(self) -> None:
        self._known: dict[str, NDArray[Any]] = {}

    def __call__(self, name: str, *shape: int) -> Array:
        """The array of that name and shape."""
        return self.of(np.float64, name, *shape)

    def of(self, kind: type[Number], name: str, *shape: int) -> NDArray[Number]:
        """The array of that name and shape that holds numbers of that kind."""
        found = self._known.get(name)
        if found is None or found.shape != shape:
            found = self._known[name] = np.empty(shape, kind)
        return found

    @classmethod
    @contextmanager
    def lent(cls) -> Iterator[Scratch]:
        """Memory for as long as it lasts; new memory costs as much as a block of draws."""
        try:
            scratch = cls._spare.pop()
        except IndexError:  # not asked first: another thread may take the last
            scratch = cls()
        try:
            yield scratch
        finally:
            cls._spare.append(scratch)


def rows_of(columns: Columns, names: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The rows of a table by column, or of some of its columns."""
    chosen = {name: columns[name] for name in names or columns}
    return [dict(zip(chosen, row, strict=True)) for row in zip(*chosen.values(), strict=True)]
