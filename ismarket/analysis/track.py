"""Track: actuals against each kept run, as it was kept; coverage so far, drift, and an update.

Nothing is computed again: path and intervals are those that a run wrote down.  An actual counts for
a run only if it was not known when that was kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import Any

from ..arrays import Columns
from ..engine.findings import caveats
from ..errors import InputError
from ..text.sheet import Sheet, Table, by_field, columns_of, framed_by, rows_of, shown_by
from ..text.wording import listed, money, money_range, percent, signed
from .backtest import exact_bounds
from .updating import Observation, Updated
from .updating import headline as _after

HALF, MOST, OUTSIDE, KNOWN = "inside half", "inside 9 in 10", "outside", "known already"
"""What a check says: between P25 and P75, between P5 and P95, or neither; or no check at all."""
ACTUALS = "actuals.csv"
"""The file of actuals beside the runs, unless another is named."""


@dataclass(frozen=True, eq=False)
class Told:
    """What a kept run says: by year its reference, mean and quantiles, in ``unit``."""

    run: str
    finished: str
    market: str
    scenario: str
    unit: str
    path: Mapping[int, Mapping[str, float]]

    @property
    def kept(self) -> str:
        """The day on which it was kept."""
        return self.finished[:10]


@dataclass(frozen=True)
class Check:
    """An actual against what a run said of its year, USD.

    ``off`` is by what fraction of the actual the median lies above it.
    """

    run: str
    kept: str
    year: int
    actual: float
    error: float
    median: float
    p5: float
    p25: float
    p75: float
    p95: float
    inside: str
    off: float
    unit: str


@dataclass(frozen=True)
class Edition:
    """A kept run: its level, what it says of ``year``, and how it did.

    ``drift`` is the change of its median in ``year`` against the run before, a fraction; ``off`` is
    its mean error, None where no actual counts.
    """

    run: str
    kept: str
    scenario: str
    level: float
    year: int
    median: float
    p5: float
    p95: float
    drift: float | None
    checked: int
    inside_half: int
    inside_most: int
    off: float | None
    unit: str


@dataclass(frozen=True, eq=False)
class Track:
    """Kept runs in the order in which they were kept, against actuals.

    ``updated`` is the last run's forecast weighted by the actuals, or None with ``refused``.
    """

    told: tuple[Told, ...]
    editions: tuple[Edition, ...]
    checks: tuple[Check, ...]
    updated: Updated | None
    refused: str

    @property
    def counted(self) -> tuple[Check, ...]:
        """The checks that count."""
        return tuple(check for check in self.checks if check.inside != KNOWN)

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """The tables ``editions``, a row a run, ``checks``, a row a run and actual, and ``paths``.

        Paths are what each run says of each year, as it was kept.
        """
        said = [
            {"run": one.run, "kept": one.kept, "year": year, **values, "unit": one.unit}
            for one in self.told
            for year, values in one.path.items()
        ]
        return {
            "editions": by_field(Edition, self.editions),
            "checks": by_field(Check, self.checks),
            "paths": columns_of(said),
        }

    frame = framed_by("track", "editions")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket track --json`` prints it."""
        found: dict[str, Any] = {name: rows_of(table) for name, table in self.columns.items()}
        inside, low, high = coverage(self.counted)
        found["coverage"] = {"inside": inside, "of": len(self.counted), "low": low, "high": high}
        update = self.updated.to_dict() if self.updated else None
        return {**found, "update": update, "update_refused": self.refused or None}

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


def track(runs: Sequence[Told], actuals: Sequence[Observation], market: str = "") -> Track:
    """Each run against the actuals, in the order in which they were kept; nothing is updated.

    Raises InputError for runs of several markets, or of another than ``market``, and for an actual
    in other dollars.
    """
    if not runs:
        raise InputError("track: name at least one kept run")
    told = sorted(runs, key=lambda one: one.finished)
    if len(markets := {*filter(None, [market]), *(one.market for one in told)}) > 1:
        raise InputError(f"track: the runs are of {listed(sorted(markets))}; track one market")
    if not (common := set.intersection(*(set(one.path) for one in told))):
        raise InputError("track: the runs have no year in common")
    year, checks, editions = max(common), list[Check](), list[Edition]()
    for one in told:
        mine = [_check(one, seen) for seen in actuals if seen.year in one.path]
        drift = one.path[year]["p50"] / editions[-1].median - 1.0 if editions else None
        editions.append(_edition(one, year, drift, mine))
        checks += mine
    return Track(tuple(told), tuple(editions), tuple(checks), None, "")


