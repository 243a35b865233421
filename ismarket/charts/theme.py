"""Colours of the charts in light and dark: Okabe-Ito, one meaning each.

Okabe & Ito (2008), Color Universal Design.  Blue is this forecast, vermillion what a publisher
printed, purple whatever a person changed, grey what is pinned.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import unknown

LIGHT = {
    "bg": "#ffffff",
    "line": "#d9d9d9",
    "grid": "#ececec",
    "ink": "#1a1a1a",
    "ink2": "#444444",
    "muted": "#646464",
    "model": "#0072B2",
    "band90": "#cfe3f0",
    "band50": "#9cc6e1",
    "report": "#D55E00",
    "report_text": "#B84F00",
    "report_ground": "#fdf1e8",
    "yours": "#CC79A7",
    "yours_text": "#9c3f74",
    "pinned": "#6b6b6b",
    "ghost": "#efefef",
    "ACTH": "#0072B2",
    "corticosteroids": "#E69F00",
    "anticonvulsants": "#009E73",
    "p10": "#E69F00",
    "p10_edge": "#8a5d00",
    "p90": "#0072B2",
    "status": "#00694d",
    "mark": "#1a1a1a",
    "interval": "#b4b4b4",
    "total": "#3a3a3a",
}
DARK = {
    "bg": "#111111",
    "line": "#3d3d3d",
    "grid": "#282828",
    "ink": "#f0f0f0",
    "ink2": "#cfcfcf",
    "muted": "#a3a3a3",
    "model": "#56B4E9",
    "band90": "#173444",
    "band50": "#27566f",
    "report": "#E8741A",
    "report_text": "#F28C38",
    "report_ground": "#2a1c10",
    "yours": "#CC79A7",
    "yours_text": "#E2A3C6",
    "pinned": "#a8a8a8",
    "ghost": "#202020",
    "ACTH": "#56B4E9",
    "corticosteroids": "#E69F00",
    "anticonvulsants": "#009E73",
    "p10": "#E69F00",
    "p10_edge": "#E69F00",
    "p90": "#56B4E9",
    "status": "#3cc9a0",
    "mark": "#f0f0f0",
    "interval": "#666666",
    "total": "#d0d0d0",
}
THEMES = {"light": LIGHT, "dark": DARK}
CLASSES = ("ACTH", "corticosteroids", "anticonvulsants")
"""Colour of the first, second and third drug class of a market; later ones start again."""


def theme(name: str) -> Mapping[str, str]:
    """The colours of that theme by what they mean; InputError for a name other than the two."""
    if name not in THEMES:
        raise unknown("charts", "theme", name, THEMES)
    return THEMES[name]
