"""Kept runs as studies: opened, computed again, compared, and a notebook kept as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.forecast import Forecast
from ..errors import InputError, list_of
from ..model.scenario import Scenario
from ..runs.layout import digest
from . import Study, loaded, of_run, study

if TYPE_CHECKING:
    from ..analysis.track import Track
    from ..analysis.updating import Observation
    from ..runs.again import Again, Reopened
    from ..runs.bridge import Bridge, Planned
    from ..runs.editions import Editions


def reopened(path: str | Path) -> Reopened:
    """A kept run, checked, beside what is installed for it here."""
    from ..runs.again import Reopened
    from ..runs.agreement import need_drivers
    from ..runs.verify import checked

    record = checked(Path(path))
    if not record.is_notebook:
        found = of_run(record)
        return Reopened(record, found.plan, found.drivers, found.origin)
    found = loaded(Scenario())
    need_drivers(record, (driver.name for driver in found.drivers))
    return Reopened(record, None, found.drivers, found.origin)


def rerun(path: str | Path, out: str | Path | None = None, workers: int | None = None) -> Again:
    """Check a run, compute it again from its own inputs and say how far it agrees.

    ``out`` keeps the second run.  Raises as ``open_run`` does.
    """
    return reopened(path).again(Path(out) if out is not None else None, workers)


def open_run(path: str | Path) -> Forecast:
    """The forecast of a kept run: checked byte by byte, then computed again from its own inputs.

    Warns if what is installed here gives other values.  Raises InputError for a run that is not
    as it was written, DiskError if a driver that it needs is not installed.
    """
    from ..runs.verify import checked

    return of_run(checked(Path(path))).forecast()


def keep_run(
    scenario: Scenario | str = "published",
    out: str | Path | None = None,
    *,
    extras: Iterable[str] = (),
    workers: int | None = None,
    until: float | None = None,
) -> Path:
    """Compute a scenario (or the shipped one of that name) with what is installed, and keep it.

    Gives the run directory; the rest is as in ``Study.keep``.
    """
    return study(scenario).keep(out, extras=extras, workers=workers, until=until).path


def run_notebook(
    path: str | Path,
    parameters: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    *,
    resume: bool = False,
) -> Path:
    """Execute a notebook with ``parameters`` set after its cell tagged ``parameters``; keep it.

    Gives the run directory.  Raises InputError for a parameter that the notebook does not set or
    a cell that fails; needs the extra ``notebook``.
    """
    from ..runs.notebook import keep_notebook, read_notebook
    from ..runs.start import starting_place

    data, _ = read_notebook(Path(path))
    where = starting_place(Path(out) if out is not None else None, resume=resume)
    found = loaded(Scenario())
    return keep_notebook(
        data, Path(path).name, parameters or {}, found.drivers, found.origin, where=where,
        resume=resume,
    )  # fmt: skip


def compare_runs(a: str | Path, b: str | Path, year: int | None = None) -> Bridge:
    """What changed from run ``a`` to run ``b``, and what each change did, USD in ``year``.

    Both are checked first.  Raises InputError for a run that is not as it was written, DiskError
    if a driver that either needs is not installed.
    """
    return compare_editions(a, b, year=year).bridges[0]


def compare_editions(*runs: str | Path, year: int | None = None) -> Editions:
    """Why a forecast changed from each run to the next, as bridges of one year that join.

    ``year`` is the last one that all have unless given; the rest is as in ``compare_runs``.  Raises
    InputError for fewer than two runs.
    """
    from ..runs.agreement import need_drivers
    from ..runs.bridge import bridge, recorded
    from ..runs.editions import editions
    from ..runs.verify import checked

    list_of("compare", runs, (str, Path), "kept runs, as 'runs/january', 'runs/july'")
    if len(runs) < 2:
        raise InputError("compare: name at least two kept runs")
    records = [checked(Path(run)) for run in runs]
    known: dict[tuple[str, ...], Study] = {}

    def planned(
        scenario: Scenario, tables: Mapping[str, bytes], drivers: frozenset[str]
    ) -> Planned:
        key = tuple(f"{name} {digest(data)}" for name, data in sorted(tables.items()))
        if key not in known:
            known[key] = loaded(scenario, tables)
            for record in records:
                need_drivers(record, (driver.name for driver in known[key].drivers))
        acting = tuple(driver for driver in known[key].drivers if driver.name in drivers)
        asked = replace(known[key].changed(scenario), drivers=acting)
        return asked.plan, asked.drivers

    if len(records) > 2 and year is None:
        common = set.intersection(*(set(recorded(record)) for record in records))
        year = max(common, default=None)
    return editions([bridge(one, other, planned, year) for one, other in pairwise(records)])


def track(
    runs: Iterable[str | Path],
    actuals: str | Path | Iterable[Observation] | None = None,
    market: str = "",
) -> Track:
    """Actuals against each kept run as it was kept; coverage so far, drift, what an update says.

    ``actuals`` is a file, or a list; by default ``actuals.csv`` beside the runs.  Raises InputError
    for a run that is not as it was written or not of ``market``, and for actuals that cannot be
    read.
    """
    from ..analysis.track import ACTUALS
    from ..analysis.track import track as against
    from ..analysis.updating import Observation, read_observations, update
    from ..runs.editions import told
    from ..runs.verify import checked

    if isinstance(runs, str | Path):
        runs = [runs]
    runs = list_of("track", runs, (str, Path), "kept runs, as ['runs/january', 'runs/july']")
    records = [checked(Path(run)) for run in runs]
    if actuals is None and records:
        actuals = records[0].path.resolve().parent / ACTUALS
    if isinstance(actuals, str | Path):
        actuals = read_observations(Path(actuals))
    seen = list_of("track, actuals", actuals or (), Observation, "a file or a list of Observation")
    said = [told(record) for record in records]
    found = against(said, seen, market)
    asked = of_run(records[said.index(found.told[-1])])
    ahead = [one for one in seen if one.year in asked.plan.years]
    if not ahead:
        return found
    try:
        return replace(found, updated=update(asked.forecast(), ahead))
    except InputError as error:
        return replace(found, refused=str(error))
