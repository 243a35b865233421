"""What the tables of this edition moved: level, regions, growth and drivers, before and after.

    python benchmarks/editions.py PYTHON [FILE]

PYTHON is the interpreter of an environment in which the commit before is installed; the table is
printed, and written to FILE if it is given.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

CODE = """
import json, warnings
warnings.simplefilter("ignore")
from ismarket import Scenario, forecast, load_drivers, load_market

market, drivers = load_market(), load_drivers()
found = {}
for name, choices in {
    "published": {}, "count": {"anchor": "bottom-up", "without": ()},
    "report": {"anchor": "bottom-up"},
}.items():
    made = forecast(market, drivers, Scenario(**choices))
    found[name] = {table: made.columns[table] for table in (
        "count", "cagr", "attribution", "region", "drug_class", "summary", "calibration")}
print(json.dumps(found))
"""

WHY = {
    "level": "patients are priced course by course: units, list price and what is kept of it",
    "North America": "fewer courses are ACTH (12%, not 22% of infants); rebates are counted",
    "Europe": "measured prices lie far below what was guessed",
    "Asia Pacific": "measured prices lie far below what was guessed",
    "South America": "measured prices lie far below what was guessed",
    "Middle East & Africa": "measured prices lie far below what was guessed",
    "growth": "general prices are in the figures, as they are in the report's",
    "inflation": "a driver of its own: the price level of the US dollar",
    "diagnosis": "more of its claims name a choice of drugs or monitoring",
    "incidence": "early response takes second courses away",
    "technology": "imaging and devices have no effect by the evidence",
    "innovation": "launches with a chance and a date stand for one ratio of new therapies",
    "pricing": "rebates, generics and list prices are stages and launches of their own",
    "unexplained": "most of what nothing carried was general inflation",
}


def answers(python):
    """The tables of three scenarios as that interpreter computes them."""
    done = subprocess.run(
        [python, "-c", CODE], cwd=tempfile.gettempdir(), check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def column(found, table, key, name, head="name"):
    """One figure of a table by its row's name; None where it has no such row."""
    rows = found[table]
    return dict(zip(rows[head], rows[key], strict=True)).get(name)


def lines(before, after):
    """The rows of the table: what, before, after, why."""

    def row(what, unit, of, why=""):
        was, now = of(before), of(after)
        shown = ["-" if v is None else f"{v:,.2f}" for v in (was, now)]
        return f"| {what} | {unit} | {shown[0]} | {shown[1]} | {WHY.get(why, '')} |"

    yield row("Level, counted", "USD M, 2022", lambda f: f["count"]["count"]["reference"][0] / 1e6,
              "level")  # fmt: skip
    for end in ("p5", "p95"):
        yield row(f"Level, {end.upper()}", "USD M, 2022",
                  lambda f, end=end: f["count"]["count"][end][0] / 1e6)  # fmt: skip
    for axis in ("region", "drug_class"):
        for name in after["count"][axis]["name"]:
            yield row(name, "USD M, 2022", lambda f, n=name, a=axis: column(
                f["count"], a, "base", n) / 1e6, name)  # fmt: skip
    yield row("Published level over the count", "times",
              lambda f: f["published"]["calibration"]["reference"][0])  # fmt: skip
    growth = {"report": "Growth of the count, drivers of the report",
              "count": "Growth of the count, every driver"}  # fmt: skip
    for name, title in growth.items():
        yield row(title, "% a year", lambda f, n=name: 100 * f[n]["cagr"]["reference"][0], "growth")
    for name in (n for n in after["count"]["attribution"]["driver"] if n not in ("total",)):
        of = "published" if name not in ("pricing",) else "count"
        yield row(f"Carried by {name}" if name != "unexplained" else "Unexplained",
                  "points a year", lambda f, n=name, o=of: column(
                      f[o], "attribution", "points", n, "driver"), name)  # fmt: skip


def main():
    """Print the table."""
    before, after = answers(sys.argv[1]), answers(sys.executable)
    head = ["| what | unit | before | after | why |", "|---|---|---|---|---|"]
    table = "\n".join([*head, *lines(before, after), ""])
    print(table)
    if len(sys.argv) > 2:
        title = "# What the second edition of the tables moved\n\n"
        made = "\n`python benchmarks/editions.py PYTHON docs/second_edition.md` writes this page.\n"
        Path(sys.argv[2]).write_text(title + table + made, encoding="utf-8")


if __name__ == "__main__":
    main()
