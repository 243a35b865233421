"""The page that computes, as a file: what may leave it, what it holds, how it is checked."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from dravet import ANCHORED

from ismarket import Study, forecast, load_scenario, study
from ismarket.cli import main
from ismarket.explorer.page_check import DATA, check_page, differences
from ismarket.explorer.standalone import as_page, made_from
from ismarket.report.places import packed
from ismarket.runs.verify import checked


@pytest.fixture(scope="module")
def asked():
    return study("published", draws=64)


@pytest.fixture(scope="module")
def page(asked):
    return as_page(asked, asked.forecast())


@pytest.fixture
def written(page, tmp_path):
    def write(text=page):
        path = tmp_path / "sent.html"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def data_of(page):
    return json.loads(DATA.search(page)[3])


def forged(page, old, new):
    """The page with something in its data changed, and the fingerprint made to fit."""
    match = DATA.search(page)
    assert old in match[3]
    packed = match[3].replace(old, new, 1)
    bears = hashlib.sha256(packed.encode()).hexdigest()
    return f'{page[: match.start(2)]}{bears}">{packed}{page[match.end(3) :]}'


def run(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    return stopped.value.code, capsys.readouterr()


def test_its_policy_allows_its_own_script_and_nothing_else(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    script = re.search(r'<script type="module">(.*)</script></body>', page, re.DOTALL)[1]
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{hashed}'"
    assert {"form-action", "base-uri"} <= set(rules)
    assert not {"connect-src", "img-src", "font-src"} & set(rules)
    assert not re.search(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=", page)


def test_two_pages_made_alike_are_the_same_text(asked, page):
    made = replace(made_from(asked, asked.forecast()), when=data_of(page)["made"]["when"])
    assert as_page(asked, asked.forecast(), made) == page


def test_without_a_script_the_figures_as_sent_are_read(page):
    read = re.search(r"<noscript>(.*)</noscript>", page)[1]
    assert "4.03 bn" in read
    assert "Unexplained" in read


def test_it_says_how_near_its_draws_come_and_what_it_was_made_from(page):
    data = data_of(page)
    said = dict(data["stamp"])
    assert "64 of 64 draws" in said["exact"]
    assert f"{100 * data['model']['figures']['error']:.2f}%" in said["exact"]
    assert data["model"]["figures"]["error"] < 1e-4
    assert "no run was kept" in said["from"]


def test_a_sound_page_is_made_again_figure_by_figure(written, capsys):
    code, out = run(["verify", "--page", str(written())], capsys)
    assert code == 0
    assert "figures made again" in out.out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"low":1.2,"mode":1.8', '"low":1.2,"mode":1.9', "mode is not what the package computes"),
        ("Diagnostic advances", "Better advances", "is not what the package computes"),
        ("without = ", "nonsense = ", "cannot be made again"),
    ],
)
def test_a_page_forged_with_its_fingerprint_is_found_out(page, written, capsys, old, new, said):
    code, out = run(["verify", "--page", str(written(forged(page, old, new)))], capsys)
    assert code == 1
    assert said in out.out


def test_a_figure_changed_by_hand_breaks_the_fingerprint(page, written, capsys):
    path = written(page.replace('"mode":1.8', '"mode":1.9', 1))
    code, out = run(["verify", "--page", str(path), "--json"], capsys)
    assert code == 1
    found = json.loads(out.out)
    assert not found["sound"]
    assert "fingerprint" in found["findings"][0]


def test_a_changed_script_is_found_out(page, written):
    changed = page.replace("Math.exp(", "1.1 * Math.exp(", 1)
    assert changed != page
    (found,) = check_page(written(changed)).findings
    assert "its code or its words" in found


def test_what_is_no_page_is_bad_input(tmp_path, capsys):
    for name, content in (("a.html", b"<p>hello"), ("b.html", b"\xff\xfe"), ("missing", None)):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        code, out = run(["verify", "--page", str(path)], capsys)
        assert code == 2
        assert out.err.count("\n") == 1
    assert run(["verify"], capsys)[0] == 2


@pytest.mark.slow(reason="a panel that computes")
def test_a_page_of_a_kept_run_bears_its_seal(asked, tmp_path, capsys):
    kept, other = (asked.keep(tmp_path / name).path for name in ("kept", "other"))
    path, seal = tmp_path / "run.html", checked(kept).manifest["seal"]
    assert run(["report", str(kept), "--page", str(path)], capsys)[0] == 0
    text = path.read_text("utf-8")
    assert seal[:16] in dict(data_of(text)["stamp"])["from"]
    assert run(["verify", str(kept), "--page", str(path), "--seal", seal], capsys)[0] == 0
    code, out = run(["verify", str(other), "--page", str(path)], capsys)
    assert code == 1
    assert "not from other" in out.out


def test_the_command_writes_no_half_page_and_overwrites_none(asked, tmp_path, capsys):
    path = tmp_path / "page.html"
    assert run(["report", "--draws", "64", "--page", str(path)], capsys)[0] == 0
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]
    code, out = run(["report", "--draws", "64", "--page", str(path)], capsys)
    assert code == 2
    assert "--force" in out.err


@pytest.mark.slow(reason="a panel that computes")
def test_the_second_market_travels_too_and_its_own_functions_stand_still(second):
    market, drivers = second
    scenario = load_scenario(ANCHORED).changed(draws=64)
    found = forecast(market, drivers, scenario)
    data = data_of(as_page(Study(market, drivers, scenario), found))
    computing = {driver.name for driver in drivers if driver.parameters}
    assert computing
    for driver in data["structure"]["drivers"]:
        (own,) = [c for c in driver["causes"] if c["title"] == "Of its own"] or [None]
        if driver["name"] in computing:
            assert own["word"] == "as sent"
            assert own["inputs"] == []


def test_a_page_with_drivers_that_are_not_here_is_not_judged(page, written, capsys):
    path = written(forged(page, '"installed":[', '"installed":["elsewhere",'))
    code, out = run(["verify", "--page", str(path)], capsys)
    assert code == 4
    assert "not installed here: elsewhere" in out.err


def test_figures_may_differ_by_rounding_alone():
    assert not list(differences({"a": [1.0]}, {"a": [1.0 + 1e-12]}))
    assert list(differences({"a": [1.0]}, {"a": [1.0 + 1e-8]})) == ["a[0]"]
    assert list(differences({"a": 1.0}, {})) == ["a"]
    one, other, far = (packed(np.array([n], np.uint16)) for n in (63, 64, 65))
    assert not list(differences({"places": one}, {"places": other}))
    assert list(differences({"places": one}, {"places": far})) == ["places"]
