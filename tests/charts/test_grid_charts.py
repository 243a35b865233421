"""Charts of many scenarios are Altair charts like any other, and show the grid's own figures."""

from itertools import pairwise

import altair as alt
import pytest

from ismarket import InputError, charts, study
from ismarket.charts import _multiples as multiples
from ismarket.text.wording import signed


@pytest.fixture(scope="module")
def grid():
    asked = study("published", draws=128)
    return asked.grid(anchor=["techsci-2022", "bottom-up"], without=[["pricing"], []])


@pytest.fixture(scope="module")
def flipping():
    asked = study("published", draws=64, without=())
    return asked.grid(**{"strength.pricing": [0.0, 1.0, 2.0], "strength.inflation": [0.5, 1.0]})


def values(chart):
    return chart.to_dict()["data"]["values"]


def test_small_multiples_show_every_path_and_growth(grid):
    picture = multiples.picture(grid, chosen=grid.outcomes[0].plan.scenario.name)
    parts = picture.parts
    years = sum(len(one.years) for one in grid.outcomes)
    assert len(parts["bands"]["x"]) == len(parts["paths"]["x"]) + len(parts["yours"]["x"]) == years
    words = " ".join(parts["words"]["text"])
    for row in grid.columns["scenarios"]["cagr"]:
        assert f"{signed(100 * row, 1)}%" in words
    assert {"without pricing", "nothing left out"} <= set(parts["words"]["text"])
    assert parts["labels"]["text"] == ["techsci-2022", "bottom-up"]
    with pytest.raises(InputError, match="no axis 'colour'; there are anchor, without"):
        charts.multiples(grid, "colour")


def test_small_multiples_stand_on_one_axis_and_the_report_is_dashed(grid):
    parts = multiples.picture(grid).parts
    paths = list(zip(*(parts["paths"][name] for name in ("cell", "x", "y")), strict=True))
    starts = {cell: min((x, y) for one, x, y in paths if one == cell)[1] for cell, _, _ in paths}
    floors = dict(zip(starts, parts["grounds"]["y"], strict=True))
    assert len({round(starts[cell] - floors[cell], 9) for cell in starts}) == 1
    assert set(parts["report"]["cell"]) == {"0 0", "0 1"}


def test_the_map_has_its_boundary_only_where_the_answer_flips(flipping):
    table = flipping.two_way()
    assert table.flips
    drawn = charts.heat(table).to_dict()
    cells, flip = (layer["data"]["values"] for layer in drawn["layer"])
    assert sorted(row["figure"] for row in cells) == sorted(table.figures.ravel())
    assert len(flip) == len(table.boundary) > 0
    for piece in flip:
        assert 0 <= piece["x0"] <= 2
    assert "no longer grows" in drawn["title"]
    never = charts.heat(flipping.two_way(threshold=-1.0)).to_dict()
    assert never["layer"][1]["data"]["values"] == []
    assert "everywhere in this range" in never["title"]


def test_a_spider_has_a_leg_an_axis(flipping):
    rows = charts.spider(flipping).to_dict()["data"]["values"]
    assert {row["axis"] for row in rows} == {"strength.pricing", "strength.inflation"}
    assert len(rows) == 3 + 2


def test_the_words_of_a_spider_stand_above_their_points_and_apart(grid, flipping):
    for one in (grid, flipping):
        chart = charts.spider(one).to_dict()
        low, high = chart["layer"][0]["encoding"]["y"]["scale"]["domain"]
        px = chart["height"] / (high - low)
        for position in {row["position"] for row in values(charts.spider(one))}:
            rows = [row for row in chart["data"]["values"] if row["position"] == position]
            places = sorted(px * row["place"] for row in rows)
            assert all(px * (row["place"] - row["figure"]) > 7 for row in rows)
            assert all(b - a > 14.9 for a, b in pairwise(places))


def test_they_stand_beside_and_below_other_charts(grid, flipping):
    heat, spider = charts.heat(flipping.two_way()), charts.spider(flipping)
    beside = (heat.properties(title="mine", width=200) | spider) & charts.multiples(grid)
    assert isinstance(beside, alt.VConcatChart)
    assert beside.to_dict()["vconcat"][0]["hconcat"][0]["title"] == "mine"


def test_what_is_no_grid_is_refused(grid):
    with pytest.raises(InputError, match=r"charts.spider: give a grid of scenarios, .* not int"):
        charts.spider(3)
    with pytest.raises(InputError, match=r"charts.heat: give a two-way table, .* not ScenarioGrid"):
        charts.heat(grid)
