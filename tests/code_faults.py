"""Faults of one operator, number or condition that a function of the package may have."""

import ast
import copy
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Mod: ast.FloorDiv, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def faulty(node):
    """The node with one fault, or None where none is known."""
    new = copy.copy(node)
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
        new.op = SWAPS[type(node.op)]()
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in SWAPS:
        new.ops = [SWAPS[type(node.ops[0])]()]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        return node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        new.value = not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        new.value = node.value + 1 if isinstance(node.value, int) else node.value * 1.5 + 0.1
    elif isinstance(node, ast.If | ast.IfExp):
        new.test = ast.UnaryOp(ast.Not(), node.test)
    else:
        return None
    return new


def functions(tree):
    """The outermost functions and methods with their qualified names."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for own in node.body:
                if isinstance(own, ast.FunctionDef):
                    yield f"{node.name}.{own.name}", own


def places(function):
    """Where a fault may stand: (statement, parent, field, index or None, node); no annotations."""
    waiting = [(statement, statement) for statement in function.body]
    while waiting:
        parent, statement = waiting.pop()
        for field, value in ast.iter_fields(parent):
            if field in ("annotation", "returns", "decorator_list"):
                continue
            if isinstance(parent, ast.keyword) and parent.arg == "strict":
                continue  # of a zip: it guards what does not happen
            for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(node, ast.AST):
                    inside = node if isinstance(node, ast.stmt) else statement
                    waiting.append((node, inside))
                    if faulty(node) is not None:
                        yield inside, parent, field, index, node


def all_faults(packages):
    """Every possible fault: (file, qualified name, number of the place in its function)."""
    for package in packages:
        for file in sorted((ROOT / "ismarket" / package).glob("*.py")):
            for name, node in functions(ast.parse(file.read_text(encoding="utf-8"))):
                own = file.relative_to(ROOT).as_posix()
                yield from ((own, name, i) for i, _ in enumerate(places(node)))


def put_in(fault):
    """The tree of the file with the fault, the line of its statement, and what is changed."""
    file, name, number = fault
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    statement, parent, field, index, node = list(places(dict(functions(tree))[name]))[number]
    new = ast.copy_location(faulty(node), node)
    before = head(statement)
    if index is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[index] = new
    after = head(new if node is statement else statement)
    return ast.fix_missing_locations(tree), statement.lineno, changed(before, after)


def head(statement):
    """A statement as text, without the block it heads."""
    bare = copy.copy(statement)
    for field in ("body", "orelse", "finalbody", "handlers"):
        if isinstance(getattr(bare, field, None), list):
            setattr(bare, field, [])
    return ast.unparse(bare).rstrip(":\n ")


def changed(before, after, around=30):
    """The two texts where they differ, with what stands around it."""
    start = max(alike(before, after) - around, 0)
    end = max(alike(before[start:][::-1], after[start:][::-1]) - around, 0)
    return f"{before[start : len(before) - end]} -> {after[start : len(after) - end]}"


def alike(one, other):
    """How many characters two texts begin with alike."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))
