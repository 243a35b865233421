"""The funnel: the people that each stage leaves, and the money, in the first year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from ..engine.blocks import cells_of, stack
from ..engine.chain import Chain, people
from ..engine.forecast import Forecast
from ..text.wording import number, percent, signed
from .marks import full_rules, ink, level_bars, rules, texts, word, x
from .picture import Picture, columns_of, shortened

TOP, STEP, FOOT = 34.0, 44.0, 22.0
X = {"low": "x0", "high": "x1", "left": "180", "right": "width - 250"}
PARAMS = {"x0": 0.0, "x1": 1.0}


@dataclass(frozen=True)
class FunnelStep:
    """One step of the funnel: people in the first year of the forecast, in the whole market."""

    title: str
    unit: str
    people: float
    of_before: float


def steps_of(forecast: Forecast) -> list[FunnelStep]:
    """People at each step in the first year of the forecast, every input at its reference."""
    plan = forecast.plan
    stages = plan.market.stages
    values = Chain(plan).by_stage(stack(plan, {**plan.modes, **plan.fixed}))
    found: list[FunnelStep] = []
    for name, counted in people(stages, values).items():
        stage, number_of = plan.market.stage(name), float(counted[0].sum())
        before = found[-1].people if found else number_of
        found.append(
            FunnelStep(stage.title, stage.counts or stage.unit, number_of, number_of / before)
        )
    return found


def money_of(forecast: Forecast) -> tuple[float, float]:
    """Count of the first and of the last year, USD, before calibration."""
    plan = forecast.plan
    cells = cells_of(plan, {**plan.modes, **plan.fixed}).sum(axis=(1, 2))[:, 0]
    return float(cells[0]), float(cells[-1])


def layers() -> Any:
    """One bar a step, on a logarithmic axis."""
    at = x("x", **X)
    parts = [
        rules("xticks", at, f"{TOP - 8}", f"height - {FOOT}"),
        full_rules("rule"),
        level_bars("bars", at, "x2", 10, color=ink("model"), opacity=0.85),
        texts("labels"),
        texts("ticks", at),
    ]
    return alt.layer(*parts)


def picture(forecast: Forecast) -> Picture:
    """The rows of the chart."""
    found = steps_of(forecast)
    first, last = money_of(forecast)
    height = round(TOP + STEP * (len(found) + 1) + FOOT)
    counts = [np.log10(step.people) for step in found] or [3.0]
    low = min(3.0, float(np.ceil(min(counts))) - 1.0)
    high = max(low + 1.0, float(np.ceil(max(counts))))
    places = [TOP + STEP * (i + 0.5) for i in range(len(found))]
    words = [
        word("people a year", -130, 12, "muted", align="right", weight=600, size=11),
        word("of the step before", -1e-9, 12, "muted", align="right", weight=600, size=11),
    ]
    for step, place in zip(found, places, strict=True):
        words += [
            word(shortened(step.title, 23), 0, place - 7, weight=600),
            word(shortened(step.unit, 29), 0, place + 8, "muted", size=11),
            word(number(step.people, 0), -130, place, align="right", weight=600),
            word(_share(step), -1e-9, place, align="right"),
        ]
    foot = TOP + STEP * (len(found) + 0.5)
    each = f", {number(first / found[-1].people, 0)} a patient" if found else ""
    growth = 100 * ((last / first) ** (1 / forecast.span) - 1)
    money = (
        f"USD {number(first / 1e6, 1)} M counted{each};"
        f" {signed(growth, 1)}% a year to {forecast.years[-1]}"
    )
    words += [word("Value", 0, foot, weight=600), word(money, 180, foot)]
    words.append(word(f"{forecast.years[0]}, log scale", 0, height - 8, "muted", size=11))
    marks = list(range(int(low), int(high) + 1))
    datasets: dict[str, Any] = {
        "bars": {
            "x": [low] * len(found), "x2": list(map(float, counts[: len(found)])), "py": places
        },
        "xticks": {"x": marks},
        "rule": {"py": [foot - STEP / 2]},
        "labels": columns_of(words),
        "ticks": columns_of(
            [_tick(m, height) for m in marks]
        ),
    }  # fmt: skip
    people = " ".join(f"{s.title} {number(s.people, 0)} ({_share(s)})." for s in found)
    alt_text = f"Funnel, people a year on a log scale. {people} {money}."
    return Picture("funnel", datasets, alt_text, {"x0": low, "x1": high}, height)


def _tick(power: int, height: int) -> dict[str, Any]:
    unit, size = next((u for u in ((" bn", 9), (" M", 6)) if power >= u[1]), ("", 0))
    text = f"{10.0 ** (power - size):,g}{unit}"
    return {"x": power, **word(text, 0, height - 8, "muted", align="center", size=11)}


def _share(step: FunnelStep) -> str:
    if step.of_before == 1.0:
        return ""
    if step.of_before < 0.00005:
        return f"{number(1e6 * step.of_before, 1)} in 1 M"
    if step.of_before < 0.01:
        return f"{number(1e4 * step.of_before, 1)} in 10,000"
    return percent(step.of_before)
