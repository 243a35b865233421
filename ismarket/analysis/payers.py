"""What payers bought beside what the model implies: amounts and units of a class in a region.

A row of ``data/evidence/spending.csv`` that names a stage says which class and region it may be
set against, and that units are counted through that stage.  Scope differs (a payer buys for all
diseases, the model counts one), so more than a payer's is a contradiction to look into, and less
is none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from ..arrays import Array, Columns
from ..engine.blocks import stack
from ..engine.chain import Chain
from ..engine.plan import Plan
from ..model.market import Market
from ..model.stage import FUNNEL, PRICE_LEVEL, Stage, slug
from ..model.tables import Row, read_table
from ..text.sheet import Table, by_field
from ..text.wording import figure, mid_sentence, money, number, percent

COLUMNS = (
    "market drug_class metric payer region year value unit gross_net stage units_sold units_unit"
    " per_unit confidence".split()
)
MILLION = "USD million"
NET = "net"


@dataclass(frozen=True)
class Purchase:
    """What a payer bought of a class in a region in a year, beside the model's base year.

    ``paid`` is in USD of the base year, at list price unless ``net``; ``value`` the model's, the
    same way.  ``bought`` and ``implied`` are in ``unit``, the stage's; None where no units are
    printed.  ``arithmetic`` shows how both units come about.
    """

    drug_class: str
    region: str
    payer: str
    metric: str
    year: str
    net: bool
    value: float
    paid: float
    implied: float | None
    bought: float | None
    unit: str
    arithmetic: str
    source: str

    @property
    def within(self) -> bool:
        """True where the model holds no more than the payer bought, in amount and in units."""
        fewer = self.implied is None or self.bought is None or self.implied <= self.bought
        return self.value <= self.paid and fewer


def purchases(plan: Plan) -> tuple[Purchase, ...]:
    """The last year of each payer's series on file for the market of a plan, at its modes."""
    market = plan.market
    table = files("ismarket").joinpath("data", "evidence", "spending.csv")
    rows = [r for r in read_table(table, COLUMNS, others=True) if r.text("market") == market.name]
    rows = [r for r in rows if r.cells["stage"] and r.cells["unit"].startswith(MILLION)]
    last = {row.text("metric"): row for row in sorted(rows, key=lambda r: r.text("year"))}
    if not last:
        return ()
    values = Chain(plan).by_stage(stack(plan, plan.modes))
    return tuple(_purchase(market, row, values) for row in last.values())


def _purchase(market: Market, row: Row, values: Mapping[str, Array]) -> Purchase:
    region = row.choice("region", "region", market.regions)
    drug_class = row.choice("drug_class", "class", market.drug_classes)
    through = market.stage(row.text("stage"), row.where)
    place = market.regions.index(region), market.drug_classes.index(drug_class)
    found = {stage.name: _at(values[stage.name], place) for stage in market.stages}
    net = row.text("gross_net") == NET
    left_out = (PRICE_LEVEL,) if net else (PRICE_LEVEL, NET)
    value = math.prod(found[s.name] for s in market.stages if s.role not in left_out)
    dollars = market.prices(market.base_year) / market.prices(int(row.text("year")[:4]))
    bought = implied = None
    shown = ""
    if row.cells["units_sold"]:
        counted = market.stages[: market.stages.index(through) + 1]
        implied = math.prod(found[s.name] for s in counted)
        bought = row.number("units_sold") / row.number("per_unit")
        shown = _arithmetic(market, row, counted, found, implied, bought)
    names = {"region": region, "drug_class": drug_class}
    key = ".".join([FUNNEL, through.name, *(slug(names[axis]) for axis in through.by)])
    unit = next((p.unit for p in through.parameters if p.key == key), through.unit)
    return Purchase(
        drug_class, region, row.text("payer"), row.text("metric"), row.text("year"), net, value,
        1e6 * row.number("value") * dollars, implied, bought, unit, shown, row.text("source"),
    )  # fmt: skip


def _at(value: Array, place: tuple[int, int]) -> float:
    """A stage (year or 1, region or 1, class or 1, draw) in its first year at a place."""
    region, drug_class = (min(i, n - 1) for i, n in zip(place, value.shape[1:3], strict=True))
    return float(value[0, region, drug_class, 0])


def _arithmetic(
    market: Market,
    row: Row,
    counted: Sequence[Stage],
    values: Mapping[str, float],
    implied: float,
    bought: float,
) -> str:
    """Both numbers of units as somebody with a pencil would get them."""
    factors = " × ".join(f"{figure(values[s.name])} ({mid_sentence(s.title)})" for s in counted)
    sold, each = row.number("units_sold"), row.number("per_unit")
    over = f" / {each:g} = {number(bought, 0)}" if each != 1 else ""
    return (
        f"{row.text('drug_class')}, {row.text('region')}, {market.base_year}: {factors}"
        f" = {number(implied, 0)}. {row.text('payer')}, {row.text('year')}:"
        f" {sold:,.0f} {row.text('units_unit')}{over}."
    )


def parts(found: Sequence[Purchase], market: Market) -> list[str | Table]:
    """The comparison as a table, its arithmetic, and what it says."""
    if not found:
        return [f"· No payer's purchases of {market.name} are on file, so nothing that was"
                " bought is set against the model."]  # fmt: skip
    rows = []
    for one in found:
        units = "none printed"
        if one.implied is not None and one.bought:
            share = percent(one.implied / one.bought)
            units = f"{number(one.implied, 0)} of {number(one.bought, 0)}, {share}"
        paid = f"{money(one.value)} of {money(one.paid)}, {percent(one.value / one.paid)}"
        rows.append([f"{one.drug_class}, {one.region}", f"{one.payer}, {one.year}", paid, units])
    header = ["class", "payer", "USD, model of paid", "quantity, model of bought"]
    title = f"Against what payers report, before rebates, USD of {market.base_year}, likely values"
    return [Table(header, rows, 2, title), f"· {verdict(found)}",
            *(f"· Quantity: {one.arithmetic}" for one in found if one.arithmetic)]  # fmt: skip


def verdict(found: Sequence[Purchase]) -> str:
    """Whether the model stays within what payers report, and what that is worth."""
    above = [f"{one.drug_class} ({one.payer})" for one in found if not one.within]
    scope = (
        "A payer buys for all its patients and diseases, the model counts this disease in the whole"
        " region"
    )
    if not above:
        return f"The model holds less than each payer bought. {scope}: no contradiction, no proof."
    return f"The model holds more than was bought: {', '.join(above)}. {scope}."


def as_columns(found: Sequence[Purchase]) -> Columns:
    """The comparison as columns, amounts in USD of the base year."""
    return {**by_field(Purchase, found), "within": [one.within for one in found]}
