"""A printed sheet: a title, sentences and tables, as text for a terminal or HTML for a notebook."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from html import escape
from typing import TYPE_CHECKING, Any

from ..arrays import Columns
from ..errors import check_known

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 92
NONE = "none"
"""What stands for the rows of a table that has none."""
WIDEST, NARROWEST = 104, 12
"""Characters that a table may take, and the least that is left of a column of words."""


@dataclass(frozen=True)
class Table:
    """Cells already written as text; the first ``words`` columns are words, the rest figures.

    On a terminal a table too wide wraps its widest words, or, where ``cut`` says so, ends them.
    ``shares`` are the columns whose percentages are parts of a whole, for a page to draw; ``links``
    the addresses of what a cell cites, by the words that cite it.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1
    title: str = ""
    cut: bool = False
    shares: Sequence[int] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    def lines(self, widest: float = math.inf) -> list[str]:
        """The table as aligned text without its title, at most ``widest`` characters across.

        One without rows says so, instead of heading nothing.
        """
        if not self.rows:
            return [NONE]
        rows = [list(row) for row in (self.header, *self.rows)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.header))]
        over = sum(widths) + 2 * (len(widths) - 1) - widest
        if over > 0:
            most = max(range(self.words), key=lambda i: widths[i])
            widths[most] = max(NARROWEST, widths[most] - int(over))
            rows = [part for row in rows for part in _narrowed(row, most, widths[most], self.cut)]
        return [
            "  ".join(
                cell.ljust(width) if i < self.words else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]

    def html(self, kind: str = "") -> str:
        """The table as HTML without style sheets; ``kind`` is its class, if any."""

        def cells(row: Sequence[str], scope: str) -> str:
            written = ""
            for i, text in enumerate(row):
                head = scope == "col" or i == 0
                side = "left" if i < self.words else "right"
                tag = f"th scope='{scope}'" if head else "td"
                written += f"<{tag} style='text-align:{side}'>{self._linked(text)}</{tag[:2]}>"
            return f"<tr>{written}</tr>"

        named = f" class='{kind}'" if kind else ""
        caption = f"<caption>{escape(self.title)}</caption>" if self.title else ""
        if not self.rows:
            return f"<table{named}>{caption}<tbody><tr><td>{NONE}</td></tr></tbody></table>"
        head, body = cells(self.header, "col"), "".join(cells(row, "row") for row in self.rows)
        return f"<table{named}>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"

    def _linked(self, text: str) -> str:
        """A cell as HTML, with a link on each part that has an address."""
        if not self.links:
            return escape(text)
        return " | ".join(
            link(self.links[part], part) if part in self.links else escape(part)
            for part in text.split(" | ")
        )


class Hint(str):
    """A sentence on what to type next, which a page with buttons leaves out."""


@dataclass(frozen=True)
class Sheet:
    """What a command prints: sentences and tables under a title, in reading order."""

    title: str
    parts: Sequence[str | Table]

    def __str__(self) -> str:
        lines = _wrapped(self.title)
        before: object = None
        for part in self.parts:
            if isinstance(part, Table) or isinstance(before, Table):
                lines.append("")
            if isinstance(part, Table):
                lines += ([part.title] if part.title else []) + part.lines(WIDEST)
            else:
                lines += _wrapped(part)
            before = part
        return "\n".join(lines)

    def html(self) -> str:
        """The sheet as HTML without style sheets or scripts."""
        parts = [
            part.html() if isinstance(part, Table) else f"<p>{with_links(part)}</p>"
            for part in self.parts
        ]
        return f"<div class='ismarket-sheet'><h4>{escape(self.title)}</h4>{''.join(parts)}</div>"


_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


def link(address: str, words: str) -> str:
    """A link as HTML."""
    return f"<a href='{escape(address)}' rel='noopener'>{escape(words)}</a>"


def with_links(text: str) -> str:
    """A sentence as HTML, in which addresses are links."""
    found, at = "", 0
    for match in _ADDRESS.finditer(text):
        found += escape(text[at : match.start()]) + link(match.group(), match.group())
        at = match.end()
    return found + escape(text[at:])


Shown = Callable[[Any], str]
Written = Callable[[Any], Sheet]


def shown_by(sheet: Written) -> tuple[Shown, Shown, Shown, Written]:
    """``__str__``, ``__repr__``, ``_repr_html_`` and ``sheet`` of a result."""

    def text(result: Any) -> str:
        return str(sheet(result))

    return text, text, lambda result: sheet(result).html(), sheet


def framed_by(command: str, first: str) -> Callable[..., pd.DataFrame]:
    """``frame`` of a result: one of its ``columns`` by name, by default ``first``, for pandas."""

    def frame(result: Any, table: str = first) -> pd.DataFrame:
        """A table as a pandas frame; ``columns`` says their names and units."""
        return frame_of(result.columns, table, command)

    return frame


class LazyTables(Mapping[str, Columns]):
    """Tables by name, each made when it is first asked for."""

    def __init__(self, makers: Mapping[str, Callable[[], Columns]]) -> None:
        self._makers, self._made = makers, dict[str, Columns]()

    def __getitem__(self, name: str) -> Columns:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def by_field(kind: type, records: Sequence[Any]) -> Columns:
    """The table of some records of a dataclass, a column a field."""
    return {one.name: [getattr(r, one.name) for r in records] for one in fields(kind)}


def columns_of(rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Columns:
    """Rows as a table by column; ``names`` keeps the columns where there are no rows."""
    keys = list(rows[0]) if rows else list(names)
    return {key: [row[key] for row in rows] for key in keys}


def rows_of(columns: Columns, names: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The rows of a table by column, or of some of its columns."""
    chosen = {name: columns[name] for name in names or columns}
    return [dict(zip(chosen, row, strict=True)) for row in zip(*chosen.values(), strict=True)]


def frame_of(columns: Mapping[str, Columns], table: str, command: str) -> pd.DataFrame:
    """One of a result's tables as a pandas frame; InputError for a name that it does not have."""
    import pandas as pd  # the command line prints without it

    check_known(command, "table", columns, table)
    return pd.DataFrame(columns[table])


def _wrapped(text: str) -> list[str]:
    indent = "  " if text.startswith("· ") else ""
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _narrowed(row: list[str], column: int, width: int, cut: bool) -> list[list[str]]:
    """A row as lines whose ``column`` is no wider than ``width``."""
    if cut:
        text = row[column]
        row[column] = text if len(text) <= width else text[: width - 1].rstrip(" ,.") + "…"
        return [row]
    lines = textwrap.wrap(row[column], width, subsequent_indent="  ") or [""]
    first = [*row[:column], lines[0], *row[column + 1 :]]
    return [first, *([""] * column + [text] + [""] * (len(row) - column - 1) for text in lines[1:])]
