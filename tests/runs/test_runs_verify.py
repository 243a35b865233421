"""Checking a run: whatever is changed in it is found, and nothing of it is loaded."""

import json
import os
import random
import shutil
import subprocess
import sys

import pytest
from command_line import ismarket

from ismarket import InputError
from ismarket.runs.layout import to_json
from ismarket.runs.manifest import problems, schema, seal
from ismarket.runs.verify import checked, verify_run
from ismarket.text.wording import ODD

TAMPERINGS = int(os.environ.get("ISMARKET_TAMPERINGS", "150"))
"""1000 in the full campaign."""


def files(run):
    return sorted(p for p in run.rglob("*") if p.is_file())


def flip_a_bit(run, chance):
    file = chance.choice([f for f in files(run) if f.stat().st_size])
    data = bytearray(file.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(bytes(data))


def cut_or_grow(run, chance):
    file = chance.choice([f for f in files(run) if f.stat().st_size])
    data = file.read_bytes()
    file.write_bytes(data[:-1] if chance.random() < 0.5 else data + b"\n")


def add_a_file(run, chance):
    folder = chance.choice([run, *{f.parent for f in files(run)}])
    (folder / f"extra{chance.randrange(100)}.csv").write_bytes(
        b"" if chance.random() < 0.3 else b"x"
    )


def add_an_empty_folder(run, chance):
    (chance.choice([run, *{f.parent for f in files(run)}]) / "new").mkdir()


def remove_a_file(run, chance):
    chance.choice(files(run)).unlink()


def rename_a_file(run, chance):
    file = chance.choice(files(run))
    file.rename(file.with_name(file.name + "x"))


def swap_two_files(run, chance):
    one, other = chance.sample(files(run), 2)
    while one.read_bytes() == other.read_bytes():
        one, other = chance.sample(files(run), 2)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def replace_by_a_link(run, chance):
    file = chance.choice(files(run))
    outside = run.parent / f"{run.name}-outside-{chance.randrange(10**9)}"
    file.rename(outside)
    file.symlink_to(outside)


def mend_sums(run, *paths):
    """Make the sums of these files right again, as somebody who tampers would."""
    from ismarket.runs.layout import digest

    lines = dict(
        reversed(line.split("  ", 1)) for line in (run / "SHA256SUMS").read_text().splitlines()
    )
    for path in paths:
        lines[path] = digest((run / path).read_bytes())
    (run / "SHA256SUMS").write_text("".join(f"{lines[p]}  {p}\n" for p in sorted(lines)))


def change_a_file_and_its_sum(run, chance):
    file = chance.choice([f for f in files(run) if f.name != "SHA256SUMS"])
    file.write_bytes(file.read_bytes() + b" ")
    mend_sums(run, file.relative_to(run).as_posix())


def edit_the_manifest_and_its_sum(run, chance):
    manifest = json.loads((run / "manifest.json").read_text())
    edit = chance.choice(["headline", "seed", "file", "plan", "drop"])
    if edit == "headline":
        manifest["headline"]["reference"] *= 1.01
    elif edit == "seed":
        manifest["scenario"]["seed"] += 1
    elif edit == "plan":
        manifest["plan"] = "0" * 64
    elif edit == "file":
        chance.choice(manifest["files"])["sha256"] = "0" * 64
    else:
        manifest["files"].remove(chance.choice(manifest["files"]))
    if chance.random() < 0.5:
        manifest["seal"] = seal(manifest)
    (run / "manifest.json").write_bytes(to_json(manifest))
    mend_sums(run, "manifest.json")


KINDS = [
    flip_a_bit, flip_a_bit, cut_or_grow, add_a_file, add_an_empty_folder, remove_a_file,
    rename_a_file, swap_two_files, replace_by_a_link, change_a_file_and_its_sum,
    edit_the_manifest_and_its_sum,
]  # fmt: skip


def found_sound(run):
    """What the check says; a run without its manifest is no run at all."""
    if not (run / "manifest.json").is_file():
        with pytest.raises(InputError, match=r"no manifest\.json"):
            verify_run(run)
        return False
    return verify_run(run).sound


@pytest.mark.slow(reason="a run spoilt in every way")
def test_every_tampering_is_found(kept, tmp_path):
    chance, missed = random.Random(20717), []
    for number in range(TAMPERINGS):
        run = tmp_path / str(number)
        shutil.copytree(kept, run)
        tamper = KINDS[number % len(KINDS)]
        tamper(run, chance)
        if found_sound(run):
            missed.append((number, tamper.__name__))
        shutil.rmtree(run)
    assert missed == []


def test_an_untouched_copy_is_sound_under_any_name(kept, tmp_path):
    shutil.copytree(kept, tmp_path / "renamed by the receiver")
    assert verify_run(tmp_path / "renamed by the receiver").findings == ()


def test_the_sums_are_those_of_sha256sum(kept):
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=kept, capture_output=True
    )
    assert (done.returncode, done.stdout) == (0, b"")


