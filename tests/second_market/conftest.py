import json
import sys

import pytest
from dravet import ANCHORED, COMPUTING, SCENARIO, as_installed

from ismarket.cli import main


@pytest.fixture(scope="session")
def path(tmp_path_factory):
    """The example as pip would install it."""
    return as_installed(tmp_path_factory.mktemp("site"))


@pytest.fixture
def dravet(path, monkeypatch):
    for place in path.split(":"):
        monkeypatch.syspath_prepend(place)
    monkeypatch.setenv("ISMARKET_PLUGINS", "dravet")
    yield
    for name in [name for name in sys.modules if name.startswith("ismarket_dravet")]:
        del sys.modules[name]


@pytest.fixture
def scenarios(tmp_path, monkeypatch):
    """Both scenarios with few draws, in a folder of their own: small.toml and anchored.toml."""
    monkeypatch.chdir(tmp_path)
    for name, shipped in (("small", SCENARIO), ("anchored", ANCHORED)):
        text = shipped.read_text(encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text(f"{text}draws = 400\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def command(dravet, scenarios, capsys):
    """A command, in this process: its exit code and what it prints to stdout and to stderr."""

    def call(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return stopped.value.code, said.out, said.err

    return call


@pytest.fixture
def answer(command):
    """What a command that went well printed: as JSON where it was asked for so."""

    def call(*arguments):
        code, out, err = command(*arguments)
        assert (code, err) == (0, ""), (arguments, err)
        return json.loads(out) if "--json" in arguments else out

    return call


@pytest.fixture
def kept(answer):
    """A run named one, with two drivers left out, and one named two, on the anchor."""
    left_out = [part for name in COMPUTING[:2] for part in ("--without", name)]
    answer("run", "small.toml", "--out", "one", *left_out)
    answer("run", "anchored.toml", "--out", "two")
