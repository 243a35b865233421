"""What a forecast finds, as the titles of its views: its path, what carries it, where it is."""

from __future__ import annotations

from ..charts.contributions import price_drivers
from ..charts.fan import published
from ..charts.units import unit_of
from ..engine.dollars import dollars, speaker
from ..engine.forecast import UNEXPLAINED, Forecast
from ..model.driver import Driver
from ..text.sheet import rows_of
from ..text.wording import number, percent, signed

LEVEL = 0.02
"""Change over the whole period up to which a market stays where it is."""
SMALL = 0.005
"""Points a year that print as nothing."""
PRICES = "general prices"


def path_title(forecast: Forecast) -> str:
    """Where the reference case goes, in which dollars, and whether the report says so."""
    start = f"the market {_goes(forecast)}"
    basis = forecast.plan.market.price_level is not None
    head = f"{dollars(forecast)} {start}" if basis else start
    return f"{head[:1].upper()}{head[1:]}{_against(forecast)}"


def short_path_title(forecast: Forecast) -> str:
    """The same in few words: the dollars stand beside it, the report's value without its owner."""
    path, here = forecast.columns["reference"]["value"], _printed_last(forecast)
    own = unit_of(path[0]).show(path[-1])
    said = f", not {here}" if here and here != own else ", as printed" if here else ""
    return f"The market {_goes(forecast)}{said}"


def _goes(forecast: Forecast) -> str:
    """Where the reference case goes from the first year to the last."""
    path = forecast.columns["reference"]["value"]
    unit, last = unit_of(path[0]), forecast.years[-1]
    if stays(path):
        level = f"{number(path[0] / unit.size, min(1, unit.decimals))} {unit.name}"
        return f"stays near {level} to {last}: {unit.show(path[-1])}"
    verb = "rises" if path[-1] > path[0] else "falls"
    return f"{verb} to {unit.show(path[-1])} {unit.name} by {last}"


def _printed_last(forecast: Forecast) -> str:
    """What the report says of the last year, in the dollars shown; empty where it says nothing."""
    report = published(forecast)
    if not report["year"] or report["year"][-1] < forecast.years[-1]:
        return ""
    return unit_of(forecast.columns["reference"]["value"][0]).show(report["value"][-1])


def _against(forecast: Forecast) -> str:
    """What the report says of the last year, in its own figure and in the dollars shown."""
    plan, report = forecast.plan, published(forecast)
    if not report["year"]:
        return ", counted bottom-up"
    who, here = f"the {speaker(plan.anchor)}", _printed_last(forecast)
    if not here:
        return f"; {who} ends in {report['year'][-1]}"
    unit = unit_of(forecast.columns["reference"]["value"][0])
    own = unit.show(plan.anchor.at(forecast.years[-1]))
    agree = here == unit.show(forecast.columns["reference"]["value"][-1])
    its = f"{who}\N{RIGHT SINGLE QUOTATION MARK}s {own}"
    if here == own:
        return f", as {who} says" if agree else f", not {its}"
    return f", what {its} comes to" if agree else f"; {its} would be {here}"


def stays(path: list[float]) -> bool:
    """True where a path ends about where it begins."""
    return abs(path[-1] / path[0] - 1.0) < LEVEL


def growth_title(forecast: Forecast) -> str:
    """What general prices do, what is not in the report, what its causes carry, what is left."""
    growth, plan = forecast.growth, forecast.plan
    left = growth.points[UNEXPLAINED]
    if not plan.drivers:
        if abs(left) < SMALL:
            return f"No driver is on: the market stands still {growth.period}"
        return (
            f"No driver is on: all of the {signed(left, 2)} points a year {growth.period} stay"
            " unexplained"
        )
    prices = price_drivers(forecast)
    moves = [(PRICES, sum(growth.points[name] for name in prices))] if prices else []
    if most := largest_added(forecast):
        moves.append((short(most.title), growth.points[most.name]))
    said = [f"{what} {_does(points, many=what == PRICES)}" for what, points in moves]
    if said:
        said[0] += " points a year"
    parts = [" and ".join(said)] if said else []
    if plan.anchor.published:
        carried = sum(
            growth.points[driver.name]
            for driver in plan.drivers
            if driver.name in plan.contained and driver.name not in prices
        )
        who = speaker(plan.anchor)
        year = "" if said else " points a year"
        carry = f"the causes the {who} names carry {number(carried, 1)}{year}"
        parts.append(f"{carry} and nothing carries {number(left, 1)}")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}"


def largest_added(forecast: Forecast) -> Driver | None:
    """The driver that moves growth most of those that the report leaves out, prices apart."""
    apart = {*forecast.plan.contained, *price_drivers(forecast)}
    added = [driver for driver in forecast.plan.drivers if driver.name not in apart]
    return max(added, key=lambda d: abs(forecast.growth.points[d.name]), default=None)


def _does(points: float, *, many: bool) -> str:
    """What something does to growth, in points with one decimal."""
    verb = "add" if points >= 0 else "take"
    return f"{verb}{'' if many else 's'} {number(abs(points), 1)}"


def where_title(forecast: Forecast) -> str:
    """The largest region's share then and now, and the largest class's."""
    regions, classes = (rows_of(forecast.columns[k]) for k in ("region", "drug_class"))
    region = max(regions, key=lambda r: r["final"])
    drug = max(classes, key=lambda r: r["final"])
    before = region["base"] / sum(r["base"] for r in regions)
    name, first, last = region["name"], forecast.years[0], forecast.years[-1]
    then, now = percent(before), percent(region["share"])
    change = f"{then} of value in {first} and {now} in {last}"
    if then == now:
        change = f"{now} of value in {first} and still in {last}"
    return f"{name} is {change}; {drug['name']} alone is {percent(drug['share'])}"


def short(title: str) -> str:
    """The head of a cause's title, in lower case unless it is a proper name."""
    head = title.split(",")[0].split(" of parents")[0].split(" and next")[0]
    return head if head[1:2].isupper() else head[:1].lower() + head[1:]
