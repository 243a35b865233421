"""Levels: which printed amounts stand for the whole market, each with its year and its role."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .amounts import SCALE, SMALLEST, YEAR, Amount, find_amounts, number, scale_factor, unit_of
from .mentions import MARKET
from .passages import Labelled, Sentence
from .subject import Subject
from .vocabulary import ABOUT, CUES, NOT_A_LEVEL
from .whole import label_of_whole, of_whole

MOST = 200
"""Amounts of one page that are weighed against each other."""
BY_YEAR = rf"\W*by\s+(?:the\s+)?(?:(?:end|close)\s+of\s+)?(?:year\s+)?{YEAR}"
UNTOLD, PART, TWICE = "untold", "part", "twice"
_OVER_YEARS = re.compile(rf"\s*(?:from|between|over|during|in)\s+{YEAR}\s?(?:-|to|and)\s?{YEAR}\b")
"""What stands behind an amount that is added over years."""
_TO_COME = r"(?:is|are)\s+(?:foreseen|expected|forecast|anticipated|projected)\b\s*"
_ONE_YEAR = rf"({YEAR})\b(?!\s?(?:-|/|to)\s?\d)"
_YEAR_BEHIND = re.compile(
    rf"\s*\)?,?\s*\(?\s*(?:{_TO_COME})?(?:(?:in\s+)?(?:revenues?|sales)\s+)?"
    r"(?:(?:in|by|for|during|as\s+of|at|over)\s+)?(?:the\s+)?(?:(?:base\s+)?year\s+)?"
    rf"(?:(?:end|close)\s+of\s+)?(?:fiscal\s)?{_ONE_YEAR}\)?"
)
_YEAR_BEFORE = re.compile(
    r"(?:\b(?:in|by|for|of|during|was|had|reached)\s+(?:the\s+)?(?:(?:base\s+)?year\s+|end\s+of\s+)?"
    rf"|^\W*){_ONE_YEAR}|\b({YEAR})\)?:\s+$",
    re.IGNORECASE,
)
_CONVERTED = re.compile(rf"\s*\((?:or\s+)?{ABOUT}$")
"""What stands between an amount and the same in another currency."""
DIGIT = re.compile(r"\d")
_UNIT_LABEL = re.compile(r"(?:currency|unit(?:s)?|values?|figures)(?:\s+in)?$", re.IGNORECASE)
_BOUND = re.compile(r"\b(?:exceed|surpass|cross|top)(?:s|es|ing)?\s+(?:the\s+)?$", re.IGNORECASE)
_MOVED = re.compile(r"\b(?:went|\w+ed)\s+from\b", re.IGNORECASE)


@dataclass(frozen=True)
class Level:
    """An amount taken for the whole market: its role in the sentence and its year, if told.

    The role is labelled, past, present, start, future, headline or bare; a ``bound`` is exceeded.
    One that is untold has words that do not tell its role; a part is of something else, or may be;
    what is printed twice is so in two currencies.
    """

    amount: Amount
    year: int | None
    role: str
    start: int
    end: int
    context: str
    bound: bool = False

    @property
    def told(self) -> bool:
        """True where words tell that it is of the whole market, and in what role."""
        return self.role not in (UNTOLD, PART, TWICE)


def levels(
    subject: Subject, sentences: Sequence[Sentence], labelled: Sequence[Labelled]
) -> list[Level]:
    """Every amount that stands for the whole market, from labels and from prose."""
    prose = [level for s in sentences if DIGIT.search(s.text) for level in _in_sentence(subject, s)]
    currencies = {v.amount.currency for v in prose}
    told = [unit_of(item.value) for item in labelled if _UNIT_LABEL.match(item.key)]
    unit = next(filter(None, told), (min(currencies), 1.0) if len(currencies) == 1 else None)
    found = [level for item in labelled for level in _labelled_level(subject, item, unit)]
    taken = {level.start for level in found}
    found += [level for level in prose if level.start not in taken]
    once = {(v.amount.value, v.amount.currency, v.year, v.role): v for v in reversed(found)}
    return sorted(once.values(), key=lambda v: v.start)[:MOST]


def _labelled_level(
    subject: Subject, item: Labelled, shared: tuple[str, float] | None
) -> list[Level]:
    """The level under a label; ``shared`` is the page's currency and scale, for a bare number."""
    key = item.key
    size = re.search(
        r"market\s+(?:size|value|forecast)|\bvalue\b|\bsize\b|\brevenue|\bsales\b|"
        r"^(?:the\s+)?(?:global\s+)?market(?:\s+in\s+\d{4})?$|\b(?:world|total)\b|"
        rf"^(?:projected|forecast|expected)\W+{YEAR}$",
        key, re.I,
    )  # fmt: skip
    if MARKET.search(item.heading) or (item.heading and label_of_whole(subject, item.heading)):
        size = size or re.fullmatch(YEAR, key)
    grows = re.search(r"increment|growth|CAGR|%", key, re.I)
    if not size or grows or not label_of_whole(subject, key):
        return []
    years = re.findall(rf"\b{YEAR}\b", key)
    amounts = [a for a in find_amounts(item.value) if a.value is None or a.value >= SMALLEST]
    unit = unit_of(key) or unit_of(item.heading) or shared
    if not amounts and unit:
        bare = re.match(rf"\s*([\d.,' ]*\d)\s?({SCALE})?\s*$", item.value, re.I)
        scale = scale_factor(bare[2] or "") if bare else 1.0
        read = number(bare[1], max(unit[1], scale)) if bare else None
        if bare and read and read[0] >= SMALLEST:
            amounts = [Amount(0, bare.end(1), read[0], unit[0], read[1])]
    if len(amounts) != 1:
        return []
    amount = amounts[0]
    inside = re.findall(rf"\b{YEAR}\b", item.value[amount.end :])
    told = [int(year) for year in (years or inside)]
    year = told[0] if len(set(told)) == 1 else None
    role = "future" if re.search(r"forecast|projected|expected", key, re.I) else "labelled"
    at = item.start
    return [Level(amount, year, role, at + amount.start, at + amount.end, item.context)]


