"""The heavy analyses of a panel: run on a button, shown below a view, stale once it moves.

Each shows the sheet that its command prints, so that panel, notebook and terminal say the same, or
of it what the view above does not show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from ..analysis.audit import Audit
from ..analysis.backtest import Backtest, backtest_of
from ..analysis.information import Decision, Information, value_of_information
from ..analysis.requirement import Requirement
from ..analysis.sensitivity import Sensitivity, sensitivity_of
from ..analysis.track import Track
from ..analysis.triangulation import Triangulation
from ..analysis.updating import Observation, Updated, update
from ..errors import DriverError, InputError, unknown
from ..model.grid import make_axes
from ..model.scenario import Scenario
from ..text.sheet import Hint, Sheet, Table
from ..text.wording import fraction, money, usd
from . import audit_view, scenarios_view, track_view
from .session import Session

Progress = Callable[[float], None]
Run = Callable[[Session, Mapping[str, str], Progress], Any]
"""From a session, what was typed and where progress goes, to an answer with a sheet."""
MOST_TYPED = 4096
"""So many letters of a field are read, as many as a path may have."""


@dataclass(frozen=True)
class Asked:
    """A field beside a button: a text with its first value, or one of some options."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Analysis:
    """What a button of the view ``tab`` does; ``about`` says in a sentence what it answers.

    ``fields`` stand beside it, those of a market are made for its session.  What ``lasts`` is not
    of one scenario and is never stale.
    """

    name: str
    tab: str
    title: str
    button: str
    about: str
    run: Run
    fields: tuple[Asked, ...] | Callable[[Session], tuple[Asked, ...]] = ()
    lasts: bool = False

    def asked(self, session: Session) -> tuple[Asked, ...]:
        """The fields beside the button."""
        return self.fields(session) if callable(self.fields) else self.fields


@dataclass(frozen=True, eq=False)
class Answered:
    """What came of a press: a sheet as plain values or an error, and the scenario it is of."""

    scenario: Scenario | None
    said: Mapping[str, str]
    title: str = ""
    parts: tuple[dict[str, Any], ...] = ()
    verdicts: Sequence[Mapping[str, Any]] = ()
    setting: Mapping[str, float] = field(default_factory=dict)
    error: str = ""


def levels(session: Session, said: Mapping[str, str], progress: Progress) -> Triangulation:
    """The published levels beside each other, pooled, and what none may pass."""
    return session.study.triangulate()


def audit(session: Session, said: Mapping[str, str], progress: Progress) -> Audit:
    """The audit of the report whose level is in use."""
    session.settle()
    session.audited = session.study.audit()
    return session.audited


def sensitivity(session: Session, said: Mapping[str, str], progress: Progress) -> Sensitivity:
    """Shares of the variance in groups."""
    asked = session.study
    return sensitivity_of(
        asked.market, asked.drivers, asked.scenario,
        by=said["by"], output=said["output"], points=1024, progress=progress,
    )  # fmt: skip


def needed(session: Session, said: Mapping[str, str], progress: Progress) -> Requirement:
    """What a growth or a value of the last year would require, and the fewest inputs for it."""
    target = said["target"]
    if target.rstrip().endswith("%"):
        return session.study.require(cagr=fraction(target, "Target"))
    return session.study.require(value=usd(target, "Target"))


def worth(session: Session, said: Mapping[str, str], progress: Progress) -> Information:
    """What knowing more is worth to a decision to enter."""
    margin, share = (fraction(said[n], n.capitalize(), "fraction") for n in ("margin", "share"))
    decision = Decision(margin, share, usd(said["cost"], "Cost"))
    session.settle()
    session.worth = value_of_information(session.shown, decision, ("input", "cause", "source"))
    return session.worth


def actuals(session: Session, said: Mapping[str, str], progress: Progress) -> Updated:
    """The draws weighted by what was observed."""
    session.settle()
    if not said["year"].strip().isdecimal():
        raise InputError(f"Year: {said['year']!r} is no year")
    error = fraction(said["error"], "Give or take", "fraction")
    seen = Observation(int(said["year"]), usd(said["amount"], "Amount"), error)
    return update(session.shown, [seen])


def an_actual(session: Session) -> tuple[Asked, ...]:
    """The fields of an actual: until one types, what is forecast for the second year."""
    path = session.shown.columns["summary"]
    return (
        Asked("year", "Year", str(session.shown.years[1])),
        Asked("amount", "Amount, USD", money(path["reference"][1])),
        Asked("error", "Give or take", "10%"),
    )


def past(session: Session, said: Mapping[str, str], progress: Progress) -> Backtest:
    """How well the verified past could have been forecast."""
    session.settle()
    return backtest_of(session.shown)


def axes(session: Session) -> tuple[Asked, ...]:
    """What may stand in the rows and columns of scenarios side by side."""
    offered = tuple(scenarios_view.axes_offered(session.shown).items())
    return (
        Asked("rows", "Rows", scenarios_view.LEVEL, offered),
        Asked("columns", "Columns", scenarios_view.TURNED, offered),
    )


def grid(session: Session, said: Mapping[str, str], progress: Progress) -> scenarios_view.NamedGrid:
    """Scenarios side by side."""
    session.settle()
    if said["rows"] == said["columns"]:
        raise InputError("rows and columns are the same: choose two that differ")
    names = (said["rows"], said["columns"])
    chosen = make_axes({name: scenarios_view.options(session.shown, name) for name in names})
    whole, done = session.current.draws * prod(len(axis.options) for axis in chosen), 0

    def advance(draws: int) -> None:
        nonlocal done
        done += draws
        progress(done / whole)

    found = session.study.grid(chosen, progress=advance)
    session.compared = scenarios_view.NamedGrid(found, session.called)
    return session.compared


