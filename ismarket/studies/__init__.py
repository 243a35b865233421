"""One way in: from the name of a scenario, a file or a kept run to something that can be asked.

What is installed is loaded here and nowhere else, for command line, notebook, explorer and runs
alike.  Analyses, and what keeps runs, are imported when they are asked for.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.forecast import Forecast
from ..engine.forecaster import forecast_of
from ..engine.plan import Plan, make_plan
from ..engine.workers import BlockStore, Progress, Sink, Work
from ..errors import InputError, check_kind
from ..model.anchor import Anchor
from ..model.anchor_file import ANCHOR, anchor_bytes, parse_anchor, with_anchor
from ..model.driver import Driver
from ..model.market import Claim, Market
from ..model.scenario import (
    INHERIT,
    Scenario,
    load_scenario,
    parse_scenario,
    scenario_text,
    write_scenario,
)
from ..model.tables import recording
from ..plugins.installed import Plugins, load_plugins
from ..runs.layout import MANIFEST
from ..runs.origin import Origin
from ..text.install import needs
from ..text.sheet import Sheet
from .options import with_options

if TYPE_CHECKING:
    from ..analysis.audit import Audit
    from ..analysis.backtest import Backtest
    from ..analysis.discovery import Discovery
    from ..analysis.grid import ScenarioGrid
    from ..analysis.information import Decision, Information
    from ..analysis.requirement import Requirement
    from ..analysis.sample_information import Sample
    from ..analysis.sensitivity import Sensitivity
    from ..analysis.track import Track
    from ..analysis.triangulation import Triangulation
    from ..analysis.updating import Observation
    from ..explorer.panel import Panel
    from ..model.grid import GridAxis
    from ..runs.keep import KeptRun
    from ..runs.verify import Record

WHAT = "the name of a scenario, a TOML file, a kept run or a Scenario"
AT_LOAD = ("market", "plugins", "pins")
"""Choices that decide what is loaded, so that an open study cannot change them."""


@dataclass(frozen=True, eq=False)
class Study:
    """A loaded market with its drivers and a scenario: what a person holds.

    ``origin`` is what it was made from, ``plugins`` are those that were loaded, and ``record`` is
    the kept run that it was opened from.  One of a market and drivers of your own is made by hand:
    ``Study(market, drivers, scenario)``.
    """

    market: Market
    drivers: tuple[Driver, ...]
    scenario: Scenario = field(default_factory=Scenario)
    origin: Origin = field(default_factory=Origin)
    plugins: Plugins | None = None
    record: Record | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """A line for each plugin that was left out."""
        return self.plugins.problems if self.plugins else ()

    def sheet(self) -> Sheet:
        """What it holds: market, level, drivers, and its inputs by status."""
        from .about import sheet

        return sheet(self)

    def __repr__(self) -> str:
        return str(self.sheet())

    def _repr_html_(self) -> str:
        return self.sheet().html()

    def __dir__(self) -> tuple[str, ...]:
        from .about import QUESTIONS

        return QUESTIONS

    @cached_property
    def plan(self) -> Plan:
        """The scenario worked out, once; InputError names a choice that is not known here."""
        return make_plan(self.market, self.drivers, self.scenario)

    def changed(self, scenario: Scenario | None = None, **changes: Any) -> Study:
        """The study of another ``scenario``, or with some choices of its own made differently.

        The file of an anchor that it names is read.  InputError for a choice that is none.
        """
        chosen = self.scenario if scenario is None else scenario
        for name in AT_LOAD:
            if name in changes and changes[name] != getattr(chosen, name):
                raise InputError(f"{name} is chosen when a study is opened: ismarket.study(...)")
        chosen = chosen.changed(**changes)
        drivers, files = self.drivers, dict[str, bytes]()
        if chosen.options != self.scenario.options:
            drivers, chosen, files = with_options(drivers, chosen, self.origin.tables)
        origin = replace(self.origin, tables={**self.origin.tables, **files})
        asked = replace(self, drivers=drivers, scenario=chosen, origin=origin, record=None)
        if file := chosen.anchor_file:
            return anchored(asked, anchor_bytes(file), file.name, chosen)
        return self if chosen == self.scenario else asked

    def forecast(
        self,
        scenario: Scenario | str | Path | None = None,
        *,
        workers: int | Executor | None = None,
        progress: Progress | bool | None = None,
        until: float | None = None,
        sink: Sink | None = None,
        store: BlockStore | None = None,
        **changes: Any,
    ) -> Forecast:
        """The forecast, with ``changes`` in the scenario; the rest is as in ``ismarket.forecast``.

        ``scenario`` is another one, by name, file or as it is, on what is loaded here.  That of a
        kept run is set against the run: a warning says if it differs.
        """
        asked = self.changed(None if scenario is None else a_scenario(scenario), **changes)
        made = forecast_of(asked.plan, asked.drivers, Work(workers, progress, sink, store), until)
        if asked.record is not None and until is None:
            from ..runs.again import Reopened
            from ..runs.agreement import DIFFERENT

            found = Reopened(asked.record, asked.plan, asked.drivers, asked.origin).agrees(made)
            if found.level == DIFFERENT:
                warnings.warn(f"{asked.record.path.name}: {found}", stacklevel=2)
        return made

    def compare(self, scenarios: Mapping[str, Mapping[str, Any]]) -> dict[str, Forecast]:
        """A forecast by name for each mapping of changes; all share their draws."""
        for changes in (scenarios, *(scenarios.values() if isinstance(scenarios, dict) else ())):
            check_kind("compare", changes, Mapping, "changes by name: {'slow': {'overlap': 0.5}}")
        return {
            name: self.forecast(**{"name": name, **changes}) for name, changes in scenarios.items()
        }

    def grid(
        self,
        what: str | Path | tuple[GridAxis, ...] = (),
        *,
        probability: Mapping[str, Sequence[float]] | None = None,
        workers: int | Executor | None = None,
        progress: Progress | bool | None = None,
        **axes: Sequence[Any],
    ) -> ScenarioGrid:
        """Every combination of some choices on shared draws: ``grid(anchor=[...], through=[...])``.

        An axis is a choice, ``strength.DRIVER`` or the key of a parameter, with a list of values;
        ``probability`` gives lists of weights by axis.  ``what`` is a TOML file with a ``[grid]``,
        or axes as ``read_grid`` gives them.  Raises InputError for what is no axis or no value.
        """
        from .many import grid_of

        return grid_of(self, what, axes, probability, Work(workers, progress))

    def sensitivity(
        self, *, output: str = "value", by: str = "parameter", points: int = 4096
    ) -> Sensitivity:
        """What ``output`` depends on, as in ``sensitivity_of``."""
        from ..analysis.sensitivity import sensitivity_of

        asked = self.market, self.drivers, self.scenario
        return sensitivity_of(*asked, output=output, by=by, points=points)

    def require(
        self, *, cagr: float | None = None, value: float | None = None, year: int | None = None
    ) -> Requirement:
        """What a growth or a value would require, as in ``ismarket.require``."""
        from ..analysis.requirement import require

        asked = self.market, self.drivers, self.scenario
        return require(*asked, cagr=cagr, value=value, year=year)

    def voi(
        self,
        decision: Decision,
        by: Sequence[str] = ("input", "cause"),
        studies: Sequence[Sample] = (),
    ) -> Information:
        """What knowing more is worth to a decision, as in ``value_of_information``.

        ``studies`` may be of the ``level`` and of the ``price_basis``, which then are uncertain.
        """
        from .many import voi_of

        return voi_of(self, decision, by, studies)

    def discover(
        self,
        *,
        cagr: float | None = None,
        value: float | None = None,
        year: int | None = None,
        reached: bool = False,
    ) -> Discovery:
        """The futures in which a growth or a value is missed, as in ``ismarket.discover``."""
        from ..analysis.discovery import discover

        return discover(self.forecast(), cagr=cagr, value=value, year=year, reached=reached)

    def audit(self, claims: Iterable[Claim] | None = None) -> Audit:
        """Each claim of the report beside its number, as in ``audit_report``."""
        from ..analysis.audit import audit_report

        return audit_report(self.market, self.drivers, self.scenario, claims=claims)

    def triangulate(self, anchors: Iterable[Anchor] = ()) -> Triangulation:
        """The published levels beside each other and the count, as in ``ismarket.triangulate``."""
        from ..analysis.triangulation import triangulate

        seed = self.scenario.seed
        return triangulate(self.market, self.drivers, anchors=anchors, seed=seed)

    def backtest(self) -> Backtest:
        """The verified past scored by simple methods and by this growth, as in ``backtest_of``."""
        from ..analysis.backtest import backtest_of

        return backtest_of(self.forecast())

    def track(
        self,
        runs: Iterable[str | Path],
        actuals: str | Path | Iterable[Observation] | None = None,
    ) -> Track:
        """Actuals against kept runs of this market, as in ``ismarket.track``."""
        from .kept import track

        return track(runs, actuals, self.market.name)

    def keep(
        self,
        out: str | Path | None = None,
        *,
        extras: Iterable[str] = (),
        workers: int | Executor | None = None,
        progress: Progress | None = None,
        until: float | None = None,
        sink: Sink | None = None,
        resume: bool = False,
    ) -> KeptRun:
        """The forecast computed and kept as a run: at ``out``, or a new one in ``runs/``.

        ``extras`` are ``draws``, ``histogram``, ``charts`` and ``workbook``; with ``resume`` an
        interrupted run at ``out`` goes on.  Raises as ``forecast`` does, DiskError if a disk fails.
        """
        from ..runs.keep import How, keep
        from ..runs.start import place
        from ..runs.views import also

        check_kind("keep, out", out, str | Path | None, "a folder")
        where = place(Path(out), "", "") if out is not None else None
        origin = replace(self.origin, flags=self._flags())
        how = How(workers, progress, sink, until, also(extras))
        return keep(self.plan, self.drivers, origin, how, where=where, resume=resume)

    def _flags(self) -> tuple[str, ...]:
        """What was changed in the scenario as it was given, a line of TOML each."""
        if not self.origin.given:
            return ()
        given = parse_scenario(self.origin.given, f"{self.scenario.name}.toml")
        before = set(write_scenario(given).splitlines())
        now = write_scenario(self.scenario).splitlines()
        return tuple(n for n in now if n not in before and not n.startswith(("name =", "title =")))

    def explore(self) -> Panel:
        """The explorer panel of this study, for a notebook."""
        with needs("explore()", "notebook"):
            from ..explorer.panel import opened
        return opened(self)


# opening ------------------------------------------------------------------------------------


def study(
    what: str | Path | Scenario = "published", *, strict: bool = False, **changes: Any
) -> Study:
    """A shipped scenario by name, a TOML file, a scenario of your own, or a kept run, loaded.

    ``changes`` are choices of the scenario; a run is checked byte by byte and stands on its own
    tables.  With ``strict`` a plugin that cannot be loaded is an error.  Raises InputError for
    what is not there or not as it was written, DiskError for drivers that are not installed.
    """
    check_kind("study", what, (str, Path, Scenario), WHAT)
    if not isinstance(what, Scenario) and (Path(what) / MANIFEST).is_file():
        from ..runs.verify import checked

        return of_run(checked(Path(what))).changed(**changes)
    at_load = {name: changes.pop(name) for name in AT_LOAD if name in changes}
    return loaded(what, strict=strict, at_load=at_load).changed(**changes)


def a_scenario(what: Scenario | str | Path) -> Scenario:
    """A scenario as it is, or by its name or file."""
    check_kind(
        "scenario", what, (str, Path, Scenario), "the name of a scenario, its file or a Scenario"
    )
    return what if isinstance(what, Scenario) else load_scenario(what)


def loaded(
    what: str | Path | Scenario,
    tables: Mapping[str, bytes] | None = None,
    *,
    market: Market | None = None,
    strict: bool = False,
    at_load: Mapping[str, Any] | None = None,
) -> Study:
    """What is installed for a scenario, or what it chooses and pins of it.

    The scenario may still name the file of an anchor, which ``changed`` reads.  ``tables`` by
    name are read instead of the installed ones; an anchor file among them adds its anchor to the
    market.  ``market`` is one made by hand, instead of the installed one; ``at_load`` are choices
    AT_LOAD made differently.
    """
    tables, scenario = tables or {}, a_scenario(what)
    given = "" if isinstance(what, Scenario) else _as_given(scenario_text(what)[0], scenario)
    scenario = scenario.changed(**at_load) if at_load else scenario
    with recording(tables) as read:
        plugins = load_plugins(scenario=scenario, strict=strict)
        drivers = plugins.drivers
        market = plugins.market(scenario.market) if market is None else market
    providers = {
        plugin
        for hook in ("register_markets", "register_anchors")
        for plugin, item in plugins.objects(hook)
        if market.name in (getattr(item, "name", ""), getattr(item, "market", ""))
    }
    if paths := scenario.options:
        drivers, scenario, files = with_options(drivers, scenario, tables)
        read |= files
        for key, name in scenario.options.items():
            given = given.replace(str(paths[key]), str(name))  # a run names no folder
    origin = Origin(dict(sorted(read.items())), tuple(sorted(providers)), given)
    found = Study(market, drivers, scenario, origin, plugins)
    if ANCHOR not in tables:
        return found
    return replace(anchored(found, tables[ANCHOR], ANCHOR), scenario=scenario)


def anchored(study: Study, data: bytes, file: str, scenario: Scenario | None = None) -> Study:
    """The study on the level of the anchor that ``data`` describes; ``file`` is for errors."""
    if study.origin.tables.get(ANCHOR) == data:
        market, name = study.market, parse_anchor(data, study.market, file).name
    else:
        market, name = with_anchor(study.market, data, file)
    origin = replace(study.origin, tables={**study.origin.tables, ANCHOR: data})
    chosen = replace(scenario or study.scenario, anchor=name)
    return replace(study, market=market, scenario=chosen, origin=origin, record=None)


def _as_given(text: str, scenario: Scenario) -> str:
    """The text of a scenario that stands alone: what it inherits is written out in a run.

    An anchor file goes by its name there, not by its folder.
    """
    if re.search(rf"^\s*{INHERIT}\s*=", text, re.M):
        text = write_scenario(scenario)
    if not scenario.anchor_file:
        return text
    return text.replace(scenario.anchor, ANCHOR) if scenario.anchor in text else ""


def of_run(record: Record) -> Study:
    """The study of a kept run that was checked, on its own tables and with its own drivers."""
    from ..runs.agreement import need_drivers

    found = loaded(record.scenario, record.tables)
    need_drivers(record, (driver.name for driver in found.drivers))
    wanted = record.identity["installed"]
    drivers = tuple(driver for driver in found.drivers if driver.name in wanted)
    return replace(found, drivers=drivers, record=record)
