"""Editions: why a forecast changed from one kept run to the next, bridge after bridge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..analysis.track import Told
from ..arrays import Columns
from ..errors import InputError
from ..text.sheet import Sheet, Table, columns_of, framed_by, rows_of, shown_by
from ..text.wording import listed, money, signed
from .bridge import Bridge, in_millions, noticed, written
from .layout import from_json
from .verify import Record


@dataclass(frozen=True, eq=False)
class Editions:
    """Bridges between runs in their order, all of one year; each begins where the last one ends."""

    bridges: tuple[Bridge, ...]

    @property
    def notices(self) -> list[str]:
        """What a reader of the editions must know."""
        return noticed({run: said for one in self.bridges for run, said in one.notices.items()})

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """The table ``steps``: what each change from edition to edition did, USD."""
        rows = [
            {"from": one.start.change, "to": one.end.change, "change": step.change,
             "reference": step.reference, "median": step.median, "year": one.year}
            for one in self.bridges
            for step in one.steps
        ]  # fmt: skip
        return {"steps": columns_of(rows, ("from", "to", "change", "reference", "median", "year"))}

    frame = framed_by("compare", "steps")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket compare --json`` prints it."""
        ends = [self.bridges[0].start, *(one.end for one in self.bridges)]
        return {
            "year": self.bridges[0].year,
            "editions": [{"run": e.change, "reference": e.reference, "median": e.median}
                         for e in ends],
            "steps": rows_of(self.columns["steps"]), "notices": self.notices,
        }  # fmt: skip

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


def editions(bridges: Sequence[Bridge]) -> Editions:
    """The bridges in their order; InputError where they are of several years."""
    if len({one.year for one in bridges}) > 1:
        raise InputError("compare: the runs do not share a year; say one with year")
    return Editions(tuple(bridges))


def sheet(found: Editions) -> Sheet:
    """From the first to the last edition, and what each step between them did."""
    first, last = found.bridges[0].start, found.bridges[-1].end
    rows = [[first.change, "", *in_millions(first, first.reference)]]
    for one in found.bridges:
        for step in one.steps:
            rows.append(["", step.change, *in_millions(step, first.reference, signed)])
        rows.append([one.end.change, "", *in_millions(one.end, first.reference)])
    most = max(
        ((step, one) for one in found.bridges for step in one.steps),
        key=lambda pair: abs(pair[0].reference),
        default=None,
    )
    said = f"From {first.change} to {last.change} {found.bridges[0].year} went from USD"
    said += f" {money(first.reference)} to {money(last.reference)}"
    if most:
        step, one = most
        moved = in_millions(step, first.reference, signed)[0]
        said += f", most of all by {step.change} ({moved} M)"
        said += f" in {one.end.change}"
    header = ["edition", "what changed", "reference", "median"]
    year = found.bridges[0].year
    dollars = listed(list(dict.fromkeys(one.dollars or "USD M" for one in found.bridges)))
    title = f"From edition to edition · {dollars} in {year}"
    return Sheet(title, [*found.notices, f"{said}.", Table(header, rows, 2)])


def told(record: Record) -> Told:
    """What a run said when it was kept."""
    said = from_json(record.of_forecast("outputs/forecast.json"), "forecast.json")
    return Told(
        record.path.name, str(record.manifest["finished"]), str(said["market"]),
        str(said["scenario"]), str(said["unit"]), written(record),
    )  # fmt: skip
