"""Value of information: the most that knowing an input is worth to one decision.

The decision is to enter the market or not.  Expected values of perfect and of partial perfect
information come from the run's own draws, by regression of the net benefit on the inputs (Strong,
Oakley & Brennan 2014, Medical Decision Making 34:311), with standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..arrays import Array, Columns
from ..engine.blocks import Drawing, one_thread
from ..engine.findings import about, caveats
from ..engine.forecast import A_FORECAST, Forecast
from ..engine.plan import Plan
from ..errors import InputError, check_kind, check_known, list_of, need_numbers
from ..model.sources import ASSUMPTION
from ..model.stage import FUNNEL
from ..sampling.points import BLOCK, error_of_mean
from ..text.sheet import Sheet, Table, by_field, framed_by, rows_of, shown_by
from ..text.wording import money, percent
from .groups import BY, UNSOURCED, Labels, labelled, stage_of, uncertain
from .sample_information import (
    Sample,
    Studied,
    exact_usd,
    groups_of,
    studied,
    study_parts,
    summaries,
)

FEWEST_DRAWS = 1_000
MOST_COLUMNS = 120
"""Of the regression."""
TITLE = "What is knowing more worth?"
SHOWN = 8
"""Rows of each kind, unless said otherwise."""
KINDS = {"input": "an input", "cause": "a cause", "launch": "a launch", "stage": "a stage",
         "status": "a kind of number", "source": "what a source says"}  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """Enter or not: ``share`` of the market at ``margin``, for ``cost`` USD at the start.

    Profit is counted for every year after the first, discounted by ``discount`` a year.  Raises
    InputError for a fraction outside 0 to 1 and a cost below 0.
    """

    margin: float
    share: float
    cost: float
    discount: float = 0.0

    def __post_init__(self) -> None:
        need_numbers("Decision", vars(self))
        for name, low, high in (("margin", 0, 1), ("share", 0, 1), ("discount", 0, 1)):
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise InputError(f"{name} = {value:g} is outside {low} to {high}, a fraction")
        if not (math.isfinite(self.cost) and self.cost >= 0):
            raise InputError(f"cost = {self.cost:g} USD must be 0 or more")

    def net_benefit(self, total: Array) -> Array:
        """Gain of entering over staying out, USD (draw,), from market values (year, draw)."""
        years = np.arange(1, len(total))
        weight = (1.0 + self.discount) ** -years
        return self.margin * self.share * (weight @ total[1:]) - self.cost


@dataclass(frozen=True)
class Worth:
    """What knowing a set of inputs is worth: USD with its standard error."""

    name: str
    keys: tuple[str, ...]
    value: float
    error: float

    @property
    def told(self) -> bool:
        """Whether it can be told from nothing."""
        return self.value > 2 * self.error


@dataclass(frozen=True, eq=False)
class Information:
    """The decision as it stands, and what knowing more is worth by kind of set, largest first.

    ``expected`` is the gain of entering, USD; ``chance_to_regret`` the share of draws in which
    the better choice on average is the worse one; profits are of the years ``first`` to ``last``.
    """

    plan: Plan
    decision: Decision
    first: int
    last: int
    expected: float
    chance_to_regret: float
    perfect: Worth
    partial: Mapping[str, tuple[Worth, ...]]
    notices: Sequence[str] = ()
    studies: tuple[Studied, ...] = ()

    @property
    def enters(self) -> bool:
        """True where entering is the better choice on average."""
        return self.expected > 0

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """The table by kind of set: what perfect knowledge of each is worth at most, USD.

        And ``studies``, if any were asked for: what each is worth, and net of its cost.
        """
        studies = {"studies": by_field(Studied, self.studies)} if self.studies else {}
        return studies | {
            kind: {
                "name": [row.name for row in rows],
                "usd": [row.value for row in rows],
                "standard_error": [row.error for row in rows],
                "inputs": [list(row.keys) for row in rows],
            }
            for kind, rows in self.partial.items()
        }

    frame = framed_by("voi", "input")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket voi --json`` prints it."""
        return {
            "scenario": self.plan.scenario.name, "anchor": self.plan.anchor.name,
            "draws": self.plan.scenario.draws,
            "decision": vars(self.decision), "first_profit": self.first, "last_profit": self.last,
            "expected_gain_usd": self.expected, "enter": self.enters,
            "chance_to_regret": self.chance_to_regret,
            "perfect": {"usd": self.perfect.value, "standard_error": self.perfect.error},
            "partial": {k: rows_of(table) for k, table in self.columns.items() if k != "studies"},
            "studies": rows_of(by_field(Studied, self.studies)),
            "notices": list(self.notices),
        }  # fmt: skip

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


@dataclass(frozen=True, eq=False)
class Drawn:
    """Draws of market value (year, draw) of a plan, and what else is drawn beside its inputs.

    ``more`` holds that by name, each (draw,), and ``notice`` says so.
    """

    plan: Plan
    total: Array
    more: Mapping[str, Array] = field(default_factory=dict)
    notice: str = ""


