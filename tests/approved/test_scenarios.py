"""The page of many scenarios on both markets, word by word: what each choice makes it say."""

import pytest
from dravet import ANCHORED
from written import approve

from ismarket import Scenario, forecast, load_scenario

pytestmark = pytest.mark.slow(reason="dozens of forecasts")

FIRST = {
    "as it stands": {},
    "another edition": {"anchor": "techsci-2024"},
    "an older estimate": {"anchor": "coherent-2017", "without": ()},
    "all estimates": {"anchor": "pooled"},
    "all estimates, the level set": {"anchor": "pooled", "fixed": {"anchor.level": 2e8}},
    "far": {"through": 2035},
    "far, the growth carried on": {"through": 2035, "beyond": "published", "periods": 5},
    "a year": {"through": 2023},
    "real": {"price_basis": "real"},
    "real, without inflation": {"price_basis": "real", "without": ("inflation", "pricing")},
    "no driver": {"without": (
        "diagnosis", "incidence", "inflation", "innovation", "pricing", "technology"
    )},
    "two of them": {"without": ("incidence", "inflation", "innovation", "technology")},
    "counted, far": {"anchor": "bottom-up", "without": (), "through": 2035},
    "counted, launches certain": {
        "anchor": "bottom-up", "without": (), "through": 2032,
        "fixed": {"amz002.chance": 1.0, "vigafyde.peak_share": 0.4},
    },
    "no launch": {"anchor": "bottom-up", "without": ("innovation", "incidence")},
    "none shared": {"overlap": 0.0},
    "half shared": {"overlap": 0.5, "strength": {"diagnosis": 2.0, "technology": 0.0}},
    "given away": {"claims": {"video_eeg": "technology"}, "strength": {"innovation": 0.5}},
    "beyond": {"fixed": {"video_eeg.ratio": 9.0, "ai_eeg.ratio": 1.1},
               "outside": ("video_eeg.ratio",)},
    "contradicting": {"correlation": {
        "video_eeg.ratio ~ ai_eeg.ratio": 0.9, "video_eeg.ratio ~ telemedicine.ratio": 0.9,
        "ai_eeg.ratio ~ telemedicine.ratio": -0.9,
    }},
    "one draw": {"draws": 1},
    "two draws": {"draws": 2},
    "many draws": {"draws": 8192},
    "at random": {"sampler": "random", "draws": 300, "seed": 5},
}  # fmt: skip
SECOND = {
    "counted, far": {"anchor": "bottom-up", "through": 2035},
    "far, real": {"through": 2034, "price_basis": "real"},
    "without prices": {"without": ("dravet_inflation",)},
    "few": {"without": (
        "dravet_population", "dravet_launches", "dravet_networks", "dravet_rebates",
        "dravet_access", "dravet_nurses", "later_entrant", "stiripentol_generics",
    )},
    "one draw": {"draws": 1, "anchor": "bottom-up"},
}  # fmt: skip


def pages(market, drivers, scenario, changes):
    for name, change in changes.items():
        chosen = scenario.changed(**{"draws": 64, "name": name, **change})
        yield from (f"--- {name}", str(forecast(market, drivers, chosen)))


def test_the_pages_of_scenarios_of_the_shipped_market(market, drivers):
    approve("scenarios", "first", pages(market, drivers, Scenario(), FIRST))


def test_the_pages_of_scenarios_of_another_market(second):
    approve("scenarios", "second", pages(*second, load_scenario(ANCHORED), SECOND))


def test_the_page_without_drivers_that_the_report_names(market, drivers):
    kept = [driver for driver in drivers if driver.name in ("pricing", "technology")]
    approve("scenarios", "few installed", pages(market, kept, Scenario(without=()), {"few": {}}))


@pytest.mark.parametrize("name", ["published", "evidence"])
def test_the_page_at_its_own_size(market, drivers, name):
    found = forecast(market, drivers, load_scenario(name))
    approve("scenarios", name, [str(found)])
