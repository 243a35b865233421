"""Many scenarios: to the bit those of single runs, on shared draws, weighted, in one table."""

import json
import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of
from click.testing import CliRunner

from ismarket import Decision, InputError, Study, load_scenario, study
from ismarket.analysis.grid import TwoWay
from ismarket.analysis.updating import weighted_quantiles
from ismarket.cli import ismarket as command
from ismarket.engine.many import outcome_of, outcomes
from ismarket.engine.workers import Work
from ismarket.model.grid import GridAxis
from ismarket.text.wording import money, money_range, number, percent, rate, signed

TABLES = ("summary", "cagr", "count", "calibration")


@pytest.fixture(scope="module", params=MARKETS)
def asked(request):
    market, drivers = market_and_drivers(request.param)
    return Study(market, drivers, scenario_of(request.param, draws=600))


def axes(asked):
    """An anchor, a driver, and a parameter at its ends, of whatever market it is."""
    plan = asked.plan
    anchors = [name for name in asked.market.anchors if name != "pooled"][:2]
    uncertain = next(p for p in plan.parameters if not p.constant and not p.happens)
    return {
        "anchor": anchors,
        f"strength.{plan.drivers[0].name}": [0.0, 1.0, 1.5],
        uncertain.key: [uncertain.low, uncertain.high],
    }


@pytest.fixture(scope="module")
def twelve(asked):
    return asked.grid(**axes(asked))


@pytest.mark.slow(reason="a grid and its single runs")
def test_every_scenario_of_a_grid_is_its_single_run_to_the_bit(asked, twelve):
    given, found = axes(asked), twelve
    assert len(found.outcomes) == 12
    for place in (0, 5, 11):
        anchor, factor, value = found.values_of(place).values()
        driver, key = list(given)[1].removeprefix("strength."), list(given)[2]
        alone = asked.forecast(anchor=anchor, strength={driver: factor}, fixed={key: value})
        for table in TABLES:
            for name, figures in found.outcomes[place].columns[table].items():
                assert figures == alone.columns[table].get(name, figures), (table, name)
        last = alone.columns["summary"]["reference"][-1]
        assert found.columns["scenarios"]["reference"][place] == last


@pytest.mark.slow(reason="a grid and its single runs")
def test_a_two_way_table_has_the_figures_of_single_runs_to_the_bit(asked, twelve):
    x, y = list(axes(asked))[1:]
    table = twelve.two_way(x, y)
    driver = x.removeprefix("strength.")
    anchor = axes(asked)["anchor"][0]
    for j, value in enumerate(table.y.options):
        for i, factor in enumerate(table.x.options):
            alone = asked.forecast(anchor=anchor, strength={driver: factor}, fixed={y: value})
            assert table.figures[j, i] == alone.columns["cagr"]["reference"][0]
    assert table.frame().shape == (2, 3)


@pytest.mark.slow(reason="a grid and its single runs")
def test_chances_that_are_fixed_and_correlations_draw_as_alone(asked):
    chance = next((p for p in asked.plan.parameters if p.happens and not p.constant), None)
    ranges = [p for p in asked.plan.parameters if not p.happens and not p.constant]
    pair = f"{ranges[0].key} ~ {ranges[1].key}"
    whole = asked.changed(correlation={pair: 0.5})
    given = {"overlap": [0.0, 1.0]} | ({chance.key: [0.2, 0.9]} if chance else {})
    found = whole.grid(**given)
    for place, one in enumerate(found.outcomes):
        values = found.values_of(place)
        fixed = {k: v for k, v in values.items() if k != "overlap"}
        alone = whole.forecast(overlap=values["overlap"], fixed=fixed)
        assert one.columns["summary"]["p95"] == alone.columns["summary"]["p95"]


@pytest.mark.slow(reason="a grid and its single runs")
def test_an_executor_gives_the_same_and_progress_counts_every_draw(asked):
    told = []
    given = {"overlap": [0.0, 0.25, 0.5, 0.75, 1.0]}
    with ThreadPoolExecutor(2) as pool:
        shared = asked.grid(**given, workers=pool, progress=told.append)
    assert shared.columns == asked.grid(**given, workers=1).columns
    assert sum(told) == 5 * 600


