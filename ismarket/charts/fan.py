"""The fan: this scenario's path and draws against the published path, and the odds between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from ..engine.dollars import speaker
from ..engine.forecast import Forecast
from ..model.anchor import REAL
from ..text.wording import mid_sentence
from .marks import WORD, by_row, data, dots, full_rules, ink, px, py, rules, texts, word, x, y
from .picture import HEIGHT, Picture, columns_of, decimals_of, spread, ticks
from .units import Unit, quantile_dots, unit_of

LEFT, TOP, BOTTOM = 36.0, 22.0, 52.0
"""Room left of, above and below the plot, px."""
Place = Callable[[float], float]
RIGHT = "(width < 640 ? 206 : 222)"
"""Room for the dots and the labels, px; less in a narrow panel."""
PLOT = HEIGHT - TOP - BOTTOM
DOT = 8.6
"""Distance of two quantile dots, px."""
DOTS_WIDE = 36.0
"""Room for a row of dots, px, so that it ends before the labels."""
FLATTEST = 4.0
"""How many times its own span an axis may reach for the sake of a pin."""
X = {"low": "x0", "high": "x1", "left": f"{LEFT}", "right": f"width - {RIGHT}"}
Y = {"low": "y0", "high": "y1", "top": f"{TOP}", "bottom": f"height - {BOTTOM}"}
PARAMS = {"x0": 0.0, "x1": 1.0, "y0": 0.0, "y1": 1.0}


def layers() -> Any:
    """Bands, lines, published path, general prices, the pinned ghost, dots and their labels."""
    year, value = x("year", **X), y("value", **Y)
    whole = f"{LEFT}", f"width - {RIGHT}"

    def area(name: str, token: str, low: str, high: str) -> Any:
        band = alt.Chart(data(name)).mark_area(color=ink(token), aria=False)
        return band.encode(x=year, y=y(low, **Y), y2=high)

    def line(name: str, token: str, field: str, width: float, **mark: Any) -> Any:
        path = alt.Chart(data(name)).mark_line(
            color=ink(token), strokeWidth=width, aria=False, **mark
        )
        return path.encode(x=year, y=y(field, **Y))

    parts = [
        full_rules("yticks", "grid", *whole, value),
        area("pinned", "ghost", "p5", "p95"),
        area("fan", "band90", "p5", "p95"),
        area("fan", "band50", "p25", "p75"),
        *(line("pinned", "pinned", end, 1, strokeDash=[3, 2]) for end in ("p5", "p95", "p50")),
        line("prices", "prices", "value", 1.8, strokeDash=[1.5, 2.5]),
        line("fan", "model", "p50", 1.2),
        line("fan", "model", "value", 3),
        line("report", "report", "value", 2, strokeDash=[7, 4]),
        dots("start", year, value, size=50, color=by_row()),
        rules("kink", year, f"height - {BOTTOM}", f"height - {BOTTOM} + 12", "muted"),
        full_rules("axis", "muted", *whole, py(f"height - {BOTTOM} + 20")),
        dots("dots", px(f"width - {RIGHT} + 14 + datum.px"), size=46, color=by_row()),
        texts("xticks", year, py(f"height - {BOTTOM} + 36")),
        texts("ylabels"),
        texts("inside", year),
        texts("labels", px(f"width - {RIGHT} + datum.px")),
    ]
    return alt.layer(*parts)


@dataclass(frozen=True)
class Axis:
    """The axis of values, in ``unit``: its ends, its round marks, whether the pin fits on it."""

    unit: Unit
    low: float
    high: float
    marks: tuple[float, ...]
    holds_pin: bool

    def at(self, value: float) -> float:
        """Place of a value, px from the top."""
        return HEIGHT - BOTTOM - (value - self.low) / (self.high - self.low) * PLOT


def axis_of(forecast: Forecast, pinned: Forecast | None = None) -> Axis:
    """The axis of a fan: of its own draws, the published path, and the pin unless it is far off.

    It holds all of them in current dollars and in those of the base year, so that a change of
    dollars leaves it as it is.  A pin on another level would leave the fan flat; then the axis is
    the fan's own.
    """
    unit = unit_of(forecast.columns["summary"]["reference"][0])
    printed = published(forecast)
    own = [
        *_in_both(forecast, forecast, ("p5", "p95")),
        *_both_dollars(forecast, printed["year"], printed["value"]),
    ]
    both = own + ([] if pinned is None else _in_both(forecast, pinned, ("p5", "p95")))
    holds = max(both) - min(both) <= FLATTEST * (max(own) - min(own))
    ends = [value / unit.size for value in (both if holds else own)]
    room = 0.14 * (max(ends) - min(ends))  # below, for the words at the foot
    marks = ticks(max(0.0, min(ends) - room), max(ends))
    return Axis(unit, marks[0], marks[-1], tuple(marks), holds)


def _in_both(forecast: Forecast, other: Forecast, names: Sequence[str]) -> list[float]:
    """Columns of a forecast's summary in the years of the fan, in both kinds of dollars."""
    found: list[float] = []
    for name in names:
        values = _of_years(forecast, other, name)
        found += _both_dollars(other, _of_years(forecast, other, "year"), values)
    return found


