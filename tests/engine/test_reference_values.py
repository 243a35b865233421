"""The second edition against an independent program, whose values the design prints."""

import pytest
from reference_values import NAMES, VALUES

from ismarket import Scenario, forecast


@pytest.mark.parametrize(
    ("anchor", "choices", "first", "level", "last", "value", "growth", "points"), VALUES
)
def test_the_reference_case_is_that_of_an_independent_program(
    market, drivers, anchor, choices, first, level, last, value, growth, points
):
    found = forecast(market, drivers, Scenario(anchor=anchor, draws=16, **choices))
    path = found.columns["reference"]["value"]
    assert (found.years[0], found.years[-1]) == (first, last)
    assert path[0] / 1e6 == pytest.approx(level, abs=0.0051 if level > 100 else 0.00051)
    assert path[-1] / 1e6 == pytest.approx(value, abs=0.0051 if value > 100 else 0.00051)
    assert 100 * found.columns["cagr"]["reference"][0] == pytest.approx(growth, abs=0.00051)
    table = found.columns["attribution"]
    carried = dict(zip(table["driver"], table["points"], strict=True))
    if points is not None:
        wanted = {name: p for name, p in zip(NAMES, points, strict=True) if p is not None}
        assert carried == pytest.approx({**wanted, "total": growth}, abs=0.00051)
    parts = sum(p for name, p in carried.items() if name != "total")
    assert parts == pytest.approx(carried["total"], abs=1e-10)