def _in_sentence(subject: Subject, sentence: Sentence) -> list[Level]:
    text, begin = sentence.text, 0
    found: list[Level] = []
    amounts = find_amounts(text)
    pairs = enumerate(pairwise(amounts))
    converted = [i for i, (a, b) in pairs if _CONVERTED.fullmatch(text[a.end : b.start])]
    twice = {index for i in converted for index in (i, i + 1)}  # which of the two stays open
    for index, amount in enumerate(amounts):
        stop = amounts[index + 1].start if index + 1 < len(amounts) else len(text)
        own, after = text[begin : amount.start], text[amount.end : stop]
        year, used = _year_of(own, after)
        if not year and len(amounts) == 1 and sentence.heading.endswith("?"):
            asked = re.findall(rf"\b{YEAR}\b", sentence.heading)
            year = int(asked[0]) if len(asked) == 1 else None
            own = f"{sentence.heading} {own}" if year else own
        begin = amount.end + used
        small = not amount.range and (amount.value is None or amount.value < SMALLEST)
        before = text[: amount.start]
        wider = subject.place and CUES.whole_world.search(before)
        if small or wider or NOT_A_LEVEL.search(own) or CUES.not_a_market.search(before):
            continue
        a_market = re.search(r"\ban?\s+$", own) and re.match(
            r"\s+(?:market|business|niche)\b", after
        )
        if _OVER_YEARS.match(after) or (a_market and not year):
            continue
        whole = of_whole(subject, before, text[amount.end :])
        role = _role(before, own, after[: used or 30]) or UNTOLD if whole else PART
        if index in twice:
            role = TWICE
        if sentence.item and role in ("bare", "present") and not CUES.past.search(own):
            role = "headline"  # "worth 1.9 bn in 2028" may be of any year
        start, end = sentence.start + amount.start, sentence.start + amount.end
        found.append(Level(amount, year, role, start, end, text, bool(_BOUND.search(own))))
    return found


def _year_of(own: str, after: str) -> tuple[int | None, int]:
    """The year that belongs to an amount, and how much of what follows it that took."""
    before = [match[1] or match[2] for match in _YEAR_BEFORE.finditer(own)]
    near = _YEAR_BEHIND.match(after)
    if near and not (before and re.match(rf"\W*,\s{YEAR}\b", after)):
        return int(near[1]), near.end()  # "it was 3 bn in 2023, 2030 it will be 4 bn"
    return (int(before[-1]), 0) if before else (None, 0)


def _role(said: str, own: str, year_words: str) -> str:
    """What is made of an amount by all that its sentence ``said`` before it.

    ``own`` of that are the words since the last amount; ``year_words`` are of the year behind it.
    """
    by_year = re.match(rf"\s*,?\s*(?:by\b|{_TO_COME})", year_words) or re.match(BY_YEAR, own, re.I)
    future = [m.end() for m in CUES.future.finditer(own)]
    past = [m.end() for m in CUES.past.finditer(own)]
    dated = re.search(YEAR, year_words) or re.search(rf"\b{YEAR}\)?:\s+$", own)
    bare = "bare" if dated else ""
    if re.search(rf"\bfrom\s+{ABOUT}$", own):
        return "start"
    if past and (not future or past[-1] > future[-1]) and not by_year:
        return "past"
    if by_year or re.search(r"(?:->|\u2192)\s*$", own):
        return "future"
    if re.search(rf"\bto\s+{ABOUT}$", own):
        if CUES.future.search(said):
            return "future"
        return "past" if CUES.past.search(said) or _MOVED.search(said) else bare
    if future:
        return "future"
    if CUES.present.search(own) or re.search(r"between\s+$", own):
        return "present"
    return bare
