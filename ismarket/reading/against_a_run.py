"""Checking figures: does each figure of a document still equal the run that it quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .documents import SERIES, Figure

EQUAL, DIFFERS, UNKNOWN = "equal", "differs", "not in the run"
"""What a check says: equal to its rounding; placed by year, label or kind, and another number
there; or nothing in the run that the words would place it at."""


@dataclass(frozen=True)
class Known:
    """One figure of a run: money in USD, rates and shares as fractions, points of CAGR."""

    name: str
    value: float
    kind: str
    year: int | None = None


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
        names = {"p5": "low", "p50": "median", "p95": "high", "mean": "mean"}
        found += [Known(names[k], row[k], "money", row["year"]) for k in names]
    found += [Known(f"count {k}", v, "money", first) for k, v in run["count"].items()]
    found += [Known(f"growth {k}", v, "rate") for k, v in run["cagr"].items()]
    for row in run["attribution"]:
        found.append(Known(row["driver"], row["points"], "points"))
        found += [Known(f"{row['driver']} {k}", row[k], "points") for k in ("p5", "p95")]
        found.append(Known(row["driver"], row["usd"], "money", last))
    found.append(Known("unexplained", run["unexplained"], "points"))
    found.append(Known("growth reference", 100 * run["cagr"]["reference"], "points"))
    found.append(Known("stacking premium", abs(run["stacking_premium_usd"]), "money", last))
    for axis in ("by_region", "by_drug_class"):
        total = sum(row["final"] for row in run[axis])
        for row in run[axis]:
            found.append(Known(row["name"], row["base"], "money", first))
            found.append(Known(row["name"], row["final"], "money", last))
            found.append(Known(f"{row['name']} growth", row["cagr"], "rate"))
            found.append(Known(f"{row['name']} share", row["final"] / total, "share", last))
    return tuple(found)


_WHOLE = (
    "reference", "low", "median", "high", "mean", "count reference", "count p5", "count p95",
    "count mean", "count p50", "growth reference", "growth p5", "growth p50", "growth p95",
    "growth mean", "stacking premium",
)  # fmt: skip
"""Figures of the whole market, as against those of one driver, region or class."""
_GROWTH = re.compile(r"CAGR|growth|a year|per year|annual", re.IGNORECASE)
_SHARE = re.compile(r"\bshare|\bof value|\bof the (?:market|value)", re.IGNORECASE)


def check(figures: Iterable[Figure], run: Mapping[str, Any]) -> tuple[Checked, ...]:
    """Each figure against the run: equal, different, or not in the run."""
    known = known_figures(run)
    return tuple(_check(figure, known) for figure in figures)


def _check(figure: Figure, known: tuple[Known, ...]) -> Checked:
    if figure.kind == "chart":
        return _charted(figure, known)
    kinds = _kinds(figure)
    pool = [k for k in known if k.kind in kinds]
    if figure.year is not None and figure.kind == "money":
        placed = [k for k in pool if k.year == figure.year]
    else:
        placed = pool
    own = [k for k in placed if _names(k.name, figure.quote.lower())]
    if own:  # a sentence about one driver or region is not answered by another's figure
        placed = own + [k for k in placed if k.name in _WHOLE]
    elif kinds in (("rate",), ("points",)):
        placed = [k for k in placed if k.name in (*_WHOLE, "unexplained")]
    same = [k for k in placed if _equal(figure.value, figure.half_unit, k.value)]
    if same:
        return Checked(figure, EQUAL, same[0])
    if not placed:
        return Checked(figure, UNKNOWN, None)
    nearest = min(own or placed, key=lambda k: (_rank(k), abs(k.value - figure.value)))
    told = figure.kind == "money" and figure.year is not None
    told = told or bool(own) or figure.kind == "points" or kinds == ("rate",)
    return Checked(figure, DIFFERS if told else UNKNOWN, nearest)


def _rank(known: Known) -> int:
    """The reference before its median and mean, and those before the ends of intervals."""
    if known.name.endswith((" p5", " p95")) or known.name in ("low", "high"):
        return 2
    return 1 if known.name in ("median", "mean") else 0


def _kinds(figure: Figure) -> tuple[str, ...]:
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
        pool = [k for k in known if k.kind in kinds and _names(k.name, label)]
        scales = (scale,) if money else (1.0, 0.01)
    if not pool:
        return Checked(figure, UNKNOWN, None)
    for k in pool:
        for factor in scales:
            if _equal(figure.value * factor, figure.half_unit * factor, k.value):
                return Checked(figure, EQUAL, k)
    return Checked(figure, DIFFERS, pool[0])


def _names(name: str, label: str) -> bool:
    """True where a label in lower case names a region, a class, a driver or what is unexplained."""
    if name in _WHOLE or name.startswith(("count", "growth")):
        return False
    item = re.sub(r" (?:p5|p95|growth|share)$", "", name.lower())
    return item in label or (" " not in item and len(item) > 6 and item[:6] in label)


def _equal(value: float, half_unit: float, known: float) -> bool:
    slack = half_unit * (1 + 1e-9) + 1e-9 * abs(known)
    return abs(value - known) <= slack
