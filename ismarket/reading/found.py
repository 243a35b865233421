"""What a reading hands back: fields with where they stand, and what contradicts what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..text.sheet import Sheet, Table, shown_by
from ..text.wording import listed, money, rate
from .pagetext import CELL, Page
from .passages import Sentence
from .subject import Subject

FIELDS = {
    "market": "Market",
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
"""What a reading looks for, and how a sheet names it."""
CONFIDENCE = {
    "high": "under a label of its own, or in a sentence that says what it is and of which year",
    "medium": "told from the wording or from a neighbouring passage",
}
MOST_WORDS = 25


@dataclass(frozen=True)
class Found:
    """One field: ``value``, the span of the source it came from, a short quote, a confidence.

    Money is in ``currency``, rates are fractions; ``half_unit`` is the rounding as printed.
    """

    value: Any
    start: int
    end: int
    quote: str
    confidence: str
    currency: str = ""
    half_unit: float = 0.0


@dataclass(frozen=True)
class Reading:
    """What one page says: the fields that were found, and where it contradicts itself.

    ``subject`` is the market that it is about, None where it names none or several.
    """

    file: str
    fields: Mapping[str, Found]
    drivers: Mapping[str, Found]
    contradictions: tuple[str, ...]
    notes: tuple[str, ...]
    subject: Subject | None = None
    page: Page = field(default=Page(""), repr=False, compare=False)
    sentences: tuple[Sentence, ...] = field(default=(), repr=False, compare=False)

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that are not in the text, or cannot be told from it."""
        return tuple(name for name in FIELDS if name not in self.fields)

    def value(self, name: str) -> Any:
        """The value of a field, None where it was not found."""
        return self.fields[name].value if name in self.fields else None

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain values, as ``ismarket read --json`` prints it."""
        shown = {name: _plain(found) for name, found in self.fields.items()}
        return {
            "file": self.file,
            "fields": {name: shown.get(name) for name in FIELDS},
            "drivers": {name: _plain(found) for name, found in self.drivers.items()},
            "not_found": list(self.missing),
            "contradictions": list(self.contradictions),
            "notes": list(self.notes),
        }

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


def source_of(reading: Reading) -> str:
    """Publisher and file of a page, as its estimate and its claims are cited."""
    file = re.sub(r"[\x00-\x1f\x7f]", " ", reading.file)
    publisher = reading.value("publisher")
    return f"{publisher}, {file}" if publisher else file


def _plain(found: Found) -> dict[str, Any]:
    row = {name: value for name, value in vars(found).items() if name != "half_unit"}
    return row if found.currency else {k: v for k, v in row.items() if k != "currency"}


def shorten(text: str, at: int) -> str:
    """At most MOST_WORDS words of ``text`` around the character ``at``, on one line."""
    words = text.replace(CELL, " | ").split()
    if len(words) <= MOST_WORDS:
        return " ".join(words)
    index = len(text[:at].split())
    first = max(0, min(index - MOST_WORDS // 2, len(words) - MOST_WORDS))
    return " ".join(words[first : first + MOST_WORDS])


def cited(
    page: Page, value: Any, start: int, end: int, context: str, confidence: str, **money: Any
) -> Found:
    """A field read from characters ``start`` to ``end`` of a page, quoted from its ``context``.

    ``money`` is the currency and the rounding where the field has them.
    """
    if page.printed:
        words = shorten(*page.line(start))
    else:
        words = shorten(context, max(0, context.find(page.text[start:end])))
    return Found(value, *page.span(start, end), words, confidence, **money)


def sheet(reading: Reading) -> Sheet:
    """What was found, what was not, where the page contradicts itself, and what is in doubt."""
    rows = [
        [FIELDS[name], _value(name, found), found.confidence, f"{found.start} to {found.end}",
         f"\u201c{found.quote}\u201d"]
        for name, found in reading.fields.items()
    ]  # fmt: skip
    header = ["field", "read", "confidence", "characters", "words"]
    parts: list[str | Table] = [Table(header, rows, words=5)] if rows else []
    if reading.missing:
        parts.append(f"Not found: {listed([FIELDS[name] for name in reading.missing])}.")
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
