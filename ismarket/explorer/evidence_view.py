"""The view Evidence: every claim of the report with its cause, number, status and source."""

from __future__ import annotations

from collections.abc import Sequence

from ..analysis.tornado import CauseAlone
from ..charts.causes import picture
from ..engine.forecast import Forecast
from ..model.cause import Mechanism
from ..model.parameter import STATUSES
from ..model.sources import described
from ..text.wording import mid_sentence, percent, signed
from .view import Column, Filter, View, ViewRow

NOBODY = "\N{EN DASH}"
"""The number of a claim where the report makes none."""
SMALL = 0.05
"""Points a year below which a cause is worth next to nothing."""


def view(forecast: Forecast, causes: Sequence[CauseAlone]) -> View:
    """The strip of causes and the claims, those of the drivers that are on first."""
    columns = (
        Column("Id", right=False), Column("The report says", right=False),
        Column("Cause in the model", right=False), Column("Ratio", right=False, wide=True),
        Column("Points"), Column("Status", right=False), Column("Source", right=False, wide=True),
    )  # fmt: skip
    rows = _rows(forecast, causes)
    aid = (
        f"Each dot is one cause: what it alone adds to growth {forecast.growth.period}, in points"
        " a year, under your settings. Hollow dots have no effect."
    )
    below = (
        f"{len(rows)} rows; the list scrolls. A row opens on Enter: full source, shares by"
        " region, the claims that mean the same cause."
    )
    return View(
        "evidence", finding(causes), aid, "", columns, rows, picture(forecast, causes),
        _filters(forecast), below,
    )  # fmt: skip


def finding(causes: Sequence[CauseAlone]) -> str:
    """How many causes rest on assumption, and how many are worth next to nothing."""
    if not causes:
        return "No driver is on, so no cause acts"
    assumed = sum(c.status == "assumed" for c in causes)
    small = sum(abs(c.points) < SMALL for c in causes)
    return (
        f"{assumed} of {len(causes)} causes rest on assumption; {small} are worth less than"
        f" {SMALL:g} points a year"
    )


def _filters(forecast: Forecast) -> list[Filter]:
    shown = [Filter("on", "Drivers that are on"), Filter("", "All")]
    shown += [Filter(d.name, d.title) for d in forecast.plan.drivers]
    shown += [Filter(status, status, status) for status in STATUSES]
    return [*shown, Filter("inert", "no effect")]


def _rows(forecast: Forecast, causes: Sequence[CauseAlone]) -> list[ViewRow]:
    """The claims with their causes, then what acts and is not in the report; what is on first."""
    known, claims = forecast.plan.market.mechanisms, forecast.plan.market.claims
    alone = {c.name: c for c in causes}
    rows = [
        _row(forecast, claim.id, claim.text, known[claim.mechanism], alone.get(claim.mechanism))
        for claim in claims if claim.mechanism in known
    ]  # fmt: skip
    claimed = {claim.mechanism for claim in claims}
    added = (cause for cause in causes if cause.name not in claimed)
    rows += [_row(forecast, NOBODY, "Not in the report", known.get(c.name), c) for c in added]
    return sorted(rows, key=lambda r: "on" not in r.tags)


def _row(
    forecast: Forecast, number: str, text: str, cause: Mechanism | None, alone: CauseAlone | None
) -> ViewRow:
    """A claim with its cause and what that carries alone; a driver's own has no table."""
    told = cause or alone
    assert told is not None
    source, ratio, detail = "declared by the driver", "own effect", [""]
    if cause is not None:
        source, ratio = cause.source, _ratio(forecast, cause)
        same = [c.id for c in forecast.plan.market.claims if c.mechanism == cause.name]
        others = ", ".join(one for one in same if one != number)
        detail = [cause.note, _shares(cause)]
        detail.append(f"Claims that mean the same cause: {others}" if others else "")
    tags = (told.status, *(("on", *alone.drivers) if alone else ()))
    cells = number, text, told.title, ratio, _points(alone), told.status, source
    return ViewRow(
        cells, "plain" if alone else "muted", status=told.status,
        detail=(*(f"Source: {part}" for part in described(source)), *filter(None, detail)),
        tags=(*tags, "inert") if told.inert else tags,
    )  # fmt: skip


def _ratio(forecast: Forecast, mechanism: Mechanism) -> str:
    if mechanism.kind == "path":
        return f"path of {mid_sentence(forecast.plan.market.stage(mechanism.stage).title)}"
    if mechanism.inert:
        return "none"
    ratio = mechanism.ratio
    value = forecast.plan.scenario.fixed.get(ratio.key, ratio.mode)
    fixed = ", fixed" if ratio.key in forecast.plan.scenario.fixed else ""
    return f"{value:.2f} ({ratio.low:.2f} to {ratio.high:.3g}){fixed}"


def _points(cause: CauseAlone | None) -> str:
    if cause is None:
        return "off"
    return "0.00" if cause.inert else signed(cause.points, 2)


def _shares(mechanism: Mechanism) -> str:
    if not mechanism.share:
        return ""
    regions = (
        f"{region} {percent(share)} to {percent(mechanism.ceiling[region])}"
        for region, share in mechanism.share.items()
    )
    return f"Share reached today, and its ceiling: {'; '.join(regions)}."
