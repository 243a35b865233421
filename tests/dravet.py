"""The second market of examples/, for tests: where it lies, what it holds, how it is installed."""

import csv
from importlib.resources import files
from pathlib import Path

EXAMPLE = Path(__file__).parent.parent / "examples" / "ismarket-dravet"
TABLES = EXAMPLE / "src" / "ismarket_dravet" / "data"
SCENARIO = EXAMPLE / "dravet.toml"
ANCHORED = EXAMPLE / "dravet-anchored.toml"
NAMED = {"dravet_population", "dravet_inflation", "dravet_testing", "fenfluramine_uptake"}
CLAIMING = {"dravet_population", "dravet_inflation", "dravet_launches", "dravet_networks"}
NAMES = {
    *NAMED, *CLAIMING, "dravet_screening", "dravet_access", "dravet_nurses", "later_entrant",
    "stiripentol_generics", "dravet_rebates",
}  # fmt: skip
COMPUTING = sorted(NAMES - CLAIMING)


def as_installed(folder):
    """The path of the example as pip would install it: its sources, and metadata in a folder."""
    about = folder / "ismarket_dravet-0.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: ismarket-dravet\nVersion: 0.1.0\nSummary: An illustration.\n"
    )
    (about / "entry_points.txt").write_text("[ismarket]\ndravet = ismarket_dravet\n")
    return f"{folder}:{EXAMPLE / 'src'}"


def table(name):
    return list(csv.DictReader((TABLES / name).read_text(encoding="utf-8").splitlines()))


def counted():
    """The market of the base year by region and class, USD, and its people by region.

    It is worked out from the tables row by row, as somebody with a pencil would do it.
    """
    mode = {(r["stage"], r["region"], r["drug_class"]): float(r["mode"])
            for r in table("funnel.csv")}  # fmt: skip
    regions = dict.fromkeys(r for _, r, _ in mode if r != "World")
    classes = dict.fromkeys(c for _, _, c in mode if c)
    cells, people = {}, {}
    for r in regions:
        sick = mode["population", r, ""] * mode["prevalence", r, ""]
        on_drug = sick * mode["identified", r, ""] * mode["on_therapy", r, ""]
        people[r] = sick, on_drug
        whole = sum(mode["product_mix", r, c] for c in classes)
        for c in classes:
            paid = mode["annual_cost", r, c] * mode["kept_after_discounts", r, c]
            share = mode["product_mix", r, c] / whole
            cells[r, c] = on_drug * share * mode["persistence", "World", c] * paid
    return cells, people


def prices(year):
    """The general price level of a year over that of the base year, as the table has it."""
    path = files("ismarket").joinpath("data", "us_dollar.csv").read_text(encoding="utf-8")
    level = {r["year"]: float(r["value"]) for r in csv.DictReader(path.splitlines())}
    return level[str(year)] / level["2024"]
