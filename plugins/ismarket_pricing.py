"""Pricing and mix: generics, rebates, list prices and the turn to oral steroids."""

from ismarket import Driver, hookimpl

DRIVER = Driver(
    name="pricing",
    title="Pricing and mix",
    description="Not in the report, but in the evidence: what a course costs, and which one.",
    claims=(
        "steroid_first",
        "generic_vigabatrin",
        "medicaid_rebates",
        "rebate_cap_removed",
        "acth_list_price",
        "combination_therapy",
        "competitors",
    ),
)


@hookimpl
def register_drivers():
    """The driver that the default scenario leaves out."""
    return [DRIVER]
