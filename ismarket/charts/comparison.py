"""Comparison: several scenarios side by side, last year's value and growth, each with interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from ..engine.forecast import Forecast
from ..errors import InputError
from ..text.wording import number, signed
from .marks import dots, full_rules, ink, level_rules, rules, texts, tick, word, x
from .picture import Picture, columns_of, decimals_of, picked, ticks
from .units import unit_of

TOP, FOOT, STEP = 34.0, 26.0, 38.0
LEFT = "190"
X = {"low": "x0", "high": "x1", "left": LEFT, "right": "width - 240"}
PARAMS = {"x0": 0.0, "x1": 1.0}


def layers() -> Any:
    """One row a scenario: 9 in 10 draws thin, half of draws thick, the reference a ring."""
    at = x("x", **X)
    parts = [
        rules("xticks", at, f"{TOP - 8}", f"height - {FOOT}"),
        full_rules("foot", "grid"),
        level_rules("range90", at, "x2", color=ink("band50"), strokeWidth=6),
        level_rules("range50", at, "x2", color=ink("model"), strokeWidth=6),
        dots("reference", at, size=110, fill=ink("bg"), stroke=ink("model"), strokeWidth=2.5),
        texts("labels"),
        texts("ticks", at),
    ]
    return alt.layer(*parts)


def picture(forecasts: Sequence[Forecast], names: Sequence[str] = ()) -> Picture:
    """The rows of the chart; ``names`` replace those of the scenarios.

    Raises InputError unless all forecasts end in the same year.
    """
    if not forecasts:
        raise InputError("compare: give at least one forecast")
    if len({f.years[-1] for f in forecasts}) > 1:
        ends = ", ".join(str(f.years[-1]) for f in forecasts)
        raise InputError(f"compare: forecasts must end in the same year, not {ends}")
    if names and len(names) != len(forecasts):
        raise InputError(f"compare: {len(forecasts)} forecasts but {len(names)} names")
    shown = list(names) or [_name(f, i) for i, f in enumerate(forecasts)]
    last = [
        {k: v[-1] for k, v in f.columns["summary"].items()} | {"py": TOP + STEP * (i + 0.5)}
        for i, f in enumerate(forecasts)
    ]
    unit = unit_of(max(row["p95"] for row in last))
    usd = " or ".join(dict.fromkeys(f.usd(unit.name) for f in forecasts))
    marks = ticks(min(r["p5"] for r in last) / unit.size, max(r["p95"] for r in last) / unit.size)
    height = round(TOP + STEP * len(forecasts) + FOOT)
    year, words, sentences = forecasts[0].years[-1], [], []
    for forecast, name, row in zip(forecasts, shown, last, strict=True):
        place, growth = row["py"], forecast.columns["cagr"]["reference"][0]
        interval = f"{unit.show(row['p5'])} to {unit.show(row['p95'])}"
        words += [
            word(name, 0, place, weight=600),
            word(unit.show(row["reference"]), -180, place, "model", align="right", weight=600),
            word(interval, -66, place, align="right"),
            word(f"{signed(100 * growth, 1)}%", -1e-9, place, align="right"),
        ]
        sentences.append(
            f"{name}: {unit.show(row['reference'])} ({interval}),"
            f" {signed(100 * growth, 1)}% a year."
        )
    heads = ((-180, "reference"), (-66, "9 in 10 draws"), (-1e-9, "a year"))
    words += [word(t, p, 12, "muted", align="right", weight=600, size=11) for p, t in heads]
    words.append(word(f"{usd} in {year}", 0, height - FOOT + 14, "muted", size=11))
    datasets = {
        "range90": picked(last, 1 / unit.size, x="p5", x2="p95", py="py"),
        "range50": picked(last, 1 / unit.size, x="p25", x2="p75", py="py"),
        "reference": picked(last, 1 / unit.size, x="reference", py="py"),
        "xticks": {"x": marks},
        "foot": {"py": [height - FOOT]},
        "labels": columns_of(words),
        "ticks": columns_of(
            [tick(t, number(t, decimals_of(marks)), height - FOOT + 14) for t in marks]
        ),
    }
    alt_text = " ".join([f"Scenarios in {year}, {usd}, anchors as named.", *sentences])
    return Picture("compare", datasets, alt_text, {"x0": marks[0], "x1": marks[-1]}, height)


def _name(forecast: Forecast, index: int) -> str:
    scenario = forecast.plan.scenario
    return f"{scenario.name or f'scenario {index + 1}'} · {forecast.plan.anchor.name}"
