"""Two stages with an interaction, and parameters that move together. Every number is invented."""

import numpy as np

from ismarket import Driver, Effect, Parameter, adoption, hookimpl

SOURCE = "assumption: an example, not an estimate"


def effects(market, p):
    """Find more patients, and treat more of them, the more so the more are found."""
    reach = adoption.logistic(market.elapsed, start=0.1, ceiling=0.6, half_time=p.half_time)
    yield Effect("diagnosed", np.log(p.found) * reach, mechanism="referral")
    treated = (np.log(p.treated) + p.interaction * reach) * reach
    yield Effect("treated", treated, mechanism="referral_care")


DRIVER = Driver(
    name="two_stages",
    title="Referral and care",
    effects=effects,
    parameters=(
        Parameter("found", 1.0, 1.5, 2.5, unit="odds ratio", source=SOURCE,
                  title="Odds of diagnosis if referred", scale="log"),
        Parameter("treated", 1.0, 1.2, 1.8, unit="odds ratio", source=SOURCE,
                  title="Odds of treatment if referred", scale="log"),
        Parameter("interaction", 0.0, 0.2, 0.5, unit="log odds", source=SOURCE,
                  title="More treatment where more are referred"),
        Parameter("half_time", 2, 4, 7, unit="years", source=SOURCE,
                  title="Years to half of the gap"),
    ),
    correlation={"found ~ treated": 0.5},
)  # fmt: skip


@hookimpl
def register_drivers():
    """Both stages in one driver."""
    return [DRIVER]
