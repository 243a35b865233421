"""``ismarket read``: a report page or press release becomes a draft anchor."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import InputError
from .common import json_option, say, say_json


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the draft anchor to this TOML file.")  # fmt: skip
@click.option("--toml", "as_toml", is_flag=True, help="Print the draft anchor.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@json_option
def read(file: Path, out: Path | None, as_toml: bool, force: bool, as_json: bool) -> None:
    """Read FILE, text or HTML: what it says of the market, where, and what does not fit.

    Nothing is guessed: what the page does not say plainly is marked as not found.  The draft
    is taken by `ismarket run --anchor DRAFT.toml`.
    """
    from ..reading import read_file
    from ..reading.draft import draft_anchor

    reading = read_file(file)
    if out:
        if out.exists() and not force:
            raise InputError(f"{out}: is there already; --force writes over it")
        try:
            out.write_text(draft_anchor(reading), encoding="utf-8")
        except OSError as error:
            raise InputError(f"{out}: cannot be written ({error.strerror})") from None
    if as_json:
        say_json(reading.to_dict())
    elif as_toml:
        say(draft_anchor(reading), nl=False)
    else:
        say(str(reading))
        if out:
            say(f"Draft anchor written to {out}.")
