"""Runs with what is installed: keeping one, opening it, computing it again, comparing two."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .engine.forecast import Forecast
from .engine.forecaster import forecast
from .engine.plan import make_plan
from .errors import InputError
from .loading import Loaded, anchored, load
from .model.scenario import Scenario, load_scenario, scenario_text
from .runs.agreement import DIFFERENT, Agreement, agreement, changes, need_drivers
from .runs.archive import export
from .runs.archive import import_run as unpack
from .runs.bridge import Bridge, bridge
from .runs.keep import How, keep
from .runs.keep_notebook import keep_notebook
from .runs.layout import GIVEN, NOTEBOOK, RUNS, digest
from .runs.notebook import (
    execute,
    injected,
    notebook_identity,
    notebook_outputs,
    parsed,
    read_notebook,
)  # fmt: skip
from .runs.origin import identity
from .runs.outputs import EXTRAS, outputs
from .runs.start import as_given, place, starting_place
from .runs.verify import Record, Verdict, checked, verify
from .runs.view import tools
from .runs.views import VIEWS, also
from .runs.wheels import wheels


@dataclass(frozen=True, eq=False)
class Again:
    """A run computed again: the forecast (a notebook has none), how far it agrees, where it is."""

    forecast: Forecast | None
    agreement: Agreement
    path: Path | None = None

    def __str__(self) -> str:
        return str(self.agreement)

    def __repr__(self) -> str:
        return str(self)


def prepare(record: Record) -> tuple[Loaded, dict[str, list[str]]]:
    """What is installed for a run, on the run's own tables, and what is another here.

    Raises DiskError that names the drivers that are not installed.
    """
    if record.is_notebook:
        loaded = load()
        need_drivers(record, (driver.name for driver in loaded.drivers))
        data, parameters = record.contents[NOTEBOOK], record.identity["parameters"]
        here = notebook_identity(data, parameters, loaded.drivers, loaded.origin)
        return loaded, changes(record.identity, here)
    scenario = record.scenario
    loaded = load(scenario.market, scenario, record.tables)
    need_drivers(record, (driver.name for driver in loaded.drivers))
    wanted = record.identity["installed"]
    drivers = tuple(driver for driver in loaded.drivers if driver.name in wanted)
    ready = replace(loaded, drivers=drivers)
    plan = make_plan(ready.market, drivers, scenario)
    here = identity(plan, drivers, ready.origin, tools=tools(VIEWS, record.extras))
    return ready, changes(record.identity, here)


def compute_again(
    record: Record,
    loaded: Loaded,
    changed: Mapping[str, list[str]],
    *,
    out: Path | None = None,
    workers: int | None = None,
) -> Again:
    """The forecast of a run on its own inputs, set against the run; kept at ``out`` if given."""
    reasons = [line for lines in changed.values() for line in lines]
    if record.is_notebook:
        made, kept = _execute_again(record, loaded, out)
        return Again(None, agreement(record, made, reasons), kept)
    scenario, extras = record.scenario, record.extras
    kept = None
    if out is None:
        result = forecast(loaded.market, loaded.drivers, scenario, workers=workers)
    else:
        origin = replace(loaded.origin, given=record.contents[GIVEN].decode("utf-8"))
        how = How(workers, extras=also(extras), views=VIEWS)
        where = place(out, "", "")
        run = keep(loaded.market, loaded.drivers, scenario, origin, how, where=where)
        result, kept = run.forecast, run.path
    tables = [name for name in extras if name in EXTRAS]
    return Again(result, agreement(record, outputs(result, tables), reasons), kept)


def _execute_again(
    record: Record, loaded: Loaded, out: Path | None
) -> tuple[Mapping[str, bytes], Path | None]:
    data, parameters = record.contents[NOTEBOOK], record.identity["parameters"]
    if out is not None:
        where = place(out, "", "")
        kept = keep_notebook(data, NOTEBOOK, parameters, loaded.drivers, loaded.origin, where=where)
        return checked(kept).contents, kept
    notebook = injected(parsed(data, NOTEBOOK), parameters, NOTEBOOK)
    return notebook_outputs(execute(notebook, NOTEBOOK)), None


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
    data, _ = read_notebook(Path(path))
    where = starting_place(Path(out) if out is not None else None, resume=resume)
    loaded = load()
    return keep_notebook(
        data, Path(path).name, parameters or {}, loaded.drivers, loaded.origin, where=where,
        resume=resume,
    )  # fmt: skip


def verify_run(path: str | Path) -> Verdict:
    """What a check of every byte of a run found; loads no plugin.

    Raises InputError where there is no run at all.
    """
    return verify(Path(path))


def rerun(path: str | Path, out: str | Path | None = None, workers: int | None = None) -> Again:
    """Check a run, compute it again from its own inputs and say how far it agrees.

    ``out`` keeps the second run.  Raises as ``open_run`` does.
    """
    record = checked(Path(path))
    loaded, changed = prepare(record)
    keep_at = Path(out) if out is not None else None
    return compute_again(record, loaded, changed, out=keep_at, workers=workers)


def export_run(path: str | Path, target: str | Path, *, with_wheels: bool = False) -> Path:
    """A checked run as the zip ``target``, the same bytes each time.

    ``with_wheels`` puts the packages that it needs beside it.  Raises InputError for a run that
    is not as it was written or a target that exists, DiskError if disk or pip fails.
    """
    record = checked(Path(path))
    return export(record, Path(target), wheels(record.identity) if with_wheels else None)


def import_run(archive: str | Path, folder: str | Path = RUNS) -> Path:
    """Unpack the run in an archive into ``folder`` and check it; gives the run directory.

    Raises InputError for links, paths that leave the folder, bombs, or a run that is not sound.
    """
    return unpack(Path(archive), Path(folder)).path


def open_run(path: str | Path) -> Forecast:
    """The forecast of a kept run: checked byte by byte, then computed again from its own inputs.

    Warns if what is installed here gives other values.  Raises InputError for a run that is not
    as it was written, DiskError if a driver that it needs is not installed.
    """
    record = checked(Path(path))
    if record.is_notebook:
        raise InputError(f"{record.path.name} is a notebook run: look at outputs/notebook.ipynb")
    loaded, changed = prepare(record)
    again = compute_again(record, loaded, changed)
    assert again.forecast is not None
    if again.agreement.level == DIFFERENT:
        warnings.warn(f"{record.path.name}: {again.agreement}", stacklevel=2)
    return again.forecast


def keep_run(
    scenario: Scenario | str = "published",
    out: str | Path | None = None,
    *,
    extras: Iterable[str] = (),
    workers: int | None = None,
    until: float | None = None,
) -> Path:
    """Compute a scenario (or the shipped one of that name) with what is installed, and keep it.

    Gives the run directory: ``out``, or a new one in ``runs/``.  ``extras`` are ``draws``,
    ``histogram``, ``charts`` and ``workbook``; ``until`` is as in ``forecast``.  Raises as
    ``forecast`` does, and DiskError if the disk fails.
    """
    if isinstance(scenario, str):
        chosen = load_scenario(scenario)
        given = as_given(scenario_text(scenario)[0], chosen)
    else:
        given, chosen = "", scenario
    loaded, chosen = anchored(load(chosen.market, chosen), chosen)
    where = place(Path(out), "", "") if out is not None else None
    origin = replace(loaded.origin, given=given)
    how = How(workers, until=until, extras=also(extras), views=VIEWS)
    return keep(loaded.market, loaded.drivers, chosen, origin, how, where=where).path


def compare_runs(a: str | Path, b: str | Path, year: int | None = None) -> Bridge:
    """What changed from run ``a`` to run ``b``, and what each change did, USD in ``year``.

    Both are checked first.  Raises InputError for a run that is not as it was written, DiskError
    if a driver that either needs is not installed.
    """
    first, second = checked(Path(a)), checked(Path(b))
    loaded: dict[tuple[str, ...], Loaded] = {}

    def compute(
        scenario: Scenario, tables: Mapping[str, bytes], drivers: frozenset[str]
    ) -> Forecast:
        key = tuple(f"{name} {digest(data)}" for name, data in sorted(tables.items()))
        if key not in loaded:
            loaded[key] = load(scenario.market, scenario, tables)
        here = loaded[key]
        for record in (first, second):
            need_drivers(record, (driver.name for driver in here.drivers))
        acting = tuple(driver for driver in here.drivers if driver.name in drivers)
        return forecast(here.market, acting, scenario)

    return bridge(first, second, compute, year)
