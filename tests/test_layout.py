"""The layout: ten packages and the arrows between them, no circle, short files."""

import ast
import re
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


def imports(path, *, late=True):
    """Own modules (dotted) and others that a file imports at run time, in functions if ``late``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left_out = {
        id(inner)
        for node in ast.walk(tree)
        if (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        or (not late and isinstance(node, ast.FunctionDef | ast.Lambda))
        for inner in ast.walk(node)
    }
    package = path.relative_to(PACKAGE).parts[:-1]
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.Import):
            yield from ((None, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield None, (node.module or "").split(".")[0]
        elif isinstance(node, ast.ImportFrom):
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
    for own, other in imports(path):
        if own is not None and (named(path), own) != LOOKS_UP:
            assert own.split(".")[0] in BEHIND[name], f"{named(path)} imports {own}"
        if other in ONLY_IN:
            assert name == ONLY_IN[other], f"{named(path)} imports {other}"


def test_one_import_looks_up_and_only_when_it_is_called():
    path, (name, up) = PACKAGE / "studies" / "__init__.py", LOOKS_UP
    assert named(path) == name
    assert up in {own for own, _ in imports(path)} - {own for own, _ in imports(path, late=False)}


@pytest.mark.slow(reason="all sources are read")
def test_no_circle_of_imports():
    graph = {named(path): {own for own, _ in imports(path, late=False) if own} for path in MODULES}
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
    text = path.read_text(encoding="utf-8")
    left_out = {
        number
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for number in range(node.lineno, node.end_lineno + 1)
    }
    lines = ((n, line.strip()) for n, line in enumerate(text.splitlines(), start=1))
    return [line for n, line in lines if n not in left_out and re.search(r"\w", line)]


@pytest.mark.slow(reason="all sources are read")
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
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            assert not STAGE.search(node.value), f"{named(path)}, line {node.lineno}: {node.value}"


@pytest.mark.slow(reason="all sources are read")
def test_one_module_names_the_bundled_market():
    name = repr(load_market().name)
    trees = {named(path): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
    found = [own for own, tree in trees.items() for n in ast.walk(tree)
             if isinstance(n, ast.Constant) and repr(n.value) == name]  # fmt: skip
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


@pytest.mark.slow(reason="all sources are read")
def test_no_class_name_stands_for_two_things():
    names = [
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
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
