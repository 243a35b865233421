"""The laws of a market: both markets keep them, and every fault is found with its file and line."""

import json
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from both_markets import MARKETS, market_and_drivers
from dravet import TABLES as SECOND

from ismarket.cli import main
from ismarket.testing.market_laws import LAWS, market_breaches, name_of

FIRST = Path(str(files("ismarket") / "data"))
FOLDERS = dict(zip(MARKETS, (FIRST, SECOND), strict=True))


@pytest.mark.parametrize("name", MARKETS)
def test_both_markets_keep_every_law(name):
    market, drivers = market_and_drivers(name)
    assert market_breaches(FOLDERS[name], market, drivers) == []
    assert market.folder.joinpath("stages.csv").is_file()


FAULTS = [
    ("columns", FIRST, "funnel.csv", 3, ",measured,", ",,"),
    ("columns", FIRST, "launches.csv", 1, "probability", "likelihood"),
    ("columns", SECOND, "stages.csv", 1, "role", "rôle"),
    ("units", FIRST, "births.csv", 5, "live births a year", "live births"),
    ("units", FIRST, "funnel.csv", 12, "share of incident", "part of incident"),
    ("units", FIRST, "mechanisms.csv", 6, "odds ratio", "rate ratio"),
    ("units", SECOND, "funnel.csv", 80, "USD of 2024", "USD of 2023"),
    ("units", SECOND, "stages.csv", 4, "share of patients", "patients"),
    ("statuses", FIRST, "anchors.csv", 2, ",published,TechSci", ",measured,TechSci"),
    ("statuses", SECOND, "funnel.csv", 20, ",assumed,", ",guessed,"),
    ("sources", SECOND, "funnel.csv", 20, "assumption: illustration", "illustration"),
    ("sources", FIRST, "births.csv", 4, "UN DESA", "assumption: UN DESA"),
    ("bounds", FIRST, "adoption.csv", 9, ",assumed,", ",assumed,"),
    ("bounds", SECOND, "population.csv", 11, "40307000", "4030700"),
    ("bounds", SECOND, "funnel.csv", 12, "1.2e-05", "-1.2e-05"),
    ("shares of a whole", SECOND, "funnel.csv", None, "product_mix,United States", None),
    ("causes claimed", FIRST, "mechanisms.csv", 7, "video_eeg,", "video_meg,"),
    ("anchors consistent", FIRST, "anchors.csv", 2, "North America", "North America and Europe"),
    ("anchors consistent", FIRST, "anchors.csv", 4, "diagnosis incidence", "diagnosing incidence"),
    ("ledger complete", FIRST, "claims.csv", 5, "H4,", "H3,"),
    ("ledger complete", FIRST, "claims.csv", 8, "TechSci report page 20717", "a report"),
]


def changed(folder, into, file, line, old, new):
    """A copy of the tables with one cell changed; the line of it."""
    shutil.copytree(folder, into, ignore=shutil.ignore_patterns("evidence", "scenarios", "chains"))
    lines = (into / file).read_text(encoding="utf-8").splitlines()
    if old == new:  # a share above 1
        at, cells = line - 1, lines[line - 1].split(",")
        lines[at] = ",".join([*cells[:2], "1.5", *cells[3:]])
    elif new is None:
        at = next(i for i, text in enumerate(lines) if text.startswith(old))
        cells = lines[at].split(",")
        lines[at] = ",".join([*cells[:4], cells[5], *cells[5:]])  # its mode is now its high
    else:
        at = line - 1
        assert old in lines[at], lines[at]
        lines[at] = lines[at].replace(old, new, 1)
    (into / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return at + 1


@pytest.mark.parametrize(("law", "folder", "file", "line", "old", "new"), FAULTS)
def test_a_fault_is_found_with_its_file_and_line(tmp_path, law, folder, file, line, old, new):
    market, drivers = market_and_drivers(next(n for n, f in FOLDERS.items() if f == folder))
    at = changed(folder, tmp_path / "tables", file, line, old, new)
    found = [b for b in market_breaches(tmp_path / "tables", market, drivers) if b.law == law]
    assert found
    if law == "shares of a whole" or line == 1:
        assert found[0].file == file
    else:
        assert (file, at) in {(b.file, b.line) for b in found}
    assert all("\n" not in str(b) and b.reason for b in found)


def test_every_law_has_a_fault():
    assert {law for law, *_ in FAULTS} == {name_of(law) for law in LAWS} - {"one market"}


def test_check_takes_the_name_of_a_market_and_a_folder_of_tables(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["check", "infantile-spasms"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.count("\N{CHECK MARK}") == len(LAWS)
    assert "0 of " in said.splitlines()[-1]
    changed(SECOND, tmp_path / "tables", "funnel.csv", 20, ",assumed,", ",guessed,")
    with pytest.raises(SystemExit) as ended:
        main(["check", str(tmp_path / "tables")])
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert "    funnel.csv, line 20: no status 'guessed'" in said
    assert "\N{EN DASH} one market" in said
    with pytest.raises(SystemExit) as ended:
        main(["check", str(tmp_path / "tables"), "--json"])
    assert ended.value.code == 1
    rows = json.loads(capsys.readouterr().out)
    assert [row["law"] for row in rows if row["kept"] is False] == ["statuses"]


def test_words_of_what_the_market_has_not_are_a_breach():
    market, drivers = market_and_drivers(MARKETS[1])
    wrong = replace(market, words='[regions]\nAtlantis = ["the lost land"]\n')
    (found,) = market_breaches(SECOND, wrong, drivers)
    assert found.law == "one market"
    assert "Atlantis" in found.reason
