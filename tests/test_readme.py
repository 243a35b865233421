"""The README: every block of code in it runs, every figure and table in it is the code's own.

``ISMARKET_UPDATE=1 python -m pytest tests/test_readme.py`` writes the generated parts anew.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ismarket.cli import COMMANDS
from ismarket.cli.show import driver_list
from ismarket.model.scenario import parse_scenario

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)


def blocks(language):
    return [code for kind, code in BLOCKS if kind == language]


def ismarket(*arguments):
    command = [sys.executable, "-m", "ismarket", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def generated(name, content):
    """The part of the README after the comment ``name``, up to a blank line after it."""
    text = README.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n)(.*?)(?=\n\n(?!\|))", re.S)
    found = pattern.search(text)
    assert found, name
    if os.environ.get("ISMARKET_UPDATE"):
        README.write_text(text[: found.start(2)] + content + text[found.end(2) :], encoding="utf-8")
        return content
    return found.group(2)


@pytest.mark.slow
def test_the_python_blocks_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space = {}
    for code in blocks("python"):
        exec(compile(code, "README.md", "exec"), space)
    assert space["f"].years[-1] == 2030


SHELL = [code for code in blocks("sh") if code.startswith("ismarket ")]


@pytest.mark.slow
@pytest.mark.parametrize("code", SHELL, ids=lambda code: code.splitlines()[0])
def test_the_commands_run_one_after_the_other(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "tests" / "reading" / "texts" / "02_table.html", "page.html")
    for line in code.splitlines():
        program, *arguments = shlex.split(line)
        assert program == "ismarket"
        done = ismarket(*arguments)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        assert done.stdout, line


WITHOUT = [line for code in SHELL for line in code.splitlines() if "--without" in line]


@pytest.mark.slow
@pytest.mark.parametrize("line", WITHOUT)
def test_an_example_that_leaves_a_driver_out_shows_something(line):
    words = [*shlex.split(line)[1:], "--json", "--draws", "64"]
    where = words.index("--without")
    ends = [
        json.loads(ismarket(*arguments).stdout)["reference"][-1]["value"]
        for arguments in (words, words[:where] + words[where + 2 :])
    ]
    assert abs(ends[0] / ends[1] - 1) > 0.02


def test_there_are_commands_to_run():
    assert len("".join(SHELL).splitlines()) >= 20


def test_every_command_is_named_in_the_readme():
    text = README.read_text(encoding="utf-8")
    assert [
        name for name in COMMANDS if f"`{name}" not in text and f"ismarket {name}" not in text
    ] == []


def test_the_scenarios_are_valid():
    (code,) = blocks("toml")
    scenario = parse_scenario(code, "readme.toml")
    assert scenario.fixed["funnel.diagnosed.asia_pacific"] == 0.6


def test_the_table_of_drivers_is_made_from_the_code(market, drivers):
    card = driver_list(drivers, market)
    lines = ["| driver | what it is | causes | without effect |", "|---|---|---|---|"]
    lines += [
        f"| `{row['driver']}` | {row['title']}. {row['description']} | {row['causes']}"
        f" | {row['without_effect'] or ''} |"
        for row in card.rows
    ]
    table = "\n".join(lines)
    assert generated("drivers", table) == table


def test_the_page_is_what_run_prints():
    page = "```text\n" + ismarket("run", "--no-keep").stdout + "```"
    shown = README.read_text(encoding="utf-8")
    if os.environ.get("ISMARKET_UPDATE"):
        start = shown.index("<!-- page -->\n") + len("<!-- page -->\n")
        end = shown.index("```\n\nIn Python", start) + 3
        README.write_text(shown[:start] + page + shown[end:], encoding="utf-8")
    assert page in README.read_text(encoding="utf-8")


NAMES = """
import re, sys, ismarket

text = open(sys.argv[1], encoding="utf-8").read()
cells = re.findall(r"^\\| [^|]*\\? \\|[^|]*\\|([^|]*)\\|$", text, re.M)
listed = re.findall(r"In\\s+Python: `([\\w, \\n]+)`", text)
named = re.findall(r"\\w+", " ".join(cells + listed)) + re.findall(r"ismarket\\.(\\w+)\\(", text)
wrong = [name for name in named if not hasattr(ismarket, name)]
print(len(set(named)), wrong)
"""


def test_one_import_brings_every_name_of_the_readme():
    run = [sys.executable, "-c", NAMES, str(README)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=60, check=True)
    many, wrong = done.stdout.split(" ", 1)
    assert int(many) >= 15
    assert wrong.strip() == "[]"