@pytest.mark.parametrize("seal", ["", " ", "0", "g" * 64, "ab" * 31, f"{'ab' * 32}\n0"])
def test_what_is_no_seal_is_never_the_seal_of_a_run(kept, seal):
    done = ismarket("verify", kept, "--seal", seal)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"ismarket: --seal {seal!r}: give the 64 hexadecimal digits")


def test_the_seal_of_a_run_is_held_against_the_one_that_was_given(kept):
    own = checked(kept).manifest["seal"]
    for given, code in ((own, 0), (f" {own.upper()}\n", 0), ("0" * 64, 1)):
        assert ismarket("verify", kept, "--seal", given).returncode == code, given


@pytest.mark.parametrize("name", [b"\x1b[2J", b"a\nrun: sound", "\u202ex".encode(), b"\xff"])
def test_a_file_name_in_a_run_paints_no_verdict(kept, tmp_path, name):
    run = shutil.copytree(kept, tmp_path / "run")
    with open(bytes(run / "outputs") + b"/" + name, "wb") as file:
        file.write(b"x")
    done = ismarket("verify", run)
    assert (done.returncode, done.stderr) == (1, "")
    assert not ODD.search(done.stdout.replace("\n", ""))
    assert len(done.stdout.splitlines()) == 2
    assert done.stdout.endswith(": a name with control characters\n")


def test_deep_folders_and_sparse_files_are_findings(kept, tmp_path, monkeypatch):
    run = shutil.copytree(kept, tmp_path / "run")
    with open(run / "outputs/sparse.csv", "wb") as file:
        file.truncate(1 << 32)
    with monkeypatch.context() as here:
        here.chdir(run)
        for _ in range(1200):
            os.mkdir("d")
            os.chdir("d")
    done = ismarket("verify", run)
    assert (done.returncode, done.stderr) == (1, "")
    assert "outputs/sparse.csv: larger than 536870912 bytes" in done.stdout
    assert ": deeper than 20 folders" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 150
    subprocess.run(["rm", "-rf", run], check=True)  # too deep for shutil


def test_verify_loads_no_plugin(kept):
    script = (
        "import sys\nfrom ismarket.cli import main\n"
        f"try: main(['verify', {str(kept)!r}])\n"
        "except SystemExit as e: print(e.code)\n"
        "print(sorted(m for m in sys.modules if m == 'pluggy' or m.startswith('ismarket_')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.splitlines()[-2:] == ["0", "[]"]
    assert done.stderr == ""


@pytest.mark.slow(reason="a run spoilt in every way")
def test_the_manifest_keeps_its_schema_as_an_independent_validator_reads_it(kept):
    jsonschema = pytest.importorskip("jsonschema")
    manifest = json.loads((kept / "manifest.json").read_text())
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    assert not list(validator.iter_errors(manifest))
    chance = random.Random(1)
    for _ in range(300):
        changed = json.loads(json.dumps(manifest))
        place, key = chance.choice(list(_places(changed)))
        if chance.random() < 0.3 and isinstance(place, dict):
            del place[key]
        else:
            place[key] = chance.choice([None, True, -1, 1.5, "", "x" * 300, [], {}, {"a": 1}])
        ours = list(problems(changed, schema(), "manifest"))
        theirs = list(validator.iter_errors(changed))
        assert bool(ours) == bool(theirs), (ours, theirs)


def _places(value):
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield value, key
        if isinstance(item, (dict, list)):
            yield from _places(item)


def test_what_is_no_run_says_so(tmp_path):
    with pytest.raises(InputError, match="no such run directory"):
        verify_run(tmp_path / "nowhere")
    with pytest.raises(InputError, match="not a run directory"):
        verify_run(tmp_path)


def test_a_run_that_is_not_sound_is_not_opened(kept, tmp_path):
    shutil.copytree(kept, tmp_path / "run")
    (tmp_path / "run/outputs/summary.csv").write_text("year\n")
    with pytest.raises(InputError, match=r"outputs/summary\.csv: changed"):
        checked(tmp_path / "run")
