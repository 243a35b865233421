"""No text of a stranger paints a terminal: it is refused at load, or spelled where it goes out."""

from dataclasses import replace

import pytest
from command_line import ismarket
from parcels import DRIVER, OWN_ROW, OWN_TABLE, parcel

from ismarket import Anchor, Driver, InputError, Parameter, load_market
from ismarket.text.wording import ODD, shown, title_of

ESCAPES = {
    "a terminal's escape": "\x1b[2J\x1b[1;31mred",
    "a bell": "a\x07",
    "a line": "a\nUnexplained  +99.99",
    "a return": "a\rb",
    "one of eight bits": "a\x9b31m",
    "right to left": "a\u202etxt.exe",
    "an isolate": "a\u2066b\u2069",
    "a line separator": "a\u2028b",
    "nothing to see": "a\u200bb",
    "a tag": "a\U000e0041",
    "half a character": "a\ud800",
}
each_escape = pytest.mark.parametrize("text", ESCAPES.values(), ids=ESCAPES)
FORGED = ["Unexplained +99.99", "unexplained", "All together", "Births          +3.00", " Births",
          "Births +99.99", "Births \u22121.2 of them"]  # fmt: skip


def parameter(**about):
    return Parameter("a", 1.0, 1.0, 1.0, **{"unit": "1", "title": "A", "source": "s", **about})


def anchor(**about):
    about = {"publisher": "P", "title": "T", **about}
    return Anchor("mine", base_year=2022, value=1e9, cagr=0.0, first_year=2022, last_year=2028,
                  periods=6, **about)  # fmt: skip


MADE = {
    "a parameter's title": lambda text: parameter(title=text),
    "a parameter's unit": lambda text: parameter(unit=text),
    "a parameter's source": lambda text: parameter(source=text),
    "a driver's title": lambda text: Driver("mine", text),
    "a driver's description": lambda text: Driver("mine", "Mine", description=text),
    "an anchor's publisher": lambda text: anchor(publisher=text),
    "an anchor's note": lambda text: anchor(note=text),
    "a market's title": lambda text: replace(load_market(), title=text),
    "a market's region": lambda text: replace(load_market(), regions=(text,)),
}


@each_escape
@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_what_is_loaded_holds_nothing_that_does_not_show(make, text):
    with pytest.raises(InputError) as refused:
        make(text)
    assert not ODD.search(str(refused.value))


@pytest.mark.parametrize("text", [42, None, float("nan"), b"x", ["x"]], ids=repr)
@pytest.mark.parametrize("make", list(MADE.values())[:7], ids=list(MADE)[:7])
def test_what_is_no_text_is_refused_in_a_line(make, text):
    with pytest.raises(InputError, match="not text"):
        make(text)


@pytest.mark.parametrize("text", FORGED)
def test_a_title_that_would_pass_for_a_row_is_refused(text):
    for make in (MADE["a driver's title"], MADE["a parameter's title"], MADE["a market's title"]):
        with pytest.raises(InputError, match="could be taken for a row of a table"):
            make(text)


def test_a_title_as_people_write_them_is_one(market, drivers):
    for text in (
        "COVID-19 and births",
        "Totals of 2022-2028",
        "",
    ):
        assert title_of(text, "x") == text
    every = [p.title for p in market.parameters.values()] + [driver.title for driver in drivers]
    assert [title_of(text, "x") for text in every] == every


@each_escape
def test_a_scenario_of_a_stranger_paints_no_terminal(tmp_path, text):
    literal = "".join(f"\\U{ord(c):08x}" for c in text if c != "\ud800")
    (tmp_path / "theirs.toml").write_text(f'title = "{literal}"\ndraws = 50\n')
    done = ismarket("run", "theirs.toml", "--no-keep", cwd=tmp_path)
    assert (done.returncode, done.stdout) == ((0 if "\ud800" in text else 2), done.stdout)
    assert not ODD.search((done.stdout + done.stderr).replace("\n", ""))


@each_escape
def test_a_table_of_a_stranger_paints_no_terminal(tmp_path, text):
    path = written(tmp_path, text)
    with pytest.raises(InputError) as refused:
        Driver.from_table(path)
    assert not ODD.search(str(refused.value))


def written(folder, text):
    row = OWN_ROW.format(region="all").replace("EEG at home", f'"{text}"')
    (folder / "own.csv").write_text(f"{OWN_TABLE}\n{row}\n", "utf-8", errors="surrogatepass")
    return folder / "own.csv"


def test_a_plugin_that_fails_with_escapes_paints_no_terminal(parcels):
    parcel(parcels, "loud", "raise RuntimeError('\\x1b[2J\\x1b[1mall is well\\u202e')")
    parcel(parcels, "titled", DRIVER.format(name="titled").replace("A stranger", "\\x1b[31mA"))
    done = ismarket("run", "--no-keep", "--draws", "50", path=parcels)
    assert done.returncode == 0
    assert "RuntimeError: \\x1b[2J\\x1b[1mall is well\\u202e" in done.stderr
    assert "titled (parcel-titled 1.0) was left out" in done.stderr
    assert not ODD.search((done.stdout + done.stderr).replace("\n", ""))


@each_escape
def test_a_page_that_is_read_paints_no_terminal(tmp_path, text):
    page = f"<title>{text}</title><p>{text} The market was valued at USD 3.20 billion in 2022.</p>"
    (tmp_path / "page.html").write_text(page, "utf-8", errors="surrogatepass")
    done = ismarket("read", "page.html", cwd=tmp_path)
    assert done.returncode in (0, 2)
    assert not ODD.search((done.stdout + done.stderr).replace("\n", ""))


def test_what_goes_out_keeps_its_lines_and_spells_the_rest():
    assert shown("a\tb\n\x1b[1mc\u202e\u00e9\u2212") == "a\tb\n\\x1b[1mc\\u202e\u00e9\u2212"
