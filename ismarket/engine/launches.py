"""Launched products: what each takes of its class, and what that makes of the class's price.

    price[c] *= (1 + sum of share x (ratio - 1)) / the same in the base year

over the launches of every group that is on, whoever claims it; shares that sum above 1 are scaled
to 1.  This is the one effect that does not add up over causes, so each coalition computes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..model.launch import Launch
from .ways import Drivers

Index = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Launched:
    """Launches into one drug class (by index), and their parameters ``drawn``.

    ``bringers`` are who brings each; ``years`` are the base year, then those of the forecast;
    ``drawn`` (launch, parameter, draw) is in the order of ``Launch.parameters``.
    """

    drug_class: int
    launches: tuple[Launch, ...]
    bringers: tuple[Drivers, ...]
    regions: tuple[str, ...]
    years: Array
    drawn: Array

    def ratio(self, weights: Array, years: slice = slice(None)) -> Array:
        """The factor on the class's price, (way, year, region, draw), by weights (way, launch).

        ``years`` are those of the forecast.
        """
        sold, places = _places(self.launches, self.regions)
        by_place = (weights[:, None] * sold.T).reshape(-1, len(sold))
        share = np.concatenate([self._share[:, :1], self._share[:, 1:][:, years]], axis=1)
        taken, added = (
            (by_place @ part.reshape(len(part), -1)).reshape(len(weights), -1, *share.shape[1:])
            for part in (share, share * (self.drawn[:, -1:] - 1.0))
        )
        mean = 1.0 + added / np.maximum(taken, 1.0)
        price: Array = (mean[:, :, 1:] / mean[:, :, :1]).swapaxes(1, 2)[:, :, places]
        return price

    def sales(self, weights: Array) -> Array:
        """The part of the class's value in the last year that each sells, (launch, region, draw).

        For one way, ``weights`` (launch,).
        """
        sold, places = _places(self.launches, self.regions)
        share = self._share[:, -1, None] * (weights[:, None] * sold[:, places])[:, :, None]
        share /= np.maximum(share.sum(axis=0), 1.0)
        added = share * (self.drawn[:, -1:] - 1.0)
        part: Array = (share + added) / (1.0 + added.sum(axis=0))
        return part

    @cached_property
    def _share(self) -> Array:
        """What each takes where it is sold, (launch, year, draw)."""
        chance, launch_year, peak, to_peak, _ = self.drawn.swapaxes(0, 1)
        found = reached(self.years, launch_year, to_peak)
        found *= (peak * chance)[:, None]
        return found


def reached(years: Array, launch_year: Array, to_peak: Array) -> Array:
    """What each launch has reached of its peak in some calendar years, (launch, year, draw).

    ``launch_year`` and years ``to_peak`` are (launch, draw).
    """
    found: Array = (years[:, None] + 0.5 - launch_year[:, None]) / to_peak[:, None]
    return np.clip(found, 0.0, 1.0, out=found)


@lru_cache(maxsize=64)
def _places(launches: tuple[Launch, ...], regions: tuple[str, ...]) -> tuple[Array, Index]:
    """Regions in which the same are sold are one place: where they are sold, (launch, place).

    And the place of each region.
    """
    here = [[float(region in one.regions) for region in regions] for one in launches]
    return np.unique(here, axis=1, return_inverse=True)
