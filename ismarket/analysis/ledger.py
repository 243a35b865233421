"""The claim ledger: what each sentence of a report rests on, and whether the numbers bear it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..engine.findings import ALIKE
from ..engine.plan import make_plan
from ..model.cause import Mechanism
from ..model.driver import Driver
from ..model.market import Claim, Market
from ..model.scenario import Scenario
from .response import Response
from .sensitivity import drawn

SURE = 0.95
POINTS = 4096
STILL = 1e-9
"""Growth a year below which a draw counts as not moving."""
VERDICTS = {
    "supported": "more than 19 in 20 draws bear it out, and a cause that it names is not assumed",
    "assumed": "more than 19 in 20 draws bear it out, but only because a number was assumed",
    "open": "the draws bear it out sometimes",
    "contradicted": "fewer than 1 in 20 draws bear it out",
    "not shown": "its most likely effect is none: only the width of a range goes the way it says",
    "no effect": "the evidence gives this cause no effect",
    "no cause known": "it names no cause of the market: it has none of its own, or none is known",
    "context": "it says what the disease or its treatment is, nothing that could move the market",
}
"""The only verdicts, and the numbers that each follows from."""
CONTEXT = "context"
"""The driver that a claim has which drives nothing."""
UNTESTED = ("no cause known", "context")
"""Verdicts on sentences in which there is nothing to test."""
HEADLINES = {"H1": "level", "H2": "growth", "H3": "fastest class", "H4": "largest region"}
"""The claims that are tested against the whole forecast, by id."""
OWN = "growth, its own causes"
"""The headline that tests the growth against the count with the report's own causes alone."""


@dataclass(frozen=True)
class Entry:
    """One claim and what it rests on.

    ``effect`` is the cause's effect low, mode and high in ``unit``; ``points`` the growth a year
    that the cause alone brings at its mode, in points; ``share`` the share of draws in which it
    goes the way that is claimed, or moves at all where the claim has no direction.
    """

    id: str
    section: str
    claim: str
    mechanism: str
    parameter: str
    effect: tuple[float, float, float] | None
    unit: str
    status: str
    points: float | None
    share: float | None
    verdict: str
    source: str
    overlaps: tuple[str, ...]


@dataclass(frozen=True)
class Headline:
    """One headline of the report against the count: ``share`` of its draws that bear it out.

    ``p5`` and ``p95`` are those of the count where a figure is found, USD or a fraction.
    """

    about: str
    said: str
    found: str
    share: float
    verdict: str
    p5: float | None = None
    p95: float | None = None


def headlines(
    market: Market, report: str, asked: Response, named: Response | None = None
) -> list[Headline]:
    """The headlines of anchor ``report`` against ``asked``, the market counted bottom-up.

    A level or a growth is borne out by a draw that reaches it; a name by a draw that agrees.
    ``named`` is the count with the report's own causes alone, where those are not all.
    """
    anchor, first = market.anchors[report], asked.plan.years[0]
    values = _values(asked)
    cells, modes = asked.cells(values), asked.cells({})
    counted, usual = asked.every(values), asked.every({})
    found = [_figure("level", market.printed(anchor, first), counted["count"], usual["count"])]
    if named:
        found.append(_figure(OWN, anchor.cagr, named("cagr", _values(named)), named("cagr", {})))
    found.append(_figure("growth", anchor.cagr, counted["cagr"], usual["cagr"]))
    if anchor.fastest_growing_class:
        by_class, at_modes = cells.sum(axis=1), modes.sum(axis=1)
        found.append(
            _named("fastest class", anchor.fastest_growing_class, market.drug_classes,
                   by_class[1] / by_class[0], at_modes[1] / at_modes[0])
        )  # fmt: skip
    if anchor.largest_region:
        found.append(
            _named("largest region", anchor.largest_region, market.regions,
                   cells[0].sum(axis=1), modes[0].sum(axis=1))
        )  # fmt: skip
    return found


def _values(asked: Response) -> Mapping[str, Array]:
    return next(drawn(asked.inputs, POINTS, asked.plan.scenario.seed, asked.plan.pairs))


def _figure(about: str, said: float, draws: Array, modes: Array) -> Headline:
    """Whether a figure of the count reaches what is said, in the draws (draw,)."""
    return _headline(about, f"{said:.6g}", f"{modes[0]:.6g}", draws >= said)


