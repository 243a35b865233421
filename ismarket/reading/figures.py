"""Levels and growth: which printed amount is the base value, which the last, at which rate."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .amounts import (
    YEAR,
    Amount,
    find_amounts,
    find_blanks,
    find_percents,
    find_periods,
    number,
    unit_of,
)
from .passages import Labelled, Sentence
from .vocabulary import (
    FUTURE,
    GROWTH_RATE,
    HISTORY,
    NOT_A_LEVEL,
    PAST,
    PRESENT,
    about_the_whole,
)

ROLES = ("labelled", "past", "present", "start", "future", "bare")
SMALLEST = 1e6
"""Amounts below a million, in any currency, are prices and fees, not markets."""


@dataclass(frozen=True)
class Level:
    """An amount taken for the whole market: its role in the sentence and its year, if told."""

    amount: Amount
    year: int | None
    role: str
    start: int
    end: int
    context: str


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


def levels(sentences: Iterable[Sentence], labelled: Iterable[Labelled]) -> list[Level]:
    """Every amount that stands for the whole market, from labels and from prose."""
    found = [level for item in labelled for level in _labelled_level(item)]
    taken = {level.start for level in found}
    for sentence in sentences:
        found += [level for level in _in_sentence(sentence) if level.start not in taken]
    return found


def _labelled_level(item: Labelled) -> list[Level]:
    key = item.key
    size = re.search(
        r"market\s+(?:size|value)|\bvalue\b|\brevenue|\bsales\b|^(?:global\s+)?market$", key, re.I
    )
    if not size or not about_the_whole(key, "") or re.search(r"increment|growth", key, re.I):
        return []
    years = re.findall(rf"\b{YEAR}\b", key)
    amounts = [a for a in find_amounts(item.value) if a.value is None or a.value >= SMALLEST]
    if not amounts and (unit := unit_of(key)):
        bare = re.match(r"\s*([\d.,' ]*\d)\s*$", item.value)
        read = number(bare[1]) if bare else None
        if bare and read:
            currency, factor = unit
            amounts = [
                Amount(0, bare.end(1), read[0] * factor, currency, read[1] * factor),
            ]
    if len(amounts) != 1:
        return []
    amount = amounts[0]
    inside = re.findall(rf"\b{YEAR}\b", item.value[amount.end :])
    told = [int(year) for year in (years or inside)]
    year = told[0] if len(set(told)) == 1 else None
    role = "future" if re.search(r"forecast|projected|expected", key, re.I) else "labelled"
    at = item.start
    context = f"{item.key}: {item.value}"
    return [Level(amount, year, role, at + amount.start, at + amount.end, context)]


def _in_sentence(sentence: Sentence) -> list[Level]:
    text, found, begin = sentence.text, [], 0
    amounts = find_amounts(text)
    for index, amount in enumerate(amounts):
        stop = amounts[index + 1].start if index + 1 < len(amounts) else len(text)
        own, after = text[begin : amount.start], text[amount.end : stop]
        year, used = _year_of(own, after)
        begin = amount.end + used
        whole = about_the_whole(text[: amount.start], text[amount.end :])
        small = not amount.range and (amount.value is None or amount.value < SMALLEST)
        if not whole or small or NOT_A_LEVEL.search(own):
            continue
        role = _role(own, after[:used] if used else "", bool(found))
        if role:
            start, end = sentence.start + amount.start, sentence.start + amount.end
            found.append(Level(amount, year, role, start, end, text))
    return found


def _year_of(own: str, after: str) -> tuple[int | None, int]:
    """The year that belongs to an amount, and how much of what follows it that took."""
    near = re.match(
        r"\s*(?:,\s*)?(?:\(\s*)?(?:revenue\s+)?(?:(?:in|by|for|during|as\s+of|at|over)\s+)?"
        rf"(?:the\s+)?(?:year\s+)?(?:end\s+of\s+)?(?:FY\s?)?({YEAR})\b(?!\s?(?:-|to)\s?\d)\)?",
        after,
    )
    if near:
        return int(near[1]), near.end()
    before = re.findall(
        rf"(?:\b(?:in|by|for|of|during)\s+(?:the\s+)?(?:year\s+|end\s+of\s+)?|^\W*)({YEAR})\b(?!\s?(?:-|to)\s?\d)",
        own,
        re.IGNORECASE,
    )
    return (int(before[-1]), 0) if before else (None, 0)


def _role(own: str, year_words: str, later: bool) -> str:
    """What the words before an amount, and those of its year, make of it."""
    by_year = re.match(r"\s*,?\s*by\b", year_words)
    future = [m.end() for m in FUTURE.finditer(own)]
    past = [m.end() for m in PAST.finditer(own)]
    if re.search(r"\bfrom\s+(?:about\s+|around\s+)?$", own):
        return "start"
    if re.search(r"\b(?:amounted|equal|came|rose|grew|fell|increased|climbed|up)\s+to\s+$", own):
        return "past"
    if by_year or re.search(r"(?:\bto|->|\u2192)\s+(?:about\s+|around\s+|nearly\s+)?$", own):
        return "future"
    if future and (not past or future[-1] > past[-1] or re.search(r"\bwill\b", own)):
        return "future"
    if past:
        return "past"
    if PRESENT.search(own):
        return "present"
    if re.search(r"between\s+$", own):
        return "present"
    return "bare" if not later or year_words else ""


def rates(sentences: Iterable[Sentence], labelled: Iterable[Labelled]) -> list[Rate]:
    """Every yearly rate that stands for the whole market's forecast growth."""
    found = []
    for item in labelled:
        if GROWTH_RATE.search(item.key) and not HISTORY.search(item.key):
            percents = find_percents(item.value)
            region = not about_the_whole(item.key, "")
            if len(percents) == 1 and not region:
                p, context = percents[0], f"{item.key}: {item.value}"
                found.append(
                    Rate(
                        p.value,
                        p.half_unit,
                        item.start + p.start,
                        item.start + p.end,
                        context,
                        True,
                    )
                )
    taken = {rate.start for rate in found}
    for sentence in sentences:
        for rate in _rates_in(sentence):
            if rate.start not in taken:
                found.append(rate)
    return found


