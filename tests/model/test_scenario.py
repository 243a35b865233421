"""Scenarios: choices that round-trip through TOML, and errors that name file, line and key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ismarket import InputError, Scenario, load_scenario, write_scenario
from ismarket.model.scenario import parse_scenario, shipped_scenarios
from ismarket.model.tables import read_toml

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.slow(reason="hundreds of random scenarios")
@given(
    st.builds(
        Scenario,
        anchor=text,
        through=st.none() | st.integers(1900, 2200),
        beyond=st.sampled_from(["drivers", "published"]),
        periods=st.none() | st.integers(1, 100),
        without=st.lists(text, unique=True).map(tuple),
        fixed=st.dictionaries(st.from_regex(r"[a-z]{1,5}\.[a-z.]{1,9}", fullmatch=True), numbers),
        strength=st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.floats(0, 10)),
        overlap=st.floats(0, 1),
        draws=st.integers(1, 10**9),
        seed=st.integers(0, 2**63 - 1),
        sampler=st.sampled_from(["sobol", "random"]),
        name=text,
        title=text,
    )
)
def test_a_scenario_written_and_read_is_the_same(scenario):
    assert parse_scenario(write_scenario(scenario)) == scenario


def test_the_shipped_scenarios_are_published_and_evidence():
    assert list(shipped_scenarios()) == ["published", "evidence"]
    published, evidence = load_scenario("published"), load_scenario("evidence")
    assert (published.anchor, published.without) == ("techsci-2022", ("pricing",))
    assert (evidence.anchor, evidence.without) == ("bottom-up", ())
    assert published.changed(name="", title="") == Scenario()


def test_dotted_keys_may_be_quoted_or_not():
    plain = parse_scenario("[fixed]\nvideo_eeg.ratio = 2\nfunnel.births.europe = 6e6\n")
    quoted = parse_scenario('[fixed]\n"video_eeg.ratio" = 2\n"funnel.births.europe" = 6e6\n')
    assert plain.fixed == quoted.fixed == {"video_eeg.ratio": 2.0, "funnel.births.europe": 6e6}


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('anchr = "x"', "s.toml, line 1: no key 'anchr'; did you mean 'anchor'?"),
        ('title = "x"\ndraws = 0', "s.toml, line 2: draws = 0 must be a whole number from 1"),
        ("overlap = nan", "s.toml, line 1: overlap = nan is not a finite number"),
        ("overlap = 2", "s.toml, line 1: overlap = 2 is outside 0 to 1"),
        ("[fixed]\na.ratio = inf", "s.toml, line 2: fixed a.ratio = inf is not a finite number"),
        ("[fixed]\na.ratio = true", "is not a finite number"),
        ("[strength]\nx = -1", "s.toml, line 2: strength x = -1 is outside 0 to 10"),
        ("fixed = 3", "s.toml, line 1: fixed must be a table, [fixed]"),
        ('without = "pricing"', "must be a list of driver names"),
        ("without = [1]", "which is not a driver name"),
        ('beyond = "driver"', "did you mean 'drivers'?"),
        ("draws = 1.5", "must be a whole number"),
        ("seed = -1", "must be a whole number from 0"),
        ("anchor = 3", "s.toml, line 1: anchor = 3 must be text"),
        ("anchor = ", "s.toml: not valid TOML"),
        ("a = 1\na = 2", "s.toml: not valid TOML"),
    ],
)
def test_what_cannot_be_meant_is_one_line_with_its_place(toml, message):
    with pytest.raises(InputError) as error:
        parse_scenario(toml, "s.toml")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"#" * 300_000])
def test_a_file_that_is_no_scenario_is_refused(tmp_path, content):
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.toml"):
        load_scenario(file)


@pytest.mark.parametrize(
    "text",
    ["a = 1\n" * 2_001, "[a]\n" * 2_001, "a = [1]\n" * 1_001],
    ids=["keys", "tables", "both"],
)
def test_a_file_of_thousands_of_keys_is_not_parsed(text):
    with pytest.raises(InputError, match="m: more than 2000 keys and tables, not a scenario"):
        read_toml(text, "m")


def test_a_scenario_that_does_not_exist_suggests_one():
    with pytest.raises(InputError, match="did you mean 'published'"):
        load_scenario("publishd")
    with pytest.raises(InputError, match="no such file"):
        load_scenario("nowhere/mine.toml")
