"""The panel: one widget made from what the drivers declare."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import anywidget
import traitlets

from ..engine.forecast import Forecast
from ..errors import DiskError, DriverError, InputError, unknown
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import DEFAULT_MARKET, DEFAULT_SCENARIO, Scenario, load_scenario
from ..report.headline import live_sentence, stands, strip
from ..studies import Study, loaded
from . import actions
from .analyses import Results, offers
from .controls import inputs_of, state, structure
from .forecast_view import pin_name
from .parts import PanelPart, end, new_key, of_cell
from .runtime import runtime, text
from .saved import Saved, saved_of, show
from .session import Session, start
from .view import specs
from .where_view import SPLITS, split

CODE = ("dom.js", "chart.js", "table.js", "slider.js", "controls.js", "actions.js", "analyses.js",
        "state.js", "parts.js", "panel.js")  # fmt: skip
"""The scripts of a page with a panel, in their order."""


class Panel(anywidget.AnyWidget):
    """The explorer as an ordinary widget, and the state that its parts share.

    ``scenario`` and ``forecast`` can be read, set (the scenario), observed and linked from Python;
    both change together, once the hand rests.  ``pinned`` is the forecast to compare with, or
    None, ``tab`` the view that is open.  ``view``, ``headline``, ``controls``, ``input`` and
    ``table`` are parts of it as widgets of their own: one computation a change serves all.
    """

    _esm = text(*CODE)
    _css = text("panel.css", "analyses.css")
    structure = traitlets.Dict().tag(sync=True)
    specs = traitlets.Dict().tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    offered: traitlets.List[Any] = traitlets.List().tag(sync=True)
    analyses = traitlets.Dict().tag(sync=True)
    tab = traitlets.Unicode("forecast").tag(sync=True)
    key = traitlets.Unicode().tag(sync=True)
    scenario = traitlets.Instance(Scenario)
    forecast = traitlets.Instance(Forecast, allow_none=True)
    pinned = traitlets.Instance(Forecast, allow_none=True)

    def __init__(self, session: Session) -> None:
        self._session, self._seq = session, 0
        self._results, self._parts = Results(), list[PanelPart]()
        self._quiet = True
        declared = structure(session.study.market, session.study.drivers) | {
            "problems": list(session.study.problems),
            "tabs": list(map(list, session.tabs.items())),
        }  # fmt: skip
        super().__init__(
            scenario=session.current, forecast=session.shown, key=new_key(),
            structure=declared, specs=specs(), page=self._page(), offered=offers(session),
        )  # fmt: skip
        self._quiet = False
        self.on_msg(self._receive)

    # what is shown --------------------------------------------------------------------------

    def show(self, message: Mapping[str, str] | None = None, stale: bool = False) -> None:
        """Send the strip, the controls and the open view to the page."""
        self.page = self._page(message, stale)
        self.analyses = self._results.page(self._session.current)

    def _page(
        self, message: Mapping[str, str] | None = None, stale: bool = False
    ) -> dict[str, Any]:
        session = self._session
        self._seq += 1
        draws, wanted = session.shown.plan.scenario.draws, session.current.draws
        extent = f"{draws:,} draws" if session.settled else f"{draws:,} of {wanted:,} draws"
        pinned = session.pinned
        last = f" Last change: {session.last}." if session.last else ""
        seed = session.current.seed
        return {
            "seq": self._seq,
            "controls": state(session.shown, session.current, session.origin, bool(session.former)),
            "strip": strip(session.shown),
            "view": session.view(self.tab).as_page(),
            "views": {name: self._shown_by(name) for name in self._views()},
            "stands": stands(session.shown),
            "status": f"{extent} \N{MIDDLE DOT} seed {seed} \N{MIDDLE DOT} up to date.{last}",
            "live": live_sentence(session.last or "ready", session.shown),
            "pinned": None if pinned is None else pin_name(session.shown, pinned),
            "settled": session.settled,
            "notices": actions.notices(session),
            "message": message,
            "stale": stale,
        }

    def _views(self) -> set[str]:
        """The views and tables that parts show beside the one that is open."""
        self._parts = [part for part in self._parts if part.comm is not None]
        wanted = {part.name for part in self._parts if part.kind in ("view", "table")}
        return wanted - {self.tab}

    def _shown_by(self, name: str) -> dict[str, Any]:
        """A view as plain values, or one of the forecast's tables in the same form."""
        if name in SPLITS:
            return split(self._session.shown, name)
        return self._session.view(name).as_page()

    def _publish(self, message: Mapping[str, str] | None = None) -> None:
        """Show, and let Python see the pin and, once the draws are complete, the forecast."""
        self.show(message)
        self._quiet = True
        try:
            with self.hold_trait_notifications():
                self.pinned = self._session.pinned
                if self._session.settled and self.forecast is not self._session.shown:
                    self.scenario = self._session.current
                    self.forecast = self._session.shown
                    self.offered = offers(self._session)
        finally:
            self._quiet = False

    @traitlets.validate("tab")
    def _known_tab(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in self._session.tabs:
            raise traitlets.TraitError(f"tab must be one of {', '.join(self._session.tabs)}")
        return str(proposal["value"])

    @traitlets.observe("tab")
    def _tab_changed(self, _: object) -> None:
        if not self._quiet:
            self.show()

    @traitlets.observe("scenario")
    def _scenario_set(self, change: dict[str, Any]) -> None:
        """From Python: forecast at once, with all draws; InputError reaches the caller."""
        if self._quiet:
            return
        try:
            self._session.set(change["new"], "scenario set from Python")
        except (InputError, DriverError):
            self._quiet = True
            self.scenario = change["old"]
            self._quiet = False
            raise
        self._publish()

    @traitlets.observe("pinned")
    def _pinned_set(self, change: dict[str, Any]) -> None:
        self._session.pinned = change["new"]
        if not self._quiet:
            self.show()

    def set(self, **changes: Any) -> None:
        """Make choices of the scenario differently, as ``set(strength={"diagnosis": 1.5})``."""
        self.scenario = self.scenario.changed(**changes)

    # its parts ------------------------------------------------------------------------------

    def view(self, name: str) -> PanelPart:
        """A view with its chart, by the name of its tab: forecast, why, where, matters ..."""
        return self._part("view", name, self._session.tabs)

    def headline(self) -> PanelPart:
        """The five cells above the tabs."""
        return self._part("headline")

    def controls(self, driver: str = "") -> PanelPart:
        """The controls of a driver and its causes, or without a name all of them."""
        known = [one.name for one in self._session.study.drivers]
        return self._part("controls", driver, [*known, ""])

    def input(self, key: str) -> PanelPart:
        """The control of one input, as ``video_eeg.ratio``."""
        return self._part("input", key, inputs_of(self.structure))

    def table(self, name: str) -> PanelPart:
        """The table of a view, or of a ``region`` or ``drug_class``."""
        return self._part("table", name, [*self._session.tabs, *SPLITS])

    def _part(self, kind: str, name: str = "", known: Iterable[str] = ("",)) -> PanelPart:
        if name not in (names := list(known)):
            raise unknown("explorer", kind, name, filter(None, names))
        part = PanelPart(self, kind, name)
        of_cell(part)
        self._parts.append(part)
        self.show()
        return part

    def close(self) -> None:
        """End the panel and its parts."""
        for part in self._parts:
            end(part)
        end(self)

    def saved(self, kind: str = "panel", name: str = "") -> Saved:
        """What a saved notebook shows of the panel or of a part of it."""
        return saved_of(self._session, kind, name or self.tab)

    def _ipython_display_(self, **_: Any) -> None:
        show(self, self.saved())

    # what the page asks for -----------------------------------------------------------------

    def change(self, *changes: dict[str, Any], quick: bool = False) -> None:
        """Make changes as the controls do: ``{"kind": "fixed", "key": ..., "value": ...}``.

        Kinds: any choice that has a label (anchor, through, draws ...), driver, strength, fixed,
        reset; a value of None takes the change back.
        """
        started = time.perf_counter()
        self._session.change(changes, quick)
        self._publish()
        if quick:
            self._session.pace(time.perf_counter() - started)

    def _receive(self, _: object, content: dict[str, Any], buffers: list[Any]) -> None:
        """Answer a message of the page; an error becomes a line in it."""
        kind = content.get("type")
        if kind == "runtime":
            self.send({"type": "runtime"}, buffers=[runtime()])
            return
        try:
            if kind == "changes":
                self.change(*content.get("changes", ()), quick=bool(content.get("quick")))
            elif kind == "settle":
                self._session.settle()
                self._publish()
            elif kind == "undo":
                self._session.undo()
                self._publish()
            elif kind == "pick":
                self._session.pick(str(content.get("what")), str(content.get("value")))
                self._publish()
            elif kind == "analyse":
                self._analyse(content)
            else:
                self._act(content)
        except DriverError as error:
            self.show({"tone": "wrong", "text": f"**Run stopped.** {error}"}, stale=True)
        except (InputError, DiskError) as error:
            head = "Not loaded." if kind == "load" else "Not done."
            self.show({"tone": "wrong", "text": f"**{head}** {error}"})

    def _act(self, content: dict[str, Any]) -> None:
        """Do what a button asks, and send what comes of it."""
        reply = actions.act(self._session, content, self.tab)
        if reply.message is None:
            self._publish(reply.line)
        else:
            self.send({**reply.message, "by": content.get("by")}, buffers=list(reply.data))

    def _analyse(self, content: dict[str, Any]) -> None:
        """Run a heavy analysis and show it; the page is told how far it is."""
        name = content.get("name")

        def progress(share: float) -> None:
            self.send({"type": "progress", "name": name, "share": share})

        self._results.press(self._session, content, progress)
        self._publish()
        self.send({"type": "analysed", "name": name})


def explore(
    market: Market | None = None,
    drivers: Iterable[Driver] | None = None,
    scenario: Scenario | str | None = None,
) -> Panel:
    """The explorer panel of a market and its drivers; by default all that is installed.

    ``scenario`` may be the name of a shipped one or the path of a file; it names the market unless
    one is given, and may choose and pin the plugins.  Running the cell again closes the panels that
    it showed before.
    """
    if scenario is None:
        scenario = DEFAULT_SCENARIO
        if market is not None and market.name != DEFAULT_MARKET:
            scenario = Scenario(market=market.name, anchor="bottom-up")
    if market is not None and drivers is not None:
        chosen = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        return opened(Study(market, tuple(drivers), chosen))
    found = loaded(scenario, market=market)
    return opened(found if drivers is None else replace(found, drivers=tuple(drivers)))


def opened(study: Study) -> Panel:
    """The panel of a study; running the cell again closes those that it showed before."""
    panel = Panel(start(study.changed(study.scenario)))
    of_cell(panel)
    return panel
