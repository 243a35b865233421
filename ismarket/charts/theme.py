"""Colours of the charts in light and dark: Okabe-Ito, one meaning each.

Okabe & Ito (2008), Color Universal Design.  Blue is this forecast, vermillion what a publisher
printed, purple whatever a person changed, grey what is pinned, umber general prices.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import unknown

COLOURS = {
    "bg": ("#ffffff", "#111111"),
    "line": ("#d9d9d9", "#3d3d3d"),
    "grid": ("#ececec", "#282828"),
    "ink": ("#1a1a1a", "#f0f0f0"),
    "ink2": ("#444444", "#cfcfcf"),
    "muted": ("#646464", "#a3a3a3"),
    "model": ("#0072B2", "#56B4E9"),
    "band90": ("#cfe3f0", "#173444"),
    "band50": ("#9cc6e1", "#27566f"),
    "report": ("#D55E00", "#E8741A"),
    "report_text": ("#B84F00", "#F28C38"),
    "report_ground": ("#fdf1e8", "#2a1c10"),
    "prices": ("#8C8272", "#9A907F"),
    "prices_text": ("#6B6255", "#C2B8A6"),
    "yours": ("#CC79A7", "#CC79A7"),
    "yours_text": ("#9c3f74", "#E2A3C6"),
    "pinned": ("#6b6b6b", "#a8a8a8"),
    "ghost": ("#efefef", "#202020"),
    "class 1": ("#0072B2", "#56B4E9"),
    "class 2": ("#E69F00", "#E69F00"),
    "class 3": ("#009E73", "#009E73"),
    "class 4": ("#56B4E9", "#0072B2"),
    "class 5": ("#999933", "#DDCC77"),
    "p10": ("#E69F00", "#E69F00"),
    "p10_edge": ("#8a5d00", "#E69F00"),
    "p90": ("#0072B2", "#56B4E9"),
    "status": ("#00694d", "#3cc9a0"),
    "mark": ("#1a1a1a", "#f0f0f0"),
    "interval": ("#b4b4b4", "#666666"),
    "total": ("#3a3a3a", "#d0d0d0"),
}
"""By what it means, a colour in the light and in the dark theme."""
LIGHT, DARK = ({name: both[i] for name, both in COLOURS.items()} for i in (0, 1))
THEMES = {"light": LIGHT, "dark": DARK}
CLASSES = ("class 1", "class 2", "class 3", "class 4", "class 5")
"""Colours of the drug classes of a market in their order; a sixth starts again.

The last is olive and sand of Tol (2021), Colour Schemes: what Okabe-Ito has left has a meaning.
"""


def theme(name: str) -> Mapping[str, str]:
    """The colours of that theme by what they mean; InputError for a name other than the two."""
    if name not in THEMES:
        raise unknown("charts", "theme", name, THEMES)
    return THEMES[name]
