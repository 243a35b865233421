"""Launched products: what each takes of its class, and what that makes of the class's price.

    price[c] *= (1 + sum of share x (ratio - 1)) / the same in the base year

over the launches of every group that is on, whoever claims it; shares that sum above 1 are scaled
to 1.  This is the one effect that does not add up over causes, so each coalition computes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..model.launch import Launch
from ..model.market import Market


@dataclass(frozen=True)
class Launched:
    """Launches into one drug class, drawn: their shares and price ratios less 1.

    ``share`` (launch, year, region, draw) has the base year first, then the years of the forecast;
    ``dearer`` (launch, draw).
    """

    names: tuple[str, ...]
    share: Array
    dearer: Array

    def price(self, weights: Array, years: slice = slice(None)) -> Array:
        """The factor on the class's price, (way, year, region, draw), by weights (way, launch).

        ``years`` are those of the forecast.
        """
        found, base = (
            self._mean(weights, part) for part in (self.share[:, 1:][:, years], self._base)
        )
        price: Array = found / base
        return price

    def sales(self, weights: Array) -> Array:
        """The part of the class's value in the last year that each sells, (launch, region, draw).

        For one way, ``weights`` (launch,).
        """
        share = self.share[:, -1] * weights[:, None, None]
        share /= np.maximum(share.sum(axis=0), 1.0)
        dearer = self.dearer[:, None]
        sold: Array = share * (1.0 + dearer) / (1.0 + (share * dearer).sum(axis=0))
        return sold

    @property
    def _base(self) -> Array:
        return self.share[:, :1]

    def _mean(self, weights: Array, share: Array) -> Array:
        """Mean price of the class over that of what is displaced, (way, year, region, draw)."""
        taken = _sum(weights, share)
        added = _sum(weights, share * self.dearer[:, None, None])
        added /= np.maximum(taken, 1.0, out=taken)
        added += 1.0
        return added


def _sum(weights: Array, parts: Array) -> Array:
    found: Array = weights @ parts.reshape(len(parts), -1)
    return found.reshape(len(weights), *parts.shape[1:])


def launched(
    market: Market, launches: Sequence[Launch], values: Mapping[str, Array], start: int
) -> Launched:
    """The launches drawn, ``values`` (draw,) by key; the forecast begins ``start`` years on."""
    years = np.array([market.base_year, *market.years[start:]], float)
    shares = []
    for one in launches:
        share = risen(one, years, values)
        share *= values[one.peak_share.key] * values[one.chance.key]
        here = np.array([float(region in one.regions) for region in market.regions])
        shares.append(share[:, None] * here[:, None])
    dearer = np.stack([values[one.price_ratio.key] for one in launches]) - 1.0
    return Launched(tuple(one.name for one in launches), np.stack(shares), dearer)


def risen(one: Launch, years: Array, values: Mapping[str, Array]) -> Array:
    """How far towards its peak a product has come by each year, if at all: 0 to 1, (year, draw)."""
    since = years[:, None] + 0.5 - values[one.launch_year.key]
    return np.clip(since / values[one.years_to_peak.key], 0.0, 1.0)


def price_shifts(
    market: Market, launches: Sequence[Launch], values: Mapping[str, Array]
) -> Iterator[tuple[str, str, Array]]:
    """What some launches alone make of prices: stage, class and log ratio (year, region, draw)."""
    into: dict[tuple[str, str], list[Launch]] = {}
    for one in launches:
        into.setdefault((one.stage, one.drug_class), []).append(one)
    for (stage, drug_class), some in into.items():
        price = launched(market, some, values, 0).price(np.ones((1, len(some))))
        yield stage, drug_class, np.log(price[0])
