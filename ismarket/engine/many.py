"""Many scenarios: the path of each, the same to the bit as that of its forecast.

They share their draws, and nothing is attributed: what differs between them is the chain alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..arrays import Array, Columns
from ..errors import InputError
from ..guard.contract import standing
from ..model.driver import Driver
from ..sampling.points import BLOCK
from .blocks import Engine, one_thread
from .forecaster import unexplained
from .plan import Plan
from .rows import PATH, Layout
from .summaries import STATISTICS, KeptSummary
from .workers import ALONE, KEPT, Work, in_order


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
        return self.drawn.rows[self.layout["total"]]

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


def outcomes(
    plans: Sequence[Plan], drivers: Iterable[Driver], work: Work = ALONE
) -> tuple[Outcome, ...]:
    """The path of every plan, in their order; ``work`` says who computes, and is told of draws."""
    installed, found = tuple(drivers), list[Outcome]()
    if any(plan.scenario.draws > KEPT for plan in plans):
        raise InputError(f"many scenarios take at most {KEPT:,} draws each, which are kept")
    with one_thread(), standing(None, watched=True):
        left = [unexplained(plan, installed) for plan in plans]
    for one in in_order(outcome_of, list(zip(plans, left, strict=True)), work):
        work.tell(one.plan.scenario.draws)
        found.append(one)
    return tuple(found)


def outcome_of(piece: tuple[Plan, Array]) -> Outcome:
    """The path of a plan with its unexplained growth."""
    plan, left = piece
    engine = Engine(plan, left, PATH)
    with one_thread(), standing(None, watched=True):
        at_modes, _ = engine.at({**plan.modes, **plan.fixed})
    layout, draws = engine.reader.layout, plan.scenario.draws
    drawn = KeptSummary(layout.room(draws), threads=1)
    for block in range(-(-draws // BLOCK)):
        drawn.take(block, engine.kept(block, drawn.place))
    return Outcome(plan, layout, at_modes[:, 0], drawn, left)
