"""Tidy tables of a forecast: one row a year, region, class, driver, stage or launch asked for.

Every row says what it is of (a key beside each title), its unit and in which dollars it counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array, Columns
from ..errors import InputError, list_of, unknown
from ..model.stage import slug
from ..text.sheet import columns_of, rows_of
from .blocks import cells_of
from .summaries import STATISTICS, KeptSummary, quantiles
from .waterfall import waterfall_of

if TYPE_CHECKING:
    from .forecast import Forecast

PLACES = ("year", "region", "drug_class")
ROWS = (*PLACES, "driver", "stage", "launch")
"""What a table may have a row for."""
SCALES = {"USD": ("", 1.0), "M": ("M", 1e6), "bn": ("bn", 1e9)}
"""Units of money by name: how the unit ends, and its size in USD."""
Row = dict[str, Any]


def tidy(forecast: Forecast, by: Sequence[str] | str, units: str) -> Columns:
    """The table by column: what a row is of, ``reference``, mean and quantiles, unit and basis.

    Years, regions and classes go together in any way, also with stages; without the year it is the
    last one.  Raises InputError for rows that cannot stand in one table.
    """
    give = "some of year, region, drug_class, driver, stage, launch"
    wanted = (by,) if isinstance(by, str) else tuple(dict.fromkeys(list_of("table", by, str, give)))
    for name in wanted:
        if name not in ROWS:
            raise unknown("table", "row", name, ROWS)
    others = [name for name in wanted if name not in PLACES]
    if len(others) > 1 or (others and others[0] != "stage" and len(wanted) > 1):
        raise InputError(
            f"table: by = {', '.join(wanted)}: driver, stage and launch have tables of their own;"
            " a stage goes with year, region and drug_class"
        )
    kind = others[0] if others else "place"
    rows = {"place": _places, "stage": _stages, "driver": _drivers, "launch": _launches}[kind](
        forecast, wanted
    )
    return _columns(forecast, rows, units)


def in_units(columns: Columns, units: str) -> Columns:
    """A table whose column ``unit`` says so of each row, with its money in ``units``."""
    if units not in SCALES:
        raise unknown("table", "unit", units, SCALES)
    ending, size = SCALES[units]
    money = ["USD" in unit for unit in columns["unit"]]
    said = [u.replace("USD", f"USD {ending}".strip()) for u in columns["unit"]]
    scaled = {
        name: [v / size if m else v for v, m in zip(columns[name], money, strict=True)]
        for name in columns
        if name in ("reference", *STATISTICS)
    }
    return {**columns, **scaled, "unit": said}


def _columns(forecast: Forecast, rows: list[Row], units: str) -> Columns:
    """The rows by column, money in ``units``."""
    for row in rows:
        if row["unit"] == "USD":
            row |= {"unit": forecast.usd(), "price_basis": forecast.plan.price_basis}
    return in_units(columns_of(rows, ["unit"]), units)


def _row(
    of: Mapping[str, Any], measure: str, figures: Mapping[str, float], unit: str = "USD"
) -> Row:
    return {**of, "measure": measure, **figures, "unit": unit, "price_basis": ""}


def _named(axis: str, title: str) -> Row:
    """A region or class as key and title."""
    return {axis: slug(title), f"{axis}_title": title}


def _figures(reference: float, found: Array) -> Row:
    return {"reference": reference, **dict(zip(STATISTICS, found.tolist(), strict=True))}


def _places(forecast: Forecast, by: tuple[str, ...]) -> list[Row]:
    """The value by year, region and class, as asked for."""
    years = forecast.years if "year" in by else forecast.years[-1:]
    inside = [axis for axis in PLACES[1:] if axis in by]
    if not inside:
        summary = forecast.columns["summary"]
        at = [forecast.years.index(year) for year in years]
        names = ("reference", *STATISTICS)
        return [_row({"year": forecast.years[i]}, "value", {n: summary[n][i] for n in names})
                for i in at]  # fmt: skip
    market = forecast.plan.market
    titles = {"region": market.regions, "drug_class": market.drug_classes}
    apart = tuple(i + 1 for i, axis in enumerate(PLACES[1:]) if axis not in by)
    reference, statistics = _reference(forecast).sum(axis=apart), _statistics(forecast, apart)
    found = []
    for year in years:
        row = forecast.years.index(year)
        modes, drawn = reference[row].ravel(), statistics[:, row].reshape(len(STATISTICS), -1)
        for i, place in enumerate(product(*(titles[axis] for axis in inside))):
            of: Row = {"year": year}
            for axis, title in zip(inside, place, strict=True):
                of |= _named(axis, title)
            found.append(_row(of, "value", _figures(float(modes[i]), drawn[:, i])))
    return found


def _reference(forecast: Forecast) -> Array:
    """The reference case by cell, USD, (year, region, drug_class)."""
    plan = forecast.plan
    cells = cells_of(plan, {**plan.modes, **plan.fixed})[..., 0]
    factor = forecast.columns["calibration"]["reference"][0]
    found: Array = cells * forecast.unexplained_factor[:, None, None] * factor
    return found


def _statistics(forecast: Forecast, apart: tuple[int, ...]) -> Array:
    """Mean and quantiles, (statistic, year, ...), of cells summed over the axes ``apart``."""
    market, drawn = forecast.plan.market, forecast.drawn
    shape = len(forecast.years), len(market.regions), len(market.drug_classes)
    if not apart:
        return drawn.cells.reshape(-1, *shape)
    if not isinstance(drawn, KeptSummary):
        raise InputError(
            f"{drawn.draws:,} draws were summarised as they came, so none is left to add up over"
            " regions or classes: take fewer, or by=('year', 'region', 'drug_class')"
        )
    whole = drawn.drawn_cells.reshape(*shape, -1).sum(axis=apart, dtype=float)
    means = drawn.cells[0].reshape(shape).sum(axis=apart)
    return np.concatenate([means[None], quantiles(whole)])


def _drivers(forecast: Forecast, _: tuple[str, ...]) -> list[Row]:
    """What each driver carries: points of growth a year, and money in the last year."""
    table, found = forecast.columns["attribution"], []
    places = [*(driver.name for driver in forecast.plan.drivers), "unexplained", "total"]
    for measure, rows, unit in (("points", "points", "points of growth a year"),
                                ("carried", "usd", "USD")):  # fmt: skip
        every = forecast.drawn.statistics[:, forecast.layout[rows]]
        for name, title, value in zip(table["driver"], table["title"], table[rows], strict=True):
            of = {"year": forecast.years[-1], "driver": name, "driver_title": title}
            found.append(_row(of, measure, _figures(value, every[:, places.index(name)]), unit))
    return found


def _launches(forecast: Forecast, _: tuple[str, ...]) -> list[Row]:
    """What each launched product that acts sells of its own in the last year."""
    table, every = forecast.columns["launch"], forecast.layout["launch_final"]
    statistics = forecast.drawn.statistics[:, every]
    return [
        _row(
            {"year": forecast.years[-1], "launch": name, "launch_title": product,
             **_named("drug_class", drug_class)},
            "own sales", _figures(table["reference"][i], statistics[:, i]),
        )
        for i, (name, product, drug_class) in enumerate(
            zip(table["launch"], table["product"], table["drug_class"], strict=True)
        )
    ]  # fmt: skip


def _stages(forecast: Forecast, by: tuple[str, ...]) -> list[Row]:
    """What is counted by stage, from people to money, over the first draws of the forecast."""
    years = forecast.years if "year" in by else forecast.years[-1:]
    found = []
    for year in years:
        for row in rows_of(waterfall_of(forecast, year).columns["cells"]):
            if any(bool(row[axis]) != (axis in by) for axis in PLACES[1:]):
                continue
            of: Row = {"year": year, "stage": row["step"], "stage_title": row["title"]}
            for axis in PLACES[1:]:
                of |= _named(axis, row[axis]) if axis in by else {}
            figures = {name: row[name] for name in ("reference", "mean", "p5", "p50", "p95")}
            unit = "USD" if row["unit"] == forecast.usd() else row["unit"]
            found.append(_row(of, row["role"], figures, unit))
    return found