def _rates_in(sentence: Sentence) -> list[Rate]:
    text, found = sentence.text, []
    for percent in find_percents(text):
        near = text[max(0, percent.start - 60) : percent.end + 30]
        before = text[: percent.start]
        if not GROWTH_RATE.search(near) or HISTORY.search(before):
            continue
        if re.search(r"year[\s-]on[\s-]year|y-?o-?y|\bshare\s+of\s+$", near, re.IGNORECASE):
            continue
        if re.search(r"(?:highest|fastest)\W+(?:\w+\W+){0,2}$", before, re.IGNORECASE):
            continue
        if about_the_whole(before, text[percent.end :]):
            start, end = sentence.start + percent.start, sentence.start + percent.end
            found.append(Rate(percent.value, percent.half_unit, start, end, text, False))
    return found


def periods(
    sentences: Iterable[Sentence], labelled: Iterable[Labelled], growth: Iterable[Rate]
) -> list[Period]:
    """Every forecast period that the page states; rank 0 is under a label of its own."""
    found = []
    contexts = [rate.context for rate in growth]
    for item in labelled:
        named = re.search(r"forecast(?:ed|ing)?\s+(?:period|years?|horizon)", item.key, re.I)
        if named and not HISTORY.search(item.key):
            for start, end, first, last in find_periods(item.value)[:1]:
                at, context = item.start, f"{item.key}: {item.value}"
                found.append(Period(first, last, 0, at + start, at + end, context))
        elif GROWTH_RATE.search(item.key) and about_the_whole(item.key, ""):
            for text, at in ((item.key, item.whole), (item.value, item.start)):
                for start, end, first, last in find_periods(text)[:1]:
                    context = f"{item.key}: {item.value}"
                    found.append(Period(first, last, 1, at + start, at + end, context))
    for sentence in sentences:
        blank = find_blanks(sentence.text) and GROWTH_RATE.search(sentence.text)
        found += _periods_in(sentence, bool(blank) or sentence.text in contexts)
    return found


def _periods_in(sentence: Sentence, grows: bool) -> list[Period]:
    text, found = sentence.text, []
    for start, end, first, last in find_periods(text):
        before = text[:start]
        named = re.search(r"forecast(?:\s+(?:period|years?))?\W*(?:\w+\W+){0,4}$", before, re.I)
        if HISTORY.search(before[-60:]) or not (named or grows):
            continue
        rank = 0 if named else 1
        at = sentence.start
        found.append(Period(first, last, rank, at + start, at + end, text))
    if grows and not found:
        for match in re.finditer(rf"\b(?:through|until|to|till|up\s+to)\s+({YEAR})\b", text):
            start, end = sentence.start + match.start(1), sentence.start + match.end(1)
            found.append(Period(None, int(match[1]), 2, start, end, text))
    return found
