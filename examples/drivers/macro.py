"""A macro table: income by year and region moves treatment. Every number is invented."""

from pathlib import Path

from ismarket import Driver, Effect, Option, Parameter, hookimpl

SOURCE = "assumption: an example, not an estimate"


def effects(market, p):
    """Raise the odds of treatment with income a head, as a power of it."""
    income = market.by_year_region(p.table, column=p.path)
    shift = p.weight * p.elasticity * market.log_change(income)
    yield Effect("treated", shift, mechanism="income")


DRIVER = Driver(
    name="macro",
    title="Income a head",
    effects=effects,
    parameters=(
        Parameter("elasticity", 0.1, 0.3, 0.6, unit="percent per percent", source=SOURCE,
                  title="Odds of treatment by income"),
    ),
    options=(
        Option("table", Path(__file__).with_name("income.csv"), columns=("year", "region"),
               title="Income a head by year and region"),
        Option("path", "steady", choices=("steady", "slow"), title="Path of income"),
        Option("weight", 1.0, low=0.0, high=2.0, unit="times", title="Weight of the table"),
    ),
)  # fmt: skip


@hookimpl
def register_drivers():
    """The macro driver, with three options."""
    return [DRIVER]
