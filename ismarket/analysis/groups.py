"""Groups of inputs: which numbers of a scenario belong to one cause, driver, stage or source."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..engine.plan import Plan
from ..errors import check_known
from ..model.parameter import Parameter
from ..model.pooled import LEVEL
from ..model.sources import ASSUMPTION, parts_of
from ..model.stage import FUNNEL

Labels = Callable[[Plan, Parameter], list[str]]
"""From an input to the labels of the groups that hold it."""
UNSOURCED = "no source given"


@dataclass(frozen=True)
class Grouping:
    """Inputs by group, each (label -> keys), and what to know before reading them."""

    by: str
    groups: dict[str, tuple[str, ...]]
    notices: tuple[str, ...]


def grouping(plan: Plan, inputs: tuple[Parameter, ...], by: str) -> Grouping:
    """``inputs`` in groups ``by`` parameter, mechanism, driver, stage, source or status."""
    check_known("sensitivity", "grouping", BY, by)
    together = {key: members for members in correlated(plan, inputs) for key in members}
    groups = {
        label: list(dict.fromkeys(k for key in keys for k in together.get(key, (key,))))
        for label, keys in labelled(plan, inputs, BY[by]).items()
    }
    notices: list[str] = []
    if by == "parameter":
        groups, notices = _one_row_each(plan, groups)
    if together:
        notices.append(
            f"{len(together)} inputs are correlated in this scenario: those that hang together"
            " count as one wherever one of them counts."
        )
    keys = [key for members in groups.values() for key in members]
    shared = sorted({key for key in keys if keys.count(key) > 1})
    if shared:
        notices.append(
            f"{len(shared)} of {len(set(keys))} inputs belong to more than one {by} and count in"
            " each, so the rows add up to more than the whole."
        )
    return Grouping(by, {label: tuple(members) for label, members in groups.items()},
                    tuple(notices))  # fmt: skip


def labelled(plan: Plan, inputs: Iterable[Parameter], labels: Labels) -> dict[str, tuple[str, ...]]:
    """The keys of the inputs by each label that ``labels`` gives them."""
    groups: dict[str, list[str]] = {}
    for parameter in inputs:
        for label in labels(plan, parameter):
            groups.setdefault(label, []).append(parameter.key)
    return {label: tuple(keys) for label, keys in groups.items()}


def uncertain(plan: Plan) -> tuple[Parameter, ...]:
    """The inputs that are neither constant nor fixed by the scenario."""
    fixed = plan.scenario.fixed
    return tuple(p for p in plan.parameters if not p.constant and p.key not in fixed)


def _one_row_each(
    plan: Plan, groups: dict[str, list[str]]
) -> tuple[dict[str, list[str]], list[str]]:
    """Groups that share inputs made one, and what to say about class shares."""
    merged: dict[str, list[str]] = {}
    for label, members in groups.items():
        known = next((m for m, keys in merged.items() if set(keys) & set(members)), None)
        if known is None:
            merged[label] = list(members)
        else:
            keys = merged.pop(known)
            merged[f"{known}, {label}"] = keys + [key for key in members if key not in keys]
    mixes = [f"{FUNNEL}.{s.name}." for s in plan.market.stages if s.link == "softmax"]
    if not any(label.startswith(tuple(mixes)) for label in merged):
        return merged, []
    return merged, [
        "The class shares of a region are rescaled to sum to one, so none of them moves alone:"
        " they count as one input."
    ]


def correlated(plan: Plan, inputs: tuple[Parameter, ...]) -> list[tuple[str, ...]]:
    """The inputs that hang together by their rank correlations, set by set."""
    known = {p.key for p in inputs}
    sets: list[set[str]] = []
    for pair, rho in plan.pairs.items():
        if rho:
            touching = [found for found in sets if found & set(pair)]
            sets = [found for found in sets if found not in touching]
            sets.append(set(pair).union(*touching))
    kept = (tuple(sorted(found & known)) for found in sets)
    return sorted(members for members in kept if len(members) > 1)


def stage_of(plan: Plan, parameter: Parameter) -> str:
    """The stage of the funnel that an input moves; blank where a driver's own function decides."""
    if parameter.owner == FUNNEL:
        return parameter.name.partition(".")[0]
    cause = plan.market.cause_of(parameter)
    return cause.stage if cause else ""


def _by_parameter(plan: Plan, parameter: Parameter) -> list[str]:
    name, _dot, rest = parameter.name.partition(".")
    if parameter.owner == FUNNEL and plan.market.stage(name).link == "softmax":
        return [f"{FUNNEL}.{name}.{rest.partition('.')[0]}"]
    return [parameter.key]


def _by_mechanism(plan: Plan, parameter: Parameter) -> list[str]:
    stage = stage_of(plan, parameter)
    if parameter.owner != FUNNEL:
        cause = plan.market.cause_of(parameter)
        return [cause.name if cause else parameter.owner]
    causes = plan.market.mechanisms.values()
    following = [cause.name for cause in causes if (cause.kind, cause.stage) == ("path", stage)]
    return following[:1] or [f"starting {stage}"]


def _by_driver(plan: Plan, parameter: Parameter) -> list[str]:
    cause = _by_mechanism(plan, parameter)[0]
    claiming = [d.name for d in plan.drivers if cause in d.claims or parameter.owner == d.name]
    return claiming or ["starting market"]


def _level_apart(labels: Labels) -> Labels:
    """The same labels but for the anchor's level, which belongs to no cause, driver or stage."""
    return lambda plan, parameter: [LEVEL] if parameter.key == LEVEL else labels(plan, parameter)


def _by_source(_: Plan, parameter: Parameter) -> list[str]:
    parts = parts_of(parameter.source)
    named = (ASSUMPTION if part.startswith(ASSUMPTION) else part for part in parts)
    return list(dict.fromkeys(named)) or [UNSOURCED]


BY: dict[str, Labels] = {
    "parameter": _by_parameter,
    "mechanism": _level_apart(_by_mechanism),
    "driver": _level_apart(_by_driver),
    "stage": _level_apart(lambda plan, p: [stage_of(plan, p) or f"driver {p.owner}"]),
    "source": _by_source,
    "status": lambda _, p: [p.status],
}
"""The ways to group, each from an input to the labels that hold it."""
