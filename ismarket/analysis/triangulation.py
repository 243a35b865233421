"""Triangulation: the published levels beside each other, the count, and what no level may pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..arrays import Array, Columns
from ..engine.blocks import stack
from ..engine.chain import Chain, people
from ..engine.findings import caveats
from ..engine.forecaster import forecast
from ..engine.plan import Plan, make_plan
from ..errors import InputError, list_of
from ..model.anchor import Anchor, other_market
from ..model.driver import Driver
from ..model.market import Market
from ..model.pooled import PRIORS, WHICH, Pool, estimates, pool
from ..model.scenario import Scenario
from ..model.stage import Stage
from ..text.sheet import Hint, Sheet, Table, by_field, framed_by, rows_of, shown_by
from ..text.wording import listed, mid_sentence, money, number, percent, rate, times
from .ceilings import Ceiling, read_ceilings
from .endpoints import VERDICTS, GrowthReading, readings
from .sensitivity import drawn

DRAWS = 4096
"""Draws of the count of patients."""
ENDS = (0.05, 0.5, 0.95)
People = dict[str, dict[str, float]]


@dataclass(frozen=True, eq=False)
class Triangulation:
    """Published estimates moved to ``year``, against the count; money in USD.

    ``count`` has the bottom-up level and ``people`` the cases and patients a year, each
    by reference, mean, p5, p50 and p95.
    """

    market: Market
    year: int
    anchors: tuple[Anchor, ...]
    readings: tuple[GrowthReading, ...]
    pool: Pool
    count: dict[str, float]
    people: People
    ceilings: tuple[Ceiling, ...]
    notices: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """The tables by name: estimates, pooled, without, readings, people, ceilings, priors."""
        pooled = {w: self.pool.quantile(np.array(ENDS), w) for w in WHICH}
        left_out = {n: p.quantile(np.array(ENDS)) for n, p in self.pool.without.items()}
        return {
            "estimates": self._estimates(),
            "pooled": _by_row("of", pooled),
            "without": _by_row("left_out", left_out),
            "readings": by_field(GrowthReading, self.readings),
            "people": {
                "of": list(self.people),
                **{k: [row[k] for row in self.people.values()] for k in ("reference", "p5", "p95")},
            },
            "ceilings": self._ceilings(),
            "priors": {"prior": list(PRIORS), "assumed": list(PRIORS.values())},
        }

    def _estimates(self) -> Columns:
        """One row an estimate, and one for the count at the bottom."""
        levels = [float(level) for level in self.pool.levels]
        both = {a.name: [r.level for r in self.readings if r.anchor == a.name]
                for a in self.anchors}  # fmt: skip
        count = self.count["reference"]
        everyone = [*levels, count]
        return {
            "anchor": [*self.pool.names, "bottom-up"],
            "publisher": [*(a.publisher for a in self.anchors), "counted"],
            "base_year": [*(a.base_year for a in self.anchors), self.year],
            "printed_usd": [*(a.value for a in self.anchors), None],
            "cagr": [*(a.cagr for a in self.anchors), None],
            "level_usd": everyone,
            "low_usd": [*(min(both[name]) for name in self.pool.names), self.count["p5"]],
            "high_usd": [*(max(both[name]) for name in self.pool.names), self.count["p95"]],
            "times_the_count": [level / count for level in everyone],
            "outlier": [*(float(p) for p in self.pool.outlier), None],
            "usd_per_case": [level / self.people["cases"]["reference"] for level in everyone],
            "usd_per_patient": [level / self.people["patients"]["reference"] for level in everyone],
            "source": [*(a.source for a in self.anchors), "the funnel tables of the market"],
        }

    def _ceilings(self) -> Columns:
        cases = self.people["cases"]["p95"]
        usd = [ceiling.at(self.year, cases) for ceiling in self.ceilings]
        return {
            "ceiling": [c.name for c in self.ceilings],
            "title": [c.title for c in self.ceilings],
            "usd": usd,
            "counts": [c.counts for c in self.ceilings],
            "above_it": [
                [name for name, level in zip(self.pool.names, self.pool.levels, strict=True)
                 if c.counts and level > top]
                for c, top in zip(self.ceilings, usd, strict=True)
            ],
            "source": [" | ".join(dict.fromkeys(p.source for p in c.parts)) for c in self.ceilings],
        }  # fmt: skip

    frame = framed_by("triangulate", "estimates")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket triangulate --json`` prints it."""
        rows = {name: rows_of(table) for name, table in self.columns.items()}
        return {"market": self.market.name, "year": self.year, "count": self.count, **rows}

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


