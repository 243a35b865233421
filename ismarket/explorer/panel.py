"""The panel: one widget made from what the drivers declare."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import anywidget
import traitlets

from ..engine.forecast import Forecast
from ..errors import DriverError, InputError
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import DEFAULT_SCENARIO, Scenario, load_scenario
from ..plugins.installed import DEFAULT_MARKET
from ..studies import Study, loaded
from . import actions
from .analyses import Results, offers
from .controls import state, structure
from .forecast_view import pin_name
from .headline import live_sentence, strip
from .runtime import runtime, text
from .session import Session, start
from .view import specs

PARTS = ("dom.js", "chart.js", "table.js", "slider.js", "controls.js", "actions.js", "analyses.js",
         "panel.js")  # fmt: skip


class Panel(anywidget.AnyWidget):
    """The explorer as an ordinary widget.

    ``scenario`` and ``forecast`` can be read, set (the scenario) and observed from Python; both
    change together, once the hand rests.  ``pinned`` is the forecast to compare with, or None,
    ``tab`` the view that is open.
    """

    _esm = text(*PARTS)
    _css = text("panel.css", "analyses.css")
    structure = traitlets.Dict().tag(sync=True)
    specs = traitlets.Dict().tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    offered = traitlets.List(offers()).tag(sync=True)
    analyses = traitlets.Dict().tag(sync=True)
    tab = traitlets.Unicode("forecast").tag(sync=True)
    scenario = traitlets.Instance(Scenario)
    forecast = traitlets.Instance(Forecast, allow_none=True)
    pinned = traitlets.Instance(Forecast, allow_none=True)

    def __init__(self, session: Session, problems: tuple[str, ...] = ()) -> None:
        self._session, self._problems, self._seq = session, problems, 0
        self._results = Results()
        self._quiet = True
        super().__init__(scenario=session.current, forecast=session.shown)
        self._quiet = False
        self.structure = structure(session.known, session.study.drivers) | {
            "problems": list(problems), "tabs": list(map(list, session.tabs.items())),
        }  # fmt: skip
        self.specs = specs()
        self.show()
        self.on_msg(self._receive)

    # what is shown --------------------------------------------------------------------------

    def show(self, message: Mapping[str, str] | None = None, stale: bool = False) -> None:
        """Send the strip, the controls and the open view to the page."""
        session = self._session
        self._seq += 1
        draws, wanted = session.shown.plan.scenario.draws, session.current.draws
        extent = f"{draws:,} draws" if session.settled else f"{draws:,} of {wanted:,} draws"
        pinned = session.pinned
        last = f" Last change: {session.last}." if session.last else ""
        seed = session.current.seed
        self.page = {
            "seq": self._seq,
            "controls": state(session.shown, session.current, session.origin, bool(session.former)),
            "strip": strip(session.shown),
            "view": session.view(self.tab).as_page(),
            "status": f"{extent} \N{MIDDLE DOT} seed {seed} \N{MIDDLE DOT} up to date.{last}",
            "live": live_sentence(session.last or "ready", session.shown),
            "pinned": None if pinned is None else pin_name(session.shown, pinned),
            "settled": session.settled,
            "notices": actions.notices(session.shown),
            "message": message,
            "stale": stale,
        }
        self.analyses = self._results.page(session.current)

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

    # what the page asks for -----------------------------------------------------------------

    def change(self, *changes: dict[str, Any], quick: bool = False) -> None:
        """Make changes as the controls do: ``{"kind": "fixed", "key": ..., "value": ...}``.

        Kinds: any choice that has a label (anchor, through, draws ...), driver, strength, fixed,
        reset; a value of None takes the change back.
        """
        self._session.change(changes, quick)
        self._publish()

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
                region = str(content.get("value"))
                known = self._session.study.market.regions
                self._session.region = region if region in known else ""
                self.show()
            elif kind == "analyse":
                self._analyse(content)
            else:
                self._act(content)
        except DriverError as error:
            self.show({"tone": "wrong", "text": f"**Run stopped.** {error}"}, stale=True)
        except InputError as error:
            head = "Not loaded." if kind == "load" else "Not done."
            self.show({"tone": "wrong", "text": f"**{head}** {error}"})

    def _act(self, content: dict[str, Any]) -> None:
        """Do what a button asks, and send what comes of it."""
        reply = actions.act(self._session, content, self.tab)
        if reply.message is None:
            self._publish(reply.line)
        else:
            self.send(reply.message, buffers=list(reply.data))

    def _analyse(self, content: dict[str, Any]) -> None:
        """Run a heavy analysis and show it; the page is told how far it is."""
        name = content.get("name")

        def progress(share: float) -> None:
            self.send({"type": "progress", "name": name, "share": share})

        before = self._session.shown
        self._results.press(self._session, content, progress)
        if self._session.shown is before:
            self.analyses = self._results.page(self._session.current)
        else:
            self._publish()
        self.send({"type": "analysed", "name": name})


_open: weakref.WeakValueDictionary[str, Panel] = weakref.WeakValueDictionary()
"""The panel of each cell, so that running the cell again closes the former one."""


def explore(
    market: Market | None = None,
    drivers: Iterable[Driver] | None = None,
    scenario: Scenario | str | None = None,
) -> Panel:
    """The explorer panel of a market and its drivers; by default all that is installed.

    ``scenario`` may be the name of a shipped one or the path of a file; it names the market unless
    one is given, and may choose and pin the plugins.  Running the cell again closes the panel that
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
    """The panel of a study; running the cell again closes the one that it showed before."""
    cell = _cell()
    former = _open.pop(cell, None)
    if former is not None:
        former.close()
    panel = Panel(start(study.changed(study.scenario)), study.problems)
    if cell:
        _open[cell] = panel
    return panel


def _cell() -> str:
    """The notebook cell that is being run, empty outside of one."""
    try:
        from IPython import get_ipython
    except ImportError:
        return ""
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return ""
    return str(kernel.get_parent().get("metadata", {}).get("cellId", ""))
