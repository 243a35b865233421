"""The laws of the forecast."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ismarket import Driver, DriverError, Effect, InputError, Parameter, Scenario, forecast
from ismarket.engine.blocks import Engine, cells_of
from ismarket.engine.forecaster import total_value
from ismarket.engine.plan import check_fits, make_plan
from ismarket.testing import toy_market

ANCHORS = ("techsci-2022", "techsci-2024", "reanin-2024", "smr-2024", "24lifesciences-2024",
           "coherent-2017")  # fmt: skip
FEW = 64


def scenario(**choices):
    return Scenario(**{"draws": FEW, **choices})


def extra(name="extra", rate=0.01, low=None):
    """A driver that the report does not name: ``rate`` a year on every cell."""
    parameter = Parameter("rate", rate if low is None else low, rate, rate, unit="1/year")

    def effects(market, p):
        yield Effect("unit_price", np.log1p(p.rate) * market.elapsed)

    return Driver(name, "Extra growth", effects=effects, parameters=(parameter,))


def silent(name):
    def effects(market, p):
        return []

    return Driver(name, "Contributes nothing", effects=effects)


def reference(result):
    return np.array(result.columns["reference"]["value"])


@pytest.mark.parametrize("name", ANCHORS)
def test_the_reference_case_is_the_published_path_of_every_anchor(market, drivers, name):
    anchor = market.anchors[name]
    result = forecast(market, drivers, scenario(anchor=name))
    start = max(2022, anchor.base_year)
    value = anchor.value * (1 + anchor.cagr) ** (start - anchor.base_year)
    published = value * (1 + anchor.cagr) ** np.arange(anchor.last_year - start + 1)
    assert result.years == tuple(range(start, anchor.last_year + 1))
    assert np.abs(reference(result) / published - 1).max() < 1e-12


@pytest.mark.slow(reason="thousands of draws")
@given(names=st.sets(st.sampled_from(["aaa", "mmm", "zzz"])))
@settings(deadline=None, max_examples=8)
def test_drivers_that_contribute_nothing_leave_the_published_path(market, drivers, names):
    added = [silent(name) for name in names]
    result = forecast(market, [*added, *drivers], scenario())
    assert np.abs(reference(result) / (3.2e9 * 1.039 ** np.arange(7)) - 1).max() < 1e-12
    rows = result.columns["attribution"]
    points = dict(zip(rows["driver"], rows["points"], strict=True))
    assert all(abs(points[name]) < 1e-12 for name in names)


def test_a_driver_that_the_report_does_not_name_adds_on_top(market, drivers):
    result = forecast(market, [*drivers, extra()], scenario())
    cagr = result.columns["cagr"]["reference"][0]
    assert cagr == pytest.approx(1.039 * 1.01 - 1, rel=1e-12)
    rows = result.columns["attribution"]
    carried = 100 * cagr * np.log(1.01) / np.log(1.039 * 1.01)
    assert rows["points"][rows["driver"].index("extra")] == pytest.approx(carried, rel=1e-9)
    assert "on top of it: extra" in str(result)


def test_switching_off_a_named_driver_moves_the_path_by_what_it_carried(market, drivers):
    full = forecast(market, drivers, scenario())
    less = forecast(market, drivers, scenario(without=("pricing", "diagnosis")))
    assert reference(less)[-1] < reference(full)[-1]
    only = forecast(market, drivers, scenario(without=tuple(d.name for d in drivers)))
    left = full.columns["attribution"]
    unexplained = left["points"][left["driver"].index("unexplained")]
    alone = only.columns["cagr"]["reference"][0] * 100
    assert unexplained == pytest.approx(alone, abs=0.02)


def test_the_level_is_met_in_every_draw(market, drivers):
    for name in ANCHORS:
        result = forecast(market, drivers, scenario(anchor=name))
        assert (result.draws.total[0] == market.anchors[name].at(result.years[0])).all()


def test_the_bottom_up_anchor_neither_scales_nor_explains(market, drivers):
    result = forecast(market, drivers, scenario(anchor="bottom-up", without=()))
    assert (result.unexplained_factor == 1).all()
    assert (result.draws.calibration == 1).all()
    cells = [
        6169484
        * 0.00038
        * 0.94
        * 0.97
        * 1.65
        * (0.12 * 3.2 * 36000 * 0.52 + 0.415 * 330 * 0.2 * 0.9 + 0.465 * 270 * 65 * 0.45),
        6520637
        * 0.0004
        * 0.92
        * 0.96
        * 1.5
        * (0.25 * 10 * 65 * 0.9 + 0.3 * 1 * 40 * 0.9 + 0.45 * 210 * 0.9 * 0.8),
        61252734
        * 0.00025
        * 0.5
        * 0.8
        * 1.4
        * (0.3 * 1 * 330 * 0.85 + 0.44 * 1 * 6 * 0.9 + 0.26 * 160 * 1.35 * 0.85),
        7374441
        * 0.00025
        * 0.6
        * 0.8
        * 1.4
        * (0.03 * 1 * 800 * 0.85 + 0.54 * 1 * 20 * 0.9 + 0.43 * 230 * 0.8 * 0.8),
        51158095
        * 0.00025
        * 0.3
        * 0.65
        * 1.25
        * (0.08 * 1 * 250 * 0.85 + 0.62 * 1 * 9 * 0.9 + 0.3 * 120 * 0.65 * 0.8),
    ]
    assert reference(result)[0] == pytest.approx(sum(cells), rel=1e-12)
    assert np.allclose(result.columns["region"]["base"], cells)


@pytest.mark.slow(reason="thousands of draws")
@settings(deadline=None, max_examples=15)
@given(
    without=st.sets(st.sampled_from(["diagnosis", "incidence", "innovation", "technology"])),
    overlap=st.floats(0, 1),
    through=st.integers(2023, 2035),
    beyond=st.sampled_from(["drivers", "published"]),
    strength=st.floats(0, 3),
)
def test_attribution_and_unexplained_add_up_in_every_draw(
    market, drivers, without, overlap, through, beyond, strength
):
    result = forecast(
        market,
        [*drivers, extra(low=-0.02)],
        scenario(without=tuple(without), overlap=overlap, through=through, beyond=beyond,
                 strength={"diagnosis": strength}),
    )  # fmt: skip
    for path in (result.modes, result.draws):
        carried = path.contributions.sum(axis=0) + np.log(result.unexplained_factor[-1])
        assert np.abs(carried - path.log_growth).max() < 1e-10
    rows = result.columns["attribution"]
    assert sum(rows["points"][:-1]) == pytest.approx(rows["points"][-1], abs=1e-9)
    assert sum(rows["usd"][:-1]) == pytest.approx(rows["usd"][-1], abs=1e-3)
    grown = reference(result)[-1] - reference(result)[0]
    assert rows["usd"][-1] == pytest.approx(grown, rel=1e-9, abs=1e-3)


def draws_of(market, drivers, choices):
    """Every drawn parameter of a scenario, as its drivers see them."""
    plan = make_plan(market, drivers, choices)
    engine = Engine(plan, np.ones(len(plan.years)))
    return engine.drawing.by_key(0)


def test_adding_removing_or_fixing_a_driver_leaves_all_other_draws_bit_identical(market, drivers):
    base = draws_of(market, drivers, scenario(without=()))
    variants = [
        draws_of(market, drivers[::-1], scenario(without=())),
        draws_of(market, drivers, scenario(without=("diagnosis", "pricing"))),
        draws_of(market, [extra(low=-0.1), *drivers], scenario(without=())),
        draws_of(market, drivers, scenario(without=(), fixed={"video_eeg.ratio": 2.0})),
        draws_of(market, drivers, scenario(without=(), strength={"diagnosis": 0.0})),
    ]
    for values in variants:
        shared = (set(values) & set(base)) - {"video_eeg.ratio"}
        assert len(shared) > 60
        assert all((values[key] == base[key]).all() for key in shared)


def test_the_order_of_drivers_never_matters(market, drivers):
    one = forecast(market, drivers, scenario())
    other = forecast(market, drivers[::-1], scenario())
    assert one.columns == other.columns


@pytest.mark.slow(reason="thousands of draws")
def test_the_answer_does_not_depend_on_the_number_of_workers(market, drivers):
    many = scenario(draws=10_000)
    one, two, eight = (forecast(market, drivers, many, workers=n) for n in (1, 2, 8))
    for other in (two, eight):
        assert (one.draws.total == other.draws.total).all()
        assert (one.draws.contributions == other.draws.contributions).all()


def test_a_draw_is_the_same_whatever_the_number_of_draws(market, drivers):
    many = forecast(market, drivers, scenario(draws=5000)).draws.total
    for draws in (1, 3, 700, 2047, 4095, 4097):
        few = forecast(market, drivers, scenario(draws=draws)).draws.total
        assert (few == many[:, :draws]).all()


def claimant(name, ratio=1.5, mechanism="shared_cause"):
    def effects(market, p):
        yield Effect("treated", np.log(ratio) * market.elapsed / 13, mechanism=mechanism)

    return Driver(name, name, effects=effects)


def test_two_drivers_with_one_mechanism_count_once_at_rho_1_and_twice_at_rho_0(market, drivers):
    pair = [claimant("first"), claimant("second")]
    once = forecast(market, [*drivers, *pair], scenario())
    single = forecast(market, [*drivers, pair[0]], scenario())
    double = forecast(market, [*drivers, claimant("first", ratio=1.5**2)], scenario())
    twice = forecast(market, [*drivers, *pair], scenario(overlap=0.0))
    assert reference(once)[-1] == pytest.approx(reference(single)[-1], rel=1e-12)
    own = forecast(market, pair, scenario(overlap=0.0, without=()))
    both = forecast(market, [claimant("first", ratio=1.5**2)], scenario(without=()))
    assert reference(own)[-1] == pytest.approx(reference(both)[-1], rel=1e-12)
    assert reference(double)[-1] > reference(single)[-1]
    assert once.stacking_premium == pytest.approx(reference(twice)[-1] - reference(once)[-1])
    assert once.stacking_premium > 0
    assert str(round(once.stacking_premium / 1e6)) in str(once)
    assert twice.stacking_premium == 0


def by_hand(name, ratio=1.5, drug_class="", **about):
    """A driver that says by a function of its own how a cause of the toy market acts."""

    def effects(market, p):
        shift = np.log(getattr(p, "ratio", ratio)) * market.elapsed / 9
        yield Effect("class_mix", shift, mechanism="new_drug", drug_class=drug_class)

    return Driver(name, name.title(), effects=effects, **about)


RATIO = Parameter("ratio", 1.1, 1.5, 2.0, unit="weight ratio", source="assumption: a test")


@pytest.mark.parametrize(
    "pair",
    [
        (by_hand("first"), by_hand("second", 1.6)),
        (by_hand("first"), by_hand("second", drug_class="new")),
        (by_hand("first", parameters=(RATIO,)), by_hand("second", parameters=(RATIO,))),
        (by_hand("first"), Driver("second", "Second", claims=("new_drug",))),
        (Driver("first", "First", claims=("new_drug",)), by_hand("second", drug_class="new")),
    ],
    ids=["ratio", "class", "draws", "table", "table_first"],
)
@pytest.mark.parametrize("overlap", [0.0, 1.0])
def test_two_drivers_with_different_numbers_for_one_cause_are_refused(pair, overlap):
    choices = Scenario("bottom-up", market="toy", without=(), overlap=overlap, draws=50)
    said = r"drivers first and second bring different numbers for one cause, new_drug of class_mix"
    with pytest.raises(InputError, match=f"{said}; leave one out"):
        forecast(toy_market(), pair, choices)
    for name in ("first", "second"):
        forecast(toy_market(), pair, choices.changed(without=(name,)))


def test_the_incidence_driver_makes_births_follow_the_un_path(market, drivers):
    births = market.stage("births").path.mode
    on = forecast(market, drivers, scenario(anchor="bottom-up", without=()))
    plan = make_plan(market, drivers, scenario(anchor="bottom-up", without=("incidence",)))
    still = total_value(plan, plan.modes)[:, 0]
    incidence = [d for d in drivers if d.name == "incidence"]
    births_only = dataclasses.replace(incidence[0], claims=("births",))
    plan = make_plan(market, [births_only], scenario(anchor="bottom-up", without=()))
    path = cells_of(plan, plan.modes).sum(axis=2)[..., 0]
    assert np.allclose(path / path[0], births[:7] / births[0])
    others = forecast(market, drivers, scenario(anchor="bottom-up", without=("incidence",)))
    assert np.allclose(still, reference(others))
    assert reference(on)[-1] != reference(others)[-1]


def test_beyond_the_last_year_drivers_act_alone_or_the_published_rate_goes_on(market, drivers):
    alone = forecast(market, drivers, scenario(through=2035))
    carried = forecast(market, drivers, scenario(through=2035, beyond="published"))
    assert len(set(alone.unexplained_factor[6:])) == 1
    assert np.allclose(reference(carried), 3.2e9 * 1.039 ** np.arange(14), rtol=1e-12)
    assert "The report ends in 2028" in str(alone)


def test_five_periods_stand_still_for_a_year(market, drivers):
    result = forecast(market, drivers, scenario(periods=5))
    assert reference(result)[[0, 1, -1]] == pytest.approx([3.2e9, 3.2e9, 3.2e9 * 1.039**5])


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"anchor": "techsci-2023"}, "no anchor 'techsci-2023'; did you mean 'techsci-202"),
        ({"without": ["diagnosi"]}, "no driver 'diagnosi'; did you mean 'diagnosis'?"),
        ({"strength": {"prices": 1}}, "no driver 'prices'; did you mean 'pricing'?"),
        ({"fixed": {"video_eeg.rati": 2}}, "did you mean 'video_eeg.ratio'?"),
        ({"fixed": {"video_eeg.ratio": 9}}, "outside its range 1.2 to 3.5"),
        ({"through": 2022}, "outside 2023 to 2035"),
        ({"through": 2036}, "outside 2023 to 2035"),
        ({"market": "dravet"}, "not 'infantile-spasms'"),
        ({"periods": 7}, "between 1 and the 6 years"),
        ({"anchor": "bottom-up", "periods": 5}, "prints no growth"),
    ],
)
def test_choices_that_the_market_does_not_know_are_refused(market, drivers, choices, message):
    with pytest.raises(InputError) as error:
        forecast(market, drivers, scenario(**choices))
    assert message in str(error.value)


def broken(effect):
    return Driver("stranger", "Breaks its contract", effects=lambda market, p: [effect(market)])


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        (lambda m: Effect("diagnosd", m.elapsed), "no stage 'diagnosd'; did you mean 'diagnosed'?"),
        (lambda m: Effect("treated", m.elapsed + 1), "exactly 0 in the base year 2022"),
        (lambda m: Effect("treated", m.elapsed * np.inf), "not finite"),
        (lambda m: Effect("treated", np.zeros(7)), "must broadcast to"),
        (lambda m: Effect("treated", np.zeros((7, 5, 3, 1))), "must broadcast to"),
        (lambda m: Effect("unit_price", m.elapsed, drug_class="acth"), "did you mean 'ACTH'?"),
        (lambda m: m.elapsed, "must yield Effect objects"),
        (lambda m: Effect("unit_price", 1e4 * m.elapsed), "a ratio of exp(10000)"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_driver_that_breaks_its_contract_stops_the_run(market, drivers, effect, message):
    with pytest.raises(DriverError) as error:
        forecast(market, [*drivers, broken(effect)], scenario())
    assert "stranger" in str(error.value)
    assert message in str(error.value)


def test_a_claim_outside_the_catalogue_names_the_nearest_mechanism(market):
    with pytest.raises(DriverError, match=r"no mechanism 'video_eg'; did you mean 'video_eeg'\?"):
        forecast(market, [Driver("stranger", "x", claims=("video_eg",))], scenario(without=()))


@pytest.mark.parametrize(("plugin", "said"), [("", "stranger: no"), ("kit", "kit stranger: no")])
def test_a_driver_that_does_not_fit_is_named_with_its_plugin(market, plugin, said):
    with pytest.raises(DriverError, match=f"^{said} mechanism"):
        check_fits(Driver("stranger", "x", claims=("none",), plugin=plugin), market)


def test_more_than_twelve_drivers_are_sampled_and_still_close(market, drivers):
    many = [*drivers, *(extra(f"extra{i:02}", rate=0.001 * i) for i in range(9))]
    result = forecast(market, many, scenario(draws=16, without=()))
    carried = result.draws.contributions.sum(axis=0) + np.log(result.unexplained_factor[-1])
    assert np.abs(carried - result.draws.log_growth).max() < 1e-10
    assert "sampled over orders" in str(result)
