"""``ismarket read``: a report page or press release becomes a draft anchor."""

from __future__ import annotations

from pathlib import Path

import click

from ..text.files import check_free, write_files
from .common import FILE, complete_market, force_option, json_option, say, say_json


@click.command()
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, help="Write the draft anchor to this TOML file.")
@click.option("--claims", type=FILE, metavar="FILE.csv",
              help="Write its sentences, with the causes that their words suggest.")  # fmt: skip
@click.option("--market", default="", shell_complete=complete_market,
              help="Whose figures are wanted; the page's own by default.")  # fmt: skip
@click.option("--toml", "as_toml", is_flag=True, help="Print the draft anchor.")
@force_option
@json_option
def read(
    file: Path,
    out: Path | None,
    claims: Path | None,
    market: str,
    as_toml: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Read FILE, text or HTML: what it says of the market, where, and what does not fit.

    Nothing is guessed: what the page does not say plainly is marked as not found.  The draft
    is taken by `ismarket run --anchor DRAFT.toml`.
    """
    from ..reading import read_file
    from ..reading.draft import draft_anchor

    check_free(filter(None, (out, claims)), force=force)
    reading = read_file(file, market)
    written = {}
    if out:
        written[out] = draft_anchor(reading).encode()
    if claims:
        from ..reading.claims import claims_csv

        written[claims] = claims_csv(reading)
    write_files(written)
    if as_json:
        say_json(reading.to_dict())
    elif as_toml:
        say(draft_anchor(reading), nl=False)
    else:
        say(str(reading))
        if out:
            say(f"Draft anchor written to {out}.")
        if claims:
            say(f"Claims written to {claims}; ismarket audit --claims {claims} tests them.")
