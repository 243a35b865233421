"""A chart goes wherever Altair puts it: every mark stays at its value, no word is cut or covered.

Positions are those of Vega's scenegraph, as vl-convert lays it out.
"""

import json
from itertools import combinations
from xml.etree import ElementTree

import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import Observation, Scenario, charts, forecast
from ismarket.analysis.track import Told, track
from ismarket.charts import where
from ismarket.charts.fan import axis_of
from ismarket.charts.levels import picture as levels_picture
from ismarket.charts.places import PAD
from ismarket.charts.svg import MIDDLE
from ismarket.charts.theme import COLOURS, DARK, LIGHT

alt = pytest.importorskip("altair")
convert = pytest.importorskip("vl_convert")

SVG = "{http://www.w3.org/2000/svg}"
LETTER = 5.9
"""Width of a letter at 12 px in a narrow font, px: what overlaps in it overlaps in any."""
KINDS = ("fan", "contributions", "regions", "tornado", "levels", "causes", "funnel", "launches",
         "compare", "track")  # fmt: skip


@pytest.fixture(scope="module", params=MARKETS)
def made(request):
    """Two forecasts of a market, the second with a change."""
    market, drivers = market_and_drivers(request.param)
    plain = scenario_of(request.param, draws=128)
    return tuple(
        forecast(market, drivers, plain.changed(name=name, without=without))
        for name, without in (("all", ()), ("fewer", (drivers[0].name,)))
    )


def tracked(made):
    """Actuals inside, outside and known, against the forecasts as if they were kept runs."""
    runs = []
    for day, one in enumerate(made, 1):
        rows = one.columns["summary"]
        path = {year: {k: rows[k][i] for k in rows} for i, year in enumerate(one.years)}
        said = one.plan.market.name, one.plan.scenario.name, one.usd()
        runs.append(Told(f"edition {day}", f"2026-01-0{day}", *said, path))
    values = made[0].columns["summary"]["p75"]
    days = ("2099-01-01", "2099-01-01", "2020-01-01")
    return track(runs, [Observation(year, value * size, 0.1, known=day) for year, value, size, day
                        in zip(made[0].years[1:4], values[1:4], (1.0, 3.0, 1.0), days, strict=True)
                        ])  # fmt: skip


def drawn(kind, made, **how):
    if kind == "track":
        return charts.track(tracked(made), **how)
    if kind == "compare":
        return charts.compare(*made, **how)
    if kind in ("fan", "contributions"):
        return getattr(charts, kind)(*made, **how)
    return charts.OF_ONE[kind](made[0], **how)


def views(chart):
    """Each view of the chart: its width and height, and its items by kind of mark."""
    graph = convert.vegalite_to_scenegraph(chart.to_dict(validate=False))["scenegraph"]
    found = []

    def walk(mark, x, y, view):
        for item in mark.get("items", ()):
            if mark.get("marktype") == "group" and mark.get("role") not in ("axis", "legend"):
                here = x + item.get("x", 0), y + item.get("y", 0)
                own = {"width": item.get("width"), "height": item.get("height"), "at": here}
                one = own | {"text": [], "rect": [], "symbol": [], "line": [], "axis": []}
                found.append(one)
                for part in item.get("items", ()):
                    walk(part, *here, one)
            elif mark.get("role") == "axis":
                texts = [t for part in item.get("items", ()) for t in part.get("items", ())]
                view["axis"] += [t["text"] for t in texts if "text" in t]
            elif mark.get("marktype") in (view or {}):
                view[mark["marktype"]].append(item)

    walk(graph, 0, 0, None)
    return [view for view in found if view["rect"]]


def places(view):
    """Every word with its place as a share of the plot, less what it is moved by."""
    return [
        (item["text"], round(item["x"] / view["width"], 6), round(item["y"] / view["height"], 6))
        for item in view["text"]
    ]


