"""Passages: the sentences of a page, and its labelled values from tables and lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    found, begin = [], 0
    for match in re.finditer(r"[.!?][\"')]*\s+(?=[\"'(]?[A-Z0-9\u20ac\u00a3$])", line):
        if _ABBREVIATION.search(line[begin : match.start() + 1]):
            continue
        found.append((line[begin : match.end()], begin))
        begin = match.end()
    found.append((line[begin:], begin))
    cut = [
        (text[first : first + LONGEST], at + first)
        for text, at in found
        for first in range(0, len(text), LONGEST)
    ]
    return [Sentence(text, start + at, heading) for text, at in cut if text.strip()]


def clauses(sentence: Sentence) -> list[Sentence]:
    """The sentence cut at the words and marks that set one statement against another."""
    cut = re.compile(
        r";|:(?=\s)|,?\s(?:while|whereas|but|although|though|however|despite)\s|,\s(?=and\s)|,?\s(?:followed\s(?=by)|ahead\s(?=of))"
    )
    found, begin = [], 0
    for match in cut.finditer(sentence.text):
        found.append(Sentence(sentence.text[begin : match.end()], sentence.start + begin))
        begin = match.end()
    found.append(Sentence(sentence.text[begin:], sentence.start + begin))
    return [clause for clause in found if clause.text.strip()]
