"""Generic entry: a class loses exclusivity in a given year. Every number is invented."""

import numpy as np

from ismarket import Driver, Effect, Parameter, entry, hookimpl

SOURCE = "assumption: an example, not an estimate"


def effects(market, p):
    """Lower the class's price: the brand keeps few units, the rest pays generic prices."""
    years_since_loss = market.elapsed + market.base_year - p.loss_year
    kept = entry.kept_volume(years_since_loss, after_one_year=p.kept)
    price = entry.mean_price(kept, entry.price_ratio(p.producers))
    yield Effect(
        "unit_price", np.log(price), mechanism="generic_entry", drug_class="anticonvulsants"
    )


DRIVER = Driver(
    name="generics",
    title="Generic anticonvulsants",
    effects=effects,
    parameters=(
        Parameter("loss_year", 2024, 2026, 2029, unit="calendar year", source=SOURCE,
                  title="Loss of exclusivity"),
        Parameter("kept", 0.2, 0.3, 0.5, unit="share of units", source=SOURCE, most=1.0,
                  title="What the brand keeps after one year"),
        Parameter("producers", 1, 3, 6, unit="producers", source=SOURCE,
                  title="Generic producers"),
    ),
)  # fmt: skip


@hookimpl
def register_drivers():
    """The entry."""
    return [DRIVER]
