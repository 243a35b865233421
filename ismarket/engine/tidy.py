"""Tidy tables of a forecast: one row a year, region, class, driver, stage or launch asked for.

Every row says what it is of (a key beside each title), its unit and in which dollars it counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..arrays import Array
from ..errors import InputError, check_known, list_of
from ..model.stage import slug
from .blocks import cells_of
from .summaries import STATISTICS, KeptSummary, quantiles
from .waterfall import waterfall_of

if TYPE_CHECKING:
    from .forecast import Forecast

PLACES = ("year", "region", "drug_class")
ROWS = (*PLACES, "driver", "stage", "launch")
"""What a table may have a row for."""
FIGURES = ("reference", *STATISTICS)
COLUMNS = (
    "year", "stage", "stage_title", "driver", "driver_title", "launch", "launch_title", "region",
    "region_title", "drug_class", "drug_class_title", "measure", *FIGURES, "unit", "price_basis",
)  # fmt: skip
"""Every column that a table may have, in their order."""
SCALES = {"USD": ("", 1.0), "M": ("M", 1e6), "bn": ("bn", 1e9)}
"""Units of money by name: how the unit ends, and its size in USD."""


def tidy(forecast: Forecast, by: Sequence[str] | str, units: str) -> pd.DataFrame:
    """The table: what a row is of, ``reference``, mean and quantiles, unit and basis.

    Years, regions and classes go together in any way, also with stages; without the year it is the
    last one.  Raises InputError for rows that cannot stand in one table.
    """
    give = "some of year, region, drug_class, driver, stage, launch"
    wanted = (by,) if isinstance(by, str) else tuple(dict.fromkeys(list_of("table", by, str, give)))
    check_known("table", "row", ROWS, *wanted)
    others = [name for name in wanted if name not in PLACES]
    if len(others) > 1 or (others and others[0] != "stage" and len(wanted) > 1):
        raise InputError(
            f"table: by = {', '.join(wanted)}: driver, stage and launch have tables of their own;"
            " a stage goes with year, region and drug_class"
        )
    kind = others[0] if others else "place"
    made = {"place": _places, "stage": _stages, "driver": _drivers, "launch": _launches}[kind]
    table = made(forecast, wanted)
    money = table["unit"] == forecast.usd()
    table["price_basis"] = np.where(money, forecast.plan.price_basis, "")
    for axis in PLACES[1:]:
        if axis in table:
            table[f"{axis}_title"] = table[axis]
            table[axis] = table[axis].map(slug)
    return in_units(table[[name for name in COLUMNS if name in table]], units)


def in_units(table: pd.DataFrame, units: str) -> pd.DataFrame:
    """A table whose column ``unit`` says so of each row, with its money in ``units``."""
    check_known("table", "unit", SCALES, units)
    ending, size = SCALES[units]
    money = table["unit"].str.contains("USD")
    said = table["unit"].str.replace("USD", f"USD {ending}".strip())
    scaled = {
        name: table[name].mask(money, table[name] / size) for name in FIGURES if name in table
    }
    return table.assign(**scaled, unit=said)


def _places(forecast: Forecast, by: tuple[str, ...]) -> pd.DataFrame:
    """The value by year, region and class, as asked for."""
    years = forecast.years if "year" in by else forecast.years[-1:]
    at = [forecast.years.index(year) for year in years]
    inside = [axis for axis in PLACES[1:] if axis in by]
    if not inside:
        table = pd.DataFrame(forecast.columns["summary"]).iloc[at].reset_index(drop=True)
        return table.assign(measure="value", unit=forecast.usd())
    market = forecast.plan.market
    titles = {"region": market.regions, "drug_class": market.drug_classes}
    apart = tuple(i + 1 for i, axis in enumerate(PLACES[1:]) if axis not in by)
    names, rows = ["year", *inside], [years, *(titles[axis] for axis in inside)]
    table = pd.MultiIndex.from_product(rows, names=names).to_frame(index=False)
    table["reference"] = _reference(forecast).sum(axis=apart)[at].ravel()
    for name, values in zip(STATISTICS, _statistics(forecast, apart), strict=True):
        table[name] = values[at].ravel()
    return table.assign(measure="value", unit=forecast.usd())


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


def _drivers(forecast: Forecast, _: tuple[str, ...]) -> pd.DataFrame:
    """What each driver carries: points of growth a year, and money in the last year."""
    table, found = forecast.columns["attribution"], []
    places = [*(driver.name for driver in forecast.plan.drivers), "unexplained", "total"]
    order = [places.index(name) for name in table["driver"]]
    for measure, rows, unit in (("points", "points", "points of growth a year"),
                                ("carried", "usd", forecast.usd())):  # fmt: skip
        drawn = forecast.drawn.statistics[:, forecast.layout[rows]][:, order]
        found.append(pd.DataFrame({
            "year": forecast.years[-1], "driver": table["driver"], "driver_title": table["title"],
            "measure": measure, "reference": table[rows],
            **dict(zip(STATISTICS, drawn, strict=True)), "unit": unit,
        }))  # fmt: skip
    return pd.concat(found, ignore_index=True)


def _launches(forecast: Forecast, _: tuple[str, ...]) -> pd.DataFrame:
    """What each launched product that acts sells of its own in the last year."""
    table = forecast.columns["launch"]
    drawn = forecast.drawn.statistics[:, forecast.layout["launch_final"]]
    return pd.DataFrame({
        "year": forecast.years[-1], "launch": table["launch"], "launch_title": table["product"],
        "drug_class": table["drug_class"], "measure": "own sales", "reference": table["reference"],
        **dict(zip(STATISTICS, drawn, strict=True)), "unit": forecast.usd(),
    })  # fmt: skip


def _stages(forecast: Forecast, by: tuple[str, ...]) -> pd.DataFrame:
    """What is counted by stage, from people to money, over the first draws of the forecast."""
    years = forecast.years if "year" in by else forecast.years[-1:]
    every = [waterfall_of(forecast, year).frame("cells").assign(year=year) for year in years]
    names = {"step": "stage", "title": "stage_title", "role": "measure"}
    table = pd.concat(every, ignore_index=True).rename(columns=names)
    for axis in PLACES[1:]:
        table = table[(table[axis] != "") == (axis in by)]
    table = table.drop(columns=[axis for axis in PLACES[1:] if axis not in by])
    return table.reset_index(drop=True)
