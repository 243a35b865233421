"""In one call from the name of a scenario, or from values of your own, to a forecast."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from ..engine.forecast import Forecast
from ..engine.workers import BlockStore, Progress, Sink
from ..errors import InputError, check_kind
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import DEFAULT_SCENARIO, Scenario
from . import WHAT, Study, a_scenario, study


def forecast(
    market: Market | Scenario | str | Path = DEFAULT_SCENARIO,
    drivers: Iterable[Driver] | None = None,
    scenario: Scenario | str | Path | None = None,
    *,
    workers: int | Executor | None = None,
    progress: Progress | bool | None = None,
    until: float | None = None,
    sink: Sink | None = None,
    store: BlockStore | None = None,
    **changes: Any,
) -> Forecast:
    """The forecast of a scenario by name, of a file, of a kept run, or of values of your own.

    ``forecast("evidence", through=2035)`` loads what is installed; ``forecast(market, drivers,
    scenario)`` takes a market and drivers made by hand.  ``workers`` is how many threads share the
    blocks of draws, or an executor of processes or of a cluster that runs them; the answer is the
    same to the last bit.  ``progress`` is called with the draws that have been finished; True shows
    a bar in a notebook or terminal.  ``until`` (0.001 is 0.1%) draws until, in 19 of 20 seeds, P50
    and P95 of the last year lie no further than that from where endless draws would put them;
    ``plan.scenario.draws`` says how many it took.  ``sink`` is handed the draws of each block by
    column; ``store`` keeps what is finished, so that an interrupted forecast goes on from there.
    Raises InputError for a scenario that market or drivers do not know, DriverError for a driver
    that breaks its contract.
    """
    if isinstance(market, Market):
        give = "the drivers as well, as ismarket.load_drivers(), or the name of a scenario alone"
        check_kind("forecast(market, drivers)", drivers, Iterable, give)
        chosen = Scenario() if scenario is None else a_scenario(scenario)
        asked = Study(market, tuple(drivers or ()), chosen)
    else:
        check_kind(
            "forecast", market, (str, Path, Scenario), f"{WHAT}, or a market and its drivers"
        )
        if drivers is not None or scenario is not None:
            raise InputError("forecast: drivers and scenario go with a market; give all three")
        asked = study(market)
    return asked.forecast(
        workers=workers, progress=progress, until=until, sink=sink, store=store, **changes
    )
