"""The marks that the charts are made of: each a layer over a named dataset.

A row carries its own position.  ``px`` is a horizontal place in px, from the right edge where it
is negative, and ``py`` a vertical one from the top; colours are names of the theme.
"""

from __future__ import annotations

from typing import Any

import altair as alt

WORD = ("px", "py", "color", "align", "weight", "size", "dx")
"""Columns of words beside their text."""
PX = "datum.px >= 0 ? datum.px : width + datum.px"


def data(name: str) -> alt.NamedData:
    """The dataset that is filled under that name."""
    return alt.NamedData(name=name)


def ink(token: str) -> alt.ExprRef:
    """A colour of the theme."""
    return alt.ExprRef(f"theme.{token}")


def by_row(column: str = "color") -> alt.ExprRef:
    """The colour of the theme that a row names."""
    return alt.ExprRef(f"theme[datum.{column}]")


def px(expression: str = PX) -> alt.XValue:
    """A horizontal place in px."""
    return alt.XValue(alt.ExprRef(expression))


def py(expression: str = "datum.py") -> alt.YValue:
    """A vertical place in px."""
    return alt.YValue(alt.ExprRef(expression))


def x(field: str, low: str, high: str, left: str, right: str, **scale: Any) -> alt.X:
    """A horizontal axis from parameter ``low`` to ``high``, drawn from ``left`` to ``right``."""
    return alt.X(f"{field}:Q", axis=None, title=None, scale=_scale(low, high, left, right, scale))


def y(field: str, low: str, high: str, top: str, bottom: str) -> alt.Y:
    """A vertical axis from parameter ``low`` at ``bottom`` to ``high`` at ``top``."""
    return alt.Y(f"{field}:Q", axis=None, title=None, scale=_scale(low, high, bottom, top, {}))


def _scale(low: str, high: str, start: str, end: str, more: dict[str, Any]) -> alt.Scale:
    return alt.Scale(
        domain=[alt.ExprRef(low), alt.ExprRef(high)],
        range=[alt.ExprRef(start), alt.ExprRef(end)],
        nice=False,
        zero=False,
        clamp=True,
        **more,
    )


def texts(name: str, place_x: Any = None, place_y: Any = None, **mark: Any) -> Any:
    """Words: columns text, color, align, weight, size, dx; px and py unless placed otherwise."""
    return (
        alt.Chart(data(name))
        .mark_text(
            align=alt.ExprRef("datum.align"),
            baseline="middle",
            fontSize=alt.ExprRef("datum.size"),
            fontWeight=alt.ExprRef("datum.weight"),
            color=by_row(),
            dx=alt.ExprRef("datum.dx"),
            aria=False,
            **mark,
        )
        .encode(x=place_x or px(), y=place_y or py(), text=alt.Text("text:N"))
    )


def rules(name: str, place_x: Any, top: str, bottom: str, token: str = "grid", **mark: Any) -> Any:
    """Upright rules at each row, from ``top`` to ``bottom`` px."""
    return (
        alt.Chart(data(name))
        .mark_rule(color=ink(token), aria=False, **{"strokeWidth": 1, **mark})
        .encode(x=place_x, y=py(top), y2=alt.Y2Value(alt.ExprRef(bottom)))
    )


def word(
    text: str,
    at_x: float,
    at_y: float,
    color: str = "ink",
    *,
    align: str = "left",
    weight: int = 400,
    size: int = 12,
    dx: float = 0.0,
) -> dict[str, Any]:
    """A row of words for ``texts``."""
    return {
        "text": text, "px": at_x, "py": at_y, "color": color, "align": align, "weight": weight,
        "size": size, "dx": dx,
    }  # fmt: skip


def tick(
    at: float, text: str, at_y: float, color: str = "muted", weight: int = 400
) -> dict[str, Any]:
    """A row of small words for ``texts``, centred on a place of the horizontal axis."""
    return {"x": at, **word(text, 0, at_y, color, align="center", weight=weight, size=11)}


def level_bars(name: str, place_x: Any, end: str, half: float, **mark: Any) -> Any:
    """Level bars of height twice ``half`` px around py, to the x given in column ``end``."""
    return (
        alt.Chart(data(name))
        .mark_rect(aria=False, **mark)
        .encode(
            x=place_x,
            x2=alt.X2(end),
            y=py(f"datum.py - {half}"),
            y2=alt.Y2Value(alt.ExprRef(f"datum.py + {half}")),
        )
    )


def level_rules(name: str, place_x: Any, end: str, **mark: Any) -> Any:
    """Level lines at py, to the x given in column ``end``."""
    return (
        alt.Chart(data(name))
        .mark_rule(aria=False, **mark)
        .encode(x=place_x, x2=alt.X2(end), y=py())
    )


def full_rules(
    name: str, token: str = "muted", left: str = "0", right: str = "width", place_y: Any = None
) -> Any:
    """Level hairlines at py from ``left`` to ``right`` px, by default over the whole width."""
    return (
        alt.Chart(data(name))
        .mark_rule(color=ink(token), strokeWidth=1, aria=False)
        .encode(x=px(left), x2=alt.X2Value(alt.ExprRef(right)), y=place_y or py())
    )


def dots(name: str, place_x: Any, place_y: Any = None, **mark: Any) -> Any:
    """Round marks at py, filled unless told otherwise."""
    look = {"filled": True, "opacity": 1, "aria": False, **mark}
    return alt.Chart(data(name)).mark_point(**look).encode(x=place_x, y=place_y or py())
