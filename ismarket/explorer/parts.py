"""Parts of a panel: widgets of their own on its state; what closes when a cell is run again."""

from __future__ import annotations

import secrets
import weakref
from typing import Any

import anywidget
import traitlets

from .saved import Saved, show

CODE = """export default {
  async render({ model, el, host }) {
    const { exports } = await host.getWidget(model.get("panel"));
    return exports.mount(el, model.get("kind"), model.get("name"), model.get("key"));
  },
};"""
WIDE, SLIM = {"width": "100%"}, {"width": "300px", "flex": "0 0 auto"}
"""How a part fills its box: views share it, controls stand beside them."""


def new_key() -> str:
    """By what a widget finds the saved output that it hides while it is alive."""
    return secrets.token_hex(6)


class PanelPart(anywidget.AnyWidget):
    """A part of ``panel``: ``kind`` is view, headline, controls, input or table, ``name`` of what.

    Its code and numbers are the panel's; closing the panel closes it.
    """

    _esm = CODE
    panel = anywidget.WidgetTrait().tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    key = traitlets.Unicode().tag(sync=True)

    def __init__(self, panel: Any, kind: str, name: str = "") -> None:
        slim = kind in ("controls", "input")
        super().__init__(
            panel=panel, kind=kind, name=name, key=new_key(), layout=SLIM if slim else WIDE
        )

    def _ipython_display_(self, **_: Any) -> None:
        saved: Saved = self.panel.saved(self.kind, self.name)
        show(self, saved)


def end(widget: Any) -> None:
    """Close a widget, with the layout that ipywidgets leaves behind."""
    anywidget.AnyWidget.close(widget)
    widget.layout.close()


_shown: dict[str, tuple[str, weakref.WeakSet[Any]]] = {}
"""By cell the run of it that was the last, and the widgets made in that run."""


def of_cell(widget: Any) -> None:
    """Close what the cell being run made when it was run before, and remember ``widget``.

    A part of a closed panel that another cell shows stays there, with its last numbers.
    """
    cell, run = _cell()
    if not cell:
        return
    former, made = _shown.get(cell, ("", None))
    if made is None or former != run:
        for old in made or ():
            end(old)
        made = weakref.WeakSet()
        _shown[cell] = run, made
    made.add(widget)


def _cell() -> tuple[str, str]:
    """The notebook cell that is being run and this run of it, empty outside of one."""
    try:
        from IPython import get_ipython
    except ImportError:
        return "", ""
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return "", ""
    asked = kernel.get_parent()
    return (
        str(asked.get("metadata", {}).get("cellId", "")),
        str(asked.get("header", {}).get("msg_id", "")),
    )
