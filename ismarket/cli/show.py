"""``ismarket drivers`` and ``ismarket anchors``: what is installed, as lists and cards.

Text and JSON are made from the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError, check_known
from ..text.sheet import Table
from ..text.wording import mid_sentence, money, percent, rate, times
from .common import (
    complete_driver,
    installed_market,
    installed_plugins,
    json_option,
    market_option,
    say,
    say_json,
    tell,
)

if TYPE_CHECKING:
    from ..model.driver import Driver
    from ..model.launch import Launch
    from ..model.market import Market
    from ..model.parameter import Parameter
    from ..plugins.discovery import FoundPlugin
    from ..plugins.installed import Plugins


@click.command()
@click.argument("name", required=False, shell_complete=complete_driver)
@click.option("--load", is_flag=True, help="Load every plugin, to list its drivers in full.")
@market_option
@json_option
def drivers(name: str | None, load: bool, market: str | None, as_json: bool) -> None:
    """List the installed drivers, or show the causes and parameters of driver NAME.

    The list imports no plugin but the bundled ones: of others it shows what their metadata say.
    """
    from ..plugins.discovery import find_plugins
    from ..plugins.installed import load_plugins

    if name is None and not load:
        found, problems = find_plugins()
        tell(problems)
        plugins = load_plugins(one for one in found if one.bundled)
        others = [one for one in found if not one.bundled]
        if market and market not in plugins.markets:
            raise InputError(
                f"drivers: market {market!r} is not bundled; --load imports all plugins"
            )
        show(with_unloaded(_suiting(plugins, market), others), as_json)
        return
    plugins = installed_plugins()
    if name is None:
        show(_suiting(plugins, market), as_json)
        return
    installed = {driver.name: driver for driver in plugins.drivers}
    check_known("drivers", "driver", installed, name)
    driver = installed[name]
    if market and not driver.suits(market):
        made_for = ", ".join(driver.markets)
        raise InputError(f"drivers: {name} is not made for {market!r}, but for {made_for}")
    chosen = installed_market(plugins, market or next(iter(driver.markets), None))
    show(driver_card(driver, chosen, list(installed.values())), as_json)


@click.command()
@market_option
@json_option
def anchors(market: str | None, as_json: bool) -> None:
    """List the published estimates, each moved to the base year at its own growth."""
    show(anchor_list(installed_market(installed_plugins(), market)), as_json)


STATED = ("low", "mode", "high", "unit", "status", "source")
"""What a card says of a parameter."""


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
        rows.append({
            "driver": driver.name, "title": driver.title, "causes": len(claimed),
            "without_effect": sum(mechanism.inert for mechanism in claimed),
            "own_parameters": len(driver.parameters), "plugin": driver.plugin,
            "description": driver.description,
        })  # fmt: skip
    shown = {
        "driver": "driver", "title": "title", "causes": "causes",
        "without_effect": "without effect", "own_parameters": "own inputs", "plugin": "plugin",
    }  # fmt: skip
    return Card("Drivers", rows, shown, "ismarket drivers NAME shows the causes of one.")


def _suiting(plugins: Plugins, market: str | None) -> Card:
    chosen = installed_market(plugins, market)
    return driver_list((one for one in plugins.drivers if one.suits(chosen.name)), chosen)


def with_unloaded(card: Card, others: Iterable[FoundPlugin]) -> Card:
    """The list with a row for each plugin that was not imported, from its metadata."""
    rows = [{**row, "loaded": True} for row in card.rows]
    counted = dict.fromkeys(("causes", "without_effect", "own_parameters"))
    unloaded = [
        {"driver": one.name, "title": one.summary, **counted,
         "plugin": f"{one.distribution} {one.version}".strip(), "description": "", "loaded": False}
        for one in others
    ]  # fmt: skip
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
        if mechanism.kind == "path":
            stage = mid_sentence(market.stage(mechanism.stage).title)
            row["effect"] = f"follows the path of {stage}"
        if mechanism.launches:
            row["effect"] = f"launches: {len(mechanism.launches)}, below"
        rows.append(row)
        rows += [_launch(one, others) for one in mechanism.launches]
    for parameter in driver.parameters:
        row = {"cause": parameter.key, "title": parameter.title, "stage": "own"}
        rows.append(row | _range(parameter) | {"also_in": [], "claims": [], "note": ""})
    shown = {
        "cause": "cause", "stage": "stage", "effect": "effect", "status": "status",
        "also_in": "also in", "claims": "claims",
    }  # fmt: skip
    note = f"{driver.description} Sources: --json.".strip()
    return Card(f"{driver.title} ({driver.name})", rows, shown, note)


def _launch(one: Launch, others: list[str]) -> dict[str, Any]:
    """A launch of a group, with its inputs as they most likely are."""
    year, peak, ratio = (f"{p.mode:g}" for p in (one.launch_year, one.peak_share, one.price_ratio))
    effect = (
        f"{percent(one.chance.mode)} likely, from {year}, {peak} of {one.drug_class}"
        f" at {ratio} times its price"
    )
    about = {"cause": one.name, "title": one.product, "stage": one.stage, "effect": effect}
    inputs = {p.name: [p.low, p.mode, p.high] for p in one.parameters}
    return about | {
        "low": None, "mode": None, "high": None, "unit": "launch", "status": one.status,
        "source": one.source, "also_in": others, "claims": [], "note": one.note, "inputs": inputs,
    }  # fmt: skip


def _range(parameter: Parameter) -> dict[str, Any]:
    return {
        "effect": f"{parameter.low:g} / {parameter.mode:g} / {parameter.high:g} {parameter.unit}",
        **{name: getattr(parameter, name) for name in STATED},
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
                f"value_{year}_usd": market.printed(anchor, year),
                "printed": f"USD {money(anchor.value or 0)} in {anchor.base_year}",
                "growth": f"{rate(anchor.cagr)} to {anchor.last_year}",
                f"in {year}": f"USD {money(market.printed(anchor, year))}",
            }
        else:
            row |= {"printed": "counted, not printed", "growth": "", f"in {year}": ""}
        row |= {"url": anchor.url, "source": anchor.source, "note": anchor.note}
        rows.append(row)
    names = ("anchor", "publisher", "printed", "growth", f"in {year}")
    values = [market.printed(one, year) for one in market.anchors.values() if one.published]
    note = ""
    if len(values) > 1:
        note = (
            f"The largest level is {times(max(values) / min(values))} times the smallest."
            f" {count.name} leaves the level as counted."
        )
    title = f"Published estimates of {market.title}"
    return Card(title, rows, {name: name for name in names}, note)


def show(card: Card, as_json: bool) -> None:
    """Print a card: aligned text, or its rows as JSON."""
    if as_json:
        say_json(card.rows)
        return
    rows = [[_cell(row.get(key, "")) for key in card.shown] for row in card.rows]
    header = list(card.shown.values())
    say("\n".join([card.title, *Table(header, rows, words=len(header)).lines()]))
    if card.note:
        say(card.note)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
