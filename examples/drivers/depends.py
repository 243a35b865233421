"""One that depends on another: training follows screening. Every number is invented.

Drivers do not see each other, so what depends on something stands in one driver with it, as a
second cause.  The cause that both share with the catalogue has its name, and counts once.
"""

import numpy as np

from ismarket import Driver, Effect, Parameter, adoption, hookimpl

SOURCE = "assumption: an example, not an estimate"


def effects(market, p):
    """Screening finds patients; training keeps in step with it and gets more of them treated."""
    screened = adoption.logistic(market.elapsed, start=0.05, ceiling=0.5, half_time=p.half_time)
    trained = p.in_step * screened
    yield Effect("diagnosed", np.log(p.found) * screened, mechanism="screening_programme")
    yield Effect("treated", np.log(p.treated) * trained, mechanism="training_with_screening")


DRIVER = Driver(
    name="depends",
    title="Screening, and training that follows it",
    effects=effects,
    parameters=(
        Parameter("found", 1.1, 1.6, 2.5, unit="odds ratio", source=SOURCE,
                  title="Odds of diagnosis if screened", scale="log"),
        Parameter("treated", 1.0, 1.3, 2.0, unit="odds ratio", source=SOURCE,
                  title="Odds of treatment if trained", scale="log"),
        Parameter("in_step", 0.2, 0.5, 0.9, unit="share of screened", source=SOURCE, most=1.0,
                  title="How far training keeps up"),
        Parameter("half_time", 3, 5, 8, unit="years", source=SOURCE,
                  title="Years to half of the gap"),
    ),
)  # fmt: skip


@hookimpl
def register_drivers():
    """Two causes, one of which needs the other."""
    return [DRIVER]
