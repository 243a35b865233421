"""Hooks as pluggy has them: order, optional ones, wrappers, versions, blocks; and their list."""

import json
from typing import Any

import pytest
from parcels import DRIVER, parcel

from ismarket import InputError, Scenario, load_market
from ismarket.cli import main
from ismarket.model.scenario import parse_scenario, write_scenario
from ismarket.plugins.hookspecs import API
from ismarket.plugins.installed import HOOKS, KINDS, load_plugins

HEAD = "from ismarket import Driver, hookimpl\n"
CHART = (
    HEAD
    + "@hookimpl{how}\ndef register_charts():\n    return {{'chart_{name}': lambda forecast: 0}}"
)
OTHER = HEAD + (
    "from dataclasses import replace\nfrom ismarket import load_market\n"
    "MARKET = __import__('ismarket.testing', fromlist=['x']).toy_market()\n"
    "@hookimpl\ndef register_markets():\n    return [MARKET]\n"
)


def own_charts():
    return [name for name in load_plugins().charts() if name.startswith("chart_")]


def test_charts_come_in_the_order_in_which_pluggy_calls_the_hooks(installed):
    hows = {"one": "", "two": "(trylast=True)", "three": "", "zero": "(tryfirst=True)"}
    for name, how in hows.items():
        parcel(installed, name, CHART.format(how=how, name=name))
    assert own_charts() == ["chart_zero", "chart_one", "chart_three", "chart_two"]
    every = list(load_plugins().charts())
    assert every[0] == "chart_zero"  # before the bundled ones too
    assert every[-1] == "chart_two"


def test_a_name_of_a_bundled_plugin_is_taken_even_by_who_comes_first(installed):
    code = DRIVER.format(name="diagnosis").replace("@hookimpl", "@hookimpl(tryfirst=True)")
    parcel(installed, "early", code)
    plugins = load_plugins()
    assert "driver 'diagnosis' is taken by diagnosis" in plugins.set_aside["early"]


def test_an_optional_hook_that_does_not_exist_is_no_fault(installed):
    later = "\n@hookimpl(optionalhook=True)\ndef register_later():\n    return []\n"
    parcel(installed, "one", CHART.format(how="", name="one") + later)
    parcel(
        installed, "two", CHART.format(how="", name="two") + later.replace("optionalhook=True", "")
    )
    plugins = load_plugins()
    assert own_charts() == ["chart_one"]
    assert "no hook 'register_later'" in plugins.set_aside["two"]


@pytest.mark.parametrize("how", ["wrapper", "hookwrapper"])
def test_a_wrapper_is_refused_by_name(installed, how):
    code = f"{HEAD}@hookimpl({how}=True)\ndef register_drivers():\n    return (yield)\n"
    parcel(installed, "wraps", code)
    assert "register_drivers is a wrapper" in load_plugins().set_aside["wraps"]


@pytest.mark.parametrize(
    ("api", "words"),
    [
        (API, ""),
        (f'">={API},<{API + 2}"', ""),
        (f'">= {API}"', ""),
        (f'"<{API}"', "upgrade the plugin"),
        (f'">={API + 1},<{API + 3}"', "upgrade ismarket"),
        ('"latest"', "neither a version nor a range"),
    ],
)
def test_a_plugin_says_the_range_of_versions_that_it_serves(installed, api, words):
    parcel(installed, "ranged", f"ISMARKET_API = {api}\n" + CHART.format(how="", name="ranged"))
    plugins = load_plugins()
    assert ("chart_ranged" in plugins.charts()) == (not words)
    assert words in plugins.set_aside.get("ranged", "")


def test_what_a_hook_hands_over_is_read_from_its_signature():
    assert HOOKS == (
        "register_drivers", "register_markets", "register_anchors", "register_charts",
        "register_views", "register_commands",
    )  # fmt: skip
    named = {hook: getattr(kind, "__name__", kind) for hook, kind in KINDS.items()}
    assert list(named.values()) == ["Driver", "Market", "Anchor", "Callable", "Callable", None]


# blocks -----------------------------------------------------------------------------------------


