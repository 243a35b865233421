"""Charts of a forecast as Altair objects, for scripts and notebooks: saved without network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, ParamSpec

from ..analysis.grid import ScenarioGrid
from ..analysis.track import Track
from ..engine.forecast import A_FORECAST, Forecast
from ..errors import check_kind
from ..text.install import needs
from . import causes as _causes
from . import comparison as _comparison
from . import contributions as _contributions
from . import fan as _fan
from . import funnel as _funnel
from . import launches as _launches
from . import levels as _levels
from . import multiples as _multiples
from . import svg as _svg
from . import swings as _swings
from . import track as _track
from . import where as _where
from .picture import WIDTH, Layers, Picture
from .theme import LIGHT

if TYPE_CHECKING:
    import altair as alt

    from ..analysis.information import Information
    from .grid import heat as heat
    from .grid import spider as spider
    from .vega import facets as facets
    from .vega import save as save

__all__ = [
    "causes",
    "classes",
    "compare",
    "contributions",
    "facets",
    "fan",
    "funnel",
    "heat",
    "launches",
    "levels",
    "multiples",
    "regions",
    "save",
    "spider",
    "tornado",
    "track",
]


_MODULES = {
    "fan": _fan,
    "contributions": _contributions,
    "where": _where,
    "tornado": _swings,
    "levels": _levels,
    "causes": _causes,
    "funnel": _funnel,
    "launches": _launches,
    "compare": _comparison,
    "track": _track,
    "multiples": _multiples,
}
_OF_ALTAIR = {
    "facets": "vega", "save": "vega", "heat": "grid", "spider": "grid",
}  # fmt: skip
KINDS: dict[str, Layers] = {kind: module.layers for kind, module in _MODULES.items()}
"""By kind of chart its layers without data."""


def draw(
    picture: Picture, theme: str = "light", width: int = WIDTH, scenario: str = ""
) -> alt.LayerChart:
    """The chart of a picture, in theme ``light`` or ``dark``, ``width`` px wide with its words."""
    with needs("a chart", "export"):
        from .vega import chart_of
    return chart_of(picture, KINDS[picture.kind], theme, width, scenario)


def svg(picture: Picture, colours: Mapping[str, str] = LIGHT, width: float = WIDTH) -> str:
    """The same chart as one SVG, drawn without Altair."""
    return _svg.drawn(picture, KINDS[picture.kind], colours, width)


P = ParamSpec("P")


def of_forecasts(chart: Callable[P, alt.LayerChart]) -> Callable[P, alt.LayerChart]:
    """The chart, which says in one line what to pass where it is handed anything else."""

    @wraps(chart)
    def checked(*given: P.args, **named: P.kwargs) -> alt.LayerChart:
        for one in given:
            check_kind(f"charts.{chart.__name__}", one, Forecast | None, A_FORECAST)
        return chart(*given, **named)

    return checked


def __getattr__(name: str) -> object:
    """What needs Altair is imported when it is first asked for."""
    if name not in _OF_ALTAIR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with needs("a chart", "export"):
        return getattr(import_module(f".{_OF_ALTAIR[name]}", __name__), name)


def __dir__() -> list[str]:
    """What completion offers: the charts, and how they are put together and saved."""
    return __all__


@of_forecasts
def fan(
    forecast: Forecast, pinned: Forecast | None = None, *, theme: str = "light", width: int = WIDTH
) -> alt.LayerChart:
    """The path with its draws against the published path; ``pinned`` is a ghost behind."""
    return draw(_fan.picture(forecast, pinned), theme, width, forecast.plan.scenario.name)


@of_forecasts
def contributions(
    forecast: Forecast, pinned: Forecast | None = None, *, theme: str = "light", width: int = WIDTH
) -> alt.LayerChart:
    """What each driver carries of the growth, and what no cause carries."""
    return draw(_contributions.picture(forecast, pinned), theme, width, forecast.plan.scenario.name)


@of_forecasts
def funnel(forecast: Forecast, *, theme: str = "light", width: int = WIDTH) -> alt.LayerChart:
    """The count behind the level: people by stage, what they use, dollars listed and kept."""
    return draw(_funnel.picture(forecast), theme, width, forecast.plan.scenario.name)


@of_forecasts
def launches(forecast: Forecast, *, theme: str = "light", width: int = WIDTH) -> alt.LayerChart:
    """Launched products: how likely, when, what each takes of its class, and its own sales."""
    return draw(_launches.picture(forecast), theme, width, forecast.plan.scenario.name)


@of_forecasts
def regions(forecast: Forecast, *, theme: str = "light", width: int = WIDTH) -> alt.LayerChart:
    """Regions: value split by drug class, share of value, growth."""
    return draw(_where.picture(forecast, ("region",)), theme, width, forecast.plan.scenario.name)


@of_forecasts
def classes(forecast: Forecast, *, theme: str = "light", width: int = WIDTH) -> alt.LayerChart:
    """Drug classes: value, share of value, growth."""
    return draw(
        _where.picture(forecast, ("drug_class",)), theme, width, forecast.plan.scenario.name
    )


@of_forecasts
def tornado(
    forecast: Forecast, *, worth: Information | None = None, theme: str = "light",
    width: int = WIDTH,
) -> alt.LayerChart:  # fmt: skip
    """Each input alone at its own P10 and P90, beside it what knowing it is ``worth``."""
    return draw(_swings.picture(forecast, worth=worth), theme, width, forecast.plan.scenario.name)


@of_forecasts
def levels(forecast: Forecast, *, theme: str = "light", width: int = WIDTH) -> alt.LayerChart:
    """The published estimates, the chosen anchor and the count on one logarithmic axis."""
    return draw(_levels.picture(forecast), theme, width, forecast.plan.scenario.name)


@of_forecasts
def causes(forecast: Forecast, *, theme: str = "light", width: int = WIDTH) -> alt.LayerChart:
    """Every cause at the growth that it carries alone, by how well it is known."""
    return draw(_causes.picture(forecast), theme, width, forecast.plan.scenario.name)


@of_forecasts
def compare(
    *forecasts: Forecast, names: tuple[str, ...] = (), theme: str = "light", width: int = WIDTH
) -> alt.LayerChart:
    """Several scenarios side by side: value in the last year and growth, with intervals."""
    return draw(_comparison.picture(forecasts, names), theme, width)


def track(found: Track, *, theme: str = "light", width: int = WIDTH) -> alt.LayerChart:
    """Actuals against what each kept run said of their year, and how editions moved."""
    check_kind("charts.track", found, Track, _track.A_TRACK)
    return draw(_track.picture(found), theme, width)


def multiples(
    grid: ScenarioGrid, row: str = "", column: str = "", *, theme: str = "light", width: int = WIDTH
) -> alt.LayerChart:
    """Every scenario's path against its first year, by two axes of a grid, on one axis."""
    check_kind("charts.multiples", grid, ScenarioGrid, _multiples.A_GRID)
    return draw(_multiples.picture(grid, row, column), theme, width)


OF_ONE: dict[str, Callable[[Forecast], alt.LayerChart]] = {
    chart.__name__: chart
    for chart in (fan, contributions, funnel, launches, regions, classes, tornado, levels, causes)
}
"""The charts of one forecast by name, as the hook ``register_charts`` hands them over."""
