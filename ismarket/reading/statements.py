"""What a page says in words: its publisher, the largest region, the fastest class, the drivers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..model.words import Named
from .amounts import find_amounts, find_percents
from .found import Found, cited
from .mentions import COMMON, core, found_in
from .pagetext import Page
from .passages import Labelled, Sentence, cut
from .subject import Subject
from .vocabulary import CUES, GENERIC, LISTS, PUBLISHERS

_CAPITAL = r"(?:[A-Z0-9\u00c0-\u00dd][\w'-]*|&|of|and)"
_NAME = rf"(?<![\w-])(?P<name>[A-Z0-9][\w&+-]*(?:\s{_CAPITAL}){{0,4}})"
_HOUSE_NAME = (
    rf"(?<![\w&-])(?P<name>[A-Z0-9][\w&+-]*(?:\s{_CAPITAL}){{0,3}}\s{CUES.house.pattern})\b"
)
_HOUSES = re.compile(_HOUSE_NAME)
_FORM = re.compile(
    r"(?:,?\s(?:(?:Inc|Ltd|Pvt|Pte|Co|Corp|Ltda|S\.[AL]|[BN]\.V)\b\.?"
    r"|(?:Limited|LLC|LLP|GmbH|AG|KG|plc|PLC|SAS|SARL|BV)\b))+"
)
"""The legal form behind a name; whether its dot belongs to it cannot be told."""


def _patterns(table: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a table, with what a name and the name of a house look like."""
    names = {"<NAME>": _NAME, "<HOUSE>": _HOUSE_NAME}
    lines = (re.sub("<NAME>|<HOUSE>", lambda m: names[m[0]], line) for line in PUBLISHERS[table])
    return tuple(map(re.compile, lines))


_AT_AN_EDGE = _patterns("at_an_edge")
"""Where a name alone makes the publisher: it must not be of everyday words."""
_BY_NAME = _patterns("by_name")
_ALONE = re.compile(r"[Aa]ccording\s+to\s+(?P<name>[A-Z][a-z]+[A-Za-z]*)\b(?=[,.])")
"""A name of one word, which makes a publisher in a sentence with figures of a market."""
_LABEL = re.compile(
    r"publisher|(?:published|report|compiled|study)\s+by|(source|data)|(contact)|author", re.I
)
_SIGNED = re.compile(
    rf"^(?:[^.]{{0,60}},\s)?{_HOUSE_NAME}(?:{_FORM.pattern})?(?:\((?:TM|R)\)|[\u2122\u00ae])?"
    r"(?:,\s[A-Z]\w+|,?\s(?:\d{1,2}\s)?(?:[A-Z]\w+\s)?\d{4}|\s\u00a9\s\d{4})?\.?\s*$"
)
"""The last line of a page, signed by a house."""
_RIVAL = re.compile(r"\b(?:rival|another|other|separate|competing|earlier)\b", re.IGNORECASE)
_EVERYDAY = LISTS["everyday"]
_NOT_A_HOUSE = GENERIC | _EVERYDAY | LISTS["no_house"]
_CLAUSE = re.compile(
    r";|:(?=\s)|,?\s(?:while|whereas|but|although|though|however|despite)\s|,\s(?=and\s)|"
    r",?\s(?:followed\s(?=by)|ahead\s(?=of))|,\s(?=with\s)"
)
"""What sets one statement against another."""
_STOP = re.compile(r"[.;]\s")
_SEGMENT = re.compile(
    r"(?:^|[Tt]he\s+|[:,]\s)(?P<name>(?:[\w/&'-]+\s+){1,4}?)(?:segment|category|class)\s+"
    r"(?:is|was|will|to|are|has|registers|shows|grows)\b"
)
_IS_FASTEST = re.compile(
    r"\W{0,3}(?P<name>(?:[\w/&'-]+\s+){1,5}?)(?:is|are|forms?)\s+"
    r"(?:(?:also|expected|projected|set|likely|tipped|forecast|poised|anticipated)\s+)?(?:to\s+be\s+|as\s+)?"
    r"the\s+fastest[\s-]growing\s+(?:drug\s+|product\s+|treatment\s+)?(?:segment|class|type|product|drug)s?\b"
)
_OF_ANOTHER = re.compile(r"\s(?:region|market)\s(?:for|of)\s(?:the\s)?(?P<name>[a-z][\w\s-]+)")
"""What a region is the largest of."""
_OF_A_CLASS = frozenset("drug class product treatment therapy type therapeutic molecule".split())


