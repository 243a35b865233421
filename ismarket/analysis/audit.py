"""The audit of a report: each claim, its number and verdict, and what the forecast rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..arrays import Columns
from ..engine.findings import about, caveats
from ..engine.forecast import Forecast
from ..engine.forecaster import forecast, forecast_of
from ..engine.plan import Plan
from ..errors import InputError, check_known, list_of
from ..model.driver import Driver
from ..model.market import Claim, Market
from ..model.parameter import STATUSES
from ..model.scenario import Scenario
from ..model.sources import described
from ..text.sheet import Hint, Sheet, Table, by_field, framed_by, rows_of, shown_by
from ..text.wording import listed, mid_sentence, money, money_range, number, percent, rate, signed
from .coverage import Coverage, coverage
from .ledger import OWN, UNTESTED, VERDICTS, Entry, Headline, entries, headlines
from .payers import Purchase, as_columns, parts, purchases
from .response import response

OUTPUTS = {"count": "the count in {first}", "value": "value in {last}",
           "cagr": "growth, {first} to {last}"}  # fmt: skip
"""What coverage is told of, and in which words."""
ALONE = "· alone: points of growth a year that the cause brings to the count on its own."
SOURCES = Hint("· Sources and ranges: --json.")


@dataclass(frozen=True, eq=False)
class Audit:
    """What a report's claims rest on.

    ``plan`` is that of the report's own forecast; the headlines are tested against the market
    counted bottom-up with every driver, from ``first`` to ``last``; coverage is of that market,
    and of the report's own forecast.
    ``premium`` is what counting shared causes once a driver would add to the report's own
    forecast in its last year, USD; ``shared`` the causes that several drivers claim.
    """

    market: Market
    plan: Plan
    first: int
    last: int
    ledger: tuple[Entry, ...]
    headlines: tuple[Headline, ...]
    coverage: tuple[Coverage, ...]
    shared: Mapping[str, tuple[str, ...]]
    premium: float
    premium_year: int
    payers: tuple[Purchase, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def report(self) -> str:
        """The anchor that was audited."""
        return self.plan.anchor.name

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """The tables by name: claims, headlines, coverage, evidence, payers, overlap, verdicts."""
        return {
            "claims": by_field(Entry, self.ledger),
            "headlines": by_field(Headline, self.headlines),
            "coverage": {
                "anchor": [c.anchor for c in self.coverage for _ in c.groups],
                "output": [c.output for c in self.coverage for _ in c.groups],
                "status": [name for c in self.coverage for name in c.groups],
                "inputs": [n for c in self.coverage for n in c.inputs],
                "share": [float(v) for c in self.coverage for v in c.share],
                "share_p5": [float(v) for c in self.coverage for v in c.low],
                "share_p95": [float(v) for c in self.coverage for v in c.high],
            },
            "evidence": self._evidence(),
            "payers": as_columns(self.payers),
            "overlap": {
                "mechanism": list(self.shared),
                "drivers": [list(names) for names in self.shared.values()],
            },
            "verdicts": {"verdict": list(VERDICTS), "meaning": list(VERDICTS.values())},
        }

    def _evidence(self) -> Columns:
        """How many causes, and how many numbers of the funnel, have each status."""
        causes = [mechanism.status for mechanism in self.market.mechanisms.values()]
        funnel = [p.status for stage in self.market.stages for p in stage.parameters]
        return {
            "status": list(STATUSES),
            "causes": [causes.count(status) for status in STATUSES],
            "of_causes": [len(causes)] * len(STATUSES),
            "funnel_numbers": [funnel.count(status) for status in STATUSES],
            "of_funnel_numbers": [len(funnel)] * len(STATUSES),
        }

    @property
    def causes_assumed(self) -> tuple[int, int]:
        """How many causes of the catalogue rest on an assumption, and how many there are."""
        statuses = [cause.status for cause in self.market.mechanisms.values()]
        return statuses.count("assumed"), len(statuses)

    frame = framed_by("audit", "claims")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket audit --json`` prints it."""
        rows = {name: rows_of(table) for name, table in self.columns.items()}
        return {
            "market": self.market.name, "scenario": self.plan.scenario.name,
            "draws": self.plan.scenario.draws, "report": self.report, "first": self.first,
            "last": self.last, "stacking_premium_usd": self.premium,
            "premium_year": self.premium_year, "notices": list(self.notices), **rows,
        }  # fmt: skip

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


