"""The contract that a driver keeps while it runs: what it is asked when, and what it leaves alone.

Every answer is checked for type, shape, finite numbers and zero in the base year.  Where a forecast
asks for it (the reference case, the first block of draws and one later block) the driver is also
watched: asked again, asked for a few of the draws alone, and held to leave the market and the
random generators of others as they were.  A breach raises DriverError; no draw is ever dropped.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from hashlib import blake2b
from threading import Lock
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DriverError
from ..model.driver import Driver, Effect
from ..model.market import Market
from .answer import Question, first_draw

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
_ASKED: ContextVar[str] = ContextVar("asked", default="")
"""The driver whose effects are computed here, if any."""


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
    plugin, driver, law, draw and parameter values.
    """
    if driver.effects is None:
        return []
    if other := _ASKED.get():
        raise DriverError(
            f"driver {other}: asks for a forecast while it is asked for its effects; it may look at"
            " the market and its own parameters alone; law: answers"
        )
    token = _ASKED.set(driver.name)
    try:
        return _guarded(market, driver, values)
    finally:
        _ASKED.reset(token)


def _guarded(market: Market, driver: Driver, values: Mapping[str, Array]) -> list[Effect]:
    at = _STANDING.get()
    draws = max((np.size(value) for value in values.values()), default=1)
    own = {parameter.key: values[parameter.key] for parameter in driver.parameters}
    numbers = np.arange(draws) + (at.first or 0)
    question = Question(market, driver, own, numbers, reference=at.first is None)
    if not at.watched:
        return question.answer()
    with _WATCH:
        return _watched(question)


def _watched(question: Question) -> list[Effect]:
    """The answer of a driver that was asked twice, and for a few draws alone."""
    before = surroundings(question.market)
    answer = question.answer()
    for (law, what), after in surroundings(question.market).items():
        if not same(before[law, what], after):
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


def surroundings(market: Market) -> dict[tuple[str, str], Any]:
    """What a driver must leave as it is, copied, by the law and what a breach of it did."""
    inputs, others = "inputs_unchanged", "nothing_else_touched"
    return {
        (inputs, "changed the market's years"): market.elapsed.copy(),
        (inputs, "changed the market's causes"): dict(market.mechanisms),
        (inputs, "changed the market's anchors"): dict(market.anchors),
        (inputs, "changed a path of the market"): [
            array.copy()
            for stage in market.stages
            if stage.path
            for array in (stage.path.low, stage.path.mode, stage.path.high)
        ],
        (others, "moved NumPy's global random generator"): np.random.get_state(  # noqa: NPY002
            legacy=False
        ),
        (others, "moved Python's global random generator"): random.getstate(),
        (others, "changed NumPy's error settings"): np.geterr(),
    }


def same(a: Any, b: Any) -> bool:
    """True where two copies of the surroundings, or parts of them, are equal."""
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def at_draws(effects: list[Effect], some: Any) -> list[Effect]:
    """The effects at some of their draws (indices) alone."""
    return [
        replace(e, shift=e.shift[..., some] if e.shift.shape[3] > 1 else e.shift) for e in effects
    ]


def differs(one: list[Effect], other: list[Effect], tolerance: float) -> int | None:
    """The first draw in which two answers differ; None where they agree."""
    if [_heading(effect) for effect in one] != [_heading(effect) for effect in other]:
        return 0
    for a, b in zip(one, other, strict=True):
        if a.shift.shape[:3] != b.shift.shape[:3]:
            return 0
        apart = np.abs(a.shift - b.shift) > tolerance * (1.0 + np.abs(a.shift))
        if apart.any():
            return first_draw(apart)
    return None


def _heading(effect: Effect) -> tuple[str, str, str]:
    return effect.stage, effect.mechanism, effect.drug_class