def publisher(
    page: Page, subject: Subject | None, sentences: Sequence[Sentence], labelled: Iterable[Labelled]
) -> tuple[Found | None, list[str]]:
    """Who publishes the estimate, and the names in doubt where the page gives several."""
    found: dict[str, Found] = {}
    end_of_page = len(page.text.rstrip())

    def keep(
        name: str, start: int, end: int, context: str, confidence: str, plain: frozenset[str]
    ) -> None:
        person = re.fullmatch(r"\w+\s[A-Z]", name) and page.text[end : end + 1] == "."
        name = re.sub(rf"{_FORM.pattern}$", "", re.sub(r"\s[A-Z]$", "", name))
        name = re.sub(
            r"^(?:[A-Z]\w+\s[A-Z]\w+\sof|Copyright(?:\s\d{4})?|The(?!.*\sCompany$)|A|An|By|About)\s+|'s$|[\s,.]+$|\s(?:and|of|\d{4})$",
            "",
            name.strip(),
        )
        words = re.findall(r"[\w'-]+", name.lower())
        plain = plain if re.search(rf"\s{CUES.house.pattern}$", name) else _NOT_A_HOUSE
        everyday = person or all(word in plain or not word.isalpha() for word in words)
        own = subject is not None and bool((core(name) & core(subject.title)) - {"market"})
        if len(name) < 3 or own or CUES.wire.search(name) or re.search(r"^\d+$", name) or everyday:
            return
        if name not in found:
            form = re.search(rf"{re.escape(name)}({_FORM.pattern})", page.text)
            full = form.group() if form else name
            found[name] = cited(page, full, start, end, context, confidence)

    for item in labelled:
        told = _LABEL.fullmatch(item.key)
        if told and (name := re.match(_HOUSE_NAME if told[2] else _NAME, item.value)):
            plain = _NOT_A_HOUSE if told[1] else _EVERYDAY
            keep(name["name"], item.start, item.start + name.end(), item.value, "high", plain)
    for sentence in sentences:
        figures = re.search(r"market\b", sentence.text) and re.search(r"\d", sentence.text)
        alone = (_ALONE,) if figures else ()
        signed = (_SIGNED,) if sentence.start + len(sentence.text) >= end_of_page else ()
        edge = (*_AT_AN_EDGE, *alone, *signed)
        for patterns, plain in ((edge, _NOT_A_HOUSE), (_BY_NAME, _EVERYDAY)):
            for match in (m for pattern in patterns for m in pattern.finditer(sentence.text)):
                if _RIVAL.search(sentence.text[: match.start("name")]):
                    continue
                start, end = (sentence.start + at for at in match.span("name"))
                keep(match["name"], start, end, sentence.text[match.start() :], "medium", plain)
    if page.site and not found and not CUES.wire.search(page.site):
        return Found(page.site, 0, 0, f"og:site_name {page.site}", "medium"), []
    names = [n for n in found if not any(n != other and n in other for other in found)]
    rivals = (name for s in sentences for name in _with_figures(s)) if len(names) == 1 else ()
    names += [n for n in rivals if n not in names[0] and names[0] not in n]
    if len(names) == 1 and "." not in found[names[0]].value:
        return found[names[0]], []
    return None, [found[name].value if name in found else name for name in names]


def _with_figures(sentence: Sentence) -> Iterator[str]:
    """The houses named in a sentence with figures, but for those that it calls others."""
    figures = find_amounts(sentence.text) or find_percents(sentence.text)
    for match in _HOUSES.finditer(sentence.text) if figures and not sentence.item else ():
        everyday = all(word in _NOT_A_HOUSE for word in match["name"].lower().split())
        if not everyday and not _RIVAL.search(sentence.text[: match.start()]):
            yield match["name"]


