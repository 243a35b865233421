"""The layout: ten packages and the arrows between them, no circle, short files."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from ismarket import load_market

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ismarket"
ARROWS = {
    "version errors frozen arrays": "",
    "sampling text": "errors arrays",
    "model": "sampling text frozen",
    "guard": "model",
    "engine": "guard",
    "analysis": "engine",
    "plugins": "engine version",
    "charts": "analysis version",
    "report": "charts",
    "testing": "plugins",
    "runs": "report plugins",
    "studies": "runs analysis",
    "reading": "studies",
    "explorer": "studies",
    "cli": "explorer reading testing",
}
"""What a package imports, directly; and what those import, it may import too."""
LOOKS_UP = ("studies", "explorer.panel")
"""The one import against the arrows: ``Study.explore``, made when it is called."""
ONLY_IN = {
    "pluggy": "plugins", "altair": "charts", "ipywidgets": "explorer", "click": "cli",
    "threadpoolctl": "engine",
}  # fmt: skip
LONGEST = 400
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "template" not in path.parts)


def part(path):
    """The package, or the module at the root, that a file belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def named(path):
    """The dotted name of a file's module, without that of the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {named(path) for path in MODULES}


@dataclass(frozen=True)
class Source:
    """What is asked of a file: its syntax tree is walked once and let go."""

    imports: set
    """Own modules (dotted) and others that it imports at run time, in pairs."""
    at_once: set
    """Those of them outside functions."""
    imported_on: set
    """The lines of its imports."""
    said: list
    """Its strings that are no docstring, each with its line."""
    classes: list


@cache
def source(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    bare = [n.value for n in nodes if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)]
    prose = set(map(id, bare))
    typing = [n for n in nodes if isinstance(n, ast.If) and _for_types(n.test)]
    typing = {id(inner) for node in typing for inner in ast.walk(node)}
    functions = [n for n in nodes if isinstance(n, ast.FunctionDef | ast.Lambda)]
    late = {id(inner) for node in functions for inner in ast.walk(node)}
    imports = [n for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
    run = [n for n in imports if id(n) not in typing]
    return Source(
        {pair for node in run for pair in _pairs(path, node)},
        {pair for node in run if id(node) not in late for pair in _pairs(path, node)},
        {line for node in imports for line in range(node.lineno, node.end_lineno + 1)},
        [(n.lineno, n.value) for n in nodes if isinstance(n, ast.Constant)
         and isinstance(n.value, str) and id(n) not in prose],
        [node.name for node in nodes if isinstance(node, ast.ClassDef)],
    )  # fmt: skip


def _for_types(test):
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _pairs(path, node):
    """Own module (dotted) and other, one of them None, for each name that a node imports."""
    if isinstance(node, ast.Import):
        yield from ((None, alias.name.split(".")[0]) for alias in node.names)
    elif node.level == 0:
        yield None, (node.module or "").split(".")[0]
    else:
        package = path.relative_to(PACKAGE).parts[:-1]
        base = [*package[: len(package) - node.level + 1], *filter(None, [node.module])]
        whole = ".".join(base)
        for alias in node.names:
            inner = f"{whole}.{alias.name}".strip(".")
            yield (inner if inner in NAMES else whole), None


def behind():
    """By package, every package that it may import."""
    found = {}
    for names, to in ARROWS.items():
        below = set().union(*({name, *found[name]} for name in to.split()))
        found |= {name: below | {name} for name in names.split()}
    return found


BEHIND = behind()


def test_every_package_has_its_arrow():
    assert {part(path) for path in MODULES} - {"__init__", "__main__"} == set(BEHIND)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_package_imports_only_what_stands_behind_its_arrow(path):
    name = part(path)
    if name in ("__init__", "__main__"):
        return
    for own, other in source(path).imports:
        if own is not None and (named(path), own) != LOOKS_UP:
            assert own.split(".")[0] in BEHIND[name], f"{named(path)} imports {own}"
        if other in ONLY_IN:
            assert name == ONLY_IN[other], f"{named(path)} imports {other}"


def test_one_import_looks_up_and_only_when_it_is_called():
    path, (name, up) = PACKAGE / "studies" / "__init__.py", LOOKS_UP
    assert named(path) == name
    made = source(path)
    assert up in {own for own, _ in made.imports} - {own for own, _ in made.at_once}


def test_no_circle_of_imports():
    graph = {named(path): {own for own, _ in source(path).at_once if own} for path in MODULES}
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) >= NAMES - {""}


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_file_holds_one_idea(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST
    assert not lines or lines[0].startswith('"""')


def test_the_root_holds_six_modules_at_most():
    assert len(list(PACKAGE.glob("*.py"))) <= 6


TWICE = {
    ("model.adoption", "model.adoption"): "curves that a driver calls, each with its signature",
    ("studies", "studies.by_name"): "`forecast` of the package and of a study, each with its own",
}
"""Modules that share six lines, and why."""


def code_lines(path):
    """The lines of a file that say something, without imports; white space at their ends is off."""
    text, left_out = path.read_text(encoding="utf-8"), source(path).imported_on
    lines = ((n, line.strip()) for n, line in enumerate(text.splitlines(), start=1))
    return [line for n, line in lines if n not in left_out and re.search(r"\w", line)]


def test_six_lines_that_stand_twice_say_why():
    places = {}
    for path in MODULES:
        lines = code_lines(path)
        for i in range(len(lines) - 5):
            places.setdefault(tuple(lines[i : i + 6]), []).append(named(path))
    found = {tuple(sorted(set(where))) for where in places.values() if len(where) > 1}
    assert {(one[0], one[-1]) for one in found} == set(TWICE)


STAGES = [stage.name for stage in load_market().stages]
STAGE = re.compile(rf"\b({'|'.join(STAGES)})\b", re.I)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_module_names_a_stage_of_one_disease(path):
    for line, text in source(path).said:
        assert not STAGE.search(text), f"{named(path)}, line {line}: {text}"


def test_one_module_names_the_bundled_market():
    name = load_market().name
    found = [named(path) for path in MODULES for _, text in source(path).said if text == name]
    assert found == ["model.scenario"]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.js")), ids=lambda p: p.name)
def test_no_script_names_a_stage_of_one_disease(path):
    assert not STAGE.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted((ROOT / "plugins").glob("*.py")), ids=lambda p: p.name)
def test_plugins_import_from_the_package_alone(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    allowed = "ismarket", "ismarket.testing", "importlib.resources", "functools"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.module in allowed
        if isinstance(node, ast.Import):
            assert all(not alias.name.startswith("ismarket.") for alias in node.names)


def test_no_class_name_stands_for_two_things():
    names = [name for path in MODULES for name in source(path).classes]
    assert sorted(names) == sorted(set(names))


TESTS = sorted((ROOT / "tests").rglob("*.py"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_a_slow_mark_says_why_and_no_test_imports_another(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    given = {
        id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and node.keywords
    }
    marks = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr == "slow"]
    assert [mark.lineno for mark in marks if id(mark) not in given] == []
    asked = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    asked += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    assert [name for name in asked if name.rpartition(".")[2].startswith("test_")] == []


def test_every_test_that_stands_for_a_promise_is_there():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`(\w+/\w+\.py)(?:::(\w+))?`", text)
    assert len(named) > 15
    for file, test in named:
        assert f"def {test}" in (ROOT / "tests" / file).read_text(encoding="utf-8"), (file, test)
