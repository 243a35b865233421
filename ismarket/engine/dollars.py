"""Which dollars: those of a forecast, how an anchor's are read, what the other reading gives."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from ..model.anchor import NOMINAL, REAL, Anchor
from ..text.wording import money, number, signed
from .attribution import growth_share
from .forecast import INFLATION, NAMED, Forecast, Growth
from .forecaster import unexplained
from .plan import contained_in, follows_prices

READ = {NOMINAL: "current", REAL: "constant"}
"""In which dollars a report counts, by its price basis."""


def speaker(anchor: Anchor) -> str:
    """What says what an anchor says: a report, or several estimates pooled."""
    return "pool" if anchor.spread else "report"


def dollars(forecast: Forecast) -> str:
    """In which dollars the forecast counts, inside a sentence."""
    if forecast.plan.market.price_level is None:
        return "in dollars without a basis"
    return f"in {forecast.plan.price_basis}"


def price_basis(forecast: Forecast) -> str:
    """How the report's dollars are read, who says so, and what the other reading gives."""
    plan = forecast.plan
    anchor, market = plan.anchor, plan.market
    if not anchor.published:
        return ""
    if market.price_level is None:
        return "The market has no price level, so no one can say which dollars these are."
    said = {"assumed": f"assumed: the {speaker(anchor)} does not say", "chosen": "as chosen"}
    how = said.get(anchor.basis_status, anchor.basis_status)
    read = {NOMINAL: "current", REAL: f"dollars of {anchor.base_year}"}
    other, here = other_reading(forecast), f"Read as {read[anchor.price_basis]} ({how})."
    if other is None:
        return f"{here} No price level of {anchor.base_year} is known, to read them otherwise."
    return (
        f"{here} Read as {read[other['price_basis']]}, they"
        f" would mean {money(other['value'])} in {forecast.years[-1]},"
        f" {signed(100 * other['cagr'], 2)}% a year, and {number(other['unexplained'], 2)} points"
        " unexplained."
    )


def other_reading(forecast: Forecast) -> dict[str, Any] | None:
    """The reference case if the anchor's dollars are read on the other basis.

    None for a count, and where no price level of the anchor's base year is known.
    ``value`` of the last year (USD, in the dollars of the forecast), ``cagr`` a fraction a year,
    ``unexplained`` points of it.
    """
    plan, installed = forecast.plan, forecast.installed
    if plan.level is None or plan.market.price_level is None:
        return None
    basis = REAL if plan.anchor.price_basis == NOMINAL else NOMINAL
    if not plan.market.has_prices(plan.anchor.base_year):
        return None
    anchor = replace(plan.anchor, price_basis=basis)
    read = replace(plan, anchor=anchor, contained=contained_in(anchor, plan.market, installed))
    left, here = float(unexplained(read, installed)[-1]), forecast.columns["reference"]["value"]
    moved = left / float(forecast.unexplained_factor[-1])
    last = here[-1] * moved * ((read.level or plan.level) / plan.level)
    grown = np.array(math.log(here[-1] / here[0] * moved))
    points = 100.0 * math.log(left) * float(growth_share(grown, forecast.span))
    cagr = math.expm1(float(grown) / forecast.span)
    return {"price_basis": basis, "value": last, "cagr": cagr, "unexplained": points}


def in_current(forecast: Forecast) -> Growth:
    """The reference case's growth in current dollars: what general prices carry, and the rest."""
    plan, growth, market = forecast.plan, forecast.growth, forecast.plan.market
    if market.price_level is None:
        points = {NAMED: growth.total}
    elif plan.in_current_dollars:
        prices = sum(growth.points[d.name] for d in plan.drivers if follows_prices(market, d))
        points = {INFLATION: prices, NAMED: growth.total - prices}
    else:
        log = math.log(market.prices(growth.last) / market.prices(growth.first))
        own = forecast.span * math.log1p(growth.total / 100)
        share = 100.0 * float(growth_share(np.array(log + own), forecast.span))
        points = {INFLATION: share * log, NAMED: share * own}
    return Growth(growth.first, growth.last, points)
