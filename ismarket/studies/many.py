"""Many scenarios of one study, worked out first, then computed together on shared draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..analysis.grid import ScenarioGrid
from ..analysis.information import (
    Decision,
    Drawn,
    Information,
    information_of,
    value_of_information,
)
from ..analysis.sample_information import ALL, BASIS, THE_LEVEL, Sample
from ..engine.many import outcomes
from ..engine.workers import ALONE, Work, draws_bar
from ..errors import InputError, check_kind, list_of
from ..model.anchor import BASES
from ..model.grid import GridAxis, combined, make_axes, read_grid
from ..model.pooled import POOLED, estimates
from ..sampling.points import BLOCK, block_points
from ..text.wording import listed
from . import Study


def grid_of(
    study: Study,
    what: str | Path | tuple[GridAxis, ...],
    values: Mapping[str, Any],
    probability: Mapping[str, Any] | None,
    work: Work,
) -> ScenarioGrid:
    """Every combination of the axes in a file, or of those given as they are or by name."""
    if isinstance(what, str | Path):
        scenario, what = read_grid(what)
        study = study.changed(scenario)
    what = list_of("grid", what, GridAxis, "a TOML file with a [grid], or lists by axis")
    check_kind("grid, probability", probability, Mapping | None, "lists of weights by axis")
    axes = (*what, *make_axes(values, probability)) if values or not what else what
    plans = [study.changed(scenario).plan for scenario in combined(study.scenario, axes)]
    bases = {plan.price_basis for plan in plans}
    if len(bases) > 1 and any(axis.probability for axis in axes):
        raise InputError(f"grid: {listed(sorted(bases))} have no mixture; keep to one of them")
    if isinstance(work.progress, bool):
        with draws_bar(sum(plan.scenario.draws for plan in plans), shown=work.progress) as advance:
            found = outcomes(plans, study.drivers, replace(work, progress=advance))
    else:
        found = outcomes(plans, study.drivers, work)
    return ScenarioGrid(study.plan, axes, found)


def voi_of(
    study: Study, decision: Decision, by: Sequence[str], studies: Sequence[Sample]
) -> Information:
    """What knowing more, and what some studies, are worth to a decision.

    The level of a published estimate is one figure, and so is the basis of its dollars.  Where a
    study would inform them they are uncertain: the level is drawn as two or more estimates pool,
    the dollars are nominal or real in half of the draws each.
    """
    names = {one.of for one in studies if isinstance(one, Sample)}
    anchor, market = study.plan.anchor, study.market
    level = bool(names & {ALL, THE_LEVEL}) and anchor.published and not anchor.spread
    level = level and len(estimates(market.anchors)) > 1
    basis = bool(names & {ALL, BASIS}) and anchor.published and market.price_level is not None
    if not (level or basis):
        return value_of_information(study.forecast(), decision, by, studies)
    asked = study.changed(anchor=POOLED) if level else study
    read = BASES if basis else (study.scenario.price_basis,)
    name = study.scenario.name
    plans = [asked.changed(price_basis=one, name=name).plan for one in read]
    totals = [one.total for one in outcomes(plans, study.drivers, ALONE)]
    draws, seed = study.scenario.draws, study.scenario.seed
    points = [block_points([BASIS], {}, seed=seed, block=b) for b in range(-(-draws // BLOCK))]
    real = (np.concatenate(points, axis=1)[0, :draws] >= 1 << 31).astype(float)
    total = np.where(real > 0, totals[-1], totals[0])
    said = ["the level is drawn as the published estimates pool"] if level else []
    said += ["its dollars are nominal or real in half of the draws each"] if basis else []
    notice = f"Assumed here, since a study would inform it: {listed(said)}."
    drawn = Drawn(plans[0], total, {BASIS: real} if basis else {}, notice)
    return information_of(drawn, decision, by, studies)
