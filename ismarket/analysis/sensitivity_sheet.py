"""The sensitivity of a forecast as a printed sheet."""

from __future__ import annotations

from ..text.sheet import Sheet, Table
from ..text.wording import figure, money, percent, rate
from .response import OUTPUTS
from .sensitivity import Sensitivity

MOST_ROWS = 12


def sheet(found: Sensitivity) -> Sheet:
    """Shares of the variance, then the output at each input's P10 and P90."""
    plan = found.response.plan
    rows = found.columns["indices"]
    shown = min(MOST_ROWS, len(rows["group"]))
    named = f"scenario {plan.scenario.name} · " if plan.scenario.name else ""
    first, last = plan.years[0], plan.years[-1]
    what = {"value": f"value in {last}", "cagr": f"growth a year, {first} to {last}",
            "count": f"the count in {first}"}[found.output]  # fmt: skip
    title = f"What it depends on: {what} · {named}anchor {plan.anchor.name}"
    parts: list[str | Table] = [headline(found), *_level(found)]
    parts += [Table([found.grouping.by, "place", "alone", "9 in 10", "in all", "9 in 10"],
                    [_row(found, i) for i in range(shown)], shares=[2, 4])]  # fmt: skip
    if shown < len(rows["group"]):
        parts.append(f"{len(rows['group']) - shown} smaller ones: --json, in Python frame().")
    parts += [
        "· alone: the share of the variance that would go if only this were known. In all: the"
        " share that would stay if only this were unknown. A place is printed as a range where"
        " the draws cannot tell (19 in 20).",
        *(f"· {notice}" for notice in found.grouping.notices),
        f"· {found.points:,} base points, seed {found.seed}.",
        _tornado(found),
    ]
    return Sheet(title, parts)


def headline(found: Sensitivity) -> str:
    """The largest group and how many it takes to carry nine tenths, if the draws can tell."""
    rows = found.columns["indices"]
    top = [rows["group"][i] for i in range(len(rows["group"])) if rows["best_place"][i] == 1]
    middle = f"{OUTPUTS[found.output].capitalize()}: {_written(found, found.reference)} in the"
    middle += f" reference case, one standard deviation {_written(found, found.spread)}."
    if len(top) > 1:
        return f"{middle} {len(top)} share the first place; the draws cannot tell them apart."
    share = rows["total"][0]
    return f"{middle} Most of all it depends on {top[0]} ({percent(share)} of the variance)."


def _level(found: Sensitivity) -> list[str]:
    anchor = found.response.plan.anchor
    if found.output != "value" or not anchor.published:
        return []
    how = "output count, or triangulate"
    if anchor.spread:
        return [
            "The pooled level is held at its median here, so only growth moves it; its own spread:"
            " ismarket triangulate."
        ]
    return [
        f"The level is {anchor.publisher}'s in every draw, so only growth can move it; whether the"
        f" level itself stands: {how}."
    ]


def _row(found: Sensitivity, i: int) -> list[str]:
    rows = found.columns["indices"]
    best, worst = rows["best_place"][i], rows["worst_place"][i]
    cells = [rows["group"][i], str(best) if best == worst else f"{best} to {worst}"]
    for which in ("first", "total"):
        low, high = rows[f"{which}_p5"][i], rows[f"{which}_p95"][i]
        cells += [_share(rows[which][i]), f"{_share(low)} to {_share(high)}"]
    return cells


def _share(share: float) -> str:
    """A share of the variance; sampling may put a very small one below zero."""
    return percent(max(share, 0.0))


def _tornado(found: Sensitivity) -> Table:
    rows = found.columns["tornado"]
    cells = [
        [rows["parameter"][i], rows["status"][i],
         figure(rows["p10"][i]), _written(found, rows["at_p10"][i]),
         figure(rows["p90"][i]), _written(found, rows["at_p90"][i])]
        for i in range(min(MOST_ROWS, len(rows["parameter"])))
    ]  # fmt: skip
    title = "Each input at its P10 and P90, the rest at the most likely value"
    return Table(["one at a time", "status", "P10", "gives", "P90", "gives"], cells, 2, title)


def _written(found: Sensitivity, value: float) -> str:
    return rate(value) if found.output == "cagr" else f"USD {money(value)}"
