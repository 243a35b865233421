"""A target as a function of normal scores: how far past it a setting of the inputs lies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..arrays import Array
from .nearest import FARTHEST, normal_share
from .response import Response

SCORES = np.linspace(-FARTHEST, FARTHEST, 6001)
Setting = dict[str, float]
"""Inputs by key, each in its own unit."""


@dataclass(frozen=True, eq=False)
class Towards:
    """An output less its target, as a function of normal scores; to be raised to 0.

    A score of nan leaves an input at its mode; one at FARTHEST is the end of its range.
    """

    asked: Response
    output: str
    target: float

    @cached_property
    def _table(self) -> list[Array]:
        """By input, its value at each of SCORES: read between them by a straight line."""
        shares = np.array([normal_share(score) for score in SCORES])
        table = [p.quantile(shares) for p in self.asked.inputs]
        for values, parameter in zip(table, self.asked.inputs, strict=True):
            values[0], values[-1] = parameter.low, parameter.high
        return table

    @cached_property
    def _sign(self) -> float:
        return 1.0 if self.target > float(self.asked(self.output, {})[0]) else -1.0

    def past(self, values: Mapping[str, Array]) -> Array:
        """How far past the target (run,), in points of growth or log of value."""
        found = self.asked(self.output, values)
        if self.output != "cagr":
            return np.asarray(self._sign * np.log(found / self.target))
        return np.asarray(self._sign * (found - self.target))

    def __call__(self, scores: Array) -> Array:
        """The same for ``scores`` (input, run)."""
        return self.past(self.values(scores))

    def values(self, scores: Array) -> dict[str, Array]:
        """Inputs by key, each (run,), at ``scores`` (input, run)."""
        found, at_mode = {}, np.isnan(scores)
        for row, still, parameter, table in zip(
            scores, at_mode, self.asked.inputs, self._table, strict=True
        ):
            if still.all():
                found[parameter.key] = np.full(len(row), parameter.mode)
                continue
            drawn = np.interp(row, SCORES, table)
            found[parameter.key] = np.where(still, parameter.mode, drawn)
        return found

    def setting(self, scores: Array) -> Setting:
        """The inputs that ``scores`` (input,) move off their modes, by key."""
        values = self.values(scores[:, None])
        return {
            p.key: float(values[p.key][0])
            for p, score in zip(self.asked.inputs, scores, strict=True)
            if not math.isnan(score)
        }

    def tidied(self, scores: Array) -> Setting:
        """The same with figures rounded outwards as far as the target is still reached."""
        exact = self.setting(scores)
        known = {p.key: p for p in self.asked.inputs}
        for digits in range(3, 12):
            rounded = {}
            for key, value in exact.items():
                unit = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits) if value else 1.0
                outward = math.ceil if value > known[key].mode else math.floor
                moved = float(f"{outward(value / unit) * unit:.{digits}g}")
                rounded[key] = min(max(moved, known[key].low), known[key].high)
            if float(self.past({k: np.array([v]) for k, v in rounded.items()})[0]) >= 0.0:
                return rounded
        return exact