def _both_dollars(forecast: Forecast, years: Sequence[int], values: list[float]) -> list[float]:
    """Amounts as they are, and in the dollars that the forecast does not count in."""
    market, power = forecast.plan.market, -1 if forecast.plan.in_current_dollars else 1
    pairs = zip(years, values, strict=True)
    return [*values, *(value * market.prices(year) ** power for year, value in pairs)]


def prices_alone(forecast: Forecast) -> dict[str, list[Any]]:
    """The first year's level moved by general prices alone, USD; empty where dollars have no basis.

    It stands still in dollars of the base year.
    """
    plan, years = forecast.plan, list(forecast.years)
    if plan.market.price_level is None:
        return {"year": [], "value": []}
    first = forecast.columns["reference"]["value"][0]
    moved = [plan.market.prices(t) / plan.market.prices(years[0]) for t in years]
    return {
        "year": years,
        "value": [first * m if plan.in_current_dollars else first for m in moved],
    }


def _of_years(forecast: Forecast, pinned: Forecast | None, name: str) -> list[Any]:
    """A column of the pin's summary in the years that the forecast has as well."""
    if pinned is None:
        return []
    table = pinned.columns["summary"]
    found = zip(table["year"], table[name], strict=True)
    return [value for year, value in found if year in forecast.years]


def picture(forecast: Forecast, pinned: Forecast | None = None) -> Picture:
    """The rows of the fan; ``pinned`` is drawn as a ghost behind, where the axis holds it."""
    summary, axis = forecast.columns["summary"], axis_of(forecast, pinned)
    unit, at = axis.unit, axis.at
    shown = {k: [v / unit.size for v in summary[k]] for k in ("p5", "p25", "p50", "p75", "p95")}
    path = [v / unit.size for v in summary["reference"]]
    fan = {"year": list(forecast.years), "value": path, **shown}
    report, prices = published(forecast), prices_alone(forecast)
    drawn = pinned if axis.holds_pin else None
    decimals = decimals_of(axis.marks)
    start_color = "report" if forecast.plan.anchor.published else "model"
    datasets = {
        "fan": fan,
        "pinned": {
            name: [v if name == "year" else v / unit.size for v in _of_years(forecast, drawn, name)]
            for name in ("year", "p5", "p50", "p95")
        },
        "report": {"year": report["year"], "value": [v / unit.size for v in report["value"]]},
        "prices": {"year": prices["year"], "value": [v / unit.size for v in prices["value"]]},
        "yticks": {"value": list(axis.marks)},
        "ylabels": columns_of(
            [word(f"{t:,.{decimals}f}", LEFT - 6, at(t), "muted", align="right", size=11)
             for t in axis.marks] + [word(forecast.usd(unit.name), 0, 7, "muted", size=11)]
        ),
        "start": {
            "year": [forecast.years[0]], "value": path[:1], "color": [start_color]
        },
        "axis": {"px": [0]},
        "xticks": columns_of(year_labels(forecast)),
        "kink": {"year": [k["year"] for k in turning_points(forecast)]},
        "dots": _dots(forecast, axis),
        "inside": columns_of(inside(forecast, unit, at), ["year", "text", *WORD]),
        "labels": columns_of(labels(forecast, drawn, unit, at)),
    }  # fmt: skip
    params = {"x0": forecast.years[0], "x1": forecast.years[-1], "y0": axis.low, "y1": axis.high}
    return Picture("fan", datasets, alternative(forecast, pinned), params)


