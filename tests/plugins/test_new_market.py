"""A new market is a whole package: it keeps the laws, installs and runs as it is written."""

import ast
import csv
import gzip
import importlib
import re
import sys
import tomllib
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest
from command_line import ismarket

from ismarket import InputError, Scenario, forecast, load_drivers, load_scenario
from ismarket.engine.findings import placeholders
from ismarket.plugins import un_areas
from ismarket.plugins.new_market import chains, write_market
from ismarket.testing import market_breaches
from ismarket.testing.laws import moves_something

SOURCE = "Acme Research, page.html"
DRAFT = f"""
name = "acme-2022"
market = "Gaucher disease"
publisher = "Acme Research"
base_year = 2022
value_usd = 1500000000
cagr = 0.05
first_year = 2023
last_year = 2028
largest_region = "North America"
fastest_growing_class = "oral therapy"
drivers_named = ["diagnosis", "awareness"]
source = "{SOURCE}"
"""
CLAIMS = f"""id,section,claim,driver,mechanism,stage,direction,overlaps,status,source
H1,headline,World market of USD 1.5 billion in 2022,baseline,,,,,published,"{SOURCE}"
D1,drivers,Newborn screening,diagnosis,newborn_screening,diagnosed,up,,published,"{SOURCE}"
D2,drivers,Awareness is rising,awareness,,,up,,published,"{SOURCE}"
"""


@contextmanager
def opened(folder):
    """The module of a written package, imported for as long as it lasts."""
    (package,) = (folder / "src").iterdir()
    sys.path.insert(0, str(folder / "src"))
    try:
        yield importlib.import_module(package.name)
    finally:
        sys.path.remove(str(folder / "src"))
        for name in [name for name in sys.modules if name.startswith(package.name)]:
            del sys.modules[name]


