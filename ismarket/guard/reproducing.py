"""The one line that shows a driver's fault again: a command, or Python for a driver of no file."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import Scenario


def values_at(driver: Driver, values: Mapping[str, Array], draw: int) -> str:
    """The driver's own parameters at one draw (index), as ``key = value`` in full precision."""
    return ", ".join(f"{key} = {value!r}" for key, value in _own(driver, values, draw).items())


def once_more(
    market: Market,
    driver: Driver,
    values: Mapping[str, Array],
    draw: int,
    *,
    draws: int = 0,
    beside: bool = False,
) -> str:
    """The line that asks the driver at those values, on that market and up to that year.

    ``draws``: for so many of them, where what it was asked before may matter; ``beside``: with
    other values beside them.
    """
    own, years = _own(driver, values, draw), market.years
    through = years[-1] if years[-1] != market.horizon else None
    elsewhere = market.name if market.name != Scenario().market else ""
    address = _address(driver)
    if not address:
        more = ["market=market"] if elsewhere else []
        more += [f"through={through}"] if through else []
        more += [f"draws={draws}"] if draws else []
        more += ["beside=True"] if beside else []
        return f"ismarket.testing.ask({', '.join(['driver', repr(own), *more])})"
    words = ["ismarket", "check", address]
    words += ["--market", elsewhere] if elsewhere else []
    words += ["--through", str(through)] if through else []
    for key, value in own.items():
        words += ["--set", f"{key}={value!r}"]
    words += ["--draws", str(draws)] if draws else []
    words += ["--beside"] if beside else []
    words += ["--once"] if not own else []
    return shlex.join(words)


def _own(driver: Driver, values: Mapping[str, Array], draw: int) -> dict[str, float]:
    found = {}
    for parameter in driver.parameters:
        drawn = np.ravel(values[parameter.key])
        found[parameter.key] = float(drawn[min(draw, drawn.size - 1)])
    return found


def _address(driver: Driver) -> str:
    """An installed driver by its name, one of a plugin's file by its path; "" for any other."""
    if driver.plugin:
        return driver.name
    module = sys.modules.get(getattr(driver.effects, "__module__", None) or "")
    file = getattr(module, "__file__", None)
    plugin = callable(getattr(module, "register_drivers", None))
    return str(file) if plugin and file and Path(file).is_file() else ""
