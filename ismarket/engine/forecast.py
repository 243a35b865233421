"""A forecast and its tables: path, growth, what each driver carries, regions and classes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array, Columns
from ..errors import InputError, check_known
from ..model.anchor import NOMINAL
from ..model.driver import Driver
from ..model.launch import DRAWN
from ..model.stage import slug
from ..text.sheet import LazyTables
from .attribution import growth_share
from .plan import Plan
from .rows import Layout
from .summaries import STATISTICS, Summary

if TYPE_CHECKING:
    import pandas as pd

    from .price_volume import PriceVolume
    from .waterfall import Waterfall

A_FORECAST = "a forecast, as ismarket.forecast('evidence')"
"""What to pass where a forecast is wanted."""
UNEXPLAINED, TOTAL = "unexplained", "total"
INFLATION = "inflation"
"""What general prices carry of a growth that is printed in the dollars of each year."""
NAMED = "named causes"
"""What the causes that a report names carry of its growth: at their modes, each counted once."""
TRUSTED = (0.8, 1.25)
"""Calibration factors that pass without a warning."""
AXES = ("region", "drug_class")
MEAN_AND_INTERVAL = ("mean", "p5", "p50", "p95")


@dataclass(frozen=True)
class Growth:
    """Growth from ``first`` to ``last``: ``points`` a year by part, percentage points."""

    first: int
    last: int
    points: Mapping[str, float]

    @property
    def total(self) -> float:
        """Growth a year, percent: the sum of the points."""
        return sum(self.points.values())

    @property
    def period(self) -> str:
        """The years, as a sentence says them."""
        return f"from {self.first} to {self.last}"


def printed_growth(plan: Plan, left: Array, basis: str) -> Growth | None:
    """The growth of a published path with ``basis``, as far as plan and report reach, if any year.

    ``left`` is the growth that nothing carries, a factor (year,).
    """
    anchor, market, first = plan.anchor, plan.market, plan.years[0]
    last = min(anchor.last_year, plan.years[-1])
    if not anchor.published or last <= first:
        return None
    whole = math.log(anchor.at(last) / anchor.at(first))
    prices = math.log(market.prices(last) / market.prices(first))
    carried = whole - math.log(left[last - first])
    counted = basis == NOMINAL and market.price_level is not None
    logs = {INFLATION: prices} if counted else {}
    logs[NAMED] = carried - prices if anchor.price_basis == NOMINAL else carried
    logs[UNEXPLAINED] = whole - sum(logs.values())
    share = 100.0 * float(growth_share(np.array(whole), last - first))
    return Growth(first, last, {part: share * log for part, log in logs.items()})


@dataclass(frozen=True, eq=False)
class Draws:
    """The draws of a forecast, the last axis the draw: USD, factors, log growth.

    total (year, draw); region and drug_class hold the first and the last year, (2, name, draw);
    counted, calibration and log_growth (draw,), contributions (driver, draw).
    """

    total: Array
    region: Array
    drug_class: Array
    counted: Array
    calibration: Array
    log_growth: Array
    contributions: Array


@dataclass(frozen=True, eq=False, repr=False)
class Forecast:
    """The forecast of a scenario; every table is a pandas frame.

    Money is in USD (see ``plan.market.currency``), growth in fractions a year unless a column
    says points.  ``reference`` sets every parameter to its mode or to the value fixed by hand.
    ``at_modes`` (row,) and ``drawn`` hold the reference and the summary of the draws by the rows of
    ``layout``; ``unexplained_factor`` (year,) is the growth that no driver carries.
    ``shapley_error`` is the standard error of sampled orders, log growth; ``repaired`` the largest
    change of a correlation that did not go with the others.
    """

    plan: Plan
    installed: tuple[Driver, ...]
    unexplained_factor: Array
    layout: Layout
    at_modes: Array
    drawn: Summary
    shapley_error: float = 0.0
    repaired: float = 0.0

    # the tables, by column ------------------------------------------------------------------

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """Every table by name, as lists by column; each is made when it is first asked for."""
        return LazyTables({
            "reference": self._reference,
            "summary": self._summary,
            **{n: partial(self._one_row, n) for n in ("cagr", "calibration", "count")},
            "attribution": self._attribution,
            "region": partial(self._split, "region", self.plan.market.regions),
            "drug_class": partial(self._split, "drug_class", self.plan.market.drug_classes),
            "launch": self._launches,
            "cells": self._cells,
        })  # fmt: skip

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the forecast."""
        return self.plan.years

    def usd(self, scale: str = "") -> str:
        """The unit of every amount: ``current USD M`` or ``USD M of 2022``."""
        return self.plan.usd(scale)

    @property
    def span(self) -> int:
        """Years from the first to the last."""
        return self.years[-1] - self.years[0]

    @cached_property
    def stacking_premium(self) -> float:
        """Reference value in the last year at overlap 0 less the forecast's own, USD."""
        from .forecaster import stacked_total  # which makes forecasts

        return stacked_total(self) - self._modes("total")[-1]

    @cached_property
    def growth(self) -> Growth:
        """The growth of the reference case: by acting driver, and what stays unexplained."""
        table = self.columns["attribution"]
        rows = dict(zip(table["driver"], table["points"], strict=True))
        return Growth(self.years[0], self.years[-1], {k: v for k, v in rows.items() if k != TOTAL})

    @cached_property
    def printed_growth(self) -> Growth | None:
        """The published path's growth as far as forecast and report both reach, if any year is.

        It does not depend on which drivers the scenario takes in, nor how strong they are.  Log
        growth adds up over parts; points share it out by the logarithmic mean, so they do too.
        """
        return self.printed_as(self.plan.anchor.price_basis)

    def printed_as(self, basis: str) -> Growth | None:
        """The same growth if the report's dollars are read on that ``basis``, nominal or real."""
        return printed_growth(self.plan, self.unexplained_factor, basis)

    @cached_property
    def draws(self) -> Draws:
        """The draws themselves; InputError where they were too many to be kept."""
        rows = self.drawn.rows
        if rows is None:
            raise InputError(
                f"{self.drawn.draws:,} draws were summarised as they came, not kept: take fewer"
            )
        return self._draws_of(rows)

    @cached_property
    def modes(self) -> Draws:
        """The reference case in the form of one draw."""
        return self._draws_of(self.at_modes[:, None])

    def _draws_of(self, rows: Array) -> Draws:
        part = {name: rows[self.layout[name]] for name in self.layout}
        region, drug_class = (
            np.stack([part[f"{axis}_base"], part[f"{axis}_final"]]) for axis in AXES
        )
        counted, factor, growth = (part[n][0] for n in ("count", "calibration", "log_growth"))
        carried = part["contribution"]
        return Draws(part["total"], region, drug_class, counted, factor, growth, carried)

    def _modes(self, name: str) -> list[float]:
        return list(map(float, self.at_modes[self.layout[name]]))

    def _statistics(self, name: str, wanted: Sequence[str], errors: bool = False) -> Columns:
        table = (self.drawn.errors if errors else self.drawn.statistics)[:, self.layout[name]]
        return {statistic: table[STATISTICS.index(statistic)].tolist() for statistic in wanted}

    def _reference(self) -> Columns:
        return {"year": list(self.years), "value": self._modes("total")}

    def _summary(self) -> Columns:
        drawn = self._statistics("total", STATISTICS)
        return {"year": list(self.years), "reference": self._modes("total"), **drawn}

    def _one_row(self, name: str) -> Columns:
        return {"reference": self._modes(name), **self._statistics(name, MEAN_AND_INTERVAL)}

    def _attribution(self) -> Columns:
        """Rows: the drivers by size, then what stays unexplained, then the total."""
        points, usd = self._modes("points"), self._modes("usd")
        drivers = self.plan.drivers
        names = [*(driver.name for driver in drivers), UNEXPLAINED, TOTAL]
        titles = [*(driver.title for driver in drivers), "Unexplained", "All together"]
        order = sorted(range(len(drivers)), key=lambda i: (-abs(points[i]), names[i]))
        order += [len(drivers), len(drivers) + 1]
        table: Columns = {
            "driver": names,
            "title": titles,
            "named": [name in self.plan.contained for name in names],
            "points": points,
            **self._statistics("points", ("p5", "p95")),
            "usd": usd,
            **{f"usd_{s}": v for s, v in self._statistics("usd", ("p5", "p95")).items()},
        }
        return {column: [values[i] for i in order] for column, values in table.items()}

    def _split(self, axis: str, names: Sequence[str]) -> Columns:
        table: Columns = {"name": list(names)}
        for column in ("base", "final", "cagr", "share"):
            table[column] = self._modes(f"{axis}_{column}")
        for column in ("final", "cagr", "share"):
            drawn = self._statistics(f"{axis}_{column}", ("p5", "p95"))
            table |= {f"{column}_{statistic}": values for statistic, values in drawn.items()}
        return table

    def _launches(self) -> Columns:
        """Each launched product that acts: what it takes, and its own sales in the last year."""
        launches, fixed = self.plan.launches, self.plan.scenario.fixed
        table: Columns = {
            "launch": [one.name for one in launches],
            "product": [one.product for one in launches],
            "group": [one.group for one in launches],
            "drug_class": [one.drug_class for one in launches],
            "regions": [", ".join(one.regions) for one in launches],
        }
        for name in DRAWN:
            table[name] = [fixed.get(p.key, p.mode) for p in (getattr(x, name) for x in launches)]
        sales = self._statistics("launch_final", MEAN_AND_INTERVAL)
        return {**table, "reference": self._modes("launch_final"), **sales}

    def _cells(self) -> Columns:
        """Every year, region and class with mean and quantiles of its value."""
        market = self.plan.market
        grid = [(y, r, c) for y in self.years for r in market.regions for c in market.drug_classes]
        years, regions, classes = (list(part) for part in zip(*grid, strict=True))
        drawn = dict(zip(STATISTICS, self.drawn.cells.tolist(), strict=True))
        return {"year": years, "region": regions, "drug_class": classes, **drawn}

    @cached_property
    def standard_errors(self) -> Mapping[str, Columns]:
        """Standard errors of what is printed, by table; of few draws, what they are at most."""
        return {
            "summary": {"year": list(self.years), **self._statistics("total", STATISTICS, True)},
            **{n: self._statistics(n, MEAN_AND_INTERVAL, True) for n in ("cagr", "calibration")},
            "attribution": {
                "driver": [*(d.name for d in self.plan.drivers), UNEXPLAINED, TOTAL],
                **self._statistics("points", ("p5", "p95"), True),
            },
        }

    @property
    def last_year_error(self) -> float:
        """The larger relative standard error of P50 and P95 of the last year."""
        last = self.layout["total"].stop - 1
        found = [STATISTICS.index(name) for name in ("p50", "p95")]
        relative = self.drawn.errors[found, last] / self.drawn.statistics[found, last]
        return float(np.abs(relative).max())

    # the tables, as frames ------------------------------------------------------------------

    def _frame(self, name: str, units: dict[str, str]) -> pd.DataFrame:
        import pandas as pd  # the command line prints without it

        frame = pd.DataFrame(self.columns[name])
        if name in AXES:
            frame.insert(0, "key", [slug(title) for title in frame["name"]])
        basis = self.plan.price_basis
        frame.attrs.update(units=units, price_basis=basis, table=name)
        return frame

    def table(self, by: Sequence[str] | str = ("year",), units: str = "M") -> pd.DataFrame:
        """A tidy table by year, region, drug_class, driver, stage or launch, or some of them.

        Columns: ``by``, each with a key; measure, reference, mean, p5 to p95, unit, price_basis;
        money in ``units`` (USD, M, bn).  The rest is as in ``engine.tidy``.
        """
        from .tidy import tidy

        return tidy(self, by, units)

    @property
    def calibration(self) -> pd.DataFrame:
        """Published level over the count, a factor; columns reference, mean, p5, p50, p95."""
        return self._frame("calibration", {"all": "factor"})

    def summary(self) -> pd.DataFrame:
        """The path, USD, by year; columns year, reference, mean, p5, p25, p50, p75, p95."""
        return self._frame("summary", {"all but year": self.usd()})

    def cagr(self) -> pd.DataFrame:
        """Growth, a fraction a year; one row, columns reference, mean, p5, p50, p95."""
        return self._frame("cagr", {"all": "fraction a year"})

    def attribution(self) -> pd.DataFrame:
        """What each driver carries, a row each: points of CAGR a year and USD in the last year.

        Columns: driver, title, named (by the report), points, p5, p95, usd, usd_p5, usd_p95.
        """
        units = {"points, p5, p95": "percentage points of CAGR", "usd, usd_p5, usd_p95": self.usd()}
        return self._frame("attribution", units)

    def by(self, axis: str) -> pd.DataFrame:
        """A row a region or drug_class; or launch, its inputs and sales, USD; else InputError.

        Columns: key, name, base and final (USD), cagr (fraction a year), share; _p5 and _p95.
        """
        check_known("forecast", "axis", (*AXES, "launch"), axis)
        split = {"base, final": self.usd(), "cagr": "fraction a year", "share": "1"}
        sold = {"reference to p95": self.usd(), "peak_share": "1", "price_ratio": "ratio"}
        return self._frame(axis, sold if axis == "launch" else split)

    def waterfall(self, year: int | None = None) -> Waterfall:
        """From people to money in ``year``, by default the first, as in ``waterfall_of``."""
        from .waterfall import waterfall_of

        return waterfall_of(self, self.years[0] if year is None else year)

    def price_volume(
        self, first: int | None = None, last: int | None = None, to: Forecast | None = None
    ) -> PriceVolume:
        """What price, volume, mix and so on did between two years, or on the way to a scenario.

        The rest is as in ``engine.price_volume``; ``to`` is the forecast of the other scenario.
        """
        from .price_volume import price_volume

        return price_volume(self, to or self, first, last)

    def in_real_terms(self) -> Forecast:
        """The same forecast in dollars of the market's base year: general prices stand still.

        Raises InputError for a market without a price level: its dollars have no basis.
        """
        return self.in_dollars(current=False)

    def in_dollars(self, *, current: bool) -> Forecast:
        """In current dollars, or the market's base year's; InputError without a price level."""
        from .forecaster import forecast_of  # which makes forecasts
        from .plan import follows_prices, make_plan

        plan = self.plan
        if plan.market.price_level is None:
            raise InputError(f"market {plan.market.name} has no price level, so no real terms")
        if plan.in_current_dollars == current:
            return self
        prices = [d.name for d in self.installed if follows_prices(plan.market, d)]
        without = [name for name in plan.scenario.without if name not in prices]
        scenario = plan.scenario.changed(without=without if current else (*without, *prices))
        return forecast_of(make_plan(plan.market, self.installed, scenario), self.installed)

    # what a person sees ---------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """The forecast as plain values, as ``ismarket run --json`` prints it."""
        from .page import as_dict

        return as_dict(self)

    def __repr__(self) -> str:
        from .page import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from .page import as_html

        return as_html(self)
