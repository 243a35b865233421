"""The one-line command that shows a driver's fault again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .arrays import Array
from .driver import Driver
from .market import Market
from .scenario import Scenario


def values_at(driver: Driver, values: Mapping[str, Array], draw: int) -> str:
    """The driver's own parameters at one draw (index), as ``key = value`` in full precision."""
    return ", ".join(f"{key} = {value!r}" for key, value in _own(driver, values, draw).items())


def command(market: Market, driver: Driver, values: Mapping[str, Array], draw: int) -> str:
    """``ismarket check`` for the driver at those values, on that market and up to that year."""
    words = ["ismarket", "check", _address(driver)]
    if market.name != Scenario().market:
        words += ["--market", market.name]
    if market.years[-1] != market.horizon:
        words += ["--through", str(market.years[-1])]
    for key, value in _own(driver, values, draw).items():
        words += ["--set", f"{key}={value!r}"]
    return shlex.join(words)


def _own(driver: Driver, values: Mapping[str, Array], draw: int) -> dict[str, float]:
    found = {}
    for parameter in driver.parameters:
        drawn = np.ravel(values[parameter.key])
        found[parameter.key] = float(drawn[min(draw, drawn.size - 1)])
    return found


def _address(driver: Driver) -> str:
    """An installed driver by its name, any other by the file that it stands in."""
    code = getattr(driver.effects, "__code__", None)
    if not driver.plugin and code is not None and Path(code.co_filename).is_file():
        return str(code.co_filename)
    return driver.name