def market_of(module):
    (market,) = module.register_markets()
    market = market.with_anchors({anchor.name: anchor for anchor in module.register_anchors()})
    bundled = [driver for driver in load_drivers() if driver.name == "inflation"]
    return market, [*module.DRIVERS, *bundled]


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """The package of a market made from a draft and its sentences."""
    folder = tmp_path_factory.mktemp("drafted")
    (folder / "draft.toml").write_text(DRAFT, encoding="utf-8")
    (folder / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    write_market(
        "gaucher", folder / "gaucher", draft=folder / "draft.toml", claims=folder / "claims.csv",
        regions="USA, DACH = Germany + Austria + Switzerland, Japan",
    )  # fmt: skip
    return folder / "gaucher"


@pytest.mark.parametrize("chain", chains())
def test_it_keeps_every_law_and_says_nothing_of_its_own(tmp_path, chain):
    write_market("gaucher-disease", tmp_path, chain=chain, regions="Germany, France, Japan")
    with opened(tmp_path) as module:
        market, drivers = market_of(module)
        assert market_breaches(module.TABLES, market, drivers) == []
        assert market.regions == ("Germany", "France", "Japan")
        for driver in module.DRIVERS:
            moves_something(driver, market)
        scenario = load_scenario(tmp_path / "gaucher-disease.toml").changed(draws=256)
        found = forecast(market, drivers, scenario)
    first = market.stages[0].path
    grown = first.mode[6].sum() / first.mode[0].sum()
    table = dict(zip(*(found.columns["attribution"][c] for c in ("driver", "points")), strict=True))
    trend = {n: p for n, p in table.items() if n.startswith("gaucher") and "trend" not in n}
    assert max(map(abs, trend.values())) < 1e-12  # placeholders move nothing at their modes
    assert abs(grown - 1) > 0.001
    (said,) = placeholders(found.plan)
    given = sum(not p.placeholder for p in found.plan.parameters if not p.constant)
    assert given == 4  # the paths of three regions and of general prices
    assert said in " ".join(str(found).split())


def test_the_draft_fills_the_anchor_and_the_ledger(drafted):
    with opened(drafted) as module:
        market, drivers = market_of(module)
        assert market_breaches(module.TABLES, market, drivers) == []
    anchor = market.anchors["acme-2022"]
    assert (anchor.value, anchor.cagr, anchor.last_year) == (1.5e9, 0.05, 2028)
    assert (anchor.publisher, anchor.source) == ("Acme Research", SOURCE)
    assert anchor.drivers_named == ("gaucher_diagnosis", "gaucher_awareness")
    assert anchor.largest_region == ""
    assert "North America is largest" in anchor.note
    assert market.drug_classes[0] == anchor.fastest_growing_class == "oral therapy"
    assert (market.title, market.base_year, market.horizon) == ("Gaucher disease", 2022, 2028)
    assert {c.mechanism for c in market.claims} == {"newborn_screening", ""}
    claimed = {driver.name: driver.claims for driver in drivers}
    assert claimed["gaucher_diagnosis"] == ("newborn_screening",)
    assert claimed["gaucher_awareness"] == ("awareness",)
    found = forecast(market, drivers, load_scenario(drafted / "gaucher.toml").changed(draws=256))
    assert found.columns["reference"]["value"][0] == 1.5e9
    assert load_scenario(drafted / "gaucher.toml").anchor == "acme-2022"


def test_the_package_is_complete_and_well_formed(tmp_path):
    written = write_market("one-two", tmp_path, title="It's a <title> & more", author="A. Body")
    names = {path.relative_to(tmp_path).as_posix() for path in written}
    data = "stages funnel population mechanisms adoption anchors claims".split()
    assert names == {
        "README.md", "pyproject.toml", "one-two.toml", ".gitignore", "tests/test_market.py",
        ".github/workflows/test.yml", "src/ismarket_one_two/__init__.py",
        "src/ismarket_one_two/data/words.toml",
        *(f"src/ismarket_one_two/data/{name}.csv" for name in data),
    }  # fmt: skip
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["ismarket"] == {"one_two": "ismarket_one_two"}
    assert project["authors"] == [{"name": "A. Body"}]
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert not set(text.split()) & {"{{", "}}"} or path.suffix == ".yml"
        if path.suffix == ".py":
            ast.parse(text)
        if path.suffix == ".toml":
            tomllib.loads(text)
    assert "wpp2024" in (tmp_path / "README.md").read_text()
    assert "CC BY 3.0 IGO" in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize(
    ("name", "told", "words"),
    [
        ("Gaucher disease", {}, "did you mean 'gaucher-disease'?"),
        ("a", {"chain": "birth"}, "did you mean 'births'?"),
        ("a", {"regions": "Germny"}, "did you mean 'Germany'?"),
        ("a", {"regions": "Germany, Europe"}, "Germany counts in Germany and in Europe"),
        ("a", {"title": 'a "b"'}, "no quotes"),
        ("a", {"draft": Path("absent.toml")}, "absent.toml: cannot be read"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is(tmp_path, name, told, words):
    with pytest.raises(InputError, match=re.escape(words)):
        write_market(name, tmp_path / "new", **told)
    assert not (tmp_path / "new").exists()


def test_the_command_refuses_a_name_that_is_taken_and_says_what_comes_next(tmp_path):
    done = ismarket("new-market", "infantile-spasms", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "taken" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    done = ismarket("new-market", "gaucher", "--regions", "Japan", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ismarket run ismarket-gaucher/gaucher.toml" in done.stdout


# the tables of the United Nations -----------------------------------------------------------------


def un_rows():
    packed = files("ismarket").joinpath("data", un_areas.FILE).read_bytes()
    return list(csv.DictReader(gzip.decompress(packed).decode("utf-8").splitlines()))


def test_the_un_tables_hold_every_area_and_year():
    rows = un_rows()
    assert len({row["area"] for row in rows}) == 236
    assert {(row["area"], row["year"]) for row in rows} == {
        (row["area"], str(year)) for row in rows for year in range(2015, 2051)
    }
    for row in rows:
        for table in ("births", "population"):
            value = int(row[table])
            ends = [int(row[f"{table}_{end}"] or value) for end in ("low", "high")]
            assert 0 < ends[0] <= value <= ends[1]
            assert bool(row[f"{table}_low"]) <= (int(row["year"]) > 2023)


def test_regions_add_up_their_areas_and_the_rest_is_the_rest():
    rows = un_rows()
    dach = "DACH = Germany + Austria + Switzerland"
    found = un_areas.places(f"{dach}; China, Hong Kong SAR; Rest of the world")
    assert [len(place.areas) for place in found] == [3, 1, 232]
    (count,) = [c for c in un_areas.counts(found[0], "births", 2022) if c.year == 2030]
    own = [r for r in rows if r["area"] in found[0].areas and r["year"] == "2030"]
    for end, value in (
        ("births", count.value),
        ("births_low", count.low),
        ("births_high", count.high),
    ):
        assert value == sum(int(row[end]) for row in own)
    world = un_areas.places("World")[0]
    whole = [c.value for c in un_areas.counts(world, "population", 2022)]
    parts = [un_areas.counts(p, "population", 2022) for p in un_areas.continents()]
    assert whole == [sum(c.value for c in year) for year in zip(*parts, strict=True)]


def test_the_shipped_births_are_those_of_the_un_tables(market):
    north = un_areas.places("North America = Northern America + Mexico")[0]
    found = {c.year: c.value for c in un_areas.counts(north, "births", 2022)}
    path = market.stages[0].path.mode[:, market.regions.index("North America")]
    assert [found[year] for year in market.years] == pytest.approx(path, rel=1e-6)


def test_an_interval_begins_after_the_base_year():
    place = un_areas.places("Japan")[0]
    counts = {c.year: c for c in un_areas.counts(place, "population", 2026)}
    assert (counts[2026].low, counts[2026].high) == (None, None)
    assert counts[2027].low < counts[2027].value < counts[2027].high
    assert {counts[2020].status, counts[2030].status} == {"estimated"}
    births = {c.year: c.status for c in un_areas.counts(place, "births", 2022)}
    assert (births[2023], births[2024]) == ("measured", "estimated")


def test_a_scenario_of_the_new_market_is_choices_only(drafted):
    scenario = load_scenario(drafted / "gaucher.toml")
    assert scenario == Scenario(
        market="gaucher", anchor="acme-2022", without=(), name="gaucher",
        title="The published estimate, taken apart",
    )  # fmt: skip
