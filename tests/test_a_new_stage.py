"""A stranger's test: a stage more in a copy of the market's tables, and not a line of Python.

What is bought and thrown away, by drug class: the value grows by exactly that factor, and the stage
shows wherever stages show.
"""

import json
import re
import shutil
from importlib.resources import as_file, files

import numpy as np
import openpyxl
import pytest
from spreadsheets import needs_libreoffice, recalculated

from ismarket import Scenario, forecast, load_drivers, load_market, read_market, sensitivity_of
from ismarket.engine.blocks import cells_of, stack
from ismarket.engine.chain import Chain

MARKET, DRIVERS = load_market(), load_drivers()
COUNT = Scenario(anchor="bottom-up", without=(), draws=256)
CLASSES = MARKET.drug_classes
KEYS = [f"funnel.wastage.world.{name.lower()}" for name in CLASSES]


def with_wastage(folder, *ranges):
    """The first market with a stage more: ``ranges`` are low, mode and high by drug class."""
    data = folder / "data"
    with as_file(files("ismarket") / "data") as shipped:
        shutil.copytree(shipped, data)
    unit = "units bought over units given"
    with (data / "stages.csv").open("a", encoding="utf-8") as stages:
        stages.write(f"wastage,Wastage,log,class,volume,{unit},log,no,1,,what is thrown away\n")
    with (data / "funnel.csv").open("a", encoding="utf-8") as funnel:
        for name, (low, mode, high) in zip(CLASSES, ranges, strict=True):
            funnel.write(f"wastage,World,{name},{low},{mode},{high},{unit},,,assumed,a test,\n")
    market = read_market(data, name=MARKET.name, title=MARKET.title, base_year=2022, horizon=2028)
    return market.with_anchors({n: a for n, a in MARKET.anchors.items() if a.published})


@pytest.fixture
def a_tenth(tmp_path):
    """A tenth more is bought than given, of every class."""
    return with_wastage(tmp_path, *[(1.1, 1.1, 1.1)] * 3)


@pytest.fixture
def ranged(tmp_path):
    """As much as is given in one class, more and uncertain in the others."""
    return with_wastage(tmp_path, (1.05, 1.2, 1.5), (1, 1, 1), (1.02, 1.1, 1.6))


def test_the_reference_grows_by_exactly_that_factor(a_tenth):
    before, after = (
        forecast(market, DRIVERS, COUNT).columns["reference"]["value"]
        for market in (MARKET, a_tenth)
    )
    assert np.array(after) == pytest.approx(1.1 * np.array(before), rel=1e-13)


def test_each_class_grows_by_its_own_factor_in_every_year_and_region(ranged):
    plans = [forecast(market, DRIVERS, COUNT).plan for market in (MARKET, ranged)]
    before, after = (cells_of(plan, plan.modes) for plan in plans)
    ratio = np.array([1.2, 1.0, 1.1])[None, None, :, None]
    assert after == pytest.approx(before * ratio, rel=1e-13)


def test_a_published_level_stays_and_growth_too(a_tenth):
    before, after = (forecast(market, DRIVERS, Scenario(draws=256)) for market in (MARKET, a_tenth))
    for table, column in (("reference", "value"), ("cagr", "reference")):
        assert after.columns[table][column] == pytest.approx(before.columns[table][column])
    factor = [f.columns["calibration"]["reference"][0] for f in (before, after)]
    assert factor[0] == pytest.approx(1.1 * factor[1], rel=1e-12)


def test_it_is_the_last_of_the_stages_with_its_own_axis(ranged):
    plan = forecast(ranged, DRIVERS, COUNT).plan
    stages = Chain(plan).by_stage(stack(plan, plan.modes))
    assert list(stages) == [*(stage.name for stage in MARKET.stages), "wastage"]
    assert stages["wastage"].shape == (1, 1, 3, 1)
    assert stages["wastage"].ravel() == pytest.approx([1.2, 1.0, 1.1])


def test_it_is_no_stage_of_people_so_the_count_of_them_stays(ranged):
    before, after = (forecast(market, DRIVERS, COUNT).waterfall() for market in (MARKET, ranged))
    for one, other in zip(before.people, after.people, strict=True):
        assert (one.amounts == other.amounts).all()
    wasted = after.step("wastage").amounts[..., 0] / after.step("units").amounts[..., 0]
    np.testing.assert_allclose(wasted, np.tile([1.2, 1.0, 1.1], (len(wasted), 1)), rtol=1e-12)


def test_no_other_draw_of_the_funnel_moves(ranged):
    before, after = (
        forecast(market, DRIVERS, COUNT).plan.parameters for market in (MARKET, ranged)
    )
    funnel = [p.key for p in before if p.owner == "funnel"]
    assert [p.key for p in after][: len(funnel)] == funnel
    assert {p.key for p in after} - {p.key for p in before} == set(KEYS)


