"""A reading as a printed sheet: field, value, confidence, where, and the words it came from."""

from __future__ import annotations

from ..text.sheet import Sheet, Table
from ..text.wording import listed, money, rate
from .found import CONFIDENCE, Found, Reading

NAMES = {
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


def sheet(reading: Reading) -> Sheet:
    """What was found, what was not, where the page contradicts itself, and what is in doubt."""
    rows = [
        [NAMES[name], _value(name, found), found.confidence, f"{found.start} to {found.end}",
         f"\u201c{found.quote}\u201d"]
        for name, found in reading.fields.items()
    ]  # fmt: skip
    header = ["field", "read", "confidence", "characters", "words"]
    parts: list[str | Table] = [Table(header, rows, words=5)] if rows else []
    if reading.missing:
        parts.append(f"Not found: {listed([NAMES[name] for name in reading.missing])}.")
    parts += [f"Contradiction: {text.rstrip('.')}." for text in reading.contradictions]
    parts += [f"Note: {text}." for text in reading.notes]
    if rows:
        parts += [f"· {word}: {meaning}." for word, meaning in CONFIDENCE.items()]
    return Sheet(f"Read from {reading.file}", parts)


def _value(name: str, found: Found) -> str:
    if name in ("value", "last_value"):
        return f"{found.currency} {money(found.value)}"
    if name == "cagr":
        return rate(found.value)
    return ", ".join(found.value) if isinstance(found.value, list) else str(found.value)
