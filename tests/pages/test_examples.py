"""README and the pages of the site: every block of code in them runs, every figure is the code's.

``ISMARKET_UPDATE=1 python -m pytest tests/pages`` writes the generated parts anew.
"""

import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ismarket

from ismarket.cli import COMMANDS
from ismarket.cli.show import driver_list
from ismarket.model.grid import combined, read_grid
from ismarket.model.scenario import parse_scenario

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
DRIVERS = DOCS / "guides" / "scenarios.md"
PAGES = [README, *(page for page in sorted(DOCS.rglob("*.md")) if page.parent != DOCS / "project")]
PAGES = [page for page in PAGES if page != DOCS / "guides" / "drivers.md"]
"""What is copied into the site is tested where it comes from."""


def blocks(language, *pages):
    return [
        code
        for page in pages or PAGES
        for kind, code in re.findall(
            r"^```(\w+)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S
        )
        if kind == language
    ]


def generated(page, name, content):
    """The part of a page after the comment ``name``, up to a blank line after it."""
    text = page.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n)(.*?)(?=\n\n(?!\|))", re.S)
    found = pattern.search(text)
    assert found, name
    if os.environ.get("ISMARKET_UPDATE"):
        page.write_text(text[: found.start(2)] + content + text[found.end(2) :], encoding="utf-8")
        return content
    return found.group(2)


PYTHON = [page for page in PAGES if blocks("python", page)]


@pytest.mark.slow(reason="every example at its own size")
@pytest.mark.parametrize("page", PYTHON, ids=lambda page: page.name)
def test_the_python_blocks_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space = {}
    for code in blocks("python", page):
        exec(compile(code, page.name, "exec"), space)


def test_every_picture_of_a_page_is_drawn_by_one_command():
    drawn = runpy.run_path(str(DOCS / "figures.py"))["FIGURES"]
    pages = [*PAGES, *(ROOT / f for f in ("CONTRIBUTING.md", "DESIGN.md", "plugins/README.md"))]
    shown = {
        (page.parent / place).resolve().relative_to(ROOT).as_posix()
        for page in pages
        for place in re.findall(
            r"!\[[^\]]*\]\(([^)\s]+)|\{image\} *(\S+)|<img[^>]*src=\"([^\"]+)",
            page.read_text(encoding="utf-8"),
        )
        for place in filter(None, place)
    }
    assert shown == set(drawn)
    kept = {p.relative_to(ROOT).as_posix() for end in ("png", "svg", "jpg", "gif")
            for p in DOCS.rglob(f"*.{end}") if "_made" not in p.parts}  # fmt: skip
    assert kept == set(drawn)
    assert all((ROOT / name).stat().st_size > 10_000 for name in drawn)


RESULTS = ROOT / "benchmarks" / "results.md"
BOUNDS = {
    "10 kB": "a saved panel at most: tests/explorer/test_parts.py",
    "1.2 MB": "a page that computes at most: tests/browser/test_standalone.py",
    "2 MB": "the size that a campaign gives its pages",
    "10 seconds": "when a command says for whom it waits: tests/cli/test_output.py",
    "120 seconds": "a limit, the default of an option",
}
"""Figures of pages that nobody measured: bounds that a test holds, sizes that are set."""


def test_what_a_page_says_of_time_and_size_was_measured_in_the_run_that_is_kept():
    measured = RESULTS.read_text(encoding="utf-8")
    others = [ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", ROOT / "plugins" / "README.md"]
    for page in [*PAGES, *others]:
        text = page.read_text(encoding="utf-8")
        for figure in re.findall(r"\b\d[\d.,]* (?:ms|us|MB|kB|seconds?|minutes)\b", text):
            assert figure in measured or figure in BOUNDS, (page.name, figure)


def test_the_kept_run_of_the_benchmarks_is_whole_and_says_no_path():
    scripts = runpy.run_path(str(ROOT / "benchmarks" / "all.py"))["QUICK"]
    apart = {"all", "against", "editions"}
    assert {p.stem for p in (ROOT / "benchmarks").glob("*.py")} == {*scripts, *apart}
    measured = RESULTS.read_text(encoding="utf-8")
    assert set(re.findall(r"exit code (\d+)", measured)) == {"0"}
    assert not re.search(r"(?<![\w.])/(?:home|root|tmp|work|usr|Users)/|[A-Z]:\\\\", measured)
    kept = re.findall(r"^## (\w+)$", measured, re.M)
    assert kept == [name for name in scripts if name in kept]
    if missing := [name for name in scripts if name not in kept]:
        pytest.skip(f"not run yet: python benchmarks/all.py {' '.join(missing)}")


def test_pages_have_examples():
    assert len(PYTHON) >= 5


SHELL = [code for code in blocks("sh") if code.startswith("ismarket ")]


@pytest.mark.slow(reason="every example at its own size")
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


def test_every_command_is_named_on_a_page():
    pages = [*PAGES, ROOT / "plugins" / "README.md"]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert [
        name for name in COMMANDS if f"`{name}" not in text and f"ismarket {name}" not in text
    ] == []


def test_the_scenarios_are_valid():
    (code,) = blocks("toml", DRIVERS)
    scenario = parse_scenario(code, "page.toml")
    assert scenario.fixed["funnel.diagnosed.asia_pacific"] == 0.6


def test_the_grid_of_the_desk_is_one(tmp_path):
    (code,) = blocks("toml", DOCS / "guides" / "desk.md")
    (tmp_path / "many.toml").write_text(code)
    scenario, axes = read_grid(tmp_path / "many.toml")
    assert len(combined(scenario, axes)) == 4


def test_the_table_of_drivers_is_made_from_the_code(market, drivers):
    card = driver_list(drivers, market)
    lines = ["| driver | what it is | causes | without effect |", "|---|---|---|---|"]
    lines += [
        f"| `{row['driver']}` | {row['title']}. {row['description']} | {row['causes']}"
        f" | {row['without_effect'] or ''} |"
        for row in card.rows
    ]
    table = "\n".join(lines)
    assert generated(DRIVERS, "drivers", table) == table


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

text = "".join(open(page, encoding="utf-8").read() for page in sys.argv[1:])
cells = re.findall(r"^\\| [^|]*\\? \\|[^|]*\\|([^|]*)\\|$", text, re.M)
listed = re.findall(r"In\\s+Python: `([\\w, \\n]+)`", text)
named = re.findall(r"\\w+", " ".join(cells + listed)) + re.findall(r"ismarket\\.(\\w+)\\(", text)
wrong = [name for name in named if not hasattr(ismarket, name)]
print(len(set(named)), wrong)
"""


def test_one_import_brings_every_name_of_the_pages():
    run = [sys.executable, "-c", NAMES, *map(str, PAGES)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=60, check=True)
    many, wrong = done.stdout.split(" ", 1)
    assert int(many) >= 15
    assert wrong.strip() == "[]"
