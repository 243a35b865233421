"""Reading a report page or press release: what it says, where, and where it contradicts itself.

Deterministic rules, no model: every field comes with the characters it was read from.  What the
page does not say, or says twice differently, is marked as not found and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import InputError
from . import contradictions, figures, growth, judge, statements
from .amounts import BLANK, YEAR
from .found import FIELDS, Found, Reading, cited, shorten
from .pagetext import Page, page_of
from .passages import Labelled, Sentence, passages
from .subject import Subject, known_subjects, named, subject_of
from .vocabulary import of_one_place

__all__ = ["FIELDS", "Found", "Reading", "read_file", "read_text"]
LARGEST_FILE = 2_097_152


def read_file(path: str | Path, market: str = "") -> Reading:
    """The reading of a text or HTML file; InputError for one that cannot be read as UTF-8.

    ``market`` says whose figures are wanted, as in ``read_text``.
    """
    file = Path(path)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if len(raw) > LARGEST_FILE:
        raise InputError(f"{file.name}: larger than {LARGEST_FILE} bytes; save the page alone")
    try:
        return read_text(raw.decode("utf-8"), file.name, market)
    except UnicodeDecodeError as error:
        raise InputError(f"{file.name}: not UTF-8 text (byte {error.start})") from None


def read_text(
    source: str, file: str = "text", market: str = "", known: Sequence[Subject] | None = None
) -> Reading:
    """The reading of a source text; spans are characters of ``source``.

    Figures are those of the market that the page is about, or of ``market``, by the name of an
    installed one or by what it is called.  ``known`` are the markets that a page may be about by
    their own words, by default those that are installed.
    """
    if known is None:
        known = installed()
    page = page_of(source)
    if not page.text.strip():
        return Reading(file, {}, {}, (), ("the file holds no readable text",))
    sentences, labelled = passages(page)
    subject = named(market, known) if market else subject_of(page, sentences, known)
    of_place = of_one_place([sentence.text for sentence in sentences])
    whole = [s for s, place in zip(sentences, of_place, strict=True) if not place]
    levels = figures.levels(whole, labelled)
    printed = growth.rates(whole, labelled)
    fields = {}
    if subject:
        fields["market"] = cited(page, subject.market, *subject.at, subject.title, "medium")
    period, disputed = judge.judge_period(page, growth.periods(whole, labelled, printed))
    fields |= period
    says = list(disputed)
    rate, problems = judge.judge_rate(page, printed)
    says += problems
    if rate:
        fields["cagr"] = rate
    end = fields["last_year"].value if "last_year" in fields else None
    money, problems = judge.judge_levels(page, levels, _base_year(page, labelled), end)
    says += problems
    fields |= money
    if "last_year" not in fields and not disputed:
        fields |= _last_year_of_value(page, levels, fields)
    notes = _say_words(page, sentences, labelled, fields, says)
    drivers = statements.drivers_named(page, sentences)
    if drivers:
        fields["drivers_named"] = replace(next(iter(drivers.values())), value=sorted(drivers))
    says += contradictions.steps(fields)[1]
    if blanks := [match.group().strip() for match in BLANK.finditer(page.text)]:
        says.append(f"{len(blanks)} fields left blank: {', '.join(dict.fromkeys(blanks))}")
    ordered = {name: fields[name] for name in FIELDS if name in fields}
    return Reading(
        file, ordered, drivers, tuple(dict.fromkeys(says)), tuple(notes), subject, page,
        tuple(sentences),
    )  # fmt: skip


def installed() -> tuple[Subject, ...]:
    """The installed markets with their words."""
    from ..plugins.installed import load_plugins

    return known_subjects(load_plugins().markets().values())


def _base_year(page: Page, labelled: list[Labelled]) -> Found | None:
    """The base year where the page labels it; None where labels differ."""
    found: dict[int, Found] = {}
    for item in labelled:
        match = re.match(rf"\D{{0,12}}({YEAR})\b", item.value)
        if re.search(r"\bbase\s+year", item.key, re.IGNORECASE) and match:
            span = page.span(item.start + match.start(1), item.start + match.end(1))
            year = int(match[1])
            found.setdefault(year, Found(year, *span, shorten(item.context, 0), "high"))
    return next(iter(found.values())) if len(found) == 1 else None


def _last_year_of_value(
    page: Page, levels: list[figures.Level], fields: dict[str, Found]
) -> dict[str, Found]:
    """The last year, where only the last value tells it."""
    if "last_value" not in fields:
        return {}
    for level in levels:
        start, end = page.span(level.start, level.end)
        if level.year and (start, end) == (fields["last_value"].start, fields["last_value"].end):
            at = level.start, level.end, level.context
            return {"last_year": cited(page, level.year, *at, "medium")}
    return {}


def _say_words(
    page: Page,
    sentences: list[Sentence],
    labelled: list[Labelled],
    fields: dict[str, Found],
    says: list[str],
) -> list[str]:
    """Fill publisher, region and class; where names compete, say so and fill nothing."""
    notes = []
    for name, reader in (
        ("publisher", statements.publisher),
        ("largest_region", statements.largest_region),
        ("fastest_growing_class", statements.fastest_class),
    ):
        found, competing = reader(page, sentences, labelled)
        if found:
            fields[name] = found
        elif competing and name == "publisher":
            notes.append(f"publisher: {' or '.join(competing)}")
        elif competing:
            says.append(f"{name.replace('_', ' ')}: {' and '.join(competing)}")
    return notes
