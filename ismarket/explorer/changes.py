"""Changes made by hand: what a control says, as a new scenario, and what it is called."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..charts.swings import figure_of, name_of
from ..engine.dollars import READ
from ..engine.plan import known_parameters
from ..errors import InputError, unknown
from ..model.anchor import NOMINAL
from ..model.choices import Real, Whole
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import CHOICES, Scenario, entries

CONTROLS = {name: choice for name, choice in CHOICES.items() if choice.label}
"""Choices with one control each."""


def changed(
    scenario: Scenario, change: Mapping[str, Any], origin: Scenario, market: Market
) -> Scenario:
    """The scenario after one change: ``kind``, ``key`` and ``value``, as the page sends it.

    A value of None resets to ``origin``.  Another anchor keeps the horizon if it starts before
    it.  Raises InputError for what is no choice.
    """
    kind, key, value = str(change.get("kind")), str(change.get("key", "")), change.get("value")
    if kind in CONTROLS:
        new = {kind: getattr(origin, kind) if value is None else _typed(kind, value)}
        if kind == "price_basis":
            new[kind] = _basis(new[kind], scenario, origin, market)
        if kind == "anchor":
            new |= {"periods": None, "price_basis": None}  # how one publisher's page is read
            anchor = market.anchors.get(str(new["anchor"]))
            if anchor and scenario.through and scenario.through <= anchor.base_year:
                new["through"] = None
        return scenario.changed(**new)
    if kind == "driver":
        off = key in origin.without if value is None else not value
        rest = tuple(name for name in scenario.without if name != key)
        return scenario.changed(without=(*rest, key) if off else rest)
    if kind == "options":
        now = origin.options if value is None else {key: value}
        return scenario.changed(options=_replaced(scenario.options, now, {key}))
    if kind in ("strength", "fixed"):
        now = getattr(origin, kind)
        if value is not None:
            now = {} if value == CHOICES[kind].absent else {key: float(value)}
        made: dict[str, Any] = {kind: _replaced(getattr(scenario, kind), now, {key})}
        if marks := CHOICES[kind].marks:
            marked = [name for name in getattr(scenario, marks) if name != key]
            beyond = key in getattr(origin, marks) if value is None else change.get(marks)
            made[marks] = (*marked, *([key] if beyond else []))
        return scenario.changed(**made)
    if kind == "reset":
        return origin
    raise unknown(
        "explorer", "change", kind, (*CONTROLS, "driver", "strength", "fixed", "options", "reset")
    )


def _basis(asked: str | None, scenario: Scenario, origin: Scenario, market: Market) -> str | None:
    """How the report's dollars are to be read: left open where the anchor says the same."""
    anchor = market.anchors.get(scenario.anchor)
    own = anchor.price_basis if anchor else NOMINAL
    return None if asked == own and asked != origin.price_basis else asked


def _typed(name: str, value: Any) -> Any:
    """What a control says as the type of its choice: a page has texts and numbers alone."""
    kind = CONTROLS[name].kind
    if not isinstance(kind, Whole | Real):
        return value
    try:
        if isinstance(kind, Whole) and str(value).isdecimal():
            return int(value)  # a float would not hold every seed
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(kind, Whole) and not number.is_integer():
        raise InputError(f"{name} = {value!r} must be a whole number", name)
    return int(number) if isinstance(kind, Whole) else number


def reset_driver(scenario: Scenario, driver: Driver, market: Market, origin: Scenario) -> Scenario:
    """The scenario with a driver's switch, strength and inputs as they were."""
    keys = {p.key for n in driver.claims for p in market.mechanisms[n].parameters}
    keys |= {p.key for p in driver.parameters}
    for kind in ("driver", "strength"):
        scenario = changed(scenario, {"kind": kind, "key": driver.name}, origin, market)
    own = {f"{driver.name}.{option.name}" for option in driver.options}
    return scenario.changed(
        options=_replaced(scenario.options, origin.options, own),
        fixed=_replaced(scenario.fixed, origin.fixed, keys),
        outside=(*scenario.outside, *origin.outside),
    )


def _replaced(table: Mapping[str, Any], by: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    """A table with what another says of some keys, or nothing of them."""
    kept = {key: value for key, value in table.items() if key not in keys}
    return kept | {key: value for key, value in by.items() if key in keys}


def count_changes(scenario: Scenario, origin: Scenario, prices: Iterable[str] = ()) -> int:
    """In how many places a scenario differs from the one it started from.

    In which dollars amounts are shown is no change: the switches of the drivers by which general
    ``prices`` move.
    """
    now, before = entries(scenario), entries(origin)
    counted = {*now, *before} - {f"without {name}" for name in prices}
    return sum(now.get(entry) != before.get(entry) for entry in counted)


def described(change: Mapping[str, Any], market: Market, drivers: Sequence[Driver]) -> str:
    """A change in a few words, for the status line and the live region."""
    kind, key, value = str(change.get("kind")), str(change.get("key", "")), change.get("value")
    titles = {d.name: d.title for d in drivers}
    if kind == "fixed":
        known = known_parameters(market, drivers)
        name = name_of(known[key]) if key in known else key
        if value is None or key not in known:
            return f"{name} {'reset' if value is None else f'fixed at {float(value):g}'}"
        return f"{name} fixed at {figure_of(known[key], float(value))}"
    if kind == "strength":
        title = titles.get(key, key)
        return f"strength of {title} {'reset' if value is None else f'set to {float(value):g}'}"
    if kind == "driver":
        return f"{titles.get(key, key)} {'reset' if value is None else 'on' if value else 'off'}"
    if kind == "options":
        return f"{key} {'reset' if value is None else f'set to {value}'}"
    if kind == "anchor" and str(value) in market.anchors:
        anchor = market.anchors[str(value)]
        return f"anchor {anchor.publisher}, {value}" if anchor.published else f"anchor {value}"
    if kind == "price_basis":
        return f"the report read as counting {READ.get(str(value), 'its own')} dollars"
    if kind == "reset":
        return "everything reset" if not key else f"{titles.get(key, key)} reset"
    return f"{'forecast through' if kind == 'through' else kind} {value}"
