import json
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ismarket
from ismarket import InputError, Scenario, forecast, load_drivers, load_market

alt = pytest.importorskip("altair")


from ismarket import charts  # noqa: E402
from ismarket.analysis.ceilings import read_ceilings  # noqa: E402
from ismarket.charts import KINDS  # noqa: E402
from ismarket.charts.contributions import picture as bars  # noqa: E402
from ismarket.charts.contributions import picture as contributions_picture  # noqa: E402
from ismarket.charts.fan import picture as fan_picture  # noqa: E402
from ismarket.charts.funnel import picture as funnel_picture  # noqa: E402
from ismarket.charts.levels import class_sales, levels_of  # noqa: E402
from ismarket.charts.levels import picture as levels_picture  # noqa: E402
from ismarket.charts.picture import blank  # noqa: E402
from ismarket.charts.places import APART, spread, ticks  # noqa: E402
from ismarket.charts.theme import THEMES  # noqa: E402
from ismarket.testing.toy import toy_market  # noqa: E402

OF_ONE = sorted(charts.OF_ONE)
MODULES = {"compare": "comparison", "tornado": "swings"}


@pytest.fixture(scope="module")
def published():
    return forecast(load_market(), load_drivers(), Scenario(draws=1024))


@pytest.fixture(scope="module")
def with_pricing():
    return forecast(load_market(), load_drivers(), Scenario(draws=1024, without=()))


@pytest.fixture(scope="module")
def counted():
    scenario = Scenario(draws=1024, anchor="bottom-up", without=())
    return forecast(load_market(), load_drivers(), scenario)


def test_importing_the_package_imports_neither_altair_nor_widgets():
    code = (
        "import sys, ismarket; print(sorted({'altair','ipywidgets','anywidget'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_charts_are_those_of_the_design():
    wanted = [
        "fan",
        "contributions",
        "regions",
        "classes",
        "funnel",
        "tornado",
        "levels",
        "compare",
    ]
    assert set(wanted) <= set(charts.__all__)
    assert ismarket.charts is charts


@pytest.mark.slow(reason="Altair validates every chart of every scenario")
@pytest.mark.parametrize("name", OF_ONE)
@pytest.mark.parametrize("which", ["published", "with_pricing", "counted"])
def test_a_chart_of_any_scenario_is_a_valid_specification_that_speaks(name, which, request):
    chart = charts.OF_ONE[name](request.getfixturevalue(which))
    spec = chart.to_dict()
    assert spec["description"].endswith(".")
    assert any(character.isdigit() for character in spec["description"])
    json.dumps(spec, allow_nan=False)


@pytest.mark.slow(reason="Altair validates every chart")
@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"track", "multiples"}))
def test_every_part_that_a_chart_shows_has_rows_and_every_row_is_shown(kind, published):
    shown = {layer["data"]["name"] for layer in blank(KINDS[kind])["layer"]}
    module = import_module(f"ismarket.charts.{MODULES.get(kind, kind)}")
    drawn = module.picture([published] if kind == "compare" else published)
    for width in (822, 440):
        assert set(drawn.at(width).parts) == shown


def test_the_fan_holds_the_numbers_of_the_summary(with_pricing):
    fan = fan_picture(with_pricing).parts["fan"]
    summary = with_pricing.summary()
    np.testing.assert_allclose(np.array(fan["value"]) * 1e9, summary["reference"])
    for name in ("p5", "p25", "p50", "p75", "p95"):
        np.testing.assert_allclose(np.array(fan[name]) * 1e9, summary[name])


def test_quantile_dots_stand_for_one_draw_in_twenty(published):
    dots = fan_picture(published).parts["dots"]
    reached = float(np.mean(published.draws.total[-1] >= published.plan.anchor.at(2028)))
    assert len(dots["color"]) == 20
    assert abs(dots["color"].count("report") / 20 - reached) <= 1 / 20


def test_the_fan_says_where_births_become_projections_and_only_if_they_matter(published):
    assert fan_picture(published).parts["kink"]["year"] == [2023]
    paths = {"births", "inflation"}
    others = [d for d in load_drivers() if not paths & set(d.claims)]
    plain = forecast(load_market(), others, Scenario(draws=64))
    assert fan_picture(plain).parts["kink"]["year"] == []


def test_without_a_pin_no_ghost_and_without_a_report_no_report_line(published, counted):
    assert fan_picture(published).parts["pinned"]["year"] == []
    assert fan_picture(published, counted).parts["pinned"]["year"] == list(counted.years)
    assert fan_picture(counted).parts["report"]["year"] == []


def test_the_bars_of_contributions_add_up(with_pricing, counted):
    for made in (with_pricing, counted):
        datasets = bars(made).parts
        drivers, total = datasets["bars"]["x2"][:-1], datasets["bars"]["x2"][-1]
        assert sum(drivers) + sum(datasets["left"]["x2"]) == pytest.approx(total, abs=1e-9)
    assert bars(counted).parts["left"]["x2"] == []


def test_levels_show_what_publishers_print_for_acth_of_every_disease(published):
    found = class_sales(published)
    ceilings = {c.name: c.at(2022, 0.0) for c in read_ceilings() if c.name.startswith("acth_")}
    assert ceilings.pop("acth_reanin") > 1e10  # set aside in the table itself
    assert found.count == len(ceilings) == 4
    assert (found.low, found.high) == (min(ceilings.values()), max(ceilings.values()))
    band = levels_picture(published).parts["band"]
    assert band["x"][0] * 1e6 == pytest.approx(found.low)
    assert found.words in levels_picture(published).alt


