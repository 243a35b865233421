"""The outside view: how far published forecasts of drug sales lay from what was sold.

Table ``data/evidence/outside_view.csv``, each row with its source and how it was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from ..arrays import Array
from ..model.tables import read_table

COLUMNS = ["statement", "share_outside_at_least", "relative_error", "forecasts", "drugs", "note"]


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
            row.text("statement"),
            row.number("share_outside_at_least"),
            row.number("relative_error"),
            int(row.number("forecasts")),
            int(row.number("drugs")),
            row.text("source"),
            row.cells["note"],
        )
        for row in read_table(table, COLUMNS, others=True)
    )
