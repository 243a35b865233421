"""Inflation: general prices in US dollars, which a publisher's current dollars contain."""

from ismarket import Driver, hookimpl

DRIVER = Driver(
    name="inflation",
    title="General inflation",
    description="The price level follows its path; without it dollars are those of the base year.",
    claims=("inflation",),
)


@hookimpl
def register_drivers():
    """What is neither a cause nor a report's heading, but in every figure in current dollars."""
    return [DRIVER]