def audit_report(
    market: Market,
    drivers: Iterable[Driver],
    scenario: Scenario | None = None,
    evidence: Scenario | None = None,
    claims: Iterable[Claim] | None = None,
) -> Audit:
    """The audit of the report behind ``scenario``, by default the shipped one.

    Its headlines are tested against ``evidence``, by default the count with every driver up to
    the report's last year; ``claims`` are its sentences, by default those of the market's table.
    Raises InputError for a scenario without a published estimate.
    """
    installed = tuple(drivers)
    chosen = scenario or Scenario()
    published = forecast(market, installed, chosen)
    anchor = published.plan.anchor
    if not anchor.published or anchor.name not in market.anchors:
        raise InputError(f"audit: anchor {anchor.name} is no report; choose a published estimate")
    against = evidence or Scenario(
        anchor="bottom-up", without=(), market=market.name, through=published.years[-1],
        draws=chosen.draws, seed=chosen.seed,
    )  # fmt: skip
    asked = response(market, installed, against)
    others = (d.name for d in asked.plan.drivers if d.name not in published.plan.contained)
    own = replace(against, without=tuple(sorted({*against.without, *others})))
    named = None if own.without == against.without else response(market, installed, own)
    count = forecast_of(asked.plan, installed)
    of_own = forecast_of(named.plan, installed) if named else count
    found = [
        _ranged(headline, of_own if headline.about == OWN else count)
        for headline in headlines(market, anchor.name, asked, named)
    ]
    last = asked.plan.years[-1]
    if claims is None:
        claims = (c for c in market.claims if c.source == anchor.source)
    told = list_of("audit", claims, Claim, "a list of Claims")
    return Audit(
        market, published.plan, asked.plan.years[0], last,
        tuple(entries(market, told, found, last, against.seed)), tuple(found),
        (*coverage(asked, *OUTPUTS), *coverage(response(market, installed, chosen), "value")),
        _shared(market, published.plan.drivers),
        published.stacking_premium, published.years[-1], purchases(asked.plan),
        tuple(caveats(published.plan)),
    )  # fmt: skip


def _ranged(row: Headline, counted: Forecast) -> Headline:
    """A headline with the ends of 9 in 10 draws of the count, where that has a figure."""
    table = {"level": "count", "growth": "cagr", OWN: "cagr"}.get(row.about)
    if table is None:
        return row
    ends = counted.columns[table]
    return replace(row, p5=float(ends["p5"][0]), p95=float(ends["p95"][0]))


def _shared(market: Market, drivers: Iterable[Driver]) -> dict[str, tuple[str, ...]]:
    """The causes with an effect that more than one acting driver claims, with their claimants."""
    claimants: dict[str, list[str]] = {}
    for driver in drivers:
        for name in driver.claims:
            if not market.mechanisms[name].inert:
                claimants.setdefault(name, []).append(driver.name)
    return {name: tuple(names) for name, names in claimants.items() if len(names) > 1}


def sheet(found: Audit) -> Sheet:
    """Headlines, then what the forecast rests on, then every claim."""
    anchor = found.market.anchors[found.report]
    given = {h.verdict for h in found.headlines} | {entry.verdict for entry in found.ledger}
    head = f"What the report rests on · {anchor.publisher}, {anchor.title}"
    title = f"{head} · {about(found.plan)}"
    return Sheet(
        title,
        [
            *found.notices,
            headline(found),
            _headlines(found),
            coverage_table(found),
            *(f"· {text}" for text in findings(found)),
            *parts(found.payers, found.market),
            *([_ledger(found), *untested(found)] if found.ledger else []),
            *(f"· {word}: {VERDICTS[word]}." for word in VERDICTS if word in given),
            *([ALONE, SOURCES] if found.ledger else []),
        ],
    )


def claim_sheet(found: Audit, claim: str) -> Sheet:
    """One claim in full: its cause, its number, what that rests on, and the verdict."""
    known = {entry.id: entry for entry in found.ledger}
    check_known("audit", "claim", known, claim)
    entry = known[claim]
    lines = [f"Verdict: {entry.verdict}: {VERDICTS[entry.verdict]}."]
    if entry.effect is not None:
        low, mode, high = entry.effect
        title = found.market.mechanisms[entry.mechanism].title
        number = f"{entry.parameter} = {mode:g} {entry.unit} ({low:g} to {high:g})"
        if low == high and entry.verdict != "no effect":
            number = "it follows the published path of its stage"
        lines += [f"Cause: {entry.mechanism} ({title})", f"Number: {number}, {entry.status}"]
    if entry.points is not None:
        lines.append(f"Alone: {signed(entry.points, 2)} points of growth a year to the count")
    if entry.share is not None:
        lines.append(f"Draws that bear it out: {percent(entry.share)}")
    if entry.overlaps:
        lines.append(f"Says the same as: {listed(list(entry.overlaps))}")
    lines += [f"Source: {part}" for part in described(entry.source)]
    return Sheet(f"{entry.id} · {entry.claim}", lines)


def headline(found: Audit) -> str:
    """How many claims each verdict has, and how many causes are assumed."""
    verdicts = [entry.verdict for entry in found.ledger]
    counts = [f"{verdicts.count(word)} {word}" for word in VERDICTS if word in verdicts]
    assumed, causes = found.causes_assumed
    claims = f"{len(found.ledger)} claims: {listed(counts)}." if counts else "No claim is on file."
    return (
        f"{claims} {assumed} of {causes} causes are assumed today: no source puts a number on them."
    )