def said(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_a_scenario_blocks_a_plugin_and_says_so_as_it_was_written(installed):
    for name in ("one", "two"):
        parcel(installed, name, CHART.format(how="", name=name))
    scenario = parse_scenario('[plugins]\nblock = ["one", "pricing"]\n')
    assert parse_scenario(write_scenario(scenario), "scenario") == scenario
    plugins = load_plugins(scenario=scenario)
    assert "chart_one" not in plugins.charts()
    assert "chart_two" in plugins.charts()
    assert "pricing" not in {driver.name for driver in plugins.drivers}
    assert plugins.withheld == dict.fromkeys(("one", "pricing"), "blocked by the scenario")
    with pytest.raises(InputError, match="no key 'bloc'; did you mean 'block'"):
        parse_scenario('[plugins]\nbloc = ["one"]\n')
    near = load_plugins(scenario=Scenario(plugins={"block": ("tow",)})).problems
    assert near == ("scenario, plugins: no plugin 'tow'; did you mean 'two'?",)


def test_no_name_blocks_a_plugin_of_any_command(installed, capsys, monkeypatch):
    monkeypatch.delenv("ISMARKET_PLUGINS", raising=False)
    parcel(installed, "one", DRIVER.format(name="one"))
    assert said(capsys, "drivers", "one")[0] == 0
    code, _, error = said(capsys, "drivers", "one", "-p", "no:one")
    assert (code, error[:26]) == (2, "ismarket: drivers: no driv")
    assert said(capsys, "drivers", "one")[0] == 0  # the block ends with the command
    assert "give no:NAME" in said(capsys, "drivers", "one", "-p", "one")[2]


def test_no_market_says_which_plugin_would_bring_it_and_why_it_does_not(installed):
    taken = "@hookimpl\ndef register_drivers():\n    return [Driver('diagnosis', '')]\n"
    parcel(installed, "toys", OTHER + taken)
    parcel(installed, "broken", "import no_such_module")
    with pytest.raises(InputError) as raised:
        load_plugins().market("toy")
    assert "driver 'diagnosis' is taken by diagnosis" in str(raised.value)
    assert "no_such_module" not in str(raised.value)  # it is known who would bring it
    with pytest.raises(InputError, match="no_such_module"):
        load_plugins().market("another")


# the list ---------------------------------------------------------------------------------------


COMMAND = """
import click
@hookimpl
def register_commands(cli):
    @cli.command()
    def greet():
        "Say a word."
        click.echo("a word")
"""


def test_every_plugin_is_listed_with_what_it_brings_or_why_not(installed, capsys, monkeypatch):
    monkeypatch.delenv("ISMARKET_PLUGINS", raising=False)
    parcel(installed, "one", DRIVER.format(name="one") + COMMAND.replace("\n", "\n    "))
    parcel(installed, "other", OTHER)
    parcel(installed, "broken", "import no_such_module")
    parcel(installed, "taken", HEAD + COMMAND.replace("def greet", "def run"))
    parcel(installed, "late", CHART.format(how="", name="late"))
    code, out, err = said(capsys, "plugins", "--json", "-p", "no:late")
    assert (code, err) == (0, "")
    rows = {row["plugin"]: row for row in json.loads(out)}
    assert rows["one"]["drivers"] == ["one"]
    assert rows["one"]["commands"] == ["greet"]
    assert rows["one"]["distribution"] == "parcel-one"
    assert rows["other"]["markets"] == ["toy"]
    assert len(rows["infantile_spasms"]["anchors"]) > 4
    assert rows["broken"]["state"] == "set aside"
    assert rows["broken"]["reason"].startswith("ModuleNotFoundError")
    assert rows["late"]["state"] == "left out"
    assert rows["taken"]["reason"] == "command 'run' is taken by ismarket"
    page = said(capsys, "plugins")[1]
    assert "driver one; command greet" in page
    assert "set aside: ModuleNotFoundError" in page


def test_a_command_of_a_plugin_runs_like_any_other(installed, capsys):
    parcel(installed, "one", HEAD + COMMAND)
    assert said(capsys, "greet", "--strict") == (0, "a word\n", "")
    assert "no command 'gret'; did you mean 'greet'" in said(capsys, "gret")[2]


def test_the_market_stands_frozen_all_the_way_down():
    market: Any = load_market()
    cause = next(iter(market.mechanisms.values()))
    path = next(stage.path for stage in market.stages if stage.path)
    for change in (
        lambda: market.mechanisms.pop(cause.name),
        lambda: market.anchors.clear(),
        lambda: cause.ceiling.update(North=1.0),
        lambda: path.mode.__imul__(2.0),
        lambda: next(iter(market.spreads.values())).coefficients.__imul__(2.0),
    ):
        with pytest.raises((TypeError, ValueError)):
            change()
