"""The printed page of a forecast: how big, how fast, carried by what, and what that is worth."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from html import escape
from typing import Any

from .anchor import Anchor
from .outcome import TRUSTED, UNEXPLAINED, Forecast
from .wording import listed, money, number, percent, rate, signed, times

WIDTH = 88
MOST_COLUMNS = 8


def as_dict(forecast: Forecast) -> dict[str, Any]:
    """The forecast as plain values: money in USD, rates as fractions, points of CAGR."""
    columns, scenario = forecast.columns, forecast.plan.scenario
    drivers = [row for row in _rows(columns["attribution"]) if row["driver"] not in _SUMS]
    left = next(row for row in _rows(columns["attribution"]) if row["driver"] == UNEXPLAINED)
    return {
        "market": forecast.plan.market.name,
        "scenario": scenario.name,
        "anchor": forecast.plan.anchor.name,
        "base_year": forecast.years[0],
        "through": forecast.years[-1],
        "draws": scenario.draws,
        "seed": scenario.seed,
        "drivers": [driver.name for driver in forecast.plan.drivers],
        "without": list(scenario.without),
        "reference": _rows(columns["reference"]),
        "summary": _rows(columns["summary"], ("year", "mean", "p5", "p50", "p95")),
        "cagr": _rows(columns["cagr"])[0],
        "calibration": _rows(columns["calibration"], ("reference", "p5", "p50", "p95"))[0],
        "count": _rows(columns["count"])[0],
        "attribution": [
            {name: row[name] for name in ("driver", "points", "p5", "p95", "usd")}
            for row in drivers
        ],
        "unexplained": left["points"],
        "stacking_premium_usd": forecast.stacking_premium,
        "by_region": _rows(columns["region"], ("name", "base", "final", "cagr")),
        "by_drug_class": _rows(columns["drug_class"], ("name", "base", "final", "cagr")),
        "notices": notices(forecast),
    }


_SUMS = (UNEXPLAINED, "total")


def _rows(
    columns: dict[str, list[Any]], names: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    chosen = {name: columns[name] for name in names or columns}
    return [dict(zip(chosen, row, strict=True)) for row in zip(*chosen.values(), strict=True)]


# sentences --------------------------------------------------------------------------------------


def headline(forecast: Forecast) -> str:
    """How big and how fast, with the interval and whose level it is."""
    path, summary = forecast.columns["reference"]["value"], forecast.columns["summary"]
    anchor, first, last = forecast.plan.anchor, forecast.years[0], forecast.years[-1]
    whose = f"as printed by {anchor.publisher}" if anchor.published else "counted bottom-up"
    if anchor.published and anchor.base_year < first:
        whose = f"{anchor.publisher}, {anchor.base_year}, moved on at its own growth"
    cagr = forecast.columns["cagr"]
    return (
        f"USD {money(path[0])} in {first} ({whose}); USD {money(path[-1])} in {last} in the"
        f" reference case, {money(summary['p5'][-1])} to {money(summary['p95'][-1])} in 9 of 10"
        f" draws. Growth {signed(100 * cagr['reference'][0], 2)}% a year"
        f" ({signed(100 * cagr['p5'][0], 1)} to {signed(100 * cagr['p95'][0], 1)})."
    )


def left_unexplained(forecast: Forecast) -> str:
    """How much of the growth no cause carries."""
    anchor, attribution = forecast.plan.anchor, forecast.columns["attribution"]
    if not anchor.published:
        return "Nothing is left unexplained: the count prints no growth of its own."
    row = {name: attribution["points"][i] for i, name in enumerate(attribution["driver"])}
    standing = f", {anchor.periods} steps" if _other_periods(anchor) else ""
    return (
        f"The report prints {rate(anchor.cagr)} a year{standing}; {number(row[UNEXPLAINED], 2)}"
        " points of the growth are carried by no cause that it names."
    )


def _other_periods(anchor: Anchor) -> bool:
    return anchor.periods != anchor.last_year - anchor.base_year


def distance(forecast: Forecast) -> str:
    """How far the level is from the bottom-up count, with a warning where it is far."""
    count, factor = forecast.columns["count"], forecast.columns["calibration"]
    counted = (
        f"USD {money(count['reference'][0])} ({money(count['p5'][0])} to {money(count['p95'][0])})"
    )
    if not forecast.plan.anchor.published:
        return f"The level is the count: births, cases, treatment and net cost add up to {counted}."
    low, high = TRUSTED
    reference = factor["reference"][0]
    verdict = (
        "the count supports the level"
        if low <= reference <= high
        else "WARNING: the count does not support the level"
    )
    return (
        f"Births, cases, treatment and net cost add up to {counted}; the level is"
        f" {times(reference)} times that ({times(factor['p5'][0])} to {times(factor['p95'][0])})."
        f" {verdict}."
    )


def other_levels(forecast: Forecast) -> str:
    """The anchor's level against the other published estimates, each moved at its own growth."""
    anchor, year = forecast.plan.anchor, forecast.years[0]
    others = [
        a for a in forecast.plan.market.anchors.values() if a.published and a.name != anchor.name
    ]
    if not anchor.published or not others:
        return ""
    ratio = {other.name: anchor.at(year) / other.at(year) for other in others}
    same = [other for other in others if other.publisher == anchor.publisher]
    text = (
        f"Of {len(others)} other published estimates, moved to {year}, it is"
        f" {times(min(ratio.values()))} to {times(max(ratio.values()))} times"
    )
    if same:
        text += f"; {number(ratio[same[0].name], 1)} times the same publisher's edition of"
        text += f" {same[0].base_year}"
    return text + "."


