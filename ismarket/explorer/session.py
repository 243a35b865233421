"""What a panel holds between two changes: the scenario, its forecast, the pin, the way back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..analysis.audit import Audit
from ..analysis.information import Information
from ..analysis.tornado import CauseAlone, Swing, causes_alone, tornado
from ..analysis.track import Track
from ..charts.swings import name_of
from ..engine.forecast import Forecast
from ..engine.forecaster import forecast_of
from ..engine.plan import known_parameters, with_own_causes
from ..errors import unknown
from ..model.driver import Driver
from ..model.pooled import POOLED
from ..model.scenario import Scenario, named_after
from ..plugins.installed import load_plugins
from ..studies import Study
from . import (
    audit_view,
    evidence_view,
    forecast_view,
    funnel_view,
    howbig_view,
    launches_view,
    matters_view,
    own_view,
    scenarios_view,
    track_view,
    where_view,
    why_view,
)
from .changes import changed, described, reset_driver
from .view import TABS, View

QUICK, QUICKEST = 4096, 1024
"""Most and least draws while a hand still moves; the scenario's own follow once it rests."""
PATIENCE = 0.02
"""Seconds that an answer may take while a hand moves, before the next has half the draws."""
GESTURE = 1.0
"""Seconds within which changes of one control are one step back."""
MOST_UNDO = 100
KEY = re.compile(r"\w+(?:[._-]\w+)+")
"""What may be a key inside a sentence: words joined by dots, strokes or underscores."""


