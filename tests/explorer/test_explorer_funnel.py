"""The view Funnel: what the waterfall of the first year says, by region, in any market."""

import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import explore, forecast, load_scenario

pytest.importorskip("anywidget")

from ismarket.explorer.funnel_view import view
from ismarket.text.wording import nonzero


@pytest.mark.parametrize("name", MARKETS)
@pytest.mark.parametrize("anchored", [True, False])
def test_the_funnel_shows_each_region_and_the_whole(name, anchored):
    made = forecast(*market_and_drivers(name), scenario_of(name, anchored))
    found, shown = made.waterfall(), view(made)
    regions = [row.cells[0] for row in shown.rows]
    assert regions == [*made.plan.market.regions, "World"]
    assert all(len(row.cells) == len(shown.columns) for row in shown.rows)
    titles = [column.title for column in shown.columns]
    net, each = (titles.index(name) for name in ("Net, M", "Net USD each"))
    assert titles[0] == f"{found.year}, {made.usd()}"
    last = titles.index(found.people[-1].title)
    for r, row in enumerate(shown.rows[:-1]):
        people = found.people[-1].total(r)[0]
        value = found.step("net").total(r)[0]
        assert row.cells[last] == f"{people:,.0f}"
        assert row.cells[each] == f"{value / people:,.0f}"
        assert float(row.cells[net].replace(",", "")) == pytest.approx(value / 1e6, abs=0.051)
    assert "is kept; " in shown.title
    assert ("multiplies every net value" in shown.note) == anchored


@pytest.mark.parametrize("name", MARKETS)
def test_how_big_counts_the_same_patients_as_the_funnel(name):
    from ismarket.explorer.howbig_view import view as how_big

    made = forecast(*market_and_drivers(name), scenario_of(name, anchored=False))
    found = made.waterfall()
    each = found.step("net").total()[0] / found.people[-1].total()[0]
    assert f"USD {each:,.0f} a patient" in how_big(made).note


def test_a_row_of_the_table_chooses_the_region_of_the_chart():
    panel = explore(scenario=load_scenario("published").changed(draws=200))
    panel.tab = "funnel"
    found = panel.forecast.waterfall()
    whole = panel.page["view"]
    assert [row["choice"] for row in whole["rows"] if row["chosen"]] == ["World"]
    region = found.regions[1]
    panel._receive(None, {"type": "pick", "what": "region", "value": region}, [])
    shown = panel.page["view"]
    assert [row["choice"] for row in shown["rows"] if row["chosen"]] == [region]
    assert region in shown["aid"]
    listed = found.step("list").total(1)[0]
    assert nonzero(listed / 1e6, 1) in shown["chart"]["parts"]["words"]["text"]
    assert shown["chart"]["parts"]["whole"] == whole["chart"]["parts"]["whole"]
    assert panel.page["controls"]["changes"] == 0  # it is no change of the scenario
    panel._receive(None, {"type": "pick", "what": "region", "value": "World"}, [])
    assert panel.page["view"]["chart"] == whole["chart"]
    panel.close()
