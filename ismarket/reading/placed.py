"""The figures of a passage: their kind, unit, year and series, from the words beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .amounts import YEAR, find_amounts, find_percents, number
from .documents import NUMBER, Passage

_YEAR = re.compile(rf"\b{YEAR}\b")
ENDS, REFERENCE = ("low", "high"), ("reference",)
SERIES = {
    r"\blow(?:er)?\b|(?<![a-z0-9])p5\b": ("low",),
    r"\bhigh(?:er)?\b|(?<![a-z0-9])p95\b": ("high",),
    r"\bmedian\b|(?<![a-z0-9])p50\b": ("median",),
    r"(?<!would )\bmean\b|\baverage\b": ("mean",),
    r"\breference\b|\bpython\b": ("reference",),
    r"\b9 (?:in|of|out of) 10\b|\bninety percent\b|\b90% (?:interval|range)": ENDS,
}
"""Words that name a series, and the series of a run that they mean."""
GROWTH = re.compile(r"CAGR|growth|grow|a year|per year|annual", re.IGNORECASE)
SHARE = re.compile(r"\bshare|\bof value|\bof the (?:market|value)|\bchance|\blikely", re.IGNORECASE)
_APART = re.compile(r"\b(?:source|assumption):|\bstandard error", re.IGNORECASE)
"""Words of what is no figure of a forecast: a source, or how exactly one is computed."""
_KEY = re.compile(r"\w+(?:\.\w+)+")
"""The key of an input: what stands in its row is evidence, no figure of a forecast."""
_RATE = re.compile(r"CAGR|growth", re.IGNORECASE)
_POINTS = re.compile(r"(?P<n>[+-]?\d+(?:\.\d+)?)(?=\s+(?:percentage\s+)?points\b)")
_MULTIPLE = re.compile(
    r"(?P<n>\d[\d,]*(?:\.\d+)?)(?=(?:\s+to\s+\d[\d,]*(?:\.\d+)?)?\s*(?:times\b|-?fold\b|x\b))"
)
_SCALED = re.compile(r"(?P<n>\d+(?:\.\d+)?)(?:\s*to\s+\d+(?:\.\d+)?)?\s*(?P<scale>bn|M)\b")
_CLAUSE = re.compile(r"[,;:]\s|\(")
_WHOLE = r"\bmarket\b|\btotal\b|\bvalue\b|\bsales\b|\ball together\b|\brevenue\b"
_NO_NAME = (
    r"\b(?:USD|current|constant|bn|M|mn|billions?|millions?|in|of|a|the|by|year|dollars|points|"
    r"growth|CAGR|annual|share)\b|[\W\d_]"
)
_SCALES = {r"\bbn\b|\bbillions?\b": 1e9, r"\bM\b|\bmn\b|\bmillions?\b": 1e6}


@dataclass(frozen=True)
class Figure:
    """One printed figure; ``half_unit`` is its rounding, ``year`` that of its words.

    ``near`` is the clause that it stands in, ``kinds`` are what it may be of a run (money, rate,
    share, points, multiple), ``series`` those that its words name, ``scales`` what its unit may
    stand for, ``span`` where it stands in the passage; it ``tells`` where its words alone say that
    it must be in the run, and is of the ``whole`` market where they may name nothing else.
    """

    value: float
    half_unit: float
    kind: str
    where: str
    quote: str = ""
    year: int | None = None
    kinds: tuple[str, ...] = ()
    series: tuple[str, ...] = REFERENCE
    scales: tuple[float, ...] = (1.0,)
    span: tuple[int, int] = (0, 0)
    tells: bool = False
    whole: bool = True
    near: str = ""


def figures_of(passage: Passage) -> Iterator[Figure]:
    """The figures of a passage; none in the words of a source or of an error."""
    if _APART.search(passage.words):
        return
    if _KEY.fullmatch(passage.row):
        return
    if passage.row or passage.column:
        yield from _cell(passage)
    else:
        yield from _sentence(passage)


def _sentence(passage: Passage) -> Iterator[Figure]:
    """The figures of a sentence; a year right after a figure is its own, one alone is of all."""
    text = passage.words
    found = sorted(_marked(text))
    years = {int(year) for year in _YEAR.findall(text)}
    shared = next(iter(years)) if len(years) == 1 else None
    starts = [0, *(end for _, end, *_ in found)]
    stops = [*(start for start, *_ in found[1:]), len(text)]
    for (start, end, value, half, kind), begin, stop in zip(found, starts, stops, strict=False):
        before, after = text[begin:start], text[end:stop]
        ends = kind == "money" and _is_range(text, start, end)
        own = re.match(rf"[^\w,;]{{0,3}}(?:in|by|for|at the end of)?\s*({YEAR})\b", after)
        year = int(own[1]) if own else shared
        near = f"{text[max(0, start - 24) : start]}{after[:24]}"
        yield Figure(
            value, half, kind, passage.where, "", year if kind == "money" else None,
            _kinds(kind, near, text), ENDS if ends else _series_of(before, after, text, len(found)),
            span=(start, end), near=_CLAUSE.split(before)[-1] + _CLAUSE.split(after)[0],
            tells=kind == "points" or (kind == "percent" and bool(GROWTH.search(near))),
        )  # fmt: skip


Marked = tuple[int, int, float, float, str]
"""Start, end, value, half of its last digit, and kind."""


def _marked(text: str) -> list[Marked]:
    """What a text marks as money, percent, points or a multiple."""
    found: list[Marked] = [
        (a.start, a.end, a.value, a.half_unit, "money")
        for a in find_amounts(text)
        if a.currency == "USD" and a.value is not None and not a.range
    ]

    def add(start: int, end: int, value: float | None, half: float, kind: str) -> None:
        if value is not None and not any(a < end and start < b for a, b, *_ in found):
            found.append((start, end, value, half, kind))

    for match in _SCALED.finditer(text):  # the figures of "USD 3.64 to 4.47 bn"
        factor = 1e9 if match["scale"] == "bn" else 1e6
        for one in NUMBER.finditer(match.group()):
            if read := number(one.group().lstrip("+-"), factor):
                at = match.start()
                add(at + one.start(), at + one.end(), *read, "money")
    for p in find_percents(text):
        add(p.start, p.end, p.value, p.half_unit, "percent")
    for pattern, kind in ((_POINTS, "points"), (_MULTIPLE, "multiple")):
        for match in pattern.finditer(text):
            sign = -1.0 if match["n"].startswith("-") else 1.0
            if read := number(match["n"].lstrip("+-")):
                add(*match.span("n"), sign * read[0], read[1], kind)
    return found


def _is_range(text: str, start: int, end: int) -> bool:
    """True for an end of "3.60 to 4.52 bn", which no words lead from one year to another."""
    low = re.match(r"\s*(?:bn|M)?\s+to\s+(?:USD\s+)?\d", text[end:])
    high = re.search(r"\d\s*(?:bn|M)?\s+to\s+(?:USD\s+)?$", text[:start])
    led = re.search(r"\bfrom\s+(?:USD\s)?[\d.,]*\s?(?:bn|M)?\s?(?:to\s)?(?:USD\s)?$", text[:start])
    return bool(low or high) and not led


def _kinds(kind: str, near: str, text: str) -> tuple[str, ...]:
    """What a figure may be of a run: a percentage is a growth, or a share, where words say so."""
    if kind != "percent":
        return (kind,)
    for words in (near, text):
        kinds = tuple(k for k, said in (("rate", GROWTH), ("share", SHARE)) if said.search(words))
        if kinds:
            return kinds
    return ()


def _series(*texts: str) -> tuple[str, ...]:
    """The series that the nearest words name; the reference where none does."""
    for text in texts:
        named = [
            (match.start(), series)
            for pattern, series in SERIES.items()
            for match in re.finditer(pattern, text, re.IGNORECASE)
        ]
        if named:
            return max(named)[1]
    return REFERENCE


def _series_of(before: str, after: str, text: str, figures: int) -> tuple[str, ...]:
    """The series of a figure among others; those named elsewhere are no more than possible."""
    own = _series(before, after)
    if own != REFERENCE:
        return own
    return _series(text) if figures == 1 else (*REFERENCE, *_series(text))


def _cell(passage: Passage) -> Iterator[Figure]:
    """The figures of a cell: year, series and unit stand in it, in its row or in its column."""
    label = f"{passage.row} | {passage.column}"
    years = {int(y) for part in (passage.column, passage.row) for y in _YEAR.findall(part)[:1]}
    year = next(iter(years)) if len(years) == 1 else None
    unit, kind = _unit(passage.words, label)
    numbers = [one for one in passage.numbers if not _YEAR.fullmatch(one.group())]
    if not kind or not 1 <= len(numbers) <= 2:
        return
    series = _series(passage.row, passage.column)
    if len(numbers) == 2:  # a range
        series = ENDS
    scales = unit if passage.value is None or kind == "money" else (1.0, 0.01)
    for match in numbers:
        sign = -1.0 if match.group().startswith("-") else 1.0
        read = number(match.group().lstrip("+-").replace(",", ""))
        value, half = read or (float(match.group().lstrip("+-")), 0.0)
        if passage.value is not None:
            value, half = abs(passage.value), 1e-9 * abs(passage.value)
        if kind in ("rate", "share") and "%" in f"{passage.words}{label}":
            scales = (0.01,)
        yield Figure(
            sign * value, half, "cell", passage.where, "", year, (kind,), series, scales,
            match.span(), whole=_of_the_whole(label),
        )  # fmt: skip


def _of_the_whole(label: str) -> bool:
    """True for names of row and column that name a series, the market, or nothing but a unit."""
    if any(re.search(words, label, re.IGNORECASE) for words in (*SERIES, _WHOLE)):
        return True
    return not re.sub(_NO_NAME, "", label, flags=re.IGNORECASE).strip()


def _unit(words: str, label: str) -> tuple[tuple[float, ...], str]:
    """What the numbers of a cell may have to be multiplied by, and of which kind they are."""
    for text in (words, label):
        for pattern, factor in _SCALES.items():
            if re.search(pattern, text):
                return (factor,), "money"
    if re.search(r"\bpoints?\b", label, re.IGNORECASE):
        return (1.0,), "points"
    if _RATE.search(label):
        return (1.0,), "rate"
    if re.search(r"\bshare|\bchance", label, re.IGNORECASE):
        return (1.0,), "share"
    if re.search(r"\btimes\b|\bmultiple\b|\bx count\b", label, re.IGNORECASE):
        return (1.0,), "multiple"
    told = _YEAR.search(label) and _of_the_whole(label)  # a year alone may be of anything
    if re.search(r"\bUSD\b|\bdollars\b|\$", label) or told:
        return (1.0, 1e6, 1e9), "money"
    return (1.0,), ""
