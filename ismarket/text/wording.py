"""How numbers are written for people, and read where people type them: one way everywhere."""

from __future__ import annotations

import math
import re

from ..errors import InputError

MINUS = "\N{MINUS SIGN}"
UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "b": 1e9,
         "billion": 1e9}  # fmt: skip
"""Amounts as a person types them."""
CALENDAR_YEAR = "calendar year"
"""The unit of a date."""


def signed(value: float, decimals: int) -> str:
    """A change, always with its sign."""
    text = f"{abs(value):.{decimals}f}"
    return ("+" if value >= 0 or not float(text) else MINUS) + text


def number(value: float, decimals: int) -> str:
    """A figure with a true minus sign, of which nought has none."""
    text = f"{value:,.{decimals}f}"
    return text.replace("-", MINUS if text.strip("-0.,") else "")


def nonzero(value: float, decimals: int) -> str:
    """A figure with so many decimals, or more where only zeros would show."""
    if 1e-12 < abs(value) < 0.5 * 10.0**-decimals:
        decimals = -math.floor(math.log10(abs(value)))
    return number(value, decimals)


def money(usd: float) -> str:
    """USD with the unit that fits: 3.20 bn, 54 M."""
    if abs(usd) >= 0.9995e9:
        return f"{number(usd / 1e9, 2)} bn"
    decimals = 0 if abs(usd) >= 9.5e6 else 1 if abs(usd) >= 9.5e5 else 2
    return f"{nonzero(usd / 1e6, decimals)} M"


def money_range(low: float, high: float) -> str:
    """Two amounts as a range, the unit once where both have it: 3.64 to 4.47 bn."""
    first, second = money(low), money(high)
    if first.split()[1] == second.split()[1]:
        first = first.split()[0]
    return f"{first} to {second}"


def percent(share: float) -> str:
    """A share of a whole in percent: one decimal under 10, none above."""
    return f"{number(100 * share, 1 if abs(share) < 0.0995 else 0)}%"


def rate(fraction: float) -> str:
    """Growth a year in percent, two decimals."""
    return f"{number(100 * fraction, 2)}%"


def times(factor: float) -> str:
    """A multiple, with as many figures as it is worth."""
    return nonzero(factor, 0 if factor >= 9.95 else 1 if factor >= 0.95 else 2)


def listed(names: list[str]) -> str:
    """Names in a sentence: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def mid_sentence(title: str) -> str:
    """A title as it stands inside a sentence: its first letter small, unless an acronym begins."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def figure(value: float, unit: str = "") -> str:
    """An input's value with three figures, whole from a thousand on: 6.08 M, 69,000, 0.22.

    A date, whose ``unit`` is CALENDAR_YEAR, is no amount: 2029, 2024.6.
    """
    if unit == CALENDAR_YEAR:
        return f"{value:.5g}"
    if abs(value) >= 1e6:
        return f"{value / 1e6:.3g} M".replace("-", MINUS)
    return number(value, 0) if abs(value) >= 1000 else f"{value:.3g}".replace("-", MINUS)


def one_in(share: float) -> str:
    """A share of draws as one in so many: 1 in 40."""
    if share <= 0.0:
        return "none"
    if share > 0.25:
        return "1 in 2" if share > 0.4 else "1 in 3"
    many = 1.0 / share
    if many >= 1e9:
        return "fewer than 1 in a billion"
    digits = 10 ** max(0, len(str(int(many))) - 2)
    return f"1 in {round(many / digits) * digits:,}"


def usd(text: str, where: str = "amount") -> float:
    """``3.20 bn``, ``54 M`` or ``USD 3200000000`` in USD; InputError, named ``where``, if not."""
    pattern = r"\s*(?:USD|US\$|\$)?\s*(\d[\d,]*\.?\d*(?:e\d+)?)\s*([a-z]*)\s*"
    found = re.fullmatch(pattern, text, re.IGNORECASE)
    if not found or found[2].lower() not in UNITS:
        raise InputError(f"{where} {text!r}: give an amount such as '3.20 bn' or '54 M' (USD)")
    value = float(found[1].replace(",", "")) * UNITS[found[2].lower()]
    if not math.isfinite(value):
        raise InputError(f"{where} {text!r} is larger than any market")
    return value


def fraction(text: str, where: str = "growth", kind: str = "growth a year") -> float:
    """``3.9%`` or ``0.039`` as a fraction; InputError, named ``where``, if it is neither."""
    found = re.fullmatch(r"\s*([+-]?\d*\.?\d+)\s*(%?)\s*", text.replace(MINUS, "-"))
    if not found or (not found[2] and abs(float(found[1])) >= 1):
        raise InputError(f"{where} {text!r}: give a {kind} such as 3.9% or 0.039")
    return float(found[1]) / (100.0 if found[2] else 1.0)


ODD = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Characters of control, lines, direction and no width, and halves of characters."""
_FORGED = re.compile(r"\s{2}|^\s|\s$|\s[+\u2212-]\d|^(?:unexplained|all together)\b", re.IGNORECASE)
"""Columns, a figure with its sign, and the heads of rows that a page has of its own."""


def plain(text: object, where: str) -> str:
    """The text, if it is text in one line that shows all that it holds; else InputError."""
    if not isinstance(text, str):
        raise InputError(f"{where}: {text!r:.60} is {type(text).__name__}, not text")
    if found := ODD.search(text):
        raise InputError(
            f"{where}: {text[:60]!r} holds {found.group()!a}; text has no control, line or"
            " bidirectional characters"
        )
    return text


def title_of(text: object, where: str) -> str:
    """The same of a title, which moreover cannot pass for a row of a page with its figures."""
    if found := _FORGED.search(plain(text, where)):
        raise InputError(
            f"{where}: {str(text)[:60]!r} could be taken for a row of a table by its"
            f" {found.group()!r}; give it other words"
        )
    return str(text)


def shown(text: str) -> str:
    """The text as it may reach a terminal: lines and tabs as they are, the rest of ODD spelled."""
    return ODD.sub(lambda one: one[0] if one[0] in "\n\t" else ascii(one[0])[1:-1], text)


def in_line(text: str) -> str:
    """The same of what belongs into one line: a name that somebody else gave."""
    return ODD.sub(lambda one: ascii(one[0])[1:-1], text)
