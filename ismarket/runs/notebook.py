"""Notebook runs: a notebook with parameters, executed, and kept with the guarantees of any run."""

from __future__ import annotations

import ast
import copy
import json
import keyword
import os
import re
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import InputError, check_known
from ..model.driver import Driver
from ..model.tables import bytes_of
from ..text.install import needs
from ..text.spreadsheet import as_csv
from .keep import common_inputs, publish, seal_run
from .layout import NOTEBOOK, PARAMETERS, digest, from_json, to_json
from .manifest import plan_digest
from .origin import Origin, made_from
from .start import Place, log, now, place, taken, write_all

LARGEST_NOTEBOOK = 32 * 1024 * 1024
TAG = "parameters"
INJECTED = "injected-parameters"
TOOLS = ("nbclient", "nbformat", "ipykernel")
Notebook = dict[str, Any]


def read_notebook(path: Path) -> tuple[bytes, Notebook]:
    """The bytes of a notebook and its cells; InputError for what is none (format 4)."""
    data = bytes_of(path, LARGEST_NOTEBOOK, "a notebook")
    return data, parsed(data, path.name)


def parsed(data: bytes, name: str) -> Notebook:
    """A notebook from its bytes."""
    found = from_json(data, name)
    if not isinstance(found, dict) or found.get("nbformat") != 4 or "cells" not in found:
        raise InputError(f"{name}: not a notebook of format 4")
    return found


def parameter(text: str) -> tuple[str, Any]:
    """``key=value`` from the command line: a value of JSON, or text where it is none."""
    key, equals, value = text.partition("=")
    if not equals or not key.isidentifier() or keyword.iskeyword(key):
        raise InputError(f"-p {text!r}: give NAME=VALUE, such as draws=20000")
    try:
        return key, from_json(value.encode(), key)
    except InputError:
        return key, value


