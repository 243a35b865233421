"""Docstrings of the public names: errors, columns, shapes and units stand where there are any."""

import ast
import inspect
import re
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

import pytest

import ismarket
from ismarket.plugins import hookspecs

ERRORS = {"InputError", "DriverError", "DiskError", "unknown"}
"""What is raised on purpose, and the function that words it."""
SAYS = {
    "errors": re.compile(r"Error"),
    "DataFrame": re.compile(r"[Cc]olumns"),
    "Array": re.compile(r"\([a-z_0-9]+(, [a-z_0-9 ]+)*,?\)|[Bb]roadcasts"),
    "float": re.compile(
        r"\b(USD|years?|share|ratio|odds|chance|probability|units?|points|shift|steps|quantiles?)\b"
        r"|\b1 in the base year"
    ),
}
"""What a docstring says: errors, axes of arrays; columns or unit of what comes back."""


SAID_BY_CHOICE = ("Scenario",)
"""Classes whose fields say themselves what they are."""


def own_functions(owner):
    """The public functions, methods and properties of a module or class, by dotted name."""
    for name, value in vars(owner).items():
        value = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if inspect.isfunction(value) and (name == "__post_init__" or not name.startswith("_")):
            yield f"{owner.__name__}.{name}", (owner if name == "__post_init__" else value, value)


def public():
    """Every public function by name: the object with the docstring, and the code that it tells of.

    A class tells of the checks made when it is.
    """
    found = dict(own_functions(hookspecs))
    for name in ismarket.__all__:
        value = getattr(ismarket, name)
        if inspect.isfunction(value):
            found[name] = (value, value)
        elif inspect.isclass(value) or inspect.ismodule(value):
            found |= own_functions(value)
    return {n: pair for n, pair in found.items() if pair[1].__module__.startswith("ismarket")}


@cache
def functions_in(file):
    """The functions of a file by the line on which they begin."""
    nodes = ast.walk(ast.parse(Path(file).read_text(encoding="utf-8")))
    defined = (node for node in nodes if isinstance(node, ast.FunctionDef))
    return {min([n.lineno, *(d.lineno for d in n.decorator_list)]): n for n in defined}


@cache
def raises(function):
    """True where it raises on purpose, itself or in a private function of its module."""
    code = inspect.unwrap(function).__code__
    for node in ast.walk(functions_in(code.co_filename)[code.co_firstlineno]):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            if ast.unparse(node.exc.func).rpartition(".")[2] in ERRORS:
                return True
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called = function.__globals__.get(node.func.id)
            if inspect.isfunction(called) and called.__name__.startswith("_") and raises(called):
                return True
    return False


def unsaid(told, function):
    """What a docstring should say and does not."""
    doc = inspect.getdoc(told) or ""
    types = function.__annotations__
    returned = str(types.get("return")).removeprefix("pd.").removesuffix(" | None")
    arrays = any("Array" in str(kind) for kind in types.values())
    due = ["errors"] * raises(function) + ["Array"] * arrays + [returned]
    return [what for what in due if not (doc and SAYS.get(what, re.compile("")).search(doc))]


@pytest.mark.slow(reason="every public name is read")
def test_a_public_name_says_its_errors_columns_shapes_and_units():
    found = public()
    assert len(found) > 150
    silent = {name: missing for name, pair in found.items() if (missing := unsaid(*pair))}
    assert silent == {}


def test_a_class_says_what_its_numbers_are():
    held = [getattr(ismarket, name) for name in ismarket.__all__ if name not in SAID_BY_CHOICE]
    silent = [
        f"{one.__name__}.{field.name}"
        for one in held
        if inspect.isclass(one) and is_dataclass(one)
        for field in fields(one)
        if re.fullmatch(r"(float|Array)( \| None)?", str(field.type))
        and not field.name.startswith("_")
        and f"``{field.name}``" not in (inspect.getdoc(one) or "")
    ]
    assert silent == []


@pytest.mark.slow(reason="every table of a forecast")
def test_the_columns_of_a_forecast_s_tables_stand_in_their_docstrings(published):
    frames = {"summary": (), "cagr": (), "attribution": (), "by": ("region",)}
    for name, arguments in frames.items():
        method = getattr(published, name)
        for column in method(*arguments).columns:
            assert re.search(rf"\b{re.sub('_p[0-9]+$', '', column)}\b", method.__doc__), column
