"""The report that the package examines: its page, in words of our own, gives the shipped anchor."""

from dataclasses import asdict
from pathlib import Path

import pytest

from ismarket import load_market
from ismarket.cli import main
from ismarket.model.anchor_file import parse_anchor
from ismarket.reading import read_text
from ismarket.reading.draft import draft_anchor

SEED = (Path(__file__).parent / "seed.txt").read_text(encoding="utf-8")
LINES = "".join(f"<p>{line}</p>" for line in SEED.splitlines() if line.strip())
TITLE = "Infantile Spasm Therapeutics Market By Size, Share and Forecast 2028 | TechSci Research"
FORMS = {
    "text": SEED,
    "without the values of two labels": (
        SEED.replace("2024-2028\n\nMarket", "\nMarket").replace("3.90%\n\nFastest", "\nFastest")
    ),
    "without a currency": SEED.replace("USD 3.20 billion\n\nCAGR", "3.20 billion\n\nCAGR"),
    "HTML": f"<html><head><title>{TITLE}</title></head><body>{LINES}<footer>&copy; 2025 TechSci"
    " Research. All rights reserved.</footer></body></html>",
    "with bars between": SEED.replace("\n\nMarket Overview", "\n|\n\nMarket Overview"),
}
OF_THE_TABLE = ("name", "url", "source", "note", "drivers_named")
"""What a page cannot say of the table that holds its anchor; the order of drivers among it."""


@pytest.mark.parametrize("form", FORMS)
def test_the_page_gives_the_shipped_anchor_field_by_field(form):
    market = load_market()
    draft = draft_anchor(read_text(FORMS[form], "seed.txt"))
    found, shipped = (
        parse_anchor(draft.encode(), market, "seed.toml"),
        market.anchors["techsci-2022"],
    )
    assert set(found.drivers_named) == set(shipped.drivers_named)
    for field, value in asdict(shipped).items():
        if field not in OF_THE_TABLE:
            assert getattr(found, field) == value, field


def test_the_page_is_run_without_a_hand_edit(tmp_path, capsys):
    (tmp_path / "seed.txt").write_text(SEED, encoding="utf-8")
    draft, claims = tmp_path / "draft.toml", tmp_path / "claims.csv"
    for command in (
        ["read", str(tmp_path / "seed.txt"), "--out", str(draft), "--claims", str(claims)],
        ["run", "--no-keep", "--draws", "512", "--anchor", str(draft)],
    ):
        with pytest.raises(SystemExit) as ended:
            main(command)
        assert ended.value.code == 0
    page = " ".join(capsys.readouterr().out.split())
    assert "USD 3.20 bn in 2022 (printed by TechSci Research), 4.03 bn in 2028" in page
    assert "+3.90% a year from 2022 to 2028" in page
    causes = claims.read_text(encoding="utf-8")
    for cause in ("hard_to_observe", "video_eeg", "genetic_testing", "births", "population_ageing"):
        assert cause in causes
    assert "USD 12 million" in causes  # a sentence of no cause stays, without one
