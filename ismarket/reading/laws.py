"""Laws that the figures of one page keep; what breaks one is left open, and the reading says so."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ..model.anchor import growth_between
from .figures import PART, UNTOLD, Level
from .amounts import find_periods
from .found import Found
from .growth import Rate
from .pagetext import Page

OFF = os.environ.get("OFF", "").split(",")


def kept(
    page: Page, fields: Mapping[str, Found], levels: Sequence[Level], rates: Sequence[Rate]
) -> tuple[dict[str, Found], list[str]]:
    fields = dict(fields)
    says: list[str] = []

    def year(name: str) -> int:
        return fields[name].value if name in fields else 0

    def drop(why: str, *names: str) -> None:
        gone = [n for n in names if fields.pop(n, None)]
        if gone:
            says.append(f"{why}: {', '.join(gone)} left open")

    rest = [v for v in levels if v.role in (UNTOLD, PART)]
    at = {page.span(v.start, v.end): v for v in levels}

    def level(name: str):
        return at.get((fields[name].start, fields[name].end)) if name in fields else None

    if "later" not in OFF and (last := level("last_value")) and year("last_year"):
        if any(v.year and v.year > year("last_year") for v in rest):
            own = last.year == year("last_year") 
            drop("later", "last_value", "last_year")
    if "earlier" not in OFF and year("base_year"):
        if any(v.year and v.role == UNTOLD and v.year < year("base_year") for v in rest):
            drop("earlier", "base_year", "value")
    if "start" not in OFF and (base := level("value")):
        starts = [v for v in levels if v.role == "start" and v.context == base.context and v is not base]
        if any(not v.year or v.year < year("base_year") for v in starts):
            drop("start", "base_year", "value")
    if "order" not in OFF and year("base_year"):
        b, f, l = year("base_year"), year("first_year"), year("last_year")
        if (l and l <= b):
            drop("order", "base_year", "value", "last_year", "last_value", "first_year")
        elif f and f < b - 1:
            drop("order first", "first_year")
        elif f and f > b + 3:
            drop("order first", "first_year", "base_year", "value")
        elif l and l == b + 1:
            drop("short", "last_year", "last_value")
    if "whole" not in OFF:
        for name in ("value", "last_value"):
            v = level(name)
            if v and any((o.year == v.year or not v.year) and o.amount.currency == v.amount.currency and o.amount.value and o.amount.value > v.amount.value * 1.001 for o in rest):
                drop("whole", name, *(["base_year"] if name == "value" and not v.year else []))
    if "ahead" not in OFF and (base := level("value")) and base.role not in ("past", "start") and year("base_year"):
        labelled_base = fields["base_year"].confidence == "high" and "base" in fields["base_year"].quote.lower()
        if not (year("last_year") > year("base_year") or year("first_year") >= year("base_year") or labelled_base):
            drop("ahead", "value", "base_year")
    if "present" not in OFF and (base := level("value")) and base.role in ("present", "bare", "headline", "start"):
        if any(v.role == "past" and v.year and v.year < year("base_year") for v in levels):
            drop("present", "value", "base_year")
    if "sentence" not in OFF:
        for name in ("value", "last_value"):
            v = level(name)
            if v and v.role != "labelled" and any(o is not v and o.role != PART and not o.year and o.context == v.context and o.amount.value != v.amount.value for o in levels):
                drop("sentence", name, *(["base_year"] if name == "value" else []))
    if "rate" not in OFF and "cagr" in fields and year("last_year"):
        for r in rates:
            if page.span(r.start, r.end) == (fields["cagr"].start, fields["cagr"].end):
                ends = {last for *_, last in find_periods(r.context)}
                if ends and year("last_year") not in ends:
                    drop("rate", "cagr")
    if "fit" not in OFF and all(n in fields for n in ("value", "last_value", "cagr", "base_year", "last_year")):
        v, l, g = (fields[n].value for n in ("value", "last_value", "cagr"))
        ns = {year("last_year") - year("base_year"), year("last_year") - (year("first_year") or year("base_year"))}
        off = min(abs(growth_between(v, l, n) - g) for n in ns if n > 0)
        if off > max(0.01, 0.25 * abs(g)):
            drop("fit", "value", "last_value", "cagr", "base_year")
    return fields, says
