"""The controls of the explorer, made from what market and drivers declare, and their state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..charts.swings import name_of, read_as
from ..engine.forecast import Forecast
from ..model.anchor import Anchor
from ..model.cause import Mechanism
from ..model.choices import Real, Text
from ..model.driver import Driver
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
        "drivers": [_driver(market, driver, drivers) for driver in drivers],
        "chain": market.chain_words,
        "count": [
            {"title": stage.title, "unit": stage.unit,
             "inputs": [_input(p, name_of(p).split(", ", 1)[-1])
                        for p in stage.parameters if not p.constant]}
            for stage in market.stages
        ],
    }  # fmt: skip


def state(forecast: Forecast, scenario: Scenario, origin: Scenario, undo: bool) -> dict[str, Any]:
    """Where every control stands, and the points that each driver carries."""
    plan, table = forecast.plan, forecast.columns["attribution"]
    points = dict(zip(table["driver"], table["points"], strict=True))
    acting = {d.name for d in plan.drivers}
    return {
        **{name: getattr(scenario, name) for name in CONTROLS},
        "through": forecast.years[-1],
        "through_low": forecast.years[0] + 1,
        "draws_offered": sorted({*DRAWS, scenario.draws}),
        "fixed": dict(scenario.fixed),
        "named": sorted(plan.contained),
        "published": plan.anchor.published,
        "drivers": {
            d.name: {
                "on": d.name in acting,
                "was_on": d.name not in origin.without,
                "strength": scenario.strength.get(d.name, 1.0),
                "points": signed(points[d.name], 2) if d.name in acting else "off",
            }
            for d in forecast.installed
        },
        "changes": count_changes(scenario, origin),
        "undo": undo,
        "scenario": scenario.name or "scenario",
        "title": scenario.title,
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
    }
    found = []
    for name, choice in CONTROLS.items():
        kind, shown = choice.kind, given.get(name, {})
        if isinstance(kind, Text) and kind.allowed:
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
    }


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
