"""The printed page of a forecast: how big, how fast, carried by what, and what that is worth."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from typing import Any

from ..arrays import Columns
from ..text.sheet import WIDTH, Table, rows_of
from ..text.wording import number, signed
from .dollars import other_reading
from .findings import about, findings, how_big, how_fast, notices
from .forecast import UNEXPLAINED, Forecast

LABEL = 13
MOST_COLUMNS = 8
EVERY_YEAR = slice(None)


def as_dict(forecast: Forecast) -> dict[str, Any]:
    """The forecast as plain values: money in USD, rates as fractions, points of CAGR."""
    columns, scenario, anchor = forecast.columns, forecast.plan.scenario, forecast.plan.anchor
    errors = finite(forecast.standard_errors)
    drivers = [row for row in rows_of(columns["attribution"]) if row["driver"] not in _SUMS]
    left = next(row for row in rows_of(columns["attribution"]) if row["driver"] == UNEXPLAINED)
    printed = forecast.printed_growth
    return {
        "market": forecast.plan.market.name,
        "scenario": scenario.name,
        "title": scenario.title,
        "anchor": anchor.name,
        "unit": forecast.usd(),
        "other_reading": other_reading(forecast),
        "price_basis": anchor.price_basis if anchor.published else None,
        "price_basis_status": anchor.basis_status if anchor.published else None,
        "base_year": forecast.years[0],
        "through": forecast.years[-1],
        "draws": scenario.draws,
        "seed": scenario.seed,
        "drivers": [driver.name for driver in forecast.plan.drivers],
        "without": list(scenario.without),
        "reference": rows_of(columns["reference"]),
        "summary": rows_of(columns["summary"], ("year", "mean", "p5", "p50", "p95")),
        "cagr": rows_of(columns["cagr"])[0],
        "calibration": rows_of(columns["calibration"], ("reference", "p5", "p50", "p95"))[0],
        "count": rows_of(columns["count"])[0],
        "attribution": [
            {name: row[name] for name in ("driver", "title", "points", "p5", "p95", "usd")}
            for row in drivers
        ],
        "unexplained": left["points"],
        "printed_growth": None if printed is None else asdict(printed) | {"total": printed.total},
        "stacking_premium_usd": forecast.stacking_premium,
        "by_region": rows_of(columns["region"], ("name", "base", "final", "cagr")),
        "by_drug_class": rows_of(columns["drug_class"], ("name", "base", "final", "cagr")),
        "launches": rows_of(columns["launch"]),
        "standard_error": {
            "summary": rows_of(errors["summary"], ("year", "mean", "p5", "p50", "p95")),
            "cagr": rows_of(errors["cagr"])[0],
            "calibration": rows_of(errors["calibration"], ("p5", "p50", "p95"))[0],
            "attribution": rows_of(errors["attribution"]),
            "orders": 100.0 * forecast.shapley_error / forecast.span,
        },
        "page": as_text(forecast),
        "notices": notices(forecast),
        "outside_evidence": [
            {"key": p.key, "value": scenario.fixed[p.key], "low": p.low, "high": p.high,
             "unit": p.unit}
            for p in forecast.plan.outside
        ],
    }  # fmt: skip


def finite(tables: Mapping[str, Columns]) -> dict[str, Columns]:
    """The tables with None for what too few draws cannot tell: JSON knows no nan."""

    def told(value: Any) -> Any:
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return {name: {c: [*map(told, v)] for c, v in table.items()} for name, table in tables.items()}


_SUMS = (UNEXPLAINED, "total")


def path_table(forecast: Forecast, shown: slice = EVERY_YEAR) -> Table:
    """The path by year, in the unit that fits; ``shown`` are some of the years."""
    summary = forecast.columns["summary"]
    unit, name, digits = (1e9, "bn", 2) if summary["reference"][0] >= 0.9995e9 else (1e6, "M", 1)
    rows = [["Reference", "reference"], ["Median draw", "p50"]]
    rows += [["9 in 10 draws, low", "p5"], ["9 in 10 draws, high", "p95"]]
    return Table(
        [forecast.usd(name), *map(str, forecast.years[shown])],
        [[label, *(number(v / unit, digits) for v in summary[key][shown])] for label, key in rows],
    )


def path_tables(forecast: Forecast) -> list[Table]:
    """The path in tables of about as many years each, none with more than MOST_COLUMNS."""
    years = len(forecast.years)
    each = math.ceil(years / math.ceil(years / MOST_COLUMNS))
    return [path_table(forecast, slice(i, i + each)) for i in range(0, years, each)]


def attribution_table(forecast: Forecast) -> Table:
    """What each driver carries of the scenario's growth, which is the last row."""
    table, last = forecast.columns["attribution"], forecast.years[-1]
    money = f"{forecast.usd('M')} in {last}"
    header = ["Carried by", f"points a year to {last}", "9 in 10 draws", money]
    rows = []
    for row in rows_of(table):
        if row["driver"] == UNEXPLAINED and not forecast.plan.anchor.published:
            continue
        label = row["title"]
        if forecast.plan.anchor.published and row["driver"] not in _SUMS and not row["named"]:
            label += " (added)"
        ends = f"{signed(row['p5'], 2)} to {signed(row['p95'], 2)}"
        usd = signed(row["usd"] / 1e6, 0 if abs(table["usd"][-1]) >= 1e8 else 2)
        rows.append([label, signed(row["points"], 2), ends, usd])
    return Table(header, rows)


def as_text(forecast: Forecast) -> str:
    """The page for a terminal, about thirty lines."""
    scenario = forecast.plan.scenario
    head = " · ".join(filter(None, (forecast.plan.market.title, scenario.title)))
    lines = textwrap.wrap(head, WIDTH)
    lines += [about(forecast.plan), ""]
    lines += _labelled([("How big", how_big(forecast)), ("How fast", how_fast(forecast))])
    lines += [line for table in path_tables(forecast) for line in ("", *table.lines())]
    lines += ["", *attribution_table(forecast).lines(), ""]
    return "\n".join(lines + _labelled(findings(forecast)))


def title(forecast: Forecast) -> str:
    """What the scenario says of itself, its name, anchor, draws and seed in one line."""
    plan = forecast.plan
    return " · ".join(filter(None, (plan.scenario.title, about(plan))))


def as_html(forecast: Forecast) -> str:
    """The page for a notebook: headline, two tables, findings."""
    pairs = [("How big", how_big(forecast)), ("How fast", how_fast(forecast))]
    parts = [
        f"<h4>{escape(forecast.plan.market.title)}</h4>",
        f"<p><small>{escape(title(forecast))}</small></p>",
        _html_list(pairs),
        *(table.html() for table in path_tables(forecast)),
        attribution_table(forecast).html(),
        _html_list(findings(forecast)),
    ]
    return f"<div class='ismarket-forecast'>{''.join(parts)}</div>"


def _html_list(pairs: list[tuple[str, str]]) -> str:
    items = (f"<li><b>{escape(label)}</b> {escape(text)}</li>" for label, text in pairs)
    return f"<ul>{''.join(items)}</ul>"


def _labelled(pairs: list[tuple[str, str]]) -> list[str]:
    """Sentences wrapped to WIDTH, each beside its label."""
    lines = []
    for label, text in pairs:
        lines += textwrap.wrap(text, WIDTH, initial_indent=label.ljust(LABEL),
                               subsequent_indent=" " * LABEL)  # fmt: skip
    return lines
