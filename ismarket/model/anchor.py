"""Anchors: published estimates of the market's level and growth."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from ..errors import InputError, unknown
from .tables import Row, read_table

NOMINAL, REAL = BASES = ("nominal", "real")
"""How an estimate's dollars are read: of each year itself, or of its base year throughout."""
COLUMNS = (
    "anchor publisher title base_year value_usd price_basis price_basis_status cagr first_year"
    " last_year periods last_value_usd fastest_growing_class largest_region drivers_named url note"
).split()


@dataclass(frozen=True)
class Anchor:
    """One published estimate; ``value`` in USD of the base year, ``cagr`` a fraction a year.

    ``periods`` is how many yearly steps the publisher's growth covers up to ``last_year``: fewer
    than the years since ``base_year`` means that the first years stand still.  An anchor without
    a value is the bottom-up count itself: it neither scales the level nor prints growth.
    ``price_basis`` says whether its path is in dollars of each year (nominal) or of its base year
    (real), and ``basis_status`` where that is known from.  ``spread`` holds the quantiles of an
    uncertain level over ``value``, at equal steps.
    """

    name: str
    publisher: str
    title: str
    base_year: int
    value: float | None
    cagr: float
    first_year: int
    last_year: int
    periods: int
    last_value: float | None = None
    fastest_growing_class: str = ""
    largest_region: str = ""
    drivers_named: tuple[str, ...] = ()
    url: str = ""
    source: str = ""
    note: str = ""
    market: str = ""
    price_basis: str = NOMINAL
    basis_status: str = "assumed"
    spread: tuple[float, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if self.value is not None and not self.value > 0:
            raise InputError(f"anchor {self.name}: value {self.value!r} USD must be above 0")
        if self.price_basis not in BASES:
            raise unknown(f"anchor {self.name}", "price_basis", self.price_basis, BASES)
        if not -1 < self.cagr < 10:
            raise InputError(
                f"anchor {self.name}: cagr {self.cagr!r} is a fraction, 0.039 for 3.9%"
            )
        if not 1 <= self.periods <= max(1, self.last_year - self.base_year):
            raise InputError(
                f"anchor {self.name}: periods {self.periods} must lie between 1 and the"
                f" {self.last_year - self.base_year} years from {self.base_year} to"
                f" {self.last_year}"
            )

    @property
    def published(self) -> bool:
        """True for a publisher's estimate, false for the bottom-up count."""
        return self.value is not None

    @property
    def whole_period(self) -> bool:
        """True where the growth covers every year from the base year to the last."""
        return self.periods == self.last_year - self.base_year

    def at(self, year: int) -> float:
        """The published path in ``year`` at its own growth, USD in the basis as read."""
        if self.value is None:
            raise InputError(f"anchor {self.name} prints no value")
        standing = self.last_year - self.base_year - self.periods
        if year >= self.base_year:
            return float(self.value * (1.0 + self.cagr) ** max(0, year - self.base_year - standing))
        return float(self.value * (1.0 + self.cagr) ** (year - self.base_year))


def bottom_up(market: str, counted: str, base_year: int, last_year: int) -> Anchor:
    """The anchor that leaves the level as counted: calibration 1, nothing unexplained."""
    return Anchor(
        "bottom-up", counted, "Bottom-up market", base_year, None, 0.0,
        base_year + 1, last_year, last_year - base_year, market=market,
        source="the funnel tables of the market", note="no publisher; the model without a factor",
    )  # fmt: skip


def read_anchors(path: Path | Traversable, market: str) -> tuple[Anchor, ...]:
    """The anchors of ``market`` from a table with one published estimate a row."""
    return tuple(_from_row(row, market) for row in read_table(path, COLUMNS))


def _from_row(row: Row, market: str) -> Anchor:
    about: dict[str, Any] = {c: row.text(c) for c in ("publisher", "title", "source")}
    about |= {c: int(row.number(c)) for c in ("base_year", "first_year", "last_year", "periods")}
    about |= {c: row.cells[c] for c in ("fastest_growing_class", "largest_region", "url", "note")}
    return Anchor(
        name=row.text("anchor"),
        value=row.number("value_usd"),
        cagr=row.number("cagr"),
        last_value=row.number("last_value_usd") if row.cells["last_value_usd"] else None,
        drivers_named=tuple(row.cells["drivers_named"].split()),
        market=market,
        price_basis=row.choice("price_basis", "price basis", BASES),
        basis_status=row.text("price_basis_status"),
        **about,
    )
