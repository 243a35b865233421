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
    """Newly diagnosed patients from 2022 on, in three regions and four drug classes."""
    title = "Dravet syndrome, new patients (illustration)"
    return [read_market(TABLES, name=NAME, title=title, base_year=2022, horizon=2028)]


@hookimpl
def register_anchors():
    """One invented estimate, where a published one would stand."""
    return read_anchors(TABLES / "anchors.csv", NAME)


@hookimpl
def register_drivers():
    """One driver for each curve."""
    return DRIVERS


@hookimpl
def register_charts():
    """The drug classes of any market, first and last year."""
    return {"class_shares": class_shares}
