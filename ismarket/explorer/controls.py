"""The controls of the explorer, made from what market and drivers declare, and their state."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..charts.swings import name_of, read_as
from ..engine.dollars import READ
from ..engine.forecast import Forecast
from ..engine.plan import Plan, follows_prices
from ..engine.shifts import still_acting
from ..model.anchor import BASES, Anchor
from ..model.cause import Mechanism
from ..model.choices import Real, Text
from ..model.driver import Driver, Option
from ..model.launch import Launch
from ..model.market import Market
from ..model.parameter import Parameter
from ..model.pooled import POOLED, estimates
from ..model.scenario import Scenario
from ..text.wording import mid_sentence, money, number, signed
from .changes import CONTROLS, count_changes

CURVE = 25
"""Points of the density that a control at rest shows."""
DRAWS = (1_000, 4_096, 10_000, 50_000, 100_000)
LAUNCH_LABELS = ("Chance that it comes", "Launch year", "Peak share", "Years to peak", "Price")
"""What the inputs of a launched product are called beside their sliders, in their order."""
SAID = ("key", "low", "mode", "high", "unit", "status")
"""What a control says of its parameter as it stands."""


def structure(market: Market, drivers: Sequence[Driver]) -> dict[str, Any]:
    """Everything that stays as it is: titles, ranges, units, sources, by driver and cause."""
    return {
        "title": market.title,
        "choices": _choices(market),
        "dollars": _dollars(market),
        "drivers": [_driver(market, driver, drivers) for driver in drivers],
        "chain": market.chain_words,
        "count": [
            {"title": stage.title, "unit": stage.unit,
             "inputs": [_input(p, name_of(p).split(", ", 1)[-1])
                        for p in stage.parameters if not p.constant]}
            for stage in market.stages
        ],
    }  # fmt: skip


def inputs_of(structure: Mapping[str, Any]) -> list[str]:
    """The keys of all inputs that have a control."""
    causes = [cause for driver in structure["drivers"] for cause in driver["causes"]]
    return [one["key"] for cause in (*causes, *structure["count"]) for one in cause["inputs"]]


def state(forecast: Forecast, scenario: Scenario, origin: Scenario, undo: bool) -> dict[str, Any]:
    """Where every control stands, and the points that each driver carries."""
    plan, table = forecast.plan, forecast.columns["attribution"]
    points = dict(zip(table["driver"], table["points"], strict=True))
    prices = [d.name for d in forecast.installed if follows_prices(plan.market, d)]
    moved = {
        one.driver.name: len(one.moved) for one in still_acting(forecast.plan, forecast.installed)
    }
    changes = count_changes(scenario, origin, prices)
    return {
        **{name: getattr(scenario, name) for name in CONTROLS},
        "price_basis": plan.anchor.price_basis,
        "basis": _basis(plan),
        "dollars": {"current": plan.in_current_dollars, "drivers": prices} if prices else None,
        "through": forecast.years[-1],
        "through_low": forecast.years[0] + 1,
        "draws_offered": sorted({*DRAWS, scenario.draws}),
        "fixed": dict(scenario.fixed),
        "published": plan.anchor.published,
        "drivers": {
            d.name: _standing(plan, d, scenario, origin, points, d.name in prices)
            | ({"what": f"{moved[d.name]} causes act on"} if d.name in moved else {})
            for d in forecast.installed
        },
        "changes": changes,
        "undo": undo,
        "scenario": (scenario if changes else origin).name or "scenario",
        "named": bool((scenario if changes else origin).name),
        "title": (scenario if changes else origin).title,
    }


def _standing(
    plan: Plan,
    driver: Driver,
    scenario: Scenario,
    origin: Scenario,
    points: Mapping[str, float],
    money: bool,
) -> dict[str, Any]:
    """Where the controls of a driver stand; one of ``money`` goes with the dollars shown."""
    on = any(driver.name == acting.name for acting in plan.drivers)
    group = "money" if money else "named"
    if plan.anchor.published and not money and driver.name not in plan.contained:
        group = "added"
    return {
        "on": on,
        "was_on": on if money else driver.name not in origin.without,
        "strength": scenario.strength.get(driver.name, 1.0),
        "chosen": any(key.startswith(f"{driver.name}.") for key in scenario.options),
        "options": {
            f"{driver.name}.{one.name}": scenario.options.get(
                f"{driver.name}.{one.name}", getattr(one.default, "name", one.default)
            )
            for one in driver.options
        },
        "points": signed(points[driver.name], 2) if on else "taken out" if money else "off",
        "group": group,
        "what": ("inside current dollars" if on else "follows the switch") if money else "",
    }


def _dollars(market: Market) -> list[list[str]]:
    """In which dollars amounts can be shown; none to choose where they have no basis."""
    if market.price_level is None:
        return []
    return [["current", "current"], ["constant", f"constant {market.base_year}"]]


def _basis(plan: Plan) -> dict[str, str] | None:
    """Who says how the report's dollars are read; None where nothing hangs on it."""
    anchor = plan.anchor
    if not anchor.published or plan.market.price_level is None:
        return None
    said = {"assumed": "not printed, assumed", "chosen": "set by you"}
    return {
        "status": anchor.basis_status,
        "words": said.get(anchor.basis_status, anchor.basis_status),
    }


