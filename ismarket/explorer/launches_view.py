"""The view Launches: which products may come, when, what each takes of its class and sells."""

from __future__ import annotations

from collections.abc import Sequence

from ..charts.launches import LaunchSeen, launches_of, picture
from ..charts.units import Unit, millions_of
from ..engine.forecast import Forecast
from ..text.wording import listed, number, percent
from .view import Column, View, ViewRow


def view(forecast: Forecast) -> View:
    """Every product that a driver claims, those that are off muted."""
    seen, last = launches_of(forecast), forecast.years[-1]
    acting = [one for one in seen if one.acts]
    unit = millions_of(max((one.sold["reference"] for one in acting), default=0.0))
    aid = (
        "Each product takes part of one class in some regions. Dots: its chance; ring and bar:"
        " launch year and range; curve and band: its share there, if it comes."
    )
    columns = (
        Column("Product", right=False), Column("Driver", right=False, wide=True), Column("Chance"),
        Column("Launch"), Column("Peak share", spare=True), Column("Price \N{MULTIPLICATION SIGN}"),
        Column(f"Sales {last}, {forecast.usd(unit.name)}"), Column("9 in 10 draws"),
    )  # fmt: skip
    rows = [_row(one, unit) for one in seen]
    return View(
        "launches", finding(forecast, acting), aid, note(acting), columns, rows,
        picture(forecast, seen),
    )  # fmt: skip


def finding(forecast: Forecast, acting: Sequence[LaunchSeen]) -> str:
    """What the products sell in the last year, and how many of them may never come."""
    last = forecast.years[-1]
    if not acting:
        return "No launch acts: every driver that claims one is off"
    sold = [one.sold["reference"] for one in acting]
    unit = millions_of(max(1e8, *sold))
    selling, whole = sum(value > 0 for value in sold), len(acting)
    sells = "sells" if selling == 1 else "sell"
    said = f"{selling} of {whole} launches {sells} {unit.show(sum(sold))} {unit.name} in {last}"
    if not selling:
        said = f"None of {whole} launches sells anything by {last} in the reference case"
    uncertain = sum(one.values[one.launch.chance.key] < 1.0 for one in acting)
    return f"{said}; {uncertain} of the {whole} may never come" if uncertain else said


def note(acting: Sequence[LaunchSeen]) -> str:
    """How a chance is drawn, and what a price against the displaced means."""
    head = "**A draw has a launch or has it not;** the reference case counts it at its chance."
    cheaper = [
        one.launch.product.split(",")[0]
        for one in acting
        if one.values[one.launch.price_ratio.key] < 1.0
    ]
    if not cheaper:
        return f"{head} Own sales are booked under the class that a product takes from."
    takes = "takes" if len(cheaper) == 1 else "take"
    return (
        f"{head} Cheaper than what they displace, {listed(cheaper)} {takes} value away from the"
        " class: own sales are not what a launch adds."
    )


def _row(one: LaunchSeen, unit: Unit) -> ViewRow:
    launch, values = one.launch, one.values
    chance, year, peak, years, ratio = (values[p.key] for p in launch.parameters)
    sold, between = "off", ""
    if one.acts:
        sold = unit.show(one.sold["reference"])
        between = f"{unit.show(one.sold['p5'])} to {unit.show(one.sold['p95'])}"
    cells = (
        launch.product, listed(list(one.drivers)), percent(chance), f"{year:.0f}", percent(peak),
        number(ratio, 2), sold, between,
    )  # fmt: skip
    detail = (
        f"Displaces {launch.drug_class} in {listed(list(launch.regions))}; {years:.2g} years to its"
        " peak share.",
        f"{launch.status}: {launch.source}",
        *([launch.note] if launch.note else []),
    )
    return ViewRow(cells, "plain" if one.acts else "muted", detail=detail)
