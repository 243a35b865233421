"""What knowing more is worth to a decision, as a printed sheet."""

from __future__ import annotations

from ..text.sheet import Sheet, Table
from ..text.wording import money, percent
from .information import Information, Worth

TITLE = "What is knowing more worth?"
SHOWN = 8
"""Rows of each kind, unless said otherwise."""
KINDS = {"input": "an input", "cause": "a cause", "stage": "a stage", "status": "a kind of number",
         "source": "what a source says"}  # fmt: skip


def sheet(found: Information, top: int = SHOWN) -> Sheet:
    """The decision, what perfect knowledge is worth, and of which sets."""
    parts: list[str | Table] = [decision(found), regret(found)]
    if not found.chance_to_regret:
        return Sheet(TITLE, parts)
    for kind, rows in found.partial.items():
        parts += _kind(kind, rows, top)
    return Sheet(TITLE, [
        *parts,
        "· At most: no study that informs an input is worth more than the figure beside it, and a"
        " smaller study is worth less. A figure within two standard errors of zero is left out.",
    ])  # fmt: skip


def decision(found: Information) -> str:
    """What is to be decided, and what the forecast says to do."""
    d = found.decision
    discounted = f", discounted by {percent(d.discount)} a year" if d.discount else ""
    return (
        f"Enter at a margin of {percent(d.margin)} and a share of {percent(d.share)} for USD"
        f" {money(d.cost)}, with the profits of {found.first} to {found.last}{discounted}: on"
        f" average USD {money(found.expected)}, so {'enter' if found.enters else 'stay out'}."
    )


def regret(found: Information) -> str:
    """How often that is wrong, and what knowing everything is worth."""
    if not found.chance_to_regret:
        return "No draw would change that, so there is nothing worth knowing for this decision."
    return (
        f"That is the wrong choice in {percent(found.chance_to_regret)} of draws. Knowing"
        f" everything beforehand is worth USD {_exact(found.perfect.value)} (standard error"
        f" {_exact(found.perfect.error)})."
    )


def _kind(kind: str, rows: tuple[Worth, ...], top: int) -> list[str | Table]:
    clear = [row for row in rows if row.value > 2 * row.error]
    what = KINDS[kind]
    if not clear:
        some = f"none of {len(rows)} that the draws can tell from zero" if rows else "there is none"
        return [f"Knowing {what} alone: {some}."]
    cells = [[row.name, _exact(row.value), _exact(row.error)] for row in clear[:top]]
    parts: list[str | Table] = [
        Table(["known", "USD at most", "standard error"], cells, title=f"Knowing {what} alone")
    ]
    rest = len(rows) - len(cells)
    if rest:
        parts.append(f"· {rest} more: worth less, or nothing that the draws can tell from zero.")
    return parts


def _exact(usd: float) -> str:
    """USD to two figures of what it is worth knowing, in full below a million."""
    return f"{usd:,.0f}" if abs(usd) < 1e6 else money(usd)