def _dots(forecast: Forecast, axis: Axis) -> dict[str, list[Any]]:
    """Twenty dots, each 1 draw in 20; beside each other where they share a place.

    A row of many is set closer, so that it never reaches the labels.
    """
    last, report = forecast.years[-1], published(forecast)
    reached = report["value"][-1] if report["year"] and report["year"][-1] == last else np.inf
    rows: list[dict[str, Any]] = []
    taken: dict[int, int] = {}
    for value in quantile_dots(forecast.draws.total[-1]):
        bin_ = round(axis.at(float(np.clip(value / axis.unit.size, axis.low, axis.high))) / DOT)
        rank = taken[bin_] = taken.get(bin_, -1) + 1
        color = "report" if value >= reached else "model"
        rows.append({"px": rank, "py": bin_, "color": color})
    apart = {bin_: min(DOT, DOTS_WIDE / max(1, rank)) for bin_, rank in taken.items()}
    return columns_of(
        [{**row, "px": row["px"] * apart[row["py"]], "py": row["py"] * DOT} for row in rows]
    )


def published(forecast: Forecast) -> dict[str, list[Any]]:
    """The published path in the years of the forecast that the report speaks of, USD."""
    anchor = forecast.plan.anchor
    years = [t for t in forecast.years if anchor.published and t <= anchor.last_year]
    return {"year": years, "value": [forecast.plan.printed(t) for t in years]}


