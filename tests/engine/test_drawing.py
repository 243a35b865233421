"""An input that is moved draws nothing anew, and every draw is the same to the last bit."""

import pytest

from ismarket import forecast
from ismarket.engine import blocks, forecaster
from ismarket.engine.blocks import Drawing, unfixed
from ismarket.engine.plan import make_plan


def moved(market, drivers, scenario, count):
    """The scenario with the effect of one cause at so many places of its range."""
    acting = make_plan(market, drivers, scenario).drivers
    causes = (market.mechanisms[name] for driver in acting for name in driver.claims)
    one = next(cause.ratio for cause in causes if cause.kind == "spread" and not cause.inert)
    places = (one.low + (one.high - one.low) * i / count for i in range(count))
    return [scenario.changed(draws=512, fixed={one.key: place}) for place in places]


@pytest.fixture
def asked(monkeypatch):
    """How often draws are made, and how often what the report names is counted."""
    unfixed.cache_clear()
    forecaster.named_value.cache_clear()
    found = {"draws": 0, "report": 0}

    def count(kind, module, name):
        before = getattr(module, name)

        def counted(*args, **named):
            found[kind] += 1
            return before(*args, **named)

        monkeypatch.setattr(module, name, counted)

    count("draws", blocks, "block_strata")
    count("draws", blocks, "block_points")
    count("report", forecaster, "total_value")
    return found


def test_an_input_that_is_moved_draws_and_counts_nothing_anew(world, asked):
    market, drivers, scenario = world
    made = [forecast(market, drivers, one) for one in moved(market, drivers, scenario, 3)]
    assert asked["draws"] == 1
    assert asked["report"] == made[0].plan.anchor.published
    unfixed.cache_clear()
    again = forecast(market, drivers, made[-1].plan.scenario)
    assert (again.draws.total == made[-1].draws.total).all()
    assert (again.draws.contributions == made[-1].draws.contributions).all()
    assert made[0].modes.total[-1] != made[-1].modes.total[-1]


def test_a_draw_that_is_kept_is_written_by_nobody(world):
    market, drivers, scenario = world
    free = make_plan(market, drivers, scenario.changed(fixed={}))
    held = make_plan(market, drivers, moved(market, drivers, scenario, 2)[1])
    before = Drawing(free).values(0)
    with pytest.raises(ValueError, match="read-only"):
        before[0] = 0.0
    fixed = Drawing(held).values(0, 100)
    fixed[:] = 0.0
    assert (Drawing(free).values(0) == before).all()
    assert (Drawing(held).values(0, 100) != 0.0).any()
