"""Incidence growth: births, access and the responses that the report files under incidence."""

from ismarket import Driver, hookimpl

DRIVER = Driver(
    name="incidence",
    title="Incidence growth",
    description="Births follow the UN path; awareness and access move who is found and treated.",
    claims=(
        "births",
        "population_ageing",
        "awareness",
        "early_treatment",
        "new_therapies",
        "access_to_care",
        "orphan_incentives",
    ),
)


@hookimpl
def register_drivers():
    """The report's heading on increasing incidence."""
    return [DRIVER]
