"""Where the figures of a page do not fit each other: end points against growth, the horizon."""

from __future__ import annotations

from collections.abc import Mapping

from ..text.wording import money, rate
from .found import Found

Fields = Mapping[str, Found]
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


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
    ways = [f"{_word(n)} steps of growth" for n in readings]
    if "value" in fields:
        value, growth = fields["value"], 1 + fields["cagr"].value
        ends = [f"{value.currency} {money(value.value * growth**n)} in {last}" for n in readings]
        ways = [f"{_word(n)} steps ({end})" for n, end in zip(readings, ends, strict=True)]
    return None, [f"{first}-{last} from a {base} base can be read two ways: {' or '.join(ways)}"]


def _by_end_points(fields: Fields, readings: list[int]) -> tuple[int | None, list[str]]:
    value, last, cagr = fields["value"], fields["last_value"], fields["cagr"]
    if value.currency != last.currency:
        return None, [f"the base value is in {value.currency}, the last value in {last.currency}"]
    fitting = []
    for n in readings:
        low = ((last.value - last.half_unit) / (value.value + value.half_unit)) ** (1 / n) - 1
        high = ((last.value + last.half_unit) / (value.value - value.half_unit)) ** (1 / n) - 1
        digit = 2 * cagr.half_unit  # publishers round down as well as to the nearest
        if low - digit <= cagr.value <= high + digit:
            fitting.append(n)
    if fitting:
        return fitting[0], []
    implied = " or ".join(
        f"{rate((last.value / value.value) ** (1 / n) - 1)} over {_word(n)} steps" for n in readings
    )
    return None, [
        f"the end points {money(value.value)} and {money(last.value)} give {implied} a year;"
        f" the text prints {rate(cagr.value)}"
    ]


def _word(n: int) -> str:
    return _WORDS[n] if n < len(_WORDS) else str(n)
