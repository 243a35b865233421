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
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock

import numpy as np

from ..arrays import Array
from ..model.driver import Driver, Effect
from ..model.market import Market
from .question import Question
from .watching import at_draws, differs

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
    question = Question(market, driver, own, draws, at.first if at else 0)
    if at is None or not at.watched:
        return question.answer()
    with _WATCH:
        return _watched(question)


def _watched(question: Question) -> list[Effect]:
    """The answer of a driver that was asked twice, and for a few draws alone."""
    answer = question.undisturbed_answer()
    again = question.at().answer()
    if (draw := differs(answer, again, 0.0)) is not None:
        question.breach("same_answer_twice", "gives a different answer on a second call", draw)
    if question.draws > 1:
        some = np.linspace(0, question.draws - 1, min(ALONE, question.draws)).astype(int)
        alone = question.at(some).answer()
        if (draw := differs(at_draws(answer, some), alone, TOLERANCE)) is not None:
            question.breach(
                "a_draw_stands_alone",
                "gives a draw another answer when other draws stand by",
                int(some[draw]),
            )
    return answer
