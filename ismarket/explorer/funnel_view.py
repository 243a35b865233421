"""The view Funnel: from people to dollars at list price and kept, and each region's part of it."""

from __future__ import annotations

from ..charts.funnel import picture, region_steps
from ..engine.forecast import Forecast
from ..engine.roles import summarised
from ..engine.waterfall import (
    LIST,
    NET,
    Waterfall,
    WaterfallStep,
    kept_of_list,
    largest_region,
    scaled,
)
from ..model.stage import WORLD
from ..text.wording import nonzero, number, percent
from .view import Column, View, ViewRow


def view(forecast: Forecast, region: str = "") -> View:
    """The count of the first year step by step, in all regions or one, and its table by region."""
    found = forecast.waterfall()
    aid = (
        f"The count, stage by stage, in {found.year}; lines are 9 in 10 draws. Under each name what"
        " the stage does to the one above."
    )
    title = f"{kept_of_list(found).replace('USD ', '')}; {largest_region(found)}"
    heads = enumerate(_heads(found))
    columns = tuple(Column(name, right=index > 0, wide=wide) for index, (name, wide) in heads)
    if region:
        aid += f" {region} alone, on a scale of its own."
    rows, chart = _rows(found, region), picture(forecast, found, region)
    return View("funnel", title, aid, scaled(found), columns, rows, chart, picks="region")


def _heads(found: Waterfall) -> list[tuple[str, bool]]:
    """The columns, and which of them a narrow table leaves out."""
    counted = [(step.title, step.role == "people") for step in _counted(found)]
    money = [("List, M", False)] if found.has_rebates else []
    kept = [("Kept", True)] if found.has_rebates else []
    each = [("Net USD each", False)] if found.people else []
    net = ("Net, M", False), ("9 in 10 draws", True)
    first = f"{found.year}, {found.dollars.removesuffix(' M')}"
    return [(first, False), *counted, *money, *net, *kept, *each]


def _counted(found: Waterfall) -> list[WaterfallStep]:
    """The first and last of people that the chart draws, and what they use where it adds up."""
    used = [s for s in found.counted if s.role != "people" and s.amount() is not None]
    return [step for step in region_steps(found) if step.role == "people"] + used


def _rows(found: Waterfall, region: str) -> list[ViewRow]:
    """A row a region and one of all, each of which the chart shows if it is chosen."""
    rows = []
    for at, name in (*enumerate(found.regions), (None, WORLD)):
        tone, chosen = "strong" if at is None else "plain", name == (region or WORLD)
        rows.append(ViewRow(_cells(found, at, name), tone, name, chosen))
    return rows


def _cells(found: Waterfall, region: int | None, name: str) -> tuple[str, ...]:
    counted = [number(float(step.total(region)[0]), 0) for step in _counted(found)]
    net = summarised(found.step(NET).total(region))
    cells = [name, *counted]
    if found.has_rebates:
        cells.append(_millions(float(found.step(LIST).total(region)[0])))
    cells += [_millions(net.reference), f"{_millions(net.p5)} to {_millions(net.p95)}"]
    if found.has_rebates:
        cells.append(percent(found.kept(region)))
    if found.people:
        cells.append(number(net.reference / float(found.people[-1].total(region)[0]), 0))
    return tuple(cells)


def _millions(usd: float) -> str:
    """Millions with a decimal, two below ten."""
    return nonzero(usd / 1e6, 1 if abs(usd) >= 9.95e6 else 2)
