"""The forecast: the reference case, the draws and what each driver carries."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np

from ..arrays import Array
from ..errors import InputError
from ..guard.contract import standing
from ..model.anchor import NOMINAL, Anchor
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import MOST_DRAWS, Scenario
from ..sampling.points import BLOCK
from .blocks import Engine, one_thread, stack
from .chain import Chain, total_of
from .forecast import Forecast
from .plan import Plan, drawn_parameters, follows_prices, make_plan
from .workers import ALONE, Work, draws_bar, summarise

FIRST = 4 * BLOCK
"""Draws that are tried first where a precision is wanted."""
SURE = 2.24
"""Standard errors that each of two figures has at most, both within 19 times in 20 (Bonferroni)."""


def forecast(market: Market, drivers: Iterable[Driver], scenario: Scenario) -> Forecast:
    """The forecast of a scenario, on as many threads as there are processors."""
    installed = tuple(drivers)
    return forecast_of(make_plan(market, installed, scenario), installed)


def forecast_of(
    plan: Plan, installed: tuple[Driver, ...], work: Work = ALONE, until: float | None = None
) -> Forecast:
    """The forecast of a plan that is made; ``installed`` are the drivers that it was made from.

    ``until`` is as in ``ismarket.forecast``.  Drivers made for another market are none of the
    forecast's.
    """
    installed = tuple(driver for driver in installed if driver.suits(plan.market.name))
    if isinstance(work.progress, bool):
        with draws_bar(None if until else plan.scenario.draws, shown=work.progress) as advance:
            return forecast_of(plan, installed, replace(work, progress=advance), until)
    if until is not None:
        plan, made = _enough_draws(plan, installed, until, replace(work, sink=None))
        if made and not work.sink:
            return made
    with one_thread():
        with standing(None, watched=True):
            left = unexplained(plan, installed)
            engine = Engine(plan, left)
            reference, error = engine.at({**plan.modes, **plan.fixed})
        copula = engine.drawing.unfixed.copula
        return Forecast(
            plan, installed, left, engine.reader.layout, reference[:, 0], summarise(engine, work),
            shapley_error=error, repaired=copula.repaired if copula else 0.0,
        )  # fmt: skip


def _enough_draws(
    plan: Plan, installed: tuple[Driver, ...], until: float, work: Work
) -> tuple[Plan, Forecast | None]:
    """The plan with as many draws as the precision takes, and its forecast if it was made for that.

    SURE standard errors are no more than ``until``.  The store keeps the error of each number of
    draws that was tried.
    """
    if not 0 < until < 1:
        raise InputError(f"until = {until!r} must be a share between 0 and 1, 0.001 for 0.1%")
    draws = FIRST
    while True:
        trial = replace(plan, scenario=plan.scenario.changed(draws=draws))
        tried = f"error-{draws}"
        found, made = work.store.load(tried) if work.store else None, None
        if found is None:
            made = forecast_of(trial, installed, work)
            found = {"error": np.array(made.last_year_error)}
            if work.store:
                work.store.save(tried, found)
        error = SURE * float(found["error"])
        if error <= until:
            return trial, made
        blocks = max(draws // BLOCK + 1, 1.1 * draws * min(error / until, 1e9) ** 2 / BLOCK)
        draws = BLOCK * math.ceil(blocks)
        if draws > MOST_DRAWS:
            raise InputError(
                f"until = {until:g} would take about {draws:,} draws, more than {MOST_DRAWS:,}"
            )


def total_value(plan: Plan, values: dict[str, Array], overlap: float | None = None) -> Array:
    """Market value before calibration, (year, draw) from the start on, without attribution."""
    return total_of(Chain(plan, overlap=overlap)(stack(plan, values)))


def stacked_total(forecast: Forecast) -> float:
    """The reference of the last year were no cause shared, USD."""
    plan, factor = forecast.plan, forecast.columns["calibration"]["reference"][0]
    with one_thread(), standing(None, watched=False):
        value = total_value(plan, {**plan.modes, **plan.fixed}, overlap=0.0)
    return float(value[-1, 0] * (forecast.unexplained_factor[-1] * factor))


def unexplained(plan: Plan, drivers: Iterable[Driver]) -> Array:
    """Published growth that the named drivers do not carry: a factor (year,), 1 at the start.

    What the growth contains (``Plan.contained``, and general prices where its dollars are nominal)
    counts at its mode, each cause once.  After the report's last year the factor stands still, or
    goes on at the published rate if the scenario says so.
    """
    anchor, market = plan.anchor, plan.market
    if not anchor.published:
        return np.ones(len(plan.years))
    suited = (d for d in drivers if d.name in plan.contained and d.suits(market.name))
    report = tuple(sorted((d.with_options({}) for d in suited), key=lambda driver: driver.name))
    named = named_value(market, anchor, report, plan.start)
    if anchor.price_basis == NOMINAL and not any(follows_prices(market, d) for d in report):
        named = named * [market.prices(year) for year in plan.years]
    published = np.array([anchor.at(year) for year in plan.years])
    factor: Array = (published / published[0]) / (named / named[0])
    if plan.scenario.beyond == "drivers":
        last = max(0, anchor.last_year - plan.years[0])
        factor[last + 1 :] = factor[min(last, len(factor) - 1)]
    return factor


@lru_cache(maxsize=32)  # whatever a scenario fixes or strengthens
def named_value(market: Market, anchor: Anchor, drivers: tuple[Driver, ...], start: int) -> Array:
    """The value of the market by year (year,), before calibration, all at its mode."""
    scenario = Scenario(market=market.name, overlap=1.0)
    parameters = drawn_parameters(market, drivers)
    plan = Plan(market, anchor, scenario, drivers, parameters, start)
    return total_value(plan, plan.modes)[:, 0]
