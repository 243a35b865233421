"""Incidence growth: births, access and the responses that the report files under incidence."""

from ismarket import Driver, hookimpl

DRIVER = Driver(
    name="incidence",
    title="Incidence growth",
    description="Births follow the UN path; awareness and access move who is found and treated.",
    claims=(
        "births",
        "incidence_trend",
        "population_ageing",
        "awareness",
        "standard_therapy",
        "early_treatment",
        "early_response",
        "new_products",
        "access_to_care",
        "access_to_diagnosis",
        "orphan_incentives",
    ),
)


@hookimpl
def register_drivers():
    """The report's heading on increasing incidence."""
    return [DRIVER]
