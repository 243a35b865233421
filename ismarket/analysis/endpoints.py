"""Do a publisher's own numbers agree: its first and last value against its printed growth."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..model.anchor import Anchor, growth_between, half_digit
from ..model.market import Market

CLOSE = 0.001
VERDICTS = {
    "agrees": "the end points give the printed growth, to its last printed digit",
    "close": "they differ by up to 0.1 points a year",
    "differs": "they differ by more",
    "no end point": "the last value is not printed",
}
"""What each verdict means; it follows from the numbers alone."""


@dataclass(frozen=True)
class GrowthReading:
    """One way to count the steps of a printed growth.

    ``implied`` is the growth that the end points give over ``steps``, a fraction a year, and
    ``last_value`` what the printed growth makes of the first value, USD; ``level`` the estimate
    in the year asked for, USD, as this reading moves it.
    """

    anchor: str
    steps: int
    words: str
    implied: float | None
    last_value: float
    verdict: str
    level: float


def readings(market: Market, anchor: Anchor, year: int) -> list[GrowthReading]:
    """Every reading of an estimate's period: from its base year, and from the first year printed.

    ``year`` is the one to which the level is moved.
    """
    whole = anchor.last_year - anchor.base_year
    ways = {whole: f"from {anchor.base_year}"}
    if anchor.base_year < anchor.first_year < anchor.last_year:
        shorter = anchor.last_year - anchor.first_year
        ways[shorter] = f"from {anchor.first_year}, standing still before"
    return [_reading(market, replace(anchor, periods=n), words, year) for n, words in ways.items()]


def _reading(market: Market, anchor: Anchor, words: str, year: int) -> GrowthReading:
    assert anchor.value is not None  # only published estimates are read
    implied = None
    verdict = "no end point"
    if anchor.last_value is not None:
        implied = growth_between(anchor.value, anchor.last_value, anchor.periods)
        verdict = judge(anchor.cagr, implied)
    return GrowthReading(
        anchor.name, anchor.periods, words, implied, anchor.at(anchor.last_year), verdict,
        market.printed(anchor, year),
    )  # fmt: skip


def judge(printed: float, implied: float) -> str:
    """The verdict on a printed growth, given what the end points imply; fractions a year."""
    apart = abs(printed - implied)
    if apart <= half_digit(printed) + 1e-12:
        return "agrees"
    return "close" if apart <= CLOSE + 1e-12 else "differs"