def test_a_piece_of_work_is_the_same_where_it_is_sent():
    asked = study("published", draws=300)
    piece = asked.plan, np.ones(len(asked.plan.years))
    here, there = outcome_of(piece), outcome_of(pickle.loads(pickle.dumps(piece)))
    assert (here.total == there.total).all()


def test_a_mixture_weighs_the_draws_of_its_scenarios(asked):
    name = axes(asked)["anchor"]
    alone = asked.grid(anchor=name, probability={"anchor": [0.0, 1.0]})
    last = alone.outcomes[1].columns["summary"]
    mixture = alone.columns["mixture"]
    at = last["year"].index(mixture["year"][-1])
    assert mixture["mean"][-1] == pytest.approx(last["mean"][at], rel=1e-9)
    assert mixture["p50"][-1] == pytest.approx(last["p50"][at], rel=1e-3)
    half = asked.grid(anchor=name, probability={"anchor": [0.3, 0.7]})
    means = [one.total[one.years.index(half.columns["mixture"]["year"][-1])].mean()
             for one in half.outcomes]  # fmt: skip
    expected = 0.3 * means[0] + 0.7 * means[1]
    assert half.columns["mixture"]["mean"][-1] == pytest.approx(expected)
    assert half.weights.tolist() == [0.3, 0.7]


def test_the_boundary_is_where_the_answer_flips(asked):
    decision = Decision(0.3, 0.1, 0.0)
    x = f"strength.{asked.plan.drivers[0].name}"
    grid = asked.grid(**{x: [0.0, 1.0], "overlap": [0.0, 1.0]})
    total = grid.outcomes[0].total
    assert grid.two_way(decision=decision).figures[0, 0] == decision.net_benefit(total).mean()
    table = grid.two_way(threshold=-1.0)
    assert not table.flips
    assert table.boundary == []
    middle = float(np.median(table.figures))
    lines = grid.two_way(threshold=middle).boundary
    for a, b, c, d in lines:
        for u, v in ((a, b), (c, d)):
            low, high = ((1 - u) * row[0] + u * row[1] for row in table.figures)
            edge = min(abs(u), abs(u - 1), abs(v), abs(v - 1)) < 1e-9
            assert not edge or (1 - v) * low + v * high == pytest.approx(middle, abs=1e-12)


def test_the_sheet_names_what_moves_growth_most(asked):
    x = f"strength.{asked.plan.drivers[0].name}"
    found = asked.grid(**{x: [0.0, 1.0]})
    assert f"{x} moves it most" in " ".join(str(found).split())
    assert "600 draws" in str(found)
    assert found.columns["scenarios"]["probability"] == [None, None]  # nobody gave any
    assert json.dumps(found.to_dict(), allow_nan=False)
    for table in ("scenarios", "path"):
        frame = found.frame(table, "M")
        assert frame["unit"].str.contains("USD M").all()
        assert set(frame["price_basis"]) == {asked.plan.price_basis}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "grid: no axis"),
        ({"draws": [1, 2]}, "grid: draws is none of its axes"),
        ({"fixed": [{}]}, "grid: fixed is none of its axes"),
        ({"overlap": 0.5}, "grid overlap = 0.5 must be a list"),
        ({"overlap": []}, "give at least one value"),
        ({"overlap": [0.5, 0.5]}, "a value is given twice"),
        ({"overlap": [0.5, 7]}, "grid overlap: overlap = 7 is outside 0 to 1"),
        ({"overlp": [0.5, 0.7]}, "no parameter 'overlp'"),
        ({"overlap": [0.5], "probability": {"overlap": [0.5]}}, "add up to 0.5, not to 1"),
        ({"overlap": [0.5], "probability": {"overlap": [0.5, 0.5]}}, "2 probabilities for 1"),
        ({"overlap": [0.5], "probability": {"overlop": [1.0]}}, "did you mean 'overlap'"),
    ],
)
def test_what_is_no_grid_is_refused_in_one_line(given, says):
    with pytest.raises(InputError, match=says):
        study("published", draws=64).grid(**given)


