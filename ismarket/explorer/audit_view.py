"""The view Audit: which headlines of a report stand, and on what each of its claims rests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analysis.audit import Audit, claim_sheet, counted, coverage_table, findings, written
from ..analysis.ledger import HEADLINES, OWN, VERDICTS, Entry, Headline
from ..analysis.payers import parts
from ..engine.forecast import Forecast
from ..report.titles import short
from ..text.sheet import Sheet, Table
from ..text.wording import percent, signed
from .view import Column, View, ViewRow

SMALL = 0.015
"""Points a year below which an effect prints as 0.01 or less."""
FEW = 3
"""From so many on, causes of next to no effect stand behind a few words."""
COLUMNS = (
    Column("Headline", right=False), Column("The report", right=False),
    Column("The count", right=False), Column("Draws that agree", right=False, dots=True),
    Column("Verdict", right=False),
)  # fmt: skip


def view(forecast: Forecast, found: Audit | None) -> View:
    """The headlines against the count, once the report was audited."""
    if found is None:
        title, aid = "What the report rests on", "No verdict yet: audit the report below."
        return View("audit", title, aid, "", (), (), None)
    anchor = found.market.anchors[found.report]
    aid = (
        f"{anchor.publisher}, {anchor.title}, against the count of {found.first} to {found.last}."
        " 1 dot: 1 draw in 20. Verdicts follow from the draws, not from a reader."
    )
    rows = [
        ViewRow(
            (_headline(row, found), written(row, row.said), counted(row),
             percent(row.share) if row.share else "0%", row.verdict),
            status=row.verdict,
        )
        for row in found.headlines
    ]  # fmt: skip
    return View("audit", finding(found), aid, "", COLUMNS, rows, None)


def _headline(row: Headline, found: Audit) -> str:
    """The id of a headline and what it is about, the growth by what is counted."""
    words = {
        "level": f"Level in {found.first}",
        OWN: "Growth, the report\N{RIGHT SINGLE QUOTATION MARK}s own causes",
    }
    if any(other.about == OWN for other in found.headlines):
        words["growth"] = "Growth, all that is known"
    by_about = {about: name for name, about in HEADLINES.items()} | {OWN: "H2"}
    return f"{by_about[row.about]} \N{MIDDLE DOT} {words.get(row.about, row.about.capitalize())}"


def finding(found: Audit) -> str:
    """How many claims stand, how many by assumption alone, and who reaches the printed level."""
    said = [entry.verdict for entry in found.ledger]
    claims = (
        f"Of {len(said)} claims {said.count('supported')} are supported and"
        f" {said.count('assumed')} hold only by assumption"
    )
    level = next(row.share for row in found.headlines if row.about == "level")
    reach = f"{percent(level)} of draws reach" if level else "no draw reaches"
    return f"{claims if said else 'No claim is on file'}; {reach} the printed level"


def verdicts(found: Audit) -> list[dict[str, Any]]:
    """By verdict what it means and its claims by cause, those of the largest effect first."""
    told = {word: [e for e in found.ledger if e.verdict == word] for word in VERDICTS}
    return [
        {"verdict": word, "means": VERDICTS[word], "count": len(entries),
         **_folded(_causes(found, entries))}
        for word, entries in told.items() if entries
    ]  # fmt: skip


def _folded(causes: list[dict[str, Any]]) -> dict[str, Any]:
    """Causes to be read at once, and those of next to no effect behind a few words."""
    small = [cause for cause in causes if cause["points"] and abs(cause["points"]) < SMALL]
    if len(small) < FEW:
        return {"causes": causes, "small": [], "fold": ""}
    claims = sum(len(cause["opened"]) for cause in small)
    fold = f"{claims} more 0.01 or less each"
    return {"causes": [c for c in causes if c not in small], "small": small, "fold": fold}


def _causes(found: Audit, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Claims of one cause together: their ids, its points alone, and what they open to."""
    by_cause: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda e: -abs(e.points or 0.0)):
        by_cause.setdefault(entry.mechanism or entry.id, []).append(entry)
    return [
        {"ids": " ".join(e.id for e in same), "words": _words(found, same[0]),
         "points": same[0].points,
         "opened": [[f"{e.id}: {e.claim}", *map(str, claim_sheet(found, e.id).parts)]
                    for e in same]}
        for same in by_cause.values()
    ]  # fmt: skip


def _words(found: Audit, entry: Entry) -> str:
    cause = found.market.mechanisms.get(entry.mechanism)
    name = short(cause.title) if cause else HEADLINES.get(entry.id, "")
    return f"{name} {signed(entry.points, 2)}" if entry.points else name


def sheet(found: Audit) -> Sheet:
    """What stands below the verdicts: what the spread rests on, and what the numbers do not say."""
    said = [f"· {text}" for text in findings(found)]
    told: list[str | Table] = [*found.notices, coverage_table(found), *said]
    return Sheet("What the level rests on", [*told, *parts(found.payers, found.market)])
