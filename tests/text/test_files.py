"""Files for a person: whole or absent, and nothing of a person's is lost."""

import errno
from pathlib import Path

import pytest
from command_line import ismarket

from ismarket.errors import DiskError, InputError
from ismarket.text.files import check_free, write_files


def test_all_are_written_or_none(tmp_path, monkeypatch):
    one, two = tmp_path / "one.toml", tmp_path / "two.csv"
    one.write_bytes(b"mine")
    write = Path.write_bytes

    def full(path, data):
        if data == b"b":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskError, match=r"two\.csv: cannot be written \(No space left"):
        write_files({one: b"a", two: b"b"})
    assert one.read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir()] == ["one.toml"]


def test_a_name_that_is_taken_is_refused_unless_forced(tmp_path):
    (tmp_path / "here").touch()
    check_free([tmp_path / "here"], force=True)
    with pytest.raises(InputError, match="--force writes over it"):
        check_free([tmp_path / "here"], force=False)
    with pytest.raises(InputError, match="no folder"):
        check_free([tmp_path / "no" / "file"], force=True)


@pytest.mark.parametrize("taken", ["draft.toml", "claims.csv"])
def test_a_reading_writes_both_of_its_files_or_neither(tmp_path, taken):
    page = Path(__file__).parents[1] / "reading" / "texts" / "02_table.html"
    (tmp_path / taken).write_text("mine")
    done = ismarket(
        "read", str(page), "--out", "draft.toml", "--claims", "claims.csv", cwd=tmp_path
    )
    assert done.returncode == 2
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [(taken, "mine")]


def test_a_grid_writes_over_nothing(tmp_path):
    (tmp_path / "many.toml").write_text("draws = 64\n[grid]\noverlap = [0, 1]\n")
    (tmp_path / "many.csv").write_text("mine")
    done = ismarket("grid", "many.toml", "--csv", "many.csv", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "many.csv").read_text()) == (2, "mine")
    done = ismarket("grid", "many.toml", "--csv", "many.csv", "--force", cwd=tmp_path)
    assert done.returncode == 0
    assert "overlap" in (tmp_path / "many.csv").read_text()
