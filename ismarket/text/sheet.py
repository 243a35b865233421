"""A printed sheet: a title, sentences and tables, as text for a terminal or HTML for a notebook."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from ..arrays import Columns
from ..errors import unknown

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 92
WIDEST, NARROWEST = 104, 12
"""Characters that a table may take, and the least that is left of a column of words."""


@dataclass(frozen=True)
class Table:
    """Cells already written as text; the first ``words`` columns are words, the rest figures.

    On a terminal a table too wide wraps its widest words, or, where ``cut`` says so, ends them.
    ``shares`` are the columns whose percentages are parts of a whole, for a page to draw.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1
    title: str = ""
    cut: bool = False
    shares: Sequence[int] = ()


@dataclass(frozen=True)
class Sheet:
    """What a command prints: sentences and tables under a title, in reading order."""

    title: str
    parts: Sequence[str | Table]

    def __str__(self) -> str:
        lines = [self.title]
        before: object = None
        for part in self.parts:
            if isinstance(part, Table) or isinstance(before, Table):
                lines.append("")
            if isinstance(part, Table):
                lines += ([part.title] if part.title else []) + aligned(part)
            else:
                lines += _wrapped(part)
            before = part
        return "\n".join(lines)

    def html(self) -> str:
        """The sheet as HTML without style sheets or scripts."""
        parts = [
            html_table(part) if isinstance(part, Table) else f"<p>{escape(part)}</p>"
            for part in self.parts
        ]
        return f"<div class='ismarket-sheet'><h4>{escape(self.title)}</h4>{''.join(parts)}</div>"


Shown = Callable[[Any], str]


def shown_by(sheet: Callable[[Any], Sheet]) -> tuple[Shown, Shown, Shown]:
    """``__str__``, ``__repr__`` and ``_repr_html_`` of a result that ``sheet`` writes out."""

    def text(result: Any) -> str:
        return str(sheet(result))

    return text, text, lambda result: sheet(result).html()


def frame_of(columns: Mapping[str, Columns], table: str, command: str) -> pd.DataFrame:
    """One of a result's tables as a pandas frame; InputError for a name that it does not have."""
    import pandas as pd  # the command line prints without it

    if table not in columns:
        raise unknown(command, "table", table, columns)
    return pd.DataFrame(columns[table])


def _wrapped(text: str) -> list[str]:
    indent = "  " if text.startswith("· ") else ""
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def aligned(table: Table) -> list[str]:
    """The lines of the table on a terminal, columns side by side."""
    rows = [list(row) for row in (table.header, *table.rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.header))]
    over = sum(widths) + 2 * (len(widths) - 1) - WIDEST
    widest = max(range(table.words), key=lambda i: widths[i])
    if over > 0:
        widths[widest] = max(NARROWEST, widths[widest] - over)
        rows = [part for row in rows for part in _narrowed(row, widest, widths[widest], table.cut)]
    return [
        "  ".join(
            cell.ljust(width) if i < table.words else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _narrowed(row: list[str], column: int, width: int, cut: bool) -> list[list[str]]:
    """A row as lines whose ``column`` is no wider than ``width``."""
    if cut:
        text = row[column]
        row[column] = text if len(text) <= width else text[: width - 1].rstrip(" ,.") + "…"
        return [row]
    lines = textwrap.wrap(row[column], width, subsequent_indent="  ") or [""]
    first = [*row[:column], lines[0], *row[column + 1 :]]
    return [first, *([""] * column + [text] + [""] * (len(row) - column - 1) for text in lines[1:])]


def html_table(table: Table) -> str:
    """The table as HTML, with the title as its caption."""

    def style(i: int) -> str:
        return f" style='text-align:{'left' if i < table.words else 'right'}'"

    head = "".join(
        f"<th scope='col'{style(i)}>{escape(t)}</th>" for i, t in enumerate(table.header)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<th scope='row'{style(0)}>{escape(cell)}</th>"
            if i == 0
            else f"<td{style(i)}>{escape(cell)}</td>"
            for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in table.rows
    )
    caption = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
