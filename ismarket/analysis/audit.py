"""The audit of a report: each claim, its number and verdict, and what the forecast rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..arrays import Columns
from ..engine.forecaster import forecast
from ..errors import InputError
from ..model.driver import Driver
from ..model.market import Market
from ..model.parameter import STATUSES
from ..model.scenario import Scenario
from ..text.sheet import frame_of, shown_by
from .coverage import Coverage, coverage
from .ledger import VERDICTS, Entry, Headline, entries, headlines
from .response import response

if TYPE_CHECKING:
    import pandas as pd

OUTPUTS = ("count", "value", "cagr")


@dataclass(frozen=True, eq=False)
class Audit:
    """What a report's claims rest on.

    ``report`` is the anchor that was audited; the headlines are tested against the market counted
    bottom-up with every driver, from ``first`` to ``last``; coverage is of that market, and of the
    report's own forecast.
    ``premium`` is what counting shared causes once a driver would add to the report's own
    forecast in its last year, USD; ``shared`` the causes that several drivers claim.
    """

    market: Market
    report: str
    first: int
    last: int
    ledger: tuple[Entry, ...]
    headlines: tuple[Headline, ...]
    coverage: tuple[Coverage, ...]
    shared: Mapping[str, tuple[str, ...]]
    premium: float
    premium_year: int

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """The tables by name: claims, headlines, coverage, evidence, overlap, verdicts."""
        return {
            "claims": {f.name: [getattr(e, f.name) for e in self.ledger] for f in fields(Entry)},
            "headlines": {
                f.name: [getattr(h, f.name) for h in self.headlines] for f in fields(Headline)
            },
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
        table = self.columns["evidence"]
        row = table["status"].index("assumed")
        return table["causes"][row], table["of_causes"][row]

    def frame(self, table: str = "claims") -> pd.DataFrame:
        """A table as a pandas frame; see ``columns`` for their names."""
        return frame_of(self.columns, table, "audit")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket audit --json`` prints it."""
        rows = {
            name: [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
            for name, table in self.columns.items()
        }
        return {
            "market": self.market.name, "report": self.report, "first": self.first,
            "last": self.last, "stacking_premium_usd": self.premium,
            "premium_year": self.premium_year, **rows,
        }  # fmt: skip

    __str__, _repr_html_ = shown_by("analysis.audit_sheet")
    __repr__ = __str__


def audit_report(
    market: Market,
    drivers: Iterable[Driver],
    scenario: Scenario | None = None,
    evidence: Scenario | None = None,
) -> Audit:
    """The audit of the report behind ``scenario``, by default the shipped one.

    Its headlines are tested against ``evidence``, by default the count with every driver up to
    the report's last year.  Raises InputError for a scenario without a published estimate.
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
    found = headlines(market, anchor.name, asked)
    last = asked.plan.years[-1]
    return Audit(
        market, anchor.name, asked.plan.years[0], last,
        tuple(entries(market, anchor.name, found, last, against.seed)), tuple(found),
        (*(coverage(asked, output) for output in OUTPUTS),
         coverage(response(market, installed, chosen), "value")),
        _shared(market, published.plan.drivers),
        published.stacking_premium, published.years[-1],
    )  # fmt: skip


def _shared(market: Market, drivers: Iterable[Driver]) -> dict[str, tuple[str, ...]]:
    """The causes with an effect that more than one acting driver claims, with their claimants."""
    claimants: dict[str, list[str]] = {}
    for driver in drivers:
        for name in driver.claims:
            if not market.mechanisms[name].inert:
                claimants.setdefault(name, []).append(driver.name)
    return {name: tuple(names) for name, names in claimants.items() if len(names) > 1}
