"""Lists and cards of drivers and anchors, as text or JSON from the same rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..model.driver import Driver
from ..model.market import Market
from ..model.parameter import Parameter
from ..plugins.discovery import Found
from ..text.sheet import Table
from ..text.wording import money, rate, times


@dataclass(frozen=True)
class Card:
    """A titled table: ``rows`` carry the exact values, ``shown`` says how a column is printed."""

    title: str
    rows: list[dict[str, Any]]
    shown: dict[str, str]
    note: str = ""


def driver_list(drivers: Iterable[Driver], market: Market) -> Card:
    """One row a driver: its title, how many causes it claims, how many of them do anything."""
    rows = []
    for driver in drivers:
        claimed = [market.mechanisms[name] for name in driver.claims if name in market.mechanisms]
        rows.append(
            {
                "driver": driver.name,
                "title": driver.title,
                "causes": len(claimed),
                "without_effect": sum(mechanism.inert for mechanism in claimed),
                "own_parameters": len(driver.parameters),
                "plugin": driver.plugin,
                "description": driver.description,
            }
        )
    shown = {
        "driver": "driver", "title": "title", "causes": "causes",
        "without_effect": "without effect", "own_parameters": "own inputs", "plugin": "plugin",
    }  # fmt: skip
    return Card("Drivers", rows, shown, "ismarket drivers NAME shows the causes of one.")


def with_unloaded(card: Card, others: Iterable[Found]) -> Card:
    """The list with a row for each plugin that was not imported, from its metadata."""
    rows = [{**row, "loaded": True} for row in card.rows]
    unloaded = [
        {
            "driver": one.name,
            "title": one.summary,
            "causes": None,
            "without_effect": None,
            "own_parameters": None,
            "plugin": f"{one.distribution} {one.version}".strip(),
            "description": "",
            "loaded": False,
        }
        for one in others
    ]
    note = card.note
    if unloaded:
        note += " Rows without counts are as their packages say; --load imports them."
    return Card(card.title, rows + unloaded, card.shown, note)


def driver_card(driver: Driver, market: Market, drivers: Iterable[Driver]) -> Card:
    """One row a cause or parameter of its own: range, unit, status, who else claims it, source."""
    rows = []
    for name in driver.claims:
        if name not in market.mechanisms:
            continue
        mechanism = market.mechanisms[name]
        others = [d.name for d in drivers if name in d.claims and d.name != driver.name]
        ids = [claim.id for claim in market.claims if claim.mechanism == name]
        row = {"cause": name, "title": mechanism.title, "stage": mechanism.stage}
        row |= _range(mechanism.ratio) | {"also_in": others, "claims": ids, "note": mechanism.note}
        if mechanism.inert:
            row["effect"] = "none: " + mechanism.note
        if mechanism.follows_path:
            row["effect"] = "follows the births path"
        rows.append(row)
    for parameter in driver.parameters:
        row = {"cause": parameter.key, "title": parameter.title, "stage": "own"}
        rows.append(row | _range(parameter) | {"also_in": [], "claims": [], "note": ""})
    shown = {
        "cause": "cause", "stage": "stage", "effect": "effect", "status": "status",
        "also_in": "also in", "claims": "claims",
    }  # fmt: skip
    note = f"{driver.description} Sources: --json.".strip()
    return Card(f"{driver.title} ({driver.name})", rows, shown, note)


def _range(parameter: Parameter) -> dict[str, Any]:
    return {
        "effect": f"{parameter.low:g} / {parameter.mode:g} / {parameter.high:g} {parameter.unit}",
        "low": parameter.low,
        "mode": parameter.mode,
        "high": parameter.high,
        "unit": parameter.unit,
        "status": parameter.status,
        "source": parameter.source,
    }


def anchor_list(market: Market) -> Card:
    """One row an estimate: as printed, and moved to the base year of the tables."""
    year = market.base_year
    count = next(iter(market.anchors.values()))
    rows = []
    for anchor in market.anchors.values():
        row: dict[str, Any] = {"anchor": anchor.name, "publisher": anchor.publisher}
        if anchor.published:
            row |= {
                "base_year": anchor.base_year,
                "value_usd": anchor.value,
                "cagr": anchor.cagr,
                "last_year": anchor.last_year,
                f"value_{year}_usd": anchor.at(year),
                "printed": f"USD {money(anchor.value or 0)} in {anchor.base_year}",
                "growth": f"{rate(anchor.cagr)} to {anchor.last_year}",
                f"in {year}": f"USD {money(anchor.at(year))}",
            }
        else:
            row |= {"printed": "counted, not printed", "growth": "", f"in {year}": ""}
        row |= {"url": anchor.url, "source": anchor.source, "note": anchor.note}
        rows.append(row)
    names = ("anchor", "publisher", "printed", "growth", f"in {year}")
    values = [anchor.at(year) for anchor in market.anchors.values() if anchor.published]
    note = (
        f"The largest level is {times(max(values) / min(values))} times the smallest."
        if values
        else ""
    )
    return Card(
        f"Published estimates of {market.title}", rows, {n: n for n in names},
        f"{note} {count.name} leaves the level as counted." if len(values) > 1 else "",
    )  # fmt: skip


def show(card: Card, as_json: bool) -> None:
    """Print a card: aligned text, or its rows as JSON."""
    if as_json:
        print(json.dumps(card.rows, indent=2, ensure_ascii=False))
        return
    rows = [[_cell(row.get(key, "")) for key in card.shown] for row in card.rows]
    header = list(card.shown.values())
    print("\n".join([card.title, *Table(header, rows, words=len(header)).lines()]))
    if card.note:
        print(card.note)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