def where(forecast: Forecast) -> str:
    """The largest region and the fastest-growing class, set against the report's words."""
    anchor, market = forecast.plan.anchor, forecast.plan.market
    parts = []
    for axis, column, label, said, known in (
        ("region", "share", "Largest region", anchor.largest_region, market.regions),
        ("drug_class", "cagr", "Fastest class", anchor.fastest_growing_class, market.drug_classes),
    ):
        table = forecast.columns[axis]
        best = max(range(len(known)), key=lambda i: table[column][i])
        value = table[column][best]
        shown = f"{percent(value)} of value" if column == "share" else f"{rate(value)} a year"
        report = ""
        if said:
            agrees = said == table["name"][best]
            report = "; the report says so too" if agrees else f"; the report says {said}"
        parts.append(f"{label}: {table['name'][best]}, {shown}{report}.")
    return " ".join(parts)


def stacking(forecast: Forecast) -> str:
    """What counting shared causes once for every driver would add."""
    premium, rho = forecast.stacking_premium, forecast.plan.scenario.overlap
    counted = "count once" if rho == 1 else f"count at overlap {rho:g}"
    change = f"{'add' if premium >= 0 else 'take away'} USD {money(abs(premium))}"
    return (
        f"Causes that several drivers share {counted}; counted once for each driver they would"
        f" {change} in {forecast.years[-1]} (stacking premium)."
    )


def three_middles(forecast: Forecast) -> str:
    """Reference, median and mean of the last year, and why they differ."""
    reference = forecast.columns["reference"]["value"][-1]
    summary = forecast.columns["summary"]
    median, mean = summary["p50"][-1], summary["mean"][-1]
    middles = f"reference {money(reference)}, median {money(median)}, mean {money(mean)}"
    spread = summary["p95"][-1] - summary["p5"][-1]
    if max(abs(median - reference), abs(mean - reference)) < 0.02 * spread:
        return f"Three middles: {middles}: they all but agree, the ranges are balanced."
    side = "up" if mean > reference else "down"
    return (
        f"Three middles: {middles}: the reference sets every input to its most likely value, and"
        f" on balance the ranges reach further {side}."
    )


def notices(forecast: Forecast) -> list[str]:
    """What to know before quoting: horizon, drivers left out and added, sampling error."""
    plan, found = forecast.plan, []
    anchor, scenario = plan.anchor, plan.scenario
    installed = {driver.name: driver for driver in forecast.installed}
    if anchor.published and forecast.years[-1] > anchor.last_year:
        how = (
            "the drivers alone move the market"
            if scenario.beyond == "drivers"
            else f"its {rate(anchor.cagr)} a year is carried on"
        )
        found.append(f"The report ends in {anchor.last_year}; after that {how}.")
    missing = [name for name in anchor.drivers_named if name not in installed]
    if missing:
        found.append(f"Named by the report but not installed: {listed(missing)}.")
    added = [
        f"{driver.name} ({driver.plugin})" if driver.plugin else driver.name
        for driver in plan.drivers
        if anchor.published and driver.name not in anchor.drivers_named
    ]
    if added:
        found.append(f"Not named by the report, so on top of it: {listed(added)}.")
    left_out = [name for name in scenario.without if name in installed]
    if left_out:
        found.append(f"Left out: {listed(left_out)}.")
    if scenario.fixed:
        values = [f"{key} = {value:g}" for key, value in sorted(scenario.fixed.items())]
        found.append(f"Fixed by hand: {listed(values)}.")
    if forecast.shapley_error:
        points = 100.0 * forecast.shapley_error / forecast.span
        found.append(
            f"{len(plan.drivers)} drivers: contributions are sampled over orders,"
            f" standard error up to {points:.3f} points."
        )
    return found


