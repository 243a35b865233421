"""A driver asked at given values, watched as in a forecast: the fault that stopped a run again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import InputError, unknown
from ..guard.contract import guarded_effects, standing
from ..model.driver import Driver, Effect
from ..model.market import Market
from ..sampling.points import BLOCK
from .trial import Trial

DRAWS = 1024


def ask(
    driver: Driver,
    values: Mapping[str, float] | None = None,
    market: Market | None = None,
    *,
    through: int | None = None,
    draws: int = DRAWS,
    beside: bool = False,
) -> list[Effect]:
    """The effects of ``driver`` at ``values`` by key, its other parameters at their modes.

    It is asked for ``draws`` equal draws in blocks as a run has them, up to the year ``through``;
    with ``beside`` for one such draw among others from all over the ranges.  Raises DriverError
    for what breaks its contract, InputError for a value that it cannot have.
    """
    values = values or {}
    keys = {parameter.key: parameter for parameter in driver.parameters}
    for key, value in values.items():
        if key not in keys:
            raise unknown(driver.name, "parameter", key, keys)
        keys[key].check(value)
    trial = Trial.of(driver, market)
    if through is not None and through not in trial.market.years[1:]:
        first, last = trial.market.years[1], trial.market.years[-1]
        raise InputError(
            f"through = {through}: the tables of {trial.market.name} hold {first} to {last}"
        )
    cut = trial.market.until(through or trial.market.horizon)
    at = {key: values.get(key, parameter.mode) for key, parameter in keys.items()}
    others = trial.spread(min(draws, BLOCK))
    effects: list[Effect] = []
    with standing(None, watched=True):
        for first in range(0, draws, BLOCK):
            block = {key: np.full(min(BLOCK, draws - first), value) for key, value in at.items()}
            if beside:
                for key in block:
                    block[key][1:] = others[key][1 : len(block[key])]
            effects = guarded_effects(cut, trial.driver, block)
    return effects
