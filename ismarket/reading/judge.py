"""From what a page prints to what it says: one value a field, or none, and the contradictions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import combinations

from ..text.wording import money, rate
from .figures import Level
from .found import Found, cited
from .growth import Period, Rate
from .pagetext import Page

Years = tuple[int | None, int | None]
"""First and last year of a forecast, None where the page does not tell."""


def judge_levels(
    page: Page, found: Sequence[Level], stated: Found | None, period: Years
) -> tuple[dict[str, Found], list[str]]:
    """Base and last year, base and last value; a field on which the page disagrees is left out.

    ``period`` is the first and the last year of the forecast, None where they are not told.
    """
    fields: dict[str, Found] = {}
    says = [
        f"the level is printed as a range, not a value: {level.context.strip()[:90]}"
        for level in found
        if level.amount.range
    ][:1]
    sure = [level for level in found if level.amount.value is not None]
    future = [level for level in sure if _is_future(level, sure, stated, period)]
    base = [level for level in sure if level not in future]
    if not base and not stated and period[0] and any(v.year and v.year > period[0] for v in future):
        base = [level for level in future if level.year == period[0]]
        future = [level for level in future if level not in base]
    for role, among, most in (("labelled", sure, 2), ("present", base, 1)):
        row = {v.year for v in among if v.role == role and v.year}
        if not stated and len(row) > most:
            base = [level for level in base if level.role != role]  # a row of years has no base
    chosen, dispute, in_year = _base(base, stated)
    says += [dispute] if dispute else []
    if chosen:
        fields["value"] = _field(page, chosen, chosen.amount.value)
        if chosen.year and not dispute:
            fields["base_year"] = _year_field(page, chosen)
    disputed = [level for level in base if in_year and level.year == in_year]
    if disputed:
        fields["base_year"] = _year_field(page, disputed[0])
    if stated and "base_year" not in fields and not dispute:
        fields["base_year"] = stated
    if not fields and not base and (ranged := [v for v in found if v.amount.range and v.year]):
        fields["base_year"] = _year_field(page, ranged[0])
    last, problems = _last(future, period[1])
    says += problems
    ends = not period[1] or not future or any(v.year in (None, period[1]) for v in future)
    if chosen and not stated and not ends and chosen.role in ("labelled", "bare"):
        fields = {}  # the row goes on to the end of the forecast, and its base is not told
    if last:
        fields["last_value"] = _field(page, last, last.amount.value)
        if last.year:
            fields["last_year"] = _year_field(page, last)
    return fields, says


def _is_future(level: Level, sure: Sequence[Level], stated: Found | None, period: Years) -> bool:
    if level.year and level.year == period[1] and level.role not in ("past", "start"):
        return True
    if level.year and period[0] and level.year < period[0]:
        return False
    if level.role in ("labelled", "bare") and level.year:
        first = min(v.year for v in sure if v.year)
        return bool(level.year > (stated.value if stated else first))
    return level.role == "future"


def _base(base: Sequence[Level], stated: Found | None) -> tuple[Level | None, str, int]:
    """The level of the base year: as labelled, else the latest past, present or starting one.

    And where the page disagrees with itself, the year (or 0) for which it has two values.
    """
    if stated:
        there = [level for level in base if level.year == stated.value]
        dated = [level for level in base if level.year]
        if dated and not there:
            words = (
                f"the base year is printed as {stated.value}, the value for"
                f" {', '.join(str(y) for y in sorted({v.year for v in dated if v.year}))}"
            )
            return None, words, 0
        base = there or [level for level in base if not level.year]
    roles_in_turn = (
        ("labelled",),
        ("past", "present"),
        ("start",),
        ("bare", "headline"),
        ("future",),
    )
    for roles in roles_in_turn:
        group = [level for level in base if level.role in roles]
        if not group:
            continue
        dated = [level for level in group if level.year]
        if dated:
            year = max(v.year for v in dated if v.year)
            group = [level for level in base if level.year == year and level.role != "start"]
            group = group or dated
        else:
            year = 0
        if not _agree(group):
            return None, f"two values for {year}: {_listed(group)}" if year else "", year
        best = min(group, key=lambda v: v.amount.half_unit)
        if not year and not stated and any(v.year for v in base):
            continue
        return best, "", 0
    return None, "", 0


def _last(future: Sequence[Level], period_end: int | None) -> tuple[Level | None, list[str]]:
    dated = [level for level in future if level.year]
    if dated:
        year = max(level.year for level in dated if level.year)
        group = [level for level in dated if level.year == year]
        group += [v for v in future if not v.year and _agree([*group, v])]
    elif period_end and len(future) == 1:
        group, year = list(future), period_end
    else:
        return None, []
    group = [level for level in group if not level.bound] or group
    if not _agree(group):
        return None, [f"two values for {year}: {_listed(group)}"]
    if period_end and year != period_end:
        return None, [f"the forecast ends in {period_end}, the last value printed is for {year}"]
    return min(group, key=lambda v: v.amount.half_unit), []


def _agree(levels: Iterable[Level]) -> bool:
    """True where the amounts are one figure, printed with more or fewer digits."""
    amounts = [level.amount for level in levels]
    return all(
        a.currency == b.currency
        and a.value is not None
        and b.value is not None
        and abs(a.value - b.value) <= 1.001 * max(a.half_unit, b.half_unit)
        for a in amounts
        for b in amounts
    )


def _listed(levels: Iterable[Level]) -> str:
    shown = dict.fromkeys(
        f"{v.amount.currency} {money(v.amount.value)}" for v in levels if v.amount.value is not None
    )
    return " and ".join(shown)


def _field(page: Page, level: Level, value: object) -> Found:
    sure = level.role in ("labelled", "past") or (level.role == "future" and level.year)
    confidence = "high" if sure and level.year else "medium"
    return cited(
        page, value, level.start, level.end, level.context, confidence,
        currency=level.amount.currency, half_unit=level.amount.half_unit,
    )  # fmt: skip


def _year_field(page: Page, level: Level) -> Found:
    """The year of a level, where it stands next to the amount."""
    field = _field(page, level, level.year)
    after = re.compile(rf"\b{level.year}\b").search(page.text, level.end, level.end + 60)
    before = page.text.rfind(str(level.year), max(0, level.start - 160), level.start)
    at = after.start() if after else before
    span = page.span(at, at + 4) if at >= 0 else (field.start, field.end)
    return Found(level.year, *span, field.quote, field.confidence)


def judge_rate(page: Page, found: Sequence[Rate]) -> tuple[Found | None, list[str]]:
    """The one growth rate of the whole market."""
    if any(r.value is None for r in found):
        return None, ["the growth rate is printed as a range, not a value"]
    if not found:
        return None, []
    for a, b in combinations(found, 2):
        one, other = a.value or 0.0, b.value or 0.0
        if abs(one - other) > 1.001 * max(a.half_unit, b.half_unit):
            return None, [f"two growth rates: {rate(one)} and {rate(other)}"]
    best = min(found, key=lambda r: (r.half_unit, not r.labelled))
    confidence = "high" if best.labelled or "CAGR" in best.context.upper() else "medium"
    at = best.start, best.end, best.context, confidence
    return cited(page, best.value, *at, half_unit=best.half_unit), []


def judge_period(page: Page, found: Sequence[Period]) -> tuple[dict[str, Found], list[str]]:
    """First and last year of the forecast, from the passage that says so most plainly."""
    if not found:
        return {}, []
    rank = min(period.rank for period in found)
    group = [period for period in found if period.rank == rank]
    spans = dict.fromkeys((period.first, period.last) for period in group)
    if len(spans) > 1:
        shown = " and ".join(f"{first or '?'}-{last}" for first, last in spans)
        return {}, [f"two forecast periods: {shown}"]
    best = growth = group[0]
    own = {(p.first, p.last): p for p in found if p.rank == 1 and p.last == best.last and p.first}
    if len(own) == 1:  # the years that the rate itself covers, where a box prints others
        (growth,) = own.values()
    years = {"last_year": (best, best.last), "first_year": (growth, growth.first)}
    return {
        name: cited(page, year, p.start, p.end, p.context, "high" if rank == 0 else "medium")
        for name, (p, year) in years.items()
        if year
    }, []
