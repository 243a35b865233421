"""Elicitation as a widget: experts say P10, P50 and P90, the fit says P5 and P95 back at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import anywidget
import numpy as np
import traitlets

from ..arrays import Array
from ..errors import InputError
from ..model.elicitation import Pooled, feedback, pool
from ..model.parameter import SCALES, Parameter
from .runtime import text

MOST_EXPERTS = 50
POINTS = 60
"""Points of a density in the picture."""
DISAGREE = 0.05
"""Distance of pool and parameter, as a share of P5 to P95, from which on it is said."""


@dataclass(frozen=True)
class ExpertAnswer:
    """What one expert says: values in the parameter's unit, None where nothing is said yet."""

    expert: str
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    weight: float | None = 1.0

    @property
    def points(self) -> tuple[float | None, ...]:
        """The three values."""
        return self.p10, self.p50, self.p90

    @property
    def empty(self) -> bool:
        """True where no value is given."""
        return self.points == (None, None, None)


@dataclass(frozen=True)
class ExpertQuestion:
    """The parameter that is asked for."""

    name: str
    title: str
    unit: str
    scale: str = "natural"
    owner: str = ""
    status: str = "assumed"

    def about(self, answer: ExpertAnswer) -> dict[str, Any]:
        """What a parameter says of itself, with the expert as its source; nothing by default."""
        said = {
            "unit": self.unit, "title": self.title, "source": f"elicited from {answer.expert}",
            "owner": self.owner, "scale": self.scale, "status": self.status,
        }  # fmt: skip
        plain = {"owner": "", "scale": "natural", "status": "assumed"}
        return {key: text for key, text in said.items() if text != plain.get(key)}


@dataclass(frozen=True, eq=False)
class Elicited:
    """What the answers come to; ``errors`` has a line for each that does not fit, or ""."""

    question: ExpertQuestion
    answers: tuple[ExpertAnswer, ...]
    fits: tuple[Parameter | None, ...]
    errors: tuple[str, ...]
    pooled: Pooled | None = None
    trouble: str = ""
    code: str = ""

    @property
    def parameter(self) -> Parameter | None:
        """The expert's parameter, or the one that stands for several."""
        return self.pooled.parameter if self.pooled else None


def elicited(question: ExpertQuestion, answers: Sequence[ExpertAnswer]) -> Elicited:
    """Fit every answer and pool those that fit, if no other is wrong."""
    said = [_fit(question, answer) for answer in answers]
    fits, errors = tuple(fit for fit, _ in said), tuple(error for _, error in said)
    found = Elicited(question, tuple(answers), fits, errors)
    given = [answer for answer, fit in zip(answers, fits, strict=True) if fit]
    known = [fit for fit in fits if fit]
    if any(errors) or not given:
        return found
    pooled = Pooled(known[0], feedback(known[0]), feedback(known[0]))  # one is taken at the word
    if len(known) > 1:
        try:
            pooled = pool(known, [answer.weight or 0.0 for answer in given])
        except InputError as error:
            return replace(found, trouble=_short(question, error))
    return replace(found, pooled=pooled, code=_code(question, given))


def _fit(question: ExpertQuestion, answer: ExpertAnswer) -> tuple[Parameter | None, str]:
    if answer.empty:
        return None, ""
    if answer.p10 is None or answer.p50 is None or answer.p90 is None:
        return None, "three numbers are needed"
    points = answer.p10, answer.p50, answer.p90
    if not all(map(math.isfinite, points)):
        return None, "numbers are written like 1250 or 2.5"
    if answer.weight is None or not 0.0 <= answer.weight < math.inf:
        return None, "the weight must be a number from 0 up"
    try:
        fit = Parameter.from_quantiles(question.name, *points, **question.about(answer))
    except InputError as error:
        return None, _short(question, error)
    return fit, ""


def _short(question: ExpertQuestion, error: InputError) -> str:
    """The message without the name, which heads the page, and in its words."""
    text = str(error)
    for head in (f"{question.owner}.{question.name}", question.name, "pool"):
        text = text.removeprefix(f"{head}: ")
    return text.replace("scale='log' holds it", "choose the log scale, which holds it")


