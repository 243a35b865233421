"""From a report to an audited market of a disease that is not here: every step in one place."""

import csv
import json
import re
import subprocess
import sys
import time

import pytest
from command_line import ismarket
from parcels import python

pytest.importorskip("anywidget")
DRAFT = """
name = "acme-2023"
market = "Gaucher disease"
publisher = "Acme Research"
title = "Gaucher Disease Treatment Market"
base_year = 2023
value_usd = 1500000000
cagr = 0.05
first_year = 2024
last_year = 2030
fastest_growing_class = "oral therapy"
drivers_named = ["diagnosis", "awareness"]
source = "Acme Research, page.html"
"""
CLAIMS = """id,section,claim,driver,mechanism,stage,direction,overlaps,status,source
H1,headline,Market of USD 1.5 billion,baseline,,,,,published,"Acme Research, page.html"
D1,drivers,Screening,diagnosis,screening,diagnosed,up,,published,"Acme Research, page.html"
D2,drivers,Awareness rises,awareness,awareness,,up,,published,"Acme Research, page.html"
"""
EDITS = {
    ("prevalence", "Germany", ""): ("5e-06", "1e-05", "2e-05"),
    ("prevalence", "France", ""): ("5e-06", "1e-05", "2e-05"),
    ("prevalence", "Japan", ""): ("1e-06", "2e-06", "4e-06"),
    ("diagnosed", "Japan", ""): ("0.4", "0.6", "0.8"),
    ("treated", "Germany", ""): ("0.6", "0.8", "0.9"),
}
"""Five numbers of a funnel, invented for this test."""
EXPLORED = """
import ismarket
panel = ismarket.study("gaucher.toml", draws=512).explore()
before = panel.forecast.summary()["p50"].iloc[-1]
panel.change({"kind": "fixed", "key": "screening.ratio", "value": 1.8})
assert panel.forecast.summary()["p50"].iloc[-1] > before
assert any("Placeholders" in line["text"] for line in panel.page["notices"]), panel.page.keys()
"""


def edit(table):
    """Put the five numbers into a funnel table, with a status and a source."""
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if ends := EDITS.get((row["stage"], row["region"], row["drug_class"])):
            row |= dict(zip(("low", "mode", "high"), ends, strict=True))
            row |= {"status": "assumed", "source": "assumption: invented for a test"}
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.timeout(600)
def test_a_market_is_made_edited_installed_asked_kept_and_verified(tmp_path):
    started = time.monotonic()
    (tmp_path / "draft.toml").write_text(DRAFT, encoding="utf-8")
    (tmp_path / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    site, package = tmp_path / "site", tmp_path / "ismarket-gaucher"

    def answer(*arguments, code=0, where=package):
        done = ismarket(*arguments, cwd=where, path=site)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def install():
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--upgrade"]
        subprocess.run([*pip, "--target", str(site), str(package)], check=True)

    def placeholders(page):
        said = re.search(r"nobody has given (\d+) of (\d+) uncertain", " ".join(page.split()))
        return tuple(map(int, said.groups()))

    answer("new-market", "gaucher", "--from", "draft.toml", "--claims", "claims.csv",
           "--regions", "Germany, France, Japan", where=tmp_path)  # fmt: skip
    install()
    before = placeholders(answer("run", "gaucher.toml", "--no-keep"))
    edit(package / "src/ismarket_gaucher/data/funnel.csv")
    install()
    assert "\N{BALLOT X}" not in answer("check", "gaucher")

    page = answer("run", "gaucher.toml", "--out", "kept", "--draws", "2000")
    assert "USD 1.50 bn in 2023 (printed by Acme Research)" in page
    assert placeholders(page) == (before[0] - len(EDITS), before[1])
    assert "3 claims" in answer("audit", "gaucher.toml")
    assert "The one estimate" in answer("triangulate", "--market", "gaucher")
    done = python(EXPLORED, cwd=package, path=site)
    assert done.returncode == 0, done.stderr
    answer("report", "gaucher.toml", "--html", "report.html")
    answer("verify", "kept")
    answer("rerun", "kept")
    for runs in (["kept"] * 2, ["kept"] * 3, ["kept"] * 2 + ["--json"]):
        assert placeholders(answer("compare", *runs)) == placeholders(page)
    checked = json.loads(answer("check-numbers", "report.html", "gaucher.toml", "--json"))
    assert {row["state"] for row in checked} == {"equal"}
    assert time.monotonic() - started < 600
