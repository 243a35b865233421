"""Functions at and beyond the edge of what they take: what comes back, or the exact refusal.

A line of ``calls.txt`` is a call, and the indented one below it what that gave when somebody looked
at it: another call is a line more there, and ISMARKET_UPDATE=1.
"""

import importlib
import io
import math
import pkgutil
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from written import HERE, approve, line, parts_of

import ismarket
from ismarket import InputError
from ismarket.errors import DriverError
from ismarket.studies import Study

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


def answers(modules, forecast):
    """Answers of which a call says what is another in them, or all of what one needs."""
    studied = {"of": "a", "known_today": "assumed", "sources": (), "study": "cases counted",
               "observations": 9, "worth": 9.0, "standard_error": 1.0, "at_most": 9.0, "cost": 2.0,
               "net": 7.0}  # fmt: skip
    inputs = forecast.plan.parameters[1:7]
    required = {
        "response": modules["response"].Response(forecast.plan, 1.0), "output": "value",
        "target": 10.0, "reference": 9.0, "middle": 9.5, "limit": 8.0,
        "limit_setting": {inputs[0].key: inputs[0].high}, "fewest": True, "distance": 1.2,
        "reached": 3, "draws": 64,
    }  # fmt: skip

    def setting(many):
        values = {p.key: p.high for p in inputs[:many]}
        scores = {p.key: 0.5 * i - 1.1 for i, p in enumerate(inputs[:many])}
        return {
            "few_inputs": values,
            "all_inputs": values,
            "scores": {"few": scores, "all": scores},
        }

    grid = modules["grid"]
    axes = grid.make_axes({"overlap": [0.0, 1.0], "through": [2026, 2028]},
                          {"overlap": [0.25, 0.75]})  # fmt: skip
    study = Study(forecast.plan.market, forecast.installed, forecast.plan.scenario)
    path = {"reference": 3.0, "p5": 1.0, "p25": 2.0, "p50": 3.0, "p75": 4.0, "p95": 5.0}
    series = modules["track_record"].Series
    columns = {"reference": [], "p50": [], "p5": [], "p95": []}
    decision = modules["information"].Decision(0.3, 0.1, 1e6, 0.1)
    worth = modules["information"].Worth("everything", (), 1e6, 1e4)
    market = forecast.plan.market
    return {
        "WIDE": study.forecast(draws=1000, anchor="bottom-up", through=2026),
        "GRIDDED": study.grid(axes),
        "REQUIRED": required | setting(2), "SETTING": setting,
        "STUDIED": lambda **more: modules["sample_information"].Studied(**{**studied, **more}),
        "INFORMED": modules["information"].Information(
            forecast.plan, decision, 2023, 2028, 5e5, 0.2, worth, {}
        ),
        "SERIES": series("sales_quarter, years", "USD", np.array([2019.5, 2021.5]), np.ones(2),
                         "", ("s",)),
        "TWO": lambda rows: modules["analysis_grid"].TwoWay(
            *(grid.GridAxis(name, ends) for name, ends in (("a", (1, 2)), ("b", (10, 30)))),
            "cagr", np.array(rows), 2.0, {},
        ),
        "CHECK": lambda inside: SimpleNamespace(inside=inside),
        "TOLD": modules["track"].Told("run", "2024-05-01T00:00:00Z", market.name, "s", "USD",
                                      {2024: path, 2025: path}),
        "LEVELLED": lambda value: SimpleNamespace(
            columns={"summary": {name: [value, 2 * value] for name in columns}},
            years=(2024, 2025), usd=lambda scale: f"USD {scale}",
        ),
        "SPREAD": lambda low, high: SimpleNamespace(
            columns={"summary": {"p5": [low], "p95": [high], "reference": [1.0]}}
        ),
        "MIDDLES": lambda reference, median, mean: SimpleNamespace(
            columns={"reference": {"value": [reference]},
                     "summary": {"p5": [9.0], "p95": [11.0], "p50": [median], "mean": [mean],
                                 "reference": [reference]}}
        ),
        "ANCHORED": f'name = "n"\nmarket = "{market.name}"\nbase_year = 2024\n'
                    "value_usd = 1e8\nlast_year = 2029\n".encode(),
        "ZIPPED": zipped,
        "CORRELATED": lambda one, other, rho: modules["market"].Correlation(
            (one, other), rho, "assumed", "s"
        ),
        **stored(modules, forecast),
    }  # fmt: skip


def stored(modules, forecast):
    """What a store of blocks holds, and what asks it."""
    summaries, workers = modules["summaries"], modules["workers"]

    def tally(draws):
        counts = np.zeros((1, 4), np.int64)
        counts[0, 1] = draws
        return {"sums": np.zeros(1), "counts": counts, "moments": np.zeros((2, 6, 1))}

    def store(held):
        return SimpleNamespace(load=held.get, save=held.__setitem__)

    def enough(until, errors):
        """How many draws were tried, and how many are enough."""
        tried = []

        def load(name):
            tried.append(name)
            return {"error": np.array(errors[min(len(tried), len(errors)) - 1])}

        asked = workers.Work(store=SimpleNamespace(load=load))
        make = modules["forecaster"]._enough_draws
        plan, _ = make(forecast.plan, forecast.installed, until, asked)
        return tried, plan.scenario.draws

    return {
        "TALLY": tally, "STORE": store, "ENOUGH": enough,
        "KEPT": lambda value: summaries.Kept(
            np.full((1, 2), float(value)), np.zeros((1, 2), np.float32), np.zeros(2)
        ),
    }  # fmt: skip


def zipped(*parts):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts:
            file.writestr(name, text)
    return data.getvalue()


@pytest.fixture(scope="session")
def names(market, drivers, published, second, tmp_path_factory):
    """What a call may name."""
    modules = {name: importlib.import_module(module) for name, module in MODULES.items()}
    modules["analysis_grid"] = importlib.import_module("ismarket.analysis.grid")
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
    counts = histograms.Grid.over(uniform[:2]).count(uniform[:2].astype(np.float32))
    few = ismarket.Scenario(draws=64)

    def written(data):
        path = tmp_path_factory.mktemp("written") / "f.toml"
        path.write_bytes(data)
        return path

    counted = ismarket.Scenario(anchor="bottom-up", market="dravet", draws=64, without=())
    return found | {
        **answers(modules, published), "NS": SimpleNamespace, "WRITTEN": written, "MARKET": market,
        "DRIVERS": drivers, "FEW": few, "FORECAST": published, "EFFECTS": effects,
        "PRICE": price, "U": uniform, "COUNTED": counts,
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


@pytest.mark.slow(reason="hundreds of calls, and the forecasts that they are about")
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
