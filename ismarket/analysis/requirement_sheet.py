"""What a target would require, as a printed sheet."""

from __future__ import annotations

from ..text.sheet import Sheet, Table
from ..text.wording import figure, listed, money, number, one_in, rate, signed, times
from .nearest import STRONGEST
from .requirement import DRAWS, Requirement

MOST_ROWS = 10


def sheet(found: Requirement) -> Sheet:
    """The target, whether the ranges hold it, and the settings that reach it."""
    plan = found.response.plan
    named = f"scenario {plan.scenario.name} · " if plan.scenario.name else ""
    title = f"What would have to be true · {named}anchor {plan.anchor.name}"
    parts: list[str | Table] = [asked(found), verdict(found)]
    if not found.within:
        return Sheet(title, [*parts, _limit(found)])
    if found.met:
        return Sheet(title, parts)
    rows = len(found.columns["few"]["parameter"])
    fewest = "the smallest set found"
    if found.fewest:
        fewest = f"no smaller set {'' if rows <= 3 else f'of the strongest {STRONGEST} '}does"
    few = f"The fewest inputs that suffice ({fewest}), the rest at their most likely value"
    every = "All inputs moved together, as little as possible"
    parts += [_table(found, "few", few, rows), f"· {assumptions(found)}"]
    if rows <= 5:
        parts.append(f"· ismarket run {plan.scenario.name or 'SCENARIO'} {flags(found)}")
    parts += [
        _table(found, "all", every, MOST_ROWS),
        "· likely: the most likely value; as far: how many draws of that input lie as far out."
        " --save FILE keeps the setting as a scenario for ismarket run.",
    ]
    return Sheet(title, parts)


def asked(found: Requirement) -> str:
    """The target and where the scenario stands."""
    plan = found.response.plan
    first, last = plan.years[0], plan.years[-1]
    what = {
        "cagr": f"growth of {rate(found.target)} a year, {first} to {last}",
        "value": f"USD {money(found.target)} in {last}",
        "count": f"USD {money(found.target)} in {first}",
    }[found.output]
    return (
        f"Asked for: {what}. The reference case gives {_written(found, found.reference)};"
        f" with every input at its median it is {_written(found, found.middle)}."
    )


def verdict(found: Requirement) -> str:
    """Whether the ranges hold the target, and how far out it lies."""
    drawn = round(found.drawn_share * DRAWS)
    draws = f"{drawn:,} of {DRAWS:,} draws reach it." if drawn else f"None of {DRAWS:,} draws does."
    if found.met:
        return f"The reference case is already there; nothing has to move. {draws}"
    if found.within:
        return (
            f"Within the stated ranges it can be reached. {draws} Its nearest setting lies"
            f" {number(found.distance, 1)} standard deviations from the middle, where about"
            f" {one_in(found.probability)} draws are."
        )
    return f"No setting within the stated ranges reaches it: {miss(found)}. {draws}"


def miss(found: Requirement) -> str:
    """By how much the ranges miss the target."""
    if found.output == "cagr":
        return f"they miss it by {signed(100 * (found.target - found.limit), 2)} points a year"
    factor = found.target / found.limit
    apart = f"{times(factor)} times the most" if factor > 1 else f"{times(factor)} of the least"
    return f"it is {apart} that they allow, and misses by USD {money(found.shortfall)}"


def assumptions(found: Requirement) -> str:
    """How many of the fewest inputs are assumed."""
    statuses = found.columns["few"]["status"]
    counts = [f"{statuses.count(s)} {s}" for s in dict.fromkeys(statuses)]
    return f"Of these {len(statuses)}: {listed(counts)}."


def flags(found: Requirement) -> str:
    """The flags that make ``ismarket run`` show it."""
    setting = zip(*(found.columns["few"][name] for name in ("parameter", "needed")), strict=True)
    return " ".join(f"--set {key}={value:.12g}" for key, value in setting)


def _limit(found: Requirement) -> str:
    ends = len(found.limit_setting)
    return (
        f"· With {ends} inputs each at the end of its range that carries furthest, it comes to"
        f" {_written(found, found.limit)}. Such a setting is itself beyond any draw: it marks what"
        " the evidence excludes, not what is likely."
    )


def _table(found: Requirement, name: str, title: str, most: int) -> Table:
    rows = found.columns[name]
    cells = [
        [rows["parameter"][i], rows["status"][i], figure(rows["mode"][i]),
         figure(rows["needed"][i]), f"{figure(rows['low'][i])} to {figure(rows['high'][i])}",
         one_in(rows["draws_as_far"][i])]
        for i in range(min(most, len(rows["parameter"])))
    ]  # fmt: skip
    header = ["input", "status", "likely", "needed", "range", "as far"]
    return Table(header, cells, words=2, title=title)


def _written(found: Requirement, value: float) -> str:
    return f"{rate(value)} a year" if found.output == "cagr" else f"USD {money(value)}"
