"""The view Where: regions and drug classes, as value, share and growth."""

from __future__ import annotations

from typing import Any

from ..analysis.ledger import ahead
from ..charts.units import millions_of
from ..charts.where import picture, shares_by_region
from ..engine.forecast import Forecast
from ..report.titles import where_title
from ..text.sheet import rows_of
from ..text.wording import number, percent, rate
from .view import Column, View, ViewRow


def view(forecast: Forecast, pinned: Forecast | None = None) -> View:
    """Both blocks, their finding and the table of regions by class."""
    last, first = forecast.years[-1], forecast.years[0]
    aid = (
        f"Dot: reference {last}; ring and tick: {first}; grey bar: 9 in 10 draws."
        " Bars of regions are split by drug class in the colours of the lower block."
    )
    classes = forecast.plan.market.drug_classes
    columns = (
        Column(f"Reference, {forecast.usd('M')} in {last}", right=False),
        *(Column(c[:1].upper() + c[1:]) for c in classes),
        Column("All"), Column("Share"), Column(str(first), wide=True),
    )  # fmt: skip
    return View(
        "where", where_title(forecast), aid, note(forecast, pinned), columns, _rows(forecast),
        picture(forecast),
    )  # fmt: skip


def note(forecast: Forecast, pinned: Forecast | None) -> str:
    """What the report says about the largest region and the fastest class, and how often it is."""
    anchor, parts = forecast.plan.anchor, []
    if anchor.largest_region in forecast.plan.market.regions:
        last = forecast.draws.region[1]
        share = ahead(anchor.largest_region, forecast.plan.market.regions, last).mean()
        how = _often(float(share))
        parts.append(
            f"The report calls {anchor.largest_region} the largest market: so it is, {how}."
        )
    if anchor.fastest_growing_class in forecast.plan.market.drug_classes:
        name = anchor.fastest_growing_class
        how = _often(_fastest(forecast, name))
        pin = ""
        if pinned is not None and name in pinned.plan.market.drug_classes:
            pin = f" (pinned: {percent(_fastest(pinned, name))})"
        parts.append(f"It calls {name} the fastest-growing class: so it is, {how}{pin}.")
    parts.append("Shares come from the count; no publisher prints any.")
    return " ".join(parts)


def _often(share: float) -> str:
    if share == 1.0:
        return "in all draws"
    return "in no draw" if share == 0.0 else f"in {percent(share)} of draws"


def _fastest(forecast: Forecast, drug_class: str) -> float:
    growth = forecast.draws.drug_class[1] / forecast.draws.drug_class[0]
    return float(ahead(drug_class, forecast.plan.market.drug_classes, growth).mean())


def _rows(forecast: Forecast) -> list[ViewRow]:
    split = shares_by_region(forecast)
    classes = forecast.plan.market.drug_classes
    unit = millions_of(0.0)
    rows = []
    for row in rows_of(forecast.columns["region"]):
        cells = [unit.cell(split[row["name"]][c]) for c in classes]
        share = f"{number(100 * row['share'], 1)}%"
        cells += [unit.cell(row["final"]), share, unit.cell(row["base"])]
        rows.append(ViewRow((row["name"], *cells)))
    cells = [unit.cell(final) for final in forecast.columns["drug_class"]["final"]]
    path = forecast.columns["reference"]["value"]
    cells += [unit.cell(path[-1]), "100%", unit.cell(path[0])]
    rows.append(ViewRow(("World", *cells), "strong"))
    return rows


SPLITS = {"region": ("Region", "Regions"), "drug_class": ("Drug class", "Drug classes")}
"""The tables of a whole by its parts, by name, and what one and all of them are called."""


def split(forecast: Forecast, name: str) -> dict[str, Any]:
    """Regions or drug classes in the form of a view's table: value, share and growth a year."""
    last, first, usd = forecast.years[-1], forecast.years[0], forecast.usd("M")
    unit, (one, many) = millions_of(max(forecast.columns[name]["final"])), SPLITS[name]
    columns = (
        Column(f"{one}, {usd}", right=False), Column(str(first), wide=True),
        Column(str(last)), Column("9 in 10 draws"), Column("Share"), Column("Growth a year"),
    )  # fmt: skip
    rows = [
        ViewRow((
            row["name"], unit.cell(row["base"]), unit.cell(row["final"]),
            f"{unit.cell(row['final_p5'])} to {unit.cell(row['final_p95'])}",
            percent(row["share"]), rate(row["cagr"]),
        ))
        for row in rows_of(forecast.columns[name])
    ]  # fmt: skip
    return {
        "name": name, "title": f"{many} in {last}", "picks": "", "filters": [],
        "columns": [vars(column) for column in columns], "rows": [vars(row) for row in rows],
    }  # fmt: skip
