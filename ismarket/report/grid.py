"""The reference path as lines of spreadsheet formulas: what stands in which cell, and why.

Every formula is the one of the chain: shifts add on the link scale, and a stage is its base moved
by them as its link says.  Nothing here knows how a file is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..engine.forecast import Forecast
from ..engine.plan import drawn_parameters
from ..errors import InputError
from ..model.cause import EVERYWHERE
from ..model.driver import Driver
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
    """Overlap, drivers and their strength, then every parameter that a driver or the funnel has."""
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
    for p in drawn_parameters(forecast.plan.market, drivers):
        now = scenario.fixed.get(p.key, p.mode)
        rows.append(
            InputRow(p.key, p.title, now, p.low, p.mode, p.high, p.unit, p.status, p.source)
        )
    return rows


def live_drivers(forecast: Forecast) -> tuple[Driver, ...]:
    """All drivers of the market, acting or left out, in name order; InputError for one with code.

    An effect that is a function of its own cannot be written as a formula.
    """
    check_formulas(forecast.plan.drivers)
    suited = [d for d in forecast.installed if d.suits(forecast.plan.market.name)]
    return tuple(sorted((d for d in suited if d.effects is None), key=lambda driver: driver.name))


def check_formulas(drivers: Iterable[Driver]) -> None:
    """Raise InputError that names a driver whose effects no formula can say."""
    for driver in drivers:
        if driver.effects is not None:
            raise InputError(
                f"driver {driver.name} computes effects of its own, which a workbook cannot hold"
                " as formulas; leave it out of the scenario (--without) for the workbook"
            )


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
        """A line a cause and region: its stage, curve, factor of its drivers, shift by year."""
        lines: list[Line] = []
        for name, claimants in self._claims().items():
            cause, factor = self.market.mechanisms[name], self._factor(claimants)
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
        return lines

    def _claims(self) -> dict[str, list[str]]:
        """Causes with an effect, each with the drivers that claim it."""
        claims: dict[str, list[str]] = {}
        for driver in live_drivers(self.forecast):
            for name in driver.claims:
                if not self.market.mechanisms[name].inert:
                    claims.setdefault(name, []).append(driver.name)
        return claims

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
