"""Many scenarios on shared draws: the path of each, the same to the bit as that of its forecast.

A parameter is drawn once for all scenarios that draw it, and nothing is attributed: what differs
between scenarios is the chain alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..arrays import Array, Columns
from ..errors import InputError
from ..guard.contract import standing
from ..model.driver import Driver
from ..model.pooled import LEVEL
from ..sampling.points import BLOCK
from .blocks import STRETCH, Drawing, one_thread, stack
from .chain import Chain, total_of
from .forecaster import unexplained
from .plan import Plan
from .rows import PATH, Layout, Reader
from .summaries import STATISTICS, KeptSummary
from .workers import ALONE, KEPT, Work, in_order

TOGETHER = 8
"""Scenarios that one piece of work computes on draws that it has drawn once."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """The path of a scenario: ``at_modes`` (row,) and ``drawn`` by the rows of ``layout``.

    ``unexplained`` is the published growth that nothing carries, a factor by year.
    """

    plan: Plan
    layout: Layout
    at_modes: Array
    drawn: KeptSummary
    unexplained: Array

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the forecast."""
        return self.plan.years

    @property
    def total(self) -> Array:
        """The value of the market by draw, USD, (year, draw)."""
        rows: Array = self.drawn.rows[self.layout["total"]]
        return rows

    @cached_property
    def columns(self) -> dict[str, Columns]:
        """Its ``summary``, ``cagr``, ``count`` and ``calibration``, as a forecast has them."""
        return {"summary": {"year": list(self.years), **self._table("total")}} | {
            name: self._table(name) for name in ("cagr", "count", "calibration")
        }

    def _table(self, name: str) -> Columns:
        at = self.layout[name]
        drawn = dict(zip(STATISTICS, self.drawn.statistics[:, at].tolist(), strict=True))
        return {"reference": self.at_modes[at].tolist(), **drawn}


class Piece(NamedTuple):
    """A block of draws for some plans that draw alike, with their unexplained growth."""

    block: int
    plans: tuple[Plan, ...]
    left: tuple[Array, ...]


def outcomes(
    plans: Sequence[Plan], drivers: Iterable[Driver], work: Work = ALONE
) -> tuple[Outcome, ...]:
    """The path of every plan, in their order; ``work`` says who computes, and is told of draws.

    Raises InputError for more draws than are kept.
    """
    installed = tuple(drivers)
    if any(plan.scenario.draws > KEPT for plan in plans):
        raise InputError(f"many scenarios take at most {KEPT:,} draws each, which are kept")
    with one_thread(), standing(None, watched=True):
        left = [unexplained(plan, installed) for plan in plans]
        readers = [Reader(plan, part, PATH) for plan, part in zip(plans, left, strict=True)]
        modes = [
            _rows(plan, reader, stack(plan, {**plan.modes, **plan.fixed}), 1)[:, 0]
            for plan, reader in zip(plans, readers, strict=True)
        ]
    room = [
        np.empty((r.layout.rows, p.scenario.draws)) for p, r in zip(plans, readers, strict=True)
    ]
    none = np.empty((0, 0), np.float32)
    found = [KeptSummary((rows, none), work.threads) for rows in room]
    shared = list(_shared(plans))
    pieces = [
        Piece(block, tuple(plans[i] for i in places), tuple(left[i] for i in places))
        for block, places in shared
    ]
    for (block, places), parts in zip(shared, in_order(computed, pieces, work), strict=True):
        for place, rows in zip(places, parts, strict=True):
            room[place][:, block * BLOCK :][:, : rows.shape[1]] = rows
            found[place].count(rows)
            work.tell(rows.shape[1])
    every = zip(plans, readers, modes, found, left, strict=True)
    return tuple(Outcome(plan, r.layout, m, f, part) for plan, r, m, f, part in every)


def _shared(plans: Sequence[Plan]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Blocks of draws with the places of some plans each that draw alike."""
    alike: dict[object, list[int]] = {}
    for place, plan in enumerate(plans):
        alike.setdefault(_how_drawn(plan), []).append(place)
    for places in alike.values():
        for first in range(0, len(places), TOGETHER):
            for block in range(-(-plans[places[0]].scenario.draws // BLOCK)):
                yield block, tuple(places[first : first + TOGETHER])


def _how_drawn(plan: Plan) -> object:
    """What the draws of a plan's parameters hang on, beside which of them are fixed."""
    scenario = plan.scenario
    chances = tuple(
        (p.key, scenario.fixed[p.key]) for p in plan.parameters
        if p.happens and p.key in scenario.fixed
    )  # fmt: skip
    pairs = tuple(sorted(plan.pairs.items()))
    return scenario.draws, scenario.seed, scenario.sampler, pairs, chances


def computed(piece: Piece) -> list[Array]:
    """The rows PATH of one block for each of its plans."""
    block, first = piece.block, piece.plans[0]
    every = {p.key: p for plan in piece.plans for p in plan.parameters}
    chances = {k: v for k, v in first.scenario.fixed.items() if k in every and every[k].happens}
    scenario = replace(first.scenario, fixed=chances, outside=())
    whole = replace(first, parameters=tuple(every.values()), scenario=scenario)
    found = []
    with one_thread():
        drawn = Drawing(whole).by_key(block)
        for plan, left in zip(piece.plans, piece.left, strict=True):
            size = min(BLOCK, plan.scenario.draws - block * BLOCK)
            with standing(block * BLOCK, watched=block == 0):
                values = stack(plan, {**drawn, **_set_by_hand(plan)})
                values = values[:, : -(-size // STRETCH) * STRETCH]
                found.append(_rows(plan, Reader(plan, left, PATH), values, size))
    return found


def _set_by_hand(plan: Plan) -> dict[str, Array]:
    """The parameters that are fixed; a chance is drawn all the same."""
    drawn = {p.key for p in plan.parameters if p.happens}
    return {key: value for key, value in plan.fixed.items() if key not in drawn}


def _rows(plan: Plan, reader: Reader, values: Array, draws: int) -> Array:
    """The rows PATH (row, draw) for the first ``draws`` of values (parameter, draw)."""
    keys = [p.key for p in plan.parameters]
    level = values[keys.index(LEVEL)] if LEVEL in keys else None
    rows = np.empty((reader.layout.rows, draws))
    with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
        whole = total_of(Chain(plan)(values))
    reader.path(whole, rows, level)
    return rows
