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
        "acth_list_price",
        "acth_competition",
        "combination_therapy",
    ),
)


@hookimpl
def register_drivers():
    """The driver that the default scenario leaves out."""
    return [DRIVER]
