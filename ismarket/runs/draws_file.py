"""A Parquet file that keeps every draw, written as the draws come."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import InputError


class DrawsFile:
    """A Parquet file that takes draws as they come, one row a draw, one row group a block.

    Needs the extra ``ismarket[parquet]``.
    """

    def __init__(self, path: Path) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise InputError(
                "keeping draws needs pyarrow: pip install 'ismarket[parquet]'"
            ) from None
        self._arrow = pyarrow
        self._path, self._partial = path, path.with_name(path.name + ".partial")
        self._writer: Any = None

    def __enter__(self) -> DrawsFile:
        return self

    def __call__(self, columns: dict[str, Array]) -> None:
        """Append some draws: columns by name, each (draw,)."""
        table = self._arrow.table({k: np.ascontiguousarray(v) for k, v in columns.items()})
        if self._writer is None:
            self._writer = self._arrow.parquet.ParquetWriter(self._partial, table.schema)
        self._writer.write_table(table)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()
        if kind is None and self._writer is not None:
            self._partial.replace(self._path)
        else:
            self._partial.unlink(missing_ok=True)
