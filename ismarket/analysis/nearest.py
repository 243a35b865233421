"""How far inputs can carry an output: the nearest setting that reaches a target, and the ends.

Inputs are normal scores z, each standing for the quantile of its input at that score; distance is
the length of z, so the nearest setting is the least implausible one (the design point of Hasofer
& Lind 1974, J. Eng. Mech. Div. 100:111) and, to first order, a share Phi(-distance) of draws lies
as far out as the target.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from ..arrays import Array
from ..model.parameter import Parameter
from ..text.wording import CALENDAR_YEAR
from .response import Response

Score = Callable[[Array], Array]
"""From scores (input, run) to the output (run,), to be raised."""
FARTHEST = 6.0
"""Scores beyond this are an end of the range: one draw in a thousand million."""
STRONGEST, LARGEST_TRIED, AT_ONCE = 20, 4, 4000
MOST_STEPS, STEP, PRECISION = 40, 0.01, 1e-5
"""Steps at most; scores over which a slope is taken, and to which a distance is found."""


def normal_share(score: float) -> float:
    """Share of a standard normal distribution below ``score``."""
    return 0.5 * math.erfc(-score / math.sqrt(2.0))


def nearest(function: Score, target: float, inputs: int) -> Array | None:
    """The shortest scores (input,) at which ``function`` reaches ``target``, from below.

    ``function`` at zero must lie below the target.  None where no scores within FARTHEST do.
    By sequential least squares (Kraft 1988, DFVLR-FB 88-28), then along the line to the middle.
    """
    from scipy.optimize import brentq, minimize  # costs more to import than a run

    def past(scores: Array) -> float:
        return float(function(scores[:, None])[0]) - target

    def slopes(scores: Array) -> Array:
        around = scores[:, None] + STEP * np.hstack([np.eye(inputs), -np.eye(inputs)])
        up, down = np.split(function(around), 2)
        return np.asarray((up - down) / (2 * STEP))

    def implausibility(scores: Array) -> tuple[float, Array]:
        return float(scores @ scores) / 2, scores

    middle = np.zeros(inputs)
    uphill = slopes(middle)
    steepness = float(np.linalg.norm(uphill))
    if steepness == 0.0:
        return None
    on_a_plane = np.clip(-past(middle) * uphill / steepness**2, -FARTHEST, FARTHEST)
    reaches: Any = {
        "type": "ineq",
        "fun": lambda scores: past(scores) / steepness,
        "jac": lambda scores: slopes(scores) / steepness,
    }
    found = minimize(
        implausibility, on_a_plane, jac=True, method="SLSQP",
        bounds=[(-FARTHEST, FARTHEST)] * inputs, constraints=reaches,
        options={"ftol": PRECISION, "maxiter": MOST_STEPS},
    )  # fmt: skip

    def along(share: float) -> Array:
        return np.asarray(np.clip(share * found.x, -FARTHEST, FARTHEST))

    if past(along(1.01)) < 0.0:
        return None
    share = brentq(lambda share: past(along(share)), 0.0, 1.01)
    while past(along(share)) < 0.0:  # a root may be met from below
        share *= 1.0 + 1e-12
    return along(share)


def furthest(function: Score, free: Sequence[int], start: Array) -> Array:
    """The ends (input,) of the free inputs that carry the function furthest; the rest at start.

    Inputs move together while that helps, then one by one, until no single end carries further.
    """
    here = start.copy()
    best = float(function(here[:, None])[0])
    for _ in range(100):
        found = function(_ends(here, free)).reshape(len(free), 2)
        better = found.max(axis=1) > best
        if not better.any():
            break
        together = here.copy()
        for column, i in enumerate(free):
            if better[column]:
                together[i] = FARTHEST if found[column, 1] >= found[column, 0] else -FARTHEST
        single, (column, end) = here.copy(), divmod(int(found.argmax()), 2)
        single[free[column]] = FARTHEST if end else -FARTHEST
        values = function(np.stack([together, single], axis=1))
        here, best = (together, values[0]) if values[0] >= values[1] else (single, values[1])
    return here


def smallest_set(
    function: Score, target: float, start: Array, inputs: int
) -> tuple[tuple[int, ...], bool] | None:
    """The fewest inputs that reach the target at their ends, and whether fewer were ruled out.

    Each input is set to its own better end.  Sets of one and of two are tried one and all, of up
    to LARGEST_TRIED among the STRONGEST inputs; larger ones grow by what carries furthest.  None
    where all together do not reach it.
    """
    if float(function(furthest(function, range(inputs), start)[:, None])[0]) < target:
        return None
    alone = function(_ends(start, range(inputs))).reshape(inputs, 2)
    better = np.where(alone[:, 1] > alone[:, 0], FARTHEST, -FARTHEST)
    order = [int(i) for i in np.argsort(-alone.max(axis=1), kind="stable")]
    for size in range(1, LARGEST_TRIED + 1):
        candidates = order if size <= 2 else order[:STRONGEST]
        found = _of_size(function, target, start, better, candidates, size)
        if found is not None:
            return found, True
    grown = _grown(function, target, start, inputs)
    return grown, len(grown) <= LARGEST_TRIED + 1


def _of_size(
    function: Score,
    target: float,
    start: Array,
    better: Array,
    candidates: Sequence[int],
    size: int,
) -> tuple[int, ...] | None:
    """The set of that size that carries furthest, if it reaches the target."""
    sets = np.array(list(combinations(candidates, size)), int).reshape(-1, size)
    best, furthest_set = -math.inf, None
    for first in range(0, len(sets), AT_ONCE):
        batch = sets[first : first + AT_ONCE]
        trials = np.repeat(start[:, None], len(batch), axis=1)
        trials[batch.T, np.arange(len(batch))] = better[batch.T]
        found = function(trials)
        top = int(found.argmax())
        if found[top] > best:
            best, furthest_set = float(found[top]), tuple(int(i) for i in batch[top])
    return furthest_set if best >= target else None


def _grown(function: Score, target: float, start: Array, inputs: int) -> tuple[int, ...]:
    """A set that reaches the target, grown one by one and pruned."""
    chosen: list[int] = []
    here = start.copy()
    while float(function(here[:, None])[0]) < target:
        left = [i for i in range(inputs) if i not in chosen]
        chosen.append(left[int(function(_ends(here, left)).argmax()) // 2])
        here = furthest(function, chosen, start)
    for i in list(chosen):
        fewer = [j for j in chosen if j != i]
        if fewer and float(function(furthest(function, fewer, start)[:, None])[0]) >= target:
            chosen = fewer
    return tuple(chosen)


def _ends(start: Array, free: Sequence[int]) -> Array:
    """Scores (input, run): each free input in turn at its low, then at its high end."""
    ends = np.repeat(start[:, None], 2 * len(free), axis=1)
    for column, i in enumerate(free):
        ends[i, 2 * column], ends[i, 2 * column + 1] = -FARTHEST, FARTHEST
    return ends


SCORES = np.linspace(-FARTHEST, FARTHEST, 6001)
Setting = dict[str, float]
"""Inputs by key, each in its own unit."""


@dataclass(frozen=True, eq=False)
class LimitState:
    """An output less its target, as a function of normal scores; to be raised to 0.

    A score of nan leaves an input at its mode; one at FARTHEST is the end of its range.
    """

    asked: Response
    output: str
    target: float

    @cached_property
    def inputs(self) -> tuple[Parameter, ...]:
        """What may be moved: every uncertain input but a chance, which happens or does not."""
        return tuple(p for p in self.asked.inputs if not p.happens)

    @cached_property
    def _table(self) -> list[Array]:
        """By input, its value at each of SCORES: read between them by a straight line."""
        shares = np.array([normal_share(score) for score in SCORES])
        table = [p.quantile(shares) for p in self.inputs]
        for values, parameter in zip(table, self.inputs, strict=True):
            values[0], values[-1] = parameter.low, parameter.high
        return table

    @cached_property
    def _sign(self) -> float:
        return 1.0 if self.target > float(self.asked(self.output, {})[0]) else -1.0

    def past(self, values: Mapping[str, Array]) -> Array:
        """How far past the target (run,), in points of growth or log of value."""
        found = self.asked(self.output, values)
        if self.output != "cagr":
            return np.asarray(self._sign * np.log(found / self.target))
        return np.asarray(self._sign * (found - self.target))

    def __call__(self, scores: Array) -> Array:
        """The same for ``scores`` (input, run)."""
        return self.past(self.values(scores))

    def values(self, scores: Array) -> dict[str, Array]:
        """Inputs by key, each (run,), at ``scores`` (input, run); none that stays at its mode."""
        found, at_mode = {}, np.isnan(scores)
        for i in np.flatnonzero(~at_mode.all(axis=1)):
            drawn = np.interp(scores[i], SCORES, self._table[i])
            drawn[at_mode[i]] = self.inputs[i].mode
            found[self.inputs[i].key] = drawn
        return found

    def moved(self, scores: Array) -> dict[str, float]:
        """Those of the ``scores`` (input,) that move an input off its mode, by key."""
        every = zip(self.inputs, scores, strict=True)
        return {p.key: float(score) for p, score in every if not math.isnan(score)}

    def setting(self, scores: Array) -> Setting:
        """The inputs that ``scores`` (input,) move off their modes, by key."""
        values = self.values(scores[:, None])
        return {key: float(values[key][0]) for key in self.moved(scores)}

    def tidied(self, scores: Array) -> Setting:
        """The same with figures rounded outwards as far as the target is still reached."""
        exact = self.setting(scores)
        known = {p.key: p for p in self.inputs}
        for digits in range(3, 12):
            rounded = {}
            for key, value in exact.items():
                places = digits + 2 if known[key].unit == CALENDAR_YEAR else digits
                unit = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - places) if value else 1.0
                outward = math.ceil if value > known[key].mode else math.floor
                moved = float(f"{outward(value / unit) * unit:.{places}g}")
                rounded[key] = min(max(moved, known[key].low), known[key].high)
            if float(self.past({k: np.array([v]) for k, v in rounded.items()})[0]) >= 0.0:
                return rounded
        return exact
