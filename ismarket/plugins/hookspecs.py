"""The hooks of ismarket: what a plugin hands over, once, or does when it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pluggy

from ..model.anchor import Anchor
from ..model.driver import Driver
from ..model.market import Market

if TYPE_CHECKING:
    import click
    import pandas as pd

    from ..engine.forecast import Forecast

PROJECT = "ismarket"
API = 1
"""Version of the hooks; a plugin may say which it serves: ``ISMARKET_API = ">=1,<3"``."""
Manager = pluggy.PluginManager
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_drivers() -> Iterable[Driver]:  # type: ignore[empty-body]
    """Drivers of growth."""


@hookspec
def register_markets() -> Iterable[Market]:  # type: ignore[empty-body]
    """Markets: other diseases, other grids."""


@hookspec
def register_anchors() -> Iterable[Anchor]:  # type: ignore[empty-body]
    """Published estimates, each naming the market that it is about."""


@hookspec
def register_charts() -> Mapping[str, Callable[[Forecast], Any]]:  # type: ignore[empty-body]
    """Charts by name: from a forecast to an Altair chart."""


@hookspec
def register_views() -> Mapping[str, Callable[[Forecast], tuple[str, Any, pd.DataFrame]]]:  # type: ignore[empty-body]
    """Views of the explorer by tab: from a forecast to its finding, an Altair chart and a table."""


@hookspec
def register_commands(cli: click.Group) -> None:
    """Commands for the command line: add them to ``cli``, as click does."""
