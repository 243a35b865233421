"""One block of draws: from keyed points to parameters, and on to the rows of a forecast."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Bits
from ..errors import DriverError
from ..guard.contract import standing, watched_blocks
from ..model.pooled import LEVEL
from ..sampling.copula import copula
from ..sampling.points import BLOCK, block_points, block_strata
from ..sampling.quantiles import Quantiles, Range
from .attribution import Attribution, attribution
from .chain import Chain, total_of
from .histograms import Grid, on_log_scale
from .plan import Plan
from .rows import Reader
from .summaries import Grids, Kept, Place, Streamed

HELD = (4 << 20) - 1024
"""Numbers in an array that is freed at once, the largest from which the allocator of glibc learns:
it then holds on to twice as much freed memory (mallopt(3)).  To return and clear it for each block
takes up to a third of the processor time."""
STRETCH = 512
"""A block that is cut short is worked on in whole stretches: a processor may round the odd draws
at the end of an array otherwise than those inside, and a draw is the same to the last bit."""
FIRST = 3
"""Blocks from the first on whose draws are kept: of as many draws as a hand waits for."""


class Unfixed:
    """Draws of some parameters, (key, range), as if none were fixed; the first blocks are kept.

    The place of a key among ``dimensions`` is its Sobol dimension; ``pairs`` are rank correlations
    by pair of keys.
    """

    def __init__(
        self,
        ranges: tuple[tuple[str, Range], ...],
        dimensions: tuple[str, ...],
        pairs: tuple[tuple[tuple[str, str], float], ...],
        seed: int,
        sampler: str,
    ) -> None:
        self.keys = [key for key, _ in ranges]
        self.copula = copula(dict(pairs)) if pairs else None
        self._dimensions = {key: index for index, key in enumerate(dimensions)}
        self._quantiles = Quantiles([each for _, each in ranges])
        self._seed, self._sampler = seed, sampler
        self._first: dict[int, Array] = {}

    def values(self, block: int) -> Array:
        """Every parameter in its own unit, (parameter, BLOCK), not to be written to."""
        found = self._first.get(block)
        if found is None:
            found = self._drawn(block)
            found.flags.writeable = False
            if block < FIRST:
                self._first[block] = found
        return found

    def _drawn(self, block: int) -> Array:
        if self._sampler == "random" or self.copula:
            return self._quantiles.values(self.points(block))
        strata = block_strata(self.keys, self._dimensions, seed=self._seed, block=block)
        return self._quantiles.of_block(*strata)

    def points(self, block: int) -> Bits:
        """Points of the unit interval, (parameter, BLOCK), correlated as asked."""
        mixed, how = self.copula.keys if self.copula else (), self._sampler
        every = [*self.keys, *(key for key in mixed if key not in self.keys)]  # lean on their draws
        points = block_points(every, self._dimensions, seed=self._seed, block=block, sampler=how)
        if self.copula:
            rows = [every.index(key) for key in mixed]
            points[rows] = self.copula.mix(points[rows])
        return points[: len(self.keys)]


unfixed = lru_cache(maxsize=2)(Unfixed)
"""One for all plans that draw alike: when an input is moved, nothing is drawn anew."""


class Drawing:
    """The draws of every parameter of a plan; those that are not fixed are ``drawn``.

    A chance that is fixed is drawn with the probability at which it is fixed.
    """

    def __init__(self, plan: Plan) -> None:
        fixed, scenario = plan.scenario.fixed, plan.scenario
        known = [
            replace(p, mode=fixed[p.key]) if p.happens and p.key in fixed else p
            for p in plan.parameters
        ]
        self.drawn = [p for p in known if p.happens or p.key not in fixed]
        self._still = [row for row, p in enumerate(known) if p.key in fixed and not p.happens]
        self._at = np.array([[fixed[known[row].key]] for row in self._still])
        self.unfixed = unfixed(
            tuple((p.key, p.range) for p in known), tuple(plan.market.parameters),
            tuple(plan.pairs.items()), scenario.seed, scenario.sampler,
        )  # fmt: skip

    def by_key(self, block: int) -> dict[str, Array]:
        """Every parameter by key, each (BLOCK,) in its own unit."""
        return dict(zip(self.unfixed.keys, self.values(block), strict=True))

    def values(self, block: int, draws: int = BLOCK) -> Array:
        """Every parameter in its own unit, for the first draws of a block, (parameter, draw)."""
        found = self.unfixed.values(block)[:, :draws]
        if self._still:
            found = found.copy()
            found[self._still] = self._at
        return found


class Engine:
    """A plan and what its blocks share; ``left`` is the unexplained growth, a factor (year,).

    ``only`` names the rows that are wanted, by default all; of PATH alone nothing is attributed.
    """

    def __init__(self, plan: Plan, left: Array, only: tuple[str, ...] = ()) -> None:
        np.empty(HELD)
        self.plan, self.left, self.only = plan, left, only
        self.reader = Reader(plan, left, only)
        self.drawing = Drawing(plan)

    def __reduce__(self) -> tuple[type[Engine], tuple[Plan, Array, tuple[str, ...]]]:
        """What another process needs; the tables are made anew there."""
        return Engine, (self.plan, self.left, self.only)

    @cached_property
    def _watched(self) -> frozenset[int]:
        scenario = self.plan.scenario
        return watched_blocks(scenario.seed, -(-scenario.draws // BLOCK))

    @cached_property
    def _attribution(self) -> Attribution:
        return attribution(len(self.plan.drivers), self.plan.scenario.seed)

    @cached_property
    def _chain(self) -> Chain:
        return Chain(self.plan, self._attribution.coalitions)

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
        place = layout.room(BLOCK)
        total = Streamed.nothing(layout.rows, layout.cells)
        for block in blocks:
            total.take(self.kept(block, lambda _: place), grids)
        return total

    def kept(self, block: int, place: Callable[[int], Place] | None = None) -> Kept:
        """The draws of one block; the last one may be cut short by the number of draws.

        They are written to the beginning of its ``place``, if that is given.
        """
        size = min(BLOCK, self.plan.scenario.draws - block * BLOCK)
        layout = self.reader.layout
        whole = place(block) if place else layout.room(size)
        rows, cells = whole[0][:, :size], whole[1][:, :size]
        with one_thread(), standing(block * BLOCK, watched=block in self._watched):
            values = self.drawing.values(block, -(-size // STRETCH) * STRETCH)
            sums, _ = self._read(values, rows, cells)
        total = rows[layout["total"]]
        if not np.isfinite(total).all():
            raise DriverError(self._not_finite(block, total))
        return Kept(rows, cells, np.concatenate([rows.sum(axis=1), sums]))

    def at(self, values: Mapping[str, Array]) -> tuple[Array, float]:
        """The rows (row, draw) for given parameter values, each (draw,).

        And the largest standard error of a contribution to log growth; 0 where no order is sampled.
        """
        stacked = stack(self.plan, values)
        rows, cells = self.reader.layout.room(stacked.shape[1])
        _, growth = self._read(stacked, rows, cells)
        return rows, 0.0 if growth is None else self._attribution.error(growth)

    def _read(
        self, values: Array, rows: Array, cells: NDArray[np.float32]
    ) -> tuple[Array, Array | None]:
        """Write the rows and cells of some draws; the sums of the cells, growth by coalition."""
        level = level_of(self.plan, values)
        with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
            if self.only:
                self.reader.path(total_of(self._chain(values)), rows, level)
                return np.empty(0), None
            found = self._chain.compared(values)
        carried = self._attribution.weights @ found.growth
        return self.reader.read(found, carried, rows, cells, level), found.growth

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
    draws = max(map(np.size, values.values()))
    found = np.empty((len(plan.parameters), draws))
    for row, parameter in zip(found, plan.parameters, strict=True):
        row[:] = values[parameter.key]
    return found


def level_of(plan: Plan, values: Array) -> Array | float | None:
    """The level that calibration meets, USD: (draw,) where it is drawn; None for the count.

    ``values`` are those of the plan's parameters, (parameter, draw).
    """
    keys = [p.key for p in plan.parameters]
    return values[keys.index(LEVEL)] if LEVEL in keys else plan.level


def cells_of(plan: Plan, values: Mapping[str, Array]) -> Array:
    """Market value before calibration, USD, (year, region, drug_class, draw) of the forecast."""
    return Chain(plan)(stack(plan, values))


# one BLAS thread ----------------------------------------------------------------------------------

_lock = threading.Lock()
_inside: list[Any] = []
"""The limit, once for each computation under way."""


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit BLAS to one thread until the last of overlapping computations has left."""
    with _lock:
        _inside.append(_inside[0] if _inside else _limited())
    try:
        yield
    finally:
        with _lock:
            limit = _inside.pop()
            if not _inside:
                limit.restore_original_limits()
                _let_go()


def _limited() -> Any:
    limit = _controller().limit(limits=1, user_api="blas")
    _let_go()
    return limit


def _let_go() -> None:
    """Let any thread set the limit back; threadpoolctl keeps it for the one that set it first."""
    with _controller().limit(limits=None):
        pass