def _named(about: str, said: str, names: tuple[str, ...], draws: Array, modes: Array) -> Headline:
    """Whether ``said`` is the largest of the names, in the draws (name, draw) and at the modes."""
    bears = ahead(said, names, draws)
    found = [name for name in names if ahead(name, names, modes)[0]] or ["none, all alike"]
    return _headline(about, said, found[0], bears)


def ahead(said: str, names: Sequence[str], draws: Array) -> NDArray[np.bool_]:
    """Where ``said`` is the largest of the names, (draw,); nowhere where others are as large."""
    if said not in names:
        return np.zeros(draws.shape[1], bool)
    own = draws[names.index(said)]
    others = np.delete(draws, names.index(said), axis=0).max(axis=0, initial=-np.inf)
    found: NDArray[np.bool_] = own > others + ALIKE * np.abs(own)
    return found


def _headline(about: str, said: str, found: str, bears: NDArray[np.bool_]) -> Headline:
    share = float(np.mean(bears))
    return Headline(about, said, found, share, verdict_of(share))


def verdict_of(share: float, status: str = "") -> str:
    """The verdict on a claim that a share of the draws bears out.

    ``status`` is that of its cause; a headline has none, it rests on all numbers of the count.
    """
    if share >= SURE:
        return "assumed" if status == "assumed" else "supported"
    return "contradicted" if share <= 1.0 - SURE else "open"


def entries(
    market: Market, told: Iterable[Claim], found: list[Headline], through: int, seed: int
) -> list[Entry]:
    """One entry a claim of a report, in the order told; ``found`` its tested headlines."""
    claims = tuple(told)
    verdicts = {headline.about: headline for headline in found}
    effects = {
        name: alone(market, market.mechanisms[name], through, seed)
        for name in dict.fromkeys(claim.mechanism for claim in claims if claim.mechanism)
    }
    return [_entry(market, claim, verdicts, effects) for claim in claims]


def _entry(
    market: Market,
    claim: Claim,
    verdicts: dict[str, Headline],
    effects: dict[str, tuple[float, float, float] | None],
) -> Entry:
    headline = verdicts.get(HEADLINES.get(claim.id, ""))
    if headline or claim.mechanism not in market.mechanisms:
        untested = "context" if claim.driver == CONTEXT else "no cause known"
        return Entry(
            claim.id, claim.section, claim.text, "", "", None, "", "", None,
            headline.share if headline else None, headline.verdict if headline else untested,
            claim.source, claim.overlaps,
        )  # fmt: skip
    mechanism = market.mechanisms[claim.mechanism]
    ratio, effect = mechanism.ratio, effects[claim.mechanism]
    share = None
    verdict = "no effect"
    if effect is not None:
        _, upward, downward = effect
        moving = upward + downward
        share = {"up": upward, "down": downward}.get(claim.direction, moving)
        verdict = verdict_of(share, mechanism.status)
        if verdict != "contradicted" and abs(effect[0]) <= STILL:
            verdict = "not shown"
    return Entry(
        claim.id, claim.section, claim.text, mechanism.name, ratio.key,
        (ratio.low, ratio.mode, ratio.high), ratio.unit, mechanism.status,
        None if effect is None else 100.0 * effect[0], share, verdict, mechanism.source,
        claim.overlaps,
    )  # fmt: skip


def alone(
    market: Market, mechanism: Mechanism, through: int, seed: int
) -> tuple[float, float, float] | None:
    """Growth a year that one cause brings to the count, and the shares of draws up and down.

    Growth at the mode, a fraction; None for a cause without effect.
    """
    if mechanism.inert:
        return None
    driver = Driver("alone", mechanism.title, claims=(mechanism.name,))
    scenario = Scenario(anchor="bottom-up", without=(), through=through, seed=seed,
                        market=market.name)  # fmt: skip
    asked = Response(make_plan(market, [driver], scenario), left=1.0)
    values = next(drawn(asked.inputs, POINTS, seed))
    growth = asked("cagr", values)
    up, down = float(np.mean(growth > STILL)), float(np.mean(growth < -STILL))
    return float(asked("cagr", {})[0]), up, down