def _code(question: ExpertQuestion, answers: Sequence[ExpertAnswer]) -> str:
    """Python that makes the same parameter from the same answers."""
    lines = []
    for answer in answers:
        points = ", ".join(map(_exactly, answer.points))
        about = ", ".join(f"{key}={text!r}" for key, text in question.about(answer).items())
        lines.append(f"Parameter.from_quantiles({question.name!r}, {points}, {about})")
    if len(lines) == 1:
        return lines[0]
    weights = ", ".join(_exactly(answer.weight) for answer in answers)
    inner = "".join(f"    {line},\n" for line in lines)
    return f"elicitation.pool([\n{inner}], weights=({weights})).parameter"


def _exactly(value: float | None) -> str:
    """The shortest text that is this very number, "" for none."""
    return "" if value is None else repr(value).removesuffix(".0")


def as_page(found: Elicited) -> dict[str, Any]:
    """The same as plain values for the page."""
    rows = []
    for answer, fit, error in zip(found.answers, found.fits, found.errors, strict=True):
        said = feedback(fit) if fit else {}
        ends = {end: figure(said[end]) if said else "" for end in ("p5", "p95")}
        values = [_exactly(value) for value in (*answer.points, answer.weight)]
        rows.append({"expert": answer.expert, "values": values, **ends, "error": error})
    return {
        "rows": rows,
        "totals": _totals(found),
        "scale": found.question.scale,
        "sentence": sentence(found),
        "caveat": _caveat(found),
        "code": found.code,
        "picture": _picture(found),
    }


def _totals(found: Elicited) -> list[list[str]]:
    """Rows of words below the experts: the pool where there are several, and the parameter."""
    if not found.pooled:
        return []
    several = sum(fit is not None for fit in found.fits) > 1
    rows = [("Pool of the experts", found.pooled.pool)] if several else []
    rows.append(("Parameter", found.pooled.fitted))
    order = "p10", "p50", "p90", "p5", "p95"
    return [[title, *(figure(values[level]) for level in order)] for title, values in rows]


def sentence(found: Elicited) -> str:
    """The feedback to read out: what the answers imply beyond what was asked."""
    if found.trouble:
        return found.trouble
    if not found.pooled:
        wrong = any(found.errors)
        return "An answer does not fit yet." if wrong else "Nothing is said yet."
    said, unit = found.pooled.fitted, found.question.unit
    return (
        f"So 1 case in 20 lies below **{figure(said['p5'])}** and 1 in 20 above"
        f" **{figure(said['p95'])}** {unit}, and none outside {figure(said['low'])} to"
        f" {figure(said['high'])}. If that is not what you mean, change the answer."
    )


def _caveat(found: Elicited) -> str:
    if not found.pooled or found.pooled.distance < DISAGREE:
        return ""
    mixed, fitted = found.pooled.pool, found.pooled.fitted
    return (
        "The experts disagree more than one peak can say: their pool has P5"
        f" {figure(mixed['p5'])} and P95 {figure(mixed['p95'])}, the parameter"
        f" {figure(fitted['p5'])} and {figure(fitted['p95'])}. Ask why before you use it."
    )


def _picture(found: Elicited) -> dict[str, Any]:
    """Densities as points on 0 to 1 both ways, and the text that stands for them."""
    shown = [fit for fit in (*found.fits, found.parameter) if fit and not fit.constant]
    if not shown or not found.parameter or found.parameter.constant:
        return {"curves": [], "marks": [], "alt": "No density yet"}
    log = found.question.scale == "log"
    low, high = min(p.low for p in shown), max(p.high for p in shown)
    first, last = (math.log(low), math.log(high)) if log else (low, high)
    place = np.linspace(first, last, 4 * POINTS)
    heights = [_density(parameter, place) for parameter in shown]
    top = max(float(height.max()) for height in heights)
    along = np.linspace(0.0, 1.0, len(place)).round(4).tolist()
    curves = [list(zip(along, (height / top).round(4).tolist(), strict=True)) for height in heights]
    said = feedback(found.parameter)
    marks = [
        [((math.log(said[p]) if log else said[p]) - first) / (last - first), figure(said[p])]
        for p in ("p5", "p50", "p95")
    ]
    levels = ", ".join(f"{p.upper()} {figure(said[p])}" for p in ("p5", "p50", "p95"))
    experts = len(curves) - 1
    also = f"; beside it {experts} experts" if experts > 1 else ""
    alt = f"Density of {found.question.title}, {found.question.unit}: {levels}{also}"
    return {"curves": curves, "marks": marks, "alt": alt}


def _density(parameter: Parameter, place: Array) -> Array:
    """The parameter's density at places on its scale, 0 outside its range."""
    _, low, _, high = parameter.pert
    at = np.clip((place - low) / (high - low), 0.0, 1.0)
    return parameter.density(at) / (high - low)


