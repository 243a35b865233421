"""The workbook: it computes what Python computes, and what is typed into it comes back."""

import json
import random
import re
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from spreadsheets import computed_path, edited, needs_libreoffice, recalculated

import ismarket
from ismarket import (
    Driver,
    Effect,
    InputError,
    Parameter,
    Scenario,
    forecast,
    load_drivers,
    load_market,
    load_scenario,
    read_market,
)
from ismarket.cli import main
from ismarket.report.edits import read_workbook
from ismarket.report.grid import column, input_rows
from ismarket.report.workbook import write_workbook
from ismarket.testing import toy_market

CHANGED = Scenario(
    anchor="bottom-up",
    without=(),
    overlap=0.3,
    strength={"diagnosis": 2.0},
    fixed={"video_eeg.ratio": 2.0},
    through=2035,
    draws=64,
)


def made(scenario):
    return forecast(load_market(), load_drivers(), scenario)


@pytest.fixture(scope="module")
def book(published, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "published.xlsx"
    write_workbook(published, path)
    return path


def typed(value):
    """As a person types it: a workbook keeps 15 or 16 digits."""
    return float(f"{value:.9g}")


def random_edits(chooser, forecast_, count):
    rows = chooser.sample(input_rows(forecast_), count)
    edits = {}
    for row in rows:
        span = row.high - row.low
        on_off = row.key.startswith("with.")
        edits[row.key] = (
            float(chooser.random() < 0.5) if on_off else typed(row.low + span * chooser.random())
        )
    return edits


def expected_scenario(scenario, edits, forecast_):
    was = {row.key: row.current for row in input_rows(forecast_)}
    changed = {key: value for key, value in edits.items() if value != was[key]}
    without, fixed, strength = set(scenario.without), {**scenario.fixed}, {**scenario.strength}
    for key, value in changed.items():
        kind, _, name = key.partition(".")
        if kind == "with":
            without = without - {name} if value else without | {name}
        elif kind == "strength":
            strength[name] = value
        elif key != "overlap":
            fixed[key] = value
    overlap = changed.get("overlap", scenario.overlap)
    return without, fixed, strength, overlap


@pytest.mark.slow(reason="LibreOffice computes the workbooks")
@needs_libreoffice
def test_the_workbook_computes_the_reference_path_that_python_has(tmp_path):
    scenarios = [Scenario(draws=64), CHANGED, Scenario(draws=64, anchor="techsci-2024")]
    results = [made(scenario) for scenario in scenarios]
    paths = [tmp_path / f"{i}.xlsx" for i in range(len(results))]
    for result, path in zip(results, paths, strict=True):
        write_workbook(result, path)
    for result, opened in zip(results, recalculated(paths, tmp_path), strict=True):
        reference = result.columns["reference"]["value"]
        assert computed_path(opened, len(reference)) == pytest.approx(reference, rel=1e-9)


@pytest.mark.slow(reason="LibreOffice computes the workbooks")
@needs_libreoffice
def test_edited_workbooks_compute_what_python_computes_for_the_scenario_they_ask_for(
    published, book, tmp_path
):
    chooser = random.Random(7)
    paths = [
        edited(book, tmp_path / f"{i}.xlsx", random_edits(chooser, published, 8)) for i in range(3)
    ]
    scenarios = [read_workbook(path).after for path in paths]
    for scenario, opened in zip(scenarios, recalculated(paths, tmp_path), strict=True):
        reference = made(scenario.changed(draws=1)).columns["reference"]["value"]
        assert computed_path(opened, len(reference)) == pytest.approx(reference, rel=1e-9)


def longer_chain(folder):
    """The market with stages of every kind added: by world with a floor, with a path, a mix."""
    shutil.copytree(Path(ismarket.__file__).parent / "data", folder, dirs_exist_ok=True)
    regions, classes = load_market().regions, load_market().drug_classes
    source = "assumed,assumption: a test"
    adopted = [f"{{}},{region},0.1,0.8,2,4,8,share of doses,{source}" for region in regions]
    more = {
        "stages.csv": [
            "adherence,Adherence,logit,world,volume,share of doses,natural,no,0.71,,",
            "place of care,Place of care,softmax,region class,mix,share,natural,no,,,",
        ],
        "funnel.csv": [
            f"adherence,World,,0.5,0.7,0.9,share,,,{source},",
            *(f"place of care,{region},{c},0.2,{0.3 + 0.1 * i},0.9,share,,,{source},"
              for region in regions for i, c in enumerate(classes)),
        ],
        "mechanisms.csv": [
            f"reminders,Reminders,adherence,,1.2,2,3,odds ratio,,{source},",
            f"home,Home,place of care,{classes[1]},1.2,2,3,weight ratio,,{source},",
        ],
        "adoption.csv": [row.format(name) for name in ("reminders", "home") for row in adopted],
    }  # fmt: skip
    for name, rows in more.items():
        with (folder / name).open("a", encoding="utf-8") as file:
            file.writelines(row + "\n" for row in rows)
    return read_market(folder, name="longer", title="Longer", base_year=2022, horizon=2030)


@pytest.mark.slow(reason="LibreOffice computes the workbooks")
@needs_libreoffice
def test_the_workbook_computes_the_reference_path_of_any_chain(tmp_path):
    market = longer_chain(tmp_path / "tables")
    drivers = [
        Driver("care", "Care", claims=("reminders", "home", "awareness")),
        Driver("prices", "Prices", claims=("inflation",)),
        Driver("people", "People", claims=("births",)),
        Driver("again", "Again", claims=("reminders",)),
    ]
    fixed = {"funnel.price_level.world": 1.4, "reminders.ratio": 2.5}
    scenarios = [
        Scenario("bottom-up", fixed=fixed, overlap=0.4, market="longer", draws=8, without=()),
        Scenario("bottom-up", without=("people",), market="longer", draws=8),
    ]
    results = [forecast(market, drivers, scenario) for scenario in scenarios]
    results.append(forecast(market, drivers[:1], scenarios[1].changed(without=())))
    paths = [tmp_path / f"{i}.xlsx" for i in range(len(results))]
    for result, path in zip(results, paths, strict=True):
        write_workbook(result, path)
    for result, opened in zip(results, recalculated(paths, tmp_path), strict=True):
        reference = result.columns["reference"]["value"]
        assert computed_path(opened, len(reference)) == pytest.approx(reference, rel=1e-9)
        assert {"Births path", "Price level path"} <= set(opened.sheetnames)


@pytest.mark.slow(reason="a hundred edits of a workbook")
def test_a_hundred_random_edits_come_back_as_the_right_scenario(published, book, tmp_path):
    chooser = random.Random(20717)
    done = 0
    for number in range(10):
        edits = random_edits(chooser, published, 10)
        back = read_workbook(edited(book, tmp_path / f"{number}.xlsx", edits))
        scenario = published.plan.scenario
        without, fixed, strength, overlap = expected_scenario(scenario, edits, published)
        assert set(back.after.without) == without
        assert back.after.fixed == fixed
        assert back.after.strength == strength
        assert back.after.overlap == overlap
        assert back.before == scenario
        assert len(back.edits) + len(back.ignored) == len(edits)
        done += len(edits)
    assert done == 100


def test_a_workbook_nobody_touched_gives_the_scenario_of_its_run(published, book):
    back = read_workbook(book)
    assert back.after == published.plan.scenario
    assert back.edits == ()


@pytest.mark.slow(reason="workbooks written and read")
def test_free_takes_a_fixed_input_back_to_its_range(tmp_path):
    path = tmp_path / "fixed.xlsx"
    write_workbook(made(CHANGED), path)
    back = read_workbook(edited(path, path, {"video_eeg.ratio": "free"}))
    assert back.after.fixed == {}


@pytest.mark.slow(reason="workbooks written and read")
@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("overlap", 1.5, "1.5 is outside 0 to 1"),
        ("with.pricing", 0.5, "1 takes the driver in"),
        ("video_eeg.ratio", "2,6", "'2,6' is not a number"),
        ("video_eeg.ratio", 99, "99 is outside"),
        ("video_eeg.ratio", True, "True is not a number"),
    ],
)
def test_a_wrong_edit_is_refused_with_its_cell(book, tmp_path, key, value, message):
    path = edited(book, tmp_path / "wrong.xlsx", {key: value})
    with pytest.raises(InputError, match=re.escape(message)) as refused:
        read_workbook(path)
    assert re.search(rf"Inputs!C\d+ \({re.escape(key)}\)", str(refused.value))


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_text("not a workbook", encoding="utf-8")
    with pytest.raises(InputError, match="not an Office file"):
        read_workbook(path)
    openpyxl.Workbook().save(path)
    with pytest.raises(InputError, match="no sheet 'Inputs'"):
        read_workbook(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_workbook(tmp_path / "absent.xlsx")


RATIO = Parameter("ratio", 1.0, 1.5, 3.0, unit="ratio", source="assumption: a test")


def computing(name, ratio=RATIO, **about):
    """A driver of the toy market with a function: by class, of one class and of no name."""

    def effects(market, p):
        shift = np.log(p.ratio if ratio else 1.3) * market.elapsed / 9
        by_class = np.array([1.0, -0.5])[None, None, :, None]
        yield Effect("net_cost", shift * by_class, mechanism="dearer")
        yield Effect("class_mix", 1e-7 * shift, mechanism="tiny", drug_class="new")
        if ratio:
            yield Effect("treated", shift * market.by_region({"North": 1.0}, 0.2))

    parameters = (ratio,) if ratio else ()
    return Driver(name, name.title(), effects=effects, parameters=parameters, **about)


@pytest.mark.slow(reason="LibreOffice computes the workbooks")
@needs_libreoffice
def test_what_functions_bring_stands_in_the_workbook_as_values(tmp_path):
    market = toy_market()
    drivers = [
        computing("alone"), computing("both", claims=("awareness",)), computing("idle"),
        Driver("table", "Table", claims=("awareness", "new_drug")),
    ]  # fmt: skip
    sharing = [computing("one", None), computing("other", None), drivers[-1]]
    chosen = Scenario("bottom-up", market="toy", draws=8, without=("idle", "both"))
    scenarios = [
        chosen.changed(fixed={"alone.ratio": 2.5}, strength={"alone": 2.0}),
        chosen.changed(without=("idle", "alone"), overlap=0.3),
        chosen.changed(without=(), overlap=0.4, strength={"one": 0.5}),
    ]
    results = [forecast(market, drivers, scenario) for scenario in scenarios[:2]]
    results.append(forecast(market, sharing, scenarios[2]))
    paths = [tmp_path / f"{i}.xlsx" for i in range(3)]
    for result, path in zip(results, paths, strict=True):
        write_workbook(result, path)
    edits = [{"strength.alone": 0.5, "new_drug.ratio": 3.0}, {"with.both": 0}, {"with.one": 0}]
    for path, one in zip(paths[:3], edits, strict=True):
        paths.append(edited(path, tmp_path / f"edited-{path.name}", one))
    for path in paths[3:]:
        after = read_workbook(path).after
        known = drivers if len(paths) - paths.index(path) > 1 else sharing
        results.append(forecast(market, known, after))
    for result, opened in zip(results, recalculated(paths, tmp_path), strict=True):
        reference = result.columns["reference"]["value"]
        assert computed_path(opened, len(reference)) == pytest.approx(reference, rel=1e-9)
        said = [row[1].value for row in opened["Summary"].iter_rows(max_col=2)]
        assert any("marked 'values as run'" in str(text) for text in said)
        causes = {row[3].value for row in opened["Shifts"].iter_rows(min_row=6, max_col=4)}
        assert "dearer, values as run" in causes
        keys = {row[0].value for row in opened["Inputs"].iter_rows(min_row=6, max_col=1)}
        assert not {"alone.ratio", "both.ratio", "idle.ratio"} & keys


def test_columns_are_counted_as_spreadsheets_do():
    assert [column(i) for i in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


@pytest.mark.slow(reason="workbooks written and read")
def test_an_edited_workbook_becomes_a_scenario_file(book, tmp_path, capsys):
    path = edited(book, tmp_path / "e.xlsx", {"overlap": 0.5, "with.pricing": 1})
    out = tmp_path / "mine.toml"
    with pytest.raises(SystemExit) as ended:
        main(["scenario", "from-xlsx", str(path), "--out", str(out), "--json"])
    assert ended.value.code == 0
    rows = json.loads(capsys.readouterr().out)["edits"]
    assert {row["key"]: row["now"] for row in rows} == {"overlap": 0.5, "with.pricing": 1.0}
    loaded = load_scenario(out)
    assert loaded.overlap == 0.5
    assert loaded.without == ()
    assert Path(out).read_text(encoding="utf-8").startswith("anchor")


@pytest.mark.slow(reason="workbooks written and read")
def test_a_viewer_that_does_not_compute_shows_no_false_zero(tmp_path):
    result = forecast(load_market(), load_drivers(), Scenario(draws=256))
    write_workbook(result, tmp_path / "w.xlsx")
    path = openpyxl.load_workbook(tmp_path / "w.xlsx", data_only=True)["Path"]
    for row, value in enumerate(result.columns["reference"]["value"], start=6):
        factors = [path.cell(row, column).value for column in (2, 3, 4)]
        assert np.prod(factors) == pytest.approx(value, rel=1e-12)
        assert path.cell(row, 5).value == pytest.approx(value, rel=1e-12)
