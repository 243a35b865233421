"""Functions at and beyond the edge of what they take: what comes back, or the exact refusal.

A line of ``calls.txt`` is a call, and the indented one below it what that gave when somebody looked
at it: another call is a line more there, and ISMARKET_UPDATE=1.
"""

import importlib
import math
import pkgutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from written import HERE, approve, line, parts_of

import ismarket
from ismarket import InputError
from ismarket.errors import DriverError

PACKAGES = ("sampling", "model", "engine", "analysis")
FOUND = [
    (package, module.name)
    for package in PACKAGES
    for module in pkgutil.iter_modules([str(Path(ismarket.__file__).parent / package)])
]
MODULES = {name: f"ismarket.{package}.{name}" for package, name in reversed(FOUND)}
"""The numeric modules by their name; of two the one that others stand on."""

CALLS = {
    part: [line for line in lines if not line.startswith(" ")]
    for part, lines in parts_of((HERE / "calls.txt").read_text(encoding="utf-8")).items()
}


@pytest.fixture(scope="session")
def names(market, drivers, published, second):
    """What a call may name."""
    modules = {name: importlib.import_module(module) for name, module in MODULES.items()}
    parameter, launch, anchor = (modules[name] for name in ("parameter", "launch", "anchor"))
    found, stage = {**modules, "np": np, "math": math, "replace": replace}, modules["stage"]
    price = next(s.name for s in market.stages if launch.fits(s))

    def effects(market, p):
        return []

    about = {
        "name": "n", "stage": price, "drug_class": "c", "regions": (market.regions[0],),
        "chance": 0.5, "launch_year": (2025, 2026, 2028), "peak_share": (0.1, 0.2, 0.3),
        "years_to_peak": (2, 3, 5), "price_ratio": (0.5, 1.0, 2.0), "source": "s",
    }  # fmt: skip
    estimate = {
        "name": "n", "publisher": "p", "title": "t", "base_year": 2022, "value": 1e8, "cagr": 0.05,
        "first_year": 2023, "last_year": 2028, "periods": 6,
    }  # fmt: skip
    uniform = np.random.Generator(np.random.PCG64(3)).random((4, 1000))
    histograms = modules["histograms"]
    counts = np.zeros((2, histograms.BINS), np.int64)
    histograms.Grid.over(uniform[:2]).count(uniform[:2].astype(np.float32), counts)
    few = ismarket.Scenario(draws=64)
    counted = ismarket.Scenario(anchor="bottom-up", market="dravet", draws=64, without=())
    return found | {
        "SimpleNamespace": SimpleNamespace, "MARKET": market, "DRIVERS": drivers, "FEW": few,
        "FORECAST": published, "EFFECTS": effects, "PRICE": price, "U": uniform, "COUNTED": counts,
        "SECOND": modules["forecaster"].forecast(*second, counted),
        "P": parameter.Parameter("p", 1, 2, 5, unit="kg", source="s"),
        "L": parameter.Parameter("l", 1, 2, 5, unit="kg", scale="log"),
        "S": parameter.Parameter("s", 0.1, 0.2, 0.5, unit="share", most=1.0),
        "N": parameter.Parameter("n", -1, 0, 1, unit="kg"),
        "T": np.array([0.0, 0.5, 1.0, 3.0, 10.0]),
        "PATH": stage.YearPath(
            *(np.array(ends)[:, None] for ends in ([1, 1.5, 2], [1.0, 2, 4], [1.0, 3, 6])), 1
        ),
        "FULL": ismarket.Scenario(
            name="full", anchor="coherent-2017", through=2026, without=("pricing",), overlap=0.25,
            fixed={"a.b": 9.0, "c.d": 1.0}, outside=("a.b",), strength={"x": 1.5}, draws=77,
            correlation={"c.d ~ a.b": 0.5}, options={"x.o": "low"}, claims={"c": "x"},
        ),
        "WITH": modules["driver"].Driver(
            "a", "A", options=(modules["driver"].Option("o", 1.0, low=0, high=4),), effects=effects
        ),
        "LAUNCH": lambda **more: launch.launch(**{**about, **more}),
        "ANCHOR": lambda **more: anchor.Anchor(**{**estimate, **more}),
    }  # fmt: skip


@pytest.mark.parametrize("group", CALLS)
def test_a_call_gives_what_was_approved(group, names):
    lines = []
    for call in CALLS[group]:
        try:
            found = line(eval(call, {**names}))
        except (InputError, DriverError) as error:
            found = f"! {error}"
        lines += [call, f"    {found}"]
    approve("calls", group, lines)
