"""triangulate, audit, sensitivity and require on the command line: pages and JSON."""

import json

import pytest

from ismarket import load_drivers, load_market, load_scenario, require, sensitivity_of, triangulate
from ismarket.cli import ismarket, main
from ismarket.text.sheet import WIDTH, Sheet, Table

COMMANDS = [
    ["triangulate"],
    ["audit"],
    ["sensitivity", "--points", "64"],
    ["sensitivity", "evidence", "--by", "mechanism", "--output", "count", "--points", "64"],
    ["require", "evidence", "--value", "60 M"],
    ["require", "evidence", "--value", "USD 3.20 bn", "--year", "2022"],
]


def output(capsys, *arguments):
    ismarket.main(list(arguments), standalone_mode=False)
    return capsys.readouterr().out


@pytest.mark.slow(reason="every analysis at its own size")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_page_has_a_title_and_short_sentences(capsys, command):
    lines = output(capsys, *command).splitlines()
    assert lines[0]
    assert all(len(line) <= WIDTH for line in lines if line.startswith("· "))
    assert not any("nan" in line.split() for line in lines)


@pytest.mark.slow(reason="every analysis at its own size")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_json_is_plain_and_finite(capsys, command):
    def refuse(name):
        raise AssertionError(f"{name} in JSON")

    found = json.loads(output(capsys, *command, "--json"), parse_constant=refuse)
    assert isinstance(found, dict)
    assert found


@pytest.mark.parametrize(("command", "said"), [
    (["sensitivity", "--by", "statu"], "did you mean 'status'?"),
    (["sensitivity", "--output", "cagrr"], "did you mean 'cagr'?"),
    (["sensitivity", "--points", "3"], "outside 64 to"),
    (["sensitivity", "evidenc"], "did you mean 'evidence'?"),
    (["audit", "--anchor", "bottom-up"], "no report"),
    (["audit", "--anchor", "techsci-2202"], "did you mean 'techsci-20"),
    (["require"], "one of them"),
    (["require", "--cagr", "3.9%", "--value", "3 bn"], "one of them"),
    (["require", "--value", "0"], "above 0"),
])  # fmt: skip
def test_bad_input_ends_with_one_line_and_code_2(capsys, command, said):
    with pytest.raises(SystemExit) as stopped:
        main(command)
    lines = capsys.readouterr().err.splitlines()
    assert stopped.value.code == 2
    assert len(lines) == 1
    assert said in lines[0]


@pytest.mark.slow(reason="every analysis at its own size")
def test_python_and_the_command_say_the_same(capsys):
    market, drivers = load_market(), load_drivers()
    assert output(capsys, "triangulate", "--json") == json.dumps(
        triangulate(market, drivers).to_dict(), indent=2, ensure_ascii=False
    ) + "\n"  # fmt: skip
    assert output(capsys, "sensitivity", "--points", "64").rstrip() == str(
        sensitivity_of(market, drivers, load_scenario("published"), points=64)
    )


@pytest.mark.slow(reason="several analyses")
def test_a_sheet_in_a_notebook_escapes_what_it_shows():
    sheet = Sheet("A & B", ["x < y", Table(["<i>", "n"], [["a&b", "1"]])])
    assert "<h4>A &amp; B</h4>" in sheet.html()
    assert "x &lt; y" in sheet.html()
    assert "<i>" not in sheet.html()
    for result in (
        triangulate(load_market(), load_drivers()),
        require(load_market(), load_drivers(), cagr=0.039),
    ):
        assert result._repr_html_().startswith("<div class='ismarket-sheet'>")
