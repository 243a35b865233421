"""One block of draws: from keyed points to the rows of a forecast, in chunks that stay in cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Scratch
from ..errors import DriverError
from ..guard.contract import standing, watched_blocks
from ..model.pooled import drawn_level
from ..sampling.points import BLOCK
from .attribution import MOST_EXACT
from .coalitions import carried
from .draws import Drawing
from .funnel import Funnel
from .histograms import Grid, on_log_scale
from .one_thread import one_thread
from .plan import Plan
from .rows import Reader
from .summaries import Grids, Kept, Place, Room, Streamed
from .tape import Repeated

CHUNK = 4096
"""Draws that are worked on at once; a quarter for more than FEW_DRIVERS and their coalitions."""
FEW_DRIVERS = 8
WORTH_A_TAPE = 16
"""Blocks from which their calls are recorded and played again."""
STRETCH = 512
"""A block that is cut short is worked on in whole stretches: a processor may round the odd draws
at the end of an array otherwise than those inside, and a draw is the same to the last bit."""
Found = tuple[Array, Sequence[Array], Array]
"""What rows and cells are read off: volume, spend by class and contributions by driver."""


class Engine:
    """A plan and what its blocks share; ``left`` is the unexplained growth, a factor (year,)."""

    def __init__(self, plan: Plan, left: Array) -> None:
        self.plan, self.left = plan, left
        self.reader = Reader(plan, left)
        self.drawing = Drawing(plan)
        given = len(plan.parameters) + 1, BLOCK
        self._found_again, self._read_again = Repeated(*given), Repeated(*given)

    def __reduce__(self) -> tuple[type[Engine], tuple[Plan, Array]]:
        """What another process needs; the tables are made anew there."""
        return Engine, (self.plan, self.left)

    @cached_property
    def _watched(self) -> frozenset[int]:
        scenario = self.plan.scenario
        return watched_blocks(scenario.seed, -(-scenario.draws // BLOCK))

    @cached_property
    def _funnel(self) -> Funnel:
        return Funnel(self.plan)

    def columns(self, block: int, kept: Kept) -> dict[str, Array]:
        """The draws of a block by column: every parameter by key, then every row by its label."""
        size = kept.rows.shape[1]
        with one_thread():
            values = {key: value[:size] for key, value in self.drawing.by_key(block).items()}
        labels = self.reader.layout.labels(self.plan)
        return {**values, **dict(zip(labels, kept.rows, strict=True))}

    def grids(self) -> Grids:
        """The bins for streamed draws, over the range of the first block."""
        first = self.kept(0)
        return Grid.over(first.rows), Grid.over(on_log_scale(first.cells))

    def streamed(self, blocks: range, grids: Grids) -> Streamed:
        """What some neighbouring blocks add up to."""
        layout = self.reader.layout
        place = Room(layout.rows, layout.cells, BLOCK).first
        total = Streamed.nothing(layout.rows, layout.cells)
        with one_thread(), Scratch.lent() as scratch:
            for block in blocks:
                if self._repeats(block):
                    give = partial(self._give, block)
                    found = self._read_again(self._given_read, give, scratch)
                    kept = self._checked(block, *found)
                else:
                    kept = self.kept(block, place)
                total.take(kept, grids, BLOCK)
        return total

    def kept(self, block: int, place: Place | None = None) -> Kept:
        """The draws of one block; the last one may be cut short by the number of draws.

        They are written to the beginning of ``place``, if it is given.
        """
        size = self._size(block)
        layout = self.reader.layout
        whole = place or Room(layout.rows, layout.cells, size).first
        rows, cells = whole[0][:, :size], whole[1][:, :size]
        with one_thread(), Scratch.lent() as scratch:
            if self._repeats(block):
                found: Found
                give = partial(self._give, block)
                found, level = self._found_again(self._given_found, give, scratch)
                sums = self.reader.read(*found, rows, cells, scratch, level)
            else:
                sums = self._worked(block, rows, cells, scratch)
        return self._checked(block, rows, cells, sums)

    def _size(self, block: int) -> int:
        return min(BLOCK, self.plan.scenario.draws - block * BLOCK)

    def _checked(self, block: int, rows: Array, cells: NDArray[np.float32], sums: Array) -> Kept:
        total = rows[self.reader.layout["total"]]
        if not np.isfinite(total).all():
            raise DriverError(self._not_finite(block, total))
        return Kept.of(rows, cells, sums)

    def _worked(
        self, block: int, rows: Array, cells: NDArray[np.float32], scratch: Scratch
    ) -> Array:
        """Write the rows and cells of a block, some draws after the other; the sums of cells."""
        drawn, size = self.drawing.values(block, scratch), rows.shape[1]
        step = CHUNK if len(self.plan.drivers) <= FEW_DRIVERS else CHUNK // 4
        sums = np.zeros(len(cells))
        for low in range(0, size, step):
            part = slice(low, min(low + step, size))
            values = drawn[:, low : -(-part.stop // STRETCH) * STRETCH]
            first = block * BLOCK + low
            level = self._level(first, part.stop - low)
            with standing(first, watched=low == 0 and block in self._watched):
                sums += self._read(values, rows[:, part], cells[:, part], scratch, level)
        return sums

    def _repeats(self, block: int) -> bool:
        """Whether the block makes the same calls as others, enough of them to be recorded."""
        plan = self.plan
        computed = any(driver.effects is not None for driver in plan.drivers)
        many = plan.scenario.draws >= WORTH_A_TAPE * BLOCK and self._size(block) == BLOCK
        return many and not computed and len(plan.drivers) <= FEW_DRIVERS

    def _give(self, block: int, given: Array) -> None:
        """Write the values of a whole block, and in the last row its level where that is drawn."""
        with Scratch.lent() as scratch:
            self.drawing.values(block, scratch, given[:-1])
        if self.plan.anchor.spread:
            given[-1] = self._level(block * BLOCK, BLOCK)

    def _given_found(self, given: Array, scratch: Scratch) -> tuple[Found, Array | None]:
        """What is found in a whole block, and its level where that is drawn."""
        level = given[-1] if self.plan.anchor.spread else None
        return self._found(given[:-1], scratch), level

    def _given_read(
        self, given: Array, scratch: Scratch
    ) -> tuple[Array, NDArray[np.float32], Array]:
        """Rows and cells of a whole block, and the sums of the cells."""
        layout = self.reader.layout
        rows = scratch("rows", layout.rows, BLOCK)
        cells = scratch.of(np.float32, "cells", layout.cells, BLOCK)
        found, level = self._given_found(given, scratch)
        return rows, cells, self.reader.read(*found, rows, cells, scratch, level)

    def at(self, values: Mapping[str, Array]) -> Array:
        """The rows (row, draw) for given parameter values, each (draw,)."""
        stacked = stack(self.plan, values)
        layout = self.reader.layout
        rows = np.empty((layout.rows, stacked.shape[1]))
        cells = np.empty((layout.cells, stacked.shape[1]), np.float32)
        self._read(stacked, rows, cells, Scratch())
        return rows

    def shapley_error(self, values: Mapping[str, Array]) -> float:
        """Largest standard error of a contribution to log growth; 0 where no order is sampled."""
        if len(self.plan.drivers) <= MOST_EXACT:
            return 0.0
        scratch, funnel = Scratch(), self._funnel
        _, error = carried(
            funnel, funnel.value(stack(self.plan, values), scratch, compared=True), scratch
        )
        return 0.0 if error is None else float(error.max())

    def _level(self, first: int, draws: int) -> Array | None:
        """The anchor's level, USD (draw,), where it is drawn; None where it is one figure."""
        anchor, scenario = self.plan.anchor, self.plan.scenario
        if not anchor.spread:
            return None
        return np.asarray(drawn_level(anchor, self.plan.years[0], scenario.seed, first, draws))

    def _read(
        self,
        values: Array,
        rows: Array,
        cells: NDArray[np.float32],
        scratch: Scratch,
        level: Array | None = None,
    ) -> Array:
        """Write the rows and cells of some draws; the sums of the cells."""
        found = self._found(values, scratch)
        return self.reader.read(*found, rows, cells, scratch, level)

    def _found(self, values: Array, scratch: Scratch) -> Found:
        """What is read off some draws, in arrays of ``scratch``."""
        funnel = self._funnel
        value = funnel.value(values, scratch, compared=True)
        contributions, _ = carried(funnel, value, scratch)
        return value.volume, value.spend, contributions

    def _not_finite(self, block: int, total: Array) -> str:
        draw = int(np.flatnonzero(~np.isfinite(total).all(axis=0))[0])
        values = self.drawing.by_key(block)
        own = [p for driver in self.plan.drivers for p in driver.parameters]
        at = ", ".join(f"{p.key} = {values[p.key][draw]:g}" for p in own)
        names = ", ".join(d.name for d in self.plan.drivers if d.effects is not None)
        where = f"draw {block * BLOCK + draw}" + (f" with {at}" if at else "")
        return f"{names or 'the funnel'}: the market is not finite at {where}"


def stack(plan: Plan, values: Mapping[str, Array]) -> Array:
    """Values by key, each (draw,) or (1,), as one array in the order of the plan's parameters."""
    draws = max(np.size(value) for value in values.values())
    return np.stack([np.broadcast_to(values[p.key], draws) for p in plan.parameters])


def cells_of(plan: Plan, values: Mapping[str, Array]) -> Array:
    """Market value before calibration, USD, (year, region, drug_class, draw) of the forecast."""
    return np.stack(Funnel(plan).value(stack(plan, values)).by_class, axis=2)
