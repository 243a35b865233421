"""What a view of the explorer shows: a finding, how to read it, a chart, a caveat and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ..charts import KINDS
from ..charts.picture import Picture, blank
from ..charts.theme import THEMES


@dataclass(frozen=True)
class Column:
    """A column of a table.

    ``wide`` ones are dropped in a narrow panel, ``spare`` ones in less than 500 px; ``dots`` draw
    a share as dots, 1 in 20 each.
    """

    title: str
    right: bool = True
    wide: bool = False
    spare: bool = False
    dots: bool = False


@dataclass(frozen=True)
class ViewRow:
    """A row of words: ``tone`` is report, strong, muted or plain.

    ``choice`` makes the row a radio button of that value; ``detail`` opens on Enter; ``tags``
    are what the filters look for.
    """

    cells: tuple[str, ...]
    tone: str = "plain"
    choice: str = ""
    chosen: bool = False
    detail: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    status: str = ""


@dataclass(frozen=True)
class Filter:
    """A chip that narrows a table to the rows with its tag."""

    tag: str
    title: str
    status: str = ""


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """The Altair ``chart`` of a plugin: its specification without rows, and those by dataset."""

    kind: str
    alt: str
    spec: Mapping[str, Any]
    datasets: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    chart: Any = None

    def as_page(self) -> dict[str, Any]:
        """The picture as plain values for a page."""
        return {"kind": self.kind, "alt": self.alt, "spec": self.spec, "datasets": self.datasets}


@dataclass(frozen=True, eq=False)
class View:
    """One tab: ``name`` finds it, ``title`` is its finding with numbers, ``note`` the caveat.

    ``brief`` is the finding in few words, for less than 500 px.  Words between double asterisks
    are bold; ``shown`` is how many rows the page takes.  Rows that can be chosen choose the
    anchor, or what ``picks`` names.
    """

    name: str
    title: str
    aid: str
    note: str
    columns: tuple[Column, ...]
    rows: Sequence[ViewRow]
    picture: Picture | OwnPicture | None
    filters: Sequence[Filter] = ()
    below: str = ""
    shown: int | None = None
    picks: str = ""
    brief: str = ""
    tab: str = ""

    def as_page(self) -> dict[str, Any]:
        """The view as plain values for the page."""
        return {
            **{
                name: getattr(self, name)
                for name in ("name", "title", "brief", "aid", "note", "below", "picks")
            },
            "tab": self.tab or TABS[self.name],
            "columns": [vars(column) for column in self.columns],
            "rows": [vars(row) for row in self.rows[: self.shown]],
            "filters": [vars(one) for one in self.filters],
            "chart": self.picture and self.picture.as_page(),
        }

    def cells(self) -> list[list[str]]:
        """Header and rows as words, for a file."""
        return [[c.title for c in self.columns], *(list(r.cells) for r in self.rows)]


TABS = {
    "forecast": "Forecast",
    "why": "Why",
    "where": "Where",
    "matters": "What matters",
    "howbig": "How big",
    "funnel": "Funnel",
    "launches": "Launches",
    "scenarios": "Scenarios",
    "track": "Track",
    "evidence": "Evidence",
    "audit": "Audit",
}
"""The views by name, in the order of their tabs."""
ON_A_BUTTON = ("scenarios", "track", "audit")
"""The views that are empty until their button is pressed."""
VIEWS = ("fan", "contributions", "where", "tornado", "levels", "funnel", "launches", "multiples",
         "track", "causes")  # fmt: skip
"""The charts of the views, by kind."""


@cache  # the same in every panel
def specs() -> dict[str, Any]:
    """The Vega-Lite specification of every view's chart, without data, and the themes."""
    found: dict[str, Any] = {kind: blank(KINDS[kind]) for kind in VIEWS}
    return found | {"themes": THEMES}
