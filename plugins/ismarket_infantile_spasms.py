"""The market for infantile-spasms therapeutics, and the published estimates of it."""

from importlib.resources import files

from ismarket import hookimpl, read_anchors, read_market

NAME = "infantile-spasms"
TABLES = files("ismarket") / "data"


@hookimpl
def register_markets():
    """The world market from 2022 on, in five regions and three drug classes."""
    title = "Infantile spasms therapeutics, world market"
    money = "USD of 2022, net of rebates, before trade margins"
    return [
        read_market(TABLES, name=NAME, title=title, base_year=2022, horizon=2028, currency=money)
    ]


@hookimpl
def register_anchors():
    """Six published estimates of its size and growth."""
    return read_anchors(TABLES / "anchors.csv", NAME)
