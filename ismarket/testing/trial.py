"""A driver on trial: the market it is tried on and the values it is tried at."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from ..arrays import Array
from ..engine.blocks import stack
from ..engine.plan import Plan, check_fits, drawn_parameters, make_plan, with_own_causes
from ..engine.shifts import Shifts, cause_shift
from ..errors import DriverError, check_known
from ..guard.contract import broken, guarded_effects, standing
from ..model.driver import Driver, Effect
from ..model.market import Market
from ..model.parameter import Parameter
from ..model.scenario import DEFAULT_MARKET, Scenario
from ..model.stage import FUNNEL
from ..plugins.discovery import find_plugins
from ..plugins.installed import Plugins, load_plugins

MOST_CORNERS = 512
DRAWS = 1024
OVER: ContextVar[Callable[[], bool]] = ContextVar("over", default=lambda: False)
"""Whether the time for a verdict is over here, so that a driver need not be asked any more."""


class OverError(Exception):
    """Nobody waits for the answer."""


@contextmanager
def printing() -> Iterator[io.StringIO]:
    """What is printed meanwhile; whoever has replaced standard output since then keeps it."""
    before, caught = sys.stdout, io.StringIO()
    sys.stdout = caught
    try:
        yield caught
    finally:
        if sys.stdout is caught:
            sys.stdout = before


@dataclass(frozen=True, eq=False)
class Trial:
    """One driver on one market, up to the last year of its tables."""

    driver: Driver
    market: Market

    @classmethod
    def of(cls, driver: Driver, market: Market | None = None) -> Trial:
        """The trial on ``market``, or on the installed one that the driver is made for.

        Raises DriverError for a driver with causes that the market has not.
        """
        if market is None:
            name = next(iter(driver.markets), DEFAULT_MARKET)
            if name not in _installed().markets:  # installed since?
                _installed.cache_clear()
            markets = _installed().markets
            check_known(driver.name, "market", markets, name)
            market = markets[name]
        if not driver.suits(market.name):
            driver = replace(driver, markets=())
        own = {mechanism.name for mechanism in driver.own_causes} & market.lent
        market = replace(
            market,
            mechanisms={n: m for n, m in market.mechanisms.items() if n not in own},
            lent=market.lent - own,
        )
        market = with_own_causes(market, [driver])
        check_fits(driver, market)
        return cls(driver, market)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Everything that is drawn when the driver acts alone."""
        return drawn_parameters(self.market, [self.driver])

    @property
    def own(self) -> list[Parameter]:
        """What the driver itself declares, in its own table too."""
        tables = [p for mechanism in self.driver.own_causes for p in mechanism.parameters]
        return [*self.driver.parameters, *tables]

    @property
    def varied(self) -> list[Parameter]:
        """What the driver's effects may depend on: all but the funnel."""
        return [p for p in self.parameters if p.owner != FUNNEL]

    def plan(self, drivers: Iterable[Driver] | None = None) -> Plan:
        """The bottom-up plan of the driver, or of several, to the last year of the tables."""
        scenario = Scenario(
            anchor="bottom-up", without=(), market=self.market.name, through=self.market.years[-1]
        )
        return make_plan(self.market, [self.driver] if drivers is None else drivers, scenario)

    def modes(self) -> dict[str, Array]:
        """Every parameter at its mode, each (1,)."""
        return {p.key: np.array([p.mode]) for p in self.parameters}

    def corners(self) -> dict[str, Array]:
        """The corners of the ranges, each (draw,); of many parameters 512 of them."""
        varied = self.varied
        if 1 << len(varied) <= MOST_CORNERS:
            bits = np.arange(1 << len(varied))[:, None] >> np.arange(len(varied)) & 1
        else:
            some = np.random.Generator(np.random.PCG64(1)).integers(
                0, 2, (MOST_CORNERS, len(varied))
            )
            ends = np.array([[0], [1]]).repeat(len(varied), axis=1)
            bits = np.concatenate([ends, np.eye(len(varied), dtype=int), some])
        ends_of = {p.key: np.where(bits[:, i] == 1, p.high, p.low) for i, p in enumerate(varied)}
        return self._filled(ends_of, len(bits))

    def spread(self, draws: int) -> dict[str, Array]:
        """Values all over the ranges, each (draw,), the same every time."""
        stream = np.random.Generator(np.random.PCG64(20717))
        drawn = {p.key: stream.uniform(p.low, p.high, draws) for p in self.varied}
        return self._filled(drawn, draws)

    def _filled(self, values: Mapping[str, Array], draws: int) -> dict[str, Array]:
        return {p.key: np.full(draws, p.mode) for p in self.parameters} | dict(values)

    def effects(self, values: Mapping[str, Array]) -> list[Effect]:
        """All that the driver moves, by its claims and by its own function.

        Raises DriverError for a breach of its contract, or where it prints.
        """
        draws = max((np.size(value) for value in values.values()), default=1)
        claimed = [self.market.mechanisms[name] for name in self.driver.claims]
        moved = []
        for m in (m for m in claimed if not m.inert and not m.launches):
            shift = cause_shift(self.market, m.name, values, draws)[:, :, None]
            moved.append(Effect(m.stage, shift, m.name, m.drug_class))
        if any(m.launches for m in claimed):
            plan = self.plan()
            rows = {p.key: row for row, p in enumerate(plan.parameters)}
            for stage, one in Shifts(plan, rows, 1.0).launches(stack(plan, values)):
                price = one.ratio(np.ones((1, len(one.launches))))[0]
                drug_class = self.market.drug_classes[one.drug_class]
                moved.append(Effect(stage, np.log(price)[:, :, None], "launches", drug_class))
        if OVER.get()():
            raise OverError(self.driver.name)
        running = set(threading.enumerate())
        with printing() as printed:
            own = guarded_effects(self.market, self.driver, values)
        if set(threading.enumerate()) - running:
            raise broken(self.driver, "nothing_else_touched", "left a thread running")
        if said := printed.getvalue().strip():
            what = f"printed {said.splitlines()[0][:80]!r}; a driver answers, it does not print"
            raise broken(self.driver, "nothing_else_touched", what)
        return moved + own

    def watched_effects(self, values: Mapping[str, Array]) -> list[Effect]:
        """The same, the driver being watched as in the first block of a forecast."""
        with standing(0, watched=True):
            return self.effects(values)

    @cached_property
    def breach(self) -> DriverError | None:
        """What the guard finds at the modes, at the corners and between, to either last year."""
        shorter = Trial(self.driver, self.market.until(self.market.horizon))
        try:
            for trial, values in (
                (shorter, self.modes()), (self, self.modes()), (self, self.corners()),
                (self, self.spread(DRAWS)),
            ):  # fmt: skip
                trial.watched_effects(values)
        except DriverError as error:
            return error
        return None


@cache
def _installed() -> Plugins:
    return load_plugins()


@cache
def reference_trial() -> list[Trial]:
    """The bundled drivers on their market: what others are measured against."""
    bundled = load_plugins(one for one in find_plugins()[0] if one.bundled)
    market = bundled.markets[DEFAULT_MARKET]
    return [Trial.of(driver, market) for driver in bundled.drivers]
