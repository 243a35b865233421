"""Claims: the sentences of a report that assert something, with the causes their words suggest."""

from __future__ import annotations

import re

from ..model.market_tables import CLAIM_COLUMNS
from ..model.words import Named
from ..text.spreadsheet import as_csv, safe
from .found import Reading, shorten, source_of
from .mentions import COMMON, found_in
from .passages import Sentence
from .vocabulary import CUES

HEADLINES = {"H1": "value", "H2": "cagr", "H3": "fastest_growing_class", "H4": "largest_region"}
"""The claims that an audit tests against the whole forecast, and the fields that they are of."""
COLUMNS = (*CLAIM_COLUMNS, "status", "source")
LEAST = 5
"""Words of a sentence that asserts something; an item under a heading of drivers has three."""


def claims_csv(reading: Reading) -> bytes:
    """The ledger of a page as CSV, one row a sentence; its headlines first.

    A cause or driver that no word of the sentence suggests is left blank.
    """
    rows, taken, source = [], set(), source_of(reading)
    for number, field in HEADLINES.items():
        if field in reading.fields:
            found = reading.fields[field]
            taken.add(found.quote)
            row = _row(number, "headline", found.quote, source)
            rows.append({**row, "driver": "baseline", "span": f"{found.start}-{found.end}"})
    told = (s for s in reading.sentences if asserts(s) and shorten(s.text, 0) not in taken)
    for count, sentence in enumerate(told, start=1):
        rows.append(_claim(f"C{count}", sentence, reading, source))
    return as_csv([COLUMNS, *([safe(row[c]) for c in COLUMNS] for row in rows)])


def asserts(sentence: Sentence) -> bool:
    """True where a sentence says something of the market: neither heading, question nor notice."""
    text = sentence.text.strip()
    words = text.split()
    if text == sentence.heading.strip() or CUES.no_claim.search(text):
        return False
    if CUES.driver_heading.search(sentence.heading) and len(words) >= LEAST - 2:
        return True
    return len(words) >= LEAST and text[-1:] in ".!;\"')"


def _row(number: str, section: str, text: str, source: str) -> dict[str, str]:
    return {**dict.fromkeys(COLUMNS, ""), "id": number, "section": section,
            "claim": text, "status": "published", "source": source}  # fmt: skip


def _claim(number: str, sentence: Sentence, reading: Reading, source: str) -> dict[str, str]:
    words, text = reading.subject.words if reading.subject else COMMON, sentence.text
    causes = suggested(words.causes, text)
    drivers = suggested(words.drivers, text)
    above = suggested(words.drivers, sentence.heading)
    matched = dict.fromkeys((*causes.values(), *drivers.values()))
    section = re.sub(r"\W+", " ", sentence.heading.lower()).strip()[:60] or "overview"
    start, end = reading.page.span(sentence.start, sentence.start + len(text))
    return _row(number, section, shorten(text, 0), source) | {
        "driver": next(iter((*above, *drivers)), ""),
        "mechanism": " ".join(causes),
        "direction": direction(text),
        "span": f"{start}-{end}",
        "words": "; ".join(matched),
    }  # fmt: skip


def suggested(names: Named, text: str) -> dict[str, str]:
    """The names whose words a text holds, in the order of the text, each with the word matched."""
    found = sorted((start, name, text[start:end]) for name, start, end in found_in(names, text))
    first: dict[str, str] = {}
    for _, name, word in found:
        first.setdefault(name, word)
    return first


def direction(text: str) -> str:
    """Which way a sentence says that its cause goes: up, down, or blank where it says neither."""
    up, down = CUES.rises.search(text), CUES.holds_back.search(text) or CUES.shrinks.search(text)
    return "" if bool(up) == bool(down) else "up" if up else "down"
