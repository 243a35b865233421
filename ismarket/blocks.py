"""One block of draws: from keyed points to the rows of a forecast, in chunks that stay in cache."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .arrays import Array, Bits, Scratch
from .attribution import MOST_EXACT
from .bins import Grid, on_log_scale
from .blas import one_thread
from .coalitions import carried
from .contract import standing, watched_blocks
from .copula import Copula, copula
from .errors import DriverError
from .funnel import Funnel
from .plan import Plan
from .pooling import drawn_level
from .quantiles import Quantiles
from .readings import Reader
from .sampling import BLOCK, Columns, block_points
from .summaries import Grids, Kept, Place, Room, Streamed

CHUNK = 4096
"""Draws that are worked on at once; a quarter for more than FEW_DRIVERS and their coalitions."""
AHEAD = 8
"""Blocks whose columns are prepared at once."""
FEW_DRIVERS = 8
STRETCH = 512
"""A block that is cut short is worked on in whole stretches: a processor may round the odd draws
at the end of an array otherwise than those inside, and a draw is the same to the last bit."""


class Engine:
    """A plan and what its blocks share; ``left`` is the unexplained growth, a factor (year,)."""

    def __init__(self, plan: Plan, left: Array) -> None:
        self.plan, self.left = plan, left
        self.reader = Reader(plan, left)
        self.drawn = [p for p in plan.parameters if p.key not in plan.scenario.fixed]

    def __reduce__(self) -> tuple[type[Engine], tuple[Plan, Array]]:
        """What another process needs; the tables are made anew there."""
        return Engine, (self.plan, self.left)

    @cached_property
    def copula(self) -> Copula | None:
        """How the parameters are correlated, if the scenario says so."""
        return copula(self.plan.scenario.pairs)

    @cached_property
    def _watched(self) -> frozenset[int]:
        scenario = self.plan.scenario
        return watched_blocks(scenario.seed, -(-scenario.draws // BLOCK))

    @cached_property
    def _quantiles(self) -> Quantiles:
        return Quantiles([p.range for p in self.drawn])

    @cached_property
    def _columns(self) -> Columns:
        scenario, keys = self.plan.scenario, [p.key for p in self.drawn]
        ahead = min(AHEAD, -(-scenario.draws // BLOCK))
        return Columns(keys, self._dimensions, seed=scenario.seed, ahead=ahead)

    @cached_property
    def _dimensions(self) -> dict[str, int]:
        return {key: index for index, key in enumerate(self.plan.market.parameters)}

    @cached_property
    def _ways(self) -> tuple[Funnel, NDArray[np.intp], Array]:
        """The funnel, the rows of its values that are drawn, and all values with those fixed."""
        funnel = Funnel(self.plan)
        fixed = [[self.plan.scenario.fixed.get(key, 0.0)] for key in funnel.rows]
        rows = np.array([funnel.rows[p.key] for p in self.drawn], np.intp)
        return funnel, rows, np.array(fixed).reshape(-1, 1)

    def drawn_values(self, block: int, scratch: Scratch | None = None) -> Array:
        """Every parameter of the plan in its own unit, (parameter, BLOCK)."""
        scenario = self.plan.scenario
        _, rows, fixed = self._ways
        scratch = scratch or Scratch()
        drawn = scratch("drawn", len(self.drawn), BLOCK)
        if scenario.sampler == "random" or self.copula:
            drawn = self._quantiles.values(self._points(block))
        elif self.drawn:
            self._quantiles.of_block(self._columns.block(block), drawn, scratch)
        if len(rows) == len(fixed):
            return drawn
        values = scratch("values", len(fixed), BLOCK)
        values[...] = fixed
        values[rows] = drawn
        return values

    def _points(self, block: int) -> Bits:
        """Points of the parameters that are not fixed, (parameter, BLOCK), correlated as asked."""
        scenario, keys = self.plan.scenario, [p.key for p in self.drawn]
        mixed = self.copula.keys if self.copula else ()
        apart = [key for key in mixed if key not in keys]  # fixed, but others lean on its draws
        points = block_points(
            [*keys, *apart],
            self._dimensions,
            seed=scenario.seed,
            block=block,
            sampler=scenario.sampler,
        )
        if self.copula:
            rows = [[*keys, *apart].index(key) for key in mixed]
            points[rows] = self.copula.mix(points[rows])
        return points[: len(keys)]

    def values(self, block: int) -> dict[str, Array]:
        """Every parameter of the plan by key, each (BLOCK,) in its own unit."""
        return dict(zip(self._ways[0].rows, self.drawn_values(block), strict=True))

    def columns(self, block: int, kept: Kept) -> dict[str, Array]:
        """The draws of a block by column: every parameter by key, then every row by its label."""
        size = kept.rows.shape[1]
        with one_thread():
            values = {key: value[:size] for key, value in self.values(block).items()}
        labels = self.reader.layout.labels(self.plan)
        return {**values, **dict(zip(labels, kept.rows, strict=True))}

    def grids(self) -> Grids:
        """The bins for streamed draws, over the range of the first block."""
        first = self.kept(0)
        return Grid.over(first.rows), Grid.over(on_log_scale(first.cells))

    def streamed(self, blocks: range, grids: Grids) -> Streamed:
        """What some neighbouring blocks add up to."""
        layout = self.reader.layout
        again = Room(layout.rows, layout.cells, BLOCK)
        first, *others = blocks
        with one_thread():
            total = Streamed.of(self.kept(first, again.first), grids, BLOCK)
            for block in others:
                total.take(self.kept(block, again.first), grids, BLOCK)
        return total

    def kept(self, block: int, place: Place | None = None) -> Kept:
        """The draws of one block; the last one may be cut short by the number of draws.

        They are written to the beginning of ``place``, if it is given.
        """
        size = min(BLOCK, self.plan.scenario.draws - block * BLOCK)
        worked = -(-size // STRETCH) * STRETCH
        layout = self.reader.layout
        whole = place or Room(layout.rows, layout.cells, size).first
        rows, cells = whole[0][:, :size], whole[1][:, :size]
        sums = np.zeros(layout.cells)
        step = CHUNK if len(self.plan.drivers) <= FEW_DRIVERS else CHUNK // 4
        with one_thread(), Scratch.lent() as scratch:
            drawn = self.drawn_values(block, scratch)
            for low in range(0, size, step):
                values = drawn[:, low : min(low + step, worked)]
                first, part = block * BLOCK + low, slice(low, min(low + step, size))
                level = self._level(first, part.stop - low)
                with standing(first, watched=low == 0 and block in self._watched):
                    sums += self._read(values, rows[:, part], cells[:, part], scratch, level)
                if not np.isfinite(rows[layout["total"], part]).all():
                    raise DriverError(self._not_finite(values, rows[layout["total"], part], first))
        return Kept.of(rows, cells, sums)

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
        scratch, funnel = Scratch(), self._ways[0]
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
        funnel = self._ways[0]
        value = funnel.value(values, scratch, compared=True)
        contributions, _ = carried(funnel, value, scratch)
        return self.reader.read(value, contributions[:, : rows.shape[1]], rows, cells, level)

    def _not_finite(self, values: Array, total: Array, first: int) -> str:
        draw = int(np.flatnonzero(~np.isfinite(total).all(axis=0))[0])
        rows = self._ways[0].rows
        own = [p for driver in self.plan.drivers for p in driver.parameters]
        at = ", ".join(f"{p.key} = {values[rows[p.key]][draw]:g}" for p in own)
        names = ", ".join(d.name for d in self.plan.drivers if d.effects is not None)
        where = f"draw {first + draw}" + (f" with {at}" if at else "")
        return f"{names or 'the funnel'}: the market is not finite at {where}"


def stack(plan: Plan, values: Mapping[str, Array]) -> Array:
    """Values by key, each (draw,) or (1,), as one array in the order of the plan's parameters."""
    draws = max(np.size(value) for value in values.values())
    return np.stack([np.broadcast_to(values[p.key], draws) for p in plan.parameters])


def cells_of(plan: Plan, values: Mapping[str, Array]) -> Array:
    """Market value before calibration, USD, (year, region, drug_class, draw) of the forecast."""
    return np.stack(Funnel(plan).value(stack(plan, values)).by_class, axis=2)
