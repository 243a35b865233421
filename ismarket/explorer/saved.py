"""What a saved notebook shows of a widget where no kernel runs: words, tables and a picture."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from IPython.display import publish_display_data

from ..engine.findings import headline
from ..engine.forecast import Forecast
from ..engine.page import title
from ..report.pictures import driver_picture, path_picture
from ..text.sheet import Table
from .headline import strip
from .session import Session
from .view import View
from .where_view import SPLITS, split

PUBLISH: Callable[..., None] = publish_display_data
MOST_ROWS = 14
"""Rows of a table that a notebook keeps."""
STYLE = (
    "<style>svg{background:#fff;font:12px system-ui,sans-serif}.wide{fill:#cfe3f0}"
    ".narrow{fill:#9cc6e1}polyline,line{fill:none;stroke:#d9d9d9}.model{stroke:#0072b2;"
    "stroke-width:3}.median{stroke:#0072b2}polyline.report{stroke:#d55e00;stroke-width:2;"
    "stroke-dasharray:6 4}rect.bar{fill:#0072b2}rect.report{fill:#fdf1e8;stroke:#d55e00}"
    ".whisker{stroke:#1a1a1a}</style>"
)
"""The colours of the pictures, within each: an image takes none from the page around it."""
PICTURES: dict[str, Callable[[Forecast], str]] = {"forecast": path_picture, "why": driver_picture}


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
        return Saved(view.title, _heading(made) + _view(made, view, kind == "view"))
    return Saved(headline(made), _heading(made) + _strip(cells) + _view(made, view))


def image(svg: str, words: str) -> str:
    """A picture as HTML that needs nothing beside it."""
    data = base64.b64encode(svg.encode()).decode()
    return f'<img width="760" alt="{escape(words)}" src="data:image/svg+xml;base64,{data}">'


def _heading(forecast: Forecast) -> str:
    market = escape(forecast.plan.market.title)
    return f"<p><b>{market}</b><br><small>{escape(title(forecast))}</small></p>"


def _strip(strip: Sequence[Mapping[str, Any]]) -> str:
    def figure(cell: Mapping[str, Any]) -> str:
        parts = " \N{MIDDLE DOT} ".join(part["word"] for part in cell.get("parts", ()))
        return parts or f"{cell['value']} {cell['unit']}".strip()

    rows = [[figure(cell) for cell in strip], [_plain(cell["words"]) for cell in strip]]
    return Table([cell["title"] for cell in strip], rows, words=len(strip)).html()


def _view(forecast: Forecast, view: View, pictured: bool = True) -> str:
    """A view: its finding, a picture where there is one, its caveat and the head of its table."""
    drawn = PICTURES[view.name](forecast) if pictured and view.name in PICTURES else ""
    if drawn:
        head, mark, rest = drawn.partition("<title>")
        svg = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ') + STYLE
        drawn = image(svg + mark + rest, view.title)
    note = f"<p>{escape(_plain(view.note))}</p>" if view.note else ""
    page = view.as_page()
    table = _table(page["columns"], page["rows"])
    return f"<p><b>{escape(_plain(view.title))}</b></p>{drawn}{note}{table}"


def _table(columns: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> str:
    words = sum(not column["right"] for column in columns)
    cells = [row["cells"] for row in rows[:MOST_ROWS]]
    return Table([column["title"] for column in columns], cells, words=words).html()


def _plain(words: str) -> str:
    """Words without the marks of what is bold."""
    return words.replace("**", "")
