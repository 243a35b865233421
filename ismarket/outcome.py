"""A forecast and its tables: path, growth, what each driver carries, regions and classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import Array, Columns
from .attribution import growth_share, money_share
from .driver import Driver
from .errors import unknown
from .plan import Plan
from .summaries import quantiles, summarise

if TYPE_CHECKING:
    import pandas as pd

UNEXPLAINED = "unexplained"
TRUSTED = (0.8, 1.25)
"""Calibration factors that pass without a warning."""


@dataclass(frozen=True, eq=False)
class Path:
    """Calibrated values of a set of draws: USD, the last axis the draws.

    total (year, draw); region and drug_class hold the first and the last year, (2, name, draw);
    counted is the bottom-up value in the first year, contributions (driver, draw) to log growth.
    """

    total: Array
    region: Array
    drug_class: Array
    counted: Array
    contributions: Array

    @classmethod
    def empty(cls, years: int, regions: int, classes: int, drivers: int, draws: int) -> Path:
        """Room for the draws, not a number yet."""
        shapes = (
            (years, draws),
            (2, regions, draws),
            (2, classes, draws),
            (draws,),
            (drivers, draws),
        )
        return cls(*(np.full(shape, np.nan) for shape in shapes))

    def fill(
        self, first: int, cells: Array, contributions: Array, level: float | None, left: Array
    ) -> None:
        """Write draws from column ``first`` on; ``cells`` are before calibration.

        ``level`` is the published value in the first year, USD, None where the count stands;
        ``left`` the growth (year,) that no driver carries, a factor.
        """
        columns = slice(first, first + cells.shape[-1])
        counted = cells[0].sum(axis=(0, 1))
        scale = left[:, None] * (np.ones_like(counted) if level is None else level / counted)
        ends, end_scale = cells[[0, -1]], scale[[0, -1], None]
        self.total[:, columns] = cells.sum(axis=(1, 2)) * scale
        self.total[0, columns] = counted if level is None else level
        self.region[:, :, columns] = ends.sum(axis=2) * end_scale
        self.drug_class[:, :, columns] = ends.sum(axis=1) * end_scale
        self.counted[columns] = counted
        self.contributions[:, columns] = contributions

    def part(self, first: int, size: int) -> dict[str, Array]:
        """The columns of ``size`` draws from ``first`` on, by name, draws last."""
        columns = slice(first, first + size)
        return {f.name: getattr(self, f.name)[..., columns] for f in fields(self)}

    def put(self, first: int, part: Mapping[str, Array]) -> None:
        """Write back what ``part`` gave; ValueError for arrays of another shape."""
        for name, values in part.items():
            getattr(self, name)[..., first : first + values.shape[-1]] = values

    @property
    def calibration(self) -> Array:
        """Value in the first year over the bottom-up count, (draw,)."""
        factor: Array = self.total[0] / self.counted
        return factor

    @property
    def log_growth(self) -> Array:
        """Log of the last year's value over the first year's, (draw,)."""
        growth: Array = np.log(self.total[-1] / self.total[0])
        return growth


@dataclass(frozen=True, eq=False)
class Forecast:
    """The forecast of a scenario, with its draws; every table is a pandas frame.

    Money is in USD (see ``plan.market.currency``), growth in fractions a year unless a column
    says points.  ``reference`` sets every parameter to its mode or to the value fixed by hand.
    """

    plan: Plan
    installed: tuple[Driver, ...]
    unexplained_factor: Array
    modes: Path
    draws: Path
    stacked_total: float
    shapley_error: float

    # the tables, by column ------------------------------------------------------------------

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """Every table by name, as lists by column."""
        return {
            "reference": {"year": list(self.years), "value": _list(self.modes.total[:, 0])},
            "summary": self._summary(),
            "cagr": self._one_row(self._rate(self.modes), self._rate(self.draws)),
            "calibration": self._one_row(self.modes.calibration, self.draws.calibration),
            "count": self._one_row(self.modes.counted, self.draws.counted),
            "attribution": self._attribution(),
            "region": self._split("region", self.plan.market.regions),
            "drug_class": self._split("drug_class", self.plan.market.drug_classes),
        }

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the forecast."""
        return self.plan.years

    @property
    def stacking_premium(self) -> float:
        """Reference value in the last year at overlap 0 less the forecast's own, USD."""
        return self.stacked_total - float(self.modes.total[-1, 0])

    @property
    def span(self) -> int:
        """Years from the first to the last."""
        return self.years[-1] - self.years[0]

    def _rate(self, path: Path) -> Array:
        rate: Array = np.expm1(path.log_growth / self.span)
        return rate

    def _one_row(self, modes: Array, draws: Array) -> Columns:
        values = {"reference": modes[0], **summarise(draws)}
        return {name: _list(np.atleast_1d(value)) for name, value in values.items()}

    def _summary(self) -> Columns:
        stats = summarise(self.draws.total, ("p5", "p25", "p50", "p75", "p95"))
        return {
            "year": list(self.years),
            "reference": _list(self.modes.total[:, 0]),
            **{name: _list(values) for name, values in stats.items()},
        }

    def _attribution(self) -> Columns:
        """Rows: the drivers by size, then what stays unexplained, then the total."""
        left = np.log(self.unexplained_factor[-1])
        tables = []
        for path in (self.modes, self.draws):
            log_growth = path.log_growth
            rows = [*path.contributions, np.full_like(log_growth, left), log_growth]
            points = np.stack(rows) * growth_share(log_growth, self.span) * 100.0
            usd = np.stack(rows) * money_share(log_growth, path.total[0])
            tables.append((points, usd))
        (points, usd), (drawn, drawn_usd) = tables
        low, high = quantiles(drawn, [0.05, 0.95])
        usd_low, usd_high = quantiles(drawn_usd, [0.05, 0.95])
        names = [*(driver.name for driver in self.plan.drivers), UNEXPLAINED, "total"]
        titles = [*(d.title for d in self.plan.drivers), "Unexplained", "All together"]
        acting = len(names) - 2
        order = sorted(range(acting), key=lambda i: (-abs(points[i, 0]), names[i]))
        order += [acting, acting + 1]
        return {
            "driver": [names[i] for i in order],
            "title": [titles[i] for i in order],
            "named": [names[i] in self.plan.anchor.drivers_named for i in order],
            "points": _list(points[order, 0]),
            "p5": _list(low[order]),
            "p95": _list(high[order]),
            "usd": _list(usd[order, 0]),
            "usd_p5": _list(usd_low[order]),
            "usd_p95": _list(usd_high[order]),
        }

    def _split(self, axis: str, names: Sequence[str]) -> Columns:
        modes, draws = getattr(self.modes, axis), getattr(self.draws, axis)
        growth = [np.expm1(np.log(path[1] / path[0]) / self.span) for path in (modes, draws)]
        share = [path[1] / path[1].sum(axis=0) for path in (modes, draws)]
        table: Columns = {
            "name": list(names),
            "base": _list(modes[0, :, 0]),
            "final": _list(modes[1, :, 0]),
            "cagr": _list(growth[0][:, 0]),
            "share": _list(share[0][:, 0]),
        }
        for name, drawn in (("final", draws[1]), ("cagr", growth[1]), ("share", share[1])):
            table[f"{name}_p5"], table[f"{name}_p95"] = map(_list, quantiles(drawn, [0.05, 0.95]))
        return table

    # the tables, as frames ------------------------------------------------------------------

    def _frame(self, name: str, units: dict[str, str]) -> pd.DataFrame:
        import pandas as pd  # the command line prints without it

        frame = pd.DataFrame(self.columns[name])
        frame.attrs.update(units=units, currency=self.plan.market.currency, table=name)
        return frame

    @property
    def reference(self) -> pd.DataFrame:
        """The reference path: ``year``, ``value`` (USD)."""
        return self._frame("reference", {"value": "USD"})

    @property
    def calibration(self) -> pd.DataFrame:
        """Published level over the bottom-up count in the first year, one row, a pure factor."""
        return self._frame("calibration", {"all": "factor"})

    def summary(self) -> pd.DataFrame:
        """The path by year: reference, mean and quantiles of the draws, USD."""
        return self._frame("summary", {"all but year": "USD"})

    def cagr(self) -> pd.DataFrame:
        """Growth a year from the first to the last year, one row, fractions."""
        return self._frame("cagr", {"all": "fraction a year"})

    def attribution(self) -> pd.DataFrame:
        """What each driver carries: points of CAGR a year and USD in the last year."""
        units = {"points, p5, p95": "percentage points of CAGR", "usd, usd_p5, usd_p95": "USD"}
        return self._frame("attribution", units)

    def by(self, axis: str) -> pd.DataFrame:
        """Regions or drug classes: value in the first and last year, growth and share of value."""
        if axis not in ("region", "drug_class"):
            raise unknown("forecast", "axis", axis, ("region", "drug_class"))
        return self._frame(axis, {"base, final": "USD", "cagr": "fraction a year", "share": "1"})

    # what a person sees ---------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """The forecast as plain values, as ``ismarket run --json`` prints it."""
        from .page import as_dict

        return as_dict(self)

    def __str__(self) -> str:
        from .page import as_text

        return as_text(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from .page import as_html

        return as_html(self)


def _list(values: Array) -> list[float]:
    return [float(value) for value in values]
