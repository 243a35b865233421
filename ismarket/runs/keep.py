"""Keeping a run: computed from its blocks, written beside its place, moved there in one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..engine.forecast import Forecast
from ..engine.forecaster import forecast
from ..engine.plan import Plan, make_plan
from ..engine.workers import KEPT, Progress, Sink
from ..errors import InputError
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import Scenario, write_scenario
from .blocks import MOST_SUNK, Blocks, check_room
from .finish import About, common_inputs, publish, seal_run
from .layout import BLOCKS, GIVEN, RESOLVED
from .manifest import named
from .origin import Origin, identity, plan_digest, resolved
from .outputs import EXTRAS, check_kept, outputs
from .partial import log, taken, write_all
from .start import Place, now, place
from .view import View, tools


@dataclass(frozen=True, eq=False)
class Kept:
    """A finished run: the forecast and the folder that holds it."""

    forecast: Forecast
    path: Path


@dataclass(frozen=True, eq=False)
class How:
    """How a run is computed and what it holds besides its tables.

    ``until`` draws until the last year is that exact, as ``forecast`` does; ``extras`` are names
    of further tables and of ``views``.
    """

    workers: int | Executor | None = None
    progress: Progress | None = None
    sink: Sink | None = None
    until: float | None = None
    extras: tuple[str, ...] = ()
    views: Mapping[str, View] = field(default_factory=dict)


def keep(
    market: Market,
    drivers: Iterable[Driver],
    scenario: Scenario,
    origin: Origin,
    how: How | None = None,
    *,
    where: Place | None = None,
    resume: bool = False,
) -> Kept:
    """Compute the forecast of ``scenario`` and keep it as a run.

    ``where`` is a place in ``runs/`` unless given; with ``resume`` a run that was interrupted
    there goes on from its finished blocks.  Raises InputError for a bad scenario or a taken name,
    DriverError for a driver that breaks its contract, DiskError if the disk fails; what is
    finished is kept then.
    """
    installed, how = tuple(drivers), how or How()
    scenario = resolved(make_plan(market, installed, scenario))
    plan = make_plan(market, installed, scenario)
    _check(plan, how)
    made_of = identity(plan, installed, origin, how.until, tools(how.views, how.extras))
    where = where or place(None, plan.scenario.name, plan_digest(made_of))
    contents = inputs(plan, origin, made_of)
    with taken(where, made_of, contents, extras=how.extras, resume=resume) as begun:
        store = _open(Blocks(where.partial / BLOCKS), plan, how)
        result = forecast(
            market, installed, scenario, how.workers, how.progress, how.until, how.sink, store
        )
        files = outputs(result, [name for name in begun.extras if name in EXTRAS])
        for view in (how.views[name] for name in begun.extras if name in how.views):
            files |= {f"outputs/{path}": data for path, data in view.make(result).items()}
        if how.until:  # now it is known how many draws that took
            files[RESOLVED] = write_scenario(result.plan.scenario).encode()
        write_all(where.partial, files)
        log(where.partial, {"event": "finished", "time": now()})
        seal_run(where, about(result.plan), made_of, begun.started)
        publish(where)
    return Kept(result, where.final)


def _check(plan: Plan, how: How) -> None:
    """Raise InputError for a table that these draws cannot fill, or a view that cannot be made."""
    tables = [name for name in how.extras if name in EXTRAS]
    if tables and how.until:
        raise InputError(f"--also {tables[0]} goes with --draws, not with --until")
    if tables:
        check_kept(plan.scenario.draws)
    for check in (how.views[name].check for name in how.extras if name in how.views):
        if check:
            check(plan)


def inputs(plan: Plan, origin: Origin, made_of: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that say what a run is made from; all are known before it starts."""
    as_given = origin.given or write_scenario(plan.scenario)
    files = {GIVEN: as_given.encode(), RESOLVED: write_scenario(plan.scenario).encode()}
    if origin.flags:
        files["inputs/flags.txt"] = ("\n".join(origin.flags) + "\n").encode()
    return files | common_inputs(made_of, origin.tables)


def about(plan: Plan) -> About:
    """What a forecast is about."""
    scenario = plan.scenario
    subject = f"scenario {scenario.name or 'unnamed'}, anchor {plan.anchor.name}"
    return About(plan.market.title, subject, named(scenario))


def _open(blocks: Blocks, plan: Plan, how: How) -> Blocks | None:
    """The store of a run; None where so many draws are wanted one by one that it would not fit."""
    draws = plan.scenario.draws
    if how.sink and draws > MOST_SUNK:
        return None
    kept = KEPT if how.until else draws if draws <= KEPT or how.sink else 0
    check_room(blocks.folder.parent, kept, counted=bool(how.until) or kept < draws)
    blocks.open()
    return blocks
