"""One default scenario for every command, and every sheet says which scenario it speaks of."""

import json
import re

import click
import pytest

from ismarket import load_scenario, study
from ismarket.cli import COMMANDS, ismarket, main
from ismarket.model.scenario import (
    DEFAULT_SCENARIO,
    parse_scenario,
    shipped_scenarios,
    write_scenario,
)

CHANGED = f"{DEFAULT_SCENARIO}-changed"
SHEETS = [
    ["audit"],
    ["sensitivity", "--points", "64"],
    ["require", "--cagr", "1%"],
    ["voi", "--margin", "0.3", "--share", "0.1", "--cost", "8e6", "--draws", "1000"],
    ["update", "--observe", "2024=3.45bn:10%", "--draws", "1000"],
    ["discover", "--cagr", "3.9%", "--draws", "1000"],
    ["backtest", "--draws", "300"],
    ["run", "--no-keep", "--draws", "300"],
]


def output(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_every_command_that_takes_a_scenario_has_the_same_default():
    defaults = {}
    for name in COMMANDS:
        for one in ismarket.get_command(None, name).params:
            named = isinstance(one, click.Argument) and one.name in ("scenario", "run")
            if named and isinstance(one.default, str) and not one.required:
                defaults[name] = one.default
    assert {"run", "require", "update", "voi", "audit", "report", "check-numbers"} <= set(defaults)
    assert set(defaults.values()) == {DEFAULT_SCENARIO}


@pytest.mark.slow(reason="every analysis, each twice")
@pytest.mark.parametrize("command", SHEETS, ids=lambda command: command[0])
def test_every_sheet_names_scenario_anchor_and_draws(capsys, command):
    head = " ".join(output(capsys, *command).split())[:400]
    scenario = load_scenario(DEFAULT_SCENARIO)
    assert f"scenario {DEFAULT_SCENARIO} · anchor {scenario.anchor} · " in head
    assert re.search(rf"[\d,]+ (draws|base points), seed {scenario.seed}", head)
    if command[0] != "audit":
        printed = json.loads(output(capsys, *command, "--json"))
        if command[0] != "backtest":
            assert printed["scenario"] == DEFAULT_SCENARIO
            assert printed["anchor"] == scenario.anchor


def test_a_changed_scenario_is_not_called_by_the_shipped_name(capsys):
    page = output(capsys, "run", "--no-keep", "--draws", "64", "--with", "pricing")
    assert f"scenario {CHANGED} ·" in page
    assert load_scenario(DEFAULT_SCENARIO).title not in page


def test_more_draws_leave_a_scenario_its_name_and_title(capsys):
    page = output(capsys, "run", "--no-keep", "--draws", "64", "--seed", "3")
    assert f"scenario {DEFAULT_SCENARIO} ·" in page
    assert load_scenario(DEFAULT_SCENARIO).title in " ".join(page.split())


@pytest.mark.parametrize("name", shipped_scenarios())
def test_no_scenario_of_other_choices_has_a_shipped_name_however_it_is_made(name, tmp_path):
    shipped = load_scenario(name)
    assert (shipped.name, bool(shipped.title)) == (name, True)
    same_name, same_file = tmp_path / "mine.toml", tmp_path / f"{name}.toml"
    same_name.write_text(f'name = "{name}"\noverlap = 0.5\n')
    same_file.write_text("overlap = 0.5\n")
    others = [
        shipped.changed(overlap=0.5),
        shipped.changed(overlap=0.5).changed(seed=1),
        load_scenario(same_name),
        load_scenario(same_file),
        study(name).changed(overlap=0.5).scenario,
    ]
    for other in others:
        assert (other.name, other.title) == (f"{name}-changed", "")
        assert f'name = "{name}-changed"' in write_scenario(other)
        assert parse_scenario(write_scenario(other)) == other
    assert shipped.changed(draws=7, seed=1).name == name


def test_a_file_of_ones_own_that_flags_change_is_called_changed(capsys, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('title = "Slower spread"\ndraws = 64\n[strength]\ndiagnosis = 0.5\n')
    page = output(capsys, "run", str(file), "--no-keep")
    assert page.splitlines()[0].endswith(" · Slower spread")
    assert "scenario mine ·" in page
    page = output(capsys, "run", str(file), "--no-keep", "--overlap", "0.5")
    assert "scenario mine-changed ·" in page
    assert "Slower spread" not in page
