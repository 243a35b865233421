"""The shipped market and the second one, under ``examples``, for laws that hold on any market."""

import sys
from functools import cache

from dravet import ANCHORED, EXAMPLE, SCENARIO

from ismarket import Scenario, load_drivers, load_market, load_scenario

MARKETS = ("infantile-spasms", "dravet")


@cache
def market_and_drivers(name):
    """A market and its drivers; the second as its package hands them over, without a plugin."""
    if name == MARKETS[0]:
        return load_market(), load_drivers()
    path = str(EXAMPLE / "src")
    sys.path.insert(0, path)
    try:
        import ismarket_dravet as plugin
    finally:
        sys.path.remove(path)
        for module in [module for module in sys.modules if module.startswith("ismarket_dravet")]:
            del sys.modules[module]
    (market,) = plugin.register_markets()
    anchors = {anchor.name: anchor for anchor in plugin.register_anchors()}
    return market.with_anchors(anchors), tuple(plugin.register_drivers())


def scenario_of(name, anchored=True, **changes):
    """A scenario of a market: on its shipped anchor, or on the count."""
    if name == MARKETS[0]:
        found = Scenario(without=()) if anchored else Scenario(anchor="bottom-up", without=())
    else:
        found = load_scenario(ANCHORED if anchored else SCENARIO)
    return found.changed(**{"draws": 600, **changes})
