"""Passages: the sentences of a page, and its labelled values from tables, boxes and lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from .amounts import CURRENCY, SCALE, YEAR
from .mentions import MARKET
from .pagetext import CELL, Page
from .vocabulary import CUES, LABEL

LONGEST = 1_500
"""Characters of a sentence; what runs on longer is no sentence and is cut."""
MOST_BARS = 30
"""Bars of a row or of a line of several parts."""
LONGEST_VALUE = 90
"""Characters of a value that stands in a line of its own under its label."""
_ABBREVIATION = re.compile(
    r"(?:\b(?:U\.S|U\.K|Inc|Ltd|Co|Corp|vs|approx|ca|No|St|Dr|e\.g|i\.e|Rs|Mr|Ms|Mio|Mrd|Mn|Bn|Feb|Jan|"
    r"Aug|Sept|Oct|Nov|Dec)|\b[A-Z])\.$"
)
_LABELLED = re.compile(
    r"\s*(?:[^\w\s(\"']{1,2}\s*)?(?P<key>[^:|\n]{2,70}?)\s*(?:\.{3,}|(?:\.\s){3,}|\.{2}(?=\s)|:(?!//))\s*(?P<value>\S.*)$"
)
_AT_ONCE = re.compile(
    rf"\s*(?P<key>{LABEL.pattern})(?:\s*(?P<value>[\d$\u20ac\u00a3\u00a5(]|US|EUR)|\s+-\s+(?P<behind>\S))",
    re.I,
)
_BEHIND = re.compile(
    r"\s*(?P<value>(?:[A-Z]{2,3}\s?)?[$\u20ac\u00a3\u00a5]?\s?\d[\d.,]*\s?(?:%|[A-Za-z]{1,8}))\s+"
    rf"(?P<key>{LABEL.pattern})\W*$",
    re.I,
)
"""A value and behind it its label, as in tiles of key figures."""
_STOP = re.compile(r"[.!?][\"')]*\s+(?=[\"'(]?[A-Z0-9\u20ac\u00a3$])")
_STOP_OR_BAR = re.compile(rf"{_STOP.pattern}|\s\|\s")
_FIGURE = re.compile(
    r"\s*(?:[A-Z]{2,3}\s?)?[$\u20ac\u00a3\u00a5]?\s?\d[\d.,]*\s?(?:%|[A-Za-z]{0,8}\s*$)"
)
"""A line that is a figure and no more."""
_CAPTION = re.compile(rf"\((?:in\s+)?(?:{CURRENCY})\s?(?:in\s)?(?:{SCALE})\)\s*$", re.I)
"""What ends the title of a figure or a table: the unit of its numbers."""
_DATELINE = re.compile(r"[A-Z][A-Za-z .]{2,30},[^\n]{0,50}?\d{4}[^\n]{0,40}?\s--?\s(?=[\"'(]?\w)")
_ITEM = re.compile(r"[-*\u2022]\s")


@dataclass(frozen=True)
class Sentence:
    """A sentence at ``start`` of the page's text, the heading and the section that it stands under.

    ``item`` is true for a heading or an item of a list, which is no sentence.
    """

    text: str
    start: int
    heading: str = ""
    section: str = ""
    item: bool = False


@dataclass(frozen=True)
class Labelled:
    """A value under its label; the value begins at ``start``, its row at ``whole``."""

    key: str
    value: str
    start: int
    whole: int
    heading: str = ""

    @property
    def context(self) -> str:
        """The value with its label."""
        return f"{self.key}: {self.value}"


@dataclass
class _Place:
    """Where on the page the reading of lines stands."""

    heading: str = ""
    section: str = ""
    label: tuple[str, int] | None = None
    header: list[tuple[str, int]] | None = None


def passages(page: Page) -> tuple[list[Sentence], list[Labelled]]:
    """Sentences and labelled values in the order of the page."""
    sentences: list[Sentence] = []
    labelled: list[Labelled] = []
    place, bars = _Place(), (0, 0)
    lines = [(m.group(), m.start()) for m in re.finditer(r"[^\n]+", page.text)]
    captions = _captions(lines)
    for index, (line, start) in enumerate(lines):
        after = lines[index + 1][0].count("|") if index + 1 < len(lines) else 0
        before, bars = bars[0], (line.count("|"), 0)
        if not line.strip(" |"):
            continue
        heading = start in page.headings
        alone = [text for text, _ in _cells(line, start) if text.strip("-: ")]
        row = CELL in line or (bars[0] and _is_row(line, bars[0], before, after))
        if row and not (len(alone) == 1 and MARKET.search(alone[0])):  # a title is no row
            labelled += _row(line, start, place)
            continue
        place.header = None
        found = _label_above(line, start, place) or _pair(line, start, place)
        if place.label and not found:
            labelled.append(
                Labelled(place.label[0], "", place.label[1], place.label[1], place.heading)
            )
        if found:
            labelled.append(found)
        if index in captions:
            value, at = lines[index - 1]
            labelled.append(Labelled(line.strip(" :"), value.strip(), at, start, place.heading))
            continue
        if LABEL.fullmatch(line.strip(" :")):
            place.label = line.strip(" :"), start
            continue
        place.label = None
        if heading or _CAPTION.search(line):
            place.heading = line.strip()[:200]
        if CUES.section.search(line) and (
            heading or (len(line) < 60 and line.rstrip()[-1:] not in ".:")
        ):
            place.section = line.strip()
        first, above = line.split("|")[0], lines[index - 1][0].strip()
        under = above if above[-1:] == "?" else place.heading
        if line.count("|") > 1 and MARKET.search(first):
            under = first  # the parts of a line are of the market that it begins with
        sentences += _sentences(line, start, replace(place, heading=under), heading)
    return sentences, labelled


def _captions(lines: list[tuple[str, int]]) -> set[int]:
    """Labels that stand under their values, as in pictures: what begins with a figure."""
    labels = [i for i, (line, _) in enumerate(lines) if LABEL.fullmatch(line.strip(" :"))]
    found: set[int] = set()
    while labels:
        run = [labels.pop(0)]
        while labels and labels[0] == run[-1] + 2:
            run.append(labels.pop(0))
        after = lines[run[-1] + 1][0] if run[-1] + 1 < len(lines) else ""
        if run[0] and _FIGURE.match(lines[run[0] - 1][0]) and not _FIGURE.match(after):
            found.update(run)
    return found


def _is_row(line: str, bars: int, before: int, after: int) -> bool:
    """True where a line with bars is a row: set in bars, or beside one with as many."""
    edged = line.lstrip().startswith("|") and line.count("|") > 1
    labels = bars < MOST_BARS and all(":" in part for part in line.split("|"))
    return edged or labels or (bars in (before, after) and bars < MOST_BARS)


def _row(line: str, start: int, place: _Place) -> Iterator[Labelled]:
    cells = _cells(line, start)
    pairs = [(found, at) for text, at in cells if (found := _LABELLED.match(text))]
    if len(pairs) > 1 and len(pairs) == len(cells):
        of = pairs[0][0]["key"] if MARKET.search(pairs[0][0]["key"]) else place.heading
        for pair, at in pairs:
            value = at + pair.start("value")
            yield Labelled(pair["key"].strip(), pair["value"], value, at, of)
        return
    if len(cells) in (4, 6, 8) and all(
        name.endswith(":") or LABEL.fullmatch(name) for name, _ in cells[::2]
    ):  # labels and values in turn
        for (key, whole), (text, at) in zip(cells[::2], cells[1::2], strict=True):
            yield Labelled(key.strip(" :"), text, at, whole, place.heading)
        return
    header = place.header
    if header and len(header) == len(cells) and (len(cells) > 2 or _is_year(cells[0][0])):
        for (title, _), (text, at) in zip(header[1:], cells[1:], strict=True):
            yield Labelled(f"{cells[0][0]} {title}".strip(), text, at, start, place.heading)
    elif len(cells) == 2:
        yield Labelled(cells[0][0], cells[1][0], cells[1][1], start, place.heading)
    place.header = header or cells


def _is_year(text: str) -> bool:
    return bool(re.fullmatch(YEAR, text))


def _cells(line: str, start: int) -> list[tuple[str, int]]:
    mark = CELL if CELL in line else "|"
    cells, at = [], start
    for part in line.rstrip(" ").removesuffix(mark).split(mark):
        text = part.strip()
        cells.append((text, at + (part.find(text) if text else 0)))
        at += len(part) + 1
    return cells[1:] if len(cells) > 2 and not cells[0][0] and line.startswith("|") else cells


def _label_above(line: str, start: int, place: _Place) -> Labelled | None:
    """The value of a label that stood alone in the line above."""
    text = line.strip()
    if not place.label or len(text) > LONGEST_VALUE or LABEL.fullmatch(text.strip(" :")):
        return None
    key, whole = place.label
    if text.endswith(".") or (CUES.section.search(text) and not re.match("publish", key, re.I)):
        return None
    return Labelled(key, text, start + line.find(text), whole, place.heading)


def _pair(line: str, start: int, place: _Place) -> Labelled | None:
    """The label and value that one line holds."""
    pair = _LABELLED.match(line[:LONGEST])
    if pair and len(pair["key"].split()) <= 9:
        at = start + pair.start("value")
        return Labelled(pair["key"].strip(), pair["value"], at, start, place.heading)
    if len(line) < 2 * LONGEST_VALUE and (pair := _AT_ONCE.match(line)):
        at = max(pair.start("value"), pair.start("behind"))
        return Labelled(pair["key"].strip(), line[at:], start + at, start, place.heading)
    if pair := _BEHIND.match(line[: 2 * LONGEST_VALUE]):
        at = start + pair.start("value")
        return Labelled(pair["key"].strip(), pair["value"], at, start, place.heading)
    return None


def _sentences(line: str, start: int, place: _Place, heading: bool) -> list[Sentence]:
    parted = not heading and 1 < line.count("|") < MOST_BARS
    stops = (_STOP_OR_BAR if parted else _STOP).finditer(line)
    dateline = _DATELINE.match(line)
    told = (m.end() for m in stops if not _ABBREVIATION.search(line[: m.start() + 1][-20:]))
    item = heading or bool(_ITEM.match(line)) or line.rstrip()[-1:] not in ".!?;:\"')"
    return [
        Sentence(text, start + at, place.heading, place.section, item)
        for begin, end in pairwise([0, *([dateline.end()] if dateline else ()), *told, len(line)])
        for at in range(begin, end, LONGEST)
        if (text := line[at : min(at + LONGEST, end)]).strip(" |")
    ]


def cut(sentence: Sentence, after: re.Pattern[str]) -> list[Sentence]:
    """The sentence in pieces, each ending with what ``after`` matches; none is blank."""
    ends = [0, *(match.end() for match in after.finditer(sentence.text)), len(sentence.text)]
    pieces = (Sentence(sentence.text[a:b], sentence.start + a) for a, b in pairwise(ends))
    return [piece for piece in pieces if piece.text.strip()]
