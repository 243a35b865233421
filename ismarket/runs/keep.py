"""Keeping a run: computed from its blocks, written beside its place, moved there in one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..driver import Driver
from ..forecaster import Progress, Sink, forecast
from ..market import Market
from ..outcome import Forecast
from ..plan import Plan, make_plan
from ..scenario import Scenario, write_scenario
from .blocks import MOST_KEPT, Blocks, check_room
from .finish import About, common_inputs, publish, seal_run
from .layout import BLOCKS, GIVEN, RESOLVED
from .origin import Origin, identity, plan_digest, resolved
from .outputs import check_kept, outputs
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
    workers: int | Executor | None = None,
    progress: Progress | None = None,
    sink: Sink | None = None,
    extras: Iterable[str] = (),
    computed: Forecast | None = None,
) -> Kept:
    """Compute the forecast of ``scenario`` and keep it as a run.

    ``where`` is a place in ``runs/`` unless given; with ``resume`` a run that was interrupted
    there goes on from its finished blocks.  ``extras`` adds tables such as ``draws``;
    ``computed`` is the forecast of this very scenario if there is one already.  Raises InputError
    for a bad scenario or a taken name, DriverError for a driver that breaks its contract,
    DiskError if the disk fails; what is finished is kept then.
    """
    installed, extras = tuple(drivers), tuple(extras)
    scenario = resolved(make_plan(market, installed, scenario))
    plan = make_plan(market, installed, scenario)
    if "draws" in extras or "histogram" in extras:
        check_kept(scenario.draws)
    made_of = identity(plan, installed, origin)
    where = where or place(None, plan.scenario.name, plan_digest(made_of))
    contents = inputs(plan, origin, made_of)
    with taken(where, made_of, contents, extras=extras, resume=resume) as begun:
        result = computed
        if result is None:
            store = _open(Blocks(where.partial / BLOCKS), plan)
            result = forecast(
                market, installed, scenario, workers, progress, sink=sink, store=store
            )
        write_all(where.partial, outputs(result, begun.extras))
        log(where.partial, {"event": "finished", "time": now()})
        seal_run(where, about(plan), made_of, begun.started)
        publish(where)
    return Kept(result, where.final)


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
    named = {
        "name": scenario.name,
        "market": plan.market.name,
        "anchor": plan.anchor.name,
        "through": plan.years[-1],
        "draws": scenario.draws,
        "seed": scenario.seed,
    }
    subject = f"scenario {scenario.name or 'unnamed'}, anchor {plan.anchor.name}"
    return About(plan.market.title, subject, named)


def _open(blocks: Blocks, plan: Plan) -> Blocks | None:
    if plan.scenario.draws > MOST_KEPT:
        return None
    check_room(blocks.folder.parent, plan.scenario.draws)
    blocks.open()
    return blocks
