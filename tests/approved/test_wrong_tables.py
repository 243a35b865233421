"""One wrong cell after the other in the tables that people write: the exact line that refuses it.

A line of ``wrong_tables.txt`` is a table, a column and what was put there, and what came of it.
"""

import csv
import io
import shutil
from functools import partial
from importlib.resources import files
from itertools import takewhile

import pytest
from drafts import ANCHOR
from dravet import TABLES
from written import approve, line

from ismarket import Driver, InputError, read_market
from ismarket.analysis.ceilings import read_ceilings
from ismarket.analysis.updating import read_observations
from ismarket.model.anchor import read_anchors
from ismarket.model.anchor_file import read_anchor_file
from ismarket.model.grid import combined, read_grid
from ismarket.model.launch import read_launches
from ismarket.model.market_tables import read_claims
from ismarket.model.scenario import load_scenario
from ismarket.model.words import words_of

pytestmark = pytest.mark.slow(reason="hundreds of tables")

WRONG = ("", "x", "-1", "2e9")
VALUES = ("3", "-1", "true", '"x"', '"\\n"', "[]", "[1, 9]", '["x"]')
SHIPPED = files("ismarket") / "data"
CORRELATIONS = """first,second,rank_correlation,status,source,note
care_networks.ratio,funnel.identified.japan,0.4,assumed,assumption: together,
care_networks.ratio,care_networks.half_time,-1,assumed,assumption: apart,
"""
CLAIMS = """id,section,claim,driver,mechanism,stage,direction,overlaps,span,words,status,source
A1,headline,It grows,baseline,,,up,,,,published,a page
A2,causes,Centres,diagnosis,care_networks population_growth,identified,,A1,,,published,a page
"""
ACTUALS = """year,value_usd,error,status,source,note,known,dollars
2024,5e7,0.1,measured,a filing,,2025-02-15,
2025,6e7,0.2,measured,a filing,,,USD of 2024
"""
SCENARIO = """title = "One"
anchor = "bottom-up"
through = 2028
without = ["pricing"]
price_basis = "real"
overlap = 0.75
draws = 2000
[fixed]
video_eeg.ratio = 1.9
[correlation]
"video_eeg.ratio ~ ai_eeg.ratio" = 0.4
[options]
pricing.path = "low"
"""
GRID = """inherit = "published"
draws = 500
[grid]
overlap = [0.0, 1.0]
strength.diagnosis = [1, 2]
[probability]
overlap = [0.25, 0.75]
"""


def in_the_market(path):
    """What a market of the folder would be."""
    made = read_market(path.parent, name="m", title="M", base_year=2024, horizon=2030)
    words_of(made)
    inputs = list(made.parameters.values())
    sums = [sum(getattr(p, end) for p in inputs) for end in ("low", "mode", "high")]
    return made.currency, len(inputs), *sums, [c.kind for c in made.mechanisms.values()], made


def own(path):
    made = Driver.from_table(path)
    return made, [(c.kind, c.inert, len(c.parameters)) for c in made.mechanisms]


@pytest.fixture
def folder(tmp_path):
    """The tables of the second market, with those that it does without."""
    shutil.copytree(TABLES, tmp_path / "data")
    for name, text in (
        ("correlations.csv", CORRELATIONS), ("claims.csv", CLAIMS), ("actuals.csv", ACTUALS),
        ("scenario.toml", SCENARIO), ("grid.toml", GRID), ("anchor.toml", ANCHOR),
    ):  # fmt: skip
        (tmp_path / "data" / name).write_text(text, encoding="utf-8")
    rows = [
        (TABLES / name).read_text(encoding="utf-8") for name in ("mechanisms.csv", "adoption.csv")
    ]
    causes, spread = ([*csv.DictReader(io.StringIO(text))] for text in rows)
    (cause,) = (c for c in causes if c["mechanism"] == spread[0]["mechanism"])
    with (tmp_path / "data" / "own.csv").open("w", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(cause | spread[0]))
        writer.writeheader()
        writer.writerows(row | cause for row in spread)
    shutil.copy(TABLES / "launches.csv", tmp_path / "data" / "own_launches.csv")
    (tmp_path / "data" / "ceilings.csv").write_bytes((SHIPPED / "ceilings.csv").read_bytes())
    return tmp_path / "data"


READ_BY = {
    **dict.fromkeys(
        "stages funnel mechanisms adoption population correlations".split(),
        in_the_market,
    ),
    "anchors": lambda path: read_anchors(path, "m"),
    "own": own,
    "own_launches": own,
    "ceilings": lambda path: [(c.name, c.at(2024, 1e3)) for c in read_ceilings(path)],
    "actuals": read_observations,
}  # fmt: skip
OF_A_MARKET = {
    "claims": lambda market, path: read_claims(path, market.mechanisms),
    "launches": lambda market, path: read_launches(
        path, {stage.name: stage for stage in market.stages}, market.regions, market.drug_classes
    ),
}


def cells(text):
    """Each column of a row in the middle with each wrong value in its place."""
    rows = list(csv.reader(io.StringIO(text)))
    for column, name in enumerate(rows[0]):
        for wrong in WRONG:
            changed = [list(row) for row in rows]
            changed[len(rows) // 2][column] = wrong
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerows(changed)
            yield f"{name} =", wrong, out.getvalue()
    yield "a row", "twice", "\n".join([text.rstrip("\n"), text.splitlines()[len(rows) // 2], ""])
    yield "the table", "of one cell", rows[0][0]


def lines(text):
    """Each line of a TOML text left out, or with each wrong value behind its =."""
    rows = text.splitlines()
    for place, row in enumerate(rows):
        name, equals, _ = row.partition(" = ")
        for value in ("left out", *(VALUES if equals else ())):
            new = "" if value == "left out" else f"{name} = {value}"
            text = "\n".join([*rows[:place], new, *rows[place + 1 :], ""])
            yield f"{name}{equals.rstrip()}", value, text


def differing(one, other):
    """Where one text departs from another, with what stands around it."""
    if one == other:
        return "as it is"
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    start = max(0, len(list(alike)) - 30)
    return f"... {one[start : start + 90]}"


def tried(path, read, changes):
    """What is said of each changed text in the place of a file, what is alike together."""
    as_it_is, found = line(read(path)), {}
    found["as it is:", as_it_is] = []
    for what, wrong, text in changes(path.read_text(encoding="utf-8")):
        path.write_text(text, encoding="utf-8")
        try:
            said = differing(line(read(path)), as_it_is)
        except InputError as error:
            said = f"! {error}"[:300]
        found.setdefault((what, said), []).append(wrong)
    return [f"{what} {' , '.join(wrong)} -> {said}" for (what, said), wrong in found.items()]


@pytest.mark.parametrize("name", READ_BY)
def test_a_wrong_cell_is_refused_or_read_as_approved(name, folder):
    approve("wrong_tables", name, tried(folder / f"{name}.csv", READ_BY[name], cells))


@pytest.mark.parametrize("name", OF_A_MARKET)
def test_a_wrong_cell_of_a_market_is_refused_or_read_as_approved(name, folder, second):
    read = partial(OF_A_MARKET[name], second[0])
    approve("wrong_tables", name, tried(folder / f"{name}.csv", read, cells))


def test_a_wrong_line_is_refused_or_read_as_approved(folder, market):
    for name, read in {
        "words": in_the_market,
        "scenario": load_scenario,
        "grid": lambda path: [s.name for s in combined(*read_grid(path))],
        "anchor": lambda path: read_anchor_file(path, market),
    }.items():
        approve("wrong_tables", name, tried(folder / f"{name}.toml", read, lines))
