"""Claims of a page: a row a sentence, causes as its words say; and whose market a file is of."""

import csv
import io

import pytest

from ismarket import InputError, load_market, triangulate
from ismarket.cli import main
from ismarket.model.anchor_file import parse_anchor
from ismarket.model.market_tables import CLAIM_COLUMNS, read_claims
from ismarket.reading import read_text
from ismarket.reading.claims import claims_csv

PAGE = """\
Infantile Spasms Therapeutics Market

The infantile spasms therapeutics market was valued at USD 150 million in 2022.

Key Market Drivers

Continuous video-EEG monitoring and genetic testing find more infants each year.
Rising birth rates widen the pool of patients.
The moon was full on the night of the launch event.
Request a sample of this report today.
Who are the key players of this market?
"""


def rows(page):
    return list(csv.DictReader(io.StringIO(claims_csv(read_text(page)).decode())))


def ended(*arguments):
    with pytest.raises(SystemExit) as end:
        main([str(one) for one in arguments])
    return end.value.code


def test_a_row_a_sentence_with_the_causes_that_its_words_suggest():
    headline, eeg, births, moon = rows(PAGE)
    assert (headline["id"], headline["section"]) == ("H1", "headline")
    assert eeg["mechanism"].split() == ["video_eeg", "genetic_testing"]
    assert (births["driver"], births["mechanism"], births["direction"]) == (
        "incidence", "births", "up",
    )  # fmt: skip
    assert "birth rates" in births["words"]
    assert (moon["mechanism"], moon["words"]) == ("", "")
    for row in (headline, eeg, births, moon):
        start, end = map(int, row["span"].split("-"))
        assert row["id"] == "H1" or PAGE[start:end].split() == row["claim"].split()
        assert len(row["claim"].split()) <= 25


def test_the_draft_has_the_columns_of_the_shipped_ledger_and_is_read_like_it(tmp_path):
    assert [*rows(PAGE)[0]] == [*CLAIM_COLUMNS, "status", "source"]
    file = tmp_path / "claims.csv"
    file.write_bytes(claims_csv(read_text(PAGE)))
    found = read_claims(file, load_market().mechanisms)
    assert [(c.id, c.mechanism) for c in found][1:3] == [
        ("C1", "video_eeg"), ("C1b", "genetic_testing"),
    ]  # fmt: skip
    file.write_text(file.read_text().replace("video_eeg", "video_egg"))
    with pytest.raises(InputError, match=r"claims.csv, line 3: no cause 'video_egg'; did you mean"):
        read_claims(file, load_market().mechanisms)


@pytest.mark.slow(reason="every cause is computed alone")
def test_a_page_becomes_an_audited_ledger_and_a_blank_cause_is_not_known(tmp_path, capsys):
    page, draft, claims = (tmp_path / name for name in ("page.txt", "draft.toml", "claims.csv"))
    more = "\nIt grows at a CAGR of 3.9% from 2022 to 2028.\n"
    page.write_text(PAGE.replace("in 2022.\n", "in 2022." + more))
    assert ended("read", page, "--out", draft, "--claims", claims) == 0
    assert ended("audit", "--anchor", draft, "--claims", claims) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "No cause known: C3 The moon was full" in said
    assert "C1b Continuous video-EEG" in said


OTHER = """\
name = "them-2023"
market = "asthma"
base_year = 2023
value_usd = 2e9
cagr = 0.05
last_year = 2030
"""


@pytest.mark.parametrize(
    "command", [("run", "--no-keep", "--anchor"), ("triangulate",), ("audit", "--anchor")]
)
def test_an_estimate_of_another_market_is_refused_in_one_line(tmp_path, capsys, command):
    file = tmp_path / "them.toml"
    file.write_text(OTHER)
    assert ended(*command, file) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "of market asthma, not infantile-spasms; go on with --market asthma" in said
    assert "ismarket new-market asthma" in said


def test_two_diseases_are_never_pooled(second, market, drivers):
    (other,) = (a for a in second[0].anchors.values() if a.published)
    with pytest.raises(InputError, match="the estimate is of market dravet, not infantile-spasms"):
        triangulate(market, drivers, anchors=[other])


def test_an_anchor_file_says_whose_market_it_is():
    with pytest.raises(InputError, match="no market; an anchor needs it"):
        parse_anchor(OTHER.replace('market = "asthma"\n', "").encode(), load_market(), "a.toml")
