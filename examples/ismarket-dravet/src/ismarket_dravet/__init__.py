"""Dravet syndrome as a second market: an illustration of every hook, not an estimate."""

from importlib.resources import files

from ismarket import hookimpl, read_anchors, read_market

from .charts import class_shares
from .drivers import DRIVERS

ISMARKET_API = 1
NAME = "dravet"
TABLES = files(__name__) / "data"


@hookimpl
def register_markets():
    """Everyone who lives with it from 2024 on, in eight regions and five drug classes."""
    return [
        read_market(
            TABLES,
            name=NAME,
            title="Dravet syndrome, everyone on therapy (illustration)",
            base_year=2024,
            horizon=2030,
            currency="USD of 2024, after rebates and discounts; invented for illustration",
        )
    ]


@hookimpl
def register_anchors():
    """One invented estimate, where a published one would stand."""
    return read_anchors(TABLES / "anchors.csv", NAME)


@hookimpl
def register_drivers():
    """One driver for each curve, and one for each path of the tables."""
    return DRIVERS


@hookimpl
def register_charts():
    """The drug classes of any market, first and last year."""
    return {"class_shares": class_shares}
