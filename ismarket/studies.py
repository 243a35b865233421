"""One way in: from the name of a scenario, a file or a kept run to something that can be asked.

What is installed is loaded here and nowhere else, for command line, notebook, explorer and runs
alike.  Analyses, and what keeps runs, are imported when they are asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .engine.forecast import Forecast
from .engine.forecaster import forecast_of
from .engine.plan import Plan, make_plan, with_options
from .engine.workers import BlockStore, Progress, Sink, Work
from .errors import InputError
from .model.anchor import Anchor
from .model.anchor_file import ANCHOR, anchor_bytes, parse_anchor, with_anchor
from .model.driver import Driver
from .model.market import Claim, Market
from .model.scenario import Scenario, load_scenario, parse_scenario, scenario_text, write_scenario
from .model.tables import recording
from .plugins.installed import load_plugins
from .runs.layout import MANIFEST, digest
from .runs.origin import Origin
from .text.install import needs

if TYPE_CHECKING:
    from .analysis.audit import Audit
    from .analysis.backtest import Backtest
    from .analysis.information import Decision, Information
    from .analysis.requirement import Requirement
    from .analysis.sensitivity import Sensitivity
    from .analysis.triangulation import Triangulation
    from .explorer.panel import Panel
    from .runs.again import Again, Reopened
    from .runs.bridge import Bridge
    from .runs.keep import KeptRun
    from .runs.verify import Record

AT_LOAD = ("market", "plugins", "pins")
"""Choices that decide what is loaded, so that an open study cannot change them."""


@dataclass(frozen=True, eq=False)
class Study:
    """A loaded market with its drivers and a scenario: what a person holds.

    ``origin`` is what it was made from, ``problems`` are a line for each plugin left out, and
    ``record`` is the kept run that it was opened from.  One of a market and drivers of your own
    is made by hand: ``Study(market, drivers, scenario)``.
    """

    market: Market
    drivers: tuple[Driver, ...]
    scenario: Scenario = field(default_factory=Scenario)
    origin: Origin = field(default_factory=Origin)
    problems: tuple[str, ...] = ()
    record: Record | None = None

    def __repr__(self) -> str:
        acting = (d.name for d in self.drivers if d.name not in self.scenario.without)
        name, anchor = self.scenario.name or "scenario", self.scenario.anchor
        head = f"{name}: {self.market.title}, anchor {anchor}"
        return "\n".join([head, f"drivers: {', '.join(acting)}", *self.problems])

    @cached_property
    def plan(self) -> Plan:
        """The scenario worked out, once; InputError names a choice that is not known here."""
        return make_plan(self.market, self.drivers, self.scenario)

    def of(self, scenario: Scenario) -> Study:
        """The study of another scenario; the file of an anchor that it names is read."""
        if scenario == self.scenario and not scenario.anchor_file:
            return self
        drivers, chosen, tables = with_options(self.drivers, scenario, self.origin.tables)
        origin = replace(self.origin, tables=tables)
        asked = replace(self, drivers=drivers, scenario=chosen, origin=origin, record=None)
        file = scenario.anchor_file
        return asked.with_anchor(anchor_bytes(file), file.name, chosen) if file else asked

    def with_anchor(self, data: bytes, file: str, scenario: Scenario | None = None) -> Study:
        """The study on the level of the anchor that ``data`` describes; ``file`` is for errors."""
        if self.origin.tables.get(ANCHOR) == data:
            market, name = self.market, parse_anchor(data, self.market, file).name
        else:
            market, name = with_anchor(self.market, data, file)
        origin = replace(self.origin, tables={**self.origin.tables, ANCHOR: data})
        chosen = replace(scenario or self.scenario, anchor=name)
        return replace(self, market=market, scenario=chosen, origin=origin, record=None)

    def changed(self, **changes: Any) -> Study:
        """The study with some choices of its scenario made differently."""
        for name in AT_LOAD:
            if name in changes and changes[name] != getattr(self.scenario, name):
                raise InputError(f"{name} is chosen when a study is opened: ismarket.study(...)")
        return self.of(self.scenario.changed(**changes))

    # what it can be asked -------------------------------------------------------------------

    def forecast(
        self,
        *,
        workers: int | Executor | None = None,
        progress: Progress | bool | None = None,
        until: float | None = None,
        sink: Sink | None = None,
        store: BlockStore | None = None,
        **changes: Any,
    ) -> Forecast:
        """The forecast, with ``changes`` in the scenario; the rest is as in ``ismarket.forecast``.

        That of a kept run is set against the run: a warning says if it differs.
        """
        asked = self.changed(**changes)
        made = forecast_of(asked.plan, asked.drivers, Work(workers, progress, sink, store), until)
        if asked.record is not None and until is None:
            from .runs.again import Reopened
            from .runs.agreement import DIFFERENT

            found = Reopened(asked.record, asked.plan, asked.drivers, asked.origin).agrees(made)
            if found.level == DIFFERENT:
                warnings.warn(f"{asked.record.path.name}: {found}", stacklevel=2)
        return made

    def compare(self, scenarios: Mapping[str, Mapping[str, Any]]) -> dict[str, Forecast]:
        """A forecast by name for each mapping of changes; all share their draws."""
        return {
            name: self.forecast(**{"name": name, **changes}) for name, changes in scenarios.items()
        }

    def sensitivity(
        self, *, output: str = "value", by: str = "parameter", points: int = 4096
    ) -> Sensitivity:
        """What ``output`` depends on, as in ``sensitivity_of``."""
        from .analysis.sensitivity import sensitivity_of

        asked = self.market, self.drivers, self.scenario
        return sensitivity_of(*asked, output=output, by=by, points=points)

    def require(
        self, *, cagr: float | None = None, value: float | None = None, year: int | None = None
    ) -> Requirement:
        """What a growth or a value would require, as in ``ismarket.require``."""
        from .analysis.requirement import require

        asked = self.market, self.drivers, self.scenario
        return require(*asked, cagr=cagr, value=value, year=year)

    def voi(self, decision: Decision, by: Sequence[str] = ("input", "cause")) -> Information:
        """What knowing more is worth to a decision, as in ``value_of_information``."""
        from .analysis.information import value_of_information

        return value_of_information(self.forecast(), decision, by)

    def audit(self, claims: Iterable[Claim] | None = None) -> Audit:
        """Each claim of the report beside its number, as in ``audit_report``."""
        from .analysis.audit import audit_report

        return audit_report(self.market, self.drivers, self.scenario, claims=claims)

    def triangulate(self, anchors: Iterable[Anchor] = ()) -> Triangulation:
        """The published levels beside each other and the count, as in ``ismarket.triangulate``."""
        from .analysis.triangulation import triangulate

        seed = self.scenario.seed
        return triangulate(self.market, self.drivers, anchors=anchors, seed=seed)

    def backtest(self) -> Backtest:
        """The verified past scored by simple methods and by this growth, as in ``backtest_of``."""
        from .analysis.backtest import backtest_of

        return backtest_of(self.forecast())

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
        interrupted run at ``out`` goes on.  Raises as ``forecast`` does, and DiskError if the disk
        fails.
        """
        from .runs.keep import How, keep
        from .runs.start import place
        from .runs.views import also

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
            from .explorer.panel import opened
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
    if not isinstance(what, Scenario) and (Path(what) / MANIFEST).is_file():
        from .runs.verify import checked

        return _of_run(checked(Path(what))).changed(**changes)
    at_load = {name: changes.pop(name) for name in AT_LOAD if name in changes}
    return loaded(what, strict=strict, at_load=at_load).changed(**changes)