def _check(one: Told, seen: Observation) -> Check:
    said = one.path[seen.year]
    if seen.dollars and seen.dollars != one.unit:
        raise InputError(
            f"actual of {seen.year} is in {seen.dollars}, run {one.run} in {one.unit}; give both"
            " in the same dollars"
        )
    if seen.known_since <= one.kept:
        inside = KNOWN
    elif said["p25"] <= seen.value <= said["p75"]:
        inside = HALF
    else:
        inside = MOST if said["p5"] <= seen.value <= said["p95"] else OUTSIDE
    return Check(
        one.run, one.kept, seen.year, seen.value, seen.error, said["p50"], said["p5"], said["p25"],
        said["p75"], said["p95"], inside, said["p50"] / seen.value - 1.0, one.unit,
    )  # fmt: skip


def _edition(one: Told, year: int, drift: float | None, checks: Sequence[Check]) -> Edition:
    counted = [check for check in checks if check.inside != KNOWN]
    half = sum(check.inside == HALF for check in counted)
    most = half + sum(check.inside == MOST for check in counted)
    said = one.path[year]
    return Edition(
        one.run, one.kept, one.scenario, one.path[min(one.path)]["reference"], year, said["p50"],
        said["p5"], said["p95"], drift, len(counted), half, most,
        fmean(check.off for check in counted) if counted else None, one.unit,
    )  # fmt: skip


def coverage(counted: Sequence[Check]) -> tuple[int, float, float]:
    """How many actuals lie inside 9 in 10, and the shares that so few would not contradict."""
    inside = sum(check.inside != OUTSIDE for check in counted)
    return inside, *(exact_bounds(inside, len(counted)) if counted else (0.0, 1.0))


def sheet(found: Track) -> Sheet:
    """Coverage and drift in words, the runs, each check, and what an update would say."""
    parts: list[str | Table] = [headline(found), _editions(found)]
    if found.updated:
        parts = [*caveats(found.updated.forecast.plan), *parts]
    if found.checks:
        parts.append(_checks(found))
    if found.updated:
        parts.append(f"Updated with them: {_after(found.updated)}")
    elif found.refused:
        parts.append(f"An update with them is refused: {found.refused}")
    parts.append(
        "· Each run as it was kept, none is computed again. An actual counts for a run only if it"
        " was not known when that was kept."
    )
    return Sheet(f"Track · {len(found.editions)} kept runs, {found.editions[-1].unit}", parts)


def headline(found: Track) -> str:
    """How many actuals lay inside, what so few say, and how far the last run moved."""
    counted, last = found.counted, found.editions[-1]
    moved = ""
    if last.drift is not None:
        moved = (
            f" Since the edition before the median of {last.year} moved by"
            f" {signed(100 * last.drift, 1)}%."
        )
    if not counted:
        return f"No actual counts yet.{moved}"
    inside, low, high = coverage(counted)
    return (
        f"{inside} of {len(counted)} checks so far lie inside 9 in 10; as few as that would look"
        f" the same at a coverage of {percent(low)} to {percent(high)}.{moved}"
    )


def _editions(found: Track) -> Table:
    table = []
    for one in found.editions:
        drift = "" if one.drift is None else f"{signed(100 * one.drift, 1)}%"
        off = "" if one.off is None else f"{signed(100 * one.off, 0)}%"
        many = [f"{n} of {one.checked}" for n in (one.inside_most, one.inside_half)]
        table.append([one.run, one.scenario, one.kept, money(one.level), money(one.median),
                      money_range(one.p5, one.p95), drift, *many, off])  # fmt: skip
    year = found.editions[-1].year
    header = ["run", "scenario", "kept", "level", f"median {year}", "9 in 10", "drift",
              "in 9 of 10", "in half", "off, mean"]  # fmt: skip
    return Table(header, table, 3)


def _checks(found: Track) -> Table:
    table = [
        [one.run, str(one.year), f"{money(one.actual)} give or take {percent(one.error)}",
         money(one.median), money_range(one.p5, one.p95), f"{signed(100 * one.off, 0)}%",
         one.inside]
        for one in found.checks
    ]  # fmt: skip
    return Table(["run", "year", "actual", "median", "9 in 10", "off", "lies"], table, 1)
