"""The contract that a driver keeps while it runs: what it is handed and asked, and how it errs.

Every answer is checked for type, shape, finite numbers and zero in the base year.  Where a forecast
asks for it (the reference case, the first block of draws and one later block) the driver is also
watched: asked again, asked for a few of the draws alone, and held to leave the market and the
random generators of others as they were.  A breach raises DriverError; no draw is ever dropped.
"""

from __future__ import annotations

import gc
import locale
import logging
import os
import random
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from decimal import getcontext
from hashlib import blake2b
from itertools import islice
from operator import itemgetter
from threading import Lock, get_ident
from time import monotonic
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, content
from ..errors import DriverError, in_short, no_such
from ..frozen import FrozenError
from ..model.driver import Driver, Effect
from ..model.market import Market
from ..model.stage import LARGEST_SHIFT

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


_UNWATCHED = Standing(0, watched=False)
_STANDING: ContextVar[Standing] = ContextVar("standing", default=_UNWATCHED)
_WATCH = Lock()
_READ_ONLY = "read-only"
"""What NumPy says of an array that is not to be written to."""


_ASKED: dict[int, tuple[str, str, float]] = {}
"""Who is asked in each thread, a driver or plugin, by kind and name, and since when, seconds."""


@contextmanager
def asking(kind: str, name: str) -> Iterator[str]:
    """While it lasts, somebody is asked in this thread; the driver that was already, if any."""
    here = get_ident()
    before = _ASKED.get(here)
    _ASKED[here] = kind, name, monotonic()
    try:
        yield before[1] if before and before[0] == "driver" else ""
    finally:
        _ASKED.pop(here) if before is None else _ASKED.update({here: before})


def waited_for(seconds: float) -> str:
    """The driver or plugin that has had no answer for longest; nothing before so many seconds."""
    late = [one for one in _ASKED.copy().values() if monotonic() - one[2] >= seconds]
    return " ".join(min(late, key=itemgetter(2))[:2]) if late else ""


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


def broken(driver: Driver, law: str, what: str) -> DriverError:
    """The error that names plugin, driver, what it did and the law that it broke."""
    plugin = f"plugin {driver.plugin}, " if driver.plugin else ""
    error = DriverError(f"{plugin}driver {driver.name}: {what}; law: {law.replace('_', ' ')}")
    error.law = law
    return error


def guarded_effects(market: Market, driver: Driver, values: Mapping[str, Array]) -> list[Effect]:
    """The effects of a driver's own function, each shift a float array of its own.

    ``values`` holds the drawn parameters by key, each (draw,).  Raises DriverError that names
    plugin, driver, law, draw and parameter values.
    """
    if driver.effects is None:
        return []
    at = _STANDING.get()
    draws = max(map(np.size, values.values()), default=1)
    own = {parameter.key: values[parameter.key] for parameter in driver.parameters}
    numbers = np.arange(draws) + (at.first or 0)
    question = Question(market, driver, own, numbers, reference=at.first is None)
    with asking("driver", driver.name) as other:
        if other:
            raise DriverError(
                f"driver {other}: asks for a forecast while it is asked for its effects; it"
                " may look at the market and its own parameters alone; law: answers"
            )
        with _WATCH if at.watched else nullcontext():
            return _watched(question) if at.watched else question.answer()


