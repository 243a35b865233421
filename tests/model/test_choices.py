"""Choices are declared once: TOML, option, copied code and control follow the declaration."""

import shlex
from dataclasses import fields

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ismarket import InputError, Scenario, load_market, load_scenario, write_scenario
from ismarket.cli.run import chosen, scenario_choices, texts
from ismarket.explorer.changes import changed, count_changes
from ismarket.explorer.controls import structure
from ismarket.model import recipe
from ismarket.model.choices import Keyed, Names, Real, Said, Text, Whole
from ismarket.model.scenario import CHOICES, entries, from_entries, parse_scenario

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
keys = st.from_regex(r"[a-z_-]{1,6}(\.[a-z_]{1,6}){0,2}", fullmatch=True)
pairs = st.lists(keys, min_size=2, max_size=2, unique=True).map(" ~ ".join)


def values(choice):
    """Whatever a choice may be, from its declaration."""
    found = of(choice.kind)
    return st.none() | found if choice.default is None else found


def of(kind):
    match kind:
        case Text(allowed=(_, *_)):
            return st.sampled_from(kind.allowed)
        case Text(pattern=""):
            return text
        case Text():
            return st.from_regex(kind.pattern, fullmatch=True)
        case Whole():
            return st.integers(kind.low, kind.high)
        case Real():
            return st.floats(kind.low, kind.high, allow_nan=False, allow_infinity=False)
        case Said():
            return text | st.floats(allow_nan=False, allow_infinity=False)
        case Keyed(known=(_, *_)):
            return st.dictionaries(st.sampled_from(kind.known), of(kind.of))
        case Names():
            return st.lists(st.sampled_from(["pricing", "diagnosis"]) | text, unique=True)
        case Keyed():
            return st.dictionaries(
                keys if kind.key is str else pairs, of(kind.of), max_size=4
            ).filter(lambda table: len({kind.key(key) for key in table}) == len(table))


whole = st.builds(Scenario, **{name: values(choice) for name, choice in CHOICES.items()})
each_alone = pytest.mark.parametrize("name", [*CHOICES, "all"])


def some(data, name):
    """A scenario with one choice made, or all."""
    if name == "all":
        return data.draw(whole)
    return Scenario(**{name: data.draw(values(CHOICES[name]))})


def unnamed(scenario):
    return scenario.changed(**{name: c.default for name, c in CHOICES.items() if not c.moves})


def typed(words, folder, scenario):
    """What the command line makes of words that name a file once the scenario is saved there."""

    @click.command()
    @click.argument("base")
    @scenario_choices
    def run(base, **given):
        if base.endswith(".toml"):
            (folder / base).write_bytes(write_scenario(scenario).encode())
            base = folder / base
        return chosen(load_scenario(base), given, ("pricing", "diagnosis"))

    program, command, *rest = words
    assert (program, command) == ("ismarket", "run")
    return run.main(rest, standalone_mode=False)


def test_every_field_of_a_scenario_is_a_declared_choice():
    assert [f.name for f in fields(Scenario)] == list(CHOICES)
    plain = Scenario()
    assert all(getattr(plain, name) == choice.default for name, choice in CHOICES.items())
    assert all(choice.words in Scenario.__doc__ for choice in CHOICES.values())
    assert all(choice.words for choice in CHOICES.values())


@each_alone
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_scenario_written_as_toml_reads_as_the_same(name, data):
    scenario = some(data, name)
    assert parse_scenario(write_scenario(scenario)) == scenario


@each_alone
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_copied_command_makes_the_same_scenario(tmp_path_factory, name, data):
    scenario = some(data, name).changed(name="mine", title="")
    words = shlex.split(recipe.as_command(scenario), comments=True)
    assert unnamed(typed(words, tmp_path_factory.mktemp("typed"), scenario)) == unnamed(scenario)


@each_alone
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_copied_python_makes_the_same_scenario(name, data):
    scenario, made = some(data, name), {}
    code, _ = recipe.as_python(scenario).split("market, drivers = ")
    exec(code, made)
    assert made["scenario"] == unnamed(scenario)


@each_alone
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_scenario_spelled_entry_by_entry_is_the_same(name, data):
    scenario = some(data, name)
    assert from_entries(entries(scenario)) == unnamed(scenario)
    assert (count_changes(scenario, Scenario()) == 0) == (unnamed(scenario) == Scenario())


@pytest.mark.parametrize("name", [name for name, c in CHOICES.items() if c.flag])
def test_the_option_of_a_choice_says_what_was_declared(name):
    @click.command()
    @scenario_choices
    def run(**_):
        pass

    option = next(o for o in run.params if o.name == name)
    choice = CHOICES[name]
    assert option.opts == [choice.flag]
    assert choice.words in option.help
    assert option.multiple == isinstance(choice.kind, Keyed | Names)


def test_a_text_by_key_is_taken_as_it_stands_and_refused_without_a_key():
    option = click.Option(["--option"], metavar="KEY=TEXT")
    assert texts(None, option, ("a.b=x=1", " c = ")) == {"a.b": "x=1", "c": " "}
    for wrong in ("a.b", "=x"):
        with pytest.raises(InputError, match=r"--option '.*': give KEY=TEXT"):
            texts(None, option, (wrong,))


def test_a_control_has_the_label_and_range_that_were_declared():
    shown = {control["name"]: control for control in structure(load_market(), ())["choices"]}
    assert {name: c.label for name, c in CHOICES.items() if c.label} == {
        name: control["label"] for name, control in shown.items()
    }
    overlap = CHOICES["overlap"].kind
    assert (shown["overlap"]["low"], shown["overlap"]["high"]) == (overlap.low, overlap.high)


def test_a_seed_typed_in_the_page_is_that_very_seed():
    seed = 2**63 - 1
    change = {"kind": "seed", "value": str(seed)}
    assert changed(Scenario(), change, Scenario(), load_market()).seed == seed


@pytest.mark.parametrize(
    ("choices", "key"),
    [
        ({"draws": 0}, "draws"),
        ({"sampler": "sobl"}, "sampler"),
        ({"anchor": 1}, "anchor"),
        ({"without": "pricing"}, "without"),
        ({"fixed": 1}, "fixed"),
        ({"fixed": {"a.ratio": "x"}}, "fixed a.ratio"),
        ({"strength": {"diagnosis": 11}}, "strength diagnosis"),
        ({"correlation": {"a": 0.5}}, "correlation a"),
        ({"correlation": {"b ~ a": 0.5, "a ~ b": 0.5}}, "correlation a ~ b"),
        ({"pins": {"parcel": "newest of all"}}, "pins parcel"),
    ],
)
def test_an_error_carries_the_key_that_it_is_about(choices, key):
    with pytest.raises(InputError) as error:
        Scenario(**choices)
    assert error.value.key == key


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("[fixed]\nb.ratio = 1\na.ratio = inf", 3),
        ('[strength]\nx = 1\n[fixed]\n"a.x" = inf', 4),
        ("fixed.a.ratio = inf", 1),
        ("draws = 5\nfixed = {a.ratio = inf}", 2),
        ('[correlation]\n"a.x ~ b.x" = 0\n"a.x ~ c.x" = 2', 3),
        ('[pins]\nparcel = "1.0"\n"other.parcel" = "x y"', 3),
    ],
)
def test_an_error_in_an_entry_names_its_line(toml, line):
    with pytest.raises(InputError, match=f"^s.toml, line {line}: "):
        parse_scenario(toml, "s.toml")
