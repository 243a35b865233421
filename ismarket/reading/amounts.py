"""Amounts of money, percentages and years as reports print them; what is unclear is marked so."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import islice

MOST_FIGURES = 16
"""Figures of one kind in a sentence that are read; what has more is a list of something."""
_CURRENCIES = {
    "USD": r"US\s?\$|USD(?:\s?\$)?|U\.S\.\s?\$|US\s+dollars?|\$",
    "EUR": r"EUR|\u20ac|euros?",
    "GBP": r"GBP|\u00a3",
    "JPY": r"JPY|\u00a5",
    "INR": r"INR|\u20b9|Rs\.?",
    "CNY": r"CNY|RMB",
    "CHF": r"CHF",
}
_AS_WORDS = {
    "USD": r"(?:US |U\.S\. )?dollars",
    "GBP": r"pounds",
    "JPY": r"yen",
    "INR": r"rupees",
}
"""Currencies as they stand behind a figure alone."""
_SCALES = {
    1e12: r"trillions?|trn|tn|lakh\s?crores?",
    1e9: r"billions?|bn|bln|mrd|B",
    1e6: r"millions?|mn|mln|mio|mm|M",
    1e7: r"crores?|cr\.?",
    1e5: r"lakhs?|lacs?",
    1e3: r"thousands?|k",
}
_NUMBER = r"\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d+)?|\d{1,3}(?:[ ,.']\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
SCALE = "|".join(_SCALES.values())
CURRENCY = "|".join(_CURRENCIES.values())
_AMOUNT = re.compile(
    rf"(?P<before>(?<![A-Za-z])(?:{CURRENCY}))\s?(?P<number>{_NUMBER})"
    rf"(?:\s?(?P<scale>(?:{SCALE}))(?![A-Za-z]))?"
    rf"(?P<range>\s?(?:-|to|and)\s?(?:(?:{CURRENCY})\s?)?(?:{_NUMBER})"
    rf"\s?(?P<scale2>(?:{SCALE}))(?![A-Za-z]))?",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?<![\w.,$\u20ac\u00a3])(?P<number>{_NUMBER})\s?(?P<scale>(?:{SCALE}))\s?"
    rf"(?P<before>USD|EUR|euros?|GBP|CHF|INR|JPY|\u20ac|\u00a3|{'|'.join(_AS_WORDS.values())})"
    r"(?![A-Za-z])",
    re.IGNORECASE,
)
_UNIT = re.compile(
    rf"(?P<currency>(?<![A-Za-z])(?:{CURRENCY}))\s?(?:in\s)?(?P<scale>(?:{SCALE}))(?![A-Za-z])",
    re.IGNORECASE,
)
BLANK = re.compile(
    rf"(?:(?:{CURRENCY})\s?\d*(?:X{{2,}}|x{{2,}}|\*{{2,}}|-{{2,}}|_{{2,}})[\w.]*"
    r"|\b(?:X{2,}|x{2,})(?:[.,]X+|[.,]x+)?\s?%|(?<!\w)(?:\*{2,}|-{2,}|_{2,})\s?%|\bof\s%)"
)
"""A field that a free page leaves blank: ``USD XX million``, ``XX%``."""
SMALLEST = 1e6
"""Amounts below a million, in any currency, are prices and fees, not markets."""
YEAR = r"(?:19|20)\d\d"
_PERIOD = re.compile(
    rf"(?<![\d.,])(?P<first>{YEAR})\s?(?:-|to|through|until|and|/)\s*(?P<last>{YEAR}|\d\d)(?![\d%]|[.,]\d)"
)


@dataclass(frozen=True)
class Amount:
    """Money at ``start`` to ``end`` of a text; ``value`` None where it is a range or unclear.

    ``half_unit`` is half of the last printed digit, the rounding that the figure carries.
    """

    start: int
    end: int
    value: float | None
    currency: str
    half_unit: float
    range: bool = False
    scaled: bool = True


@dataclass(frozen=True)
class Percent:
    """A percentage as a fraction; ``value`` None for a range; ``half_unit`` as for amounts."""

    start: int
    end: int
    value: float | None
    half_unit: float


def number(text: str, factor: float = 1.0) -> tuple[float, float] | None:
    """A printed number and half of its last digit, times a factor that is a power of ten.

    None where the marks can be read two ways.
    """
    plain = re.sub(r"[ ']", "", text)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?|\d{1,2}(,\d\d)+,\d{3}(\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}|\d+,\d{4,}", plain):
        plain = plain.replace(",", ".")
    elif not re.fullmatch(r"\d+(\.\d+)?", plain):
        return None
    power = round(math.log10(factor))
    decimals = len(plain.partition(".")[2])
    return float(f"{plain}e{power}"), 0.5 * 10.0 ** (power - decimals)


def find_amounts(text: str) -> list[Amount]:
    """The amounts in the order of the text."""
    found, at = list[Amount](), 0
    while len(found) < MOST_FIGURES and (match := _AMOUNT.search(text, at)):
        at = match.end()
        if (
            match["range"]
            and re.search(r"\bfrom\s+$", text[: match.start()])
            and "to" in match["range"]
        ):
            at = match.start("range")  # from one to the other
            match = _AMOUNT.fullmatch(text, match.start(), at) or match
        found.append(_amount(match))
    taken = [(a.start, a.end) for a in found]
    for match in islice(_AFTER.finditer(text), MOST_FIGURES):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            found.append(_amount(match))
    return sorted(found, key=lambda amount: amount.start)


def _amount(match: re.Match[str]) -> Amount:
    groups = match.groupdict()
    currency = _currency(groups["before"])
    scale = groups["scale"] or groups.get("scale2") or ""
    factor = scale_factor(scale)
    read = number(groups["number"], factor)
    large = currency in ("JPY", "INR")  # whose markets are of thousands of billions
    odd = (
        read
        and not large
        and factor == 1e9
        and read[0] >= 1e12
        and re.search(r",\d{3}$", groups["number"])
    )
    if groups.get("range") or read is None or odd:
        return Amount(*match.span(), None, currency, 0.0, range=bool(groups.get("range")))
    return Amount(*match.span(), read[0], currency, read[1], scaled=factor > 1)


def scale_factor(word: str) -> float:
    """What million, bn, crore ... stand for; 1 for no word."""
    for factor, pattern in _SCALES.items():
        if word and re.fullmatch(pattern, word, re.IGNORECASE):
            return factor
    return 1.0


def _currency(sign: str) -> str:
    for code, pattern in (*_CURRENCIES.items(), *_AS_WORDS.items()):
        if re.fullmatch(pattern, sign, re.IGNORECASE):
            return code
    return sign


def unit_of(label: str) -> tuple[str, float] | None:
    """Currency and scale that a label gives to bare numbers: ``Revenue (US$ Mn)``."""
    match = _UNIT.search(label)
    if not match:
        return None
    return _currency(match["currency"]), scale_factor(match["scale"])


def find_percents(text: str) -> list[Percent]:
    """All percentages in the order of the text."""
    found = []
    low = rf"(?P<low>(?:{_NUMBER})\s?%?\s?(?:-|to)\s?)?"
    pattern = rf"{low}(?P<n>{_NUMBER})\s?(?:%|per\s?cent\b|percent\b)"
    matches = re.finditer(rf"(?<![\d.,]){pattern}", text, re.IGNORECASE)
    for match in islice(matches, MOST_FIGURES):
        read = number(match["n"], 0.01)
        value = None if match["low"] or read is None else read[0]
        if value is not None and re.search(r"(?:^|[\s(:])-$", text[: match.start()][-2:]):
            value = -value
        half = 0.0 if read is None else read[1]
        found.append(Percent(match.start(), match.end(), value, half))
    return found


def find_periods(text: str) -> list[tuple[int, int, int, int]]:
    """Spans of years as (start, end, first year, last year); ``2025-30`` is 2025 to 2030."""
    found = []
    for match in islice(_PERIOD.finditer(text), MOST_FIGURES):
        first, last = int(match["first"]), int(match["last"])
        last = first // 100 * 100 + last if last < 100 else last
        if first < last <= first + 60:
            found.append((match.start(), match.end(), first, last))
    return found
