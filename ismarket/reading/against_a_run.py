"""Checking figures: does each figure of a document still equal the run that it quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..engine.forecast import A_FORECAST, Forecast
from ..errors import mistaken
from .documents import SERIES, Figure, figures_in

ENDS = ("p5", "p95")
UNEXPLAINED, NOBODY = "unexplained", "nothing carries"
EQUAL, DIFFERS, UNKNOWN = "equal", "differs", "not in the run"
"""What a check says: equal to its rounding; placed by year, label or kind, and another number
there; or nothing in the run that the words would place it at."""


@dataclass(frozen=True)
class Known:
    """One figure of a run: money in USD, rates and shares as fractions, points of CAGR.

    ``of`` is the driver, region or class that it is of, blank for the whole market, and ``title``
    what it is called where that is another word; ``rank`` puts a reference (0) before its median
    and mean, and those before the ends of intervals (2).
    """

    name: str
    value: float
    kind: str
    year: int | None = None
    of: str = ""
    rank: int = 0
    title: str = ""


@dataclass(frozen=True)
class Checked:
    """A printed figure, what the check says, and the figure of the run that it was set against."""

    figure: Figure
    state: str
    known: Known | None


def known_figures(run: Mapping[str, Any]) -> tuple[Known, ...]:
    """Every figure of a run that a document may quote, from what ``run --json`` prints."""
    first, last = run["base_year"], run["through"]
    found = [Known("reference", row["value"], "money", row["year"]) for row in run["reference"]]
    for row in run["summary"]:
        found += [
            Known(name, row[key], "money", row["year"], rank=rank)
            for key, name, rank in (
                ("p5", "low", 2), ("p50", "median", 1), ("p95", "high", 2), ("mean", "mean", 1),
            )
        ]  # fmt: skip
    found += [
        Known(f"count {k}", v, "money", first, rank=2 * (k in ENDS))
        for k, v in run["count"].items()
    ]
    found += [Known(f"growth {k}", v, "rate", rank=2 * (k in ENDS)) for k, v in run["cagr"].items()]
    for row in run["attribution"]:
        name, title = row["driver"], row["title"]
        found.append(Known(name, row["points"], "points", of=name, title=title))
        found += [Known(f"{name} {k}", row[k], "points", None, name, 2, title) for k in ENDS]
        found.append(Known(name, row["usd"], "money", last, name, title=title))
    left = Known(UNEXPLAINED, run["unexplained"], "points", of=UNEXPLAINED, title=NOBODY)
    found.append(left)
    found += _errors(run)
    if printed := run["printed_growth"]:
        found.append(Known("printed growth", printed["total"] / 100, "rate"))
        found += [
            Known(f"printed, {part}", points, "points", None, _left(part), 2, NOBODY)
            for part, points in printed["points"].items()
        ]
    if other := run["other_reading"]:
        found += [
            Known("other reading", other["value"], "money", last),
            Known("other reading growth", other["cagr"], "rate"),
            Known("other reading, unexplained", other["unexplained"], "points", of=UNEXPLAINED),
        ]
    for row in run["launches"]:
        name, title = row["launch"], row["product"]
        found += [Known(name, row[k], "money", last, name, 2, title) for k in ("reference", *ENDS)]
        found.append(Known(f"{name} chance", row["chance"], "share", None, name, title=title))
    found.append(Known("growth reference", 100 * run["cagr"]["reference"], "points"))
    found.append(Known("stacking premium", abs(run["stacking_premium_usd"]), "money", last))
    for axis in ("by_region", "by_drug_class"):
        total = sum(row["final"] for row in run[axis])
        for row in run[axis]:
            name = row["name"]
            found.append(Known(name, row["base"], "money", first, name))
            found.append(Known(name, row["final"], "money", last, name))
            found.append(Known(f"{name} growth", row["cagr"], "rate", None, name))
            found.append(Known(f"{name} share", row["final"] / total, "share", last, name))
    return tuple(found)


def _left(part: str) -> str:
    """Of which item a part of the printed growth is: of what is left, or of the whole market."""
    return part if part == UNEXPLAINED else ""


def _errors(run: Mapping[str, Any]) -> list[Known]:
    """The standard errors that a page prints: of sampled orders in points, of the last year."""
    errors, last = run["standard_error"], run["summary"][-1]
    found = [Known("error of sampled orders", errors["orders"], "points error")]
    for key in ("p5", "p50", "p95"):
        if (error := errors["summary"][-1][key]) is not None:
            found.append(Known(f"error of {key}", error / last[key], "percent error"))
    return found


_ERROR = re.compile(r"standard error", re.IGNORECASE)
_GROWTH = re.compile(r"CAGR|growth|a year|per year|annual", re.IGNORECASE)
_SHARE = re.compile(r"\bshare|\bof value|\bof the (?:market|value)", re.IGNORECASE)


def check_numbers(file: str | Path, forecast: Forecast) -> tuple[Checked, ...]:
    """Every figure of a deck, workbook, page or text beside that of the forecast it quotes."""
    if not isinstance(forecast, Forecast):
        raise mistaken("check_numbers", forecast, A_FORECAST)
    return check(figures_in(file), forecast.to_dict())


def check(figures: Iterable[Figure], run: Mapping[str, Any]) -> tuple[Checked, ...]:
    """Each figure against the run: equal, different, or not in the run."""
    known = known_figures(run)
    return tuple(_check(figure, known) for figure in figures)


def _check(figure: Figure, known: tuple[Known, ...]) -> Checked:
    if figure.kind == "chart":
        return _charted(figure, known)
    kinds = _kinds(figure)
    dated = figure.kind == "money" and figure.year is not None
    placed = [k for k in known if k.kind in kinds and (not dated or k.year == figure.year)]
    own = [k for k in placed if _named(k, figure.quote.lower())]
    if own:  # a sentence about one driver or region is not answered by another's figure
        placed = own + [k for k in placed if not k.of]
    elif kinds in (("rate",), ("points",)):
        placed = [k for k in placed if k.of in ("", UNEXPLAINED)]
    same = [k for k in placed if _equal(figure.value, figure.half_unit, k.value)]
    if same:
        return Checked(figure, EQUAL, same[0])
    if not placed:
        return Checked(figure, UNKNOWN, None)
    nearest = min(own or placed, key=lambda k: (k.rank, abs(k.value - figure.value)))
    told = dated or own or figure.kind == "points" or kinds == ("rate",)
    return Checked(figure, DIFFERS if told else UNKNOWN, nearest)


def _kinds(figure: Figure) -> tuple[str, ...]:
    if _ERROR.search(figure.quote):
        return (f"{figure.kind} error",)
    if figure.kind != "percent":
        return (figure.kind,)
    if _SHARE.search(figure.label) and not _GROWTH.search(figure.label):
        return ("share",)
    return ("rate",) if _GROWTH.search(figure.label) else ("rate", "share")


def _charted(figure: Figure, known: tuple[Known, ...]) -> Checked:
    """A point of a chart or table: by its series and year, or by the name of its category."""
    label = figure.label.lower()
    scale = 1e6 if re.search(r"\bM\b|million", figure.label) else 1.0
    scale = 1e9 if re.search(r"\bbn\b|billion", figure.label) else scale
    if figure.year is not None:
        names = [name for pattern, name in SERIES.items() if re.search(pattern, label)][:1]
        pool = [k for k in known if k.year == figure.year and k.name in names]
        scales: tuple[float, ...] = (scale,) if scale > 1 else (1.0, 1e6, 1e9)
    else:
        money = "usd" in label
        kinds = ("money",) if money else ("points", "share", "rate")
        pool = [k for k in known if k.kind in kinds and _named(k, label)]
        scales = (scale,) if money else (1.0, 0.01)
    if not pool:
        return Checked(figure, UNKNOWN, None)
    for k in pool:
        for factor in scales:
            if _equal(figure.value * factor, figure.half_unit * factor, k.value):
                return Checked(figure, EQUAL, k)
    return Checked(figure, DIFFERS, pool[0])


def _named(known: Known, label: str) -> bool:
    """True where a label in lower case names the region, class or driver of a figure."""
    item = known.of.lower()
    if not item:
        return False
    if known.title and known.title.lower() in label:
        return True
    return item in label or (" " not in item and len(item) > 6 and item[:6] in label)


def _equal(value: float, half_unit: float, known: float) -> bool:
    slack = half_unit * (1 + 1e-9) + 1e-9 * abs(known)
    return abs(value - known) <= slack
