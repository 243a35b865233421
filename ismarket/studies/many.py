"""Many scenarios of one study: worked out first, then computed together on shared draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..analysis.grid import ScenarioGrid
from ..engine.many import outcomes
from ..engine.workers import Work, draws_bar
from ..errors import InputError
from ..model.grid import GridAxis, combined, make_axes, read_grid
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
