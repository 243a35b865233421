"""The layout: a module imports only from floors below, files stay short."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = [
    "errors arrays tape wording links adoption overlap parameter sampling attribution summaries"
    " bins blas copula quantiles entry elicitation discovery sheet saltelli mixture reach scoring"
    " typed evppi",
    "strict_toml tables workbook anchor mechanism spread market evidence driver scenario"
    " ceilings endpoints pooling anchor_file own_table",
    "hearing watching reproducing question contract plan causes claimed base_year funnel"
    " drawing coalitions readings blocks store tally forecaster outcome findings page cards"
    " scale cluster tornado response grouping sensitivity sensitivity_sheet coverage target"
    " requirement requirement_sheet triangulation triangulation_sheet ledger audit audit_sheet"
    " information information_sheet updating updating_sheet observed history backtest"
    " backtest_sheet outside_view reading runs",
    "hookspecs plugins pins offering admission",
    "charts report testing views loading opening numbers numbers_in new_driver",
    "cli explorer",
]
FLOOR = {name: floor for floor, names in enumerate(FLOORS) for name in names.split()}
ONLY_IN = {
    "pluggy": {"hookspecs"},
    "altair": {"charts"},
    "ipywidgets": {"explorer"},
    "click": {"cli"},
}
MODULES = sorted((ROOT / "ismarket").rglob("*.py"))


def part(path):
    """The module or package under ismarket/ that a file belongs to."""
    return path.relative_to(ROOT / "ismarket").with_suffix("").parts[0]


def imports(path):
    """Names of ismarket's own modules and of others that a file imports at run time."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    depth = len(path.relative_to(ROOT / "ismarket").parts)
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from ((None, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == depth:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from ((name.split(".")[0], None) for name in names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield None, (node.module or "").split(".")[0]


def test_every_module_has_a_floor():
    named = {part(path) for path in MODULES} - {"__init__", "__main__"}
    assert named == set(FLOOR) & named
    assert named


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT / "ismarket")))
def test_a_module_imports_only_from_its_floor_and_those_below(path):
    name = part(path)
    if name in ("__init__", "__main__"):
        return
    for own, other in imports(path):
        if own and own in FLOOR:
            assert FLOOR[own] <= FLOOR[name], f"{name} imports {own} from a floor above"
        if other in ONLY_IN:
            assert name in ONLY_IN[other], f"{name} imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT / "ismarket")))
def test_a_file_holds_one_idea(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 300
    assert not lines or lines[0].startswith('"""')


@pytest.mark.parametrize("path", sorted((ROOT / "plugins").glob("*.py")), ids=lambda p: p.name)
def test_plugins_import_from_the_package_alone(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.module in (
                "ismarket",
                "ismarket.testing",
                "importlib.resources",
                "functools",
            )
        if isinstance(node, ast.Import):
            assert all(not alias.name.startswith("ismarket.") for alias in node.names)
