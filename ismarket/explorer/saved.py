"""What a saved notebook shows of a widget where no kernel runs: words, tables and a picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from IPython.display import publish_display_data

from ..charts import svg
from ..charts.picture import WIDTH, Picture
from ..engine.findings import headline
from ..engine.forecast import Forecast
from ..engine.page import title
from ..report.headline import strip
from ..text.sheet import Table
from .session import Session
from .view import View
from .where_view import SPLITS, split

PUBLISH: Callable[..., None] = publish_display_data
MOST_ROWS = 14
"""Rows of a table that a notebook keeps."""
MOST_BYTES = 10_000
"""What a notebook keeps of a widget at most: a picture that would need more is left out."""
IN_ADDRESS = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "%#<>&\n"})
"""How signs that end or change an address stand in it; a third shorter than base64."""


@dataclass(frozen=True)
class Saved:
    """One line in place of the widget, and a page of HTML without style sheets or scripts."""

    line: str
    html: str


def show(widget: Any, saved: Saved) -> None:
    """Display a widget and, as an output of its own, what stands for it without a kernel.

    The page hides the second while the widget is alive.
    """
    bundle: Any = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    PUBLISH({**data, "text/plain": saved.line})
    keep(widget.key, saved)


def keep(key: str, saved: Saved) -> None:
    """Display what a notebook keeps for the widget of that ``key``."""
    html = f'<div class="ism-saved" data-of="{key}">{saved.html}</div>'
    PUBLISH({"text/html": html, "text/plain": ""})


def saved_of(session: Session, kind: str, name: str) -> Saved:
    """What stands for the panel with the view ``name`` open, or for a part of that kind."""
    made = session.shown
    cells = strip(made)
    if kind in ("controls", "input"):
        return Saved(f"{kind} {name}", _heading(made))
    if kind == "headline":
        return Saved(headline(made), _heading(made) + _strip(cells))
    if kind == "table" and name in SPLITS:
        found = split(made, name)
        return Saved(found["title"], _heading(made) + _table(found["columns"], found["rows"]))
    view = session.view(name)
    if kind in ("view", "table"):
        return Saved(view.title, _view(_heading(made), view, kind == "view"))
    return Saved(headline(made), _view(_heading(made) + _strip(cells), view))


def image(svg: str, words: str) -> str:
    """A picture as HTML that needs nothing beside it; it speaks by ``words`` alone."""
    silent = re.sub(r' (class|role|aria-[a-z]+|pointer-events)="[^"]*"', "", svg)
    data = silent.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}").replace('"', "'")
    data = data.translate(IN_ADDRESS)
    return f'<img width="760" alt="{escape(words)}" src="data:image/svg+xml;charset=utf-8,{data}">'


def _heading(forecast: Forecast) -> str:
    market = escape(forecast.plan.market.title)
    return f"<p><b>{market}</b><br><small>{escape(title(forecast))}</small></p>"


def _strip(strip: Sequence[Mapping[str, Any]]) -> str:
    def figure(cell: Mapping[str, Any]) -> str:
        parts = " \N{MIDDLE DOT} ".join(part["word"] for part in cell.get("parts", ()))
        return parts or f"{cell['value']} {cell['unit']}".strip()

    rows = [[figure(cell) for cell in strip], [_plain(cell["words"]) for cell in strip]]
    return Table([cell["title"] for cell in strip], rows, words=len(strip)).html()


def _view(before: str, view: View, pictured: bool = True) -> str:
    """Below what is ``before`` a view: finding, picture, caveat and the head of its table."""
    page = view.as_page()
    before += f"<p><b>{escape(_plain(view.title))}</b></p>"
    after = f"<p>{escape(_plain(view.note))}</p>" if view.note else ""
    after += _table(page["columns"], page["rows"])
    if pictured and isinstance(view.picture, Picture):
        for width in (WIDTH, view.picture.below - 1):
            whole = before + image(svg(view.picture, width=width), view.picture.alt) + after
            if len(whole.encode()) < MOST_BYTES:
                return whole
    return before + after


def _table(columns: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> str:
    words = sum(not column["right"] for column in columns)
    cells = [row["cells"] for row in rows[:MOST_ROWS]]
    return Table([column["title"] for column in columns], cells, words=words).html()


def _plain(words: str) -> str:
    """Words without the marks of what is bold."""
    return words.replace("**", "")
