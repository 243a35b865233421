"""The figures of a run that a document may quote: what each is of, which series, year and kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NOT_NAMED = ""
"""What a figure is of that is of the whole market."""
KEYS = {"reference": "reference", "p5": "low", "p50": "median", "p95": "high", "mean": "mean"}
"""The series of a run by the key under which it prints them."""
UNEXPLAINED = "unexplained"
COUNT, MULTIPLE, PRINTED = "count", "multiple of the count", "printed growth"
PREMIUM, OTHER = "stacking premium", "the other reading"
TITLES = {
    UNEXPLAINED: ("unexplained", "nothing carries"),
    COUNT: ("the count", "bottom-up", "counted"),
    MULTIPLE: ("count", "bottom-up", "calibration", "scaled"),
    PRINTED: ("report", "printed", "published"),
    OTHER: ("read as", "in dollars of"),
    PREMIUM: ("stacking premium", "once for each driver"),
}
"""How documents call what is no driver, region, class or product."""


@dataclass(frozen=True)
class Known:
    """One figure of a run: money in USD, rates and shares as fractions, points of CAGR.

    ``of`` is the driver, region, class or product that it is of, blank for the whole market, and
    ``title`` what that is called where it is another word; ``series`` is the reference, the mean, a
    median, or an end (low, high) of the interval that holds 9 in 10 draws.
    """

    name: str
    value: float
    kind: str
    year: int | None = None
    of: str = NOT_NAMED
    series: str = "reference"
    title: str = ""

    def is_named(self, said: str) -> bool:
        """True where a text in lower case names what the figure is of."""
        names = TITLES.get(self.of, (self.title, self.of))
        return any(name and name.lower() in said for name in names)


def known_figures(run: Mapping[str, Any]) -> tuple[Known, ...]:
    """Every figure of a run that a document may quote, from what ``run --json`` prints."""
    return (*_path(run), *_growth(run), *_drivers(run), *_items(run))


def _path(run: Mapping[str, Any]) -> Iterator[Known]:
    for row in run["reference"]:
        yield Known("reference", row["value"], "money", row["year"])
    for row in run["summary"]:
        for key, series in KEYS.items():
            if key in row:
                yield Known(series, row[key], "money", row["year"], series=series)
    for key, series in KEYS.items():
        if key in run["count"]:
            value = run["count"][key]
            yield Known(f"count, {series}", value, "money", run["base_year"], COUNT, series)
        if key in run["calibration"]:
            value, name = run["calibration"][key], f"level over the count, {series}"
            yield Known(name, value, "multiple", None, MULTIPLE, series)


def _growth(run: Mapping[str, Any]) -> Iterator[Known]:
    for key, series in KEYS.items():
        if key in run["cagr"]:
            value = run["cagr"][key]
            yield Known(f"growth, {series}", value, "rate", series=series)
            yield Known(f"growth, {series}", 100 * value, "points", series=series)
    if printed := run["printed_growth"]:
        yield Known(PRINTED, printed["total"] / 100, "rate", of=PRINTED)
        yield Known(PRINTED, printed["total"], "points", of=PRINTED)
        for part, points in printed["points"].items():
            yield Known(f"{PRINTED}, {part}", points, "points", of=part)
    if other := run["other_reading"]:
        yield Known(OTHER, other["value"], "money", run["through"], OTHER)
        yield Known(OTHER, other["cagr"], "rate", of=OTHER)
        yield Known(f"{OTHER}, {UNEXPLAINED}", other["unexplained"], "points", of=UNEXPLAINED)


def _drivers(run: Mapping[str, Any]) -> Iterator[Known]:
    last = run["through"]
    for row in run["attribution"]:
        name, title = row["driver"], row["title"]
        yield Known(name, row["points"], "points", None, name, title=title)
        for key in ("p5", "p95"):
            series = KEYS[key]
            yield Known(f"{name}, {series}", row[key], "points", None, name, series, title)
        yield Known(name, row["usd"], "money", last, name, title=title)
    yield Known(UNEXPLAINED, run["unexplained"], "points", of=UNEXPLAINED)
    yield Known(PREMIUM, abs(run["stacking_premium_usd"]), "money", last, PREMIUM)


def _items(run: Mapping[str, Any]) -> Iterator[Known]:
    """Regions, drug classes and products that come."""
    first, last = run["base_year"], run["through"]
    for axis in ("by_region", "by_drug_class"):
        total = sum(row["final"] for row in run[axis])
        for row in run[axis]:
            name = row["name"]
            yield Known(name, row["base"], "money", first, name)
            yield Known(name, row["final"], "money", last, name)
            yield Known(f"{name}, growth", row["cagr"], "rate", None, name)
            yield Known(f"{name}, share", row["final"] / total, "share", last, name)
    for row in run["launches"]:
        name, title = row["launch"], row["product"].split(",")[0]
        for key in ("reference", "p5", "p95"):
            yield Known(f"{name}, {KEYS[key]}", row[key], "money", last, name, KEYS[key], title)
        yield Known(f"{name}, chance", row["chance"], "share", None, name, title=title)
