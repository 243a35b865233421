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
from ..engine.attribution import attribution
from ..errors import InputError
from ..model.parameter import STATUSES
from ..sampling.points import deviations, error_of, errors_inside
from .groups import correlated
from .response import Response
from .sensitivity import drawn
from .sobol import Function, Values, swapped

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


def coverage(asked: Response, output: str, *, points: int = POINTS) -> Coverage:
    """Shares of the variance of ``output`` (value, cagr or count) by status of the inputs."""
    weakest = _weakest(asked)
    groups = {
        status: tuple(p.key for p in asked.inputs if weakest[p.key] == status)
        for status in STATUSES
    }
    seed = asked.plan.scenario.seed
    a, b = drawn(asked.inputs, points, seed, asked.plan.pairs)
    share, apart = shapley_effects(lambda v: asked(output, v), a, b, groups, seed=seed)
    reach = errors_inside(apart.shape[1]) * error_of(apart)
    counts = tuple(len(keys) for keys in groups.values())
    return Coverage(asked.plan.anchor.name, output, tuple(groups), share, share - reach,
                    share + reach, counts)  # fmt: skip


def _weakest(asked: Response) -> dict[str, str]:
    """The status of each input; correlated ones count together, under the weakest of them."""
    status = {p.key: p.status for p in asked.inputs}
    for members in correlated(asked.plan, asked.inputs):
        found = max((status[key] for key in members), key=STATUSES.index)
        status |= dict.fromkeys(members, found)
    return status


def shapley_effects(
    function: Function,
    a: Values,
    b: Values,
    groups: Mapping[str, Sequence[str]],
    *,
    seed: int = 0,
) -> tuple[Array, Array]:
    """Shares (group,) of the variance of ``function``, summing to one.

    And what each replicate adds to their errors, (group, replicate).  ``a`` and ``b`` are two
    independent samples of all inputs, which the groups divide.  Raises InputError for an output
    that does not move.
    """
    game = attribution(len(groups), seed)
    together = [
        [key for i, keys in enumerate(groups.values()) if coalition >> i & 1 for key in keys]
        for coalition in game.coalitions
    ]
    gained = (function(a) - swapped(function, a, b, together)) ** 2 / 2
    whole = gained[game.coalitions.index((1 << len(groups)) - 1)]
    if whole.mean() <= 0:
        raise InputError("the output does not move: there is no variance to share")
    parts = game.weights @ gained / whole.mean()
    parts[np.abs(parts.mean(axis=1)) < NOTHING] = 0.0  # gains that cancel but for rounding
    shares = parts.mean(axis=1)
    return shares, deviations(parts - shares[:, None] * whole / whole.mean())
