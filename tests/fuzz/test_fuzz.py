"""Mutated files: refused with one line, or read as an independent parser reads them.

``ISMARKET_FUZZ=10000`` runs the full campaign; the slowest file is then printed with ``-s``.
"""

import math
import os
import time

import pytest
from mutations import COLUMNS, anchors, mutated, scenarios, tables
from small_parsers import read_csv, read_toml

from ismarket import InputError, Scenario, load_market
from ismarket.model.anchor_file import parse_anchor
from ismarket.model.scenario import parse_scenario
from ismarket.model.tables import parse_table

COUNT = int(os.environ.get("ISMARKET_FUZZ", "1500"))


def timed(read, *arguments):
    """What ``read`` gives, or None where it refuses with one line; and its processor time."""
    result, refused, start = None, "one line", time.process_time()
    try:
        result = read(*arguments)
    except InputError as error:
        refused = str(error)
    took = time.process_time() - start
    assert len(refused.splitlines()) == 1
    assert len(refused) < 600
    return result, took


def flat(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def expected_scenario(values):
    """A scenario from the independent parser's tables, by plain assignment."""
    values = dict(values)
    for key in ("fixed", "strength"):
        if key in values:
            pairs = list(flat(values[key]))
            assert len(dict(pairs)) == len(pairs)
            values[key] = {k: float(v) for k, v in pairs}
    if "without" in values:
        values["without"] = tuple(dict.fromkeys(values["without"]))
    return values


def report(kind, accepted, sure, slowest):
    print(f"\n{COUNT} {kind}: {accepted} accepted, {sure} of them read by the small parser too,"
          f" slowest {1000 * slowest:.1f} ms")  # fmt: skip


def test_no_mutated_scenario_is_misread():
    accepted, sure, slowest = 0, 0, 0.0
    for text in scenarios(COUNT, seed=20717):
        scenario, took = timed(parse_scenario, text, "s.toml")
        slowest = max(slowest, took)
        if scenario is None:
            continue
        accepted += 1
        values = read_toml(text)
        if values is None:
            continue
        sure += 1
        for key, value in expected_scenario(values).items():
            got = getattr(scenario, key)
            assert got == value, (key, got, value, text)
            assert math.copysign(1, got) == math.copysign(1, value) if got == 0 else True
        left = {f for f in Scenario.__dataclass_fields__ if f not in values} - {"name"}
        for key in left:
            assert getattr(scenario, key) == getattr(Scenario(), key), (key, text)
    report("scenarios", accepted, sure, slowest)
    assert accepted > COUNT / 50
    assert sure > 0.8 * accepted


SAME = ("name", "base_year", "cagr", "last_year")
OR_ELSE = {"title": "", "url": "", "largest_region": "", "fastest_growing_class": ""}


@pytest.mark.slow(reason="hundreds of spoilt files")
def test_no_mutated_anchor_is_misread():
    market, accepted, sure, slowest = load_market(), 0, 0, 0.0
    for text in anchors(COUNT, seed=20717):
        try:
            data = text.encode()
        except UnicodeEncodeError:
            continue
        anchor, took = timed(parse_anchor, data, market, "a.toml")
        slowest = max(slowest, took)
        if anchor is None:
            continue
        accepted += 1
        values = read_toml(text)
        if values is None:
            continue
        sure += 1
        for key in SAME:
            assert getattr(anchor, key) == values[key], (key, text)
        for key, default in OR_ELSE.items():
            assert getattr(anchor, key) == values.get(key, default), (key, text)
        assert anchor.value == float(values["value_usd"])
        assert anchor.last_value == values.get("last_value_usd")
        assert anchor.periods == values.get("periods", values["last_year"] - values["base_year"])
        assert list(anchor.drivers_named) == values.get("drivers_named", [])
        assert math.isfinite(anchor.value * (1 + anchor.cagr))
    report("anchors", accepted, sure, slowest)
    assert accepted > COUNT / 50
    assert sure > 0.8 * accepted


def test_no_mutated_table_is_misread():
    accepted, slowest = 0, 0.0
    for text in tables(COUNT, seed=20717):
        try:
            data = text.encode()
        except UnicodeEncodeError:
            continue
        rows, took = timed(parse_table, data, "t.csv", COLUMNS)
        slowest = max(slowest, took)
        if rows is None:
            continue
        accepted += 1
        header, *expected = read_csv(text)
        expected = [cells for cells in expected if any(cells)]
        assert [list(row.cells) for row in rows] == [header] * len(expected), text
        assert [list(row.cells.values()) for row in rows] == expected, text
        for row in rows:
            for column in ("low", "mode", "high"):
                number, _ = timed(row.number, column)
                if number is not None:
                    cell = row.cells[column]
                    assert cell.isascii()
                    assert "_" not in cell
                    assert "," not in cell
                    assert cell == cell.strip()
                    assert math.isfinite(number)
                    assert number == float(cell)
    report("tables", accepted, accepted, slowest)
    assert accepted > COUNT / 50


def test_bytes_that_are_no_text_are_refused():
    import random

    chance = random.Random(3)
    for _ in range(100):
        data = bytearray(mutated("stage,region\nx,y\n", [","], chance).encode())
        data.insert(chance.randrange(len(data) + 1), chance.choice([0xFF, 0xC0, 0x80]))
        rows, _ = timed(parse_table, bytes(data), "t.csv", COLUMNS)
        assert rows is None


BOMBS = {
    "a dotted key of 20,000 parts": "a." * 20_000 + "a = 1",
    "a header of 20,000 parts": "[" + "a." * 20_000 + "a]",
    "dots between quoted parts": "fixed." + '"a".' * 10_000 + "a = 1",
    "deep brackets": "without = " + "[" * 20_000,
    "deep braces": "fixed = " + "{a = " * 10_000,
    "brackets over lines": "without = [\n" + "[\n" * 5_000,
    "many keys": "k = 1\n" * 10_000,
    "many tables": "".join(f"[a{i}]\n" for i in range(8_000)),
    "a long number": "draws = " + "9" * 60_000,
    "a long hexadecimal number": "draws = 0x" + "f" * 60_000,
    "an open string": 'title = """' + "x" * 60_000,
    "open strings": 'title = "' * 6_000,
    "escapes": 'title = "' + "\\u0041" * 10_000 + '"',
    "escaped quotes": 'title = "' + '\\"' * 32_000,
    "spaces before a comment": "no_such_key = 1\n" + " " * 60_000 + "#",
    "quotes": "'" * 60_000,
    "one long word": "a" * 65_000,
    "words": "a " * 32_000,
    "equals": "=" * 65_000,
    "comments": "#" * 65_000,
    "a large file": "# x\n" * 40_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_or_read_at_once(name):
    result, took = timed(parse_scenario, BOMBS[name], "s.toml")
    print(f"\n{name}: {1000 * took:.1f} ms")
    assert result is None or name == "comments"
    assert took < 1.0
    anchor, took = timed(parse_anchor, BOMBS[name].encode() * 4, load_market(), "a.toml")
    print(f"{name}, as an anchor: {1000 * took:.1f} ms")
    assert anchor is None
    assert took < 1.0


def test_a_row_too_long_or_a_decimal_comma_never_shifts_a_column():
    head = "stage,region,low,mode,high,unit,status,source\n"
    for cell, message in (("0,25", "9 cells, the header has 8"), ('"0,25"', "is not a number")):
        text = f"{head}births,Europe,{cell},1,1,u,measured,S\n"
        with pytest.raises(InputError, match=message):
            parse_table(text.encode(), "t.csv", COLUMNS)[0].number("low")


def test_na_is_text():
    head = "stage,region,low,mode,high,unit,status,source\n"
    row = parse_table(f"{head}births,NA,1,1,1,u,measured,S\n".encode(), "t.csv", COLUMNS)[0]
    assert row.text("region") == "NA"
