"""The reference path as lines of spreadsheet formulas: what stands in which cell, and why.

Every formula is the one of the chain: shifts add on the link scale, and a stage is its base moved
by them as its link says.  Nothing here knows how a file is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..engine.forecast import Forecast
from ..engine.plan import drawn_parameters
from ..guard.contract import guarded_effects
from ..model.cause import EVERYWHERE
from ..model.driver import Driver, Effect
from ..model.launch import Launch
from ..model.market import Market
from ..model.stage import WORLD, Stage, slug

FIRST_ROW = 6
"""The first row of every sheet's lines, counted from 1 as a spreadsheet does."""
INPUTS, SHIFTS, FUNNEL, PATH = "Inputs", "Shifts", "Funnel", "Path"
EFFECTIVE = "D"
"""The column of the Inputs sheet that the formulas read."""
STAGE_COLUMNS = "step", "region", "class", "unit", "base"
SHIFT_COLUMNS = (
    "stage", "region", "class", "cause", "share today", "ceiling", "ratio", "half time, years",
    "factor",
)  # fmt: skip
PATH_COLUMNS = "region", "path", "bounds off"
WAYS = "low", "mode", "high", "drawn"
"""The lines of a path in each region: as its table has it, then at the value in use."""
LAUNCHED = "share of launch"
"""What stands for a stage beside the share that a launch takes of its class."""
Share = tuple[tuple[str, str, str], int]
"""Stage, region and class that a launch moves, and the row with its share by year."""
AS_RUN = ", values as run"
"""What marks a cause whose shifts are no formulas: a function of a driver computes them."""
YEAR, SHIFT_YEAR, PATH_YEAR = "{funnel}", "{shifts}", "{path}"
"""The column of a year on the sheet of the funnel, of the shifts and of a path, in a formula."""
MOVED = {
    "log": "$E{row}*EXP(<shift>)",
    "logit": "$E{row}*EXP(<shift>)/(1-$E{row}+$E{row}*EXP(<shift>))",
    "softmax": "$E{row}*EXP(<shift>)",
}
"""What a shift makes of a base, by link; under softmax that is a weight, and its share counts."""
TO_GO = "EXP(-LN(1+$F{row}/$E{row})/$H{row}*{t})"
SPREAD = (
    f"$I{{row}}*LN($G{{row}})*$E{{row}}*($F{{row}}-$E{{row}})*(1-{TO_GO})"
    f"/($E{{row}}+($F{{row}}-$E{{row}})*{TO_GO})"
)
"""Factor x log(ratio) x share gained on the logistic curve, ``t`` years after the base year."""
Line = list[str | float]
"""One line of a sheet from column A on: words, numbers and formulas, which begin with ``=``."""


@dataclass(frozen=True)
class InputRow:
    """One line of the Inputs sheet; ``current`` is the value in this run, low to high allowed."""

    key: str
    title: str
    current: float
    low: float
    mode: float
    high: float
    unit: str
    status: str
    source: str


def input_rows(forecast: Forecast) -> list[InputRow]:
    """Overlap, drivers and their strength, then every parameter that a formula reads."""
    scenario, drivers = forecast.plan.scenario, live_drivers(forecast)
    acting = {driver.name for driver in forecast.plan.drivers}

    def choice(key: str, title: str, now: float, high: float, unit: str) -> InputRow:
        return InputRow(
            key, title, now, 0.0, 1.0, high, unit, "choice", "choice of the scenario"
        )  # fmt: skip

    once = "1 counts a shared cause once, 0 once for each driver"
    rows = [choice("overlap", once, scenario.overlap, 1.0, "factor")]
    for d in drivers:
        on = float(d.name in acting)
        rows.append(choice(f"with.{d.name}", f"{d.title}: 1 in, 0 left out", on, 1.0, "0 or 1"))
    for d in drivers:
        title, now = f"{d.title}: factor on all its shifts", scenario.strength.get(d.name, 1.0)
        rows.append(choice(f"strength.{d.name}", title, now, 10.0, "factor"))
    computing = {driver.name for driver in computing_drivers(forecast)}
    for p in drawn_parameters(forecast.plan.market, drivers):
        if p.owner in computing:
            continue
        now = scenario.fixed.get(p.key, p.mode)
        rows.append(
            InputRow(p.key, p.title, now, p.low, p.mode, p.high, p.unit, p.status, p.source)
        )
    return rows


