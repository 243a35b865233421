"""A launch with a chance: a product that may come in 2026. Every number is invented."""

from ismarket import Driver, hookimpl, launch

PRODUCT = launch(
    "example_product",
    product="A product of ours",
    stage="unit_price",
    drug_class="ACTH",
    regions=["North America", "Europe"],
    chance=0.6,
    launch_year=(2025.5, 2026.0, 2027.5),
    peak_share=(0.1, 0.2, 0.4),
    years_to_peak=(2.0, 3.0, 5.0),
    price_ratio=(0.5, 0.7, 0.9),
    source="assumption: an example, not a plan",
)
DRIVER = Driver("product", "A product of ours", mechanisms=(PRODUCT,))


@hookimpl
def register_drivers():
    """The product; it needs no function."""
    return [DRIVER]
