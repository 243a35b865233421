"""Completion in the shell: names of commands, scenarios, anchors, drivers and parameters."""

import pytest
from command_line import ismarket
from parcels import DRIVER, parcel


def completed(*words, path=None):
    line = " ".join(["ismarket", *words])
    done = ismarket(
        path=path, _ISMARKET_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words))
    )
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("ru",), {"plain,run"}),
        (("run", "pub"), {"plain,published"}),
        (("run", "my-"), {"file,my-"}),
        (("run", "--anchor", "techsci-"), {"plain,techsci-2022", "plain,techsci-2024"}),
        (("run", "--without", "diag"), {"plain,diagnosis"}),
        (("check", "./pack"), {"file,./pack"}),
        (("run", "--set", "goo"), {"plain,good.rate"}),
        (("triangulate", "--market", "inf"), {"plain,infantile-spasms"}),
    ],
)
def test_the_shell_completes_names_and_hears_nothing_of_broken_plugins(tmp_path, words, wanted):
    parcel(tmp_path, "broken", "raise RuntimeError('no')")
    parcel(tmp_path, "good", DRIVER.format(name="good"))
    assert completed(*words, path=tmp_path) == wanted
