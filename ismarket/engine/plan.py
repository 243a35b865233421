"""A scenario worked out against a market and its drivers: who acts, what is drawn, how far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..arrays import Array
from ..errors import DriverError, InputError, check_kind, check_known, unknown
from ..model.anchor import NOMINAL, Anchor
from ..model.cause import EVERYWHERE, Mechanism
from ..model.curves import Spread, spread_of
from ..model.driver import Driver
from ..model.launch import Launch, check
from ..model.market import Market
from ..model.parameter import NO_CHANCE, Parameter
from ..model.pooled import LEVEL, OWNER, POOLED, estimates, pooled_anchor, uncertain_level
from ..model.scenario import DEFAULT_WITHOUT, Scenario
from ..model.stage import FUNNEL, RATIO_UNIT


@dataclass(frozen=True, eq=False)
class Plan:
    """What a forecast computes.

    ``market`` ends with the horizon, ``drivers`` are those that act, in name order,
    ``parameters`` those that they, the funnel and the anchor draw, ``start`` the index of the first
    year of the forecast among the market's years.  ``contained`` names the installed drivers whose
    effect the published growth contains: those that the report names, and with them, if its dollars
    are nominal, those that follow the price level.
    """

    market: Market
    anchor: Anchor
    scenario: Scenario
    drivers: tuple[Driver, ...]
    parameters: tuple[Parameter, ...]
    start: int
    contained: frozenset[str] = frozenset()

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the forecast, from the one in which the level is matched."""
        return self.market.years[self.start :]

    @property
    def strengths(self) -> tuple[float, ...]:
        """The factor on the shifts of each acting driver."""
        return tuple(self.scenario.strength.get(driver.name, 1.0) for driver in self.drivers)

    @property
    def launches(self) -> tuple[Launch, ...]:
        """The launches of every group that an acting driver claims, each once."""
        groups = (self.market.mechanisms[name] for d in self.drivers for name in d.claims)
        found = {one.name: one for group in groups for one in group.launches}
        return tuple(found[name] for name in sorted(found))

    @cached_property
    def in_current_dollars(self) -> bool:
        """True where an acting driver follows the price level; else dollars of the base year."""
        return any(follows_prices(self.market, driver) for driver in self.drivers)

    def usd(self, scale: str = "") -> str:
        """The unit of every amount: ``current USD M`` or ``USD M of 2022``.

        Plain ``USD M`` where the market has no price level, so that its dollars have no basis.
        """
        amount = f"USD {scale}".strip()
        if self.market.price_level is None:
            return amount
        base = self.market.base_year
        return f"current {amount}" if self.in_current_dollars else f"{amount} of {base}"

    @property
    def price_basis(self) -> str:
        """The dollars that amounts count in: current, those of a year, or of no basis."""
        if self.market.price_level is None:
            return "none"
        base = self.market.base_year
        return "current dollars" if self.in_current_dollars else f"dollars of {base}"

    def printed(self, year: int) -> float:
        """What the anchor says of ``year``, in the dollars of the forecast."""
        level = self.market.printed(self.anchor, year)
        return level if self.in_current_dollars else level / self.market.prices(year)

    @property
    def level(self) -> float | None:
        """The published level of the first year that calibration meets; None for the count."""
        return self.printed(self.years[0]) if self.anchor.published else None

    @cached_property
    def modes(self) -> dict[str, Array]:
        """Every drawn parameter at its mode, each (1,)."""
        return {p.key: np.array([p.mode]) for p in self.parameters}

    @cached_property
    def fixed(self) -> dict[str, Array]:
        """The parameters that the scenario fixes, each (1,)."""
        keys = {p.key for p in self.parameters}
        return {k: np.array([v]) for k, v in self.scenario.fixed.items() if k in keys}

    @property
    def outside(self) -> tuple[Parameter, ...]:
        """The inputs that the scenario fixes beyond their range, where no evidence goes."""
        fixed = self.scenario.fixed
        return tuple(p for p in self.parameters if not p.holds(fixed.get(p.key, p.mode)))

    @cached_property
    def pairs(self) -> dict[tuple[str, str], float]:
        """Rank correlations by pair of keys: the market's, and before them the scenario's.

        A pair whose inputs are not drawn stays among them, so that leaving out a driver moves no
        other draw.
        """
        stated = {one.keys: one.rho for one in self.market.correlations}
        drawn = {p.key for p in self.parameters}
        if drawn.isdisjoint(key for pair in stated for key in pair):
            stated = {}
        return {**stated, **self.scenario.pairs}

    @cached_property
    def spreads(self) -> Mapping[str, Spread]:
        """The adoption curves by cause; a half time beyond its range has one of its own value."""
        found, market = self.market.spreads, self.market
        beyond = {p.key: self.scenario.fixed[p.key] for p in self.outside}
        for name, cause in market.mechanisms.items():
            time = cause.half_time
            if name in found and time is not None and time.key in beyond:
                at = beyond[time.key]
                alone = replace(cause, half_time=replace(time, low=at, mode=at, high=at))
                spread = spread_of(alone, market.regions, market.elapsed[1:, 0, 0, 0])
                found = {**found, **({name: spread} if spread else {})}
        return found


