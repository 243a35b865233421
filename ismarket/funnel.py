"""The funnel at work: from drawn parameters and the shifts of drivers to market value.

Inside this module the drug class is a list index, so arrays are (year, region, draw).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

import numpy as np

from . import links
from .arrays import Array
from .causes import Shifts
from .market import BY_CLASS, Market

RATES = ("births", "incidence", "net_cost")
SHARES = ("diagnosed", "treated")
MOST_AT_ONCE = 32
"""Ways of moving spend whose market value is computed in one go."""


class Funnel:
    """The market value of any coalition of drivers (a bit mask), for one set of draws.

    ``values`` holds the drawn parameters by key, each (draw,).  Values are USD before calibration.
    """

    def __init__(self, market: Market, values: Mapping[str, Array], shifts: Shifts) -> None:
        self._classes = range(len(market.drug_classes))
        self._shifts = shifts
        base = {stage.name: _base(market, stage.name, values) for stage in market.stages}
        shape = (len(market.regions), len(market.drug_classes), -1)
        mix = base["class_mix"].reshape(shape)
        mix = mix / mix.sum(axis=1, keepdims=True)
        spend = mix * base["net_cost"].reshape(shape)
        self._mix = [mix[:, c] for c in self._classes]
        self._spend = [spend[:, c] for c in self._classes]
        self._incident = base["births"] * base["incidence"]
        self._share = {name: base[name] for name in SHARES}
        self._regional = shifts.members(*((stage, None) for stage in RATES + SHARES))
        self._classwise = shifts.members(
            *((stage, slot) for stage in BY_CLASS for slot in (None, *self._classes))
        )
        self._treated: dict[int, Array] = {}
        self._by_class: dict[int, list[Array]] = {}
        self._per_patient: dict[int, Array] = {}

    def _volume(self, coalition: int) -> Array:
        """Treated patients, times what moves all costs alike, (year, region, draw)."""
        key = coalition & self._regional
        if key not in self._treated:
            rates = [self._shifts.of((stage, None), key) for stage in RATES]
            moved = [rate for rate in rates if rate is not None]
            volume = self._incident[None]
            if moved:
                volume = links.log(volume, reduce(np.add, moved))
            for stage in SHARES:
                shift = self._shifts.of((stage, None), key)
                share = self._share[stage][None]
                volume = volume * (share if shift is None else links.logit(share, shift))
            self._treated[key] = volume
        return self._treated[key]

    def _cost(self, coalition: int) -> list[Array]:
        """Net cost per treated patient that falls on each class, USD, each (year, region, draw)."""
        key = coalition & self._classwise
        if key not in self._by_class:
            mixes = [self._class_mix_shift(c, key) for c in self._classes]
            weights, whole = links.softmax_weights(self._mix, mixes)
            spend = []
            for c in self._classes:
                cost: Array = self._spend[c][None]
                weight = weights[c]
                if weight is not None:
                    cost = cost * weight
                shift = self._shifts.of(("net_cost", c), key)
                if shift is not None:
                    cost = links.log(cost, shift)
                spend.append(cost if whole is None else cost / whole)
            self._by_class[key] = spend
        return self._by_class[key]

    def _class_mix_shift(self, c: int, coalition: int) -> Array | None:
        both = (self._shifts.of(("class_mix", slot), coalition) for slot in (None, c))
        present = [shift for shift in both if shift is not None]
        return reduce(np.add, present) if present else None

    def total(self, coalition: int) -> Array:
        """Market value of a coalition, (year, draw)."""
        value: Array = (self._volume(coalition) * self._per_treated(coalition)).sum(axis=1)
        return value

    def pairs(self, coalitions: int) -> Iterator[tuple[int, dict[int, list[int]]]]:
        """Coalitions that move patients alike, and among them by how they move spend.

        Yields what moves patients, then for each way of moving spend the coalitions, all of them
        below ``coalitions``; at most MOST_AT_ONCE ways at a time.
        """
        alike: dict[int, dict[int, list[int]]] = {}
        for coalition in range(coalitions):
            group = alike.setdefault(coalition & self._regional, {})
            group.setdefault(coalition & self._classwise, []).append(coalition)
        for patients, group in alike.items():
            ways = list(group)
            for low in range(0, len(ways), MOST_AT_ONCE):
                yield patients, {way: group[way] for way in ways[low : low + MOST_AT_ONCE]}

    def totals(self, patients: int, spends: Sequence[int]) -> Array:
        """Market value for one way of moving patients and several of spend, (way, year, draw)."""
        volume = self._volume(patients)
        found = [self._per_treated(way) for way in spends]
        spend = np.stack(np.broadcast_arrays(*found))
        years = max(len(volume), spend.shape[1])
        shape = (years, *volume.shape[1:])
        full = np.broadcast_to(spend, (len(spend), years, *spend.shape[2:]))
        value: Array = np.einsum("yrd,wyrd->wyd", np.broadcast_to(volume, shape), full)
        return value

    def _per_treated(self, coalition: int) -> Array:
        """Net cost per treated patient over all classes, USD, (year, region, draw)."""
        key = coalition & self._classwise
        if key not in self._per_patient:
            self._per_patient[key] = reduce(np.add, self._cost(key))
        return self._per_patient[key]

    def by_class(self, coalition: int) -> list[Array]:
        """Market value of each class, each (year, region, draw)."""
        volume = self._volume(coalition)
        return [volume * cost for cost in self._cost(coalition)]


def _base(market: Market, name: str, values: Mapping[str, Array]) -> Array:
    """The stage in the base year: (region, draw), or (region x class, draw) row by row."""
    stage = market.stage(name)
    if stage.path is not None:
        base: Array = stage.path.mode[0][:, None]
        return base
    return np.stack([values[p.key] for p in stage.parameters])
