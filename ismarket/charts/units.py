"""Money in the unit that fits a chart, and how often draws reach a value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..text.wording import number, signed


@dataclass(frozen=True)
class Unit:
    """A unit of money: ``size`` in USD, its short name, decimals in a sentence and in a table."""

    size: float
    name: str
    decimals: int
    in_table: int

    def show(self, usd: float) -> str:
        """The figure without its unit."""
        return number(usd / self.size, self.decimals)

    def cell(self, usd: float) -> str:
        """The figure for a table, without its unit."""
        return number(usd / self.size, self.in_table)

    def change(self, usd: float) -> str:
        """A change with its sign, without the unit."""
        return signed(usd / self.size, self.decimals)


BILLION = Unit(1e9, "bn", 2, 2)
MILLION = Unit(1e6, "M", 0, 1)
SMALL = Unit(1e6, "M", 1, 1)


def unit_of(usd: float) -> Unit:
    """The unit for values about ``usd``: billions from 0.9995, else millions."""
    if abs(usd) >= 0.9995e9:
        return BILLION
    return MILLION if abs(usd) >= 9.5e6 else SMALL


def millions_of(usd: float) -> Unit:
    """Millions, with a decimal where a value of about ``usd`` needs one."""
    return MILLION if abs(usd) >= 9.5e7 else SMALL


def share_at_least(draws: Array, value: float) -> float:
    """Share of the draws (draw,) at or above ``value``, a little rounding allowed."""
    return float(np.mean(draws >= value * (1 - 1e-12)))


def quantile_dots(draws: Array, count: int = 20) -> Array:
    """The middles of ``count`` equal parts of the draws (draw,): each stands for 1 in ``count``."""
    levels = (np.arange(count) + 0.5) / count
    middles: Array = np.quantile(draws, levels)
    return middles
