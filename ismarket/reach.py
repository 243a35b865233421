"""How far inputs can carry an output: the nearest setting that reaches a target, and the ends.

Inputs are normal scores z, each standing for the quantile of its input at that score; distance is
the length of z, so the nearest setting is the least implausible one (the design point of Hasofer
& Lind 1974, J. Eng. Mech. Div. 100:111) and, to first order, a share Phi(-distance) of draws lies
as far out as the target.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from .arrays import Array

Score = Callable[[Array], Array]
"""From scores (input, run) to the output (run,), to be raised."""
FARTHEST = 6.0
"""Scores beyond this are an end of the range: one draw in a thousand million."""
STEP = 0.01
CLOSE = 1e-4
MOST_WEIGHT = 1e12
MOST_STEPS = 25


def normal_share(score: float) -> float:
    """Share of a standard normal distribution below ``score``."""
    return 0.5 * math.erfc(-score / math.sqrt(2.0))


def nearest(function: Score, target: float, inputs: int) -> Array | None:
    """The shortest scores (input,) at which ``function`` reaches ``target``, from below.

    ``function`` at zero must lie below the target.  None where no scores within FARTHEST do.
    Stationary points of ``|z|**2 / 2 - weight * function`` are followed as the weight rises.
    """
    scores = np.zeros(inputs)
    here = float(function(scores[:, None])[0])
    slope = float(np.linalg.norm(_slopes(function, scores)[0]))
    if slope == 0.0:
        return None
    below, above = (0.0, here - target), (math.inf, math.inf)
    weight = (target - here) / slope**2
    reached: Array | None = None
    for _ in range(60):
        scores = _stationary(function, scores, weight)
        past = float(function(scores[:, None])[0]) - target
        if past >= 0.0:
            above, reached = (weight, past), scores
        else:
            below = weight, past
        if math.isinf(above[0]):
            weight *= 2.0
            if weight > MOST_WEIGHT:
                return None
        elif (past <= CLOSE * slope and past >= 0.0) or above[0] - below[0] < CLOSE * above[0]:
            break
        else:
            weight = _between(below, above)
    return None if reached is None else _landed(function, target, reached)


def _between(below: tuple[float, float], above: tuple[float, float]) -> float:
    """A weight between two, where a straight line would meet the target, kept off both ends."""
    share = below[1] / (below[1] - above[1])
    return below[0] + min(max(share, 0.1), 0.9) * (above[0] - below[0])


def _stationary(function: Score, scores: Array, weight: float) -> Array:
    """Where scores equal the weighted slopes, by diagonal Newton steps from ``scores``."""
    for _ in range(MOST_STEPS):
        slopes, bends = _slopes(function, scores)
        step = (weight * slopes - scores) / np.maximum(1.0 - weight * bends, 0.5)
        moved = np.clip(scores + np.clip(step, -1.0, 1.0), -FARTHEST, FARTHEST)
        change = float(np.abs(moved - scores).max())
        scores = moved
        if change < CLOSE:
            break
    return scores


def _slopes(function: Score, scores: Array) -> tuple[Array, Array]:
    """First and second differences (input,) of the function along each score."""
    around = scores[:, None] + STEP * np.hstack([np.eye(len(scores)), -np.eye(len(scores))])
    found = function(np.hstack([around, scores[:, None]]))
    up, down, here = found[: len(scores)], found[len(scores) : -1], found[-1]
    return (up - down) / (2 * STEP), (up - 2 * here + down) / STEP**2


def _landed(function: Score, target: float, scores: Array) -> Array:
    """Scores shortened along their own line until they just reach the target."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2.0
        if float(function(middle * scores[:, None])[0]) >= target:
            high = middle
        else:
            low = middle
    return high * scores


def furthest(function: Score, free: Sequence[int], start: Array) -> Array:
    """The ends (input,) of the free inputs that carry the function furthest; the rest at start.

    Inputs move together while that helps, then one by one, until no single end carries further.
    """
    here = start.copy()
    best = float(function(here[:, None])[0])
    for _ in range(100):
        ends = np.repeat(here[:, None], 2 * len(free), axis=1)
        for column, i in enumerate(free):
            ends[i, 2 * column], ends[i, 2 * column + 1] = -FARTHEST, FARTHEST
        found = function(ends).reshape(len(free), 2)
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

    Sets of one and of two are tried one and all, each input at its own better end; larger ones
    grow by what carries furthest.  None where all together do not reach it.
    """
    everyone = range(inputs)
    if float(function(furthest(function, everyone, start)[:, None])[0]) < target:
        return None
    chosen: list[int] = []
    here = start.copy()
    while float(function(here[:, None])[0]) < target:
        left = [i for i in everyone if i not in chosen]
        trials = np.repeat(here[:, None], 2 * len(left), axis=1)
        for column, i in enumerate(left):
            trials[i, 2 * column], trials[i, 2 * column + 1] = -FARTHEST, FARTHEST
        column = int(function(trials).argmax())
        chosen.append(left[column // 2])
        here = furthest(function, chosen, start)
    if len(chosen) > 2:
        pair = _pair(function, target, start, inputs)
        if pair is not None:
            return pair, True
    for i in list(chosen):
        fewer = [j for j in chosen if j != i]
        if fewer and float(function(furthest(function, fewer, start)[:, None])[0]) >= target:
            chosen = fewer
    return tuple(chosen), len(chosen) <= 3


def _pair(function: Score, target: float, start: Array, inputs: int) -> tuple[int, int] | None:
    """The two inputs that reach furthest, each at its own better end, if they reach the target."""
    ends = np.repeat(start[:, None], 2 * inputs, axis=1)
    for i in range(inputs):
        ends[i, 2 * i], ends[i, 2 * i + 1] = -FARTHEST, FARTHEST
    better = np.where(np.diff(function(ends).reshape(inputs, 2))[:, 0] > 0, FARTHEST, -FARTHEST)
    first, second = np.triu_indices(inputs, 1)
    trials = np.repeat(start[:, None], len(first), axis=1)
    trials[first, np.arange(len(first))] = better[first]
    trials[second, np.arange(len(first))] = better[second]
    found = function(trials)
    top = int(found.argmax())
    return (int(first[top]), int(second[top])) if found[top] >= target else None
