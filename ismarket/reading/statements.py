"""What a page says in words: its publisher, the largest region, the fastest class, the drivers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .found import Found, cited, shorten
from .pagetext import Page
from .passages import Labelled, Sentence, cut
from .vocabulary import (
    CLASSES,
    DRIVER_HEADING,
    DRIVERS,
    FAMILY,
    FASTEST,
    HOLDS_BACK,
    LARGEST,
    NOT,
    PUSHES,
    REGIONS,
    named,
)

_HOUSE = (
    r"(?:Research|Insights?|Intelligence|Reports?|Consulting|Analytics|Economics|Advisory|"
    r"Partners|Consultants|Advisors|Data)"
)
_CAPITAL = r"(?:[A-Z0-9][\w'-]*|&|of|and)"
_NAME = rf"(?<![\w-])(?P<name>[A-Z0-9][\w-]*(?:\s{_CAPITAL}){{0,4}})"
_HOUSE_NAME = rf"(?<![\w-])(?P<name>[A-Z0-9][\w-]*(?:\s{_CAPITAL}){{0,3}}\s{_HOUSE})"
_BY_NAME = (
    rf"(?:[Pp]ublished|[Rr]eleased|[Ii]ssued|[Rr]eport|[Ss]tudy|[Rr]esearch|[Aa]nalysis)\s+by\s+{_NAME}",
    r"[Aa]ccording\s+to\s+(?:(?:an?|the)\s+)?(?:(?:new|latest|recent)\s+)?"
    rf"(?:(?:market\s+)?(?:report|study|analysis|research)\s+(?:by|from)\s+)?{_HOUSE_NAME}",
    rf"[Aa]nalysts?\s+(?:at|from|of)\s+{_NAME}",
    rf"\bsays\s+{_HOUSE_NAME}",
    rf"{_HOUSE_NAME}(?:'s\b|\s+(?:expects|forecasts|predicts|estimates|says|sees|projects|values|puts?|places))",
    rf"^\s*About\s+{_HOUSE_NAME}\s*$",
    rf"(?:\u00a9|\(c\)|[Cc]opyright)\s*(?:\d{{4}}\s*)?{_HOUSE_NAME}",
    rf"\s[-|]\s{_HOUSE_NAME}\s*$",
)
_WIRE = re.compile(
    r"newswire|prnewswire|business\s?wire|presswire|openpr|accesswire|reuters|bloomberg|news\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r";|:(?=\s)|,?\s(?:while|whereas|but|although|though|however|despite)\s|,\s(?=and\s)|"
    r",?\s(?:followed\s(?=by)|ahead\s(?=of))"
)
"""What sets one statement against another."""
_TURN = re.compile(
    r";|,?\s(?:while|whereas|but|although|though|however|despite|even\s+as)\s", re.IGNORECASE
)
"""Where a sentence turns; lists of causes stay whole."""


def publisher(
    page: Page, sentences: Iterable[Sentence], labelled: Iterable[Labelled]
) -> tuple[Found | None, list[str]]:
    """Who publishes the estimate, and the names in doubt where the page gives several."""
    found: dict[str, Found] = {}

    def keep(name: str, start: int, end: int, context: str, confidence: str) -> None:
        name = re.sub(r"^(?:The|A|An|By)\s+|'s$|[\s,.]+$|\s(?:and|of)$", "", name.strip())
        if len(name) < 3 or FAMILY.search(name) or _WIRE.search(name) or re.search(r"^\d", name):
            return
        span = page.span(start, end)
        found.setdefault(name, Found(name, *span, shorten(context, 0), confidence))

    for item in labelled:
        if re.fullmatch(r"publisher|published\s+by|source|report\s+by|author", item.key, re.I):
            name = re.match(_NAME, item.value)
            if name:
                keep(name["name"], item.start, item.start + name.end(), item.value, "high")
    for sentence in sentences:
        for pattern in _BY_NAME:
            for match in re.finditer(pattern, sentence.text):
                start, end = (sentence.start + at for at in match.span("name"))
                keep(match["name"], start, end, sentence.text[match.start() :], "medium")
    if page.site and not found and not _WIRE.search(page.site):
        return Found(page.site, 0, 0, f"og:site_name {page.site}", "medium"), []
    names = [n for n in found if not any(n != other and n in other for other in found)]
    return (found[names[0]], []) if len(names) == 1 else (None, names)


def largest_region(
    page: Page, sentences: Iterable[Sentence], labelled: Iterable[Labelled]
) -> tuple[Found | None, list[str]]:
    """The region that the page calls the largest."""
    label = r"(?:largest|leading|dominant|dominating|biggest)\s+(?:regional\s+)?(?:market|region)"
    return _said(page, sentences, labelled, label, LARGEST, FASTEST, REGIONS)


def fastest_class(
    page: Page, sentences: Iterable[Sentence], labelled: Iterable[Labelled]
) -> tuple[Found | None, list[str]]:
    """The drug class that the page calls the fastest growing."""
    label = r"fastest[\s-]growing\s+(?:drug\s+)?(?:segment|class|drug|product)"
    return _said(page, sentences, labelled, label, FASTEST, None, CLASSES)


def _said(
    page: Page,
    sentences: Iterable[Sentence],
    labelled: Iterable[Labelled],
    label: str,
    cue: re.Pattern[str],
    other: re.Pattern[str] | None,
    known: dict[str, str],
) -> tuple[Found | None, list[str]]:
    """The one name that stands with the cue; nothing where names differ or a clause has two."""
    found: dict[str, Found] = {}
    for item in labelled:
        names = named(known, item.value)
        if re.search(label, item.key, re.IGNORECASE) and len({name for name, *_ in names}) == 1:
            name, start, end = names[0]
            span = page.span(item.start + start, item.start + end)
            found.setdefault(name, Found(name, *span, item.context[:160], "high"))
    for sentence in sentences:
        for clause in cut(sentence, _CLAUSE):
            names = named(known, clause.text)
            said = cue.search(clause.text)
            if not said or len({name for name, *_ in names}) != 1 or NOT.search(clause.text):
                continue
            if other and other.search(clause.text):
                continue
            if known is REGIONS and not _of_the_market(clause.text, said):
                continue
            if known is CLASSES and named(REGIONS, clause.text):
                continue
            name, start, end = names[0]
            at = clause.start + start, clause.start + end, clause.text
            found.setdefault(name, cited(page, name, *at, "medium"))
    return (next(iter(found.values())), []) if len(found) == 1 else (None, list(found))


def _of_the_market(clause: str, said: re.Match[str]) -> bool:
    """True where a region itself is said to be the largest: not a company, a class or a cause."""
    others = r"players|compan(?:y|ies)|manufactur|vendors|product|segment|growth|patients|causes?\b"
    rest = clause[said.end() :]
    if re.match(r"\W*(?:\w+\W+){0,2}(?:" + others + ")", rest, re.IGNORECASE):
        return False
    if not re.search(r"market|share|region|revenue|sales", clause, re.IGNORECASE):
        return False
    _, start, _ = named(REGIONS, clause)[0]
    before = clause[:start]
    if start < said.start():
        return not re.search(r"\b(?:in|across|within|of|for|from)\s+(?:the\s+)?$", before, re.I)
    return bool(
        re.search(r"(?:\bby|\bis|\bwas|\bbeing|\bremains|[:(-])\s*(?:the\s+)?$", before, re.I)
    )


def drivers_named(page: Page, sentences: Iterable[Sentence]) -> dict[str, Found]:
    """The drivers that the page credits with growth, by name; not what holds growth back."""
    found: dict[str, Found] = {}
    for sentence in sentences:
        under = bool(DRIVER_HEADING.search(sentence.heading)) and not HOLDS_BACK.search(
            sentence.heading
        )
        if sentence.heading.strip() == sentence.text.strip():
            continue
        for clause in cut(sentence, _TURN):
            if HOLDS_BACK.search(clause.text) or NOT.search(clause.text):
                continue
            if not under and not PUSHES.search(clause.text):
                continue
            for name, start, end in named(DRIVERS, clause.text):
                at = clause.start + start, clause.start + end, clause.text
                found.setdefault(name, cited(page, name, *at, "medium"))
    return dict(sorted(found.items()))
