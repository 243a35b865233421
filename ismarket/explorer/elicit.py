"""Elicitation as a widget: experts say P10, P50 and P90, the fit says P5 and P95 back at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import anywidget
import traitlets

from ..errors import InputError
from ..model.elicitation import Pooled
from ..model.parameter import SCALES, Parameter
from .elicited import Answer, Question, as_page, elicited
from .runtime import text

MOST_EXPERTS = 50


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

    def __init__(self, question: Question, answers: Sequence[Answer]) -> None:
        self._turn = 0
        super().__init__(question={"title": question.title, "unit": question.unit})
        self._take(question, answers)
        self.on_msg(self._receive)

    @property
    def answers(self) -> tuple[Answer, ...]:
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
        said = Answer(expert, float(p10), float(p50), float(p90), float(weight))
        kept = [said if a.expert == expert else a for a in self.answers]
        kept = [a for a in kept if not a.empty or a is said]
        self._take(self._found.question, kept if said in kept else [*kept, said])

    def _take(self, question: Question, answers: Sequence[Answer], typed: bool = False) -> None:
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
        scale = content.get("scale")
        question = replace(
            self._found.question, scale=scale if scale in SCALES else self._found.question.scale
        )
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
    """
    if isinstance(experts, str) or not 0 < len(experts) <= MOST_EXPERTS:
        raise InputError(f"{name}: experts is a list of 1 to {MOST_EXPERTS} names")
    for expert in experts:
        if list(experts).count(expert) > 1:
            raise InputError(f"{name}: experts: {expert!r} is named twice")
    question = Question(name, title or name.replace("_", " "), unit, scale, owner, status)
    Parameter(name, 1.0, 1.0, 1.0, unit=unit, scale=scale, status=status)  # refuses what cannot be
    return Elicitation(question, [Answer(expert) for expert in experts])


def _answer(row: Any) -> Answer:
    """A row of the page; what is no row says nothing."""
    said = row if isinstance(row, dict) else {}
    values = said.get("values")
    typed = [_number(text) for text in values] if isinstance(values, list) else []
    p10, p50, p90, weight = [*typed, None, None, None, None][:4]
    expert = " ".join(str(said.get("expert", "")).split())[:80]
    return Answer(expert or "somebody", p10, p50, p90, weight)


def _number(text: Any) -> float | None:
    """A number as typed, None for nothing, NaN for what is no number."""
    typed = str("" if text is None else text).strip().replace("\N{MINUS SIGN}", "-")
    if not typed:
        return None
    try:
        return float(typed)
    except ValueError:
        return math.nan
