"""A policy in two regions from 2025: reimbursement of treatment. Every number is invented."""

import math

import numpy as np

from ismarket import Driver, Effect, Parameter, hookimpl

SOURCE = "assumption: an example, not an estimate"
FROM = {"Europe": 2025.0, "North America": 2025.5}
"""Calendar year in which it begins, by region; 2025.5 is 1 July 2025."""


def effects(market, p):
    """Raise the odds of treatment where the policy is in force; it comes in over two years."""
    begins = market.by_region(FROM, default=math.inf)
    in_force = market.since(begins, over=2.0)
    yield Effect("treated", np.log(p.odds_ratio) * in_force, mechanism="reimbursement_policy")


DRIVER = Driver(
    name="policy",
    title="Reimbursement in two regions",
    effects=effects,
    parameters=(
        Parameter("odds_ratio", 1.0, 1.3, 2.0, unit="odds ratio", source=SOURCE,
                  title="Odds of treatment where it is reimbursed", scale="log"),
    ),
)  # fmt: skip


@hookimpl
def register_drivers():
    """The policy."""
    return [DRIVER]
