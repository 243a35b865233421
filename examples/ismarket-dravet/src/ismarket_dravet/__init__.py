"""Dravet syndrome as a second market: an illustration of every hook, not an estimate."""

from importlib.resources import files

from ismarket import hookimpl, read_anchors, read_market

from .charts import class_shares, classes_view
from .drivers import DRIVERS

ISMARKET_API = ">=1,<2"
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


@hookimpl
def register_views():
    """The same chart as a tab of the explorer, with its finding and its table."""
    return {"Classes, first and last": classes_view}


@hookimpl
def register_commands(cli):
    """``ismarket people``: how many people the market begins with, by region."""
    import click

    @cli.command()
    def people():
        """Print the people of the Dravet market in its base year, by region."""
        from ismarket import load_market

        market = load_market(NAME)
        counted = market.stages[0]
        for region, number in zip(market.regions, counted.path.mode[0], strict=True):
            click.echo(f"{region}, {market.base_year}: {number:,.0f} {counted.unit}")
