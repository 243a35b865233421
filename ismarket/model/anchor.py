"""Anchors: published estimates of the market's level and growth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from ..errors import InputError, check_known
from ..text.wording import money, plain, rate
from .tables import Row, read_table

NOMINAL, REAL = BASES = ("nominal", "real")
"""How an estimate's dollars are read: of each year itself, or of its base year throughout."""
COLUMNS = (
    "anchor publisher title base_year value_usd price_basis price_basis_status cagr first_year"
    " last_year periods last_value_usd fastest_growing_class largest_region drivers_named url note"
).split()
YEARS = 1900, 2200
"""Between which an estimate may lie."""
LARGEST = 1e14
"""USD: what the whole world makes in a year."""
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Anchor:
    """One published estimate; ``value`` in USD of the base year, ``cagr`` a fraction a year.

    ``periods`` is how many yearly steps the publisher's growth covers up to ``last_year``: fewer
    than the years since ``base_year`` means that the first years stand still.  ``last_value`` is
    that of the last year, USD, where it is printed.  An anchor without a value is the bottom-up
    count itself: it neither scales the level nor prints growth.  ``price_basis`` says whether its
    path is in dollars of each year (nominal) or of its base year (real), and ``basis_status`` where
    that is known from.  ``spread`` holds the quantiles of an uncertain level over ``value``, at
    equal steps.  Raises InputError for years, amounts or a growth that no estimate has, and for a
    basis that is neither.
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
        for words in ("name", "publisher", "title", "url", "source", "note"):
            plain(getattr(self, words), f"anchor {self.name}: {words}")
        check_known(f"anchor {self.name}", "price_basis", BASES, self.price_basis)
        for what, usd in (("value", self.value), ("last value", self.last_value)):
            if usd is not None and not 0 < usd <= LARGEST:
                self._refuse(
                    f"{what} {usd!r} USD must be above 0 and up to {LARGEST:g}, a year of the"
                    " whole world's product"
                )
        if not -1 < self.cagr < 10:
            self._refuse(f"cagr {self.cagr!r} is a fraction, 0.039 for 3.9%")
        earliest, latest = YEARS
        for what, year in (("base year", self.base_year), ("last year", self.last_year)):
            if not earliest <= year <= latest:
                self._refuse(f"{what} {year} must lie between {earliest} and {latest}")
        base, last = self.base_year, self.last_year
        if last <= base:
            self._refuse(f"the forecast ends in {last}, not after its base year {base}")
        if not base <= self.first_year <= last:
            self._refuse(
                f"first year {self.first_year} must lie between the base year {base} and {last}"
            )
        if not 1 <= self.periods <= last - base:
            self._refuse(
                f"periods {self.periods} must lie between 1 and the {last - base} years from"
                f" {base} to {last}"
            )

    def _refuse(self, what: str) -> None:
        raise InputError(f"anchor {self.name}: {what}")

    @property
    def published(self) -> bool:
        """True for a publisher's estimate, false for the bottom-up count."""
        return self.value is not None

    @property
    def whole_period(self) -> bool:
        """True where the growth covers every year from the base year to the last."""
        return self.periods == self.last_year - self.base_year

    def at(self, year: int) -> float:
        """The published path in ``year`` at its own growth, USD in the basis as read.

        Raises InputError for the bottom-up count, which prints none.
        """
        if self.value is None:
            raise InputError(f"anchor {self.name} prints no value")
        standing = self.last_year - self.base_year - self.periods
        if year >= self.base_year:
            return float(self.value * (1.0 + self.cagr) ** max(0, year - self.base_year - standing))
        return float(self.value * (1.0 + self.cagr) ** (year - self.base_year))


def half_figure(amount: float) -> float:
    """Half of the last figure of an amount as written, the third at least: 5 M for 3.2 bn."""
    mantissa, _, exponent = f"{amount:.6e}".partition("e")
    decimals = max(2, len(mantissa.rstrip("0").partition(".")[2]))
    return float(0.5 * 10.0 ** (int(exponent) - decimals))


def half_digit(growth: float) -> float:
    """Half of the last printed digit of a growth: 3.67% was rounded to 0.01, 3.8% to 0.1."""
    decimals = max(1, len(f"{100 * growth:.6f}".rstrip("0").partition(".")[2]))
    return float(0.5 * 10.0 ** -(decimals + 2))


def growth_between(first: float, last: float, steps: int) -> float:
    """The growth a year that makes the last of the first in so many steps, a fraction."""
    return float((last / first) ** (1.0 / steps) - 1.0)


Rounded = tuple[float, float]
"""A printed figure, and half of its last digit."""


def fitting_steps(value: Rounded, last: Rounded, cagr: Rounded, steps: Iterable[int]) -> list[int]:
    """The steps over which two end points give a growth, to the rounding of the three.

    Publishers round a growth down as well as to the nearest.
    """

    def fits(n: int) -> bool:
        least = growth_between(value[0] + value[1], max(last[0] - last[1], 0.0), n)
        most = growth_between(max(value[0] - value[1], 1.0), last[0] + last[1], n)
        return least - 2 * cagr[1] <= cagr[0] <= most + 2 * cagr[1]

    return [n for n in steps if fits(n)]


def misfit(value: float, last: float, cagr: float, steps: Iterable[int]) -> str:
    """What is wrong with end points that do not give the printed growth, in a sentence."""
    ways = (f"{rate(growth_between(value, last, n))} over {in_words(n)} steps" for n in steps)
    return (
        f"the end points {money(value)} and {money(last)} give {' or '.join(ways)} a year; the text"
        f" prints {rate(cagr)}"
    )


def in_words(n: int) -> str:
    """A small number as a word."""
    return _WORDS[n] if n < len(_WORDS) else str(n)


def other_market(found: str, asked: str) -> str:
    """What is said of an estimate that is of another market than the one asked about."""
    return (
        f"the estimate is of market {found}, not {asked}; go on with --market {found}, or if none"
        f" of that name is installed, make it: ismarket new-market {found}"
    )


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
