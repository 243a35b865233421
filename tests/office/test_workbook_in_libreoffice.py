"""LibreOffice computes in a workbook what Python computes."""

import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from spreadsheets import (
    CHANGED,
    computed_path,
    edited,
    needs_libreoffice,
    random_edits,
    recalculated,
)

import ismarket
from ismarket import (
    Driver,
    Effect,
    Parameter,
    Scenario,
    forecast,
    load_market,
    read_market,
)
from ismarket.report.edits import read_workbook
from ismarket.report.workbook import write_workbook
from ismarket.testing import toy_market

pytestmark = needs_libreoffice


def books(results, folder):
    """A workbook of each forecast."""
    paths = [folder / f"{i}.xlsx" for i in range(len(results))]
    for result, path in zip(results, paths, strict=True):
        write_workbook(result, path)
    return paths


def computed(results, paths, folder):
    """The workbooks as LibreOffice has them; each has the reference path of its forecast."""
    found = recalculated(paths, folder)
    for result, opened in zip(results, found, strict=True):
        reference = result.columns["reference"]["value"]
        assert computed_path(opened, len(reference)) == pytest.approx(reference, rel=1e-9)
    return found


def test_the_workbook_computes_the_reference_path_that_python_has(market, drivers, tmp_path):
    scenarios = [Scenario(draws=64), CHANGED, Scenario(draws=64, anchor="techsci-2024")]
    results = [forecast(market, drivers, scenario) for scenario in scenarios]
    computed(results, books(results, tmp_path), tmp_path)


def test_edited_workbooks_compute_what_python_computes_for_the_scenario_they_ask_for(
    market, drivers, published, tmp_path
):
    chooser = random.Random(7)
    (book,) = books([published], tmp_path)
    paths = [
        edited(book, tmp_path / f"edited-{i}.xlsx", random_edits(chooser, published, 8))
        for i in range(3)
    ]
    scenarios = [read_workbook(path).after.changed(draws=1) for path in paths]
    computed([forecast(market, drivers, scenario) for scenario in scenarios], paths, tmp_path)


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
    for opened in computed(results, books(results, tmp_path), tmp_path):
        assert {"Births path", "Price level path"} <= set(opened.sheetnames)


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
    paths = books(results, tmp_path)
    edits = [{"strength.alone": 0.5, "new_drug.ratio": 3.0}, {"with.both": 0}, {"with.one": 0}]
    for path, one in zip(paths[:3], edits, strict=True):
        paths.append(edited(path, tmp_path / f"edited-{path.name}", one))
    for path in paths[3:]:
        after = read_workbook(path).after
        known = drivers if len(paths) - paths.index(path) > 1 else sharing
        results.append(forecast(market, known, after))
    for opened in computed(results, paths, tmp_path):
        said = [row[1].value for row in opened["Summary"].iter_rows(max_col=2)]
        assert any("marked 'values as run'" in str(text) for text in said)
        causes = {row[3].value for row in opened["Shifts"].iter_rows(min_row=6, max_col=4)}
        assert "dearer, values as run" in causes
        keys = {row[0].value for row in opened["Inputs"].iter_rows(min_row=6, max_col=1)}
        assert not {"alone.ratio", "both.ratio", "idle.ratio"} & keys
