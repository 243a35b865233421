"""The contract that a driver keeps while it runs, and the guard that stops one that does not.

Every answer is checked for type, shape, finite numbers and zero in the base year.  Where a forecast
asks for it (the reference case, the first block of draws and one later block) the driver is also
watched: asked again, asked for a few of the draws alone, and held to leave its inputs and the
random generators of others as they were.  A breach raises DriverError; no draw is ever dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from itertools import islice
from threading import Lock
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np

from .arrays import Array
from .driver import Driver, Effect
from .errors import DriverError, unknown
from .hearing import heard
from .links import LARGEST_SHIFT
from .market import BY_CLASS, LINK_OF_STAGE, Market
from .reproducing import command, values_at
from .watching import at_draws, differs, first_draw, same, surroundings

MOST_EFFECTS = 1000
ALONE = 8
"""Draws that a watched driver is asked for by themselves."""
TOLERANCE = 1e-9
"""Relative difference allowed there: vectorised exp and log may round differently by length."""


@dataclass(frozen=True)
class Standing:
    """Where a forecast stands: its first draw (None: the reference case), watched or not."""

    first: int | None
    watched: bool


_STANDING: ContextVar[Standing | None] = ContextVar("standing", default=None)
_WATCH = Lock()


@contextmanager
def standing(first: int | None, *, watched: bool) -> Iterator[None]:
    """While it lasts, drivers are at draw ``first`` and on, and are watched if so asked."""
    token = _STANDING.set(Standing(first, watched))
    try:
        yield
    finally:
        _STANDING.reset(token)


def watched_blocks(seed: int, blocks: int) -> frozenset[int]:
    """The blocks of draws in which drivers are watched: the first and one later, by the seed."""
    if blocks < 2:
        return frozenset({0})
    word = int.from_bytes(blake2b(f"{seed}\0watched".encode(), digest_size=8).digest(), "little")
    return frozenset({0, 1 + word % (blocks - 1)})


def guarded_effects(market: Market, driver: Driver, values: Mapping[str, Array]) -> list[Effect]:
    """The effects of a driver's own function, each shift a float array of its own.

    ``values`` holds the drawn parameters by key, each (draw,).  Raises DriverError that names
    plugin, driver, draw, parameter values and a command that shows the fault again.
    """
    if driver.effects is None:
        return []
    at = _STANDING.get()
    draws = max((np.size(value) for value in values.values()), default=1)
    own = {parameter.key: values[parameter.key] for parameter in driver.parameters}
    call = _Call(market, driver, own, draws, at.first if at else 0)
    if at is None or not at.watched:
        return call.answer()
    with _WATCH:
        return _watched(call)


@dataclass(frozen=True, eq=False)
class _Call:
    """One question to a driver: its effects on ``market`` at ``values``, its own, each (draw,)."""

    market: Market
    driver: Driver
    values: Mapping[str, Array]
    draws: int
    first: int | None

    @cached_property
    def handed(self) -> dict[str, Array]:
        """The drawn parameters by name, (1, 1, 1, draw): copies, so that no other draws are met."""
        return {p.name: _sealed(self.values[p.key]) for p in self.driver.parameters}

    def answer(self) -> list[Effect]:
        """The checked effects; what the driver prints or raises is a breach."""
        with heard(self.driver) as said:
            try:
                found = self._asked()
            except (KeyboardInterrupt, DriverError):
                raise
            except BaseException as error:  # a driver may raise anything, SystemExit too
                self._raised(error)
        if printed := said.getvalue().strip():
            lines = printed.splitlines()
            more = f" and {len(lines) - 1} more lines" if len(lines) > 1 else ""
            self.breach(
                "nothing_else_touched",
                f"printed {lines[0][:80]!r}{more}; a driver answers, it does not print",
            )
        return found

    def _asked(self) -> list[Effect]:
        assert self.driver.effects is not None
        effects = iter(self.driver.effects(self.market, SimpleNamespace(**self.handed)))
        found = [self.checked(effect) for effect in islice(effects, MOST_EFFECTS)]
        if len(found) == MOST_EFFECTS:
            self.breach("answers", f"yields {MOST_EFFECTS} effects or more")
        return found

    def _raised(self, error: BaseException) -> NoReturn:
        if isinstance(error, ValueError) and "read-only" in str(error):
            self.breach(
                "inputs_unchanged",
                "tried to change its input; compute into a new array",
                error=error,
            )
        self.breach("answers", f"raised {type(error).__name__}: {error}".rstrip(": "), error=error)

    def checked(self, effect: object) -> Effect:
        """The effect with its shift copied as floats; refused if it is no shift of this funnel."""
        if not isinstance(effect, Effect):
            self.breach("known_stages", f"must yield Effect objects, not {type(effect).__name__}")
        if effect.stage not in LINK_OF_STAGE:
            self.breach("known_stages", _reason(unknown("", "stage", effect.stage, LINK_OF_STAGE)))
        classes = self.market.drug_classes if effect.stage in BY_CLASS else ()
        if effect.drug_class and effect.drug_class not in classes:
            error = unknown("", "drug class", effect.drug_class, classes)
            self.breach("known_stages", f"{effect.stage}: {_reason(error)}")
        return replace(effect, shift=self._shift(effect, len(classes)))

    def _shift(self, effect: Effect, classes: int) -> Array:
        what, given = f"shift of {effect.stage!r}", effect.shift
        if not isinstance(given, (np.ndarray, float, int)) or isinstance(given, np.ma.MaskedArray):
            self.breach("four_axes", f"{what} is a {type(given).__name__}, not a NumPy array")
        if np.asarray(given).dtype.kind not in "fiu":
            self.breach(
                "four_axes", f"{what} holds {np.asarray(given).dtype} values, not real numbers"
            )
        shift = np.array(given, float)
        across = classes if classes and not effect.drug_class else 1
        allowed = len(self.market.years), len(self.market.regions), across, self.draws
        if shift.ndim != 4 or any(
            n not in (1, full) for n, full in zip(shift.shape, allowed, strict=True)
        ):
            self.breach(
                "four_axes",
                f"{what} has shape {shift.shape}; it must broadcast to"
                f" (year, region, drug_class, draw) = {allowed}",
            )
        if not (shift.max() <= LARGEST_SHIFT and shift.min() >= -LARGEST_SHIFT):
            self._beyond(what, shift)
        if shift[0].any():
            self.breach(
                "zero_in_the_base_year",
                f"{what} must be exactly 0 in the base year {self.market.base_year}",
                first_draw(shift[:1] != 0.0),
            )
        return shift

    def _beyond(self, what: str, shift: Array) -> NoReturn:
        """Name the first draw whose shift is no number, or more than exp can hold."""
        bad = ~np.isfinite(shift)
        bad = bad if bad.any() else np.abs(shift) > LARGEST_SHIFT
        where = first_draw(bad)
        value = shift[..., where][bad[..., where]][0]
        said = f"{value:g}, a ratio of exp({value:g})" if np.isfinite(value) else ""
        said = said or f"not finite ({value:g})"
        self.breach("finite_at_every_corner", f"{what} is {said}", where)

    def breach(
        self, law: str, what: str, draw: int = 0, error: BaseException | None = None
    ) -> NoReturn:
        """Raise DriverError: who, what, at which draw and values, and how to see it again."""
        driver = self.driver
        plugin = f"plugin {driver.plugin}, " if driver.plugin else ""
        at = values_at(driver, self.values, draw)
        where = "in the reference case" if self.first is None else f"at draw {self.first + draw}"
        text = f"{plugin}driver {driver.name}: {what} {where}" + (f" with {at}" if at else "")
        again = command(self.market, driver, self.values, draw)
        breach = DriverError(f"{text}; see it again: {again}")
        breach.law = law
        raise breach from error


def _watched(call: _Call) -> list[Effect]:
    """The answer of a driver that was asked twice, and for a few draws alone."""
    before = surroundings(call.market)
    answer = call.answer()
    _untouched(call, before)
    again = replace(call).answer()
    if (draw := differs(answer, again, 0.0)) is not None:
        call.breach("same_answer_twice", "gives a different answer on a second call", draw)
    if call.draws > 1:
        some = np.linspace(0, call.draws - 1, min(ALONE, call.draws)).astype(int)
        few = {k: v[some] if np.size(v) == call.draws else v for k, v in call.values.items()}
        alone = replace(call, values=few, draws=len(some)).answer()
        if (draw := differs(at_draws(answer, some), alone, TOLERANCE)) is not None:
            call.breach(
                "a_draw_stands_alone",
                "gives a draw another answer when other draws stand by",
                int(some[draw]),
            )
    return answer


def _untouched(call: _Call, before: Mapping[str, Any]) -> None:
    for parameter in call.driver.parameters:
        if not np.array_equal(call.handed[parameter.name].ravel(), call.values[parameter.key]):
            call.breach("inputs_unchanged", f"changed its parameter {parameter.key}")
    for name, after in surroundings(call.market).items():
        if not same(before[name], after):
            verb = "moved" if "generator" in name else "changed"
            law = "nothing_else_touched" if "'s " in name and "market" not in name else ""
            call.breach(law or "inputs_unchanged", f"{verb} {name}")


def _sealed(values: Array) -> Array:
    """A copy of drawn values as (1, 1, 1, draw), not to be written to."""
    copied = np.array(values)
    copied.flags.writeable = False
    return copied[None, None, None, :]


def _reason(error: Exception) -> str:
    return str(error).removeprefix(": ")