def largest_region(
    page: Page, subject: Subject, sentences: Iterable[Sentence], labelled: Iterable[Labelled]
) -> tuple[Found | None, list[str]]:
    """The region that the page calls the largest."""
    label = (
        r"(?:largest|leading|dominant|dominating|biggest|top)\s+(?:regional\s+)?(?:market|region|"
        r"share)|region\s+with\s+the\s+largest"
    )
    said = _labelled_name(page, label, subject.words.regions, labelled)
    for sentence in sentences:
        asked = sentence.heading if len(sentence.text.split()) < 6 else ""
        if re.search(r"\b(?:region|market)\b.*\?$", asked) and CUES.largest.search(asked):
            names = found_in(subject.words.regions, sentence.text)
            if len(names) == 1 and not CUES.fastest.search(asked):
                _say(page, said, sentence, names[0])
        for clause in cut(sentence, _CLAUSE):
            cue = CUES.largest.search(clause.text)
            if not cue or CUES.fastest.search(clause.text) or CUES.negated.search(clause.text):
                continue
            other = _OF_ANOTHER.match(clause.text, cue.end())
            if other and core(other["name"]).isdisjoint(core(subject.title)):
                continue
            names = found_in(subject.words.regions, clause.text)
            if len({name for name, *_ in names}) == 1 and _of_the_market(
                clause.text, cue, names[0]
            ):
                _say(page, said, clause, names[0])
    return (next(iter(said.values())), []) if len(said) == 1 else (None, list(said))


def fastest_class(
    page: Page, subject: Subject, sentences: Iterable[Sentence], labelled: Iterable[Labelled]
) -> tuple[Found | None, list[str]]:
    """The drug class that the page calls the fastest growing: of the market's, or as printed."""
    label = r"fastest[\s-]growing\s+(?:drug\s+)?(?:segment|class|drug|product|type)"
    classes = subject.words.classes
    if not subject.installed:
        return _printed_class(page, label, sentences, labelled)
    said = _labelled_name(page, label, classes, labelled)
    for sentence in sentences:
        for clause in cut(sentence, _CLAUSE):
            names = found_in(classes, clause.text)
            if not _fastest(clause.text) or len({name for name, *_ in names}) != 1:
                continue
            apart = any(_a_drug(clause.text, *name) for name in names)
            if not apart and not found_in(subject.words.regions, clause.text):
                _say(page, said, clause, names[0])
    return (next(iter(said.values())), []) if len(said) == 1 else (None, list(said))


def _a_drug(clause: str, name: str, start: int, end: int) -> bool:
    """True for a segment that is not called as its class is: it may be one drug of it."""
    called = re.match(r"\s(?:segment|class)\b", clause[end:])
    return bool(called) and not core(clause[start:end]) & core(name)


def _fastest(clause: str) -> bool:
    """True for a clause that says, and does not ask, of something that it grows fastest."""
    return bool(CUES.fastest.search(clause.rpartition("?")[2]) and not CUES.negated.search(clause))


def _printed_class(
    page: Page, label: str, sentences: Iterable[Sentence], labelled: Iterable[Labelled]
) -> tuple[Found | None, list[str]]:
    said: dict[str, Found] = {}
    for item in labelled:
        name = re.sub(r"\s+segments?$|\.$", "", item.value.strip(), flags=re.IGNORECASE)
        if not re.search(label, item.key, re.IGNORECASE) or not 0 < len(name.split()) <= 5:
            continue
        if not CUES.not_a_class.search(name) and not CUES.section.search(name):
            at = item.start, item.start + len(name), item.context
            printed = _small(page.as_printed(*at[:2]))
            said.setdefault(printed, cited(page, printed, *at, "high"))
    above = None
    for sentence in sentences:
        by, above = CUES.basis.match(sentence.text) or above, CUES.basis.match(sentence.text)
        for clause in cut(sentence, _CLAUSE):
            text = clause.text if _fastest(clause.text) else ""
            found = _SEGMENT.search(text) or _IS_FASTEST.match(text)
            if not found:
                continue
            name = found["name"].strip()
            if by and by[1].lower() not in _OF_A_CLASS:
                continue  # a form or a place of sale is no class
            place = CUES.countries.search(name) or found_in(COMMON.regions, name)
            if name and not place and not CUES.not_a_class.search(name):
                start, end = (clause.start + at for at in found.span("name"))
                printed = _small(page.as_printed(start, end).strip())
                _say(page, said, clause, (printed, *found.span("name")))
    return (next(iter(said.values())), []) if len(said) == 1 else (None, list(said))


