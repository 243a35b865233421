"""The options of drivers as a scenario says them, and the files that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..engine.plan import chosen_options
from ..model.driver import Driver
from ..model.scenario import Scenario
from ..model.tables import recording, table_name


def with_options(
    drivers: Iterable[Driver], scenario: Scenario, tables: Mapping[str, bytes]
) -> tuple[tuple[Driver, ...], Scenario, dict[str, bytes]]:
    """The drivers with the options of a scenario, and the files that these name, by name.

    In the scenario a file goes by its name among the tables of a study, not by its folder.
    """
    with recording(tables) as read:
        chosen = chosen_options(drivers, scenario)
    files = {f"{d.name}.{o.name}" for d in chosen for o in d.options if o.kind == "file"}
    named = {k: table_name(str(v)) if k in files else v for k, v in scenario.options.items()}
    scenario = replace(scenario, options=named)
    with recording({**tables, **read}):
        return tuple(chosen_options(chosen, scenario)), scenario, read