def box(item):
    """Left, right, top and bottom of a word, px."""
    wide = LETTER * len(item["text"]) * item["fontSize"] / 12
    x = item["x"] + item.get("dx", 0)
    left = x - {"left": 0.0, "center": wide / 2, "right": wide}[item.get("align", "left")]
    y, half = item["y"] + item.get("dy", 0), 0.4 * item["fontSize"]
    return left, left + wide, y - half, y + half


@pytest.mark.slow(reason="Vega lays out three charts and more")
@pytest.mark.parametrize("kind", KINDS)
def test_words_stay_at_their_place_in_any_size_and_none_is_cut_or_covered(kind, made):
    chart = drawn(kind, made)
    own = alt.Chart(alt.InlineData(values=[{"n": 1}])).mark_point().encode(x=alt.value(9))
    small = chart.properties(width=300, height=200)
    resized, layered, narrow = views(small | alt.layer(chart, own) | drawn(kind, made, width=440))
    assert (resized["width"], resized["height"]) == (300, 200)
    assert places(resized) == places(layered)
    for view in (layered, narrow):
        assert not view["axis"]
        ground = view["rect"][0]
        words = [item for item in view["text"] if str(item.get("text", "")).strip()]
        said = {json.dumps(item, sort_keys=True): item for item in words if not item.get("stroke")}
        boxes = [(item["text"], box(item)) for item in said.values()]
        for text, (left, right, top, bottom) in boxes:
            assert left >= ground["x"] - 1, text
            assert right <= ground["x2"] + 1, text
            assert ground["y"] - 1 <= top < bottom <= ground["y2"] + 1, text
        for (one, a), (other, b) in combinations(boxes, 2):
            apart = a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]
            assert apart, f"{one} | {other}"


@pytest.mark.slow(reason="every chart drawn twice")
@pytest.mark.parametrize("kind", ["fan", "tornado", "levels"])
@pytest.mark.parametrize("width", [822, 470])
def test_without_altair_words_and_lines_stand_where_vega_has_them(kind, width, made):
    module = charts._MODULES[kind]
    picture = module.picture(*made) if kind == "fan" else module.picture(made[0])
    (vega,) = views(charts.draw(picture, width=width))
    own = ElementTree.fromstring(charts.svg(picture, width=width))
    group = {one: outer for outer in own.iter() for one in outer}
    words = sorted(
        (item["text"], item["x"] + item.get("dx", 0), item["y"] + item.get("dy", 0))
        for item in vega["text"] if str(item.get("text", "")).strip()
    )  # fmt: skip
    found = sorted(
        (one.text, float(one.get("x")),
         float(one.get("y")) - MIDDLE * float(group[one].get("font-size")))
        for one in own.iter(f"{SVG}text")
    )  # fmt: skip
    assert [text for text, *_ in found] == [text for text, *_ in words]
    assert [at for _, *at in found] == [pytest.approx(at, abs=0.06) for _, *at in words]
    ways = [one.get("points").split() for one in own.iter(f"{SVG}polyline")]
    points = {tuple(map(float, point.split(","))) for way in ways for point in way}
    assert {(round(item["x"], 1), round(item["y"], 1)) for item in vega["line"]} <= points
    room, height = picture.at(width).room, picture.at(width).height
    assert own.get("viewBox") == f"0 0 {width} {height + room.top + room.bottom + 2 * PAD:g}"


@pytest.mark.parametrize("width", [822, 470])
def test_regions_name_the_colours_of_their_classes_where_no_class_has_a_row(width, made):
    parts = where.picture(made[0], ("region",)).at(width).parts
    squares, names = parts["key"]["color"][::2], parts["key"]["text"][1::2]
    assert names == list(made[0].plan.market.drug_classes)
    assert set(parts["bars"]["color"]) == set(squares)
    assert where.picture(made[0]).at(width).parts["key"]["text"] == []


def test_the_words_of_the_list_price_stand_beside_the_interval(made):
    parts = levels_picture(made[0]).parts
    words = dict(zip(parts["words"]["text"], parts["words"]["x"], strict=True))
    (at,) = (x for text, x in words.items() if text.endswith("at list price"))
    assert at >= max(*parts["count90"]["x2"], *parts["list"]["x"])


