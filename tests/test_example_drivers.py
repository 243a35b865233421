"""The example drivers: short functions, and the numbers of plain loops over years and regions."""

import ast
import math
import sys
from pathlib import Path
from unittest import SkipTest

import numpy as np
import pytest

from ismarket import Scenario, forecast
from ismarket.engine.blocks import cells_of
from ismarket.engine.plan import make_plan
from ismarket.guard.contract import guarded_effects
from ismarket.plugins.installed import drivers_at
from ismarket.testing import CHECKS

FOLDER = Path(__file__).parents[1] / "examples" / "drivers"
NAMES = ["depends", "generics", "macro", "policy", "product", "two_stages"]


@pytest.fixture(scope="module")
def examples():
    """The drivers of the folder by name."""
    before = set(sys.modules)
    found = {path.stem: drivers_at(path)[0] for path in sorted(FOLDER.glob("*.py"))}
    for name in set(sys.modules) - before:
        if name in NAMES:
            del sys.modules[name]
    sys.path.remove(str(FOLDER))
    return found


def test_there_are_six(examples):
    assert sorted(examples) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_function_has_twelve_lines_no_loop_and_no_index(name):
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    banned = ast.For, ast.While, ast.Subscript, ast.comprehension
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        assert function.end_lineno - function.lineno + 1 <= 12
        assert not [node for node in ast.walk(function) if isinstance(node, banned)]


def drawn(driver, draws=5):
    """Values all over the ranges of a driver's parameters."""
    steps = np.linspace(0.0, 1.0, draws)
    return {p.key: p.low + (p.high - p.low) * steps for p in driver.parameters}


def shifts(market, driver):
    """Shift (year, region, draw) by stage, as the driver says."""
    found = guarded_effects(market, driver, drawn(driver))
    full = len(market.years), len(market.regions), 1, 5
    return {(e.stage, e.drug_class): np.broadcast_to(e.shift, full)[:, :, 0] for e in found}


def looped(market, one):
    """The same for each year, region and draw from a formula of one number each."""
    years, regions = market.years, market.regions
    return np.array([[[one(y, r, d) for d in range(5)] for r in regions] for y in years])


def logistic(t, start, ceiling, half_time):
    """Share gained after t years: half of the gap to the ceiling closes by the half time."""

    def odds(share):
        return math.log(share / (ceiling - share))

    rate = (odds((start + ceiling) / 2) - odds(start)) / half_time
    return ceiling / (1 + math.exp(-(odds(start) + rate * t))) - start


def area(years, over):
    years = max(0.0, years)
    return years**2 / (2 * over) if years < over else years - over / 2


def test_a_policy_in_two_regions_from_2025(market, examples):
    p = drawn(examples["policy"])
    begins = {"Europe": 2025.0, "North America": 2025.5}

    def one(year, region, draw):
        t = year - begins.get(region, math.inf)
        in_force = 0.0 if math.isinf(t) else area(t + 1, 2.0) - area(t, 2.0)
        return math.log(p["policy.odds_ratio"][draw]) * in_force

    (found,) = shifts(market, examples["policy"]).values()
    assert np.abs(found - looped(market, one)).max() < 1e-12
    by_region = dict(zip(market.regions, found[3, :, -1] / np.log(2.0), strict=True))  # in 2025
    assert by_region["Europe"] == pytest.approx(0.25, abs=1e-12)
    assert by_region["North America"] == pytest.approx(0.0625, abs=1e-12)
    assert by_region["Asia Pacific"] == 0.0


def test_generic_entry(market, examples):
    p = drawn(examples["generics"])
    from ismarket import entry

    def one(year, region, draw):
        since, kept = max(0.0, year - p["generics.loss_year"][draw]), p["generics.kept"][draw]
        producers = p["generics.producers"][draw]
        known = entry.PRICE_BY_GENERICS
        logs = np.log(list(known.values()))
        share, price = kept**since, math.exp(np.interp(producers, list(known), logs))
        return math.log(share + (1 - share) * price)

    found = shifts(market, examples["generics"])["unit_price", "anticonvulsants"]
    assert np.abs(found - looped(market, one)).max() < 1e-12


