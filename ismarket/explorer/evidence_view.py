"""The view Evidence: every claim of the report with its cause, number, status and source."""

from __future__ import annotations

from collections.abc import Sequence

from ..analysis.tornado import CauseAlone
from ..charts.causes import picture
from ..engine.forecast import Forecast
from ..model.cause import Mechanism
from ..model.market import Claim, Market
from ..model.parameter import STATUSES
from ..model.sources import described
from ..text.wording import mid_sentence, percent, signed
from .view import Column, Filter, View, ViewRow

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
        f"{len(rows)} claims; the list scrolls. A row opens on Enter: full source, shares by"
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
    market = forecast.plan.market
    alone = {c.name: c for c in causes}
    rows = []
    for claim in market.claims:
        mechanism = market.mechanisms.get(claim.mechanism)
        if mechanism is not None:
            rows.append(_row(forecast, claim, mechanism, alone.get(mechanism.name)))
    claimed = {c.mechanism for c in market.claims}
    for cause in causes:
        if cause.name not in claimed:
            rows.append(_added(market, cause))
    return sorted(rows, key=lambda r: "on" not in r.tags)


def _row(
    forecast: Forecast, claim: Claim, mechanism: Mechanism, alone: CauseAlone | None
) -> ViewRow:
    market = forecast.plan.market
    tags = [mechanism.status, *(alone.drivers if alone else ()), *(("on",) if alone else ())]
    if mechanism.inert:
        tags.append("inert")
    same = [c.id for c in market.claims if c.mechanism == mechanism.name and c.id != claim.id]
    detail = [f"Source: {part}" for part in described(mechanism.source)]
    detail += [mechanism.note, _shares(mechanism)]
    detail.append(f"Claims that mean the same cause: {', '.join(same)}" if same else "")
    cells = (
        claim.id, claim.text, mechanism.title, _ratio(forecast, mechanism),
        _points(alone), mechanism.status, mechanism.source,
    )  # fmt: skip
    tone = "plain" if alone else "muted"
    return ViewRow(
        cells, tone, detail=tuple(d for d in detail if d), tags=tuple(tags),
        status=mechanism.status,
    )  # fmt: skip


def _added(market: Market, cause: CauseAlone) -> ViewRow:
    """A cause that the report does not claim: of the evidence, or a driver's own."""
    mechanism = market.mechanisms.get(cause.name)
    source = mechanism.source if mechanism else "declared by the driver"
    ratio = f"{mechanism.ratio.mode:.2f}" if mechanism else "own effect"
    cells = (
        "\N{EN DASH}", "Not in the report", cause.title, ratio, _points(cause),
        cause.status, source,
    )  # fmt: skip
    tags = (cause.status, "on", *cause.drivers, *(("inert",) if cause.inert else ()))
    detail = [f"Source: {part}" for part in described(source)]
    detail += [_shares(mechanism)] if mechanism else []
    return ViewRow(
        cells, "plain", detail=tuple(filter(None, detail)), tags=tags, status=cause.status
    )


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
