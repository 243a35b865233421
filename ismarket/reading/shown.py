"""A reading as it is printed: field, value, confidence, where, and the words it came from."""

from __future__ import annotations

import textwrap

from ..wording import money, rate
from .found import FIELDS, Found, Reading

_WIDTH = 100
_NAMES = {
    "publisher": "Publisher",
    "base_year": "Base year",
    "value": "Value",
    "cagr": "CAGR",
    "first_year": "First year",
    "last_year": "Last year",
    "last_value": "Last value",
    "largest_region": "Largest region",
    "fastest_growing_class": "Fastest class",
    "drivers_named": "Drivers named",
}


def as_text(reading: Reading) -> str:
    """The page for a terminal: found fields, what was not found, contradictions, notes."""
    lines = [f"Read from {reading.file}"]
    for name in FIELDS:
        found = reading.fields.get(name)
        if not found:
            lines.append(f"{_NAMES[name]:<15}not found")
            continue
        where = f"{found.confidence}, characters {found.start} to {found.end}"
        lines.append(f"{_NAMES[name]:<15}{_value(name, found)}  ({where})")
        lines += textwrap.wrap(
            f"\u201c{found.quote}\u201d",
            _WIDTH,
            initial_indent=" " * 15,
            subsequent_indent=" " * 16,
        )
    lines += [f"Contradiction: {text}." for text in reading.contradictions]
    lines += [f"Note: {text}." for text in reading.notes]
    return "\n".join(lines)


def _value(name: str, found: Found) -> str:
    if name in ("value", "last_value"):
        return f"{found.currency} {money(found.value)}"
    if name == "cagr":
        return rate(found.value)
    return ", ".join(found.value) if isinstance(found.value, list) else str(found.value)
