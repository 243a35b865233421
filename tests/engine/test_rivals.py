"""The market written a second time, in plain NumPy, gives what the engine gives."""

import numpy as np

from benchmarks.rivals import plain
from benchmarks.rivals.inputs import published_plan, read_inputs
from ismarket import Scenario, forecast, load_drivers, load_market
from ismarket.engine.blocks import Engine


def test_the_plain_market_equals_the_engine_on_given_values():
    inputs = read_inputs()
    drawn = plain.sample(inputs, draws=500, seed=3)
    cells = plain.calibrated(inputs, drawn)
    made = forecast(load_market(), load_drivers(), Scenario(draws=1))
    engine = Engine(published_plan(), made.unexplained_factor)
    (rows, _), layout = engine.at(drawn), engine.reader.layout
    np.testing.assert_allclose(cells.sum(axis=(2, 3)).T, rows[layout["total"]], rtol=1e-9)
    for axis, name in ((3, "region"), (2, "drug_class")):
        for year, column in ((0, "base"), (-1, "final")):
            expected = cells[:, year].sum(axis=axis - 1)
            np.testing.assert_allclose(expected.T, rows[layout[f"{name}_{column}"]], rtol=1e-9)


def test_the_plain_market_leaves_as_much_unexplained_as_the_engine():
    made = forecast(load_market(), load_drivers(), Scenario(draws=1))
    np.testing.assert_allclose(
        plain.unexplained(read_inputs()), made.unexplained_factor, rtol=1e-11
    )