def make_plan(market: Market, drivers: Iterable[Driver], scenario: Scenario) -> Plan:
    """The plan of a scenario; InputError names the choice that market or drivers do not know."""
    check_kind("market", market, Market, "a Market, as ismarket.load_market()")
    check_kind("scenario", scenario, Scenario, "a Scenario, as ismarket.load_scenario('evidence')")
    for driver in (drivers := list(drivers)):
        check_kind("drivers", driver, Driver, "a list of Drivers, as ismarket.load_drivers()")
    everybody = sorted(drivers, key=lambda driver: driver.name)
    names = [driver.name for driver in everybody]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two drivers are called {name!r}; leave one out")
    if scenario.market != market.name:
        raise InputError(
            f"scenario is for market {scenario.market!r}, not {market.name!r}", "market"
        )
    installed = [driver for driver in everybody if driver.suits(market.name)]
    known = [driver.name for driver in installed]
    keys = dict.fromkeys(scenario.without, "without")
    keys |= {name: f"strength {name}" for name in scenario.strength}
    keys |= {name: f"claims {cause}" for cause, name in scenario.claims.items()}
    for name, key in keys.items():
        if name not in (*known, *DEFAULT_WITHOUT):
            raise unknown("scenario", "driver", name, known, key)
    market = with_own_causes(market, installed)
    for driver in installed:
        check_fits(driver, market)
    anchor = _anchor(market, scenario)
    _check_fixed(market, installed, scenario)
    start = max(market.base_year, anchor.base_year)
    through = anchor.last_year if scenario.through is None else scenario.through
    if not start < through <= market.years[-1]:
        raise InputError(
            f"through = {through} is outside {start + 1} to {market.years[-1]}, the years after"
            f" the start of anchor {anchor.name} that the tables of {market.name} reach",
            "through",
        )
    installed = chosen_options(installed, scenario)
    acting = _with_their_claims(
        market, [one for one in installed if one.name not in scenario.without], scenario
    )
    cut = market.until(through)
    level = uncertain_level(anchor) if anchor.spread else ()
    return Plan(
        cut, anchor, scenario, acting, (*drawn_parameters(cut, acting), *level),
        start - market.base_year, contained_in(anchor, market, installed),
    )  # fmt: skip


def chosen_options(drivers: Iterable[Driver], scenario: Scenario) -> list[Driver]:
    """The drivers with their options as the scenario says; InputError for one that is none's."""
    said: dict[str, dict[str, str | float]] = {}
    for key, value in scenario.options.items():
        driver, _, name = key.partition(".")
        said.setdefault(driver, {})[name] = value
    found = [driver.with_options(said.pop(driver.name, {})) for driver in drivers]
    for name in said:
        having = [driver.name for driver in found if driver.options]
        raise unknown("scenario, options", "driver with options", name, having)
    return found


