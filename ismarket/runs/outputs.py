"""The files of a forecast: its tables as canonical CSV, and what is made from them to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Array, Columns
from ..engine.forecast import Forecast
from ..engine.workers import KEPT
from ..errors import InputError
from ..text.install import needs
from .disk import new_file, told
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


@contextmanager
def draws_file(path: Path) -> Iterator[Callable[[dict[str, Array]], None]]:
    """A sink for draws as they come: a Parquet file, one row a draw, one row group a block.

    The file is there once all draws are in it.  Needs the extra ``ismarket[parquet]``.  Raises
    InputError for a name that is taken or ends otherwise, DiskError if the disk fails.
    """
    with needs("keeping draws", "parquet"):
        import pyarrow
        import pyarrow.parquet
    if path.suffix != ".parquet":
        raise InputError(f"{path.name}: a file of draws ends in .parquet")
    failed = f"{path}: cannot keep the draws"
    with new_file(path) as partial:
        writer: Any = None

        def append(columns: dict[str, Array]) -> None:
            """Append some draws: columns by name, each (draw,)."""
            nonlocal writer
            table = pyarrow.table({k: np.ascontiguousarray(v) for k, v in columns.items()})
            with told(failed):
                if writer is None:
                    writer = pyarrow.parquet.ParquetWriter(partial, table.schema)
                writer.write_table(table)

        try:
            yield append
            with told(failed):
                writer.close()
        except BaseException:
            with suppress(OSError, AttributeError):
                writer.close()
            raise
