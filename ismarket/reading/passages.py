"""Passages: the sentences of a page, and its labelled values from tables and lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from .pagetext import CELL, Page

LONGEST = 1_500
"""Characters of a sentence; what runs on longer is no sentence and is cut."""
_ABBREVIATION = re.compile(
    r"(?:\b(?:U\.S|U\.K|Inc|Ltd|Co|Corp|vs|approx|ca|No|St|Dr|e\.g|i\.e|Rs|Mr|Ms)|\b[A-Z])\.$"
)
_LABELLED = re.compile(
    r"^\s*(?:[-*\u2022]\s*)?(?P<key>[^:|\n]{2,70}?)\s*(?:\.{3,}|\.{2}(?=\s)|:)\s*(?P<value>\S.*)$"
)


@dataclass(frozen=True)
class Sentence:
    """A sentence at ``start`` of the page's text, and the heading that it stands under."""

    text: str
    start: int
    heading: str = ""


@dataclass(frozen=True)
class Labelled:
    """A value under its label; the value begins at ``start``, its row at ``whole``."""

    key: str
    value: str
    start: int
    whole: int

    @property
    def context(self) -> str:
        """The value with its label."""
        return f"{self.key}: {self.value}"


def passages(page: Page) -> tuple[list[Sentence], list[Labelled]]:
    """Sentences and labelled values in the order of the page."""
    sentences: list[Sentence] = []
    labelled: list[Labelled] = []
    heading = ""
    header: list[tuple[str, int]] = []
    for match in re.finditer(r"[^\n]+", page.text):
        line, start = match.group(), match.start()
        if CELL.strip() in line and start not in page.headings:
            cells = _cells(line, start)
            pairs = [(found, at) for text, at in cells if (found := _LABELLED.match(text))]
            if len(pairs) > 1 and len(pairs) == len(cells):
                labelled += [
                    Labelled(pair["key"].strip(), pair["value"], at + pair.start("value"), at)
                    for pair, at in pairs
                ]
                continue
            if len(cells) > 2 and header and len(header) == len(cells):
                labelled += [
                    Labelled(f"{cells[0][0]} {title}", text, at, start)
                    for (title, _), (text, at) in zip(header[1:], cells[1:], strict=True)
                ]
            elif len(cells) == 2:
                labelled.append(Labelled(cells[0][0], cells[1][0], cells[1][1], start))
            if len(cells) > 2 and not header:
                header = cells
            continue
        header = []
        if start in page.headings:
            heading = line.strip()
        pair = _LABELLED.match(line[:LONGEST])
        if pair and len(pair["key"].split()) <= 9:
            value_at = start + pair.start("value")
            labelled.append(Labelled(pair["key"].strip(), pair["value"], value_at, start))
        sentences += _sentences(line, start, heading)
    return sentences, labelled


def _cells(line: str, start: int) -> list[tuple[str, int]]:
    cells, at = [], start
    for part in line.rstrip().removesuffix(CELL.strip()).split(CELL.strip()):
        text = part.strip()
        cells.append((text, at + (part.find(text) if text else 0)))
        at += len(part) + 1
    return cells[1:] if len(cells) > 2 and not cells[0][0] and line.startswith("|") else cells


def _sentences(line: str, start: int, heading: str) -> list[Sentence]:
    stops = re.finditer(r"[.!?][\"')]*\s+(?=[\"'(]?[A-Z0-9\u20ac\u00a3$])", line)
    told = (m.end() for m in stops if not _ABBREVIATION.search(line[: m.start() + 1][-20:]))
    return [
        Sentence(text, start + at, heading)
        for begin, end in pairwise([0, *told, len(line)])
        for at in range(begin, end, LONGEST)
        if (text := line[at : min(at + LONGEST, end)]).strip()
    ]


def cut(sentence: Sentence, after: re.Pattern[str]) -> list[Sentence]:
    """The sentence in pieces, each ending with what ``after`` matches; none is blank."""
    ends = [0, *(match.end() for match in after.finditer(sentence.text)), len(sentence.text)]
    pieces = (Sentence(sentence.text[a:b], sentence.start + a) for a, b in pairwise(ends))
    return [piece for piece in pieces if piece.text.strip()]
