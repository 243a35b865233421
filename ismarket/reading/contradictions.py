"""Where the figures of a page do not fit each other: end points against growth, the horizon."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.anchor import fitting_steps, in_words, misfit
from ..text.wording import money
from .found import Found

Fields = Mapping[str, Found]


def steps(fields: Fields) -> tuple[int | None, list[str]]:
    """Yearly steps of the printed growth, None where that stays open, and what contradicts it.

    Steps run from the base year, or from the first year of the printed period: the end points
    decide where they are printed, to the rounding of the three figures.
    """
    if "base_year" not in fields or "last_year" not in fields or "cagr" not in fields:
        return None, []
    base, last = fields["base_year"].value, fields["last_year"].value
    first = fields["first_year"].value if "first_year" in fields else base
    readings = [n for n in dict.fromkeys((last - base, last - first)) if n > 0]
    if not readings:
        return None, [f"the forecast ends in {last}, not after its base year {base}"]
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


def _by_end_points(fields: Fields, readings: list[int]) -> tuple[int | None, list[str]]:
    value, last, cagr = fields["value"], fields["last_value"], fields["cagr"]
    if value.currency != last.currency:
        return None, [f"the base value is in {value.currency}, the last value in {last.currency}"]
    first, end, growth = ((f.value, f.half_unit) for f in (value, last, cagr))
    if fitting := fitting_steps(first, end, growth, readings):
        return fitting[0], []
    return None, [misfit(value.value, last.value, cagr.value, readings)]