@pytest.mark.slow(reason="a grid and its single runs")
def test_a_file_inherits_expands_and_is_refused_as_one_scenario(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.toml").write_text(
        'inherit = "evidence"\ndraws = 256\n[fixed]\nvideo_eeg.ratio = 2.0\n'
    )
    (tmp_path / "many.toml").write_text(
        'inherit = "base.toml"\n[fixed]\nai_eeg.ratio = 1.2\n'
        '[grid]\nanchor = ["techsci-2022", "bottom-up"]\nstrength.diagnosis = [0.5, 1.0]\n'
        "[probability]\nanchor = [0.25, 0.75]\n"
    )
    base = load_scenario("base.toml")
    assert base.anchor == "bottom-up"
    assert base.name == "base"
    kept = study("base.toml").keep(tmp_path / "run").path
    assert study(kept).scenario.fixed == {"video_eeg.ratio": 2.0}
    done = CliRunner().invoke(
        command, ["grid", "many.toml", "--json", "--csv", "p.csv", "--chart", "c.json"]
    )
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [row["probability"] for row in found["scenarios"]] == [0.125, 0.125, 0.375, 0.375]
    alone = study("base.toml").forecast(
        anchor="techsci-2022",
        strength={"diagnosis": 0.5},
        fixed={"video_eeg.ratio": 2.0, "ai_eeg.ratio": 1.2},
    )
    last = alone.columns["summary"]["reference"][-1]
    assert found["scenarios"][0]["reference"] == last
    assert (tmp_path / "p.csv").read_text().count("\n") == 1 + len(found["path"])
    assert "vega" in (tmp_path / "c.json").read_text()
    with pytest.raises(InputError, match=r"many.toml: \[grid\] makes it many .* ismarket grid"):
        load_scenario("many.toml")
    (tmp_path / "a.toml").write_text('inherit = "b.toml"\n')
    (tmp_path / "b.toml").write_text('inherit = "a.toml"\n')
    with pytest.raises(InputError, match=r"a.toml, line 1: .*inherits itself"):
        load_scenario("a.toml")


@pytest.mark.slow(reason="time is measured over some forecasts")
def test_a_scenario_of_a_grid_costs_less_than_its_forecast():
    """``benchmarks/grid.py`` measures 100 scenarios at 10,000 draws."""
    asked = study("published", draws=4096, without=())
    plans = [asked.changed(overlap=x).plan for x in np.linspace(0, 1, 8)]
    ratios = []
    for _ in range(3):
        started = time.process_time()
        for plan in plans[:3]:
            asked.changed(plan.scenario).forecast(workers=1).columns  # noqa: B018
        single, started = time.process_time() - started, time.process_time()
        for one in outcomes(plans, asked.drivers, Work(1)):
            one.columns  # noqa: B018
        ratios.append((time.process_time() - started) / (single / 3))
    assert min(ratios) < 0.7 * len(plans)


X, Y = (0.0, 1.0, 3.0), (10.0, 20.0, 40.0, 50.0)


@pytest.mark.parametrize(("up", "threshold"), [(0.1, 2.5), (-0.1, -1.5), (0.0, 0.4)])
def test_the_boundary_of_a_plane_is_its_line(up, threshold):
    """x + up y = threshold, from one side of the grid to the other, without a gap."""
    figures = np.array([[x + up * y for x in X] for y in Y])
    table = TwoWay(GridAxis("x", X), GridAxis("y", Y), "value", figures, threshold, {})
    assert table.flips
    length = 0.0
    for a, b, c, d in table.boundary:
        assert a + up * b == pytest.approx(threshold)
        assert c + up * d == pytest.approx(threshold)
        length += np.hypot(a - c, b - d)
    ends = [(x, (threshold - x) / up) for x in (X[0], X[-1])] if up else []
    ends += [(threshold - up * y, y) for y in (Y[0], Y[-1])]
    inside = {
        (round(x, 9), round(y, 9))
        for x, y in ends
        if X[0] - 1e-9 <= x <= X[-1] + 1e-9 and Y[0] - 1e-9 <= y <= Y[-1] + 1e-9
    }
    (one, other) = inside
    assert length == pytest.approx(np.hypot(one[0] - other[0], one[1] - other[1]))


