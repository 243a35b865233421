"""The track record: the market's own past as series, and how far published forecasts were off.

Series are of verified figures alone, rows of confidence A and B in ``data/evidence``; bounds and
cumulative counts are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..model.tables import Row, read_table

CONFIDENCE = ("A", "B")
TABLES = ("sales", "spending", "market_estimates", "treatment")
COLUMNS = "market metric region year value low high unit confidence note".split()
ACCURACY = ["statement", "share_outside_at_least", "relative_error", "forecasts", "drugs", "note"]
"""Columns of ``data/evidence/outside_view.csv``, each row with its source and how it was read."""
LEFT_OUT = re.compile(r"cumulative|guidance|growth|market_size|statement|response|remission")


@dataclass(frozen=True, eq=False)
class Series:
    """One metric over time: ``time`` in years (mid-period), ``value`` in ``unit``, both (point,).

    ``drug_class`` is the class of the model whose growth in ``region`` stands beside it, if any;
    ``scope`` says whose figures they are and of which diseases.
    """

    name: str
    unit: str
    time: Array
    value: Array
    drug_class: str
    sources: tuple[str, ...]
    region: str = ""
    scope: str = ""


def read_series(market: str, folder: Path | Traversable | None = None) -> tuple[Series, ...]:
    """The series of a market with two points or more, those with most points first.

    ``folder`` holds TABLES, by default those of the package; InputError for an unverified row.
    """
    groups: dict[tuple[str, str, bool], list[tuple[float, Row]]] = {}
    folder = folder or files("ismarket").joinpath("data", "evidence")
    for table in TABLES:
        for row in read_table(folder.joinpath(f"{table}.csv"), COLUMNS, others=True):
            row.choice("confidence", "confidence", CONFIDENCE)
            time = period(row.cells["year"])
            if time is None or row.text("market") != market or not _usable(row):
                continue
            unit = re.sub(r"\s*\(.*\)", "", row.cells["unit"])
            groups.setdefault((row.text("metric"), unit, time[1]), []).append((time[0], row))
    found = [_series(*key, rows) for key, rows in groups.items()]
    kept = [series for series in found if len(series.value) > 1]
    return tuple(sorted(kept, key=lambda series: (-len(series.value), series.name)))


def period(text: str) -> tuple[float, bool] | None:
    """The middle of a year or quarter, and whether it is a quarter; None for any other span."""
    match = re.fullmatch(r"(\d{4})(?:-Q([1-4]))?", text)
    if not match:
        return None
    if match[2]:
        return int(match[1]) + (int(match[2]) - 0.5) / 4, True
    return int(match[1]) + 0.5, False


def _usable(row: Row) -> bool:
    """False for bounds, cumulative counts, growth rates and what is no level."""
    value = row.number("value", 0.0)
    bound = "more than" in row.cells["unit"] or "nearly" in row.cells["unit"]
    return value > 0 and not bound and not LEFT_OUT.search(row.cells["metric"])


def _series(metric: str, unit: str, quarterly: bool, timed: list[tuple[float, Row]]) -> Series:
    by_confidence = sorted(timed, key=lambda pair: pair[1].cells["confidence"], reverse=True)
    points = dict(by_confidence)  # the better confidence comes last and stays
    times, (_, first) = sorted(points), timed[0]
    return Series(
        f"{metric}, {'quarters' if quarterly else 'years'}", unit, np.array(times),
        np.array([points[t].number("value") for t in times]), first.cells.get("drug_class", ""),
        tuple(dict.fromkeys(points[t].text("source") for t in times)), first.text("region"),
        first.cells.get("payer") or first.cells.get("category", ""),
    )  # fmt: skip


@dataclass(frozen=True)
class OutsideView:
    """At least ``outside`` of ``forecasts`` were off by more than ``error`` times the actual."""

    statement: str
    outside: float
    error: float
    forecasts: int
    drugs: int
    source: str
    note: str

    def band(self, forecast: float) -> tuple[float, float]:
        """Actuals, unit of ``forecast``, that are within the error: fewer than 1 - outside were."""
        return forecast / (1.0 + self.error), forecast / (1.0 - self.error)

    def held(self, forecast: float, draws: Array) -> float:
        """The share of a forecast's own draws (draw,) that lie within the band."""
        low, high = self.band(forecast)
        return float(((draws >= low) & (draws <= high)).mean())


def read_outside_view() -> tuple[OutsideView, ...]:
    """The published accuracies that the package knows."""
    table = files("ismarket").joinpath("data", "evidence", "outside_view.csv")
    return tuple(
        OutsideView(
            row.text("statement"), row.number("share_outside_at_least"),
            row.number("relative_error"), row.whole("forecasts"), row.whole("drugs"),
            row.text("source"), row.cells["note"],
        )
        for row in read_table(table, ACCURACY, others=True)
    )  # fmt: skip
