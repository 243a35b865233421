"""The view Scenarios: levels against choices, every combination on the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..analysis.grid import ScenarioGrid
from ..arrays import Array
from ..charts.multiples import picture
from ..charts.picture import Picture
from ..engine.forecast import Forecast
from ..model.anchor import Anchor
from ..model.grid import STRENGTH, GridAxis
from ..model.scenario import Scenario, same_choices
from ..text.sheet import rows_of
from ..text.wording import money, money_range, signed
from .view import Column, View, ViewRow

LEVEL, TURNED = "anchor", "without"
STRENGTHS = (0.0, 0.5, 1.0, 1.5)
MOST_LEVELS, MOST_TURNED = 3, 4
"""So many market levels, and choices of drivers, are set side by side at most."""
AS_IT_STANDS = "As it stands"


@dataclass(frozen=True, eq=False)
class NamedGrid:
    """A grid of scenarios in the words of a panel: ``names`` are what it calls keys."""

    found: ScenarioGrid
    names: Mapping[str, str]
    drawn: dict[str, Picture] = field(default_factory=dict)

    def said(self, axis: GridAxis, value: Any) -> str:
        """What a value of an axis is called: a level, a driver turned on or off, a strength."""
        if axis.name == LEVEL:
            return self.names[value]
        if axis.name.startswith(STRENGTH):
            title = self.names[axis.name.removeprefix(STRENGTH)]
            return f"{title} \N{MULTIPLICATION SIGN} {value:g}"
        before, now = set(axis.options[0]), set(value)
        turned = [f"+ {self.names[name]}" for name in sorted(before - now)]
        turned += [f"\N{MINUS SIGN} {self.names[name]}" for name in sorted(now - before)]
        return ", ".join(turned) or AS_IT_STANDS

    def called(self, place: int) -> str:
        """What the scenario of that place is called."""
        values = self.found.values_of(place)
        words = [self.said(axis, values[axis.name]) for axis in self.found.axes]
        return ", ".join(word for word in words if word != AS_IT_STANDS) or AS_IT_STANDS

    def at(self, current: Scenario) -> int:
        """The place of a scenario, -1 where it is none of them."""
        every = enumerate(one.plan.scenario for one in self.found.outcomes)
        return next((i for i, one in every if same_choices(one, current)), -1)

    def picture(self, place: int) -> Picture:
        """The multiples with one of them as the reader's own."""
        name = self.found.outcomes[place].plan.scenario.name if place >= 0 else ""
        if name not in self.drawn:
            self.drawn[name] = picture(self.found, said=self.said, chosen=name)
        return self.drawn[name]


def axes_offered(forecast: Forecast) -> dict[str, str]:
    """What may be set side by side: levels, drivers turned on or off, the strength of one."""
    strengths = {f"{STRENGTH}{d.name}": f"strength of {d.title}" for d in forecast.installed}
    return {LEVEL: "market levels", TURNED: "one driver turned", **strengths}


def options(forecast: Forecast, axis: str) -> list[Any]:
    """The values of an axis that are worth a look, the scenario's own first."""
    plan, scenario = forecast.plan, forecast.plan.scenario
    if axis == LEVEL:
        own = plan.market.anchors.get(scenario.anchor)

        def distance(other: Anchor) -> int:
            if own is not None and other.publisher == own.publisher:
                return int(other is not own)
            return 3 if other.published else 2

        every = sorted(plan.market.anchors.values(), key=distance)
        return [scenario.anchor, *(a.name for a in every if a is not own)][:MOST_LEVELS]
    if axis != TURNED:
        return list(STRENGTHS)
    table = forecast.columns["attribution"]
    points = dict(zip(table["driver"], map(abs, table["points"]), strict=True))
    acting = {driver.name for driver in plan.drivers}
    names = sorted((d.name for d in forecast.installed),
                   key=lambda name: (name in acting, -points.get(name, 0.0)))  # fmt: skip
    left_out = set(scenario.without)
    turned = [tuple(sorted(left_out ^ {name})) for name in names]
    return [tuple(scenario.without), *turned][:MOST_TURNED]


def view(current: Scenario, compared: NamedGrid | None) -> View:
    """The multiples and a row a scenario, once some were set side by side."""
    if compared is None:
        title, aid = "Scenarios side by side", "None compared yet: choose what differs below."
        return View("scenarios", title, aid, "", (), (), None)
    found, chosen = compared.found, compared.at(current)
    draws = found.base.scenario.draws
    aid = (
        f"{len(found.outcomes)} scenarios on the same {draws:,} draws: what differs between two is"
        " what was chosen. A row of the table opens one; purple is the one that is open."
    )
    columns = (
        Column("Scenario", right=False), Column("Last year"), Column("Value"),
        Column("9 in 10 draws"), Column("% a year"), Column("Unexplained", wide=True),
        Column("Dollars", right=False, wide=True),
    )  # fmt: skip
    rows = [
        ViewRow(
            (compared.called(place), str(row["year"]), money(row["reference"]),
             money_range(row["p5"], row["p95"]), signed(100 * row["cagr"], 1),
             "" if row["unexplained_points"] is None else signed(row["unexplained_points"], 2),
             row["unit"]),
            "strong" if place == chosen else "plain", choice=str(place), chosen=place == chosen,
        )
        for place, row in enumerate(rows_of(found.columns["scenarios"]))
    ]  # fmt: skip
    return View("scenarios", finding(compared), aid, "", columns, rows, compared.picture(chosen),
                picks="scenario")  # fmt: skip


def finding(compared: NamedGrid) -> str:
    """How far growth goes over all of them, and what moves it most."""
    found = compared.found
    growth, means = found.growth, found.growth_by_axis()
    most = int(np.argmax([np.ptp(mean) for mean in means]))
    low, high = (signed(100 * float(end), 1) for end in (growth.min(), growth.max()))
    if low == high:
        return f"{low}% a year in all {len(growth)}: nothing that differs moves growth"
    what, grows = _mover(compared, found.axes[most], means[most]), int((growth > 0).sum())
    return (
        f"From {low} to {high}% a year: {what} moves growth most; the market grows in {grows} of"
        f" {len(growth)}"
    )


def _mover(compared: NamedGrid, axis: GridAxis, mean: Array) -> str:
    """The choice of an axis that moves growth most, by its mean growth at each value."""
    if axis.name == LEVEL:
        return "the market level"
    if axis.name != TURNED:
        return f"the strength of {compared.names[axis.name.removeprefix(STRENGTH)]}"
    before, now = (set(axis.options[i]) for i in (0, int(abs(mean - mean[0]).argmax())))
    if taken := before - now:
        return f"taking {compared.names[taken.pop()]} in"
    return f"leaving {compared.names[(now - before).pop()]} out"
