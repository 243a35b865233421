"""The parameters of a plan, drawn block by block: keyed points through quantile functions."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from ..arrays import Array, Bits
from ..sampling.copula import Copula, copula
from ..sampling.points import BLOCK, block_points, block_strata
from ..sampling.quantiles import Quantiles
from .plan import Plan


class Drawing:
    """The draws of every parameter of a plan; those that are not fixed are ``drawn``.

    A chance that is fixed is drawn with the probability at which it is fixed.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan, fixed = plan, plan.scenario.fixed
        known = (
            replace(p, mode=fixed[p.key]) if p.happens and p.key in fixed else p
            for p in plan.parameters
        )
        self.drawn = [p for p in known if p.happens or p.key not in fixed]
        self._keys = [p.key for p in self.drawn]
        self._rows = np.flatnonzero([p.happens or p.key not in fixed for p in plan.parameters])
        self._fixed = np.array([[fixed.get(p.key, 0.0)] for p in plan.parameters]).reshape(-1, 1)

    @cached_property
    def copula(self) -> Copula | None:
        """How the parameters are correlated, if the market or the scenario says so."""
        pairs = self._plan.pairs
        return copula(pairs) if pairs else None

    def by_key(self, block: int) -> dict[str, Array]:
        """Every parameter by key, each (BLOCK,) in its own unit."""
        keys = (p.key for p in self._plan.parameters)
        return dict(zip(keys, self.values(block), strict=True))

    def values(self, block: int) -> Array:
        """Every parameter of the plan in its own unit, (parameter, BLOCK)."""
        if self._plan.scenario.sampler == "random" or self.copula:
            drawn = self._quantiles.values(self.points(block))
        else:
            seed = self._plan.scenario.seed
            strata = block_strata(self._keys, self._dimensions, seed=seed, block=block)
            drawn = self._quantiles.of_block(*strata)
        if len(drawn) == len(self._fixed):
            return drawn
        values = np.repeat(self._fixed, BLOCK, axis=1)
        values[self._rows] = drawn
        return values

    @cached_property
    def _quantiles(self) -> Quantiles:
        return Quantiles([p.range for p in self.drawn])

    @cached_property
    def _dimensions(self) -> dict[str, int]:
        return {key: index for index, key in enumerate(self._plan.market.parameters)}

    def points(self, block: int) -> Bits:
        """Points of those that are ``drawn``, (parameter, BLOCK), correlated as asked."""
        scenario, keys = self._plan.scenario, self._keys
        mixed = self.copula.keys if self.copula else ()
        apart = [key for key in mixed if key not in keys]  # fixed, but others lean on its draws
        every, how = [*keys, *apart], scenario.sampler
        points = block_points(every, self._dimensions, seed=scenario.seed, block=block, sampler=how)
        if self.copula:
            rows = [every.index(key) for key in mixed]
            points[rows] = self.copula.mix(points[rows])
        return points[: len(keys)]