def test_a_macro_table_with_its_options(market, examples):
    macro = examples["macro"]
    p = drawn(macro)
    rows = [row.split(",") for row in (FOLDER / "income.csv").read_text().splitlines()[1:]]
    for column, path in ((2, "steady"), (3, "slow")):
        income = {(int(row[0]), row[1]): float(row[column]) for row in rows}

        def one(year, region, draw, income=income):
            change = math.log(income[year, region] / income[2022, region])
            return 0.5 * p["macro.elasticity"][draw] * change

        chosen = macro.with_options({"path": path, "weight": 0.5})
        (found,) = shifts(market, chosen).values()
        assert np.abs(found - looped(market, one)).max() < 1e-12


def test_two_stages_with_an_interaction(market, examples):
    p = drawn(examples["two_stages"])

    def reach(year, draw):
        return logistic(year - 2022, 0.1, 0.6, p["two_stages.half_time"][draw])

    def found(year, region, draw):
        return math.log(p["two_stages.found"][draw]) * reach(year, draw)

    def treated(year, region, draw):
        r = reach(year, draw)
        extra = p["two_stages.interaction"][draw] * r
        return (math.log(p["two_stages.treated"][draw]) + extra) * r

    by_stage = shifts(market, examples["two_stages"])
    assert np.abs(by_stage["diagnosed", ""] - looped(market, found)).max() < 1e-12
    assert np.abs(by_stage["treated", ""] - looped(market, treated)).max() < 1e-12


def test_its_own_parameters_are_drawn_together(market, examples):
    scenario = Scenario(anchor="bottom-up", draws=4096, without=(), seed=1)
    alone = forecast(market, [examples["two_stages"]], scenario)
    columns = {}

    def sink(draws):
        columns.update(draws)

    forecast(market, [examples["two_stages"]], scenario, sink=sink)
    ranks = [np.argsort(np.argsort(columns[f"two_stages.{n}"])) for n in ("found", "treated")]
    assert np.corrcoef(*ranks)[0, 1] == pytest.approx(0.5, abs=0.03)
    note = "Rank correlation of two_stages.found ~ two_stages.treated: 0.50 (two_stages's, assumed)"
    assert note in " ".join(str(alone).split())


def test_one_that_depends_on_another(market, examples):
    p = drawn(examples["depends"])

    def screened(year, draw):
        return logistic(year - 2022, 0.05, 0.5, p["depends.half_time"][draw])

    def found(year, region, draw):
        return math.log(p["depends.found"][draw]) * screened(year, draw)

    def treated(year, region, draw):
        in_step = p["depends.in_step"][draw] * screened(year, draw)
        return math.log(p["depends.treated"][draw]) * in_step

    by_stage = shifts(market, examples["depends"])
    assert np.abs(by_stage["diagnosed", ""] - looped(market, found)).max() < 1e-12
    assert np.abs(by_stage["treated", ""] - looped(market, treated)).max() < 1e-12


def test_a_launch_with_a_chance(market, examples):
    """In the reference case its share weighs its chance: value by class is 1 + share (q - 1)."""
    choices = Scenario(anchor="bottom-up", draws=64, without=())
    plans = [make_plan(market, drivers, choices) for drivers in ([], [examples["product"]])]
    without, made = (cells_of(plan, plan.modes)[-1, :, :, 0] for plan in plans)  # in 2028
    share = 0.6 * 0.2 * min(1.0, (2028 + 0.5 - 2026.0) / 3.0)
    wanted = np.ones(made.shape)
    for region in ("North America", "Europe"):
        place = market.regions.index(region), market.drug_classes.index("ACTH")
        wanted[place] = 1 + share * (0.7 - 1.0)
    assert np.abs(made / without - wanted).max() < 1e-12


@pytest.mark.slow(reason="all laws of a driver")
def test_a_launch_is_held_to_the_laws_of_other_processes_and_of_one_region(market):
    """Asked elsewhere it is the same; it names its regions, so one of them is not tried."""
    before = set(sys.modules)
    try:
        (driver,) = drivers_at(FOLDER / "product.py")
        laws = {check.__name__: check for check in CHECKS}
        laws["same_answer_in_another_process"](driver, market)
        with pytest.raises(SkipTest, match="its table names the regions"):
            laws["works_with_one_region"](driver, market)
    finally:
        sys.path.remove(str(FOLDER))
        for name in (set(sys.modules) - before) & set(NAMES):
            del sys.modules[name]
