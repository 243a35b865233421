"""Coverage: how much of a forecast's spread rests on measured, estimated and assumed numbers.

Shares are Shapley effects (Owen 2014, SIAM/ASA J. Uncertain. Quantif. 2:245) on the variances of
Song, Nelson & Staum (2016, ibid. 4:1060): what two groups do together is halved between them, so
that the shares sum to one whatever the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..engine.attribution import Attribution, attribution
from ..errors import InputError
from ..model.parameter import STATUSES
from ..sampling.points import deviations, error_of, errors_inside
from .groups import correlated
from .response import Response
from .sensitivity import drawn
from .sobol import exchange

POINTS = 4096
NOTHING = 1e-12
"""Share of the variance below which a group counts as none."""


@dataclass(frozen=True, eq=False)
class Coverage:
    """Shares of the variance of one output by group; ``low`` and ``high`` hold it 9 times in 10.

    ``anchor`` is whose level the output has, ``inputs`` counts the uncertain inputs of a group.
    """

    anchor: str
    output: str
    groups: tuple[str, ...]
    share: Array
    low: Array
    high: Array
    inputs: tuple[int, ...]


def coverage(asked: Response, *outputs: str, points: int = POINTS) -> list[Coverage]:
    """Shares of the variance of each output (value, cagr or count) by status of the inputs."""
    weakest = _weakest(asked)
    groups = {
        status: tuple(p.key for p in asked.inputs if weakest[p.key] == status)
        for status in STATUSES
    }
    seed = asked.plan.scenario.seed
    a, b = drawn(asked.inputs, points, seed, asked.plan.pairs)
    game, counts = attribution(len(groups), seed), tuple(len(keys) for keys in groups.values())
    runs = [asked.every(exchange(a, b, keys)) for keys in ((), *together(game, groups))]
    found = []
    for output in outputs:
        at_a, *exchanged = (run[output] for run in runs)
        share, apart = shapley_effects(game, at_a, np.stack(exchanged))
        reach = errors_inside(apart.shape[1]) * error_of(apart)
        found.append(Coverage(asked.plan.anchor.name, output, tuple(groups), share, share - reach,
                              share + reach, counts))  # fmt: skip
    return found


def _weakest(asked: Response) -> dict[str, str]:
    """The status of each input; correlated ones count together, under the weakest of them."""
    status = {p.key: p.status for p in asked.inputs}
    for members in correlated(asked.plan, asked.inputs):
        found = max((status[key] for key in members), key=STATUSES.index)
        status |= dict.fromkeys(members, found)
    return status


def together(game: Attribution, groups: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The inputs of each coalition of some groups."""
    return [
        [key for i, keys in enumerate(groups.values()) if coalition >> i & 1 for key in keys]
        for coalition in game.coalitions
    ]


def shapley_effects(game: Attribution, at_a: Array, exchanged: Array) -> tuple[Array, Array]:
    """Shares (group,) of the variance of a function, summing to one.

    And what each replicate adds to their errors, (group, replicate).  From the function at A,
    (point,), and at A with each coalition of groups from B, (coalition, point), two independent
    samples of all inputs.  Raises InputError for an output that does not move.
    """
    gained = (at_a - exchanged) ** 2 / 2
    whole = gained[game.coalitions.index((1 << len(game.weights)) - 1)]
    if whole.mean() <= 0:
        raise InputError("the output does not move: there is no variance to share")
    parts = game.weights @ gained / whole.mean()
    parts[np.abs(parts.mean(axis=1)) < NOTHING] = 0.0  # gains that cancel but for rounding
    shares = parts.mean(axis=1)
    return shares, deviations(parts - shares[:, None] * whole / whole.mean())
