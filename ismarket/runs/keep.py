"""Keeping a run: computed from its blocks, written beside its place, moved there in one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..driver import Driver
from ..forecaster import forecast
from ..market import Market
from ..outcome import Forecast
from ..plan import Plan, make_plan
from ..scenario import Scenario, write_scenario
from . import disk
from .blocks import MOST_KEPT, Blocks, check_room
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
    to_json,
    tree,
)  # fmt: skip
from .manifest import build, sums
from .origin import Origin, identity, plan_digest, resolved
from .outputs import outputs
from .readme import readme
from .start import Place, log, now, place, taken, write_all


@dataclass(frozen=True, eq=False)
class Kept:
    """A finished run: the forecast and the folder that holds it."""

    forecast: Forecast
    path: Path


def keep(
    market: Market,
    drivers: Iterable[Driver],
    scenario: Scenario,
    origin: Origin,
    *,
    where: Place | None = None,
    resume: bool = False,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
    extras: Iterable[str] = (),
) -> Kept:
    """Compute the forecast of ``scenario`` and keep it as a run.

    ``where`` is a place in ``runs/`` unless given; with ``resume`` a run that was interrupted
    there goes on from its finished blocks.  ``extras`` adds tables such as ``draws``.  Raises
    InputError for a bad scenario or a taken name, DriverError for a driver that breaks its
    contract, DiskError if the disk fails; what is finished is kept then.
    """
    installed = tuple(drivers)
    scenario = resolved(make_plan(market, installed, scenario))
    plan = make_plan(market, installed, scenario)
    made_of = identity(plan, installed, origin)
    where = where or place(None, plan.scenario.name, plan_digest(made_of))
    contents = inputs(plan, origin, made_of)
    with taken(where, made_of, contents, extras=tuple(extras), resume=resume) as begun:
        store = _open(Blocks(where.partial / BLOCKS), plan)
        result = forecast(
            market, installed, scenario, workers=workers, progress=progress, store=store
        )
        write_all(where.partial, outputs(result, begun.extras))
        log(where.partial, {"event": "finished", "time": now()})
        _seal(where, plan, made_of, begun.started)
        _publish(where)
    return Kept(result, where.final)


def inputs(plan: Plan, origin: Origin, made_of: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that say what a run is made from; all are known before it starts."""
    as_given = origin.given or write_scenario(plan.scenario)
    files = {
        GIVEN: as_given.encode(),
        RESOLVED: write_scenario(plan.scenario).encode(),
        "environment/environment.json": to_json(made_of["environment"]),
        "environment/code.json": to_json(made_of["code"]),
        "environment/requirements.txt": "".join(
            f"{name}=={package['version']}\n"
            for name, package in made_of["environment"]["packages"].items()
        ).encode(),
    }
    if origin.flags:
        files["inputs/flags.txt"] = ("\n".join(origin.flags) + "\n").encode()
    for plugin in made_of["plugins"]:
        files[f"drivers/{plugin_file(plugin['plugin'])}"] = to_json(plugin)
    files |= {f"{TABLES}/{name}": data for name, data in origin.tables.items()}
    return files


def plugin_file(name: str) -> str:
    """A file name for a plugin, whatever it is called."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in name)
    return f"{safe[:60] or 'plugin'}.json"


def _open(blocks: Blocks, plan: Plan) -> Blocks | None:
    if plan.scenario.draws > MOST_KEPT:
        return None
    market = plan.market
    numbers = len(plan.years) + 2 * (len(market.regions) + len(market.drug_classes))
    check_room(blocks.folder.parent, plan.scenario.draws, numbers + 1 + len(plan.drivers))
    blocks.open()
    return blocks


def _seal(where: Place, plan: Plan, made_of: Mapping[str, Any], started: str) -> None:
    """README, crate, manifest and sums: everything that speaks of the other files."""
    partial, finished = where.partial, now()
    found = tree(partial)[0].items()
    contents = {p: file.read_bytes() for p, file in found if not p.startswith(f"{BLOCKS}/")}
    contents[README] = readme(where.final.name, plan, contents)
    contents[CRATE] = crate(
        name=where.final.name, title=plan.scenario.title or plan.scenario.name or "forecast",
        started=started, finished=finished, paths=contents, plugins=made_of["plugins"],
    )  # fmt: skip
    scenario = {
        "name": plan.scenario.name,
        "market": plan.market.name,
        "anchor": plan.anchor.name,
        "through": plan.years[-1],
        "draws": plan.scenario.draws,
        "seed": plan.scenario.seed,
    }
    manifest = build(
        name=where.final.name, started=started, finished=finished, scenario=scenario,
        plan=plan_digest(made_of), contents=contents,
    )  # fmt: skip
    written = to_json(manifest)
    write_all(partial, {
        README: contents[README], CRATE: contents[CRATE], MANIFEST: written,
        SUMS: sums(manifest, written),
    })  # fmt: skip


def _publish(where: Place) -> None:
    """The one step that makes a run of a partial folder; done only when the parent is synced."""
    disk.remove_if_there(where.partial / BLOCKS)
    disk.sync_folder(where.partial)
    disk.rename(where.partial, where.final)
    disk.sync_folder(where.final.parent)
