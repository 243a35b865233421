"""Keeping a run: computed from its blocks, written beside its place, moved there in one step."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..engine.forecast import Forecast
from ..engine.forecaster import forecast_of
from ..engine.plan import Plan
from ..engine.workers import KEPT, Progress, Sink, Work
from ..errors import InputError, in_short
from ..model.driver import Driver
from ..model.scenario import write_scenario
from . import disk
from .blocks import MOST_SUNK, Blocks, check_room
from .crate import crate
from .layout import (
    BLOCKS,
    CRATE,
    GIVEN,
    MANIFEST,
    README,
    RESOLVED,
    SUMS,
    TABLES,
    digest,
    to_json,
    tree,
)  # fmt: skip
from .manifest import build, named, plan_digest, readme, sums
from .origin import Origin, identity, resolved
from .outputs import EXTRAS, check_kept, outputs
from .start import Place, log, now, place, taken, write_all
from .views import VIEWS, tools


@dataclass(frozen=True, eq=False)
class KeptRun:
    """A finished run: the forecast and the folder that holds it."""

    forecast: Forecast
    path: Path


@dataclass(frozen=True, eq=False)
class How:
    """How a run is computed and what it holds besides its tables.

    ``until`` draws until the last year is that exact, as ``forecast`` does; ``extras`` are names
    of further tables and of views.
    """

    workers: int | Executor | None = None
    progress: Progress | None = None
    sink: Sink | None = None
    until: float | None = None
    extras: tuple[str, ...] = ()


def keep(
    plan: Plan,
    installed: tuple[Driver, ...],
    origin: Origin,
    how: How | None = None,
    *,
    where: Place | None = None,
    resume: bool = False,
) -> KeptRun:
    """Compute the forecast of ``plan``, made from the ``installed`` drivers, and keep it as a run.

    ``where`` is a place in ``runs/`` unless given; with ``resume`` a run that was interrupted
    there goes on from its finished blocks.  Raises InputError for a taken name, DriverError for a
    driver that breaks its contract, DiskError if the disk fails; what is finished is kept then.
    """
    how, plan = how or How(), replace(plan, scenario=resolved(plan))
    _check(plan, how)
    made_of = identity(plan, installed, origin, how.until, tools(how.extras))
    where = where or place(None, plan.scenario.name, plan_digest(made_of))
    as_given = origin.given or write_scenario(plan.scenario)
    contents = {GIVEN: as_given.encode(), RESOLVED: write_scenario(plan.scenario).encode()}
    if origin.flags:
        contents["inputs/flags.txt"] = ("\n".join(origin.flags) + "\n").encode()
    contents |= common_inputs(made_of, origin.tables)
    with taken(where, made_of, contents, extras=how.extras, resume=resume) as begun:
        store = _open(Blocks(where.partial / BLOCKS), plan, how)
        work = Work(how.workers, how.progress, how.sink, store)
        result = forecast_of(plan, installed, work, how.until)
        files = outputs(result, [name for name in begun["extras"] if name in EXTRAS])
        for name in (name for name in begun["extras"] if name in VIEWS):
            files |= _view(name, result)
        if how.until:  # now it is known how many draws that took
            files[RESOLVED] = write_scenario(result.plan.scenario).encode()
        write_all(where.partial, files)
        log(where.partial, {"event": "finished", "time": now()})
        scenario = result.plan.scenario
        subject = f"scenario {scenario.name or 'unnamed'}, anchor {plan.anchor.name}"
        seal_run(where, made_of, begun["started"], plan.market.title, subject, named(scenario))
        publish(where)
    return KeptRun(result, where.final)


def _check(plan: Plan, how: How) -> None:
    """Raise InputError for a table that these draws cannot fill."""
    tables = [name for name in how.extras if name in EXTRAS]
    if tables and how.until:
        raise InputError(f"--also {tables[0]} goes with --draws, not with --until")
    if tables:
        check_kept(plan.scenario.draws)


def _view(name: str, forecast: Forecast) -> dict[str, bytes]:
    """The files of a view by path; none and a warning where it fails, since the run is whole."""
    try:
        made = VIEWS[name].make(forecast)
    except Exception as error:
        warnings.warn(
            f"{name}: left out of the run, the rest is kept ({in_short(error)})", stacklevel=2
        )
        return {}
    return {f"outputs/{path}": data for path, data in made.items()}


def _open(blocks: Blocks, plan: Plan, how: How) -> Blocks | None:
    """The store of a run; None where so many draws are wanted one by one that it would not fit."""
    draws = plan.scenario.draws
    if how.sink and draws > MOST_SUNK:
        return None
    kept = KEPT if how.until else draws if draws <= KEPT or how.sink else 0
    check_room(blocks.folder.parent, kept, counted=bool(how.until) or kept < draws)
    blocks.open()
    return blocks


def common_inputs(made_of: Mapping[str, Any], tables: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of every run that are known before it starts: environment, drivers, tables."""
    packages = made_of["environment"]["packages"]
    pins = [f"{name}=={package['version']}\n" for name, package in packages.items()]
    files = {
        "environment/environment.json": to_json(made_of["environment"]),
        "environment/code.json": to_json(made_of["code"]),
        "environment/requirements.txt": "".join(pins).encode(),
    }
    for plugin in made_of["plugins"]:
        files[f"drivers/{_file_name(plugin['plugin'])}.json"] = to_json(plugin)
    return files | {f"{TABLES}/{name}": data for name, data in tables.items()}


def _file_name(plugin: str) -> str:
    """A file name for a plugin, whatever it is called."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in plugin)[:60]
    return safe if safe == plugin else f"{safe}-{digest(plugin.encode())[:8]}"


def seal_run(
    where: Place,
    made_of: Mapping[str, Any],
    started: str,
    title: str,
    subject: str,
    scenario: Mapping[str, Any] | None = None,
) -> None:
    """Write README, crate, manifest and sums: everything that speaks of the other files.

    ``title`` and ``subject`` say what the run is about, ``scenario`` as the manifest names it.
    """
    partial, finished, name = where.partial, now(), where.final.name
    found = tree(partial)[0].items()
    contents = {p: file.read_bytes() for p, file in found if not p.startswith(f"{BLOCKS}/")}
    contents[README] = readme(name, title, subject, contents)
    contents[CRATE] = crate(
        name=name, title=title, started=started, finished=finished, paths=contents,
        plugins=made_of["plugins"],
    )  # fmt: skip
    manifest = build(
        name=name, started=started, finished=finished, scenario=scenario,
        plan=plan_digest(made_of), contents=contents,
    )  # fmt: skip
    written = to_json(manifest)
    write_all(partial, {
        README: contents[README], CRATE: contents[CRATE], MANIFEST: written,
        SUMS: sums(manifest, written),
    })  # fmt: skip


def publish(where: Place) -> None:
    """The one step that makes a run of a partial folder; done only when the parent is synced."""
    disk.remove_if_there(where.partial / BLOCKS)
    disk.sync_folder(where.partial)
    disk.rename(where.partial, where.final)
    disk.sync_folder(where.final.parent)