def value_of(view):
    """From px down to a value, by the labels of the vertical axis of a fan."""
    labels = [item for item in view["text"] if item.get("align") == "right" and item["x"] == 0]
    (low, at_low), *_, (high, at_high) = sorted((float(i["text"]), i["y"]) for i in labels)
    return lambda y: low + (y - at_low) / (at_high - at_low) * (high - low)


@pytest.mark.slow(reason="Vega lays out three charts and more")
def test_the_line_of_a_fan_ends_at_its_value_in_every_composition(made):
    one, other = made
    size = axis_of(one).unit.size
    fan = charts.fan(one)
    years = one.years[0], one.years[-1]
    middle = one.columns["reference"]["value"][0] / size
    data = alt.InlineData(values=[{"year": year, "value": middle} for year in years])
    own = alt.Chart(data).mark_line().encode(x="year:Q", y="value:Q")
    whole = alt.vconcat(
        fan.properties(height=200),
        fan + own,
        (fan | charts.fan(other)).resolve_scale(y="shared"),
        charts.facets(fan, charts.fan(other)),
    )
    ends = [f.columns["reference"]["value"][-1] / size for f in (one, one, one, other)]
    seen = views(whole)
    assert len(seen) == 6
    for view, end in zip(seen, [*ends, *ends[-2:]], strict=True):
        last = [item["y"] for item in view["line"] if item["x"] == view["width"]]
        values = [value_of(view)(y) for y in last]
        assert min(abs(value - end) for value in values) < 1e-6 * end
    own_line = [value_of(seen[1])(item["y"]) for item in seen[1]["line"]]
    assert any(abs(value - middle) < 1e-6 * middle for value in own_line[-2:])
    assert {view["height"] for view in seen[1:]} == {246}


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_brings_nothing_that_would_meet_the_same_of_another(kind, made):
    spec = drawn(kind, made).to_dict(validate=kind not in charts.OF_ONE)  # they have a test
    said = json.dumps({key: value for key, value in spec.items() if key != "config"})
    assert not {"params", "autosize", "padding", "background"} & spec.keys()
    assert "width -" not in said
    assert '"signal"' not in said
    assert len(spec["datasets"]) == 1  # Altair's own name for the rows
    (rows,) = spec["datasets"].values()
    assert len({row["part"] for row in rows}) > 5
    assert {row["scenario"] for row in rows} == {"" if kind in ("compare", "track") else "all"}


def test_a_theme_of_the_reader_moves_nothing_and_colours_stay(published):
    plain = views(charts.fan(published))
    with alt.theme.enable("dark"):
        assert views(charts.fan(published)) == plain


def test_a_dark_chart_is_the_light_one_in_other_colours(published):
    light, dark = (
        json.dumps(charts.fan(published, theme=t).to_dict(validate=False))
        for t in ("light", "dark")
    )
    assert LIGHT["model"] in light
    assert DARK["model"] in dark
    assert LIGHT["band90"] not in dark
    assert len({light for light, _ in COLOURS.values()}) == len(set(COLOURS.values()))


@pytest.mark.slow(reason="a grid drawn")
def test_facets_number_scenarios_of_one_name(market, drivers):
    fans = [charts.fan(forecast(market, drivers, Scenario(draws=64))) for _ in range(2)]
    rows = charts.facets(*fans).to_dict()["datasets"].values()
    assert {row["scenario"] for part in rows for row in part} == {"scenario", "scenario 2"}


@pytest.mark.slow(reason="a shell that completes")
@pytest.mark.parametrize("jedi", [True, False])
def test_completion_offers_charts_alone(jedi):
    completer = pytest.importorskip("IPython.core.completer")
    shell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell()
    shell.Completer.use_jedi = jedi
    shell.user_ns["charts"] = charts
    with completer.provisionalcompleter():
        found = {one.text.lstrip(".") for one in shell.Completer.completions("charts.", 7)}
    assert found == set(charts.__all__)