def triangulate(
    market: Market,
    drivers: Iterable[Driver],
    *,
    anchors: Iterable[Anchor] = (),
    seed: int | None = None,
) -> Triangulation:
    """The published estimates of a market in its base year, beside the count and the ceilings.

    ``anchors`` are further estimates, such as one that was read from a page.  Raises InputError
    where nothing is published, or of another market.
    """
    more = list_of("triangulate", anchors, Anchor, "a list of Anchors")
    published = (*estimates(market.anchors), *more)
    names = [anchor.name for anchor in published]
    for anchor in published:
        if anchor.market not in ("", market.name):
            raise InputError(f"{anchor.name}: {other_market(anchor.market, market.name)}")
        if not anchor.published:
            raise InputError(f"{anchor.name}: the count itself, not an estimate to set beside it")
    if not published:
        raise InputError(f"{market.name}: no published estimate to compare")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"triangulate: two estimates are called {name!r}")
    year = market.base_year
    scenario = Scenario(anchor="bottom-up", without=(), market=market.name)
    scenario = scenario if seed is None else scenario.changed(seed=seed)
    counted = forecast(market, drivers, scenario)
    return Triangulation(
        market, year, published,
        tuple(reading for anchor in published for reading in readings(market, anchor, year)),
        pool({anchor.name: market.printed(anchor, year) for anchor in published}),
        {name: column[0] for name, column in counted.columns["count"].items()},
        count_people(market, scenario.seed),
        tuple(c for c in read_ceilings() if c.market == market.name),
        tuple(caveats(counted.plan)),
    )  # fmt: skip


def count_people(market: Market, seed: int) -> People:
    """Cases and patients in the base year: reference, mean and quantiles of the draws."""
    plan = make_plan(market, (), Scenario(anchor="bottom-up", without=(), market=market.name))
    inputs = tuple(p for p in plan.parameters if not p.constant)
    a = next(drawn(inputs, DRAWS, seed))
    reference, found = _people(plan, plan.modes), People()
    for name, counted in _people(plan, {**plan.modes, **a}).items():
        p5, p50, p95 = map(float, np.quantile(counted, ENDS))
        about = {"reference": float(reference[name][0]), "mean": float(counted.mean())}
        found[name] = {**about, "p5": p5, "p50": p50, "p95": p95}
    return found


def _people(plan: Plan, values: Mapping[str, Array]) -> dict[str, Array]:
    """Who has the disease, and who is a patient of the market, in the base year, each (draw,).

    The first are counted by the stages of people before the first share, the last by all of them.
    """
    counted = people(plan.market.stages, Chain(plan).by_stage(stack(plan, values)))
    return {
        who: counted[stage.name][0].sum(axis=0) for who, stage in _counting(plan.market).items()
    }


def _counting(market: Market) -> dict[str, Stage]:
    """The stage after which cases are counted, and the last one that counts people."""
    stages = [stage for stage in market.stages if stage.role == "people"]
    if not stages:
        raise InputError(f"{market.name}: no stage counts people, so no level can be held to them")
    share = next((i for i, stage in enumerate(stages) if stage.link == "logit"), len(stages))
    return {"cases": stages[max(share - 1, 0)], "patients": stages[-1]}


def _by_row(label: str, rows: Mapping[str, Array]) -> Columns:
    table: Columns = {label: list(rows)}
    for i, name in enumerate(("p5", "p50", "p95")):
        table[name] = [float(row[i]) for row in rows.values()]
    return table


def sheet(found: Triangulation) -> Sheet:
    """Which level to believe, what it would mean for each patient, and what it cannot pass."""
    count = len(found.anchors)
    several = "published estimates, each" if count > 1 else "published estimate,"
    title = f"How big is it · {count} {several} moved to {found.year}"
    parts: list[str | Table] = [*found.notices, headline(found), _levels(found)]
    parts += [f"· {text}" for text in findings(found)]
    verdicts = "; ".join(f"{name}: {meaning}" for name, meaning in VERDICTS.items())
    parts += [_readings(found), f"· {verdicts}."]
    parts += [_ceilings(found)] if found.ceilings else ["· No ceiling is on file."]
    parts += notes(found)
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
    counted = {
        f"{number(row['reference'], 0)} {stage.counts or mid_sentence(stage.title)}"
        f" ({number(row['p5'], 0)} to {number(row['p95'], 0)})": None
        for stage, row in zip(_counting(found.market).values(), found.people.values(), strict=True)
    }
    lines.append(f"The count of {found.year} has {', of which '.join(counted)}.")
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
    spend = number(table["usd_per_patient"][i], 0)
    return f"{text}; it would be USD {spend} for every patient on earth."


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
            number(table["usd_per_patient"][i], 0),
        ])  # fmt: skip
    header = ["estimate", "printed, USD", "growth", f"in {found.year}", "x count", "outlier",
              "USD per case", "per patient"]  # fmt: skip
    return Table(header, rows, words=2, shares=[5])


def _readings(found: Triangulation) -> Table:
    printed = {anchor.name: anchor.cagr for anchor in found.anchors}
    rows = [
        [r.anchor, f"{r.steps} steps {r.words}", rate(printed[r.anchor]),
         "" if r.implied is None else rate(r.implied), r.verdict]
        for r in found.readings
    ]  # fmt: skip
    return Table(["estimate", "period read as", "printed", "end points", "verdict"], rows, words=2,
                 title="Each publisher against itself: end points and growth")  # fmt: skip


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
        "· Outlier: the probability that an estimate does not belong to the main cluster, from a"
        " mixture on the log level.",
        Hint("· What that assumes beforehand is listed in --json (priors)."),
        f"· A further estimate, outliers included, would lie between USD {money(low)} and"
        f" {money(high)} in 9 of 10 cases.",
        Hint(
            "· ismarket run --anchor pooled draws its level from the main cluster; the default"
            " anchor stays one publisher's figure."
        ),
    ]


def _pooled(found: Triangulation, which: str) -> tuple[float, float, float]:
    table = found.columns["pooled"]
    i = table["of"].index(which)
    return table["p5"][i], table["p50"][i], table["p95"][i]
