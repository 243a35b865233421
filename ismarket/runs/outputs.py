"""The files of a forecast: its tables as canonical CSV, and what is made from them to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from ..arrays import Array, Columns
from ..engine.forecast import Forecast
from ..engine.workers import KEPT
from ..errors import InputError
from ..text.install import needs
from .layout import to_csv, to_json

BINS = 60
"""Bars of a histogram, between the lowest and the highest draw of a year."""


def outputs(forecast: Forecast, extras: Iterable[str] = ()) -> dict[str, bytes]:
    """Every file of ``outputs/`` by its path in the run.

    ``extras`` are names of EXTRAS; each adds a table that is large or seldom wanted.
    """
    tables: dict[str, Columns] = dict(forecast.columns)
    tables |= {name: EXTRAS[name](forecast) for name in extras}
    files = {f"outputs/{name}.csv": to_csv(columns) for name, columns in tables.items()}
    files["outputs/forecast.json"] = to_json(forecast.to_dict())
    files["outputs/report.txt"] = (str(forecast) + "\n").encode()
    return files


def check_kept(draws: int) -> None:
    """Raise InputError where there are too many draws to be kept one by one."""
    if draws > KEPT:
        raise InputError(
            f"--also needs the draws themselves, which are kept up to {KEPT:,}, not {draws:,};"
            " --keep-draws FILE.parquet keeps any number"
        )


def draws(forecast: Forecast) -> Columns:
    """Every draw of the path, USD: one row a draw, one column a year."""
    total = forecast.draws.total
    table: Columns = {"draw": list(range(total.shape[1]))}
    return table | {
        str(year): [float(value) for value in total[i]] for i, year in enumerate(forecast.years)
    }


def histogram(forecast: Forecast) -> Columns:
    """How many draws of each year lie between ``low`` and ``high``, USD."""
    table: dict[str, list[Any]] = {"year": [], "low": [], "high": [], "draws": []}
    for i, year in enumerate(forecast.years):
        counts, edges = np.histogram(forecast.draws.total[i], BINS)
        table["year"] += [year] * BINS
        table["low"] += [float(edge) for edge in edges[:-1]]
        table["high"] += [float(edge) for edge in edges[1:]]
        table["draws"] += [int(count) for count in counts]
    return table


EXTRAS: dict[str, Callable[[Forecast], Columns]] = {"draws": draws, "histogram": histogram}
"""Tables on request."""


class DrawsFile:
    """A Parquet file that takes draws as they come, one row a draw, one row group a block.

    Needs the extra ``ismarket[parquet]``.
    """

    def __init__(self, path: Path) -> None:
        with needs("keeping draws", "parquet"):
            import pyarrow
            import pyarrow.parquet
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