def findings(found: Audit) -> list[str]:
    """What coverage and overlap say, in sentences."""
    table = found.columns["evidence"]
    numbers = dict(zip(table["status"], table["funnel_numbers"], strict=True))
    lines = [
        f"The count starts from {table['of_funnel_numbers'][0]} uncertain numbers; measured:"
        f" {numbers['measured'] or 'none'}, assumed: {numbers['assumed']}."
    ]
    measured_ones = _measured(found.market)
    if measured_ones and all(c.inputs[c.groups.index("measured")] == 0 for c in found.coverage):
        lines.append(
            "Measured numbers carry no spread because no source prints a range for one that the"
            f" forecast uses ({listed(measured_ones)}): the spread shown is that of the"
            " estimated and the assumed ones. It does not mean that they are exact."
        )
    for e in found.ledger:
        if e.verdict != "not shown" or e.effect is None or e.share is None:
            continue
        low, mode, high = e.effect
        lines.append(
            f"{e.id} says: {mid_sentence(e.claim)}. The evidence shows none of it: the most likely"
            f" {e.unit} of {e.mechanism} is {mode:g}, and {percent(e.share)} of draws go that way"
            f" by the width of its range alone ({low:g} to {high:g}, {e.status})."
        )
    if not found.market.correlations:
        lines.append(
            "The tables of this market state no correlation between inputs, so each varies"
            " independently of the others."
        )
    if found.shared:
        change = "add" if found.premium >= 0 else "take away"
        several = [f"{cause} ({listed(list(names))})" for cause, names in found.shared.items()]
        lines.append(
            f"{len(several)} causes stand under more than one heading: {listed(several)}. Counted"
            f" once for each, they would {change} USD {money(abs(found.premium))} to the report's"
            f" {found.premium_year} (stacking premium)."
        )
    return lines


def _measured(market: Market) -> list[str]:
    """Numbers without a range: the measured years of a path, and causes measured to do nothing."""
    found = []
    for stage in market.stages:
        if stage.path is not None and stage.path.measured:
            found.append(f"{stage.name} up to {market.base_year + stage.path.measured - 1}")
    found += [f"{c.name}, whose effect is none" for c in market.mechanisms.values()
              if c.status == "measured" and c.inert]  # fmt: skip
    return found


def _headlines(found: Audit) -> Table:
    rows = [
        [h.about, written(h, h.said), counted(h), percent(h.share) if h.share else "none",
         h.verdict]
        for h in found.headlines
    ]  # fmt: skip
    title = f"Headlines against the market counted bottom-up, {found.first} to {found.last}"
    header = ["headline", "the report", "the count", "draws that agree", "verdict"]
    return Table(header, rows, 3, title, shares=[3])


def written(row: Headline, value: str) -> str:
    """A value of a headline as it is read: an amount, a rate or a name."""
    if row.about == "level":
        return f"USD {money(float(value))}"
    return f"{rate(float(value))} a year" if row.about in ("growth", OWN) else value


def counted(row: Headline) -> str:
    """What the count finds, with the ends of 9 in 10 draws where it is a figure."""
    usual = written(row, row.found)
    if row.p5 is None or row.p95 is None:
        return usual
    if row.about == "level":
        return f"{usual}, {money_range(row.p5, row.p95)}"
    return f"{usual}, {number(100 * row.p5, 1)} to {number(100 * row.p95, 1)}"


def coverage_table(found: Audit) -> Table:
    """By output the shares of its variance that rest on numbers of each status, 9 in 10."""
    rows = []
    for part in found.coverage:
        name = OUTPUTS[part.output].format(first=found.first, last=found.last)
        if part.anchor == found.report:
            name += ", the report's level"
        shares = [
            f"{percent(share)} ({percent(low)} to {percent(high)})" if count else "0%"
            for share, low, high, count in zip(
                part.share, part.low, part.high, part.inputs, strict=True
            )
        ]
        rows.append([name, *shares])
    statuses = found.coverage[0].groups
    return Table(
        ["spread of", *statuses], rows, 1, "What the spread rests on: share of variance, 9 in 10",
        shares=range(1, 1 + len(statuses)),
    )  # fmt: skip


def _ledger(found: Audit) -> Table:
    rows = [
        [e.id, e.claim, e.mechanism, _effect(e), "" if e.points is None else signed(e.points, 2),
         e.verdict]
        for e in found.ledger if e.verdict not in UNTESTED
    ]  # fmt: skip
    header = ["id", "claim", "cause", "effect", "alone", "verdict"]
    return Table(header, rows, 4, "Every claim that can be tested", cut=True)


def untested(found: Audit) -> list[str | Table]:
    """The sentences in which there is nothing to test, a line a kind."""
    said = {
        word: "; ".join(f"{e.id} {e.claim.rstrip('.')}" for e in found.ledger if e.verdict == word)
        for word in UNTESTED
    }
    return [f"· {word.capitalize()}: {claims}." for word, claims in said.items() if claims]


def _effect(entry: Entry) -> str:
    if entry.effect is None or entry.verdict == "no effect":
        return ""
    low, mode, high = entry.effect
    return "its own path" if low == mode == high else f"{mode:g} ({low:g} to {high:g})"
