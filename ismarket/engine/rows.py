"""What is read off each draw: the rows from which every table of a forecast is summarised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Scratch
from .attribution import growth_share, money_share
from .plan import Plan


class Layout:
    """Names of the rows and where each stands: ``layout["total"]`` is a slice of rows."""

    def __init__(self, plan: Plan) -> None:
        years, drivers = len(plan.years), len(plan.drivers)
        regions, classes = len(plan.market.regions), len(plan.market.drug_classes)
        counts = {
            "total": years, "count": 1, "calibration": 1, "cagr": 1, "log_growth": 1,
            "contribution": drivers, "points": drivers + 2, "usd": drivers + 2,
        }  # fmt: skip
        for axis, names in (("region", regions), ("drug_class", classes)):
            counts |= {f"{axis}_{column}": names for column in ("base", "final", "cagr", "share")}
        self._slices: dict[str, slice] = {}
        self.rows = 0
        for name, count in counts.items():
            self._slices[name] = slice(self.rows, self.rows + count)
            self.rows += count
        self.cells = years * regions * classes

    def __getitem__(self, name: str) -> slice:
        return self._slices[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._slices)

    def labels(self, plan: Plan) -> list[str]:
        """A name for each row: ``total 2028``, ``points diagnosis``, ``region_share Europe``."""
        drivers = [driver.name for driver in plan.drivers]
        members: dict[str, Sequence[object]] = {
            "total": plan.years,
            "contribution": drivers,
            "points": [*drivers, "unexplained", "total"],
            "usd": [*drivers, "unexplained", "total"],
        }
        for axis, names in (
            ("region", plan.market.regions),
            ("drug_class", plan.market.drug_classes),
        ):
            members |= {f"{axis}_{column}": names for column in ("base", "final", "cagr", "share")}
        return [f"{name} {member}".strip() for name in self for member in members.get(name, ("",))]


class Reader:
    """Reads the rows of a plan off its draws: USD after calibration, points, fractions."""

    def __init__(self, plan: Plan, left: Array) -> None:
        anchor = plan.anchor
        self.layout = Layout(plan)
        self._start = plan.start
        self._left = left
        self._level = anchor.at(plan.years[0]) if anchor.published else None
        self._span = plan.years[-1] - plan.years[0]

    def read(
        self,
        volume: Array,
        spend: Sequence[Array],
        contributions: Array,
        rows: Array,
        cells: NDArray[np.float32],
        scratch: Scratch,
        level: Array | None = None,
    ) -> Array:
        """Write the rows (row, draw) and cells (cell, draw) of some draws; the sums of the cells.

        ``volume`` and ``spend`` are those of the market's value before calibration, and volume is
        scaled here; ``contributions`` (driver, draw) is to log growth; ``level`` (draw,) in USD
        stands in for the published one where it differs by draw.
        """
        draws, row = rows.shape[1], self.layout
        volume = volume[..., :draws]
        spend = [each[..., :draws] for each in spend]
        regional = reduce(np.add, sorted(spend, key=len)) * volume
        total = np.add.reduce(regional, axis=1, out=rows[row["total"]])
        count, factor = rows[row["count"]][0], rows[row["calibration"]][0]
        count[...] = total[0]
        published = self._level if level is None else level
        if published is None:
            factor[...] = 1.0
        else:
            np.divide(published, count, out=factor)
        scale = self._left[:, None] * factor
        total *= scale
        total[0] = count if published is None else published
        volume *= scale[:, None]
        log_growth = np.divide(total[-1], total[0], out=rows[row["log_growth"]][0])
        np.log(log_growth, out=log_growth)
        np.expm1(log_growth / self._span, out=rows[row["cagr"]][0])
        contributions = contributions[:, :draws]
        rows[row["contribution"]] = contributions
        carried = rows[row["points"]]
        carried[:-2], carried[-2], carried[-1] = contributions, np.log(self._left[-1]), log_growth
        np.multiply(carried, money_share(log_growth, total[0]), out=rows[row["usd"]])
        carried *= 100.0 * growth_share(log_growth, self._span)
        for end, when in ((0, "base"), (-1, "final")):
            np.multiply(regional[end], scale[end], out=rows[row[f"region_{when}"]])
            for each, out in zip(spend, rows[row[f"drug_class_{when}"]], strict=True):
                valued = np.multiply(volume[end], each[end if len(each) > 1 else 0])
                np.add.reduce(valued, axis=0, out=out)
        for axis in ("region", "drug_class"):
            self._grow(axis, total, rows)
        return write_cells(volume, spend, cells, scratch)

    def _grow(self, axis: str, total: Array, rows: Array) -> None:
        """Growth and last share of each region or class, whose first and last values are there."""
        base, final, cagr, share = (
            rows[self.layout[f"{axis}_{column}"]] for column in ("base", "final", "cagr", "share")
        )
        np.log(np.divide(final, base, out=cagr), out=cagr)
        cagr /= self._span
        np.expm1(cagr, out=cagr)
        np.divide(final, total[-1], out=share)


def write_cells(
    volume: Array, spend: Sequence[Array], cells: NDArray[np.float32], scratch: Scratch
) -> Array:
    """Write ``volume`` x ``spend`` to the cells (cell, draw); their sums before rounding.

    Cells stand in the order year, region, drug class; ``volume`` (year, region, draw), ``spend`` by
    class (year or 1, region, draw).
    """
    years, regions, draws = volume.shape
    table = cells.reshape(years, regions, len(spend), draws)
    sums = scratch("sums of cells", *table.shape[:-1])
    rounded = scratch.of(np.float32, "rounded", *volume.shape)
    rounded[...] = volume
    for c, each in enumerate(spend):
        weight = scratch.of(np.float32, f"rounded {c}", *each.shape)
        weight[...] = each
        np.multiply(rounded, weight, out=table[:, :, c])
        np.vecdot(volume, each, out=sums[:, :, c])
    return sums.reshape(-1)
