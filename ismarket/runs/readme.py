"""The page for somebody who receives a run."""

from __future__ import annotations

from collections.abc import Mapping

from ..text.wording import money
from .manifest import headline

READ_FIRST = """\
{page}{more}
outputs/*.csv         the tables, with full-precision numbers
inputs/               the scenario as given and with every default filled in; the tables used"""
PAGE = "outputs/report.html   the page to read first; report.txt says it in plain text"
TEXT = "outputs/report.txt    the page to read first"
AGAINST = "Against another run:  ismarket compare FOLDER OTHER\n"
MORE = ("charts/", "forecast.xlsx")
"""What is beside the page where it was asked for."""
NOTEBOOK = """\
outputs/cells.csv     what each cell printed
inputs/               the notebook and its parameters as given; the tables used"""


def readme(name: str, title: str, subject: str, contents: Mapping[str, bytes]) -> bytes:
    """README.txt: what this is, what it says, how to check it and how to compute it again."""
    said = headline(contents)
    result = (
        f"Forecast: USD {money(said['reference'])} in {said['year']} in the reference case,"
        f" {money(said['p5'])} to {money(said['p95'])} in 9 of 10 draws."
        if said
        else "A notebook with its parameters, executed: outputs/notebook.ipynb."
    )
    found = [path.removeprefix("outputs/") for path in contents]
    more = "".join(f"; {name}" for name in MORE if any(p.startswith(name) for p in found))
    read_first = READ_FIRST.format(page=PAGE if "report.html" in found else TEXT, more=more)
    return f"""\
{title}
Run {name}: {subject}.
{result}

{read_first if said else NOTEBOOK}
drivers/              each plugin that acted, with the hash of its files
environment/          Python, processor features, packages with versions and hashes

Check every byte:     sha256sum -c SHA256SUMS    or    ismarket verify FOLDER
Compute it again:     ismarket rerun FOLDER
{AGAINST if said else ""}""".encode()
