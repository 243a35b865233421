"""A forecast's model as plain data, from which a page without Python computes it again.

Everything that the chain of stages needs goes along: tables, causes, launches and draws.  What a
driver computes itself goes along as its shifts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..arrays import Array
from ..engine.attribution import MOST_EXACT, sampled_orders
from ..engine.blocks import Engine, one_thread, stack
from ..engine.forecast import Forecast
from ..engine.forecaster import unexplained
from ..engine.plan import Plan, contained_in, follows_prices, make_plan
from ..engine.shifts import Shifts, class_of
from ..engine.summaries import quantiles
from ..errors import DriverError, InputError
from ..model.anchor import BASES
from ..model.cause import EVERYWHERE, Mechanism
from ..model.market import Market
from ..model.parameter import Parameter
from ..model.pooled import LEVEL
from ..model.stage import Stage, times_the_last
from .places import STEPS, chosen, decoded, drawn_places, packed, varies

LEVELS = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
"""The levels of the draws that a page shows."""
ROUND = 1e-4
"""Largest error, as a part of the largest shift, up to which rows follow from others."""


def portable(forecast: Forecast) -> dict[str, Any]:
    """The model as plain values, with the setting of the forecast and how near the draws come.

    Every installed driver goes along, so that it can be switched; those that are off and cannot act
    beside the others stay behind.
    """
    try:
        return _model(forecast, switchable(forecast))
    except (InputError, DriverError):
        return _model(forecast, switchable(forecast, forecast.plan.scenario.without))


def switchable(forecast: Forecast, out: tuple[str, ...] = ()) -> Plan:
    """The plan in which every installed driver acts but those left out for good."""
    plan = forecast.plan
    scenario = plan.scenario.changed(without=out, through=plan.years[-1])
    return make_plan(plan.market, forecast.installed, scenario)


def _model(forecast: Forecast, plan: Plan) -> dict[str, Any]:
    market, scenario = plan.market, forecast.plan.scenario
    rows = {p.key: row for row, p in enumerate(plan.parameters)}
    with one_thread():
        places = drawn_places(plan, chosen(forecast, plan))
        values = decoded(plan, places)
        own, merged = _own(plan, values)
    still = {p.key for driver in plan.drivers for p in driver.parameters}
    moving = [p.key not in still for p in plan.parameters if varies(p)]
    causes, launches = _causes(plan, rows, merged)
    acting = {driver.name for driver in forecast.plan.drivers}
    return {
        "years": list(plan.years),
        "base": market.base_year,
        "start": plan.start,
        "regions": list(market.regions),
        "classes": list(market.drug_classes),
        "drivers": [
            {"name": d.name, "title": d.title, "prices": follows_prices(market, d),
             "named": d.name in forecast.plan.contained,
             "computed": [p.key for p in d.parameters]}
            for d in plan.drivers
        ],
        "parameters": [_parameter(p, p.key in still) for p in plan.parameters],
        "stages": [_stage(stage, rows, plan) for stage in market.stages],
        "causes": causes,
        "merged": sorted(merged),
        "launches": launches,
        "own": own,
        "level": rows.get(LEVEL),
        "readings": _readings(forecast),
        "prices": [market.prices(year) for year in plan.years] if market.price_level else None,
        "orders": {
            str(many): sampled_orders(many, scenario.seed)
            for many in range(MOST_EXACT + 1, len(plan.drivers) + 1)
        },
        "setting": {
            "without": [d.name for d in plan.drivers if d.name not in acting],
            "strength": dict(scenario.strength),
            "fixed": {key: value for key, value in scenario.fixed.items() if key in rows},
            "overlap": scenario.overlap,
            "price_basis": forecast.plan.anchor.price_basis,
        },
        "draws": places.shape[1],
        "places": packed(places[moving]),
        "figures": _figures(forecast, values),
    }  # fmt: skip


# stages, causes, launches, own effects ----------------------------------------------------------


def _parameter(parameter: Parameter, still: bool) -> dict[str, Any]:
    """A parameter; the draws of one that a driver's own function takes stand still."""
    found: dict[str, Any] = {
        name: getattr(parameter, name) for name in ("key", "low", "mode", "high")
    }
    return found | {"scale": parameter.scale, "varies": varies(parameter) and not still}


def _stage(stage: Stage, rows: Mapping[str, int], plan: Plan) -> dict[str, Any]:
    """A stage with the rows of its parameters, and its path in the years of the forecast."""
    path = None
    if stage.path is not None:
        years = slice(plan.start, len(plan.market.years))
        path = {
            "first": stage.path.mode[0].tolist(),
            "last": stage.path.mode[-1].tolist(),
            "mode": stage.path.mode[years].tolist(),
            "up": times_the_last(stage.path.high - stage.path.mode)[years].tolist(),
            "down": times_the_last(stage.path.mode - stage.path.low)[years].tolist(),
        }
    return {
        "name": stage.name,
        "link": stage.link,
        "role": stage.role,
        "by_class": stage.by_class,
        "least": stage.least,
        "parameters": [rows[p.key] for p in stage.parameters if p.key in rows],
        "path": path,
    }


