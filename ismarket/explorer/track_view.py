"""The view Track: kept editions of the forecast against what came."""

from __future__ import annotations

from pathlib import Path

from ..analysis.track import ACTUALS, KNOWN, Check, Track, coverage
from ..analysis.updating import Observation, observation
from ..charts.track import picture
from ..errors import InputError
from ..runs.layout import MANIFEST
from ..studies import Study
from ..text.sheet import Sheet
from ..text.wording import listed, money, number, signed
from .view import Column, View, ViewRow


def tracked(study: Study, folder: str, actuals: str) -> Track:
    """The runs of a folder that are of the study's market, against actuals typed or on file.

    Raises InputError where there is none, and for actuals that cannot be read.
    """
    place = Path(folder.strip() or ".").expanduser()
    runs = sorted(file.parent for file in place.glob(f"*/{MANIFEST}"))
    if not runs:
        raise InputError(f"{place}: no kept run here; ismarket keeps them in a folder runs")
    seen: list[Observation] | None = None
    if actuals.strip():
        seen = [observation(text) for text in actuals.split(";") if text.strip()]
    elif not (place / ACTUALS).is_file():
        seen = []
    return study.track(runs, seen)


def view(found: Track | None) -> View:
    """The intervals of each edition, what came, and a row an edition."""
    if found is None:
        aid = "No edition read yet: name the folder of kept runs below."
        return View("track", "Editions against what came", aid, "", (), (), None)
    years = sorted({check.year for check in found.checks})
    columns = (
        Column("Edition, scenario", right=False), Column("Kept", right=False, wide=True),
        *(Column(str(year)) for year in years),
        Column("in 9 of 10"), Column("in half", spare=True), Column("off, mean", spare=True),
        Column(f"Median {found.editions[-1].year}"), Column("Moved", wide=True),
    )  # fmt: skip
    lies = {(check.run, check.kept, check.year): check for check in found.checks}
    rows = []
    for one in found.editions:
        checks = [lies.get((one.run, one.kept, year)) for year in years]
        many = [f"{n} of {one.checked}" if one.checked else ""
                for n in (one.inside_most, one.inside_half)]  # fmt: skip
        rows.append(ViewRow(
            (f"{one.run}, {one.scenario}", one.kept, *map(_lies, checks), *many,
             "" if one.off is None else f"{signed(100 * one.off, 0)}%", money(one.median),
             "" if one.drift is None else f"{signed(100 * one.drift, 1)}%"),
            "strong" if one is found.editions[-1] else "plain",
        ))  # fmt: skip
    aid = (
        f"{listed([one.run for one in found.editions])}, each as it was kept;"
        f" amounts in {found.editions[-1].unit}."
    )
    return View("track", finding(found), aid, "", columns, rows, picture(found))


def _lies(check: Check | None) -> str:
    return "" if check is None else check.inside.removeprefix("inside ")


def finding(found: Track) -> str:
    """How many actuals fell inside, and whether editions came nearer."""
    counted = found.counted
    off = [one.off for one in found.editions if one.off is not None]
    if not counted:
        known = any(check.inside == KNOWN for check in found.checks)
        return "No actual counts yet" + (
            ": all were known when kept" if known else "; add one below"
        )
    inside, *_ = coverage(counted)
    said = f"{inside} of {len(counted)} actuals so far fell inside 9 in 10"
    if len(off) < 2:
        return said
    nearer = abs(off[-1]) < abs(off[0])
    first, last = (_off(value) for value in (off[0], off[-1]))
    return f"{said}; editions came {'nearer' if nearer else 'no nearer'}, from {first} to {last}"


def _off(value: float) -> str:
    side = "high" if value >= 0 else "low"
    return f"{number(100 * abs(value), 0)}% too {side}"


def sheet(found: Track) -> Sheet:
    """The sheet of the command without its tables, which the view shows."""
    return Sheet("What they say", [one for one in found.sheet().parts if isinstance(one, str)])