def loaded(
    what: str | Path | Scenario,
    tables: Mapping[str, bytes] | None = None,
    *,
    market: Market | None = None,
    strict: bool = False,
    at_load: Mapping[str, Any] | None = None,
) -> Study:
    """What is installed for a scenario, or what it chooses and pins of it.

    The scenario may still name the file of an anchor, which ``of`` reads.  ``tables`` by name are
    read instead of the installed ones; an anchor file among them adds its anchor to the market.
    ``market`` is one made by hand, instead of the installed one; ``at_load`` are choices AT_LOAD
    made differently.
    """
    tables, given = tables or {}, ""
    if isinstance(what, Scenario):
        scenario = what
    else:
        scenario = load_scenario(what)
        given = _as_given(scenario_text(what)[0], scenario)
    scenario = scenario.changed(**at_load) if at_load else scenario
    with recording(tables) as read:
        plugins = load_plugins(scenario=scenario, strict=strict)
        drivers, scenario, _ = with_options(plugins.drivers(), scenario, tables)
        market = plugins.market(scenario.market) if market is None else market
    providers = {
        plugin
        for hook in ("register_markets", "register_anchors")
        for plugin, item in plugins.objects(hook)
        if market.name in (getattr(item, "name", ""), getattr(item, "market", ""))
    }
    origin = Origin(dict(sorted(read.items())), tuple(sorted(providers)), given)
    found = Study(market, drivers, scenario, origin, plugins.problems)
    if ANCHOR not in tables:
        return found
    return replace(found.with_anchor(tables[ANCHOR], ANCHOR), scenario=scenario)


