"""Sales of a drug for every disease: what publishers print for more than this market."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ..analysis.ceilings import Ceiling, read_ceilings
from ..engine.forecast import Forecast
from ..text.wording import number

PUBLISHED = "published"


@dataclass(frozen=True)
class ClassSales:
    """How many publishers print it, what is sold, and their lowest and highest, USD a year."""

    count: int
    what: str
    low: float
    high: float

    @property
    def words(self) -> str:
        """The band in words, USD M."""
        low, high = number(self.low / 1e6, 0), number(self.high / 1e6, 0)
        return f"{self.count} estimates of {self.what}: {low} to {high}"


@cache
def _printed(market: str) -> tuple[tuple[str, Ceiling], ...]:
    """Published sales that count, each with what is sold: the title before its publisher."""
    return tuple(
        (ceiling.title.split(":")[0], ceiling)
        for ceiling in read_ceilings()
        if ceiling.market == market
        and ceiling.counts
        and all(part.status == PUBLISHED for part in ceiling.parts)
    )


def class_sales(forecast: Forecast) -> ClassSales | None:
    """The sales that most publishers print, moved to the first year; None where fewer than two do.

    Each is moved by its own printed growth.
    """
    printed = _printed(forecast.plan.market.name)
    whats = [what for what, _ in printed]
    if len(whats) < 2:
        return None
    most = max(whats, key=whats.count)
    values = [c.at(forecast.years[0], 0.0) for what, c in printed if what == most]
    return ClassSales(len(values), most, min(values), max(values))