def year_labels(forecast: Forecast) -> list[dict[str, Any]]:
    """The years under the axis, at most nine, the first and the last in bold."""
    years, rows = forecast.years, []
    step = -(-len(years) // 8)
    for index, year in enumerate(years):
        end = index in (0, len(years) - 1)
        if end or (index % step == 0 and len(years) - 1 - index >= step):
            color, weight = ("ink", 600) if end else ("muted", 400)
            rows.append({"year": year, **word(str(year), 0, 0, color, align="center",
                                              weight=weight, size=11)})  # fmt: skip
    return rows


def turning_points(forecast: Forecast) -> list[dict[str, Any]]:
    """The last year in which a path is counted, not projected, if the fan opens after it."""
    market = forecast.plan.market
    followed = {
        market.mechanisms[name].stage
        for driver in forecast.plan.drivers
        for name in driver.claims
        if market.mechanisms[name].kind == "path"
    }
    for stage in market.stages:
        if stage.path is not None and stage.name in followed:
            last = market.base_year + stage.path.known - 1
            if forecast.years[0] <= last < forecast.years[-1]:
                return [{"year": last, "stage": mid_sentence(stage.title)}]
    return []


def inside(forecast: Forecast, unit: Unit, at: Place) -> list[dict[str, Any]]:
    """Words on the plot itself: where the path starts, why the fan opens, what the bands are."""
    anchor, years, rows = forecast.plan.anchor, forecast.years, []
    summary = forecast.columns["summary"]
    first = summary["reference"][0]
    if anchor.published:
        moved = f"{anchor.base_year}, moved on, to " if anchor.base_year < years[0] else ""
        verb = "pooled" if anchor.spread else "printed"
        own = unit.show(anchor.at(years[0]))
        as_own = "" if own == unit.show(first) else f", {own} in its own dollars,"
        words = f"{unit.show(first)}{as_own} {verb} for {moved}{years[0]}"
        below = at(first / unit.size) + 18
        rows.append({"year": years[0], **word(words, 0, below, "report_text")})
    for kink in turning_points(forecast):
        opens = ", so the fan opens" if summary["p5"][0] == summary["p95"][0] else ""
        text = f"from here projections of {kink['stage']}{opens}"
        rows.append(
            {"year": kink["year"], **word(text, 0, HEIGHT - BOTTOM + 7, "muted", size=11, dx=6)}
        )
    return rows


def labels(
    forecast: Forecast, pinned: Forecast | None, unit: Unit, at: Place
) -> list[dict[str, Any]]:
    """Every line's last value with its name, in two columns of words, kept apart."""
    summary = {k: v[-1] for k, v in forecast.columns["summary"].items()}
    lines = [
        (summary["p95"], "9 in 10, high", "ink2"),
        (summary["p50"], "median draw", "ink2"),
        (summary["reference"], "reference", "model"),
        (summary["p25"], f"to {unit.show(summary['p75'])}: half of draws", "ink2"),
        (summary["p5"], "9 in 10, low", "ink2"),
    ]
    report = published(forecast)
    if report["year"] and report["year"][-1] == forecast.years[-1]:
        lines.append((report["value"][-1], _spoken(forecast), "report_text"))
    if prices := prices_alone(forecast)["value"]:
        moved = "" if forecast.plan.in_current_dollars else ", flat"
        lines.append((prices[-1], f"prices alone{moved}", "prices_text"))
    if pinned is not None and forecast.years[-1] in pinned.years:
        ghost = pinned.columns["summary"]
        at_last = pinned.years.index(forecast.years[-1])
        lines.append((ghost["p95"][at_last], "pinned, high", "pinned"))
    lines.sort(key=lambda line: -line[0])
    places = spread([at(v / unit.size) for v, _, _ in lines], TOP - 14, HEIGHT - BOTTOM + 10)
    rows = []
    for (value, name, color), place in zip(lines, places, strict=True):
        rows.append(word(unit.show(value), 88, place, color, align="right", weight=600))
        rows.append(word(name, 92, place, color))
    rows.append(word("1 dot: 1 draw in 20", 18, HEIGHT - BOTTOM + 36, "muted", size=11))
    return rows


def _spoken(forecast: Forecast) -> str:
    """Whose the published path is; how it is read where that is not as in each year's dollars."""
    anchor = forecast.plan.anchor
    return speaker(anchor) + (", if constant" if anchor.price_basis == REAL else "")


def alternative(forecast: Forecast, pinned: Forecast | None = None) -> str:
    """The fan in words: kind, what, then every labelled number in the order of the table."""
    summary = forecast.columns["summary"]
    unit = unit_of(summary["reference"][0])
    first, last = forecast.years[0], forecast.years[-1]
    anchor = forecast.plan.anchor
    whose = f"{anchor.publisher} {anchor.base_year}" if anchor.published else "bottom-up count"
    parts = [f"Fan chart, {forecast.usd(unit.name)} a year, {first} to {last}, anchor {whose}."]
    report = published(forecast)
    if report["year"]:
        end = report["year"][-1]
        who = speaker(anchor).capitalize()
        parts.append(f"{who} {unit.show(report['value'][-1])} in {end}.")
    if prices := prices_alone(forecast)["value"]:
        parts.append(f"General prices alone {unit.show(prices[-1])} in {last}.")
    parts.append(
        f"Reference {unit.show(summary['reference'][0])} in {first},"
        f" {unit.show(summary['reference'][-1])} in {last}."
        f" Median draw {unit.show(summary['p50'][-1])};"
        f" half of draws {unit.show(summary['p25'][-1])} to {unit.show(summary['p75'][-1])};"
        f" 9 in 10 draws {unit.show(summary['p5'][-1])} to {unit.show(summary['p95'][-1])}."
    )
    if pinned is not None:
        ghost = {k: v[-1] for k, v in pinned.columns["summary"].items()}
        parts.append(
            f"Pinned: reference {unit.show(ghost['reference'])}, 9 in 10 draws"
            f" {unit.show(ghost['p5'])} to {unit.show(ghost['p95'])} in {pinned.years[-1]}."
        )
    return " ".join(parts)