def _with_their_claims(
    market: Market, acting: list[Driver], scenario: Scenario
) -> tuple[Driver, ...]:
    """The acting drivers, but a cause of which the scenario says whose it is goes with that one."""
    by_name = {driver.name: driver for driver in acting}
    given = {cause: who for cause, who in scenario.claims.items() if who in by_name}
    for cause, who in given.items():
        if cause not in by_name[who].claims and by_name[who].effects is None:
            raise unknown("scenario, claims", f"cause of {who}", cause, by_name[who].claims)

    def kept(driver: Driver) -> tuple[str, ...]:
        return tuple(c for c in driver.claims if given.get(c, driver.name) == driver.name)

    return tuple(
        one if given.keys().isdisjoint(one.claims) else replace(one, claims=kept(one))
        for one in acting
    )


def follows_prices(market: Market, driver: Driver) -> bool:
    """True for a driver by which the price level follows its path."""
    prices = market.price_level
    causes = (market.mechanisms[name] for name in driver.claims)
    return prices is not None and any(c.kind == "path" and c.stage == prices.name for c in causes)


def contained_in(anchor: Anchor, market: Market, drivers: Iterable[Driver]) -> frozenset[str]:
    """The drivers whose effect an estimate's growth contains, as its dollars are read."""
    if not anchor.published:
        return frozenset()
    named = frozenset(anchor.drivers_named)
    suited = (d for d in drivers if d.suits(market.name))
    prices = frozenset(d.name for d in suited if follows_prices(market, d))
    return named | prices if anchor.price_basis == NOMINAL else named - prices


def with_own_causes(market: Market, drivers: Iterable[Driver]) -> Market:
    """The market with the causes that drivers bring in tables of their own."""
    for driver in drivers:
        if own := [one for one in driver.correlations if one not in market.correlations]:
            market = replace(market, correlations=(*market.correlations, *own))
        if driver.own_causes:
            who = f"{driver.plugin} {driver.name}".strip()
            try:
                market = _fitted(who, driver.own_causes, market)
            except InputError as error:
                raise DriverError(str(error)) from None
    return market


def _fitted(where: str, mechanisms: Iterable[Mechanism], market: Market) -> Market:
    """The market with a driver's own causes beside its catalogue."""
    found = dict(market.mechanisms)
    for mechanism in mechanisms:
        known = found.get(mechanism.name)
        if known is mechanism:
            continue
        if known is not None or mechanism.name in (FUNNEL, OWNER):
            raise InputError(
                f"{where}: cause {mechanism.name!r} is taken in {market.name}; claim it, or give"
                " yours another name"
            )
        taken = {*found, *(one.name for cause in found.values() for one in cause.launches)}
        for one in mechanism.launches:
            if one.name in taken:
                raise InputError(
                    f"{where}: launch {one.name!r} is taken in {market.name}, and so are the keys"
                    " of its inputs; give yours another name"
                )
            stages = {stage.name: stage for stage in market.stages}
            check(where, one, stages, market.regions, market.drug_classes)
        named = f"{where}, {mechanism.name}"
        stage = market.stage(mechanism.stage, named)
        for kind, names, allowed in (
            ("unit", [mechanism.ratio.unit], [RATIO_UNIT[stage.link]]),
            ("region", [r for r in mechanism.share if r != EVERYWHERE], market.regions),
            ("class", filter(None, [mechanism.drug_class]), market.drug_classes * stage.by_class),
        ):
            check_known(named, kind, allowed, *names)
        missing = [region for region in market.regions if region not in mechanism.share]
        if mechanism.kind == "spread" and missing and EVERYWHERE not in mechanism.share:
            raise InputError(f"{named}: no row for region {missing[0]!r}, nor for {EVERYWHERE!r}")
        found[mechanism.name] = mechanism
    if len(found) == len(market.mechanisms):
        return market
    lent = market.lent | (found.keys() - market.mechanisms.keys())
    return replace(market, mechanisms=found, lent=lent)


