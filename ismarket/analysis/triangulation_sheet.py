"""The published levels beside the count, as a printed sheet."""

from __future__ import annotations

from ..text.sheet import Sheet, Table
from ..text.wording import listed, money, number, percent, rate, times
from .endpoints import VERDICTS
from .triangulation import Triangulation


def sheet(found: Triangulation) -> Sheet:
    """Which level to believe, what it would mean for each patient, and what it cannot pass."""
    count = len(found.anchors)
    several = "published estimates, each" if count > 1 else "published estimate,"
    title = f"How big is it · {count} {several} moved to {found.year}"
    parts: list[str | Table] = [headline(found), _levels(found)]
    parts += [f"· {text}" for text in findings(found)]
    parts += [_readings(found), f"· {readings_note()}"]
    parts += [_ceilings(found)] if found.ceilings else ["· No ceiling is on file."]
    parts += [f"· {text}" for text in notes(found)]
    return Sheet(title, parts)


def headline(found: Triangulation) -> str:
    """The pooled level, the count, and who stands apart."""
    low, middle, high = _pooled(found, "cluster")
    apart, several = outliers(found), len(found.anchors) > 1
    agreed = (
        f"{len(found.anchors) - len(apart)} of {len(found.anchors)} estimates agree on about USD"
    )
    text = (
        f"{agreed if several else 'The one estimate, as it stands, says about USD'}"
        f" {money(middle)} ({money(low)} to {money(high)}, 9 in 10); the count says USD"
        f" {money(found.count['reference'])} ({money(found.count['p5'])} to"
        f" {money(found.count['p95'])})."
    )
    if not several:
        return text
    if not apart:
        return text + " None stands apart."
    return text + f" {listed(apart)} {'stands' if len(apart) == 1 else 'stand'} apart."


def outliers(found: Triangulation) -> list[str]:
    """The estimates that are more likely outliers than not."""
    return [n for n, p in zip(found.pool.names, found.pool.outlier, strict=True) if p > 0.5]


def findings(found: Triangulation) -> list[str]:
    """What the table says, in sentences."""
    table = found.columns["estimates"]
    lines = [_apart(found, name) for name in outliers(found)]
    people = found.people
    lines.append(
        f"The count has {number(people['cases']['reference'], 0)} cases in {found.year}"
        f" ({number(people['cases']['p5'], 0)} to {number(people['cases']['p95'], 0)}), of which"
        f" {number(people['treated']['reference'], 0)} are treated"
        f" ({number(people['treated']['p5'], 0)} to {number(people['treated']['p95'], 0)})."
    )
    middle = _pooled(found, "cluster")[1]
    inside = found.count["p5"] <= middle <= found.count["p95"]
    where = "inside" if inside else "outside"
    lines.append(
        f"The pooled level is {times(middle / found.count['reference'])} times the count, {where}"
        " what 9 in 10 draws of it give."
    )
    without = found.columns["without"]
    if without["p50"]:
        lines.append(
            "Leaving out any one estimate, the pooled level lies between USD"
            f" {money(min(without['p50']))} and {money(max(without['p50']))}."
        )
    same = [i for i, a in enumerate(found.anchors) if table["low_usd"][i] != table["high_usd"][i]]
    lines += [
        f"{table['anchor'][i]} comes to USD {money(table['low_usd'][i])} or"
        f" {money(table['high_usd'][i])} in {found.year}, as its period is read."
        for i in same
    ]
    return lines


def _apart(found: Triangulation, name: str) -> str:
    table = found.columns["estimates"]
    i = table["anchor"].index(name)
    level = table["level_usd"][i]
    others = [table["level_usd"][j] for j in range(len(found.anchors)) if j != i]
    text = (
        f"{name} is {times(level / max(others))} to {times(level / min(others))} times the others"
    )
    edition = [
        j for j in range(len(found.anchors))
        if j != i and table["publisher"][j] == table["publisher"][i]
    ]  # fmt: skip
    for j in edition:
        ratio = number(level / table["level_usd"][j], 1)
        text += f", {ratio} times the same publisher's edition of {table['base_year'][j]}"
    spend = number(table["usd_per_treated"][i], 0)
    return f"{text}; it would be USD {spend} for every treated patient on earth."


def _levels(found: Triangulation) -> Table:
    table = found.columns["estimates"]
    rows = []
    for i, name in enumerate(table["anchor"]):
        printed = table["printed_usd"][i]
        rows.append([
            name,
            f"{money(printed)} in {table['base_year'][i]}" if printed else "",
            rate(table["cagr"][i]) if printed else "",
            money(table["level_usd"][i]),
            times(table["times_the_count"][i]),
            percent(table["outlier"][i]) if printed else "",
            number(table["usd_per_case"][i], 0),
            number(table["usd_per_treated"][i], 0),
        ])  # fmt: skip
    header = ["estimate", "printed, USD", "growth", f"in {found.year}", "x count", "outlier",
              "USD per case", "per treated"]  # fmt: skip
    return Table(header, rows, words=2, shares=[5])


def _readings(found: Triangulation) -> Table:
    rows = [
        [r.anchor, f"{r.steps} steps {r.words}", rate(_printed(found, r.anchor)),
         "" if r.implied is None else rate(r.implied), r.verdict]
        for r in found.readings
    ]  # fmt: skip
    return Table(["estimate", "period read as", "printed", "end points", "verdict"], rows, words=2,
                 title="Each publisher against itself: end points and growth")  # fmt: skip


def readings_note() -> str:
    """What the verdicts mean."""
    return "; ".join(f"{name}: {meaning}" for name, meaning in VERDICTS.items()) + "."


def _printed(found: Triangulation, name: str) -> float:
    return next(anchor.cagr for anchor in found.anchors if anchor.name == name)


def _ceilings(found: Triangulation) -> Table:
    table = found.columns["ceilings"]
    order = sorted(
        range(len(table["usd"])), key=lambda i: (not table["counts"][i], table["usd"][i])
    )
    rows = [
        [table["title"][i], f"USD {money(table['usd'][i])}",
         (listed(table["above_it"][i]) or "none") if table["counts"][i] else "set aside"]
        for i in order
    ]  # fmt: skip
    title = f"Ceilings: what a level cannot pass, in {found.year}"
    return Table(["ceiling", "USD", "estimates above it"], rows, title=title)


def notes(found: Triangulation) -> list[str]:
    """How it was done, and where it goes on."""
    low, _, high = _pooled(found, "any")
    return [
        "Outlier: the probability that an estimate does not belong to the main cluster, from a"
        " mixture on the log level. What it assumes beforehand is listed in --json (priors).",
        f"A further estimate, outliers included, would lie between USD {money(low)} and"
        f" {money(high)} in 9 of 10 cases.",
        "ismarket run --anchor pooled draws its level from the main cluster; the default anchor"
        " stays one publisher's figure.",
    ]


def _pooled(found: Triangulation, which: str) -> tuple[float, float, float]:
    table = found.columns["pooled"]
    i = table["of"].index(which)
    return table["p5"][i], table["p50"][i], table["p95"][i]
