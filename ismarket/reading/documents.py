"""The passages of a deck, a workbook, a page or a text: sentences and cells, and where they are."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..model.xlsx import check_parts, open_workbook
from ..text.install import needs

LARGEST_FILE = 33_554_432
NUMBER = re.compile(r"[+-]?\d(?:[\d,]*\d)?(?:\.\d+)?(?:e[+-]?\d+)?")
"""A number as it is printed; a minus sign is a hyphen by then."""
_SAME = str.maketrans("\u2212\u2013\u00a0\u202f", "--  ")
_BLOCKS = re.compile(
    "address|article|blockquote|body|br|caption|d[dltv]|div|fig(?:ure|caption)|footer|form|h[1-6r]|"
    "header|li|main|[ou]l|p|pre|section|svg|text|t(?:able|body|head|foot|itle|r)"
)
_UNSEEN = re.compile("script|style|template|noscript")
_LABEL = re.compile(r"(?P<label>\S.{0,11}?)\s{2,}(?P<rest>\S.*)")
_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
_UNIT = re.compile(r"\bUSD\b|\b(?:M|bn|mn)\b|\b(?:m|b)illions?\b|%|\bpoints\b", re.IGNORECASE)
LONGEST_UNIT = 24
"""Characters of a cell that gives the others of its row their unit."""
RUNS_ON = 50
"""Characters of a line of text from which the next line may go on with its sentence."""


@dataclass(frozen=True)
class Passage:
    """A sentence, or a cell under its ``row`` and ``column``, as the document words them.

    ``value`` is the number itself where a workbook or chart holds it, with all its digits.
    """

    words: str
    where: str
    row: str = ""
    column: str = ""
    value: float | None = None

    @property
    def numbers(self) -> list[re.Match[str]]:
        """Every number that is printed in it."""
        return list(NUMBER.finditer(self.words))


def passages_in(path: str | Path) -> tuple[Passage, ...]:
    """Every passage with a number of a .pptx, .xlsx, .html or text file.

    Raises InputError for one that is none of these.
    """
    file = Path(path)
    try:
        if file.exists() and not file.is_file():
            raise InputError(f"{path}: not a file")
        if file.stat().st_size > LARGEST_FILE:
            raise InputError(f"{file.name}: larger than {LARGEST_FILE} bytes")
        if file.suffix.lower() == ".pptx":
            found = _deck(file)
        elif file.suffix.lower() == ".xlsx":
            found = _workbook(file)
        else:
            return tuple(passages_of(file.read_text(encoding="utf-8")))
        return tuple(found)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InputError(f"{file.name}: not text, a deck (.pptx) or a workbook (.xlsx)") from None
    except InputError:
        raise
    except Exception as error:  # readers of decks and workbooks raise whatever their parsers do
        kind = type(error).__name__
        raise InputError(f"{file.name}: cannot be read as {file.suffix} ({kind})") from None


def passages_of(source: str) -> list[Passage]:
    """The passages of a text or of a page in HTML."""
    tags = r"<(?:!doctype|html|body|head|p|div|td|tr|table|span|h[1-6]|br|li|ul)\b[^>]*>"
    if re.search(tags, source[:65_536], re.IGNORECASE):
        reader = _PassageReader()
        reader.feed(source)
        reader.close()
        return reader.passages
    return list(_text(source))


def _said(text: str, where: str) -> Iterator[Passage]:
    """The sentences of a paragraph that have a number."""
    return _sentences([text], lambda first, last: where)


def _sentences(lines: Sequence[str], where: Callable[[int, int], str]) -> Iterator[Passage]:
    """The same of a paragraph of several lines; ``where`` calls its first and last line."""
    plain = [" ".join(line.translate(_SAME).split()) for line in lines]
    ends = list(accumulate(len(line) + 1 for line in plain))
    at = 0
    for sentence in _SENTENCES.split(" ".join(plain)):
        if NUMBER.search(sentence):
            yield Passage(sentence, where(bisect(ends, at), bisect(ends, at + len(sentence) - 1)))
        at += len(sentence) + 1


def _rows(rows: Iterable[tuple[Sequence[str], str]]) -> Iterator[Passage]:
    """The cells of a table, row by row; its first row is its header, if that names the others.

    A header is one passage, and so is what names a row, with the unit if a cell of it is one.
    """
    header: list[str] = []
    for number, (texts, where) in enumerate(rows):
        cells = [" ".join(text.translate(_SAME).split()) for text in texts]
        if number == 0 and len(cells) > 1 and not any(map(_is_figure, cells[1:])):
            header = cells
            if NUMBER.search(joined := " | ".join(cells)):
                yield Passage(joined, where)
            continue
        named = header if len(header) == len(cells) else [""] * len(cells)
        units = [one for one in cells[1:] if len(one) <= LONGEST_UNIT and _UNIT.search(one)]
        label = ", ".join([cells[0], *(one for one in units if not NUMBER.search(one))])
        for i, cell in enumerate(cells):
            if NUMBER.search(cell):
                row = label if i else ""
                yield Passage(cell, where, row, _column(named, i))


def _column(header: Sequence[str], i: int) -> str:
    """What names a column: its own header, and the corner, which may hold the unit."""
    return f"{header[i]} ({header[0]})" if i and header[0] else header[i]


def _is_figure(cell: str) -> bool:
    """True for a cell that is a figure and no year or name."""
    return bool(NUMBER.match(cell)) and not re.fullmatch(r"\d{4}", cell)


# text and HTML ------------------------------------------------------------------------------------


def _text(source: str) -> Iterator[Passage]:
    """Blocks of lines with columns are tables; a line that is indented goes on with the last."""
    table: list[tuple[list[str], str]] = []
    paragraph: list[str] = []
    began = 1

    def flush() -> Iterator[Passage]:
        yield from _rows(table)
        yield from _sentences(paragraph, lambda first, last: _lines(began + first, began + last))
        table.clear()
        paragraph.clear()

    for number, line in enumerate(source.splitlines(), start=1):
        between = r"\s*\|\s*" if "|" in line else r"\s{2,}|\t"
        cells = re.split(between, line.strip().strip("|").strip())
        if re.fullmatch(r"[\s|:-]*[|:-]{3}[\s|:-]*", line):
            continue  # the rule under a header
        in_columns = len(cells) > 2 or (len(cells) == 2 and _is_figure(cells[1]))
        if in_columns:
            if paragraph:
                yield from flush()
            table.append((cells, f"line {number}"))
            continue
        goes_on = line.startswith("  ") or (
            paragraph and len(paragraph[-1]) >= RUNS_ON and paragraph[-1][-1:] not in ".!?:;"
        )
        if table or not line.strip() or not goes_on:
            yield from flush()
            began = number
        if label := _LABEL.fullmatch(line.strip()):
            line = label["rest"]
        paragraph.append(line.strip())
    yield from flush()


def _lines(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"


class _PassageReader(HTMLParser):
    """Collects the passages of a page: blocks of text, tables, and the labels of its pictures."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[Passage] = []
        self._unseen = 0
        self._listing = False
        self._parts: list[str] = []
        self._began = 1
        self._cells: list[str] | None = None
        self._table: list[tuple[Sequence[str], str]] = []

    def _flush(self) -> None:
        text = "".join(self._parts)
        self._parts = []
        if self._cells is not None:
            if text.strip():
                self._cells[-1:] = [f"{self._cells[-1]} {text}".strip()] if self._cells else [text]
        else:
            self.passages += _said(text, f"line {self._began}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, a row or a cell; what a picture is called is a passage too."""
        if _UNSEEN.fullmatch(tag):
            self._unseen += 1
        if label := dict(attrs).get("aria-label"):
            self.passages += _said(label, f"line {self.getpos()[0]}")
        if tag in ("td", "th") and self._cells is not None:
            self._flush()
            self._cells.append("")
        elif _BLOCKS.fullmatch(tag):
            self._flush()
            self._began = self.getpos()[0]
        if tag == "tr":
            self._cells = []
        self._listing = tag == "pre" or (self._listing and not _BLOCKS.fullmatch(tag))

    def handle_endtag(self, tag: str) -> None:
        """End a block; a table is told whole, once its header and rows are known."""
        if _UNSEEN.fullmatch(tag):
            self._unseen = max(0, self._unseen - 1)
        elif _BLOCKS.fullmatch(tag):
            self._flush()
        if tag == "tr" and self._cells is not None:
            self._table.append((self._cells, f"line {self.getpos()[0]}"))
            self._cells = None
        elif tag == "table":
            self.passages += _rows(self._table)
            self._table = []

    def handle_data(self, data: str) -> None:
        """Text between tags; a line of a listing is a block."""
        if self._unseen:
            return
        first, *rest = data.split("\n") if self._listing else [data]
        self._parts.append(first)
        for number, line in enumerate(rest, start=1):
            self._flush()
            self._began = self.getpos()[0] + number
            self._parts.append(line)

    def close(self) -> None:
        """Tell what no tag has ended."""
        super().close()
        self._flush()
        self.passages += _rows(self._table)


# decks and workbooks ------------------------------------------------------------------------------


def _deck(file: Path) -> Iterator[Passage]:
    with needs("a deck", "office"):
        from pptx import Presentation
        from pptx.exc import PackageNotFoundError
    check_parts(file.read_bytes(), file.name)
    try:
        deck = Presentation(str(file))
    except PackageNotFoundError:
        raise InputError(f"{file.name}: not a PowerPoint deck") from None
    for number, slide in enumerate(deck.slides, start=1):
        for shape in slide.shapes:
            yield from _shape(shape, f"slide {number}")


def _shape(shape: Any, where: str) -> Iterator[Passage]:
    if shape.has_text_frame:
        for paragraph in shape.text_frame.paragraphs:
            yield from _said(paragraph.text, where)
    if getattr(shape, "has_table", False):
        rows = ([cell.text for cell in row.cells] for row in shape.table.rows)
        yield from _rows((row, f"{where}, table") for row in rows)
    if getattr(shape, "has_chart", False):
        unit = _axis_title(shape.chart)
        for plot in shape.chart.plots:
            names = [str(name) for name in plot.categories]
            for series in plot.series:
                column = f"{series.name} ({unit})" if unit else str(series.name)
                for name, value in zip(names, series.values, strict=False):
                    if value is not None:
                        yield _valued(float(value), f"{where}, chart", name, column)


def _axis_title(chart: Any) -> str:
    """What stands at the axis of values: their unit, where somebody wrote it."""
    try:
        axis = chart.value_axis
    except ValueError:  # a chart without axes
        return ""
    return str(axis.axis_title.text_frame.text) if axis.has_title else ""


def _workbook(file: Path) -> Iterator[Passage]:
    """Text cells as sentences; numbers under the last row of words, beside the first cell."""
    book = open_workbook(file.read_bytes(), file.name, read_only=True, data_only=True)
    for sheet in book.worksheets:
        header: list[str] = []
        for row in sheet.iter_rows():
            cells = [cell for cell in row if cell.value is not None]
            words = [cell for cell in cells if isinstance(cell.value, str)]
            for cell in words:
                yield from _said(cell.value, f"{sheet.title}!{cell.coordinate}")
            if len(words) == len(cells) > 1:
                header = ["" if cell.value is None else str(cell.value) for cell in row]
            first = "" if not cells else str(cells[0].value)
            for i, cell in enumerate(row):
                value = cell.value
                if isinstance(value, (int, float)) and not isinstance(value, bool) and i:
                    column = header[i] if i < len(header) else ""
                    place = f"{sheet.title}!{cell.coordinate}"
                    yield _valued(float(value), place, first, column)


def _valued(value: float, where: str, row: str, column: str) -> Passage:
    return Passage(f"{value!r}", where, row.translate(_SAME), column.translate(_SAME), value)