def test_a_driver_may_move_it_and_it_never_falls_below_its_least(a_tenth):
    from ismarket import Driver, Effect

    def smaller_vials(market, p):
        yield Effect("wastage", -0.5 * market.elapsed, drug_class=CLASSES[0])

    vials = Driver("smaller_vials", "Smaller vials", effects=smaller_vials)
    plan = forecast(a_tenth, [vials], COUNT).plan
    found = Chain(plan).by_stage(stack(plan, plan.modes))["wastage"]
    assert found[0].ravel() == pytest.approx([1.1, 1.1, 1.1])
    assert found[-1].ravel() == pytest.approx([1.0, 1.1, 1.1])


@pytest.mark.slow(reason="a market with a stage more")
def test_its_ranges_stand_in_the_tornado(ranged):
    found = sensitivity_of(ranged, DRIVERS, COUNT, points=256).columns["tornado"]
    for key in (KEYS[0], KEYS[2]):
        row = found["parameter"].index(key)
        assert found["at_p10"][row] < found["at_p90"][row]
    assert KEYS[1] not in found["parameter"]  # it is constant


def test_by_stage_it_has_a_share_of_the_variance(ranged):
    found = sensitivity_of(ranged, DRIVERS, COUNT, by="stage", points=1024).columns["indices"]
    assert found["total"][found["group"].index("wastage")] > 0.0


@pytest.mark.slow(reason="an audit takes two seconds")
def test_the_audit_counts_its_numbers(ranged):
    from ismarket.analysis.audit import audit_report

    found = audit_report(ranged, DRIVERS, Scenario(draws=256)).columns["evidence"]
    before = sum(len(stage.parameters) for stage in MARKET.stages)
    assert found["of_funnel_numbers"][0] == before + 3


def test_the_page_and_the_checklist_name_it(ranged, tmp_path):
    from ismarket.report.html_page import as_page

    page = as_page(forecast(ranged, DRIVERS, COUNT))
    for key in (KEYS[0], KEYS[2]):
        assert key in page.replace("<wbr>", ""), key
    assert "price_level x wastage" in page.replace("<wbr>", "")


@pytest.fixture
def book(ranged, tmp_path):
    pytest.importorskip("xlsxwriter")
    from ismarket.report.workbook import write_workbook

    bundled = [driver for driver in DRIVERS if driver.suits(MARKET.name)]
    path = tmp_path / "wasted.xlsx"
    write_workbook(forecast(ranged, bundled, COUNT), path)
    return path


@pytest.mark.slow(reason="a market with a stage more")
def test_the_workbook_has_a_row_for_it_that_its_formulas_read(book):
    cells = [
        (sheet.title, cell.row, str(cell.value))
        for sheet in pytest.importorskip("openpyxl").load_workbook(book)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    for key in KEYS[0], KEYS[2]:
        sheet, row = next((sheet, row) for sheet, row, text in cells if text == key)
        reads = re.compile(rf"{sheet}'?!\$[A-Z]+\${row}\b")
        assert any(s != sheet and reads.search(text) for s, _, text in cells), key


@pytest.mark.slow(reason="LibreOffice computes the workbook")
@needs_libreoffice
def test_the_workbook_computes_what_python_does(book, ranged, tmp_path):
    (computed,) = recalculated([book], tmp_path)
    wanted = forecast(ranged, DRIVERS, COUNT).columns["reference"]["value"]
    numbers = [
        computed[sheet.title][cell.coordinate].value
        for sheet in openpyxl.load_workbook(book)
        for row in sheet.iter_rows()
        for cell in row
        if str(cell.value).startswith("=")
    ]
    numbers = [number for number in numbers if isinstance(number, float)]
    for value in wanted:
        assert np.isclose(numbers, value, rtol=1e-9).any(), value


@pytest.mark.slow(reason="a panel that computes")
def test_the_explorer_has_a_slider_and_a_bar_for_it(ranged):
    pytest.importorskip("anywidget")
    from ismarket import explore

    panel = explore(ranged, DRIVERS, COUNT)
    inputs = {group["title"]: group["inputs"] for group in panel.structure["count"]}
    assert len(inputs["Wastage"]) == 2  # of the classes in which it is uncertain
    assert all(key in json.dumps(inputs["Wastage"]) for key in (KEYS[0], KEYS[2]))
    before = panel.forecast.summary()["reference"].iloc[-1]
    panel.change({"kind": "fixed", "key": KEYS[0], "value": 1.5})
    after = panel.forecast.summary()["reference"].iloc[-1]
    assert after > before
    panel.change({"kind": "fixed", "key": KEYS[0], "value": 1.2})
    assert panel.forecast.summary()["reference"].iloc[-1] == pytest.approx(before, rel=1e-13)
    for tab in ("why", "where", "matters", "howbig", "evidence"):
        panel.tab = tab
        assert panel.page["view"]["rows"], tab
    panel.tab = "matters"
    assert any("Wastage" in row["cells"][0] for row in panel.page["view"]["rows"])
    panel.close()
