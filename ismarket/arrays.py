"""The types that the model passes around, and a hash of all that one holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Bits: TypeAlias = NDArray[np.uint32]
"""Points of the unit cube as integers k, standing for (k + 1/2) / 2**32."""
Columns: TypeAlias = dict[str, list[Any]]
"""A table by column: what JSON, pandas and the printed page are all made from."""


def content(value: Any) -> int:
    """A hash of all that a value holds, through tuples, mappings, arrays and dataclasses."""
    if isinstance(value, str | float | int):  # most of it, so first
        return hash(value)
    if isinstance(value, tuple):
        return hash(tuple(map(content, value)))
    if isinstance(value, np.ndarray):
        return hash((value.shape, value.tobytes()))
    if names := _held(value.__class__):
        return hash(tuple(content(getattr(value, name)) for name in names))
    if isinstance(value, Mapping):
        return hash(tuple((key, content(item)) for key, item in value.items()))
    return hash(value)


@cache
def _held(kind: type) -> tuple[str, ...]:
    """The fields of a class whose own hash looks at none of them."""
    if is_dataclass(kind) and kind.__hash__ is object.__hash__:
        return tuple(one.name for one in fields(kind))
    return ()
