"""The hooks of ismarket: each hands over objects, once, when plugins are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from ..engine.forecast import Forecast
    from ..model.anchor import Anchor
    from ..model.driver import Driver
    from ..model.market import Market

PROJECT = "ismarket"
API = 1
"""Version of the hooks; a plugin may say which it was written for: ``ISMARKET_API = 1``."""
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
