"""A printed sheet: a title, sentences and tables, as text for a terminal or HTML for a notebook."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 92


@dataclass(frozen=True)
class Table:
    """Cells already written as text; the first ``words`` columns are words, the rest figures."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1
    title: str = ""


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
                lines += ([part.title] if part.title else []) + _aligned(part)
            else:
                lines += _wrapped(part)
            before = part
        return "\n".join(lines)

    def html(self) -> str:
        """The sheet as HTML without style sheets or scripts."""
        parts = [
            _html_table(part) if isinstance(part, Table) else f"<p>{escape(part)}</p>"
            for part in self.parts
        ]
        return f"<div class='ismarket-sheet'><h4>{escape(self.title)}</h4>{''.join(parts)}</div>"


def _wrapped(text: str) -> list[str]:
    indent = "  " if text.startswith("· ") else ""
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _aligned(table: Table) -> list[str]:
    rows = [table.header, *table.rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.header))]
    return [
        "  ".join(
            cell.ljust(width) if i < table.words else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _html_table(table: Table) -> str:
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
