"""The figures in a deck, a workbook or a text: amounts, percentages and points, and where they are.

A figure keeps the rounding it was printed with, the year that its words give it and the words.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..model.xlsx import check_parts, open_workbook
from ..text.install import needs
from .amounts import find_amounts, find_percents, number
from .found import shorten
from .pagetext import page_of
from .passages import passages

LARGEST_FILE = 33_554_432
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_POINTS = re.compile(r"(?P<sign>[+\-\u2212]?)(?P<n>\d+\.\d+)\s+(?:percentage\s+)?points\b")
_RANGE = re.compile(r"(?P<n>\d+(?:\.\d+)?)\s*(?P<bn>bn|M)\b")
_SOURCE = re.compile(r"\b(?:source|assumption):", re.IGNORECASE)
SERIES = {
    r"\blow\b|\bp5\b": "low",
    r"\bhigh\b|\bp95\b": "high",
    r"\bmedian\b|\bp50\b": "median",
    r"\bmean\b": "mean",
    r"\breference\b|\bvalue\b|\bpython\b": "reference",
}
"""Words in the name of a series or column, and the path of the run that they mean."""


@dataclass(frozen=True)
class Figure:
    """One printed figure; ``kind`` is money (USD), percent (a fraction), points, chart or source.

    A figure in the words of a source is none of a run.  ``half_unit`` is the rounding as
    printed, ``year`` that of its words, ``label`` the rest of what names it (a series, a category,
    a header).
    """

    value: float
    half_unit: float
    kind: str
    where: str
    quote: str
    year: int | None = None
    label: str = ""


def figures_in(path: str | Path) -> tuple[Figure, ...]:
    """Every figure of a .pptx, .xlsx, .html or text file; InputError for one that is neither."""
    file = Path(path)
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise InputError(f"{file.name}: larger than {LARGEST_FILE} bytes")
        if file.suffix.lower() == ".pptx":
            return tuple(_deck(file))
        if file.suffix.lower() == ".xlsx":
            return tuple(_workbook(file))
        return tuple(_words(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InputError(f"{file.name}: not text, a deck (.pptx) or a workbook (.xlsx)") from None
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{file.name}: cannot be read as {file.suffix}") from None


def in_words(text: str, where: str) -> Iterator[Figure]:
    """The figures of a paragraph or cell, sentence by sentence."""
    for sentence in re.split(r"(?<=[.!?;])\s+", text.replace("\u2212", "-")):
        for figure in _in_sentence(sentence, where):
            yield replace(figure, kind="source") if _SOURCE.search(sentence) else figure


def _in_sentence(text: str, where: str) -> Iterator[Figure]:
    """The figures of one sentence; a year right after a figure is its own."""
    years = [int(y) for y in YEAR.findall(text)]
    shared = years[0] if len(set(years)) == 1 else None
    money = [a for a in find_amounts(text) if a.currency == "USD"]
    spans = [(a.start, a.end, a.value, a.half_unit) for a in money]
    for match in _RANGE.finditer(text):  # the second figure of "USD 3.64 bn to 4.47 bn"
        read = number(match["n"], 1e9 if match["bn"] == "bn" else 1e6)
        if read and not any(
            start < match.end() and match.start() < end for start, end, *_ in spans
        ):
            spans.append((match.start(), match.end(), *read))
    for start, end, value, half in sorted(spans):
        if value is not None:
            own = re.match(r"\W{0,3}(?:in|by|for|at the end of)?\s*((?:19|20)\d\d)\b", text[end:])
            year = int(own[1]) if own else shared
            yield Figure(value, half, "money", where, shorten(text, start), year, text)
    for p in find_percents(text):
        if p.value is not None:
            quote = shorten(text, p.start)
            near = text[max(0, p.start - 24) : p.end + 24]
            yield Figure(p.value, p.half_unit, "percent", where, quote, shared, near)
    for match in _POINTS.finditer(text):
        read = number(match["n"])
        if read:
            sign = -1.0 if match["sign"] == "-" else 1.0
            quote = shorten(text, match.start())
            yield Figure(sign * read[0], read[1], "points", where, quote, shared, text)


def _words(source: str) -> Iterator[Figure]:
    page = page_of(source)
    sentences, labelled = passages(page)
    seen = {sentence.start for sentence in sentences}
    for sentence in sentences:
        line = page.text.count("\n", 0, sentence.start) + 1
        yield from in_words(sentence.text, f"line {line}")
    for item in labelled:
        if item.whole not in seen:
            line = page.text.count("\n", 0, item.whole) + 1
            yield from in_words(item.context, f"line {line}")


def _deck(file: Path) -> Iterator[Figure]:
    with needs("a deck", "office"):
        from pptx import Presentation
        from pptx.exc import PackageNotFoundError
    check_parts(file.read_bytes(), file.name)
    try:
        deck = Presentation(str(file))
    except PackageNotFoundError:
        raise InputError(f"{file.name}: not a PowerPoint deck") from None
    for number_, slide in enumerate(deck.slides, start=1):
        for shape in slide.shapes:
            yield from _shape(shape, f"slide {number_}")


def _shape(shape: Any, where: str) -> Iterator[Figure]:
    if shape.has_text_frame:
        for paragraph in shape.text_frame.paragraphs:
            yield from in_words(paragraph.text, where)
    if getattr(shape, "has_table", False):
        for row in shape.table.rows:
            cells = [cell.text for cell in row.cells]
            for cell in cells[1:]:
                yield from in_words(f"{cells[0]}: {cell}", f"{where}, table")
    if getattr(shape, "has_chart", False):
        for plot in shape.chart.plots:
            names = [str(name) for name in plot.categories]
            for series in plot.series:
                for name, value in zip(names, series.values, strict=False):
                    if value is not None:
                        yield _charted(float(value), str(series.name), name, f"{where}, chart")


def _charted(value: float, series: str, category: str, where: str) -> Figure:
    year = int(category) if YEAR.fullmatch(category) else None
    label = series if year else f"{series} {category}"
    quote = f"{series}, {category}: {value:g}"
    return Figure(value, abs(value) * 1e-9, "chart", where, quote, year, label)


def _workbook(file: Path) -> Iterator[Figure]:
    """Text cells as sentences; numbers of tables whose rows begin with a year, by their header."""
    book = open_workbook(file.read_bytes(), file.name, read_only=True, data_only=True)
    for sheet in book.worksheets:
        header: list[str] = []
        for row in sheet.iter_rows():
            cells = [cell for cell in row if cell.value is not None]
            if not cells:
                continue
            words = [cell for cell in cells if isinstance(cell.value, str)]
            for cell in words:
                yield from in_words(cell.value, f"{sheet.title}!{cell.coordinate}")
            if len(words) == len(cells) and len(cells) > 1:
                header = ["" if cell.value is None else str(cell.value) for cell in row]
            first = row[0].value
            if isinstance(first, int) and YEAR.fullmatch(str(first)) and header:
                yield from _year_row(sheet.title, row, header, first)


def _year_row(sheet: str, row: Any, header: list[str], year: int) -> Iterator[Figure]:
    for name, cell in list(zip(header, row, strict=False))[1:]:
        value = cell.value
        known = any(re.search(pattern, name.lower()) for pattern in SERIES)
        if known and isinstance(value, (int, float)) and not isinstance(value, bool):
            yield _charted(float(value), name, str(year), f"{sheet}!{cell.coordinate}")