def value_of_information(
    forecast: Forecast,
    decision: Decision,
    by: Sequence[str] = ("input", "cause"),
    studies: Sequence[Sample] = (),
) -> Information:
    """Value of information for a decision, by single inputs and by groups of them.

    And of ``studies``, which inform without settling.  InputError below FEWEST_DRAWS draws, where
    the regression would be noise.
    """
    check_kind("voi", forecast, Forecast, A_FORECAST)
    return information_of(Drawn(forecast.plan, forecast.draws.total), decision, by, studies)


def information_of(
    drawn: Drawn, decision: Decision, by: Sequence[str], studies: Sequence[Sample]
) -> Information:
    """The same from draws that need not be a forecast's own."""
    check_kind("voi", decision, Decision, "a Decision(margin=0.3, share=0.1, cost=8e6)")
    studies = list_of("voi, studies", studies, Sample, "a list of Sample('KEY', observations=200)")
    by = list_of("voi, by", by, str, f"a list of {', '.join(GROUPS)}")
    plan, total, more = drawn.plan, drawn.total, drawn.more
    draws = total.shape[1]
    if draws < FEWEST_DRAWS:
        raise InputError(f"{draws} draws are too few for the regression; {FEWEST_DRAWS} or more")
    gain = decision.net_benefit(total)
    values = {**drawn_values(plan), **more}
    perfect = expected_perfect(gain)
    groups = {kind: grouped(plan, kind) for kind in ("input", *by)}
    asked = groups_of(plan, studies, tuple(more))
    groups["study"] = {one.of: keys for one, keys in asked}
    found = {
        keys: expected_partial(gain, [values[key] for key in keys])
        for keys in dict.fromkeys(keys for rows in groups.values() for keys in rows.values())
    }
    found = monotone(found, perfect)
    partial = {}
    for kind in by:
        worths = [Worth(name, keys, *found[keys]) for name, keys in groups[kind].items()]
        partial[kind] = tuple(sorted(worths, key=lambda worth: (-worth.value, worth.name)))
    regret = float(np.mean(gain < 0) if gain.mean() > 0 else np.mean(gain > 0))
    worth = [
        studied(plan, one, keys, expected_partial(gain, summaries(plan, one, keys, values)),
                found[keys])
        for one, keys in asked
    ]  # fmt: skip
    ranked = tuple(sorted(worth, key=lambda one: (-one.net, one.of)))
    notices = [*caveats(plan), *filter(None, [drawn.notice])]
    return Information(
        plan, decision, plan.years[1], plan.years[-1], float(gain.mean()), regret,
        Worth("everything", tuple(values), *perfect), partial, notices, ranked,
    )  # fmt: skip


