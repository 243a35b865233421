"""One block of draws: from keyed points to the rows of a forecast, in chunks that stay in cache."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from .arrays import Array, Bits
from .attribution import MOST_EXACT, sampled_shapley, shapley_weights
from .bins import Grid
from .blas import one_thread
from .causes import Cause, Shifts, gather
from .contract import standing, watched_blocks
from .copula import Copula, copula
from .errors import DriverError
from .funnel import Funnel
from .parameter import Quantiles
from .plan import Plan
from .pooling import drawn_level
from .readings import Reader
from .sampling import BLOCK, block_points
from .summaries import Kept, Streamed

CHUNK = 4096
"""Draws that are worked on at once; a quarter for more than FEW_DRIVERS and their coalitions."""
FEW_DRIVERS = 8


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
        return Quantiles(self.drawn)

    @cached_property
    def _dimensions(self) -> dict[str, int]:
        return {key: index for index, key in enumerate(self.plan.market.parameters)}

    def points(self, block: int) -> Bits:
        """Points of the parameters that are not fixed, (parameter, BLOCK)."""
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

    def values(self, points: Bits) -> dict[str, Array]:
        """Every parameter of the plan by key, each (draw,) in its own unit."""
        drawn = zip(self.drawn, self._quantiles.values(points), strict=True)
        values = {p.key: row for p, row in drawn}
        draws = points.shape[1]
        return values | {k: np.broadcast_to(v, draws) for k, v in self.plan.fixed.items()}

    def kept(self, block: int) -> Kept:
        """The draws of one block."""
        with one_thread():
            return Kept.of(*self._block(block))

    def columns(self, block: int, kept: Kept) -> dict[str, Array]:
        """The draws of a block by column: every parameter by key, then every row by its label."""
        size = kept.rows[0].shape[1]
        with one_thread():
            values = self.values(self.points(block)[:, :size])
        labels = self.reader.layout.labels(self.plan)
        return {**values, **dict(zip(labels, kept.rows[0], strict=True))}

    def grid(self) -> Grid:
        """The bins for streamed draws, over the range of the first block."""
        with one_thread():
            return Grid.over(np.concatenate(self._block(0)))

    def streamed(self, blocks: range, grid: Grid) -> Streamed:
        """What some neighbouring blocks add up to."""
        total: Streamed | None = None
        for block in blocks:
            with one_thread():
                rows, cells = self._block(block)
            found = Streamed.of(rows, cells, grid, whole=rows.shape[1] == BLOCK)
            if total is None:
                total = found
            else:
                total.add(found)
        assert total is not None  # a batch has at least one block
        return total

    def _block(self, block: int) -> tuple[Array, Array]:
        """Rows and cells of one block; the last one may be cut short by the number of draws."""
        size = min(BLOCK, self.plan.scenario.draws - block * BLOCK)
        layout = self.reader.layout
        rows, cells = np.empty((layout.rows, BLOCK)), np.empty((layout.cells, BLOCK))
        drawn = self.values(self.points(block))
        step = CHUNK if len(self.plan.drivers) <= FEW_DRIVERS else CHUNK // 4
        for low in range(0, size, step):
            chunk = slice(low, low + step)
            values = {key: value[chunk] for key, value in drawn.items()}
            level = self._level(block * BLOCK + low, len(rows[0, chunk]))
            with standing(block * BLOCK + low, watched=low == 0 and block in self._watched):
                self._read(values, rows[:, chunk], cells[:, chunk], level)
            if not np.isfinite(rows[layout["total"], chunk]).all():
                raise DriverError(
                    self._not_finite(values, rows[layout["total"], chunk], block, low)
                )
        return rows[:, :size], cells[:, :size]

    def at(self, values: Mapping[str, Array]) -> Array:
        """The rows (row, draw) for given parameter values, each (draw,)."""
        draws = max(np.size(value) for value in values.values())
        layout = self.reader.layout
        rows, cells = np.empty((layout.rows, draws)), np.empty((layout.cells, draws))
        self._read(values, rows, cells)
        return rows

    def shapley_error(self, values: Mapping[str, Array]) -> float:
        """Largest standard error of a contribution to log growth; 0 where no order is sampled."""
        if len(self.plan.drivers) <= MOST_EXACT:
            return 0.0
        _, causes = market_value(self.plan, values)
        _, error = carried(self.plan, values, causes)
        return 0.0 if error is None else float(error.max())

    def _level(self, first: int, draws: int) -> Array | None:
        """The anchor's level, USD (draw,), where it is drawn; None where it is one figure."""
        anchor, scenario = self.plan.anchor, self.plan.scenario
        if not anchor.spread:
            return None
        return np.asarray(drawn_level(anchor, self.plan.years[0], scenario.seed, first, draws))

    def _read(
        self, values: Mapping[str, Array], rows: Array, cells: Array, level: Array | None = None
    ) -> None:
        by_class, causes = market_value(self.plan, values)
        contributions, _ = carried(self.plan, values, causes)
        self.reader.read(by_class, contributions, rows, cells, level)

    def _not_finite(self, values: Mapping[str, Array], total: Array, block: int, low: int) -> str:
        draw = int(np.flatnonzero(~np.isfinite(total).all(axis=0))[0])
        own = [p for driver in self.plan.drivers for p in driver.parameters]
        at = ", ".join(f"{p.key} = {values[p.key][draw]:g}" for p in own)
        names = ", ".join(d.name for d in self.plan.drivers if d.effects is not None)
        where = f"draw {block * BLOCK + low + draw}" + (f" with {at}" if at else "")
        return f"{names or 'the funnel'}: the market is not finite at {where}"