def _choices(market: Market) -> list[dict[str, Any]]:
    """The choices with a control of their own: options, or a range with its step, or neither."""
    first, last = market.years[0] + 1, market.years[-1]
    anchors = sorted(market.anchors.values(), key=lambda anchor: not anchor.published)
    pool = [[POOLED, "All published estimates, pooled"]] if estimates(market.anchors) else []
    given: dict[str, dict[str, Any]] = {
        "anchor": {"options": [[a.name, _anchor_label(a)] for a in anchors] + pool},
        "through": {"low": first, "high": last, "step": 1},
        "draws": {"options": []},
        "price_basis": {"options": [[basis, f"{READ[basis]} dollars"] for basis in BASES]},
    }
    found = []
    for name, choice in CONTROLS.items():
        kind, shown = choice.kind, given.get(name, {})
        if isinstance(kind, Text) and kind.allowed and not shown:
            shown = {"options": [[one, one] for one in kind.allowed]}
        elif isinstance(kind, Real):
            step = (kind.high - kind.low) / 100
            shown = {"low": kind.low, "high": kind.high, "step": step}
        found.append({"name": name, "label": choice.label, **shown})
    return found


def _anchor_label(anchor: Anchor) -> str:
    if anchor.value is None:
        return "Bottom-up count, no report"
    publisher = anchor.publisher.removesuffix(" Research")
    growth = number(100 * anchor.cagr, 1)
    return f"{publisher} {anchor.base_year} \N{MIDDLE DOT} USD {money(anchor.value)}, {growth}%"


def _driver(market: Market, driver: Driver, drivers: Sequence[Driver]) -> dict[str, Any]:
    causes = [
        cause
        for name in driver.claims
        if name in market.mechanisms
        for cause in _causes(market, market.mechanisms[name], driver, drivers)
    ]
    if driver.parameters:
        own = [_input(p, p.title or p.name) for p in driver.parameters]
        causes.append({"title": "Of its own", "also": [], "reason": "", "inputs": own})
    return {
        "name": driver.name,
        "title": driver.title,
        "description": driver.description,
        "causes": sorted(causes, key=lambda cause: not cause["inputs"]),
        "options": [_option(driver, option) for option in driver.options],
    }


def _option(driver: Driver, option: Option) -> dict[str, Any]:
    """What may be chosen of a driver: one of some texts, a number in a range, or what is typed."""
    title = f"{option.title or option.name} ({option.unit})" if option.unit else option.title
    shown: dict[str, Any] = {"name": f"{driver.name}.{option.name}", "label": title or option.name}
    if option.kind == "choice":
        return shown | {"options": [[one, one] for one in option.choices]}
    if option.kind == "number" and math.isfinite(option.high - option.low):
        step = (option.high - option.low) / 100
        return shown | {"low": option.low, "high": option.high, "step": step}
    return shown | ({"label": f"{shown['label']}: path of a CSV"} if option.kind == "file" else {})


def _causes(
    market: Market, mechanism: Mechanism, driver: Driver, drivers: Sequence[Driver]
) -> list[dict[str, Any]]:
    """A cause of the catalogue, or each product of a group of launches, with its inputs."""
    also = [d.title for d in drivers if mechanism.name in d.claims and d.name != driver.name]
    if mechanism.launches:
        return [
            {"title": one.product, "also": also, "reason": "", "inputs": _launch_inputs(one)}
            for one in mechanism.launches
        ]
    inputs = [
        _input(p, "Effect" if p is mechanism.ratio else "Half time")
        for p in mechanism.parameters
        if not p.constant
    ]
    reason = ""
    if mechanism.kind == "path":
        stage = mid_sentence(market.stage(mechanism.stage).title)
        reason = f"follows the path of {stage}; its inputs stand under The count"
    elif not inputs:
        reason = f"ratio {mechanism.ratio.mode:g}; {mechanism.source.removeprefix('assumption: ')}"
    return [{"title": mechanism.title, "also": also, "reason": reason, "inputs": inputs}]


def _launch_inputs(one: Launch) -> list[dict[str, Any]]:
    named = zip(one.parameters, LAUNCH_LABELS, strict=True)
    return [_input(parameter, label) for parameter, label in named if not parameter.constant]


def _input(parameter: Parameter, label: str) -> dict[str, Any]:
    return {
        **{name: getattr(parameter, name) for name in SAID},
        "label": label,
        "name": name_of(parameter),
        "source": parameter.source or "no source given",
        "log": parameter.scale == "log",
        "figure": read_as(parameter),
        "curve": density(parameter),
    }


def density(parameter: Parameter) -> list[float]:
    """Heights (0 to 1) of the sampled density at CURVE even places from low to high.

    What happens or does not has none.
    """
    if parameter.happens:
        return []
    if parameter.constant:
        return [0.0] * CURVE
    heights = parameter.density(np.linspace(0.0, 1.0, CURVE))
    return [round(float(h), 3) for h in heights / heights.max()]
