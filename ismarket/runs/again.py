"""A kept run computed again, from what is installed here: how far it agrees, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ..engine.forecast import Forecast
from ..engine.forecaster import forecast_of
from ..engine.plan import Plan
from ..engine.workers import Work
from ..model.driver import Driver
from .agreement import Agreement, agreement, changes
from .keep import How, keep
from .layout import GIVEN, NOTEBOOK
from .notebook import (
    execute,
    injected,
    keep_notebook,
    notebook_identity,
    notebook_outputs,
    parsed,
)  # fmt: skip
from .origin import Origin, identity
from .outputs import EXTRAS, outputs
from .start import place
from .verify import Record, checked
from .views import also, tools


@dataclass(frozen=True, eq=False)
class Again:
    """A run computed again: the forecast (a notebook has none), how far it agrees, where it is."""

    forecast: Forecast | None
    agreement: Agreement
    path: Path | None = None

    def __str__(self) -> str:
        return str(self.agreement)

    __repr__ = __str__


@dataclass(frozen=True, eq=False)
class Reopened:
    """A checked run beside what is installed for it here; a notebook has no plan."""

    record: Record
    plan: Plan | None
    drivers: tuple[Driver, ...]
    origin: Origin

    @cached_property
    def changed(self) -> dict[str, list[str]]:
        """What is another here than where the run was made: a line each, by part."""
        old = self.record.identity
        if self.plan is None:
            data, parameters = self.record.contents[NOTEBOOK], old["parameters"]
            return changes(old, notebook_identity(data, parameters, self.drivers, self.origin))
        used = tools(self.record.extras)
        return changes(old, identity(self.plan, self.drivers, self.origin, tools=used))

    def agrees(self, made: Forecast) -> Agreement:
        """How far a forecast made here agrees with the run."""
        tables = [name for name in self.record.extras if name in EXTRAS]
        return self._judged(outputs(made, tables))

    def again(self, out: Path | None = None, workers: int | None = None) -> Again:
        """The run computed again from its own inputs and set against it; kept at ``out`` if given.

        Raises InputError where ``out`` is taken or a cell of a notebook fails, DriverError for a
        driver that breaks its contract, DiskError if the disk fails.
        """
        where = place(out, "", "") if out is not None else None
        if self.plan is None:
            data, parameters = self.record.contents[NOTEBOOK], self.record.identity["parameters"]
            if where is None:
                made = execute(injected(parsed(data, NOTEBOOK), parameters, NOTEBOOK), NOTEBOOK)
                return Again(None, self._judged(notebook_outputs(made)))
            kept = keep_notebook(data, NOTEBOOK, parameters, self.drivers, self.origin, where=where)
            return Again(None, self._judged(checked(kept).contents), kept)
        if where is None:
            result = forecast_of(self.plan, self.drivers, Work(workers))
            return Again(result, self.agrees(result))
        origin = replace(self.origin, given=self.record.contents[GIVEN].decode("utf-8"))
        how = How(workers, extras=also(self.record.extras))
        run = keep(self.plan, self.drivers, origin, how, where=where)
        return Again(run.forecast, self.agrees(run.forecast), run.path)

    def _judged(self, made: Mapping[str, bytes]) -> Agreement:
        reasons = (line for lines in self.changed.values() for line in lines)
        return agreement(self.record, made, reasons)
