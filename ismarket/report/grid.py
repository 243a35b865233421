"""The reference path as a grid of spreadsheet formulas: what stands in which cell, and why.

Every formula is the one of the funnel: shifts add on the link scale, shares move by odds ratios,
the class mix by weight ratios, money by rate ratios.  Nothing here knows how a file is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..engine.forecast import Forecast
from ..engine.plan import drawn_parameters
from ..errors import InputError
from ..model.cause import Mechanism
from ..model.driver import Driver
from ..model.market import Market, slug
from ..model.parameter import Parameter

FIRST_ROW = 6
"""The first row of inputs, counted from 1 as a spreadsheet does."""
INPUTS, SHIFTS, BIRTHS, FUNNEL, PATH = "Inputs", "Shifts", "Births", "Funnel", "Path"
EFFECTIVE = "D"
"""The column of the Inputs sheet that the formulas read."""


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
    scenario, market = forecast.plan.scenario, forecast.plan.market
    acting = {driver.name for driver in forecast.plan.drivers}
    choice = "choice of the scenario"
    rows = [
        InputRow(
            "overlap", "1 counts a shared cause once, 0 once for each driver",
            scenario.overlap, 0.0, 1.0, 1.0, "factor", "choice", choice,
        )
    ]  # fmt: skip
    for driver in live_drivers(forecast):
        on = float(driver.name in acting)
        rows.append(
            InputRow(
                f"with.{driver.name}", f"{driver.title}: 1 in, 0 left out",
                on, 0.0, 1.0, 1.0, "0 or 1", "choice", choice,
            )
        )  # fmt: skip
    for driver in live_drivers(forecast):
        strength = scenario.strength.get(driver.name, 1.0)
        rows.append(
            InputRow(
                f"strength.{driver.name}", f"{driver.title}: factor on all its shifts",
                strength, 0.0, 1.0, 10.0, "factor", "choice", choice,
            )
        )  # fmt: skip
    for p in drawn_parameters(market, live_drivers(forecast)):
        current = scenario.fixed.get(p.key, p.mode)
        rows.append(_parameter_row(p, current))
    return rows


def _parameter_row(p: Parameter, current: float) -> InputRow:
    return InputRow(p.key, p.title, current, p.low, p.mode, p.high, p.unit, p.status, p.source)


def live_drivers(forecast: Forecast) -> tuple[Driver, ...]:
    """All installed drivers, acting or left out, in name order; InputError for one with code.

    An effect that is a function of its own cannot be written as a formula.
    """
    acting = {driver.name for driver in forecast.plan.drivers}
    check_formulas(forecast.plan.drivers)
    installed = [d for d in forecast.installed if d.effects is None or d.name in acting]
    return tuple(sorted(installed, key=lambda driver: driver.name))


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


@dataclass(frozen=True)
class Formulas:
    """Formulas of one forecast; ``where`` maps an input's key to its cell."""

    forecast: Forecast
    where: dict[str, str]

    @property
    def market(self) -> Market:
        """The market, its years cut at the horizon."""
        return self.forecast.plan.market

    def shift_rows(self) -> list[tuple[str, list[str | float], list[str]]]:
        """Rows of the Shifts sheet: slot key, fixed cells, one formula a year.

        Fixed cells: mechanism, share today, ceiling, ratio, half time, factor of its drivers.
        """
        rows: list[tuple[str, list[str | float], list[str]]] = []
        for name, claimants in self._claims().items():
            mechanism = self.market.mechanisms[name]
            factor = self._factor(claimants)
            for index, region in enumerate(self.market.regions):
                row = FIRST_ROW + len(rows)
                key = f"{mechanism.stage}|{mechanism.drug_class}|{region}"
                if mechanism.kind == "path":
                    cells: list[str | float] = [name, "", "", "", "", factor]
                    years = [
                        f"=$G{row}*LN({BIRTHS}!{column(4 + t)}{self.births_row(index, 'drawn')}"
                        f"/{BIRTHS}!$E{self.births_row(index, 'mode')})"
                        for t in range(len(self.market.years))
                    ]
                else:
                    cells = [name, *self._curve(mechanism, region), factor]
                    years = [self._shift(row, t) for t in range(len(self.market.years))]
                rows.append((key, cells, years))
        return rows

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

    def _curve(self, mechanism: Mechanism, region: str) -> list[str | float]:
        half_time = mechanism.half_time
        return [
            mechanism.share[region],
            mechanism.ceiling[region],
            f"={self.where[mechanism.ratio.key]}",
            f"={self.where[half_time.key]}" if half_time else "",
        ]

    def _shift(self, row: int, t: int) -> str:
        """log(ratio) x share gained on the logistic curve after ``t`` years."""
        if t == 0:
            return "=0"
        left = f"EXP(-LN(1+$D{row}/$C{row})/$F{row}*{t})"
        gained = f"$C{row}*($D{row}-$C{row})*(1-{left})/($C{row}+($D{row}-$C{row})*{left})"
        return f"=$G{row}*LN($E{row})*{gained}"

    def births_row(self, region: int, which: str) -> int:
        """The row of a region's births: low, mode or high of the tables, or as drawn."""
        return FIRST_ROW + 4 * region + ("low", "mode", "high", "drawn").index(which)

    def drawn_births(self, region: int, t: int) -> str:
        """Births of a year, as many times its bound from the medium path as the last year's."""
        stage = self.market.stage("births")
        assert stage.path is not None  # the workbook has a Births sheet only with a path
        last = column(4 + len(stage.path.mode) - 1)
        value = self.where[stage.parameters[region].key]
        low, mode, high = (self.births_row(region, which) for which in ("low", "mode", "high"))
        here = column(4 + t)
        bottom, middle, top = f"${last}{low}", f"${last}{mode}", f"${last}{high}"
        up = f"IF({top}>{middle},MAX({value}-{middle},0)/({top}-{middle}),0)"
        down = f"IF({middle}>{bottom},MAX({middle}-{value},0)/({middle}-{bottom}),0)"
        return f"={here}{mode}+{up}*({here}{high}-{here}{mode})-{down}*({here}{mode}-{here}{low})"

    def slot(self, stage: str, drug_class: str, region: str, t: int) -> str:
        """The sum of the shifts of one stage, class and region in one year."""
        year = column(7 + t)
        keys = f"{SHIFTS}!$A:$A"
        return f'SUMIF({keys},"{stage}|{drug_class}|{region}",{SHIFTS}!{year}:{year})'

    def base(self, stage: str, region: str, drug_class: str = "") -> str:
        """The cell of a funnel parameter."""
        names = [slug(name) for name in (region, drug_class) if name]
        return self.where[".".join(["funnel", stage, *names])]
