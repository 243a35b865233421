"""The funnel in the base year, before any driver moves it; regions are rows, draws columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array, Scratch
from ..model.links import odds_against
from ..model.market import Market
from .causes import SHARES


@dataclass(frozen=True, eq=False)
class Base:
    """The funnel before any driver moves it, each (region, draw); ``rate`` has no shares in it.

    ``rate`` is births x incidence, ``shares`` those of SHARES and ``odds_against`` them, (1 -
    share) / share; ``weight`` and ``spend`` by class: the weight in the mix, and the weight times
    the net cost in USD; ``whole`` sums the weights.
    """

    rate: Array
    shares: tuple[Array, ...]
    odds_against: tuple[Array, ...]
    weight: Sequence[Array]
    spend: Sequence[Array]
    whole: Array


class Start:
    """Where each stage stands among values; ``births`` (region, 1) are those of the base year."""

    def __init__(self, market: Market, rows: Mapping[str, int]) -> None:
        self.rows: dict[str, slice] = {}
        for stage in market.stages:
            keys = [p.key for p in stage.parameters]
            if keys[0] in rows:
                self.rows[stage.name] = slice(rows[keys[0]], rows[keys[0]] + len(keys))
        self._regions, self._classes = len(market.regions), len(market.drug_classes)
        path = market.stage("births").path
        self.births: Array = path.mode[0][:, None] if path else np.ones((self._regions, 1))
        self._known = path is not None

    def base(self, values: Array, scratch: Scratch) -> Base:
        """The funnel of values (parameter, draw)."""
        regions, classes, draws = self._regions, self._classes, values.shape[1]
        births = self.births if self._known else values[self.rows["births"]]
        rate = np.multiply(
            births, values[self.rows["incidence"]], out=scratch("rate", regions, draws)
        )
        weights = values[self.rows["class_mix"]].reshape(regions, classes, draws)
        costs = values[self.rows["net_cost"]].reshape(regions, classes, draws)
        spend = np.multiply(weights, costs, out=scratch("spend", *weights.shape))
        shares = tuple(values[self.rows[stage]] for stage, _ in SHARES)
        odds = scratch("odds against", len(shares), regions, draws)
        for share, against in zip(shares, odds, strict=True):
            odds_against(share, against)
        return Base(
            rate,
            shares,
            tuple(odds),
            [weights[:, c] for c in range(classes)],
            [spend[:, c] for c in range(classes)],
            np.add.reduce(weights, axis=1, out=scratch("whole", regions, draws)),
        )