def test_what_lies_on_one_side_or_has_words_for_values_has_no_boundary():
    figures = np.array([[1.0, 2.0], [3.0, 4.0]])
    numbers, words = GridAxis("x", (0.0, 1.0)), GridAxis("y", ("a", "b"))
    flat = TwoWay(numbers, GridAxis("y", (0.0, 1.0)), "value", figures, 0.0, {})
    assert not flat.flips
    assert flat.boundary == []
    above = TwoWay(numbers, GridAxis("y", (0.0, 1.0)), "value", figures, 9.0, {})
    assert not above.flips
    said = TwoWay(numbers, words, "value", figures, 2.5, {})
    assert said.flips
    assert said.boundary == []


def test_the_mixture_and_its_page_by_hand(asked):
    name = axes(asked)["anchor"]
    given = {"overlap": [0.0, 1.0], "anchor": name}
    found = asked.grid(**given, probability={"anchor": [0.3, 0.7]})
    assert found.weights == pytest.approx([0.15, 0.35, 0.15, 0.35])
    mixture, outcomes = found.columns["mixture"], found.outcomes
    year = mixture["year"][-1]
    rows = [one.total[one.years.index(year)] for one in outcomes]
    weights = np.repeat(found.weights / 600, 600)
    for key, level in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
        (expected,) = weighted_quantiles(np.concatenate(rows), weights, (level,))
        assert mixture[key][-1] == pytest.approx(expected)
    every = np.concatenate(rows)
    mean = every @ weights
    variance = ((every - mean) ** 2) @ weights
    means = np.array([row.mean() for row in rows])
    between = found.weights @ (means - mean) ** 2 / variance
    text = " ".join(str(found.sheet()).split())
    assert f"anchor: {name[0]} 30%, {name[1]} 70%. Each value of overlap is equally likely." in text
    assert f". In {mixture['unit'][-1]}, {money(mean)} on average in {year}" in text
    ends = money_range(mixture["p5"][-1], mixture["p95"][-1])
    assert f"{ends} in 9 of 10; {percent(between)} of its variance lies between" in text


@pytest.mark.slow(reason="a grid on both markets")
def test_the_rows_of_the_page_are_those_of_the_table(asked, twelve):
    found = twelve
    rows, growth = found.columns["scenarios"], []
    (table,) = (part for part in found.sheet().parts if not isinstance(part, str))
    for i, row in enumerate(table.rows):
        left = rows["unexplained_points"][i]
        assert row[-5:] == [
            str(rows["year"][i]), money(rows["reference"][i]),
            money_range(rows["p5"][i], rows["p95"][i]), f"{signed(100 * rows['cagr'][i], 1)}%",
            "" if left is None else signed(left, 2),
        ]  # fmt: skip
        one = found.outcomes[i]
        assert rows["cagr_p5"][i] == one.columns["cagr"]["p5"][0]
        growth.append(rows["cagr"][i])
    assert len(table.rows) == 12
    cube = np.array(growth).reshape(2, 3, 2)
    spans = [np.ptp(cube.mean(axis=axis)) for axis in ((1, 2), (0, 2), (0, 1))]
    text = " ".join(str(found.sheet()).split())
    most = list(axes(asked))[int(np.argmax(spans))]
    assert f"{most} moves it most, by {number(100 * max(spans), 2)} points on average" in text
    assert f"from {rate(min(growth))} to {rate(max(growth))} a year" in text
    assert f"grows in {sum(g > 0 for g in growth)} of 12." in text
    path = found.columns["path"]
    assert len(path["year"]) == sum(len(one.years) for one in found.outcomes)


@pytest.mark.slow(reason="a grid on both markets")
def test_a_two_way_table_takes_the_other_axes_where_they_are_said(asked, twelve):
    given, found = axes(asked), twelve
    first, second, third = given
    cagr = np.array([one.columns["cagr"]["reference"][-1] for one in found.outcomes])
    cube = cagr.reshape(2, 3, 2)
    assert (found.two_way().figures == cube[:, :, 0].T).all()
    assert (found.two_way(third, second, **{first: given[first][1]}).figures == cube[1]).all()
    assert (found.two_way(second, third).figures == cube[0].T).all()
    value = found.two_way(output="value")
    summary = found.outcomes[0].columns["summary"]["reference"]
    assert value.threshold == summary[0]
    assert value.figures[0, 0] == summary[-1]
    assert found.two_way().threshold == 0.0
    at = found.two_way(second, third, **{first: given[first][1]}).at
    assert at == {first: given[first][1]}