# text and HTML ----------------------------------------------------------------------------------


def path_table(forecast: Forecast) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the path by year, in the unit that fits; at most MOST_COLUMNS years."""
    summary = forecast.columns["summary"]
    unit, name, digits = (1e9, "bn", 2) if summary["reference"][0] >= 0.9995e9 else (1e6, "M", 1)
    shown = _spread(len(forecast.years), MOST_COLUMNS)
    rows = [["Reference", "reference"], ["Median draw", "p50"]]
    rows += [["9 in 10 draws, low", "p5"], ["9 in 10 draws, high", "p95"]]
    return (
        [f"USD {name}", *(str(forecast.years[i]) for i in shown)],
        [[label, *(number(summary[key][i] / unit, digits) for i in shown)] for label, key in rows],
    )


def attribution_table(forecast: Forecast) -> tuple[list[str], list[list[str]]]:
    """Header and rows of what each driver carries."""
    table = forecast.columns["attribution"]
    header = ["Carried by", "points a year", "9 in 10 draws", f"USD M in {forecast.years[-1]}"]
    rows = []
    for row in _rows(table):
        if row["driver"] == UNEXPLAINED and not forecast.plan.anchor.published:
            continue
        label = row["title"]
        if forecast.plan.anchor.published and row["driver"] not in _SUMS and not row["named"]:
            label += " (added)"
        rows.append(
            [
                label,
                signed(row["points"], 2),
                f"{signed(row['p5'], 2)} to {signed(row['p95'], 2)}",
                signed(row["usd"] / 1e6, 0 if abs(table["usd"][-1]) >= 1e8 else 2),
            ]
        )
    return header, rows


def sentences(forecast: Forecast) -> list[str]:
    """The findings below the tables, in reading order."""
    lines = [left_unexplained, distance, other_levels, where, stacking, three_middles]
    return [text for line in lines if (text := line(forecast))] + notices(forecast)


def as_text(forecast: Forecast) -> str:
    """The page for a terminal."""
    plan = forecast.plan
    lines = [f"{plan.market.title} · {title(forecast)}", *_wrapped(headline(forecast)), ""]
    lines += [*_aligned(*path_table(forecast)), "", *_aligned(*attribution_table(forecast)), ""]
    for text in sentences(forecast):
        lines += _wrapped(text, "· ")
    return "\n".join(lines)


def title(forecast: Forecast) -> str:
    """Scenario, anchor, draws and seed in one line."""
    scenario = forecast.plan.scenario
    name = f"scenario {scenario.name} · " if scenario.name else ""
    return f"{name}anchor {scenario.anchor} · {scenario.draws:,} draws, seed {scenario.seed}"


def as_html(forecast: Forecast) -> str:
    """The page for a notebook: headline, two tables, findings."""
    parts = [
        f"<h4>{escape(forecast.plan.market.title)}</h4><p><small>{escape(title(forecast))}</small></p>",
        f"<p>{escape(headline(forecast))}</p>",
        _html_table(*path_table(forecast)),
        _html_table(*attribution_table(forecast)),
        "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in sentences(forecast)) + "</ul>",
    ]
    return f"<div class='ismarket-forecast'>{''.join(parts)}</div>"


def _html_table(header: list[str], rows: list[list[str]]) -> str:
    right = " style='text-align:right'"
    head = "".join(
        f"<th scope='col'{right if i else ''}>{escape(t)}</th>" for i, t in enumerate(header)
    )
    body = "".join(
        f"<tr><th scope='row' style='text-align:left'>{escape(row[0])}</th>"
        + "".join(f"<td{right}>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _spread(count: int, most: int) -> list[int]:
    """At most ``most`` indices of ``count``, evenly spread, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})


def _aligned(header: list[str], rows: list[list[str]]) -> list[str]:
    table = [header, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    return [
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def _wrapped(text: str, bullet: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=bullet, subsequent_indent=" " * len(bullet))