def drawn_parameters(market: Market, drivers: Iterable[Driver]) -> tuple[Parameter, ...]:
    """The parameters that matter once ``drivers`` act: funnel, claimed causes, their own."""
    drivers = list(drivers)
    claimed = [market.mechanisms[name] for name in {n: None for d in drivers for n in d.claims}]
    followed = {mechanism.stage for mechanism in claimed if mechanism.kind == "path"}
    drawn = [stage for stage in market.stages if stage.path is None or stage.name in followed]
    funnel = [parameter for stage in drawn for parameter in stage.parameters]
    causes = [parameter for mechanism in claimed for parameter in mechanism.parameters]
    own = [parameter for driver in drivers for parameter in driver.parameters]
    return tuple({p.key: p for p in (*funnel, *causes, *own)}.values())


def known_parameters(market: Market, drivers: Iterable[Driver]) -> dict[str, Parameter]:
    """Every parameter of the market and of all installed drivers, by key."""
    drivers = list(drivers)
    own = {p.key: p for driver in drivers for p in driver.parameters}
    lent = {p.key: p for d in drivers for m in d.own_causes for p in m.parameters}
    return {**market.parameters, **lent, **own}


def check_fits(driver: Driver, market: Market) -> None:
    """Raise DriverError where the market has not the causes it claims, or its name is taken."""
    where = f"{driver.plugin} {driver.name}" if driver.plugin else driver.name
    for name in driver.claims:
        if name not in market.mechanisms:
            raise DriverError(str(unknown(where, "mechanism", name, market.mechanisms)))
    if driver.parameters and driver.name in (*market.mechanisms, FUNNEL, OWNER):
        raise DriverError(f"{where}: the name is taken by a cause, and so are its parameter keys")


def _check_fixed(market: Market, drivers: Iterable[Driver], scenario: Scenario) -> None:
    known = known_parameters(market, drivers)
    if LEVEL in (*scenario.fixed, *(key for pair in scenario.pairs for key in pair)):
        known |= {p.key: p for p in uncertain_level(_pooled(market))}
    for key, value in scenario.fixed.items():
        check_known("scenario", "parameter", known, key, key=f"fixed {key}")
        known[key].check(value, key in scenario.outside)
    for key in (key for pair in scenario.pairs for key in pair):
        check_known("scenario, correlation", "parameter", known, key, key="correlation")
        if known[key].happens:
            raise InputError(f"correlation: {NO_CHANCE.format(key)}")


def _pooled(market: Market) -> Anchor:
    published, year = estimates(market.anchors), market.base_year
    levels = tuple(market.printed(one, year) for one in published)
    return pooled_anchor(published, levels, year, market.horizon)


def _anchor(market: Market, scenario: Scenario) -> Anchor:
    if scenario.anchor in market.anchors:
        anchor = market.anchors[scenario.anchor]
    elif scenario.anchor == POOLED and estimates(market.anchors):
        anchor = _pooled(market)
    else:
        raise unknown("scenario", "anchor", scenario.anchor, (*market.anchors, POOLED), "anchor")
    if scenario.price_basis is not None:
        if market.price_level is None:
            raise InputError(f"price_basis: market {market.name} has no price level to go by")
        anchor = replace(anchor, price_basis=scenario.price_basis, basis_status="chosen")
    if scenario.periods is None:
        return anchor
    if not anchor.published:
        raise InputError(f"periods = {scenario.periods}: anchor {anchor.name} prints no growth")
    return replace(anchor, periods=scenario.periods)