def test_words_on_the_unexplained_bar_stay_inside_it(published, counted):
    said = contributions_picture(published).parts["said"]
    assert said["text"][0].endswith("no evidence carries it")
    assert contributions_picture(counted).parts["said"]["text"] == []


def test_levels_are_those_of_the_anchors_and_one_is_chosen(published, counted):
    levels = levels_of(published)
    assert [level.chosen for level in levels].count(True) == 1
    assert levels[0].times == pytest.approx(published.columns["calibration"]["reference"][0])
    assert not any(level.chosen for level in levels_of(counted))


def test_the_funnel_draws_the_waterfall_of_the_first_year(published):
    found, drawn = published.waterfall(), funnel_picture(published)
    people = [step.total()[0] for step in found.people]
    assert all(after < before for before, after in pairwise(people))
    bars, gap = drawn.parts["bars"], drawn.parts["rebates"]
    rows = zip(bars["x"], bars["x2"], bars["y"], strict=True)
    ends = {y: end for begin, end, y in rows if begin == 0.0}  # by row; shares stand further right
    counted = sorted(ends, reverse=True)[: len(people) - 1]
    lengths = [ends[y] for y in counted]
    assert [length / lengths[0] for length in lengths] == pytest.approx(
        [value / people[1] for value in people[1:]]
    )
    size = {name: found.step(name).total()[0] for name in ("list", "rebates", "net")}
    begin = min(x for x, y in zip(bars["x"], bars["y"], strict=True) if y < gap["y"][0])
    whole = gap["x2"][0] - begin
    assert (gap["x2"][0] - gap["x"][0]) / whole == pytest.approx(size["rebates"] / size["list"])
    assert (gap["x"][0] - begin) / whole == pytest.approx(size["net"] / size["list"])
    assert f"{people[0] / 1e6:.0f} M" in drawn.parts["labels"]["text"]  # no bar: another scale


def test_the_funnel_of_a_rare_disease_has_every_bar_and_its_words_fit():
    market = toy_market()
    births, cases, *others = market.stages
    rare = [replace(p, low=1e-6, mode=2e-6, high=3e-6) for p in cases.parameters]
    cases = replace(cases, title="A title that is longer than its column", parameters=tuple(rare))
    market = replace(market, stages=(births, cases, *others)).with_anchors({})
    scenario = Scenario("bottom-up", market="toy", draws=4)
    found = funnel_picture(forecast(market, [], scenario)).parts
    assert all(end > start for start, end in zip(*map(found["bars"].get, ("x", "x2")), strict=True))
    assert "A title that is longer than its column" not in found["labels"]["text"]


def test_the_funnel_of_a_market_without_people_has_its_value_alone():
    market = toy_market()
    stages = [replace(s, role="volume") if s.role == "people" else s for s in market.stages]
    market = replace(market, stages=tuple(stages)).with_anchors({})
    drawn = funnel_picture(forecast(market, [], Scenario("bottom-up", market="toy", draws=4)))
    assert drawn.parts["whole"]["x"] == []
    assert "no rebates in this market" in drawn.parts["labels"]["text"]


def test_compare_wants_the_same_last_year(published):
    later = forecast(load_market(), load_drivers(), Scenario(draws=64, through=2030))
    with pytest.raises(InputError, match="same year"):
        charts.compare(published, later)


def test_an_unknown_theme_is_refused_with_the_known_ones(published):
    with pytest.raises(InputError, match="dark"):
        charts.fan(published, theme="drak")


def test_both_themes_say_the_same_things_in_colours_of_enough_contrast():
    assert set(THEMES["light"]) == set(THEMES["dark"])
    for colours in THEMES.values():
        for name in ("ink", "ink2", "muted", "report_text", "yours_text", "pinned"):
            assert _contrast(colours[name], colours["bg"]) >= 4.5, name
        for name in ("model", "report", "status", "p90", "p10_edge"):
            assert _contrast(colours[name], colours["bg"]) >= 3.0, name


def _contrast(one, other):
    def light(colour):
        parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_chart_is_saved_without_network(kind, published, tmp_path):
    pytest.importorskip("vl_convert")
    path = charts.save(charts.fan(published), tmp_path / f"fan.{kind}")
    start = path.read_bytes()[:5]
    assert start == b"\x89PNG\r" if kind == "png" else start == b"<svg "


def test_a_chart_is_not_saved_under_a_name_that_says_something_else(published, tmp_path):
    with pytest.raises(InputError, match=r"\.png"):
        charts.save(charts.fan(published), tmp_path / "fan.doc")


@given(st.lists(st.floats(0, 300), min_size=1, max_size=12))
def test_labels_keep_their_distance_and_their_order(wanted):
    placed = spread(wanted, 0, 300)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    for before, after in pairwise(order):
        assert placed[after] - placed[before] >= APART - 1e-6


@given(st.floats(-1e4, 1e4), st.floats(1e-2, 1e5), st.integers(3, 12))
def test_ticks_are_even_few_and_cover_the_data(low, span, most):
    high = low + span
    marks = ticks(low, high, most)
    assert len(marks) <= most
    assert marks[0] <= low + 1e-6 * span
    assert marks[-1] >= high - 1e-6 * span
    if len(marks) > 2:
        np.testing.assert_allclose(np.diff(marks), marks[1] - marks[0], rtol=1e-4)


def test_register_charts_hands_over_every_chart_of_one_forecast(market, drivers):
    from ismarket import Scenario, charts, forecast, load_charts

    offered = load_charts()
    assert set(charts.OF_ONE) <= set(offered)
    drawn = offered["fan"](forecast(market, drivers, Scenario(draws=100)))
    assert drawn.to_dict()["$schema"].startswith("https://vega.github.io/schema/vega-lite")