def live_drivers(forecast: Forecast) -> tuple[Driver, ...]:
    """The drivers that a workbook switches, in name order: those of its market.

    Of those with a function only the ones that act: what they bring stands as values.
    """
    tabled = [driver for driver in forecast.installed if driver.effects is None]
    return tuple(sorted((*tabled, *computing_drivers(forecast)), key=lambda driver: driver.name))


def computing_drivers(forecast: Forecast) -> list[Driver]:
    """The acting drivers with a function, whose effects no formula can say."""
    return [driver for driver in forecast.plan.drivers if driver.effects is not None]


def column(index: int) -> str:
    """The letters of a column, 0 is A."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_of(stage: Stage) -> str:
    """The name of the sheet with a stage's path; a spreadsheet takes 31 letters and no signs."""
    return f"{slug(stage.name).replace('_', ' ').capitalize()[:26]} path"


def each_year(formula: str, row: int, years: int) -> list[str]:
    """The formula of a row in every year, its columns filled in; ``{t}`` is 0 in the base year."""
    starts = {"funnel": STAGE_COLUMNS, "shifts": SHIFT_COLUMNS, "path": PATH_COLUMNS}
    return [
        "=" + formula.format(row=row, t=t, **{k: column(len(n) + t) for k, n in starts.items()})
        for t in range(years)
    ]


