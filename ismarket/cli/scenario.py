"""``ismarket scenario``: scenarios from elsewhere, such as an edited workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..text.files import check_free, write_files
from .common import force_option, json_option, say, say_json

if TYPE_CHECKING:
    from ..report.edits import Edited


@click.group()
def scenario() -> None:
    """Bring a scenario in from elsewhere."""


@scenario.command(name="from-xlsx")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the scenario to this TOML file.")  # fmt: skip
@force_option
@json_option
def from_xlsx(file: Path, out: Path | None, force: bool, as_json: bool) -> None:
    """The scenario that an edited workbook FILE asks for, and every cell that was changed."""
    from ..model.scenario import write_scenario
    from ..report.edits import read_workbook

    check_free(filter(None, [out]), force=force)
    edited = read_workbook(file)
    toml = write_scenario(edited.after)
    if out:
        write_files({out: toml.encode()})
    if as_json:
        say_json(_plain(edited, toml))
        return
    for edit in edited.edits:
        now = edit.now if isinstance(edit.now, str) else f"{edit.now:g}"
        say(f"{edit.cell:<6}{edit.key:<40}{edit.was:g} -> {now}")
    for text in edited.ignored:
        say(f"Not an edit: {text}.")
    if not edited.edits:
        say("No cell was changed.")
    say(f"Scenario written to {out}." if out else "\n" + toml, nl=bool(out))


def _plain(edited: Edited, toml: str) -> dict[str, Any]:
    rows = [vars(edit) for edit in edited.edits]
    return {"edits": rows, "ignored": list(edited.ignored), "scenario": toml}
