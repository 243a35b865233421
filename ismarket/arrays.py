"""The types that the model passes around: arrays and tables by column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Bits: TypeAlias = NDArray[np.uint32]
"""Points of the unit cube as integers k, standing for (k + 1/2) / 2**32."""
Columns: TypeAlias = dict[str, list[Any]]
"""A table by column: what JSON, pandas and the printed page are all made from."""


def by_field(kind: type, records: Sequence[Any]) -> Columns:
    """The table of some records of a dataclass, a column a field."""
    return {field.name: [getattr(r, field.name) for r in records] for field in fields(kind)}


def rows_of(columns: Columns, names: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The rows of a table by column, or of some of its columns."""
    chosen = {name: columns[name] for name in names or columns}
    return [dict(zip(chosen, row, strict=True)) for row in zip(*chosen.values(), strict=True)]
