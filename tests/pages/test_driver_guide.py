"""The driver-author guide: its examples run, its hooks and laws are those of the code."""

import inspect
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from command_line import ismarket

from ismarket.model import anchor, cause, launch, market_tables
from ismarket.model.scenario import parse_scenario
from ismarket.model.tables import OPTIONAL
from ismarket.plugins import hookspecs
from ismarket.plugins.installed import HOOKS
from ismarket.testing import CHECKS

GUIDE = (Path(__file__).parents[2] / "plugins" / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def section(name):
    return re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end of {name} -->", GUIDE, re.DOTALL)[1]


def test_every_hook_stands_in_the_guide_with_its_exact_signature():
    lines = []
    for name in HOOKS:
        hook = getattr(hookspecs, name)
        signature = str(inspect.signature(hook)).replace("'", "")
        lines.append(f"- `{name}{signature}`: {hook.__doc__}")
    assert section("hooks").splitlines() == lines


def test_every_law_stands_in_the_guide_in_its_own_words():
    lines = [f"- {check.__name__.replace('_', ' ')}: {check.__doc__}" for check in CHECKS]
    assert section("laws").splitlines() == lines


TABLES = {
    "causes of a driver (`Driver.from_table`)": [*cause.COLUMNS, *cause.ADOPTION_COLUMNS[1:]],
    "launches, of a driver or a market (`launches.csv`)": launch.COLUMNS,
    "stages of a market (`stages.csv`)": market_tables.STAGE_COLUMNS,
    "its values (`funnel.csv`)": market_tables.FUNNEL_COLUMNS,
    "its paths (`STAGE.csv`; with `region` where it varies)": market_tables.PATH_COLUMNS,
    "its causes (`mechanisms.csv`)": cause.COLUMNS,
    "their adoption (`adoption.csv`)": [*cause.ADOPTION_COLUMNS, "unit"],
    "sentences of a report (`claims.csv`)": market_tables.CLAIM_COLUMNS,
    "correlations (`correlations.csv`)": market_tables.CORRELATION_COLUMNS,
    "published estimates (`anchors.csv`)": anchor.COLUMNS,
}


def test_the_columns_of_every_table_stand_in_the_guide():
    lines = [
        f"- {title}: {', '.join(f'`{c}`' for c in columns if c not in OPTIONAL)}"
        for title, columns in TABLES.items()
    ]
    assert section("tables").splitlines() == lines, "\n".join(lines)


def test_the_python_examples_run():
    namespace: dict[str, Any] = {"__name__": "guide"}
    found = blocks("python")
    assert len(found) >= 5
    for block in found:
        exec(compile(block, "plugins/README.md", "exec"), namespace)
    assert namespace["register_drivers"]() == [namespace["DRIVER"]]


def test_the_scenario_examples_read():
    for block in blocks("toml"):
        scenario = parse_scenario(block)
        if scenario.plugins:
            assert scenario.plugins == {"only": ("stranger",), "block": ("tabled",)}
            assert "ismarket-stranger" in scenario.pins


@pytest.mark.slow(reason="every command of the guide")
def test_the_commands_run_in_their_order(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    path = [str(site)]
    ran = 0
    for line in "".join(blocks("console")).splitlines():
        words = line.removeprefix("$ ").split()
        if words[:3] == ["pip", "install", "-e"]:
            path.append(as_installed(tmp_path / words[3], site))
            continue
        assert words[0] == "ismarket"
        done = ismarket(*words[1:], path=":".join(path), cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), line
        ran += 1
    assert ran >= 6


def as_installed(package, site):
    """What ``pip install -e`` leaves behind, without a network: metadata, and a way to import."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    about = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = project["entry-points"]["ismarket"]
    lines = [f"{name} = {value}" for name, value in points.items()]
    (about / "entry_points.txt").write_text("\n".join(["[ismarket]", *lines, ""]))
    return str(package / "src")
