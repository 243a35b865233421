"""Laws that the figures of a page keep; what a broken one puts in doubt is left open, and said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..model.anchor import fitting_steps, growth_between, in_words, misfit
from ..text.wording import money
from .figures import Level
from .found import FIELDS, Found
from .pagetext import Page

BASE, LAST = ("value", "base_year"), ("last_value", "last_year")
MOST_OFF, SHARE_OFF = 0.01, 0.25
"""How far the growth of the end points may be from the printed one: a rate, or a share of it."""
_OF_SALES = re.compile(r"market|segment|sales|revenue", re.IGNORECASE)


@dataclass(frozen=True)
class _Facts:
    """What was read, beside every amount that the page prints of its market or of a part of it."""

    page: Page
    fields: Mapping[str, Found]
    levels: Sequence[Level]

    def year(self, name: str) -> int:
        """A year that was read, 0 where none was."""
        return self.fields[name].value if name in self.fields else 0

    def level(self, name: str) -> Level | None:
        """The amount that was taken for a field, None where none was."""
        if name not in self.fields:
            return None
        at = self.fields[name].start, self.fields[name].end
        return next((v for v in self.levels if self.page.span(v.start, v.end) == at), None)

    @property
    def labelled(self) -> bool:
        """True where a label says which is the base year."""
        found = self.fields.get("base_year")
        return found is not None and "base year" in found.quote.lower()


def kept(
    page: Page, fields: Mapping[str, Found], levels: Sequence[Level]
) -> tuple[dict[str, Found], list[str]]:
    """The fields that keep every law, and for those that do not which and why.

    ``levels`` are all amounts of the page, with those whose role is not told and those of parts.
    """
    held, says = dict(fields), []
    for law, why in LAWS.items():
        if gone := [name for name in law(_Facts(page, held, levels)) if name in held]:
            says.append(f"left open, {' and '.join(FIELDS[n].lower() for n in gone)}: {why}")
            held = {name: found for name, found in held.items() if name not in gone}
    return held, says


def _years_in_order(facts: _Facts) -> tuple[str, ...]:
    base, first, last = (facts.year(n) for n in ("base_year", "first_year", "last_year"))
    if not base:
        return ()
    if last and last <= base:
        return (*BASE, *LAST, "first_year")
    if first and not base - 1 <= first <= base + 3:
        return ("first_year",) if first < base else (*BASE, "first_year")
    return LAST if last == base + 1 else ()


def _the_end_is_one(facts: _Facts) -> tuple[str, ...]:
    ends = {v.year for v in facts.levels if v.role == "future" and v.year}
    sure = facts.year("first_year") or "last_value" in facts.fields
    return () if sure or not ends or facts.year("last_year") in ends else ("last_year",)


def _nothing_beyond(facts: _Facts) -> tuple[str, ...]:
    last = facts.year("last_year")
    rest = [v for v in facts.levels if not v.told and v.year]
    if facts.level("last_value") and last and any(v.year > last for v in rest if v.year):
        return LAST
    base = facts.level("value")
    if not base or not base.year:
        return ()
    if base.role == "future":  # what is still to come is no base beside one of an earlier year
        return BASE if any(v.year < base.year for v in rest if v.year) else ()
    beside = [v for v in facts.levels if v.context == base.context]
    later = any(base.year < v.year < (last or v.year) for v in beside if v in rest and v.year)
    before = any(v.role in ("past", "present") and not v.year for v in beside)
    return BASE if later or (before and base.role == "start") else ()


def _a_forecast_follows(facts: _Facts) -> tuple[str, ...]:
    base, year = facts.level("value"), facts.year("base_year")
    if not base or base.role in ("past", "start") or facts.labelled:
        return ()
    if not year:
        return BASE if base.role == "headline" else ()
    follows = facts.year("last_year") > year or facts.year("first_year") >= year
    return () if follows else BASE


def _a_whole_is_no_less_than_a_part(facts: _Facts) -> tuple[str, ...]:
    parts = [v for v in facts.levels if not v.told and _OF_SALES.search(v.context)]
    return tuple(
        name
        for field in ("value", "last_value")
        if (whole := facts.level(field))
        for part in parts
        if (
            part.year == whole.year
            or not whole.year
            or (not part.year and part.context == whole.context)
        )
        and part.amount.currency == whole.amount.currency
        and (part.amount.value or 0.0) > 1.001 * (whole.amount.value or 0.0)
        for name in ((field,) if whole.year else BASE)
    )


def _growth_leads_from_end_to_end(facts: _Facts) -> tuple[str, ...]:
    needed = ("value", "last_value", "cagr", "base_year", "last_year")
    value, last = facts.level("value"), facts.level("last_value")
    if not all(name in facts.fields for name in needed) or not value or not last:
        return ()
    first, end, rate = (facts.fields[name].value for name in needed[:3])
    if (end > first) != (rate > 0):
        return ("cagr",)
    if value.context == last.context:  # printed together, they are of one forecast
        return ()
    starts = {facts.year("base_year"), facts.year("first_year") or facts.year("base_year")}
    steps = [facts.year("last_year") - start for start in starts]
    off = min(abs(growth_between(first, end, n) - rate) for n in steps if n > 0)
    return (*BASE, "last_value", "cagr") if off > max(MOST_OFF, SHARE_OFF * abs(rate)) else ()


LAWS = {
    _years_in_order: "base year, first and last year are not in order, or the forecast is short",
    _the_end_is_one: "an amount of another later year is printed",
    _nothing_beyond: "an amount of another year, or of none, stands there, it is not told of what",
    _a_forecast_follows: "no later year is told, and its words are not of the past",
    _a_whole_is_no_less_than_a_part: "a larger amount stands on the page, it is not told of what",
    _growth_leads_from_end_to_end: "the growth does not lead from one end to the other",
}
"""The laws in the order in which they are applied, and what a broken one says."""


def steps(fields: Mapping[str, Found]) -> tuple[int | None, list[str]]:
    """Yearly steps of the printed growth, None where that stays open, and what contradicts it.

    Steps run from the base year, or from the first year of the printed period: the end points
    decide where they are printed, to the rounding of the three figures.  The years of ``fields``
    are in order, as the laws have it.
    """
    if "base_year" not in fields or "last_year" not in fields or "cagr" not in fields:
        return None, []
    base, last = fields["base_year"].value, fields["last_year"].value
    first = fields["first_year"].value if "first_year" in fields else base
    readings = [n for n in dict.fromkeys((last - base, last - first)) if n > 0]
    if "value" in fields and "last_value" in fields:
        return _by_end_points(fields, readings)
    if len(readings) == 1:
        return readings[0], []
    ways = [f"{in_words(n)} steps of growth" for n in readings]
    if "value" in fields:
        value, growth = fields["value"], 1 + fields["cagr"].value
        ends = [f"{value.currency} {money(value.value * growth**n)} in {last}" for n in readings]
        ways = [f"{in_words(n)} steps ({end})" for n, end in zip(readings, ends, strict=True)]
    return None, [f"{first}-{last} from a {base} base can be read two ways: {' or '.join(ways)}"]


def _by_end_points(
    fields: Mapping[str, Found], readings: list[int]
) -> tuple[int | None, list[str]]:
    value, last, cagr = fields["value"], fields["last_value"], fields["cagr"]
    if value.currency != last.currency:
        return None, [f"the base value is in {value.currency}, the last value in {last.currency}"]
    first, end, growth = ((f.value, f.half_unit) for f in (value, last, cagr))
    if fitting := fitting_steps(first, end, growth, readings):
        return fitting[0], []
    return None, [misfit(value.value, last.value, cagr.value, readings)]
