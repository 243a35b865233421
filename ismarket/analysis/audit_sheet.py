"""The audit of a report as a printed sheet."""

from __future__ import annotations

from ..errors import unknown
from ..model.market import Market
from ..text.sheet import Sheet, Table
from ..text.wording import listed, money, percent, rate, signed
from .audit import Audit
from .ledger import VERDICTS, Entry, Headline

OUTPUTS = {"count": "the count in {first}", "value": "value in {last}",
           "cagr": "growth, {first} to {last}"}  # fmt: skip


def sheet(found: Audit) -> Sheet:
    """Headlines, then what the forecast rests on, then every claim."""
    anchor = found.market.anchors[found.report]
    title = f"What the report rests on · {anchor.publisher}, {anchor.title} ({found.report})"
    return Sheet(
        title,
        [
            headline(found),
            _headlines(found),
            _coverage(found),
            *(f"· {text}" for text in findings(found)),
            *([_ledger(found)] if found.ledger else []),
            *(f"· {word}: {meaning}." for word, meaning in VERDICTS.items()),
            "· alone: points of growth a year that the cause brings to the count on its own."
            " Sources and ranges: --json.",
        ],
    )


def claim_sheet(found: Audit, claim: str) -> Sheet:
    """One claim in full: its cause, its number, what that rests on, and the verdict.

    Raises InputError for a claim that is not on file.
    """
    known = {entry.id: entry for entry in found.ledger}
    if claim not in known:
        raise unknown("audit", "claim", claim, known)
    entry = known[claim]
    parts = [f"Verdict: {entry.verdict}: {VERDICTS[entry.verdict]}."]
    if entry.effect is not None:
        low, mode, high = entry.effect
        title = found.market.mechanisms[entry.mechanism].title
        number = f"{entry.parameter} = {mode:g} {entry.unit} ({low:g} to {high:g})"
        if low == high and entry.verdict != "no effect":
            number = "it follows the published path of its stage"
        parts += [f"Cause: {entry.mechanism} ({title})", f"Number: {number}, {entry.status}"]
    if entry.points is not None:
        parts.append(f"Alone: {signed(entry.points, 2)} points of growth a year to the count")
    if entry.share is not None:
        parts.append(f"Draws that bear it out: {percent(entry.share)}")
    if entry.overlaps:
        parts.append(f"Says the same as: {listed(list(entry.overlaps))}")
    parts += [f"Source: {part}" for part in entry.source.split(" | ")]
    return Sheet(f"{entry.id} · {entry.claim}", parts)


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
    measured = table["status"].index("measured")
    lines = [
        f"The count starts from {table['of_funnel_numbers'][0]} uncertain numbers; measured:"
        f" {table['funnel_numbers'][measured] or 'none'}, assumed:"
        f" {table['funnel_numbers'][table['status'].index('assumed')]}."
    ]
    measured_ones = _measured(found.market)
    if measured_ones and all(c.inputs[c.groups.index("measured")] == 0 for c in found.coverage):
        lines.append(
            "Measured numbers carry no spread because no source prints a range for one that the"
            f" forecast uses ({listed(measured_ones)}): the spread shown is that of the"
            " estimated and the assumed ones. It does not mean that they are exact."
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
        [
            h.about,
            _written(h, h.said),
            _written(h, h.found),
            percent(h.share) if h.share else "none",
            h.verdict,
        ]
        for h in found.headlines
    ]
    title = f"Headlines against the market counted bottom-up, {found.first} to {found.last}"
    header = ["headline", "the report", "the count", "draws that agree", "verdict"]
    return Table(header, rows, 3, title, shares=[3])


def _written(row: Headline, value: str) -> str:
    if row.about == "level":
        return f"USD {money(float(value))}"
    return f"{rate(float(value))} a year" if row.about == "growth" else value


def _coverage(found: Audit) -> Table:
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
        [e.id, e.claim, e.mechanism or "", _effect(e), e.status,
         "" if e.points is None else signed(e.points, 2), e.verdict]
        for e in found.ledger
    ]  # fmt: skip
    header = ["id", "claim", "cause", "effect", "status", "alone", "verdict"]
    return Table(header, rows, 5, "Every claim", cut=True)


def _effect(entry: Entry) -> str:
    if entry.effect is None or entry.verdict == "no effect":
        return ""
    low, mode, high = entry.effect
    return "its own path" if low == mode == high else f"{mode:g} ({low:g} to {high:g})"