@dataclass(eq=False)
class Session:
    """The state behind a panel, without a widget.

    ``origin`` is the scenario as it was opened, ``study`` that of the one as changed, ``shown``
    its forecast, quick while ``settled`` is False; ``former`` leads back, each with its origin.
    ``region`` is the one that the funnel shows, empty for all of them; ``worth`` is what knowing
    more is worth in the forecast shown, once somebody has said what is at stake, ``audited`` what
    its report rests on, ``compared`` scenarios side by side, ``tracked`` editions against actuals.
    """

    study: Study
    origin: Scenario
    shown: Forecast
    settled: bool = True
    pinned: Forecast | None = None
    last: str = ""
    region: str = ""
    worth: Information | None = None
    audited: Audit | None = None
    compared: scenarios_view.NamedGrid | None = None
    tracked: Track | None = None
    quick: int = QUICKEST
    former: list[tuple[Scenario, Scenario]] = field(default_factory=list)
    _gesture: tuple[str, float] = ("", 0.0)
    _ghost: tuple[Forecast, Forecast] | None = None

    @property
    def current(self) -> Scenario:
        """The scenario as changed."""
        return self.study.scenario

    def change(self, changes: Sequence[Mapping[str, Any]], quick: bool = False) -> None:
        """Make changes in their order and forecast once.

        Raises InputError or DriverError and leaves everything as it was.
        """
        scenario = self.current
        for change in changes:
            if change.get("kind") == "reset" and change.get("key"):
                driver = self.driver(str(change["key"]))
                scenario = reset_driver(scenario, driver, self.study.market, self.origin)
            else:
                scenario = changed(scenario, change, self.origin, self.study.market)
        scenario = named_after(scenario, self.origin)
        if not changes or scenario == self.current:
            return
        before = self.current, self.origin
        self.compute(scenario, quick)
        last = changes[-1]
        self.last = described(last, self.study.market, self.study.drivers)
        gesture = f"{last.get('kind')} {last.get('key')}"
        now = time.monotonic()
        if gesture != self._gesture[0] or now - self._gesture[1] > GESTURE:
            self.former = [*self.former[1 - MOST_UNDO :], before]
        self._gesture = gesture, now

    def compute(self, scenario: Scenario, quick: bool = False) -> None:
        """Forecast ``scenario``; with ``quick`` from fewer draws, to be settled later."""
        asked = self.study.changed(scenario)
        plan, draws = asked.plan, scenario.draws
        if quick and draws > self.quick:
            draws = self.quick
            plan = replace(plan, scenario=plan.scenario.changed(draws=draws))
        self.shown = forecast_of(plan, asked.drivers)
        self.worth = self.audited = None
        for outdated in ("alone", "swings"):
            vars(self).pop(outdated, None)
        self.study = asked
        self.settled = draws == scenario.draws

    def pace(self, seconds: float) -> None:
        """As many draws at the next move as this computer can follow with all that is shown."""
        if seconds > PATIENCE:
            self.quick = max(QUICKEST, self.quick // 2)
        elif seconds < PATIENCE / 2:
            self.quick = min(QUICK, self.quick * 2)

    def settle(self) -> None:
        """Forecast with the scenario's own draws, if that was not done."""
        if not self.settled:
            self.compute(self.current)

    def undo(self) -> None:
        """Back to the scenario before the last change, also before another was opened."""
        if self.former:
            scenario, origin = self.former[-1]
            self.compute(scenario)
            self.origin, self.former = origin, self.former[:-1]
            self.last, self._gesture = "last change undone", ("", 0.0)

    def set(self, scenario: Scenario, said: str) -> None:
        """Go on with another scenario as a change that can be undone; ``said`` is its name."""
        before = self.current, self.origin
        self.compute(scenario)
        self.former = [*self.former[1 - MOST_UNDO :], before]
        self.last, self._gesture = said, ("", 0.0)

    def pick(self, what: str, value: str) -> None:
        """Open a scenario of those compared, or show one region of the funnel."""
        if what == "scenario" and self.compared is not None and value.isdecimal():
            place = int(value)
            asked = self.compared.found.outcomes[place].plan.scenario
            self.set(named_after(asked, self.origin), f"{self.compared.called(place)} opened")
        elif what == "region":
            self.region = value if value in self.study.market.regions else ""

    def open(self, scenario: Scenario) -> None:
        """Go on from another scenario: changes count from it on, and Undo leads back."""
        self.set(scenario, f"{scenario.name or 'scenario'} opened")
        self.origin = self.current

    @cached_property
    def names(self) -> dict[str, str]:
        """What a reader calls each input, cause, stage, driver and anchor, by its key."""
        known, drivers = self.study.market, self.study.drivers
        published = [anchor for anchor in known.anchors.values() if anchor.published]
        return {
            **{stage.name: stage.title for stage in known.stages},
            **{cause.name: cause.title for cause in known.mechanisms.values()},
            **{driver.name: driver.title for driver in drivers},
            **{key: name_of(p) for key, p in known_parameters(known, drivers).items()},
            **{anchor.name: f"{anchor.publisher} {anchor.base_year}" for anchor in published},
        }

    @cached_property
    def called(self) -> dict[str, str]:
        """The same where a key stands alone: no word of a sentence, so the count and a pool too."""
        counted = [a.name for a in self.study.market.anchors.values() if not a.published]
        return self.names | dict.fromkeys(counted, "The count") | {POOLED: "Estimates pooled"}

    def spoken(self, text: str) -> str:
        """A sentence with plain names for keys; a key that is itself a word stays."""
        return KEY.sub(lambda found: self.names.get(found.group(), found.group()), text)

    def driver(self, name: str) -> Driver:
        """The installed driver of that name."""
        known = {driver.name: driver for driver in self.study.drivers}
        if name not in known:
            raise unknown("explorer", "driver", name, known)
        return known[name]

    def view(self, name: str) -> View:
        """One of the views of what is shown."""
        made, pinned = self.shown, self.ghost
        if name in self.own_views:
            return own_view.view(name, self.own_views[name], made)
        views: dict[str, Callable[[], View]] = {
            "forecast": lambda: forecast_view.view(made, pinned),
            "why": lambda: why_view.view(made, self.alone, pinned),
            "where": lambda: where_view.view(made, pinned),
            "matters": lambda: matters_view.view(made, self.swings, self.worth),
            "howbig": lambda: howbig_view.view(made),
            "funnel": lambda: funnel_view.view(made, self.region),
            "launches": lambda: launches_view.view(made),
            "scenarios": lambda: scenarios_view.view(self.current, self.compared),
            "track": lambda: track_view.view(self.tracked),
            "evidence": lambda: evidence_view.view(made, self.alone),
            "audit": lambda: audit_view.view(made, self.audited),
        }
        return views[name]()

    def views(self) -> list[View]:
        """All views, in the order of their tabs."""
        return [self.view(name) for name in self.tabs]

    @cached_property
    def tabs(self) -> dict[str, str]:
        """The views that the market has something for, by name: without launches not that one."""
        some = any(cause.launches for cause in self.study.market.mechanisms.values())
        own = {tab: tab for tab in self.own_views}
        return {n: title for n, title in TABS.items() if some or n != "launches"} | own

    @cached_property
    def own_views(self) -> dict[str, own_view.Make]:
        """The views that plugins bring, by tab."""
        plugins = self.study.plugins or load_plugins(scenario=self.current)
        return {tab: make for tab, make in plugins.views().items() if tab not in TABS}

    @property
    def ghost(self) -> Forecast | None:
        """The pinned forecast in the dollars that are shown, made anew where it was in others."""
        pinned, current = self.pinned, self.shown.plan.in_current_dollars
        if pinned is None or pinned.plan.in_current_dollars == current:
            return pinned
        if self._ghost is None or self._ghost[0] is not pinned:
            made, name = pinned.in_dollars(current=current), pinned.plan.scenario.name
            named = replace(made.plan, scenario=replace(made.plan.scenario, name=name))
            self._ghost = pinned, replace(made, plan=named)
        return self._ghost[1]

    @cached_property
    def alone(self) -> tuple[CauseAlone, ...]:
        """What each cause carries alone in the forecast that is shown."""
        return causes_alone(self.shown)

    @cached_property
    def swings(self) -> tuple[Swing, ...]:
        """The tornado of the forecast that is shown."""
        return tornado(self.shown)


def start(study: Study) -> Session:
    """A session on a study, forecast with its own draws, with the drivers that suit its market."""
    suiting = (driver for driver in study.drivers if driver.suits(study.market.name))
    drivers = tuple(sorted(suiting, key=lambda driver: driver.name))
    ready = replace(study, market=with_own_causes(study.market, drivers), drivers=drivers)
    return Session(ready, ready.scenario, forecast_of(ready.plan, ready.drivers))
