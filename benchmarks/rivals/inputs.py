"""The published market as plain numbers, read from the shipped tables: what rivals are given."""

from dataclasses import dataclass

import numpy as np

from ismarket import Scenario, load_drivers, load_market
from ismarket.engine.plan import make_plan

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that every rival takes of every cell and every total."""


@dataclass(frozen=True)
class Range:
    """A PERT distribution on [low, high], ``log`` for one on the logarithms."""

    key: str
    low: float
    mode: float
    high: float
    log: bool


@dataclass(frozen=True)
class Cause:
    """log(ratio) x share gained moves a stage; ``start`` and ``ceiling`` are shares by region."""

    name: str
    stage: str
    drug_class: int | None
    start: tuple[float, ...]
    ceiling: tuple[float, ...]


@dataclass(frozen=True)
class Inputs:
    """Sizes, ranges, causes and the published path (USD by year) of one market.

    ``paths`` holds low, mode and high of births, each (year, region), to the last year of the
    tables; the forecast needs the first ``len(published)`` of them.
    """

    regions: tuple[str, ...]
    drug_classes: tuple[str, ...]
    ranges: tuple[Range, ...]
    causes: tuple[Cause, ...]
    keys: dict[str, tuple[str, ...]]
    paths: tuple[np.ndarray, np.ndarray, np.ndarray]
    published: tuple[float, ...]

    @property
    def years(self):
        """How many years the forecast has."""
        return len(self.published)


def published_plan(draws=100_000, **choices):
    """The plan of the shipped scenario ``published``."""
    return make_plan(load_market(), load_drivers(), Scenario(draws=draws, **choices))


def read_inputs():
    """The inputs of the scenario ``published``; ValueError if it asks for what no rival can do."""
    plan = published_plan()
    market, anchor = plan.market, plan.anchor
    claimed = {name for driver in plan.drivers for name in driver.claims}
    named = {driver.name for driver in plan.drivers} == set(anchor.drivers_named)
    own = any(driver.effects for driver in plan.drivers)
    if plan.start or own or not named or not anchor.published or "births" not in claimed:
        raise ValueError("the rivals know the market as published: the named drivers, from 2022")
    births = market.stage("births").path
    return Inputs(
        regions=market.regions,
        drug_classes=market.drug_classes,
        ranges=tuple(
            Range(p.key, p.low, p.mode, p.high, p.scale == "log") for p in plan.parameters
        ),
        causes=tuple(
            _cause(mechanism, market)
            for name, mechanism in market.mechanisms.items()
            if name in claimed and not mechanism.inert and mechanism.kind == "spread"
        ),
        keys={stage.name: tuple(p.key for p in stage.parameters) for stage in market.stages},
        paths=(births.low, births.mode, births.high),
        published=tuple(anchor.at(year) for year in plan.years),
    )


def _cause(mechanism, market):
    chosen = mechanism.drug_class
    return Cause(
        mechanism.name,
        mechanism.stage,
        market.drug_classes.index(chosen) if chosen else None,
        tuple(mechanism.share[region] for region in market.regions),
        tuple(mechanism.ceiling[region] for region in market.regions),
    )
