"""The command line as a person meets it."""

import json
import os
import subprocess
import sys

import pytest
from command_line import ismarket

from ismarket import Scenario, forecast, load_scenario
from ismarket.cli import COMMANDS


@pytest.fixture(scope="module")
def page():
    return ismarket("run", "--no-keep").stdout


def test_the_page_fits_one_screen_and_answers_the_five_questions(page):
    lines = page.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 92
    for label in ("How big", "How fast", "Carried by", "Unexplained", "The count"):
        assert any(line.startswith(label) for line in lines), label


def test_the_page_says_what_the_published_number_is_worth(page):
    for words in (
        "USD 3.20 bn in 2022", "4.03 bn in 2028", "3.90%", "WARNING", "79 times",
        "14 to 26 times", "23.5 times the same", "North America is largest",
        "anticonvulsants", "stacking premium", "median", "mean",
    ):  # fmt: skip
        assert words in " ".join(page.split()), words


@pytest.mark.slow(reason="a process of its own")
def test_json_carries_the_forecast_in_full_precision(market, drivers):
    printed = json.loads(ismarket("run", "--json").stdout)
    result = forecast(market, drivers, load_scenario("published"))
    assert printed == json.loads(json.dumps(result.to_dict()))
    assert [row["year"] for row in printed["reference"]] == list(range(2022, 2029))
    assert printed["reference"][-1]["value"] == pytest.approx(3.2e9 * 1.039**6, rel=1e-12)
    assert set(printed["summary"][0]) == {"year", "mean", "p5", "p50", "p95"}
    assert set(printed["cagr"]) == {"reference", "mean", "p5", "p50", "p95"}
    assert set(printed["calibration"]) == {"reference", "p5", "p50", "p95"}
    assert set(printed["attribution"][0]) == {"driver", "title", "points", "p5", "p95", "usd"}
    for axis in ("by_region", "by_drug_class"):
        assert set(printed[axis][0]) == {"name", "base", "final", "cagr"}
    points = sum(row["points"] for row in printed["attribution"]) + printed["unexplained"]
    assert points == pytest.approx(100 * printed["cagr"]["reference"])


def test_flags_win_over_the_scenario_file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('anchor = "smr-2024"\ndraws = 50\nseed = 1\n[fixed]\nvideo_eeg.ratio = 2\n')
    flags = "--anchor reanin-2024 --draws 60 --without technology --set ai_eeg.ratio=1.2".split()
    printed = json.loads(ismarket("run", str(file), "--json", *flags).stdout)
    assert (printed["anchor"], printed["draws"], printed["seed"]) == ("reanin-2024", 60, 1)
    assert printed["without"] == ["pricing", "technology"]
    assert "Fixed by hand: ai_eeg.ratio = 1.2 and video_eeg.ratio = 2." in printed["notices"]
    again = json.loads(ismarket("run", str(file), "--json", "--with", "pricing").stdout)
    assert "pricing" in again["drivers"]


BAD = [
    (["run", "--anchor", "techsci-2032"], "no anchor 'techsci-2032'; did you mean 'techsci-202"),
    (["run", "--without", "diagnosi"], "no driver 'diagnosi'; did you mean 'diagnosis'?"),
    (["run", "--with", "diagnosi"], "no driver 'diagnosi'; did you mean 'diagnosis'?"),
    (["run", "--set", "video_eeg.rato=2"], "did you mean 'video_eeg.ratio'?"),
    (["run", "--set", "funnel.diagnosed.asia_pacifik=0.5"], "funnel.diagnosed.asia_pacific"),
    (["run", "--set", "video_eeg.ratio=nan"], "not a finite number"),
    (["run", "--set", "video_eeg.ratio=99"], "outside its range 1.2 to 3.5"),
    (["run", "--set", "video_eeg.ratio"], "give KEY=VALUE, with a number"),
    (["run", "--strength", "diagnosis=x"], "give DRIVER=FACTOR, with a number"),
    (["run", "--until", "0"], "give a share such as 0.1%"),
    (["run", "--through", "2040"], "outside 2023 to 2035"),
    (["run", "--draws", "0"], "draws = 0"),
    (["run", "--overlap", "1.5"], "outside 0 to 1"),
    (["run", "publishd"], "did you mean 'published'?"),
    (["run", "broken.toml"], "broken.toml: not valid TOML"),
    (["run", "--drws", "5"], "No such option"),
    (["rnu"], "no command 'rnu'; did you mean 'run'?"),
    (["drivers", "tecnology"], "did you mean 'technology'?"),
]


@pytest.mark.parametrize(
    ("arguments", "message"), BAD, ids=lambda v: " ".join(v) if isinstance(v, list) else ""
)
def test_bad_input_is_one_line_with_exit_code_2_and_nothing_written(tmp_path, arguments, message):
    (tmp_path / "broken.toml").write_text("anchor = \n")
    before = sorted(os.listdir(tmp_path))
    done = ismarket(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout
    assert sorted(os.listdir(tmp_path)) == before


def test_drivers_lists_every_driver_and_shows_the_causes_of_one(drivers):
    listed = ismarket("drivers").stdout
    assert all(driver.name in listed and driver.title in listed for driver in drivers)
    card = json.loads(ismarket("drivers", "technology", "--json").stdout)
    assert [row["cause"] for row in card] == list(
        next(d.claims for d in drivers if d.name == "technology")
    )
    assert all(row["source"] and row["status"] and row["unit"] for row in card)
    assert "kept so that the claim is visible" in ismarket("drivers", "technology").stdout


def test_anchors_lists_every_estimate_with_its_source(market):
    rows = json.loads(ismarket("anchors", "--json").stdout)
    assert [row["anchor"] for row in rows] == list(market.anchors)
    assert all(row["source"] for row in rows)


@pytest.mark.parametrize(
    ("words", "shown"), [(["--help"], COMMANDS), (["run", "--help"], ["--correlate PAIR=RHO"])]
)
def test_help_starts_without_numpy_and_names_what_there_is(words, shown):
    script = (
        "import sys, ismarket.cli\n"
        f"try: ismarket.cli.main({words})\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(','.join(m for m in ('numpy', 'pandas', 'pluggy') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr == ""
    assert all(name in done.stdout for name in shown)


@pytest.mark.slow(reason="a process of its own")
def test_a_run_needs_neither_pandas_nor_scipy():
    script = (
        "import sys, ismarket.cli\n"
        "try: ismarket.cli.main(['run', '--draws', '10'])\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(','.join(m for m in ('pandas', 'scipy') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "How big" in done.stdout
    assert done.stderr == ""


def test_a_forecast_shows_itself_in_terminal_and_notebook(market, drivers):
    result = forecast(market, drivers, Scenario(draws=100))
    assert repr(result).startswith("Infantile spasms therapeutics, world market\n")
    shown = result._repr_html_()
    assert shown.count("<table>") == 2
    assert "Unexplained" in shown
    assert "<script" not in shown
