"""The drivers of the second market, one for each curve; every range is invented."""

import numpy as np

from ismarket import Driver, Effect, Option, Parameter, adoption, entry

SOURCE = "assumption: illustration, not an estimate of the Dravet market"
MARKETS = ("dravet",)
SCREENED = ((0, 0.0), (2, 0.02), (5, 0.15), (10, 0.4))
"""Newborns screened by gene panel: years from the base year, share (invented programme)."""
TESTED = {"United States": 0.5, "Western Europe": 0.4, "Japan": 0.4, "China": 0.1}
"""Patients with a gene test today, by region; a fifth elsewhere."""


def ratio(kind, low, mode, high, title):
    """The effect where the cause is in use, as a ratio of that kind."""
    return Parameter(f"{kind}_ratio", low, mode, high, unit=f"{kind} ratio", title=title,
                     source=SOURCE, scale="log")  # fmt: skip


def years(name, low, mode, high, title):
    """A time in years."""
    return Parameter(name, low, mode, high, unit="years", title=title, source=SOURCE)


def testing(market, p):
    """Gene testing at first seizure spreads quickly, then slowly: Gompertz."""
    today = market.by_region(TESTED, default=0.2)
    reached = adoption.gompertz(market.elapsed, start=today, ceiling=0.9, takeover=p.takeover)
    yield Effect("identified", np.log(p.odds_ratio) * reached, mechanism="gene_testing")


def screening(market, p):
    """Newborn screening follows a programme: straight lines through its points."""
    reached = adoption.piecewise(market.elapsed, points=SCREENED)
    shift = p.part * np.log(p.odds_ratio) * reached
    yield Effect("identified", shift, mechanism="newborn_screening")


def access(market, p):
    """Reimbursement reaches more of those identified: logistic."""
    reached = adoption.logistic(market.elapsed, start=0.7, ceiling=0.95, half_time=p.half_time)
    yield Effect("on_therapy", np.log(p.odds_ratio) * reached, mechanism="reimbursement")


def uptake(market, p):
    """Fenfluramine gains patients, steeply from launch: Bass, up to the share of the third."""
    third = entry.order_share(3, 3)
    reached = adoption.bass(market.elapsed, start=0.05, ceiling=third, half_time=p.half_time)
    yield Effect("product_mix", np.log(p.weight_ratio) * reached, mechanism="fenfluramine",
                 drug_class="fenfluramine")  # fmt: skip


def entrant(market, p):
    """A third branded agent widens the class of cannabidiol by its share for coming third.

    The class then weighs one plus the entrant's share over the pioneer's, as far as it is taken up.
    """
    taken_up = adoption.bass(market.elapsed, start=0.0, ceiling=1.0, half_time=p.half_time)
    weight = 1.0 + entry.order_ratio(3, p.order_exponent) * taken_up
    yield Effect("product_mix", np.log(weight), mechanism="later_entrant", drug_class="cannabidiol")


def nurses(market, p):
    """Nurses who call keep patients on therapy longer, class by class alike: logistic."""
    reached = adoption.logistic(market.elapsed, start=0.1, ceiling=0.5, takeover=p.takeover)
    yield Effect("persistence", np.log(p.odds_ratio) * reached, mechanism="nurse_calls")


def generics(market, p):
    """Stiripentol loses exclusivity: the brand keeps few units, the rest pays generic prices."""
    kept = entry.kept_volume(market.elapsed - p.years_to_loss, after_one_year=p.kept)
    price = entry.mean_price(kept, entry.price_ratio(p.generics))
    yield Effect("annual_cost", np.log(price), mechanism="stiripentol_generics",
                 drug_class="stiripentol")  # fmt: skip


def rebates(market, p):
    """Payers ask for more each year, half of it after the half time: Bass."""
    reached = adoption.bass(market.elapsed, start=0.0, ceiling=1.0, half_time=p.half_time)
    yield Effect("kept_after_discounts", np.log(p.odds_ratio) * reached, mechanism="rebates")


def driver(name, title, effects=None, *parameters, claims=(), options=()):
    """A driver of this market."""
    about = {"description": "An illustration.", "markets": MARKETS, "options": options}
    return Driver(name, title, claims, effects, parameters, **about)


DRIVERS = (
    driver("dravet_population", "Number of people", claims=("population_growth",)),
    driver("dravet_inflation", "General inflation", claims=("general_inflation",)),
    driver("dravet_launches", "Agents to come", claims=("new_agents",)),
    driver("dravet_networks", "Centres for rare epilepsies", claims=("care_networks",)),
    driver("dravet_testing", "Gene testing at first seizure", testing,
           ratio("odds", 1.2, 1.6, 2.5, "Odds of being identified with a gene test"),
           years("takeover", 5, 8, 12, "Years from 10% to 90% of the ceiling")),
    driver("dravet_screening", "Newborn screening", screening,
           ratio("odds", 1.1, 1.5, 2.5, "Odds of being identified if screened"),
           options=(Option("part", 1.0, low=0.0, high=1.0, title="Part of the programme"),)),
    driver("dravet_access", "Reimbursement", access,
           ratio("odds", 1.2, 1.8, 3.0, "Odds of therapy if reimbursed"),
           years("half_time", 2, 4, 7, "Years to half of the gap")),
    driver("dravet_nurses", "Nurses who call", nurses,
           ratio("odds", 1.0, 1.4, 2.0, "Odds of staying on therapy with a nurse"),
           years("takeover", 5, 8, 12, "Years from 10% to 90% of the ceiling")),
    driver("fenfluramine_uptake", "Uptake of fenfluramine", uptake,
           ratio("weight", 1.5, 3.0, 6.0, "Weight among therapies where it is used"),
           years("half_time", 2, 4, 7, "Years to half of the gap")),
    driver("later_entrant", "A third branded agent", entrant,
           Parameter("order_exponent", -0.7, entry.ORDER_EXPONENT, -0.3, unit="exponent",
                     title="Share over the pioneer's, by order of entry",
                     source="Kalyanaram, Robinson & Urban 1995 | assumption: range",
                     status="estimated"),
           years("half_time", 2, 4, 7, "Years to half of its uptake")),
    driver("stiripentol_generics", "Generic stiripentol", generics,
           years("years_to_loss", 1, 3, 6, "Years from the base year to loss of exclusivity"),
           Parameter("kept", 0.1, entry.KEPT_AFTER_ONE_YEAR, 0.5, unit="share of units", most=1.0,
                     title="What the brand keeps after one year",
                     source="Grabowski, Long & Mortimer 2014 | assumption: range",
                     status="estimated"),
           Parameter("generics", 1, 2, 4, unit="producers", title="Generic producers",
                     source=SOURCE)),
    driver("dravet_rebates", "Deeper rebates", rebates,
           ratio("odds", 0.4, 0.7, 1.0, "Odds that a dollar of list price is kept"),
           years("half_time", 2, 4, 7, "Years to half of it")),
)  # fmt: skip