def injected(notebook: Notebook, parameters: Mapping[str, Any], name: str) -> Notebook:
    """The notebook with a cell that sets ``parameters`` after the one tagged ``parameters``."""
    if not parameters:
        return notebook
    tagged = [i for i, cell in enumerate(notebook["cells"]) if TAG in _tags(cell)]
    if not tagged:
        raise InputError(f"{name}: no cell is tagged {TAG!r}, so it takes no -p")
    known = _assigned(_source(notebook["cells"][tagged[0]]), name)
    check_known(name, "parameter", known, *parameters)
    lines = ["# set on the command line"] + [f"{key} = {parameters[key]!r}" for key in parameters]
    cell: dict[str, Any] = {
        "cell_type": "code", "id": INJECTED, "metadata": {"tags": [INJECTED]},
        "source": "\n".join(lines), "outputs": [], "execution_count": None,
    }  # fmt: skip
    changed = copy.deepcopy(notebook)
    changed["cells"].insert(tagged[0] + 1, cell)
    return changed


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _assigned(source: str, name: str) -> list[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise InputError(f"{name}: the cell tagged {TAG!r}: {error.msg}") from None
    targets = [t for node in tree.body if isinstance(node, ast.Assign) for t in node.targets]
    targets += [node.target for node in tree.body if isinstance(node, ast.AnnAssign)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def notebook_identity(
    data: bytes, parameters: Mapping[str, Any], installed: Collection[Driver], origin: Origin
) -> dict[str, Any]:
    """All that decides what a notebook gives: itself, its parameters, and what is installed."""
    every = {driver.name for driver in installed}
    made = made_from(installed, origin, every, TOOLS)
    return {"notebook": digest(data), "parameters": dict(parameters), **made}


def keep_notebook(
    data: bytes,
    name: str,
    parameters: Mapping[str, Any],
    drivers: Collection[Driver],
    origin: Origin,
    *,
    where: Place | None = None,
    resume: bool = False,
) -> Path:
    """Execute the notebook ``data`` called ``name`` with ``parameters`` and keep it as a run.

    A notebook has no blocks: taken up again, it starts from its first cell.  Raises InputError
    with cell and error where a cell fails, DiskError if the disk fails.
    """
    notebook = injected(parsed(data, name), parameters, name)
    made_of = notebook_identity(data, parameters, drivers, origin)
    stem = Path(name).stem
    where = where or place(None, stem, plan_digest(made_of))
    contents = {NOTEBOOK: data, PARAMETERS: to_json(dict(parameters))}
    contents |= common_inputs(made_of, origin.tables)
    with taken(where, made_of, contents, resume=resume) as begun:
        write_all(where.partial, notebook_outputs(execute(notebook, name)))
        log(where.partial, {"event": "finished", "time": now()})
        set_to = ", ".join(f"{key} = {value!r}" for key, value in parameters.items())
        subject = f"parameters {set_to or 'as they stand'}"
        seal_run(where, made_of, begun["started"], f"Notebook {stem}", subject)
        publish(where)
    return where.final


def execute(notebook: Notebook, name: str, timeout: int | None = None) -> Notebook:
    """The executed notebook; needs the extra ``notebook``.

    Runs in an empty folder with the Python that runs this.  Raises InputError with cell and error
    where a cell fails.
    """
    with needs("--notebook", "notebook"):
        nbclient, nbformat = import_module("nbclient"), import_module("nbformat")
        import_module("ipykernel")
    node = nbformat.reads(json.dumps(_without_outputs(notebook)), as_version=4)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as sockets:
        how = {"transport": "ipc", "ip": f"{sockets}/kernel"}  # no port is opened
        config = import_module("traitlets.config").Config(
            {} if os.name == "nt" else {"KernelManager": how}
        )
        client = nbclient.NotebookClient(
            node, timeout=timeout, kernel_name="python3", record_timing=False,
            resources={"metadata": {"path": folder}}, store_widget_state=False, config=config,
        )  # fmt: skip
        try:
            client.execute()
        except nbclient.exceptions.CellExecutionError as error:
            own = [c for c in node["cells"] if INJECTED not in _tags(c)]
            failed = ("error" in (o["output_type"] for o in c.get("outputs", ())) for c in own)
            at = next((i for i, it in enumerate(failed, 1) if it), "parameters")
            raise InputError(f"{name}, cell {at}: {error.ename}: {error.evalue}"[:300]) from None
        except RuntimeError as error:  # the kernel died, or never answered
            raise InputError(f"{name}: the kernel did not finish ({error})"[:300]) from None
        places = {folder: ".", os.path.realpath(folder): "."}
    return _scrubbed(json.loads(nbformat.writes(node)), places)


def _without_outputs(notebook: Notebook) -> Notebook:
    clean = copy.deepcopy(notebook)
    clean["metadata"] = {"language_info": {"name": "python"}}
    for cell in clean["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return clean


def _scrubbed(notebook: Notebook, places: Mapping[str, str]) -> Notebook:
    """The notebook without paths of this machine or addresses in memory in its outputs."""
    package = str(Path(__file__).parents[2])
    known = {tempfile.gettempdir(): "TMP", **places, package: "PACKAGE", sys.prefix: "PYTHON",
             sys.base_prefix: "PYTHON", os.path.expanduser("~"): "~", os.getcwd(): "."}  # fmt: skip
    longest_first = sorted((path for path in known if len(path) > 1), key=len, reverse=True)
    anywhere = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: clean(item) for key, item in value.items()}
        if isinstance(value, list):
            return [clean(item) for item in value]
        if isinstance(value, str):
            value = anywhere.sub(lambda found: known[found.group()], value)
            value = re.sub(r"0x[0-9a-fA-F]{8,}", "0x...", value)
            return re.sub(r"ipykernel_\d+/\d+", "ipykernel", value)
        return value

    for cell in notebook["cells"]:
        if "outputs" in cell:
            cell["outputs"] = clean(cell["outputs"])
    return notebook


def notebook_outputs(executed: Notebook) -> dict[str, bytes]:
    """The files of an executed notebook: itself, and what each cell printed as a table."""
    table = [
        (number, at, kind, text)
        for number, cell in enumerate(executed["cells"], start=1)
        for at, out in enumerate(cell.get("outputs", []), start=1)
        for kind, text in _texts(out)
    ]
    return {
        "outputs/notebook.ipynb": to_json(executed),
        "outputs/cells.csv": as_csv([("cell", "output", "kind", "text"), *table]),
    }


def _texts(output: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What an output says as text; pictures and pages are in the notebook itself."""
    if output["output_type"] == "stream":
        yield output["name"], "".join(output["text"])
    for kind, value in output.get("data", {}).items():
        if kind == "text/plain":
            yield kind, "".join(value)