def _small(name: str) -> str:
    """A name as it stands inside a sentence: words in small letters, abbreviations as they are."""
    plain = re.sub(r"^(?:\W*(?:and\s+)?the\s+|\W+|and\s+)", "", name, flags=re.IGNORECASE)
    return " ".join(w.lower() if w[1:].islower() else w for w in plain.split())


def _labelled_name(
    page: Page, label: str, known: Named, labelled: Iterable[Labelled]
) -> dict[str, Found]:
    said: dict[str, Found] = {}
    for item in labelled:
        if not re.search(label, item.key, re.IGNORECASE):
            continue
        names = found_in(known, item.value)
        if len({name for name, *_ in names}) == 1:
            name, start, end = names[0]
            at = item.start + start, item.start + end, item.context
            said.setdefault(name, cited(page, name, *at, "high"))
    return said


def _say(page: Page, said: dict[str, Found], clause: Sentence, found: tuple[str, int, int]) -> None:
    name, start, end = found
    at = clause.start + start, clause.start + end, clause.text
    said.setdefault(name, cited(page, name, *at, "medium"))


def _of_the_market(clause: str, said: re.Match[str], named: tuple[str, int, int]) -> bool:
    """True where a region itself is said to be the largest: not a company, a class or a cause."""
    others = (
        r"players|compan(?:y|ies)|manufactur|vendors|product|segment|growth|patients|causes?\b|"
        r"prevalence|cases|burden"
    )
    rest = clause[said.end() :]
    if re.match(r"\W*(?:\w+\W+){0,2}(?:" + others + ")", rest, re.IGNORECASE):
        return False
    if not re.search(r"market|share|region|revenue|sales|position", clause, re.IGNORECASE):
        return False
    _, start, end = named
    before = clause[:start]
    if start < said.start():
        between = clause[end : said.start()]
        if CUES.countries.search(between) or re.search(r"\bsegment\b", clause, re.IGNORECASE):
            return False
        return not re.search(r"\b(?:in|across|within|of|for|from)\s+(?:the\s+)?$", before, re.I)
    return bool(
        re.search(
            r"(?:\bby|\bis|\bwas|\bha[sd]|\bbeing|\bremains|\b(?:belong|go)(?:s|ing)?\s+to|[:(-])\s*(?:the\s+)?$",
            before,
            re.I,
        )
    )


def drivers_named(
    page: Page, subject: Subject, sentences: Iterable[Sentence], labelled: Iterable[Labelled]
) -> dict[str, Found]:
    """The drivers that the page credits with growth, by name; not what holds growth back.

    In a part about drivers every clause counts, elsewhere one that says what pushes.
    """
    found: dict[str, Found] = {}
    for item in labelled:
        if re.fullmatch(r"(?:key\s+)?(?:market\s+)?(?:growth\s+)?drivers?", item.key, re.I):
            for piece in cut(Sentence(item.value, item.start), _STOP):
                if not CUES.holds_back.search(piece.text):
                    _credit(page, subject, found, piece)
    for sentence in sentences:
        text = sentence.text
        if CUES.holds_back.search(sentence.section) or text.strip() == sentence.section:
            continue
        under = CUES.driver_heading.search(sentence.section)
        for clause in cut(sentence, CUES.turn) if under or CUES.pushes.search(text) else ():
            said = clause.text
            against = CUES.holds_back.search(said) or CUES.negated.search(said)
            if (under or CUES.pushes.search(said)) and not against:
                _credit(page, subject, found, clause)
    return dict(sorted(found.items()))


def _credit(page: Page, subject: Subject, found: dict[str, Found], clause: Sentence) -> None:
    for name, start, end in found_in(subject.words.drivers, clause.text):
        at = clause.start + start, clause.start + end, clause.text
        found.setdefault(name, cited(page, name, *at, "medium"))
