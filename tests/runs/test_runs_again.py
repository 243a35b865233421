"""Computing a run again, opening it, and the bridge between two runs."""

import json

import pytest
from command_line import ismarket
from hypothesis import given
from hypothesis import strategies as st
from parcels import ismarket as in_a_process

from ismarket import DiskError, InputError, Scenario, keep_run, load_scenario, open_run
from ismarket.runs.agreement import DIFFERENT, EQUAL, IDENTICAL, agreement, changes, need_drivers
from ismarket.runs.bridge import REST, bridge
from ismarket.runs.layout import to_csv
from ismarket.runs.verify import Record, checked
from ismarket.studies import loaded
from ismarket.studies.kept import compare_runs, reopened


def test_a_run_computed_again_here_is_identical(kept):
    opened = reopened(kept)
    assert opened.again().agreement.level == IDENTICAL
    assert opened.changed == {"data": [], "drivers": [], "code": [], "environment": []}


def test_rerun_keeps_a_second_run_with_the_same_outputs(kept, tmp_path):
    done = ismarket("rerun", str(kept), "--out", "again", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("run: identical bytes in all 10 tables")
    for path, data in checked(tmp_path / "again").contents.items():
        if path.startswith(("outputs/", "inputs/resolved", "inputs/data", "drivers/")):
            assert data == (kept / path).read_bytes()


@pytest.mark.slow(reason="runs kept and computed again")
def test_other_processor_features_are_named_as_the_reason(kept, tmp_path):
    done = in_a_process("rerun", str(kept), "--json", cwd=tmp_path,
                        NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL AVX512_SPR AVX2 FMA3"
                        " AVX512F AVX512CD AVX512_SKX")  # fmt: skip
    if not done.stdout:
        pytest.skip("this NumPy cannot switch these features off")
    found = json.loads(done.stdout)
    assert found["level"] in (IDENTICAL, EQUAL)
    if found["level"] == EQUAL:
        assert found["changed"]["environment"]
        assert 0 < found["largest_relative_difference"] <= 1e-12


def with_output(record, path, data):
    return Record(record.path, record.manifest, record.identity, {**record.contents, path: data})


def summary_with(record, factor, column=2):
    lines = record.contents["outputs/summary.csv"].decode().splitlines()
    cells = lines[3].split(",")
    cells[column] = repr(float(cells[column]) * factor)
    lines[3] = ",".join(cells)
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize(
    ("factor", "level"),
    [(1.0, IDENTICAL), (1 + 4e-16, EQUAL), (1 + 1e-13, EQUAL), (1 + 1e-10, DIFFERENT)],
)
def test_the_level_follows_the_largest_difference(kept, factor, level):
    record = checked(kept)
    again = {**record.contents, "outputs/summary.csv": summary_with(record, factor)}
    found = agreement(record, again, ["numpy 2.0, now 2.4"])
    assert found.level == level
    if level == DIFFERENT:
        assert found.first.startswith("outputs/summary.csv, line 4, mean: ")
    if level != IDENTICAL:
        assert "numpy 2.0, now 2.4" in str(found)


def test_a_table_that_lost_a_row_or_a_word_is_different(kept):
    record = checked(kept)
    text = record.contents["outputs/region.csv"].decode()
    for changed in (text.replace("Europe", "Utopia"), text[: text[:-1].rfind("\n") + 1]):
        again = {**record.contents, "outputs/region.csv": changed.encode()}
        assert agreement(record, again).level == DIFFERENT
    without = {p: d for p, d in record.contents.items() if p != "outputs/region.csv"}
    assert "not made again" in agreement(record, without).first


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=9))
def test_canonical_numbers_read_back_to_the_same_bits(values):
    lines = to_csv({"x": values}).decode().splitlines()[1:]
    assert [float(line).hex() for line in lines] == [value.hex() for value in values]


def test_missing_drivers_are_named_before_anything_runs(kept):
    record = checked(kept)
    with pytest.raises(DiskError, match=r"not installed here: .*technology \(ismarket 0"):
        need_drivers(record, ["diagnosis", "incidence", "innovation"])


def test_another_version_data_and_environment_are_named(kept):
    old = checked(kept).identity
    new = json.loads(json.dumps(old))
    new["plugins"][0]["version"] = "9.9"
    new["plugins"][1]["files"] = {"ismarket_incidence.py": "0" * 64}
    new["environment"]["packages"]["numpy"]["version"] = "9.9"
    new["tables"]["ismarket/data/funnel.csv"] = "0" * 64
    new["code"]["files"]["ismarket/engine/forecaster.py"] = "0" * 64
    found = changes(old, new)
    assert any(line.endswith("now ismarket 9.9") for line in found["drivers"])
    assert any("ismarket_incidence.py changed" in line for line in found["drivers"])
    assert found["environment"][0].endswith("now 9.9")
    assert found["data"] == ["ismarket/data/funnel.csv changed"]
    assert "ismarket/engine/forecaster.py changed" in found["code"][0]


def test_open_run_gives_the_forecast_that_was_kept(kept):
    result = open_run(kept)
    assert result.plan.scenario.draws == 300
    assert f"{result.columns['summary']['p50'][-1]!r}" in (kept / "outputs/summary.csv").read_text()


def test_open_run_refuses_a_run_that_was_changed(kept, tmp_path):
    import shutil

    shutil.copytree(kept, tmp_path / "run")
    (tmp_path / "run/inputs/resolved.toml").write_text("draws = 5\n")
    with pytest.raises(InputError, match=r"inputs/resolved\.toml: changed"):
        open_run(tmp_path / "run")


