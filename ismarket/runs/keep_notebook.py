"""Keeping a notebook run: executed, written beside its place, moved there in one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..model.driver import Driver
from .finish import About, common_inputs, publish, seal_run
from .layout import NOTEBOOK, PARAMETERS, to_json
from .notebook import execute, injected, notebook_identity, notebook_outputs, parsed
from .origin import Origin, plan_digest
from .partial import log, taken, write_all
from .start import Place, now, place


def keep_notebook(
    data: bytes,
    name: str,
    parameters: Mapping[str, Any],
    drivers: Iterable[Driver],
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
        about = About(f"Notebook {stem}", f"parameters {set_to or 'as they stand'}", None)
        seal_run(where, about, made_of, begun.started)
        publish(where)
    return where.final
