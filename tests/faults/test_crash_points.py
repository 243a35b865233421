"""A run that was interrupted anywhere is not there, or whole; and it can be resumed."""

import crash_points
import pytest
from crash_points import KINDS, SCENARIO, campaign

from ismarket.runs import keep as keeping
from ismarket.runs.keep import How


@pytest.mark.slow(reason="each point is up to eight runs, interrupted and resumed")
@pytest.mark.usefixtures("summed_early")
@pytest.mark.parametrize(("of", "points"), [("plain", 8), ("everything", 4), ("until", 3)])
def test_no_crash_leaves_a_run_that_looks_complete_and_each_resumes_to_identical_bytes(
    of, points, monkeypatch
):
    monkeypatch.setitem(KINDS, "until", (SCENARIO, How(1, until=0.0004, extras=("page",))))
    calls, kinds, found = campaign(points, seed=20717, of=of)
    assert found == []
    assert calls > 100
    assert set(kinds) >= {"kill", "power, names kept", "power, names lost", "ENOSPC", "EIO"}


def test_the_harness_catches_an_fsync_that_is_left_out():
    _, _, found = campaign(points=None, unsynced={"summary.csv"}, last=2)
    assert any("looks complete and is not: outputs/summary.csv" in problem for problem in found)


def test_the_harness_catches_a_rename_before_the_sums(monkeypatch):
    seal, publish = keeping.seal_run, keeping.publish

    def too_early(where, *arguments):
        publish(where)
        seal(crash_points.Reversed(where), *arguments)

    monkeypatch.setattr(keeping, "seal_run", too_early)
    monkeypatch.setattr(keeping, "publish", lambda where: None)
    _, _, found = campaign(points=None, last=12)
    assert any("looks complete and is not" in problem for problem in found)
