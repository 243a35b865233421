"""Sensitivity: known answers, agreement with SALib, and what the printed page may claim."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ismarket import InputError, Scenario, forecast, load_drivers, load_market, sensitivity_of
from ismarket.analysis.groups import BY, grouping
from ismarket.analysis.response import OUTPUTS, response
from ismarket.analysis.sensitivity import drawn
from ismarket.analysis.sobol import indices, sample, swapped

MARKET, DRIVERS = load_market(), load_drivers()
EVIDENCE = Scenario(anchor="bottom-up", without=(), draws=512)


def unit(bits):
    return (bits.astype(float) + 0.5) / 2.0**32


def on_cube(function, names, groups=None, points=4096, seed=3):
    """Indices of a function of uniform inputs, and the function at A, with groups swapped, at B."""
    samples = [dict(zip(names, unit(bits), strict=True)) for bits in sample(names, points, seed)]
    groups = groups or {name: (name,) for name in names}
    at_a, at_b = map(function, samples)
    exchanged = swapped(function, *samples, list(groups.values()))
    return indices(tuple(groups), at_a, at_b, exchanged), (at_a, exchanged, at_b)


def ishigami(x, a=7.0, b=0.1):
    """Ishigami & Homma (1990), First International Symposium on Uncertainty Modeling, 398."""
    u, v, w = ((2 * x[name] - 1) * np.pi for name in ("u", "v", "w"))
    return np.sin(u) + a * np.sin(v) ** 2 + b * w**4 * np.sin(u)


def ishigami_exact(a=7.0, b=0.1):
    parts = {
        "u": 0.5 * (1 + b * np.pi**4 / 5) ** 2, "v": a**2 / 8, "w": 0.0,
        "uw": b**2 * np.pi**8 * (1 / 18 - 1 / 50),
    }  # fmt: skip
    whole = sum(parts.values())
    first = [parts["u"], parts["v"], parts["w"]]
    total = [parts["u"] + parts["uw"], parts["v"], parts["uw"]]
    return np.array(first) / whole, np.array(total) / whole


WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
G_NAMES = tuple("abcdefgh")


def sobol_g(x):
    """Saltelli & Sobol (1995), Reliability Engineering and System Safety 50:225."""
    columns = zip(WEIGHTS, (x[name] for name in G_NAMES), strict=True)
    return np.prod([(np.abs(4 * u - 2) + w) / (1 + w) for w, u in columns], axis=0)


def sobol_g_exact():
    alone = 1 / (3 * (1 + WEIGHTS) ** 2)
    whole = np.prod(1 + alone) - 1
    return alone / whole, alone * np.prod(1 + alone) / (1 + alone) / whole


CASES = [
    pytest.param(ishigami, ("u", "v", "w"), ishigami_exact, id="ishigami"),
    pytest.param(sobol_g, G_NAMES, sobol_g_exact, id="sobol-g"),
]


@pytest.mark.parametrize(("function", "names", "exact"), CASES)
def test_indices_hold_the_known_answer_in_their_interval(function, names, exact):
    """An interval of 9 in 10 holds it about that often, over sixty designs."""
    held = []
    for seed in range(1, 61):
        found, _ = on_cube(function, names, seed=seed)
        for which, known in zip(("first", "total"), exact(), strict=True):
            low, high = found.interval(which)
            held += list((low - 1e-12 <= known) & (known <= high + 1e-12))
            assert np.abs(getattr(found, which) - known).max() < 0.06
    assert 0.86 <= np.mean(held) <= 0.95


@pytest.mark.parametrize(("function", "names", "exact"), CASES)
def test_salib_agrees_on_the_same_design(function, names, exact):
    from SALib.analyze import sobol

    found, design = on_cube(function, names)
    ordered = np.vstack(design).T.ravel()
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0, 1]] * len(names)}
    theirs = sobol.analyze(problem, ordered, calc_second_order=False, num_resamples=20, seed=1)
    for which, key in (("first", "S1"), ("total", "ST")):
        low, high = found.interval(which)
        assert np.all((low <= theirs[key]) & (theirs[key] <= high))
        assert np.abs(getattr(found, which) - theirs[key]).max() < 2e-3


def test_the_index_of_a_group_is_that_of_its_inputs_together():
    found, _ = on_cube(ishigami, ("u", "v", "w"), {"u and w": ("u", "w"), "v": ("v",)})
    first, total = ishigami_exact()
    assert found.first == pytest.approx([1 - first[1], first[1]], abs=0.02)
    assert found.total == pytest.approx([1 - first[1], total[1]], abs=0.02)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=6), st.integers(0, 2**31))
def test_shares_of_a_sum_are_the_shares_of_its_parts(weights, seed):
    names = tuple(f"x{i}" for i in range(len(weights)))
    found, _ = on_cube(
        lambda x: sum(w * x[n] for w, n in zip(weights, names, strict=True)), names,
        points=1024, seed=seed,
    )  # fmt: skip
    exact = np.square(weights) / np.sum(np.square(weights))
    assert found.total == pytest.approx(exact, abs=0.05)
    assert found.total.sum() == pytest.approx(1.0, abs=0.05)


def test_equal_inputs_share_one_place_and_unequal_ones_do_not():
    even, _ = on_cube(lambda x: x["a"] + x["b"] + 10 * x["c"], ("a", "b", "c"))
    assert even.places() == [(2, 3), (2, 3), (1, 1)]


def test_the_two_samples_are_independent_of_each_other():
    a, b = (unit(bits) for bits in sample([f"k{i}" for i in range(60)], 4096, 11))
    both = np.corrcoef(np.vstack([a, b]))
    apart = both[np.triu_indices(len(both), 1)]
    assert np.sqrt(np.mean(apart**2)) < 1 / np.sqrt(4096)


# on the market ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", [Scenario(draws=512), EVIDENCE, Scenario(anchor="smr-2024",
    draws=512), EVIDENCE.changed(through=2035), Scenario(draws=512, overlap=0.3,
    strength={"diagnosis": 2.0}, fixed={"video_eeg.ratio": 3.0}),
    Scenario(draws=512, anchor="techsci-2022", through=2031, beyond="published")])  # fmt: skip
def test_the_response_is_the_forecast_without_its_attribution(scenario):
    asked, whole = response(MARKET, DRIVERS, scenario), forecast(MARKET, DRIVERS, scenario)
    for output, table in (("value", "summary"), ("cagr", "cagr"), ("count", "count")):
        expected = whole.columns[table]["reference"][-1]
        assert asked(output, {})[0] == pytest.approx(expected, rel=1e-11)


def test_a_driver_with_its_own_function_is_seen_at_every_year():
    from ismarket import Driver, Effect, Parameter

    def effects(market, p):
        yield Effect("unit_price", np.log(p.rate) * np.cumsum(market.elapsed > 0, axis=0))

    own = Driver("dear", "Dearer", effects=effects,
                 parameters=(Parameter("rate", 1.0, 1.02, 1.05, unit="rate ratio"),))  # fmt: skip
    installed = (*DRIVERS, own)
    asked = response(MARKET, installed, EVIDENCE)
    assert asked("value", {})[0] / response(MARKET, DRIVERS, EVIDENCE)("value", {})[
        0
    ] == pytest.approx(1.02**6, rel=1e-11)
    found = sensitivity_of(MARKET, installed, EVIDENCE, by="stage", points=256)
    assert "driver dear" in found.indices.groups


def test_an_unknown_word_names_the_nearest_that_is_known():
    for choice, near in (({"output": "valeu"}, "value"), ({"by": "stages"}, "stage")):
        with pytest.raises(InputError, match=f"did you mean '{near}'"):
            sensitivity_of(MARKET, DRIVERS, EVIDENCE, points=64, **choice)


def test_an_output_that_the_anchor_sets_is_refused():
    asked = response(MARKET, DRIVERS, Scenario())
    everything = {p.key: p.mode for p in asked.inputs}
    with pytest.raises(InputError, match="every input is fixed"):
        sensitivity_of(MARKET, DRIVERS, Scenario(fixed=everything))


@pytest.mark.parametrize("by", list(BY))
def test_every_input_belongs_to_a_group_and_shared_ones_are_announced(by):
    asked = response(MARKET, DRIVERS, EVIDENCE)
    groups = grouping(asked.plan, asked.inputs, by)
    members = [key for keys in groups.groups.values() for key in keys]
    assert set(members) == {p.key for p in asked.inputs}
    announced = any("more than one" in notice for notice in groups.notices)
    assert announced == (len(members) > len(set(members)))


def test_class_shares_of_a_region_count_as_one_input():
    asked = response(MARKET, DRIVERS, EVIDENCE)
    groups = grouping(asked.plan, asked.inputs, "parameter")
    assert len(groups.groups["funnel.class_mix.europe"]) == 3
    assert any("one input" in notice for notice in groups.notices)


@pytest.mark.slow(reason="needs many base points")
def test_correlated_inputs_count_as_one_and_the_page_says_so():
    apart = sensitivity_of(MARKET, DRIVERS, EVIDENCE, output="count", points=2048)
    single = [keys[0] for keys in apart.columns["indices"]["inputs"] if len(keys) == 1]
    first, second, small = single[0], single[1], single[-1]
    tied = EVIDENCE.changed(correlation={f"{first} ~ {second}": 0.8, f"{first} ~ {small}": -0.3})
    found = sensitivity_of(MARKET, DRIVERS, tied, output="count", points=2048)
    rows = found.columns["indices"]
    assert {first, second, small} in [set(keys) for keys in rows["inputs"]]
    assert any("correlated" in notice for notice in found.grouping.notices)
    assert found.spread > apart.spread
    where = next(i for i, keys in enumerate(rows["inputs"]) if first in keys)
    assert (
        rows["first"][where]
        > apart.columns["indices"]["first"][apart.columns["indices"]["inputs"].index([first])]
    )


def test_the_samples_have_the_correlation_of_the_scenario():
    from scipy.stats import spearmanr

    asked = response(MARKET, DRIVERS, EVIDENCE)
    one, two, three = (p.key for p in asked.inputs[:3])
    pairs = {(one, two): 0.8, (one, three): -0.3}
    for values in drawn(asked.inputs, 4096, 5, pairs):
        for (first, second), rho in pairs.items():
            assert spearmanr(values[first], values[second]).statistic == pytest.approx(
                rho, abs=0.04
            )


def test_stages_of_the_market_explain_the_whole_variance_of_the_count():
    found = sensitivity_of(MARKET, DRIVERS, EVIDENCE, output="count", by="stage", points=4096)
    assert found.indices.first.sum() == pytest.approx(1.0, abs=0.08)
    assert np.all(found.indices.first <= found.indices.total + 0.02)


@pytest.mark.slow(reason="every input is varied")
def test_the_tornado_is_the_forecast_with_that_input_fixed():
    found = sensitivity_of(MARKET, DRIVERS, EVIDENCE, points=64)
    for key in ("video_eeg.ratio", "funnel.class_mix.europe.acth", "funnel.births.europe"):
        swing = next(s for s in found.swings if s.parameter.key == key)
        p10, at_p10 = swing.p10, swing.at_p10
        fixed = forecast(MARKET, DRIVERS, EVIDENCE.changed(fixed={key: p10}))
        assert at_p10 == pytest.approx(fixed.columns["reference"]["value"][-1], rel=1e-11)


@pytest.mark.slow(reason="every input is varied")
def test_the_page_prints_a_range_where_the_interval_cannot_tell():
    few = sensitivity_of(MARKET, DRIVERS, EVIDENCE, points=64)
    rows = few.columns["indices"]
    unsure = [i for i in range(12) if rows["best_place"][i] != rows["worst_place"][i]]
    lines = str(few).splitlines()
    assert unsure
    for i in unsure:
        line = next(line for line in lines if line.startswith(rows["group"][i]))
        assert f"{rows['best_place'][i]} to {rows['worst_place'][i]}" in line


@pytest.mark.parametrize("points", [64, 2048])
def test_the_first_place_is_told_or_shared(points):
    found = sensitivity_of(MARKET, DRIVERS, EVIDENCE, by="stage", points=points)
    rows, text = found.columns["indices"], " ".join(str(found).split())
    first = [g for g, place in zip(rows["group"], rows["best_place"], strict=True) if place == 1]
    if len(first) > 1:
        assert f"{len(first)} share the first place" in text
    else:
        assert f"Most of all it depends on {first[0]} (" in text
        assert first[0] == rows["group"][0]


def test_outputs_are_all_answered_as_a_frame():
    for output in OUTPUTS:
        found = sensitivity_of(MARKET, DRIVERS, EVIDENCE, output=output, by="status", points=64)
        assert set(found.frame()["group"]) <= {"measured", "estimated", "assumed"}
        assert len(found.frame("tornado")) == len(found.response.inputs)
        unit = "fraction a year" if output == "cagr" else "USD"
        assert found.frame().attrs["units"] == {"indices": "1", "tornado": unit}