def drawn_values(plan: Plan) -> dict[str, Array]:
    """The drawn parameters of a plan by key, each (draw,), the same as the forecast used."""
    drawing = Drawing(plan)
    blocks = range(-(-plan.scenario.draws // BLOCK))
    parts = [drawing.by_key(block) for block in blocks]
    return {
        p.key: np.concatenate([part[p.key] for part in parts])[: plan.scenario.draws]
        for p in drawing.drawn
    }


def grouped(plan: Plan, kind: str) -> dict[str, tuple[str, ...]]:
    """The uncertain inputs by group: each alone, or by cause, stage, status or cited source."""
    check_known("voi", "grouping", LABELS, kind)
    return labelled(plan, uncertain(plan), LABELS[kind])


LABELS: dict[str, Labels] = {
    "input": lambda _, p: [p.key],
    "cause": lambda plan, p: [cause.name] if (cause := plan.market.cause_of(p)) else [],
    "launch": lambda plan, p: [one.name for one in plan.launches if p in one.parameters],
    "stage": lambda plan, p: [stage_of(plan, p)] if p.owner == FUNNEL else [],
    "status": BY["status"],
    "source": lambda plan, p: [
        cited for cited in BY["source"](plan, p) if cited not in (ASSUMPTION, UNSOURCED)
    ],
}
"""What can be known: a cause, the base of a stage, what a source says."""
GROUPS = tuple(LABELS)


def expected_perfect(gain: Array) -> tuple[float, float]:
    """EVPI of entering (gain, (draw,)) or not, with its standard error, unit of ``gain``."""
    better = np.maximum(gain, 0.0) - (gain if gain.mean() > 0 else 0.0)
    return float(better.mean()), float(error_of_mean(better))


def expected_partial(gain: Array, inputs: Sequence[Array]) -> tuple[float, float]:
    """EVPPI of knowing ``inputs``, each (draw,), with its standard error, unit of ``gain``.

    Each draw moves the mean itself and, by its residual, the coefficients of the regression: the
    error is that of both together, to first order.
    """
    columns = _basis([x for x in inputs if np.ptp(x) > 0], len(gain))
    with one_thread():  # a small problem many times over: threads would only wait for each other
        basis, _ = np.linalg.qr(columns)
    fitted = basis @ (basis.T @ gain)
    enters = float(fitted.mean() > 0)
    slope = basis @ (basis.T @ ((fitted > 0) - enters))
    better = np.maximum(fitted, 0.0) - enters * fitted
    return float(better.mean()), float(error_of_mean(better + slope * (gain - fitted)))


def _basis(inputs: Sequence[Array], draws: int) -> Array:
    """Columns (draw, column): a natural spline of each input, and products of pairs."""
    most = max(2, min(MOST_COLUMNS, draws // 20))
    room = max(1, (most - 1) // max(1, len(inputs)))
    splines = [_natural_spline(x, min(6, room)) for x in inputs]
    columns = [np.ones(draws), *(column for spline in splines for column in spline)]
    pairs = [(i, j) for i in range(len(splines)) for j in range(i)]
    for i, j in pairs[: max(0, most - len(columns))]:
        columns.append(splines[i][0] * splines[j][0])
    return np.stack(columns, axis=1)


def _natural_spline(x: Array, columns: int) -> list[Array]:
    """Natural cubic spline of the standardised input: straight beyond its outer knots."""
    z = (x - x.mean()) / x.std()
    if columns < 2:
        return [z]
    knots = np.unique(np.quantile(z, np.linspace(0.02, 0.98, columns + 1)))
    if len(knots) < 3:
        return [z]

    def hinge(k: int) -> Array:
        last = knots[-1]
        from_here, from_last = np.maximum(z - knots[k], 0.0), np.maximum(z - last, 0.0)
        part = from_here * from_here * from_here - from_last * from_last * from_last
        scaled: Array = part / (last - knots[k])
        return scaled

    bend = hinge(len(knots) - 2)
    return [z, *(hinge(k) - bend for k in range(len(knots) - 2))]


def monotone(
    found: Mapping[tuple[str, ...], tuple[float, float]], perfect: tuple[float, float]
) -> dict[tuple[str, ...], tuple[float, float]]:
    """The estimates with the order that holds in truth: no set is worth less than a part of it.

    A set takes the value of its most valuable part where its own estimate fell below it, and
    none is worth more than perfect information.
    """
    raised: dict[tuple[str, ...], tuple[float, float]] = {}
    for keys in sorted(found, key=len):
        members = set(keys)
        parts = [raised[other] for other in raised if set(other) <= members]
        value, error = max([found[keys], *parts], key=lambda pair: pair[0])
        raised[keys] = (min(value, perfect[0]), error)
    return {keys: raised[keys] for keys in found}


def sheet(found: Information, top: int = SHOWN) -> Sheet:
    """The decision, what perfect knowledge is worth, and of which sets."""
    title = f"{TITLE} · {about(found.plan)}"
    parts: list[str | Table] = [*found.notices, _decision(found), _regret(found)]
    if not found.chance_to_regret:
        return Sheet(title, parts)
    parts += study_parts(found.studies, top)
    for kind, rows in found.partial.items():
        parts += _kind(kind, rows, top)
    return Sheet(title, [
        *parts,
        "· At most: no study that informs an input is worth more than the figure beside it, and a"
        " smaller study is worth less. A figure within two standard errors of zero is left out.",
    ])  # fmt: skip


def _decision(found: Information) -> str:
    """What is to be decided, and what the forecast says to do."""
    d = found.decision
    discounted = f", discounted by {percent(d.discount)} a year" if d.discount else ""
    return (
        f"Enter at a margin of {percent(d.margin)} and a share of {percent(d.share)} for USD"
        f" {money(d.cost)}, with the profits of {found.first} to {found.last}{discounted}: on"
        f" average USD {money(found.expected)}, so {'enter' if found.enters else 'stay out'}."
    )


def _regret(found: Information) -> str:
    """How often that is wrong, and what knowing everything is worth."""
    if not found.chance_to_regret:
        return "No draw would change that, so there is nothing worth knowing for this decision."
    return (
        f"That is the wrong choice in {percent(found.chance_to_regret)} of draws. Knowing"
        f" everything beforehand is worth USD {exact_usd(found.perfect.value)} (standard error"
        f" {exact_usd(found.perfect.error)})."
    )


def _kind(kind: str, rows: tuple[Worth, ...], top: int) -> list[str | Table]:
    clear = [row for row in rows if row.told]
    what = KINDS[kind]
    if not clear:
        some = f"none of {len(rows)} that the draws can tell from zero" if rows else "there is none"
        return [f"Knowing {what} alone: {some}."]
    cells = [[row.name, exact_usd(row.value), exact_usd(row.error)] for row in clear[:top]]
    parts: list[str | Table] = [
        Table(["known", "USD at most", "standard error"], cells, title=f"Knowing {what} alone")
    ]
    rest = len(rows) - len(cells)
    if rest:
        parts.append(f"· {rest} more: worth less, or nothing that the draws can tell from zero.")
    return parts
