"""A run holds the published estimate that it was anchored to, also where that came from a file."""

import pytest
from command_line import ismarket

from ismarket import InputError, Scenario, compare_runs, export_run, import_run, keep_run, open_run
from ismarket.runs.agreement import IDENTICAL
from ismarket.runs.verify import checked
from ismarket.studies.kept import rerun

MINE = """\
name = "{name}"
publisher = "A house of our own"
market = "infantile-spasms"
base_year = 2022
value_usd = {value}
cagr = 0.05
last_year = 2028
drivers_named = ["diagnosis"]
"""


def anchor(path, value="2.0e8", name="mine"):
    path.write_text(MINE.format(name=name, value=value))
    return path


@pytest.fixture(scope="module")
def anchored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("anchored")
    file = anchor(folder / "draft of mine.toml")
    run = keep_run(Scenario(draws=300, anchor=str(file)), folder / "run")
    file.unlink()
    return run


def test_the_file_is_among_the_inputs_and_the_scenario_names_its_anchor(anchored):
    assert checked(anchored).scenario.anchor == "mine"
    assert (anchored / "inputs/data/anchor.toml").read_text() == MINE.format(
        name="mine", value="2.0e8"
    )
    assert 'anchor = "mine"' in (anchored / "inputs/scenario.toml").read_text()


@pytest.mark.slow(reason="runs kept on disk")
def test_it_is_computed_again_kept_again_and_opened_without_the_file(anchored, tmp_path):
    again = rerun(anchored, tmp_path / "again")
    assert again.agreement.level == IDENTICAL
    assert (tmp_path / "again/inputs/data/anchor.toml").read_bytes() == (
        anchored / "inputs/data/anchor.toml"
    ).read_bytes()
    assert open_run(anchored).plan.anchor.publisher == "A house of our own"


def test_it_travels_in_an_archive(anchored, tmp_path):
    received = import_run(export_run(anchored, tmp_path / "run.zip"), tmp_path / "received")
    assert rerun(received).agreement.level == IDENTICAL


def closes(found):
    total = sum(step.reference for step in found.steps)
    change = found.end.reference - found.start.reference
    return total == pytest.approx(change, abs=1e-12 * found.start.reference)


def test_the_bridge_moves_an_anchor_and_its_file_together(anchored, kept):
    for one, other in ((anchored, kept), (kept, anchored)):
        found = compare_runs(one, other)
        assert len(found.steps) == 1
        assert "table anchor.toml" in found.steps[0].change
        assert closes(found)


def test_the_bridge_between_two_files_of_one_anchor_is_the_file(anchored, tmp_path):
    file = anchor(tmp_path / "other.toml", "3.0e8")
    keep_run(Scenario(draws=300, anchor=str(file)), tmp_path / "other")
    found = compare_runs(anchored, tmp_path / "other")
    assert [step.change for step in found.steps] == ["table anchor.toml"]
    assert found.steps[0].reference / found.start.reference == pytest.approx(0.5)


@pytest.mark.slow(reason="runs kept on disk")
def test_two_files_with_two_names_and_another_choice_still_close(anchored, tmp_path):
    file = anchor(tmp_path / "other.toml", "3.0e8", name="other")
    keep_run(Scenario(draws=300, anchor=str(file), overlap=0.3), tmp_path / "other")
    found = compare_runs(anchored, tmp_path / "other")
    assert len(found.steps) == 2
    assert closes(found)


@pytest.mark.slow(reason="runs kept on disk")
def test_the_pooled_anchor_is_kept_computed_again_and_compared(anchored, tmp_path):
    keep_run(Scenario(draws=300, anchor="pooled"), tmp_path / "pooled")
    assert rerun(tmp_path / "pooled").agreement.level == IDENTICAL
    assert closes(compare_runs(tmp_path / "pooled", anchored))


@pytest.mark.slow(reason="runs kept on disk")
def test_the_command_keeps_a_run_of_an_anchor_file(tmp_path):
    anchor(tmp_path / "mine.toml")
    done = ismarket("run", "--anchor", "mine.toml", "--draws", "100", "--out", "run", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "anchor mine" in done.stdout
    assert (tmp_path / "run/inputs/flags.txt").read_text().splitlines()[0] == 'anchor = "mine"'
    assert ismarket("rerun", "run", cwd=tmp_path).stdout.startswith("run: identical bytes")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('name = "techsci-2022"', "an anchor 'techsci-2022' is installed"),
        ('name = "a\\nb"', "name = 'a\\\\nb' must be one line of text"),
        ("cagr = 1e400", "is larger than any number"),
        (f"cagr = {'9' * 400}", "a whole number of 1329 bits must be a finite number"),
        (f"periods = {'9' * 400}", "must be a whole number of years"),
        ("value_usd = nan", "value_usd = nan must be a finite number"),
        ("a" + ".a" * 5000 + " = 1", "a key of more than 8 parts"),
        ("drivers_named = [1]", r"drivers_named = \[1\] must be a list"),
        ("# " + "x" * 300_000, "larger than 262144"),
    ],
)
def test_a_file_that_is_no_anchor_is_one_line(tmp_path, line, message):
    key = line.partition(" = ")[0]
    good = MINE.format(name="mine", value="2.0e8").splitlines()
    lines = [line, *(old for old in good if not old.startswith(f"{key} ="))]
    (tmp_path / "mine.toml").write_text("\n".join(lines))
    with pytest.raises(InputError, match=message) as refused:
        keep_run(Scenario(draws=50, anchor=str(tmp_path / "mine.toml")), tmp_path / "run")
    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < 400
    assert not (tmp_path / "run").exists()