def _as_given(text: str, scenario: Scenario) -> str:
    """The text of a scenario; an anchor file goes by its name in a run, not by its folder."""
    if not scenario.anchor_file:
        return text
    return text.replace(scenario.anchor, ANCHOR) if scenario.anchor in text else ""


def _of_run(record: Record) -> Study:
    from .runs.agreement import need_drivers

    if record.is_notebook:
        raise InputError(f"{record.path.name} is a notebook run: look at outputs/notebook.ipynb")
    found = loaded(record.scenario, record.tables)
    need_drivers(record, (driver.name for driver in found.drivers))
    wanted = record.identity["installed"]
    drivers = tuple(driver for driver in found.drivers if driver.name in wanted)
    return replace(found, drivers=drivers, record=record)


# kept runs ----------------------------------------------------------------------------------


def reopened(path: str | Path) -> Reopened:
    """A kept run, checked, beside what is installed for it here.

    Raises InputError for a run that is not as it was written, DiskError that names the drivers
    that are not installed.
    """
    from .runs.again import Reopened
    from .runs.agreement import need_drivers
    from .runs.verify import checked

    record = checked(Path(path))
    if not record.is_notebook:
        found = _of_run(record)
        return Reopened(record, found.plan, found.drivers, found.origin)
    found = loaded(Scenario())
    need_drivers(record, (driver.name for driver in found.drivers))
    return Reopened(record, None, found.drivers, found.origin)


def rerun(path: str | Path, out: str | Path | None = None, workers: int | None = None) -> Again:
    """Check a run, compute it again from its own inputs and say how far it agrees.

    ``out`` keeps the second run.  Raises as ``open_run`` does.
    """
    return reopened(path).again(Path(out) if out is not None else None, workers)


def open_run(path: str | Path) -> Forecast:
    """The forecast of a kept run: checked byte by byte, then computed again from its own inputs.

    Warns if what is installed here gives other values.  Raises InputError for a run that is not
    as it was written, DiskError if a driver that it needs is not installed.
    """
    from .runs.verify import checked

    return _of_run(checked(Path(path))).forecast()


def keep_run(
    scenario: Scenario | str = "published",
    out: str | Path | None = None,
    *,
    extras: Iterable[str] = (),
    workers: int | None = None,
    until: float | None = None,
) -> Path:
    """Compute a scenario (or the shipped one of that name) with what is installed, and keep it.

    Gives the run directory; the rest is as in ``Study.keep``.
    """
    return study(scenario).keep(out, extras=extras, workers=workers, until=until).path


def run_notebook(
    path: str | Path,
    parameters: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    *,
    resume: bool = False,
) -> Path:
    """Execute a notebook with ``parameters`` set after its cell tagged ``parameters``; keep it.

    Gives the run directory.  Raises InputError for a parameter that the notebook does not set or
    a cell that fails; needs the extra ``notebook``.
    """
    from .runs.notebook import keep_notebook, read_notebook
    from .runs.start import starting_place

    data, _ = read_notebook(Path(path))
    where = starting_place(Path(out) if out is not None else None, resume=resume)
    found = loaded(Scenario())
    return keep_notebook(
        data, Path(path).name, parameters or {}, found.drivers, found.origin, where=where,
        resume=resume,
    )  # fmt: skip


def compare_runs(a: str | Path, b: str | Path, year: int | None = None) -> Bridge:
    """What changed from run ``a`` to run ``b``, and what each change did, USD in ``year``.

    Both are checked first.  Raises InputError for a run that is not as it was written, DiskError
    if a driver that either needs is not installed.
    """
    from .runs.agreement import need_drivers
    from .runs.bridge import bridge
    from .runs.verify import checked

    first, second = checked(Path(a)), checked(Path(b))
    known: dict[tuple[str, ...], Study] = {}

    def compute(
        scenario: Scenario, tables: Mapping[str, bytes], drivers: frozenset[str]
    ) -> Forecast:
        key = tuple(f"{name} {digest(data)}" for name, data in sorted(tables.items()))
        if key not in known:
            known[key] = loaded(scenario, tables)
            for record in (first, second):
                need_drivers(record, (driver.name for driver in known[key].drivers))
        acting = tuple(driver for driver in known[key].drivers if driver.name in drivers)
        return replace(known[key].of(scenario), drivers=acting).forecast()

    return bridge(first, second, compute, year)
