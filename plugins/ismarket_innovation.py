"""Innovation: incentives, research into new therapies, personalised medicine."""

from ismarket import Driver, hookimpl

DRIVER = Driver(
    name="innovation",
    title="Innovation",
    description="Orphan incentives, new therapies and drugs chosen by cause.",
    claims=("orphan_incentives", "new_products", "precision_medicine"),
)


@hookimpl
def register_drivers():
    """What the report's overview adds to its three headings."""
    return [DRIVER]
