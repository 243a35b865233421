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
from . import figures, growth, judge, laws, statements, whole
from .amounts import BLANK, YEAR
from .found import FIELDS, Found, Reading, cited
from .languages import in_english, is_read, plainly
from .pagetext import Page, page_of
from .passages import Labelled, Sentence, passages
from .subject import Subject, known_subjects, named, subject_of, with_aliases

__all__ = ["FIELDS", "Found", "Reading", "read_file", "read_text"]
LARGEST_FILE = 2_097_152


def read_file(
    path: str | Path, market: str = "", known: Sequence[Subject] | None = None
) -> Reading:
    """The reading of a text or HTML file; InputError for one that cannot be read as UTF-8.

    ``market`` says whose figures are wanted and ``known`` of which markets, as in ``read_text``.
    """
    file = Path(path)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if len(raw) > LARGEST_FILE:
        raise InputError(f"{file.name}: larger than {LARGEST_FILE} bytes; save the page alone")
    try:
        return read_text(raw.decode("utf-8"), file.name, market, known)
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
    page, language = in_english(plainly(page_of(source)))
    if not page.text.strip():
        return Reading(file, {}, {}, (), ("the file holds no readable text",))
    sentences, labelled = passages(page)
    notes = [] if is_read(language) else [f"the page is in {language}, which is not read"]
    subject, several = subject_of(page, sentences, labelled, known)
    apart = False
    if market:
        asked = named(market, known)
        apart = bool(several) or (subject is not None and subject.market != asked.market)
        subject, several = asked if apart or not subject else subject, []
    if several:
        listed_ones = ", ".join(dict.fromkeys(one.market for one in several))
        notes.append(f"the page is of several markets, name one with --market: {listed_ones}")
    about = page, tuple(sentences), tuple(labelled), apart
    cut = (f"only the first {page.cut:,} characters of its text are read",) if page.cut else ()
    if subject is None or notes:
        fields = {}
        if not notes:
            notes.append("the page names no market; name one with --market")
            found, _ = statements.publisher(page, subject, sentences, labelled)
            fields = {"publisher": found} if found else {}
        return Reading(file, fields, {}, (), (*notes, *cut), subject, *about[:2])
    reading = _of_market(file, with_aliases(subject, page.text), *about)
    return replace(reading, notes=(*reading.notes, *cut))


def _of_market(
    file: str,
    subject: Subject,
    page: Page,
    sentences: tuple[Sentence, ...],
    labelled: tuple[Labelled, ...],
    apart: bool,
) -> Reading:
    """What a page says of one market; ``apart`` is true where the page itself is about another."""
    publisher, houses = statements.publisher(page, subject, sentences, labelled)
    names = [publisher.value] if publisher else houses
    subject = replace(subject, house=names[0] if len(names) == 1 else "")
    kinds = whole.kinds(subject, sentences, apart)
    own = [s for s, kind in zip(sentences, kinds, strict=True) if kind == whole.OWN]
    same = [s for s, kind in zip(sentences, kinds, strict=True) if kind != whole.OTHER]
    boxes = whole.of_own(subject, labelled, apart)
    printed_levels = figures.levels(subject, own, boxes)
    levels = [v for v in printed_levels if v.told]
    printed = growth.rates(subject, own, boxes)
    fields = {"market": cited(page, subject.market, *subject.at, subject.title, "medium")}
    period, disputed = judge.judge_period(page, growth.periods(subject, own, boxes, printed))
    fields |= period
    says = list(disputed)
    rate, problems = judge.judge_rate(page, printed)
    says += problems
    if rate:
        fields["cagr"] = rate
    first, end = (fields[f].value if f in fields else None for f in ("first_year", "last_year"))
    money, problems = judge.judge_levels(page, levels, _base_year(page, boxes), (first, end))
    says += problems
    if disputed:
        money.pop("last_year", None)
    fields = money | fields  # a period that is printed goes before the year of an amount
    if any(v.role == figures.TWICE for v in printed_levels):
        says.append("left open, an amount in two currencies: it is not told which is meant")
    _say_words(page, subject, same, boxes, fields, says)
    notes: list[str] = []
    if publisher:
        fields["publisher"] = publisher
    elif houses:
        notes.append(f"publisher: {' or '.join(houses)}")
    drivers = statements.drivers_named(page, subject, same, boxes)
    if drivers:
        fields["drivers_named"] = replace(next(iter(drivers.values())), value=sorted(drivers))
    fields, problems = laws.kept(page, fields, printed_levels)
    says += problems
    says += laws.steps(fields)[1]
    if blanks := [match.group().strip() for match in BLANK.finditer(page.text)]:
        says.append(f"{len(blanks)} fields left blank: {', '.join(dict.fromkeys(blanks))}")
    ordered = {name: fields[name] for name in FIELDS if name in fields}
    if not subject.installed:
        notes.append(f"the page is about another market than those installed: {subject.title}")
    return Reading(file, ordered, drivers, tuple(dict.fromkeys(says)), tuple(notes), subject, page,
                   sentences)  # fmt: skip


def installed() -> tuple[Subject, ...]:
    """The installed markets with their words."""
    from ..plugins.installed import load_plugins

    return known_subjects(load_plugins().markets.values())


def _base_year(page: Page, labelled: Sequence[Labelled]) -> Found | None:
    """The base year where the page labels it; None where labels differ."""
    found: dict[int, Found] = {}
    for item in labelled:
        match = re.match(rf"\D{{0,12}}({YEAR})\b(?!.*\b{YEAR}\b)", item.value)
        if re.search(r"\bbase\s+year", item.key, re.IGNORECASE) and match:
            at = item.start + match.start(1), item.start + match.end(1), item.context
            year = int(match[1])
            found.setdefault(year, cited(page, year, *at, "high"))
    return next(iter(found.values())) if len(found) == 1 else None


def _say_words(
    page: Page,
    subject: Subject,
    sentences: list[Sentence],
    labelled: list[Labelled],
    fields: dict[str, Found],
    says: list[str],
) -> None:
    """Fill region and class; where names compete, say so and fill nothing."""
    for name, reader in (
        ("largest_region", statements.largest_region),
        ("fastest_growing_class", statements.fastest_class),
    ):
        found, competing = reader(page, subject, sentences, labelled)
        if found:
            fields[name] = found
        elif competing:
            says.append(f"{name.replace('_', ' ')}: {' and '.join(competing)}")