def figure(value: float) -> str:
    """A value as a person would say it."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


# the widget ---------------------------------------------------------------------------------


class Elicitation(anywidget.AnyWidget):
    """The answers of several experts about one parameter, as an ordinary widget.

    ``parameter`` is the parameter that they come to, None while an answer is missing or does not
    fit; it can be observed.  ``pooled`` says how far the experts are apart, ``code`` is the Python
    that makes the same parameter.
    """

    _esm = text("dom.js", "elicit.js")
    _css = text("panel.css", "elicit.css")
    question = traitlets.Dict().tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    parameter = traitlets.Instance(Parameter, allow_none=True)

    def __init__(self, question: ExpertQuestion, answers: Sequence[ExpertAnswer]) -> None:
        self._turn = 0
        super().__init__(question={"title": question.title, "unit": question.unit})
        self._take(question, answers)
        self.on_msg(self._receive)

    @property
    def answers(self) -> tuple[ExpertAnswer, ...]:
        """What each expert says, in the order of the page."""
        return self._found.answers

    @property
    def pooled(self) -> Pooled | None:
        """The linear pool and the parameter that stands for it."""
        return self._found.pooled

    @property
    def code(self) -> str:
        """Python that makes the parameter from the same answers, "" while there is none."""
        return self._found.code

    def answer(self, expert: str, p10: float, p50: float, p90: float, weight: float = 1.0) -> None:
        """Say it from Python: the expert's answer, new or in the place of a former one."""
        said = ExpertAnswer(expert, float(p10), float(p50), float(p90), float(weight))
        kept = [said if a.expert == expert else a for a in self.answers]
        kept = [a for a in kept if not a.empty or a is said]
        self._take(self._found.question, kept if said in kept else [*kept, said])

    def _take(
        self, question: ExpertQuestion, answers: Sequence[ExpertAnswer], typed: bool = False
    ) -> None:
        """Fit and show; what was typed in the page stays there as it was typed."""
        self._found = elicited(question, answers)
        self._turn += not typed
        self.page = as_page(self._found) | {"turn": self._turn}
        self.parameter = self._found.parameter

    def _receive(self, _: object, content: dict[str, Any], buffers: list[Any]) -> None:
        """What the page says: every answer anew, numbers as they were typed."""
        if content.get("type") != "answers":
            return
        rows = list(content.get("rows", ()))[:MOST_EXPERTS]
        question, scale = self._found.question, content.get("scale")
        question = replace(question, scale=scale) if scale in SCALES else question
        self._take(question, [_answer(row) for row in rows], typed=True)


def elicit(
    name: str,
    *,
    unit: str,
    title: str = "",
    experts: Sequence[str] = ("Expert 1",),
    scale: str = "natural",
    owner: str = "",
    status: str = "assumed",
) -> Elicitation:
    """A widget that asks experts for a parameter and says back what their answers imply.

    ``scale`` is natural or log, as for Parameter.  Read the widget's ``parameter`` or ``code``.
    Raises InputError for experts without a name of their own, and for what no Parameter can be.
    """
    if isinstance(experts, str) or not 0 < len(experts) <= MOST_EXPERTS:
        raise InputError(f"{name}: experts is a list of 1 to {MOST_EXPERTS} names")
    for expert in experts:
        if list(experts).count(expert) > 1:
            raise InputError(f"{name}: experts: {expert!r} is named twice")
    question = ExpertQuestion(name, title or name.replace("_", " "), unit, scale, owner, status)
    Parameter(name, 1.0, 1.0, 1.0, unit=unit, scale=scale, status=status)  # refuses what cannot be
    return Elicitation(question, [ExpertAnswer(expert) for expert in experts])


def _answer(row: Any) -> ExpertAnswer:
    """A row of the page; what is no row says nothing."""
    said = row if isinstance(row, dict) else {}
    values = said.get("values")
    typed = [_number(text) for text in values] if isinstance(values, list) else []
    p10, p50, p90, weight = [*typed, None, None, None, None][:4]
    expert = " ".join(str(said.get("expert", "")).split())[:80]
    return ExpertAnswer(expert or "somebody", p10, p50, p90, weight)


def _number(text: Any) -> float | None:
    """A number as typed, None for nothing, NaN for what is no number."""
    typed = str("" if text is None else text).strip().replace("\N{MINUS SIGN}", "-")
    if not typed:
        return None
    try:
        return float(typed)
    except ValueError:
        return math.nan