def market_value(
    plan: Plan, values: Mapping[str, Array], overlap: float | None = None
) -> tuple[list[Array], list[Cause]]:
    """Value of each class, (year, region, draw) in USD before calibration, and what moves it.

    ``values`` holds each parameter by key, (draw,); ``overlap`` stands in for the scenario's.
    """
    rho = plan.scenario.overlap if overlap is None else overlap
    causes = gather(plan.market, plan.drivers, values)
    funnel = Funnel(plan.market, values, Shifts(causes, plan.strengths, rho))
    shape = len(plan.market.years), len(plan.market.regions), -1
    draws = max(np.size(value) for value in values.values())
    everyone = (1 << len(plan.drivers)) - 1
    full = (*shape[:2], draws)
    return [np.broadcast_to(part, full) for part in funnel.by_class(everyone)], causes


def cells_of(plan: Plan, values: Mapping[str, Array]) -> Array:
    """Market value before calibration, USD, (year, region, drug_class, draw) from the start on."""
    by_class, _ = market_value(plan, values)
    return np.stack(by_class, axis=2)[plan.start :]


def carried(
    plan: Plan, values: Mapping[str, Array], causes: list[Cause]
) -> tuple[Array, Array | None]:
    """Log growth that each driver carries, (driver, draw), and its error if orders are sampled."""
    last = len(plan.market.years) - 1
    ends = [plan.start, last] if plan.start else [last]
    cut = [cause.at(ends) for cause in causes]
    funnel = Funnel(plan.market, values, Shifts(cut, plan.strengths, plan.scenario.overlap))
    players = len(plan.drivers)
    if players <= MOST_EXACT:
        return _exact(funnel, players, moves_to_start=bool(plan.start)), None
    base = np.log(funnel.total(0)[0])

    def log_growth(coalition: int) -> Array:
        value = np.log(funnel.total(coalition))
        grown: Array = value[-1] - (value[0] if plan.start else base)
        return grown

    return sampled_shapley(players, log_growth, seed=plan.scenario.seed)


def _exact(funnel: Funnel, players: int, *, moves_to_start: bool) -> Array:
    """Shapley values of log growth, (driver, draw).

    Coalitions differ only in who moves patients and who moves spend, so the value of each pair of
    the two is computed once and counts with the weights of all coalitions that share it.
    """
    weights = shapley_weights(players)
    total = 0.0
    for patients, group in funnel.pairs(1 << players):
        weight = np.stack([weights[:, members].sum(axis=1) for members in group.values()], axis=1)
        value = np.log(funnel.totals(patients, list(group)))
        grown = value[:, -1] - value[:, 0] if moves_to_start else value[:, -1]
        total = total + np.einsum("pc,cd->pd", weight, grown)
    contributions: Array = np.asarray(total)
    return contributions
