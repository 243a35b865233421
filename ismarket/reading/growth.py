"""Growth: the yearly rates of the whole market's forecast, and the years that they cover."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .amounts import BLANK, YEAR, find_amounts, find_percents, find_periods
from .figures import DIGIT, MOST
from .passages import Labelled, Sentence
from .subject import Subject
from .vocabulary import CUES
from .whole import label_of_whole, of_whole

_ONE_YEAR = re.compile(rf"\bfrom\b.*\b({YEAR})\s+to\b.*\b({YEAR})\W+(?:at|with)\b[^.;]*$")


@dataclass(frozen=True)
class Rate:
    """A yearly growth rate of the whole market, None for a range, with where it stands."""

    value: float | None
    half_unit: float
    start: int
    end: int
    context: str
    labelled: bool


@dataclass(frozen=True)
class Period:
    """First and last year of a forecast (first None where only the end is told)."""

    first: int | None
    last: int
    rank: int
    start: int
    end: int
    context: str


def rates(
    subject: Subject, sentences: Iterable[Sentence], labelled: Iterable[Labelled]
) -> list[Rate]:
    """Every yearly rate that stands for the whole market's forecast growth."""
    found = []
    for item in labelled:
        if CUES.growth_rate.search(item.key) and not CUES.history.search(item.key):
            percents = find_percents(
                item.value + "%" * ("%" in item.key and item.value[-1:].isdigit())
            )
            if len(percents) == 1 and label_of_whole(subject, item.key):
                p, at = percents[0], item.start
                start, end = at + p.start, at + p.end
                found.append(Rate(p.value, p.half_unit, start, end, item.context, True))
    taken = {rate.start for rate in found}
    prose = (rate for s in sentences if DIGIT.search(s.text) for rate in _rates_in(subject, s))
    return [*found, *(rate for rate in prose if rate.start not in taken)][:MOST]


def _rates_in(subject: Subject, sentence: Sentence) -> list[Rate]:
    text, found, begin = sentence.text, [], 0
    if CUES.units.search(text) and not find_amounts(text):
        return []
    for percent in find_percents(text):
        own, begin = text[begin : percent.start], percent.end
        if CUES.grew.search(own) and not CUES.future.search(own):
            continue
        if (year := _ONE_YEAR.search(own)) and int(year[2]) == int(year[1]) + 1:
            continue  # the growth of a single year
        near = text[max(0, percent.start - 60) : percent.end + 30]
        before = text[: percent.start]
        near += sentence.heading if sentence.heading.endswith("?") else ""
        if not CUES.growth_rate.search(near) or CUES.history.search(before):
            continue
        if percent.value is not None and percent.value > 0 and CUES.shrinks.search(before):
            continue  # "a decline of 1.9%": the sign is in the words
        if re.search(r"year[\s-]on[\s-]year|y-?o-?y|\bshare\s+of\s+$", near, re.IGNORECASE):
            continue
        if re.search(r"(?:highest|fastest)\W+(?:\w+\W+){0,2}$", before, re.IGNORECASE):
            continue
        if of_whole(subject, before, text[percent.end :]):
            start, end = sentence.start + percent.start, sentence.start + percent.end
            found.append(Rate(percent.value, percent.half_unit, start, end, text, False))
    return found


def periods(
    subject: Subject,
    sentences: Iterable[Sentence],
    labelled: Iterable[Labelled],
    growth: Iterable[Rate],
) -> list[Period]:
    """Every forecast period that the page states; rank 0 is under a label of its own."""
    found = []
    contexts = {rate.context for rate in growth}
    for item in labelled:
        named = re.search(r"forecast(?:ed|ing)?\s+(?:period|years?|horizon)", item.key, re.I)
        if named and not CUES.history.search(item.key):
            for text, at in ((item.value, item.start), (item.key, item.whole)):
                for start, end, first, last in find_periods(text)[:1]:
                    found.append(Period(first, last, 0, at + start, at + end, item.context))
        elif CUES.growth_rate.search(item.key) and label_of_whole(subject, item.key):
            for text, at in ((item.key, item.whole), (item.value, item.start)):
                for start, end, first, last in find_periods(text)[:1]:
                    found.append(Period(first, last, 1, at + start, at + end, item.context))
    for sentence in sentences:
        if not DIGIT.search(sentence.text):
            continue
        blank = BLANK.search(sentence.text) and CUES.growth_rate.search(sentence.text)
        found += _periods_in(sentence, bool(blank) or sentence.text in contexts)
    return found[:MOST]


def _periods_in(sentence: Sentence, grows: bool) -> list[Period]:
    text, found = sentence.text, []
    for start, end, first, last in find_periods(text):
        before = text[:start]
        named = re.search(r"forecast(?:\s+(?:period|years?))?\W*(?:\w+\W+){0,4}$", before, re.I)
        said = before[-80:]
        grew = list(CUES.grew.finditer(said))
        if grew and not CUES.future.search(said, grew[-1].end()):
            continue
        adds = re.search(r"\b(?:grow|increase|rise|expand)\s+by\s[^;:]{0,60}$", before)
        if last - first < 2 or CUES.history.search(before[-60:]) or not (named or grows or adds):
            continue  # "2028/29" is one year
        titled = sentence.item or (named and CUES.in_a_title.search(before[-120:]))
        at, rank = sentence.start, 3 if titled else 0 if named else 1 if grows else 2
        found.append(Period(first, last, rank, at + start, at + end, text))
    if grows and not found:
        for match in re.finditer(rf"\b(?:through|until|to|till|up\s+to)\s+({YEAR})\b", text):
            start, end = sentence.start + match.start(1), sentence.start + match.end(1)
            found.append(Period(None, int(match[1]), 2, start, end, text))
    return found