def tracked(session: Session, said: Mapping[str, str], progress: Progress) -> Track:
    """Kept runs against actuals."""
    session.tracked = track_view.tracked(session.study, said["runs"], said["actuals"])
    return session.tracked


BY = (("mechanism", "cause"), ("driver", "driver"), ("stage", "stage"), ("source", "source"),
      ("parameter", "input"))  # fmt: skip
OUTPUTS = (("value", "value in the last year"), ("cagr", "growth a year"), ("count", "the count"))
ANALYSES = (
    Analysis(
        "actuals", "forecast", "When an actual comes in", "Weight the draws",
        "Re-weights the draws by what was observed; refused where they do not reach it.", actuals,
        an_actual,
    ),
    Analysis(
        "sensitivity", "matters", "All inputs at once", "Share out the variance",
        "Which groups of inputs the spread rests on, alone and with all others.", sensitivity,
        (Asked("by", "Grouped by", "mechanism", BY), Asked("output", "Of", "value", OUTPUTS)),
    ),
    Analysis(
        "needed", "matters", "What would have to be true", "Find the setting",
        "The least implausible setting of the inputs that reaches a target, if there is one.",
        needed, (Asked("target", "Target", "5%", hint="growth a year, or USD such as 60 M"),),
    ),
    Analysis(
        "worth", "matters", "What knowing more is worth", "Value it",
        "The most that a study is worth to somebody who may enter this market.", worth,
        (Asked("margin", "Margin", "30%"), Asked("share", "Share of the market", "10%"),
         Asked("cost", "Cost, USD", "8 M")),
    ),
    Analysis(
        "levels", "howbig", "Which level to believe", "Compare the estimates",
        "All estimates pooled, who stands apart, what each would mean for a patient, and the"
        " ceilings.", levels,
    ),
    Analysis(
        "grid", "scenarios", "Set scenarios side by side", "Compare them",
        "Every combination of two choices, on the same draws.", grid, axes, True,
    ),
    Analysis(
        "track", "track", "Editions against actuals", "Read the editions",
        "How kept runs did against what came since; none is computed again.", tracked,
        (Asked("runs", "Folder of kept runs", "runs"),
         Asked("actuals", "Actuals, USD", "", hint="as 2024 = 55 M : 10%; several with ;")), True,
    ),
    Analysis(
        "audit", "audit", "What the report rests on", "Audit the report",
        "A verdict on every claim, and how much of the spread rests on numbers that were measured,"
        " estimated or assumed.", audit,
    ),
    Analysis(
        "past", "evidence", "How well the past could have been forecast", "Test it",
        "Verified figures only, scored against simple methods; too few are not judged.", past,
    ),
)  # fmt: skip
"""Every analysis, in the order in which it stands below its view."""


def offers(session: Session) -> list[dict[str, Any]]:
    """What the page needs to make the buttons and fields."""
    plain = ("name", "tab", "title", "button", "about")
    return [
        {name: getattr(a, name) for name in plain}
        | {"fields": [vars(one) for one in a.asked(session)]}
        for a in ANALYSES
    ]


SHEETS: Mapping[type, Callable[[Any], Sheet]] = {
    Audit: audit_view.sheet, scenarios_view.NamedGrid: lambda _: Sheet("", []),
    Track: track_view.sheet,
}  # fmt: skip
"""What stands below the button where the view above shows most of an answer."""


@dataclass(eq=False)
class Results:
    """What the buttons of a panel have brought so far, by analysis."""

    found: dict[str, Answered] = field(default_factory=dict)

    def press(self, session: Session, content: Mapping[str, Any], progress: Progress) -> None:
        """Run what a button asks; what is wrong with it is kept in place of an answer."""
        known = {analysis.name: analysis for analysis in ANALYSES}
        name = str(content.get("name"))
        if name not in known:
            raise unknown("explorer", "analysis", name, known)
        analysis, said = known[name], dict(content.get("values") or {})
        given = {
            f.name: str(said.get(f.name, f.value))[:MOST_TYPED] for f in analysis.asked(session)
        }
        result = Answered(None if analysis.lasts else session.current, given)
        try:
            answer = analysis.run(session, given, progress)
            audited, kind = isinstance(answer, Audit), type(answer)
            sheet = SHEETS[kind](answer) if kind in SHEETS else answer.sheet()
            parts = tuple(_part(p, session) for p in sheet.parts if not isinstance(p, Hint))
            setting = answer.few_inputs if isinstance(answer, Requirement) else {}
            title = sheet.title.partition(" \N{MIDDLE DOT} ")[0]
            verdicts = audit_view.verdicts(answer) if audited else ()
            result = replace(result, title=title, parts=parts, setting=setting, verdicts=verdicts)
        except (InputError, DriverError) as error:
            result = replace(result, error=str(error))
        self.found[name] = result

    def page(self, scenario: Scenario) -> dict[str, Any]:
        """The results as plain values; one is stale where the scenario has moved since."""
        return {
            name: {key: value for key, value in vars(found).items() if key != "scenario"}
            | {"stale": found.scenario not in (None, scenario)}
            for name, found in self.found.items()
        }


def _part(part: str | Table, session: Session) -> dict[str, Any]:
    """A part of a sheet in the words of the panel, where a terminal prints what one types."""
    names, spoken = session.called, session.spoken
    if isinstance(part, str):
        return {"text": spoken(part.removeprefix("· ")), "note": part.startswith("· ")}
    return {
        "title": spoken(part.title), "words": part.words,
        "header": [names.get(cell, cell) for cell in part.header],
        "rows": [[names.get(cell) or spoken(cell) for cell in row] for row in part.rows],
        "shares": list(part.shares),
    }  # fmt: skip