class Handed(SimpleNamespace):
    """What a driver is handed by name: its parameters, (1, 1, 1, draw), and its options."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(
            f"p.{name}: {no_such('parameter or option', name, vars(self))}. Drivers do not see"
            " each other: put both causes into one driver, or let both claim one cause"
        )


@dataclass(frozen=True, eq=False)
class Question:
    """What a driver is asked: its effects on ``market`` at ``values``, its own, each (draw,).

    ``numbers`` (draw,) are those of the draws; in the ``reference`` case they mean nothing.
    """

    market: Market
    driver: Driver
    values: Mapping[str, Array]
    numbers: NDArray[np.intp]
    reference: bool

    def at(self, some: NDArray[np.intp]) -> Question:
        """The same question for some of its draws (indices) alone."""
        draws = len(self.numbers)
        values = {k: v[some] if np.size(v) == draws else v for k, v in self.values.items()}
        return replace(self, values=values, numbers=self.numbers[some])

    def answer(self) -> list[Effect]:
        """The checked effects; what the driver raises is a breach, and so is a changed parameter.

        It is handed copies, so that one that forces its way into them reaches nobody else's draws.
        """
        drawn = {p.name: _sealed(self.values[p.key]) for p in self.driver.parameters}
        chosen = {option.name: option.value for option in self.driver.options}
        try:
            assert self.driver.effects is not None
            effects = iter(self.driver.effects(self.market, Handed(**drawn, **chosen)))
            found = [self._checked(effect) for effect in islice(effects, MOST_EFFECTS)]
        except (KeyboardInterrupt, DriverError):
            raise
        except BaseException as error:  # a driver may raise anything, SystemExit too
            sealed = isinstance(error, ValueError) and _READ_ONLY in in_short(error)
            if sealed or isinstance(error, FrozenError):
                what = "tried to change its input; compute into a new array"
                self.breach("inputs_unchanged", what, error=error)
            self.breach("answers", f"raised {in_short(error)}", error=error)
        if len(found) == MOST_EFFECTS:
            self.breach("answers", f"yields {MOST_EFFECTS} effects or more")
        for parameter in self.driver.parameters:
            changed = drawn[parameter.name].ravel() != self.values[parameter.key]
            if changed.any():
                what = f"changed its parameter {parameter.key}"
                self.breach("inputs_unchanged", what, int(np.argmax(changed)))
        return found

    def _checked(self, effect: object) -> Effect:
        """The effect with its shift copied as floats; refused if the market has no such shift."""
        if not isinstance(effect, Effect):
            self.breach("known_stages", f"must yield Effect objects, not {type(effect).__name__}")
        stages = {stage.name: stage for stage in self.market.stages}
        if effect.stage not in stages:
            self.breach("known_stages", no_such("stage", effect.stage, stages))
        classes = self.market.drug_classes if stages[effect.stage].by_class else ()
        if effect.drug_class and effect.drug_class not in classes:
            what = no_such("drug class", effect.drug_class, classes)
            self.breach("known_stages", f"{effect.stage}: {what}")
        return replace(effect, shift=self._shift(effect, len(classes)))

    def _shift(self, effect: Effect, classes: int) -> Array:
        what, given = f"shift of {effect.stage!r}", effect.shift
        if not isinstance(given, (np.ndarray, float, int)) or isinstance(given, np.ma.MaskedArray):
            self.breach("four_axes", f"{what} is a {type(given).__name__}, not a NumPy array")
        kind = np.asarray(given).dtype
        if kind.kind not in "fiu":
            self.breach("four_axes", f"{what} holds {kind} values, not real numbers")
        shift = np.array(given, float)
        across = classes if classes and not effect.drug_class else 1
        allowed = len(self.market.years), len(self.market.regions), across, len(self.numbers)
        if shift.ndim != 4 or any(
            n not in (1, full) for n, full in zip(shift.shape, allowed, strict=True)
        ):
            self.breach(
                "four_axes",
                f"{what} has shape {shift.shape}; it must broadcast to"
                f" (year, region, drug_class, draw) = {allowed}",
            )
        if not (shift.max() <= LARGEST_SHIFT and shift.min() >= -LARGEST_SHIFT):
            bad = ~np.isfinite(shift)
            bad = bad if bad.any() else np.abs(shift) > LARGEST_SHIFT
            draw = first_draw(bad)
            value = shift[..., draw][bad[..., draw]][0]
            said = f"not finite ({value:g})"
            if np.isfinite(value):
                said = f"{value:g}, a ratio of exp({value:g})"
            self.breach("finite_at_every_corner", f"{what} is {said}", draw)
        if shift[0].any():
            what = f"{what} must be exactly 0 in the base year {self.market.base_year}"
            self.breach("zero_in_the_base_year", what, first_draw(shift[:1] != 0.0))
        return shift

    def breach(
        self, law: str, what: str, draw: int | None = None, error: BaseException | None = None
    ) -> NoReturn:
        """Raise DriverError: who, what, at which draw (index) and parameter values.

        Where no draw can be told, it names all that were asked for, and the values from least to
        most.
        """
        first, last, draws = self.numbers[0], self.numbers[-1], len(self.numbers)
        draw = 0 if draws == 1 else draw
        place = f"in {draws} draws from {first:,} to {last:,}"
        if self.reference:
            place = "in the reference case"
        elif draw is not None:
            place = f"at draw {self.numbers[draw]:,}"
        elif last - first == draws - 1:
            place = f"in draws {first:,} to {last:,}"
        values = [f"{p.key} = {_said(self.values[p.key], draw)}" for p in self.driver.parameters]
        where = f"{what} {place}" + (f" with {', '.join(values)}" if values else "")
        raise broken(self.driver, law, where) from error


def _watched(question: Question) -> list[Effect]:
    """The answer of a driver that was asked twice, and for a few draws alone."""
    before = surroundings(question.market)
    answer = question.answer()
    for (law, what), after in surroundings(question.market).items():
        if before[law, what] != after:
            question.breach(law, what)
    if (draw := differs(answer, question.answer(), 0.0)) is not None:
        question.breach("same_answer_twice", "gives a different answer on a second call", draw)
    if (draws := len(question.numbers)) > 1:
        some = np.linspace(0, draws - 1, min(ALONE, draws)).astype(np.intp)
        alone = question.at(some).answer()
        if (draw := differs(at_draws(answer, some), alone, TOLERANCE)) is not None:
            what = "gives a draw another answer when other draws stand by"
            question.breach("a_draw_stands_alone", what, int(some[draw]))
    return answer


def surroundings(market: Market) -> dict[tuple[str, str], object]:
    """What a driver must leave as it is, by the law and what a breach of it did.

    The market stands by a hash of all that it holds.
    """
    inputs, others = "inputs_unchanged", "nothing_else_touched"
    generator = np.random.get_state(legacy=False)  # noqa: NPY002
    root = logging.getLogger()
    stopped = signal.getsignal(signal.SIGINT)
    python = sys.excepthook, stopped, gc.isenabled(), sys.getrecursionlimit(), sys.path.copy()
    return {
        (inputs, "changed the market that it was handed"): content(market),
        (others, "moved NumPy's global random generator"): content(generator),
        (others, "moved Python's global random generator"): random.getstate(),
        (others, "changed NumPy's error settings"): np.geterr(),
        (others, "changed the decimal context"): repr(getcontext()),
        (others, "changed the environment"): content(os.environ),
        (others, "changed the current folder"): os.getcwd(),
        (others, "changed the locale"): locale.setlocale(locale.LC_ALL),
        (others, "changed logging"): (root.level, root.manager.disable, list(root.handlers)),
        (others, "changed how Python runs"): python,
        (others, "replaced standard output"): id(sys.stdout),
        (others, "replaced standard error"): id(sys.stderr),
    }


def at_draws(effects: list[Effect], some: Any) -> list[Effect]:
    """The effects at some of their draws (indices) alone."""
    return [
        replace(e, shift=e.shift[..., some] if e.shift.shape[3] > 1 else e.shift) for e in effects
    ]


def differs(one: list[Effect], other: list[Effect], tolerance: float) -> int | None:
    """The first draw in which two answers differ; None where they agree."""
    headings = [
        [(e.stage, e.mechanism, e.drug_class, e.shift.shape[:3]) for e in effects]
        for effects in (one, other)
    ]
    if headings[0] != headings[1]:
        return 0
    for a, b in zip(one, other, strict=True):
        apart = np.abs(a.shift - b.shift) > tolerance * (1.0 + np.abs(a.shift))
        if apart.any():
            return first_draw(apart)
    return None


def first_draw(marked: NDArray[np.bool_]) -> int:
    """Index of the first draw with a mark in (year, region, drug_class, draw)."""
    return int(np.argmax(marked.any(axis=(0, 1, 2))))


def _sealed(values: Array) -> Array:
    """A copy of drawn values as (1, 1, 1, draw), not to be written to."""
    copied = np.array(values)
    copied.flags.writeable = False
    return copied[None, None, None, :]


def _said(values: Any, draw: int | None) -> str:
    """A parameter at one draw in full precision, or from its least to its most."""
    if draw is None:
        return f"{np.min(values):g} to {np.max(values):g}"
    return repr(float(np.ravel(values)[min(draw, np.size(values) - 1)]))
