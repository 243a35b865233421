"""The market written a second time, in plain NumPy, gives what the engine gives."""

import ast
from pathlib import Path

import numpy as np
import pytest
from reference_values import NAMES, VALUES

from benchmarks.rivals import plain
from benchmarks.rivals.inputs import plan_of, read_inputs
from ismarket import load_drivers
from ismarket.engine.blocks import Engine
from ismarket.engine.forecaster import unexplained
from ismarket.model import curves

CHOICES = [
    {"anchor": "techsci-2022"},
    {"anchor": "techsci-2022", "without": ()},
    {"anchor": "techsci-2022", "price_basis": "real", "without": ("inflation",)},
    {"anchor": "coherent-2017", "without": ("inflation", "incidence")},
    {"anchor": "coherent-2017", "price_basis": "real"},
    {"anchor": "techsci-2024", "without": ("innovation",)},
    {"anchor": "bottom-up", "without": ()},
]


@pytest.mark.slow(reason="the market computed a second way, plainly")
@pytest.mark.parametrize("choices", CHOICES, ids=str)
@pytest.mark.parametrize(("exact", "tolerance"), [(curves.EXACT, 1e-9), (1e-14, 1e-12)])
def test_the_plain_market_equals_the_engine_on_given_values(monkeypatch, choices, exact, tolerance):
    """To all digits where the series of the adoption curves has them too."""
    monkeypatch.setattr(curves, "EXACT", exact)
    inputs = read_inputs(**choices)
    drawn = plain.sample(inputs, draws=500, seed=3)
    cells = plain.calibrated(inputs, drawn)
    plan, drivers = plan_of(**choices), load_drivers()
    left = unexplained(plan, drivers)
    np.testing.assert_allclose(plain.unexplained(inputs), left, rtol=tolerance)
    engine = Engine(plan, left)
    (rows, _), layout = engine.at(drawn), engine.reader.layout
    np.testing.assert_allclose(cells.sum(axis=(2, 3)).T, rows[layout["total"]], rtol=tolerance)
    for axis, name in ((3, "region"), (2, "drug_class")):
        for year, column in ((0, "base"), (-1, "final")):
            expected = cells[:, year].sum(axis=axis - 1)
            np.testing.assert_allclose(expected.T, rows[layout[f"{name}_{column}"]], rtol=tolerance)


@pytest.mark.slow(reason="the market computed a second way, plainly")
@pytest.mark.parametrize(
    ("anchor", "choices", "first", "level", "last", "value", "growth", "points"), VALUES
)
def test_the_plain_market_has_the_values_that_the_design_prints(
    anchor, choices, first, level, last, value, growth, points
):
    inputs = read_inputs(anchor=anchor, **choices)
    total = plain.calibrated(inputs, plain.at_modes(inputs)).sum(axis=(2, 3))[0] / 1e6
    carried = plain.points(inputs)
    start = inputs.base_year + inputs.first
    assert (start, start + inputs.years - 1) == (first, last)
    assert total[0] == pytest.approx(level, abs=0.0051 if level > 100 else 0.00051)
    assert total[-1] == pytest.approx(value, abs=0.0051 if value > 100 else 0.00051)
    assert carried["total"] == pytest.approx(growth, abs=0.00051)
    if points is not None:
        wanted = {name: p for name, p in zip(NAMES, points, strict=True) if p is not None}
        assert carried == pytest.approx({**wanted, "total": growth}, abs=0.00051)


def test_the_plain_market_takes_nothing_from_the_engine():
    source = Path(plain.__file__)
    taken = [
        n.module for n in ast.walk(ast.parse(source.read_text())) if isinstance(n, ast.ImportFrom)
    ]
    assert not any("engine" in module or "ismarket" in module for module in taken)
