"""Launched products: what each takes of its class, and what that makes of the class's price.

    price[c] *= (1 + sum of share x (ratio - 1)) / the same in the base year

over the launches of every group that is on, whoever claims it; shares that sum above 1 are scaled
to 1.  This is the one effect that does not add up over causes, so each coalition computes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from .ways import Bringers


@dataclass(frozen=True, eq=False)
class Launched:
    """Launches into one drug class (by index), drawn: their shares and price ratios less 1.

    ``share`` (launch, year, draw) has the base year first, then the years of the forecast;
    ``dearer`` (launch, draw).  ``bringers`` are who brings each, and ``weights`` (launch,) how much
    it counts when everyone acts.  Regions in which the same are sold are one place: ``sold``
    (launch, place) is 1 or 0, ``places`` (region,) which place each is.
    """

    drug_class: int
    names: tuple[str, ...]
    bringers: tuple[Bringers, ...]
    weights: Array
    sold: Array
    places: NDArray[np.intp]
    share: Array
    dearer: Array

    def everyone(self) -> Array:
        """The factor on the class's price when everyone acts, (year, region, draw)."""
        found: Array = self._price(self.weights[None], slice(1, None))[0].swapaxes(0, 1)
        return found

    def at(self, year: int, ways: Array) -> Array:
        """The factor in the first year (0) or the last (-1), (way, region, draw).

        By weights (way, launch).
        """
        first = year + (year >= 0)
        found: Array = self._price(ways, slice(first, first + 1 or None))[:, :, 0]
        return found

    def sales(self) -> Array:
        """The part of the class's value in the last year that each sells, (launch, region, draw).

        When everyone acts.
        """
        weights = self.weights[:, None] * self.sold[:, self.places]
        share = self.share[:, -1, None] * weights[:, :, None]
        share /= np.maximum(share.sum(axis=0), 1.0)
        dearer = self.dearer[:, None]
        sold: Array = share * (1.0 + dearer) / (1.0 + (share * dearer).sum(axis=0))
        return sold

    def _price(self, ways: Array, years: slice) -> Array:
        """The factor in some of the years of ``share``, (way, region, year, draw)."""
        weights = (ways[:, None] * self.sold.T).reshape(-1, len(self.names))
        now, base = (self._mean(weights, self.share[:, part]) for part in (years, slice(1)))
        now /= base
        price: Array = now.reshape(len(ways), -1, *now.shape[1:])[:, self.places]
        return price

    def _mean(self, weights: Array, share: Array) -> Array:
        """Mean price of the class over that of what is displaced, (..., year, draw)."""
        taken = _sum(weights, share)
        added = _sum(weights, share * self.dearer[:, None])
        added /= np.maximum(taken, 1.0, out=taken)
        added += 1.0
        return added


def _sum(weights: Array, parts: Array) -> Array:
    found: Array = weights @ parts.reshape(len(parts), -1)
    return found.reshape(len(weights), *parts.shape[1:])


def shares(years: Array, launch_year: Array, to_peak: Array) -> Array:
    """What each launch has reached of its peak in some calendar years, (launch, year, draw).

    ``launch_year`` and years ``to_peak`` are (launch, draw).
    """
    found = years[:, None] + 0.5 - launch_year[:, None]
    found /= to_peak[:, None]
    return np.clip(found, 0.0, 1.0, out=found)