def _causes(
    plan: Plan, rows: Mapping[str, int], merged: frozenset[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The causes that some driver claims, and the launches: what each moves, and who brings it."""
    market, causes, launches = plan.market, [], []
    claimed = {name for driver in plan.drivers for name in driver.claims} - merged
    for name in sorted(claimed):
        cause = market.mechanisms[name]
        who = [index for index, driver in enumerate(plan.drivers) if name in driver.claims]
        launches += [
            {"name": one.name, "product": one.product, "stage": one.stage, "drivers": who,
             "drug_class": class_of(market, one.drug_class),
             "sold": [float(region in one.regions) for region in market.regions],
             "parameters": [rows[p.key] for p in one.parameters]}
            for one in cause.launches
        ]  # fmt: skip
        if cause.launches or cause.inert:
            continue
        target = {"name": name, "title": cause.title, "stage": cause.stage, "drivers": who,
                  "drug_class": class_of(market, cause.drug_class)}  # fmt: skip
        causes.append(target | _spread(cause, market, rows))
    return causes, launches


def _spread(cause: Mechanism, market: Market, rows: Mapping[str, int]) -> dict[str, Any]:
    """How a cause spreads; nothing for one by which its stage follows its path."""
    if cause.half_time is None:
        return {}
    share, ceiling = (
        [held.get(region, held.get(EVERYWHERE, 0.0)) for region in market.regions]
        for held in (cause.share, cause.ceiling)
    )
    return {"ratio": rows[cause.ratio.key], "half_time": rows[cause.half_time.key],
            "share": share, "ceiling": ceiling}  # fmt: skip


def _own(plan: Plan, values: Mapping[str, Array]) -> tuple[list[dict[str, Any]], frozenset[str]]:
    """What drivers compute themselves, as shifts: the reference in full, the draws as places.

    And the causes of the catalogue that are among it.
    """
    if all(driver.effects is None for driver in plan.drivers):
        return [], frozenset()
    shifts = Shifts(plan, {p.key: row for row, p in enumerate(plan.parameters)}, 1.0)
    reference, merged = shifts.own(stack(plan, {**plan.modes, **plan.fixed}))
    drawn, _ = shifts.own(stack(plan, values))
    if len(reference) != len(drawn):
        raise InputError("a driver moves a stage in some draws alone, and cannot go along")
    found = []
    for (target, who, at_modes), (_, _, draws) in zip(reference, drawn, strict=True):
        weights, rows = _few_rows(draws.reshape(-1, draws.shape[2]))
        found.append({
            "stage": target[0], "drug_class": target[1], "drivers": list(who),
            "reference": at_modes[:, :, 0].tolist(),
            "weights": [[float(f"{weight:.9g}") for weight in row] for row in weights],
            "rows": [_as_places(row) for row in rows],
        })  # fmt: skip
    return found, merged


def _few_rows(shift: Array) -> tuple[Array, Array]:
    """Rows (row, draw) of a shift (year x region, draw), and the weights that give all from them.

    Greedily the row that is farthest off, until none is: shifts of some years and regions mostly
    follow from those of others.
    """
    scale, chosen, left = np.abs(shift).max(), list[int](), shift
    weights: Array = np.zeros((len(shift), 0))
    while np.abs(left).max() > ROUND * scale and len(chosen) < len(shift):
        chosen.append(int(np.abs(left).max(axis=1).argmax()))
        weights = np.asarray(np.linalg.lstsq(shift[chosen].T, shift.T, rcond=None)[0].T, float)
        left = shift - weights @ shift[chosen]
    return weights, shift[chosen]


def _as_places(row: Array) -> dict[str, Any]:
    low, high = float(row.min()), float(row.max())
    places = np.rint((row - low) / ((high - low) or 1.0) * STEPS).astype(np.uint16)
    return {"low": low, "high": high, "places": packed(places)}


# the report and what the page must meet ---------------------------------------------------------


def _readings(forecast: Forecast) -> dict[str, Any]:
    """By how the anchor's dollars are read: its path in current dollars, and what is unexplained.

    The path ends with the report; it is empty for a count.  Readings without a price level of the
    anchor's year are left out.
    """
    plan, anchor = forecast.plan, forecast.plan.anchor
    known = plan.market.price_level and plan.market.has_prices(anchor.base_year)
    found = {}
    for basis in BASES if anchor.published and known else (anchor.price_basis,):
        read = replace(anchor, price_basis=basis)
        contained = contained_in(read, plan.market, forecast.installed)
        other = replace(plan, anchor=read, contained=contained)
        years = [t for t in plan.years if anchor.published and t <= anchor.last_year]
        found[basis] = {
            "left": unexplained(other, forecast.installed).tolist(),
            "printed": [plan.market.printed(read, year) for year in years],
        }
    return found


def _figures(forecast: Forecast, values: Mapping[str, Array]) -> dict[str, Any]:
    """What the page must meet: the reference, the fan of all draws, and how far its own lie off.

    ``error`` is the largest relative distance of a quantile in any year, as measured.
    """
    plan, summary = forecast.plan, forecast.columns["summary"]
    own = {p.key: values.get(p.key, np.array([p.mode])) for p in plan.parameters}
    rows, _ = Engine(plan, forecast.unexplained_factor).at(own)
    total = rows[forecast.layout["total"]]
    found = dict(zip(LEVELS, quantiles(total, list(LEVELS.values())), strict=True))
    apart = (np.abs(found[name] / np.array(summary[name]) - 1.0).max() for name in LEVELS)
    table = forecast.columns["attribution"]
    return {
        "reference": summary["reference"],
        "points": dict(zip(table["driver"], table["points"], strict=True)),
        "fan": {name: found[name].tolist() for name in LEVELS},
        "all": {name: summary[name] for name in LEVELS},
        "draws": plan.scenario.draws,
        "error": float(max(apart)),
    }
