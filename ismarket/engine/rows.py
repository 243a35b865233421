"""What is read off each draw: the rows from which every table of a forecast is summarised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..model.stage import DRAW
from .attribution import growth_share, money_share
from .chain import Compared, total_of
from .plan import Plan
from .summaries import Place

PATH = ("total", "count", "calibration", "cagr", "log_growth")
"""The rows of the path alone, without regions, classes and what each driver carries."""


class Layout:
    """Names of the rows and where each stands: ``layout["total"]`` is a slice of rows.

    ``only`` names the rows that are wanted, without cells; by default there are all.
    """

    def __init__(self, plan: Plan, only: Sequence[str] = ()) -> None:
        self._slices: dict[str, slice] = {}
        self.rows = 0
        for name, members in _members(plan).items():
            if only and name not in only:
                continue
            self._slices[name] = slice(self.rows, self.rows + len(members))
            self.rows += len(members)
        market = plan.market
        cells = len(plan.years) * len(market.regions) * len(market.drug_classes)
        self.cells = 0 if only else cells

    def __getitem__(self, name: str) -> slice:
        return self._slices[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._slices)

    def room(self, draws: int) -> Place:
        """Room for the rows and cells of so many draws."""
        return np.empty((self.rows, draws)), np.empty((self.cells, draws), np.float32)

    def labels(self, plan: Plan) -> list[str]:
        """A name for each row: ``total 2028``, ``points diagnosis``, ``region_share Europe``."""
        every = _members(plan).items()
        return [f"{name} {member}".strip() for name, members in every for member in members]


def _members(plan: Plan) -> dict[str, Sequence[object]]:
    """What each row of a table stands for, by the name of its rows."""
    drivers = [driver.name for driver in plan.drivers]
    carried = [*drivers, "unexplained", "total"]
    found: dict[str, Sequence[object]] = {"total": plan.years}
    found |= dict.fromkeys(("count", "calibration", "cagr", "log_growth"), ("",))
    found |= {"contribution": drivers, "points": carried, "usd": carried}
    for axis, names in (("region", plan.market.regions), ("drug_class", plan.market.drug_classes)):
        found |= {f"{axis}_{column}": names for column in ("base", "final", "cagr", "share")}
    found["launch_final"] = [one.name for one in plan.launches]
    return found


class Reader:
    """Reads the rows of a plan off its draws: USD after calibration, points, fractions."""

    def __init__(self, plan: Plan, left: Array, only: Sequence[str] = ()) -> None:
        self.layout = Layout(plan, only)
        self._left = left
        self._span = plan.years[-1] - plan.years[0]

    def read(
        self,
        found: Compared,
        contributions: Array,
        rows: Array,
        cells: NDArray[np.float32],
        level: Array | float | None,
    ) -> Array:
        """Write the rows (row, draw) and cells (cell, draw) of some draws; the sums of the cells.

        ``found`` is of the market before calibration, and its value is scaled here;
        ``contributions`` (driver, draw) is to log growth; ``level`` is that of the first year, USD,
        as ``level_of`` says it.  All may hold more draws than ``rows``: sums are made over whole
        arrays, so that a draw is the same whatever their number.
        """
        row, draws = self.layout, rows.shape[1]
        scale, log_growth = self.path(total_of(found.value), rows, level)
        total = rows[row["total"]]
        value, contributions = found.value[..., :draws], contributions[:, :draws]
        value *= scale[:, None, None]
        rows[row["contribution"]] = contributions
        carried = rows[row["points"]]
        carried[:-2], carried[-2], carried[-1] = contributions, np.log(self._left[-1]), log_growth
        np.multiply(carried, money_share(log_growth, total[0]), out=rows[row["usd"]])
        carried *= 100.0 * growth_share(log_growth, self._span)
        for end, when in ((0, "base"), (-1, "final")):
            value[end].sum(axis=1, out=rows[row[f"region_{when}"]])
            value[end].sum(axis=0, out=rows[row[f"drug_class_{when}"]])
        for axis in ("region", "drug_class"):
            self._grow(axis, total, rows)
        for own, name in zip(rows[row["launch_final"]], sorted(found.sold), strict=True):
            np.multiply(found.sold[name][:draws], scale[-1], out=own)
        cells[...] = value.reshape(cells.shape)
        sums: Array = value.sum(axis=DRAW)
        return sums.reshape(-1)

    def path(self, whole: Array, rows: Array, level: Array | float | None) -> tuple[Array, Array]:
        """Write the rows PATH of some draws; what scales them (year, draw), and log growth.

        ``whole`` is the value of the whole market before calibration, (year, draw or more).
        """
        row, draws = self.layout, rows.shape[1]
        total = rows[row["total"]]
        total[...] = whole[:, :draws]
        count, factor = rows[row["count"]][0], rows[row["calibration"]][0]
        count[...] = total[0]
        published = level[:draws] if isinstance(level, np.ndarray) else level
        if published is None:
            factor[...] = 1.0
        else:
            np.divide(published, count, out=factor)
        scale = self._left[:, None] * factor
        total *= scale
        total[0] = count if published is None else published
        log_growth = np.divide(total[-1], total[0], out=rows[row["log_growth"]][0])
        np.log(log_growth, out=log_growth)
        np.expm1(log_growth / self._span, out=rows[row["cagr"]][0])
        return scale, log_growth

    def _grow(self, axis: str, total: Array, rows: Array) -> None:
        """Growth and last share of each region or class, whose first and last values are there."""
        base, final, cagr, share = (
            rows[self.layout[f"{axis}_{column}"]] for column in ("base", "final", "cagr", "share")
        )
        np.log(np.divide(final, base, out=cagr), out=cagr)
        cagr /= self._span
        np.expm1(cagr, out=cagr)
        np.divide(final, total[-1], out=share)
