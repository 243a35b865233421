"""Reading the path of a stage over the years: births, people, the price level."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from ..errors import InputError
from .parameter import STATUSES, Parameter
from .stage import FUNNEL, PRICE_LEVEL, WORLD, YearPath, slug
from .tables import Row, read_table

ENDS_PER_P10 = 1.97345
"""Half range of a symmetric PERT over its distance from mode to P10: 0.5 / (0.5 - 0.24664)."""
COLUMNS = "year value low high unit".split()
PRICES = "us_dollar.csv"
"""The price level of the US dollar, which the package brings to every market."""
Ends = tuple[float, float, float]
"""Low, mode and high."""


def read_path(
    stage: Row, folder: Path | Traversable, regions: Sequence[str], base_year: int
) -> tuple[YearPath, tuple[Parameter, ...]]:
    """The path of a declared stage from the base year on, and its last year by region.

    A price level is 1 in the base year; a market without a table of it has the package's.
    Raises InputError with file and line for a gap, or an interval in the base year.
    """
    prices = stage.cells["role"] == PRICE_LEVEL
    own = folder / f"{stage.text('stage')}.csv"
    path = files("ismarket") / "data" / PRICES if prices and not own.is_file() else own
    rows = read_table(path, COLUMNS if list(regions) == [WORLD] else [*COLUMNS, "region"])
    cells = dict(_cell(row, regions) for row in rows)
    years = sorted({year for year, _ in cells if year >= base_year})
    if not years or years != list(range(base_year, years[-1] + 1)):
        raise InputError(f"{path.name}: years must run from {base_year} on without a gap")
    for key in ((year, region) for year in years for region in regions):
        if key not in cells:
            raise InputError(f"{path.name}: no row for {key}")
    if prices:
        one = cells[base_year, regions[0]][0]
        cells = {key: (_over(ends, one), row) for key, (ends, row) in cells.items()}
    for region in regions:
        (low, _, high), row = cells[base_year, region]
        if low != high:
            raise InputError(f"{row.where}: a path has no interval in the base year {base_year}")
    table = np.array([[cells[year, region][0] for region in regions] for year in years])
    last = [_parameter(stage, region, *cells[years[-1], region]) for region in regions]
    known = [all(_measured(cells[year, region][1]) for region in regions) for year in years]
    measured = known.index(False) if False in known else len(known)
    earlier = {
        year: tuple(cells[year, region][0][1] for region in regions)
        for year in sorted({year for year, _ in cells if year < base_year})
        if all((year, region) in cells for region in regions)
    }
    return YearPath(table[..., 0], table[..., 1], table[..., 2], measured, earlier), tuple(last)


def _cell(row: Row, regions: Sequence[str]) -> tuple[tuple[int, str], tuple[Ends, Row]]:
    """Year and region of a row, and its bounds."""
    mode = row.number("value")
    low, high = row.number("low", mode), row.number("high", mode)
    if not 0 < low <= mode <= high:
        raise InputError(f"{row.where}: a path needs 0 < low <= value <= high")
    region = row.choice("region", "region", regions) if "region" in row.cells else WORLD
    return (int(row.number("year")), region), ((low, mode, high), row)


def _over(ends: Ends, one: Ends) -> Ends:
    """Bounds as multiples of those of another year, in which one quantile holds for both."""
    low, mode, high = (end / base for end, base in zip(ends, one, strict=True))
    return min(low, mode), mode, max(high, mode)


def _measured(row: Row) -> bool:
    return row.choice("status", "status", STATUSES) == "measured"


def _parameter(stage: Row, region: str, ends: Ends, row: Row) -> Parameter:
    """A stage in the last year of its path; the table's bounds are P10 and P90 of the draws."""
    (low, mode, high), year = ends, int(row.number("year"))
    return Parameter(
        f"{stage.text('stage')}.{slug(region)}",
        mode - ENDS_PER_P10 * (mode - low), mode, mode + ENDS_PER_P10 * (high - mode),
        unit=f"{stage.text('unit')} in {year}", title=f"{stage.text('title')} in {year}, {region}",
        source=row.text("source"), status=row.choice("status", "status", STATUSES), owner=FUNNEL,
    )  # fmt: skip
