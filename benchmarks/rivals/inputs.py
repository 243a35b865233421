"""A scenario of the shipped market as plain numbers: what rivals are given instead of an engine."""

from dataclasses import dataclass

import numpy as np

from ismarket import Scenario, load_drivers, load_market
from ismarket.engine.plan import make_plan

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that every rival takes of every cell and every total."""


@dataclass(frozen=True)
class Range:
    """A PERT distribution on [low, high], on the logarithms for scale ``log``; or a chance."""

    key: str
    low: float
    mode: float
    high: float
    scale: str

    @property
    def constant(self):
        """True where every draw is the mode."""
        return self.low == self.high or (self.scale == "chance" and self.mode in (0, 1))


@dataclass(frozen=True)
class Cause:
    """log(ratio) x share gained moves a stage; ``start`` and ``ceiling`` are shares by region.

    ``drivers`` are those that claim it, here and below: it acts if any of them does, once.
    """

    name: str
    stage: str
    drug_class: int | None
    start: tuple[float, ...]
    ceiling: tuple[float, ...]
    drivers: frozenset[str]


@dataclass(frozen=True)
class Launch:
    """A product that displaces a class in some regions.

    ``keys`` are of chance, launch year, peak share, years to peak and price ratio.
    """

    drug_class: int
    regions: tuple[bool, ...]
    keys: tuple[str, ...]
    drivers: frozenset[str]


@dataclass(frozen=True)
class Path:
    """Low, mode and high of a stage, each (year, region or 1), from the base year to the last."""

    low: np.ndarray
    mode: np.ndarray
    high: np.ndarray
    drivers: frozenset[str]


@dataclass(frozen=True)
class Inputs:
    """Sizes, ranges, causes, launches and paths of the market, and the estimate it is set against.

    ``ranges`` are of what is drawn, ``modes`` of every parameter; ``first`` is the first of the
    ``years`` of the forecast, counted from the ``base_year``; ``drivers`` are those that act.
    ``printed`` (year,) is the estimate's own path in USD, None for the bare count; ``named`` are
    its drivers, ``nominal`` says how its dollars are read, ``prices`` how dear its base year was.
    """

    regions: tuple[str, ...]
    drug_classes: tuple[str, ...]
    base_year: int
    first: int
    years: int
    ranges: tuple[Range, ...]
    modes: dict[str, float]
    causes: tuple[Cause, ...]
    launches: tuple[Launch, ...]
    paths: dict[str, Path]
    keys: dict[str, tuple[str, ...]]
    drivers: frozenset[str]
    printed: np.ndarray | None
    named: frozenset[str]
    nominal: bool
    prices: float


def plan_of(draws=100_000, **choices):
    """The plan of the shipped scenario ``published``, but for some choices."""
    return make_plan(load_market(), load_drivers(), Scenario(draws=draws, **choices))


def read_inputs(**choices):
    """The inputs of the scenario ``published``, but for some choices (anchor, without ...)."""
    plan, installed = plan_of(**choices), load_drivers()
    market, anchor = plan.market, plan.anchor
    claimed = {
        name: frozenset(driver.name for driver in installed if name in driver.claims)
        for name in market.mechanisms
    }
    known = {n: m for n, m in market.mechanisms.items() if claimed[n] and not m.inert}
    return Inputs(
        regions=market.regions,
        drug_classes=market.drug_classes,
        base_year=market.base_year,
        first=plan.start,
        years=len(plan.years),
        ranges=tuple(Range(p.key, p.low, p.mode, p.high, p.scale) for p in plan.parameters),
        modes={key: p.mode for key, p in market.parameters.items()},
        causes=tuple(_cause(m, market, claimed[n]) for n, m in known.items() if m.kind == "spread"),
        launches=tuple(
            Launch(
                market.drug_classes.index(one.drug_class),
                tuple(region in one.regions for region in market.regions),
                tuple(p.key for p in one.parameters),
                claimed[group],
            )
            for group, mechanism in known.items()
            for one in mechanism.launches
        ),
        paths={
            m.stage: Path(path.low, path.mode, path.high, claimed[n])
            for n, m in known.items()
            if m.kind == "path" and (path := market.stage(m.stage).path)
        },
        keys={stage.name: tuple(p.key for p in stage.parameters) for stage in market.stages},
        drivers=frozenset(driver.name for driver in plan.drivers),
        printed=np.array([anchor.at(y) for y in plan.years]) if anchor.published else None,
        named=frozenset(anchor.drivers_named),
        nominal=anchor.price_basis == "nominal",
        prices=market.prices(anchor.base_year) if anchor.published else 1.0,
    )


def _cause(mechanism, market, drivers):
    chosen = mechanism.drug_class
    return Cause(
        mechanism.name,
        mechanism.stage,
        market.drug_classes.index(chosen) if chosen else None,
        tuple(mechanism.share[region] for region in market.regions),
        tuple(mechanism.ceiling[region] for region in market.regions),
        drivers,
    )