@pytest.mark.slow(reason="runs kept and computed again")
def test_a_run_is_computed_again_from_its_own_tables(kept, tmp_path):
    tables = dict(loaded(Scenario()).origin.tables)
    name = "ismarket/data/funnel.csv"
    text = tables[name].decode()
    line = next(row for row in text.splitlines() if row.startswith("incidence,Europe"))
    cells = line.split(",")
    cells[4] = repr((float(cells[3]) + float(cells[4])) / 2)
    tables[name] = text.replace(line, ",".join(cells)).encode()
    from ismarket.runs.keep import keep
    from ismarket.runs.start import Place

    other = loaded(Scenario(), tables)
    scenario = load_scenario("published").changed(draws=300)
    keep(other.changed(scenario).plan, other.drivers, other.origin, where=Place(tmp_path / "other"))
    assert reopened(tmp_path / "other").again().agreement.level == IDENTICAL
    found = compare_runs(kept, tmp_path / "other")
    assert [step.change for step in found.steps] == [f"table {name}"]
    assert_closes(found)


def assert_closes(found):
    for value in ("reference", "median"):
        total = sum(getattr(step, value) for step in found.steps)
        change = getattr(found.end, value) - getattr(found.start, value)
        assert total == pytest.approx(change, abs=1e-12 * getattr(found.start, value))
    first, *effects, last = found.by_role
    carried = sum(effect.reference for effect in effects)
    assert carried == pytest.approx(last.reference - first.reference, abs=1e-10 * first.reference)
    for row, end in ((first, found.start), (last, found.end)):
        assert row.title == end.change
        assert row.reference == pytest.approx(end.reference, rel=1e-12)


@pytest.mark.slow(reason="runs kept and computed again")
def test_the_bridge_adds_up_and_names_every_change(kept, tmp_path):
    keep_run(
        Scenario(draws=300, without=(), overlap=0.5, fixed={"video_eeg.ratio": 2.6},
                 strength={"diagnosis": 1.5}),
        tmp_path / "b",
    )  # fmt: skip
    found = compare_runs(kept, tmp_path / "b")
    assert {step.change for step in found.steps} == {
        "pricing taken in", "overlap 1.0 to 0.5", "video_eeg.ratio uncertain to 2.6",
        "strength of diagnosis 1 to 1.5",
    }  # fmt: skip
    assert_closes(found)
    back = compare_runs(tmp_path / "b", kept)
    for there, again in zip(found.steps, back.steps, strict=True):
        assert there.reference == pytest.approx(-again.reference)
        assert there.median == pytest.approx(-again.median)


@pytest.mark.slow(reason="runs kept and computed again")
def test_a_comparison_prints_what_price_volume_and_mix_did(kept, tmp_path):
    keep_run(Scenario(draws=300, without=()), tmp_path / "b")
    found = compare_runs(kept, tmp_path / "b")
    first, second = open_run(kept), open_run(tmp_path / "b")
    wanted = first.price_volume(to=second)
    assert [row.role for row in found.by_role] == [row.role for row in wanted.whole]
    assert [row.p95 for row in found.by_role] == [row.p95 for row in wanted.whole]
    usd = first.plan.usd("M")
    assert str(found).startswith(f"{usd} in {found.year} ")
    table = str(found).rpartition(usd)[2]
    assert all(row.title in table for row in found.by_role)
    assert str(compare_runs(kept, kept)).endswith("Nothing changed.")


@pytest.mark.slow(reason="runs kept and computed again")
def test_the_bridge_between_levels_and_horizons_adds_up(kept, tmp_path):
    keep_run(load_scenario("evidence").changed(draws=300, through=2030), tmp_path / "b")
    found = compare_runs(kept, tmp_path / "b")
    assert found.year == 2028
    assert_closes(found)
    assert compare_runs(kept, tmp_path / "b", year=2025).year == 2025
    with pytest.raises(InputError, match="both have 2022 to 2028"):
        compare_runs(kept, tmp_path / "b", year=2030)


@pytest.mark.slow(reason="runs kept and computed again")
def test_the_bridge_of_many_changes_samples_orders_and_still_adds_up(kept, tmp_path):
    fixed = {"video_eeg.ratio": 2.0, "genetic_testing.half_time": 6.0, "ai_eeg.ratio": 1.3,
             "neuroimaging.ratio": 1.04, "telemedicine.ratio": 1.3}  # fmt: skip
    scenario = Scenario(draws=300, without=(), overlap=0.2, fixed=fixed)
    keep_run(scenario, tmp_path / "b")
    found = compare_runs(kept, tmp_path / "b")
    assert len(found.steps) == 7
    assert found.error > 0
    assert_closes(found)


@pytest.mark.slow(reason="runs kept and computed again")
def test_a_correlation_is_a_change_of_its_own(kept, tmp_path):
    pair = "ai_eeg.ratio ~ video_eeg.ratio"
    keep_run(load_scenario("published").changed(draws=300, seed=5, correlation={pair: 0.5}),
             tmp_path / "b")  # fmt: skip
    found = compare_runs(kept, tmp_path / "b")
    assert {step.change for step in found.steps} == {
        f"correlation of {pair} 0 to 0.5", "seed 20717 to 5",
    }  # fmt: skip
    assert_closes(found)


def test_nothing_changed_is_an_empty_bridge(kept):
    found = compare_runs(kept, kept)
    assert found.steps == ()


def test_what_code_and_environment_did_has_its_own_row(kept):
    record = checked(kept)
    moved = with_output(record, "outputs/summary.csv", summary_with(record, 1.01, column=5))
    made = open_run(kept)
    found = bridge(record, moved, lambda *_: (made.plan, made.installed), year=2024)
    assert [step.change for step in found.steps] == [REST]
    assert found.steps[0].reference == 0
    assert found.steps[0].median == pytest.approx(0.01 * found.start.median)
    assert_closes(found)