@dataclass(frozen=True, eq=False)
class Formulas:
    """Formulas of one forecast; ``where`` maps an input's key to its cell."""

    forecast: Forecast
    where: Mapping[str, str]

    @property
    def market(self) -> Market:
        """The market, its years cut at the horizon."""
        return self.forecast.plan.market

    def path(self, stage: Stage) -> list[Line]:
        """By region low, mode and high of a stage's path, and what is drawn, if it is followed.

        A drawn path lies as many of its bounds off the middle in all years as in the last.
        """
        assert stage.path is not None
        lines: list[Line] = []
        years, y = len(stage.path.mode), PATH_YEAR
        end = column(len(PATH_COLUMNS) + years - 1)
        for r, region in enumerate(self.market.regions if "region" in stage.by else (WORLD,)):
            low, mode, high, row = (FIRST_ROW + len(lines) + i for i in range(len(WAYS)))
            for way in WAYS[:-1]:
                lines.append([region, way, "", *map(float, getattr(stage.path, way)[:, r])])
            value = self.where.get(stage.parameters[r].key)
            if value is None:
                lines.append([region, "not followed"])
                continue
            above = f"({value}-{end}{mode})/({end}{high}-{end}{mode})"
            below = f"({value}-{end}{mode})/({end}{mode}-{end}{low})"
            off = f"=IF({value}>{end}{mode},{above},IF({value}<{end}{mode},{below},0))"
            drawn = f"{y}{mode}+MAX($C{row},0)*({y}{high}-{y}{mode})"
            drawn += f"+MIN($C{row},0)*({y}{mode}-{y}{low})"
            lines.append([region, WAYS[-1], off, *each_year(drawn, row, years)])
        return lines

    def _on_path(self, stage: Stage, region: str, way: str, year: str) -> str:
        """A cell of the sheet of a stage's path."""
        r = self.market.regions.index(region) if "region" in stage.by else 0
        return f"'{sheet_of(stage)}'!{year}{FIRST_ROW + len(WAYS) * r + WAYS.index(way)}"

    @cached_property
    def shifts(self) -> list[Line]:
        """A line a cause and region: its stage, curve, factor of its drivers, shift by year.

        What functions bring stands as values; drivers that share a cause bring the same.
        """
        lines, shares = list[Line](), list[Share]()
        claims, computed = self._claims(), self._computed()
        for stage, cause in sorted({*claims, *computed}):
            claimants, functions = claims.get((stage, cause), []), computed.get((stage, cause), {})
            factor = self._factor(sorted({*claimants, *functions}))
            if launches := self.market.mechanisms[cause].launches if claimants else ():
                shares += self._launches(lines, launches, factor)
            elif claimants:
                self._curves(lines, cause, factor)
            both = [name for name in functions if name in claimants or not claimants]
            for effect in functions[both[0]] if both else ():
                self._values(lines, effect, f"{cause}{AS_RUN}", factor)
        self._prices(lines, shares)
        return lines

    def _launches(self, lines: list[Line], launches: Sequence[Launch], factor: str) -> list[Share]:
        """Add the share that each launch takes, by region; where each stands."""
        found = []
        for one in launches:
            chance, year, peak, span, ratio = (self.where[p.key] for p in one.parameters)
            for region in one.regions:
                row = FIRST_ROW + len(lines)
                so_far = f"({self.market.base_year}+{{t}}+0.5-{year})/{span}"
                share = f"$I{row}*{chance}*{peak}*MIN(1,MAX(0,{so_far}))"
                years = each_year(share, row, len(self.market.years))
                taken = ["", "", f"={ratio}", "", factor]
                lines.append([LAUNCHED, region, one.drug_class, one.name, *taken, *years])
                found.append(((one.stage, region, one.drug_class), row))
        return found

    def _prices(self, lines: list[Line], shares: Sequence[Share]) -> None:
        """Add what the launches into a class make of its price, as a shift of its stage."""
        first = f"${column(len(SHIFT_COLUMNS))}"
        for stage, region, drug_class in dict.fromkeys(place for place, _ in shares):
            rows = [row for place, row in shares if place == (stage, region, drug_class)]

            def mean(at: str, rows: Sequence[int] = rows) -> str:
                taken = "+".join(f"{at}{row}" for row in rows)
                added = "+".join(f"{at}{row}*($G{row}-1)" for row in rows)
                return f"(1+({added})/MAX(1,{taken}))"

            price = f"LN({mean(SHIFT_YEAR)}/{mean(first)})"
            years = each_year(price, FIRST_ROW + len(lines), len(self.market.years))
            lines.append([stage, region, drug_class, "launches", *[""] * 5, *years])

    def _curves(self, lines: list[Line], name: str, factor: str) -> None:
        """Add the lines of a cause of the catalogue, its curve or path in formulas."""
        cause = self.market.mechanisms[name]
        stage = self.market.stage(cause.stage)
        for region in self.market.regions:
            curve: Line
            if cause.half_time is None:
                drawn = self._on_path(stage, region, WAYS[-1], PATH_YEAR)
                shift = f"$I{{row}}*LN({drawn}/{self._base(stage, region, '')})"
                curve = ["", "", "", ""]
            else:
                shift, shares = SPREAD, (cause.share, cause.ceiling)
                curve = [by.get(region, by.get(EVERYWHERE, 0.0)) for by in shares]
                curve += [f"={self.where[p.key]}" for p in (cause.ratio, cause.half_time)]
            years = each_year(shift, FIRST_ROW + len(lines), len(self.market.years))
            lines.append([stage.name, region, cause.drug_class, name, *curve, factor, *years])

    def _values(self, lines: list[Line], effect: Effect, said: str, factor: str) -> None:
        """Add the lines of what a function brings, as values of the reference case."""
        classes: Sequence[str] = (effect.drug_class,)
        if not effect.drug_class and effect.shift.shape[2] > 1:
            classes = self.market.drug_classes
        grid = len(self.market.years), len(self.market.regions), len(classes)
        shift = np.broadcast_to(effect.shift[..., 0], grid)
        for r, region in enumerate(self.market.regions):
            for c, drug_class in enumerate(classes):
                row = FIRST_ROW + len(lines)
                years = [f"=$I{row}*({value!r})".upper() for value in map(float, shift[:, r, c])]
                curve = [""] * 4
                lines.append([effect.stage, region, drug_class, said, *curve, factor, *years])

    def _claims(self) -> dict[tuple[str, str], list[str]]:
        """Causes with an effect by stage and name, each with the drivers that claim it."""
        claims: dict[tuple[str, str], list[str]] = {}
        for driver in live_drivers(self.forecast):
            for name in driver.claims:
                cause = self.market.mechanisms[name]
                if not cause.inert:
                    claims.setdefault((cause.stage, name), []).append(driver.name)
        return claims

    def _computed(self) -> dict[tuple[str, str], dict[str, list[Effect]]]:
        """What the functions of drivers bring in the reference case, by stage, cause and driver."""
        plan = self.forecast.plan
        values = {**plan.modes, **plan.fixed}
        found: dict[tuple[str, str], dict[str, list[Effect]]] = {}
        for driver in computing_drivers(self.forecast):
            for number, effect in enumerate(guarded_effects(plan.market, driver, values)):
                key = effect.stage, effect.mechanism or f"{driver.name}#{number + 1}"
                found.setdefault(key, {}).setdefault(driver.name, []).append(effect)
        return found

    def _factor(self, claimants: Sequence[str]) -> str:
        """What the drivers that share a cause make of it: overlap between largest and sum."""
        parts = [f"{self.where[f'with.{d}']}*{self.where[f'strength.{d}']}" for d in claimants]
        if len(parts) == 1:
            return f"={parts[0]}"
        rho = self.where["overlap"]
        joined = ",".join(parts)
        return f"={rho}*MAX({joined})+(1-{rho})*SUM({joined})"

    @cached_property
    def funnel(self) -> list[Line]:
        """A group of lines a stage, then people, value and, last, the count of the market."""
        market, lines = self.market, list[Line]()

        def add(step: str, region: str, c: str, unit: str, formula: str, base: str = "") -> str:
            row = FIRST_ROW + len(lines)
            years = each_year(formula, row, len(market.years))
            lines.append([step, region, c, unit, base, *years])
            return f"{YEAR}{row}"

        cells: dict[tuple[str, str], list[str]] = {}
        for stage in market.stages:
            classes = market.drug_classes if stage.by_class else ("",)
            for region in market.regions:
                moved = [self._moved(stage, region, c) for c in classes]
                bases = [f"={self._base(stage, region, c)}" for c in classes]
                if stage.link == "softmax":
                    weights = [
                        add(f"{stage.title}, weight", region, c, stage.unit, formula, base)
                        for c, formula, base in zip(classes, moved, bases, strict=True)
                    ]
                    moved = [f"{weight}/{_sum(weights)}" for weight in weights]
                    bases = [""] * len(classes)
                if stage.least is not None:
                    moved = [f"MAX({formula},{stage.least!r})" for formula in moved]
                cells[stage.name, region] = [
                    add(stage.title, region, c, stage.unit, formula, base)
                    for c, formula, base in zip(classes, moved, bases, strict=True)
                ]
        people = [stage.name for stage in market.stages if stage.role == "people"]
        for region in market.regions if people else ():
            counted = "*".join(_sum(cells[name, region]) for name in people)
            add("people", region, "", "a year", counted)
        values = []
        for region in market.regions:
            of_stages = [cells[stage.name, region] for stage in market.stages]
            for i, c in enumerate(market.drug_classes):
                product = "*".join(of_one[i % len(of_one)] for of_one in of_stages)
                values.append(add("value", region, c, "USD", product))
        add("count", "all", "", "USD", _sum(values))
        return lines

    def _moved(self, stage: Stage, region: str, drug_class: str) -> str:
        """A stage's base where it meets the sum of its shifts in a place, as its link says."""
        found = [
            f"{SHIFTS}!{SHIFT_YEAR}{row}"
            for row, line in enumerate(self.shifts, start=FIRST_ROW)
            if line[:2] == [stage.name, region] and line[2] in ("", drug_class)
        ]
        return MOVED[stage.link].replace("<shift>", "+".join(found)) if found else "$E{row}"

    def _base(self, stage: Stage, region: str, drug_class: str) -> str:
        """The cell of a stage before any cause moves it."""
        if stage.path is not None:
            return self._on_path(stage, region, "mode", f"${column(len(PATH_COLUMNS))}$")
        classes = self.market.drug_classes
        at = self.market.regions.index(region) if "region" in stage.by else 0
        at = at * len(classes) + classes.index(drug_class) if stage.by_class else at
        return self.where[stage.parameters[at].key]


def _sum(cells: Sequence[str]) -> str:
    """Cells of neighbouring rows, added."""
    return cells[0] if len(cells) == 1 else f"SUM({cells[0]}:{cells[-1]})"
