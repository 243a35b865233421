"""update: new actuals typed or from a table, with their effective draws, refused out of reach."""

import json

import pytest

from ismarket import InputError, Observation, Scenario, forecast, load_drivers, load_market, update
from ismarket.analysis.updating import observation, read_observations
from ismarket.cli import main
from ismarket.text.wording import fraction, usd

HEADER = "year,value_usd,error,status,source\n"


def said(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["update", "evidence", *arguments])
    captured = capsys.readouterr()
    return ended.value.code, captured.out, captured.err


def test_the_command_prints_the_path_after_and_before_and_the_effective_draws(capsys):
    code, out, _ = said(capsys, "--draws", "2000", "--observe", "2024=55M:10%")
    assert code == 0
    assert "USD 55 M in 2024 (give or take 10%)" in out
    assert "effective of 2,000 draws, k-hat" in out


def test_json_holds_what_python_says(capsys):
    code, out, _ = said(capsys, "--draws", "2000", "--observe", "2024=USD 55,000,000:0.1", "--json")
    scenario = Scenario(anchor="bottom-up", without=(), draws=2000)
    found = update(
        forecast(load_market(), load_drivers(), scenario), [Observation(2024, 55e6, 0.1)]
    )
    printed = json.loads(out)
    assert code == 0
    assert printed["effective_draws"] == found.effective
    assert [row["p50"] for row in printed["summary"]] == found.summary()["p50"]
    seen = {"year": 2024, "value": 55e6, "error": 0.1, "source": "", "known": "", "dollars": ""}
    assert printed["observations"] == [seen]


def test_out_of_reach_is_refused_in_one_line(capsys):
    code, out, err = said(capsys, "--draws", "2000", "--observe", "2024=3.2bn:5%")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "the draws do not reach the observations: the nearest is" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no observation"),
        (["--observe", "2024"], "such as 2024=55M:10%"),
        (["--observe", "2024=lots:10%"], "give an amount"),
        (["--observe", "2024=55M:ten"], "give a fraction"),
        (["--observe", "2044=55M:10%"], "the forecast has 2022 to 2028"),
        (["--observe", "2024=55M:10%", "--draws", "99"], "99 draws are too few to weight; 100"),
    ],
)
def test_bad_input_ends_with_one_line(capsys, arguments, words):
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert len(err.splitlines()) == 1


def test_a_table_of_actuals_needs_a_source_in_every_row(tmp_path):
    table = tmp_path / "actuals.csv"
    table.write_text(HEADER + "2024,55e6,0.1,measured,Annual report\n")
    assert read_observations(table) == [Observation(2024, 55e6, 0.1, "Annual report")]
    for row, words in (
        ("2024,55e6,0.1,measured,\n", "source is blank"),
        ("2024.5,55e6,0.1,measured,x\n", "is not a whole number"),
        ("2024,-1,0.1,measured,x\n", "line 2: observation 2024: value"),
        ("", "no row"),
    ):
        table.write_text(HEADER + row)
        with pytest.raises(InputError, match=words):
            read_observations(table)


def test_figures_are_read_as_people_type_them():
    assert observation(" 2024 = 3.2 bn : 5% ") == Observation(2024, 3.2e9, 0.05)
    assert usd("US$ 54 million") == usd("54M") == usd("54,000,000") == 54e6
    assert fraction("−2.2%") == pytest.approx(-0.022)
    for wrong in ("3.9", "four", "%"):
        with pytest.raises(InputError):
            fraction(wrong)
    with pytest.raises(InputError):
        usd("1e999")
