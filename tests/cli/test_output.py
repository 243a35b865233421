"""Where answers go: a standard output that is full, closed, narrow or replaced, and Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from command_line import ismarket as in_this_process
from parcels import DRIVER, parcel
from parcels import ismarket as in_a_process

from ismarket import cli
from ismarket.cli import common

RUN = [sys.executable, "-m", "ismarket", "run", "--no-keep", "--draws", "50"]


def ended(command, **how):
    done = subprocess.run(command, stderr=subprocess.PIPE, timeout=60, check=False, **how)
    return done.returncode, done.stderr.decode()


@pytest.mark.slow(reason="commands in processes of their own")
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("command", [RUN, [*RUN, "--json"], [*RUN[:3], "--help"]], ids=len)
def test_a_full_standard_output_is_exit_4_and_one_line(command):
    with open("/dev/full", "wb") as full:
        code, said = ended(command, stdout=full)
    assert (code, said) == (4, "ismarket: standard output: No space left on device\n")


def test_a_closed_standard_output_is_exit_4_and_one_line():
    code, said = ended(["sh", "-c", '"$@" >&-', "sh", *RUN])
    assert code == 4
    assert said == "ismarket: standard output is closed, so there is nowhere to answer\n"


@pytest.mark.slow(reason="commands in processes of their own")
def test_a_reader_that_went_away_is_exit_4_and_one_line():
    reading, writing = os.pipe()
    os.close(reading)
    code, said = ended(RUN, stdout=writing)
    os.close(writing)
    assert (code, said) == (4, "ismarket: standard output: Broken pipe\n")


@pytest.mark.slow(reason="commands in processes of their own")
@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252:strict"])
def test_a_terminal_of_few_characters_gets_them_spelled(encoding):
    done = subprocess.run([*RUN, "--set", "video_eeg.ratio=2"], capture_output=True, timeout=60,
                          env={**os.environ, "PYTHONIOENCODING": encoding})  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u2212" in done.stdout


REPLACING = {
    "another file": "os.dup2(os.open(os.devnull, os.O_WRONLY), 1)",
    "closed": "sys.__stdout__.close()",
}


@pytest.mark.slow(reason="commands in processes of their own")
@pytest.mark.parametrize("act", REPLACING.values(), ids=REPLACING)
def test_a_driver_that_puts_itself_in_place_of_standard_output_is_told(parcels, act):
    code = "    import sys, os\n" + DRIVER.format(name="one")
    parcel(parcels, "one", code.replace("        yield", f"        {act}\n        yield"))
    done = in_a_process("run", "--no-keep", "--draws", "50", path=parcels)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "ismarket: standard output was closed or replaced by a plugin or driver, so nothing is"
        " printed\n"
    )


@pytest.mark.slow(reason="commands in processes of their own")
@pytest.mark.parametrize("act", ["sys.stdout = None", "sys.stdout.close()", "sys.stderr = None"])
def test_a_driver_that_replaces_the_names_of_streams_does_not_hide_the_answer(parcels, act):
    code = "    import sys\n" + DRIVER.format(name="one")
    parcel(parcels, "one", code.replace("        yield", f"        {act}\n        yield"))
    done = in_a_process("run", "--no-keep", "--draws", "50", path=parcels)
    if act.endswith("None"):
        assert (done.returncode, done.stdout) == (3, "")
        assert "driver one: replaced standard " in done.stderr
    else:
        assert done.stdout.startswith("Infantile spasms")


@pytest.mark.slow(reason="commands in processes of their own")
def test_a_driver_that_copies_the_process_prints_one_answer(parcels):
    code = "    import os\n" + DRIVER.format(name="one")
    parcel(parcels, "one", code.replace("        yield", "        os.fork()\n        yield"))
    done = in_a_process("run", "--no-keep", "--draws", "50", path=parcels)
    assert done.stdout.count("How big") <= 1


@pytest.fixture
def interruptible():
    """What is started here hears Ctrl-C, also where the tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow(reason="somebody is waited for")
@pytest.mark.skipif(sys.platform != "linux", reason="looks at the maps of a process")
def test_ctrl_c_is_exit_130_and_one_line(interruptible, tmp_path):
    command = [*RUN[:4], "--draws", "3000000", "--no-keep"]
    process = subprocess.Popen(command, stderr=-1, stdout=-1, cwd=tmp_path)
    while "_multiarray_umath" not in Path(f"/proc/{process.pid}/maps").read_text():
        time.sleep(0.01)  # Python itself starts without a word of ours
    time.sleep(0.8)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    assert said == b"ismarket: stopped\n"


# drivers and plugins that keep one waiting --------------------------------------------------------


def sleeper(folder, place, act):
    """A parcel ``one`` that acts before what stands at ``place``."""
    code = "    import time, pathlib\n" + DRIVER.format(name="one")
    return parcel(folder, "one", code.replace(place, f"{act}\n{place}"))


@pytest.mark.slow(reason="commands in processes of their own")
def test_ctrl_c_waits_for_no_driver(interruptible, parcels, tmp_path):
    """Two blocks are asked for, each in a thread, and would be answered after a minute."""
    asked = f"        pathlib.Path({str(tmp_path / 'asked')!r}).touch()"
    act = f"        if p.rate.size > 1:\n    {asked}; time.sleep(60)"
    path = str(sleeper(parcels, "        yield", act))
    command = [*RUN[:5], "--draws", "8192"]
    env = {**os.environ, "PYTHONPATH": path}
    process = subprocess.Popen(command, stderr=-1, stdout=-1, cwd=tmp_path, env=env)
    while not (tmp_path / "asked").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=30)
    assert (process.returncode, out, said) == (130, b"", b"ismarket: stopped\n")


@pytest.mark.slow(reason="somebody is waited for")
@pytest.mark.parametrize(
    ("place", "act", "waited_for"),
    [
        ("        yield", "        time.sleep(0.2)", "driver one"),
        ("    def effects", "    time.sleep(0.2)", "plugin one"),
    ],
    ids=["driver", "plugin"],
)
def test_a_run_says_once_for_whom_it_waits(parcels, monkeypatch, place, act, waited_for):
    monkeypatch.setattr(common, "PATIENCE", 0.05)
    done = in_this_process("run", "--no-keep", "--draws", "16", path=sleeper(parcels, place, act))
    assert done.returncode == 0
    assert f"ismarket: waiting for {waited_for}\n" in done.stderr
    assert done.stderr.count(waited_for) == 1
    assert "waiting" not in done.stdout


@pytest.mark.slow(reason="somebody is waited for")
def test_a_check_says_for_whom_it_waits_and_ends_with_a_verdict(parcels, monkeypatch):
    monkeypatch.setattr(common, "PATIENCE", 0.05)
    path = sleeper(parcels, "        yield", "        time.sleep(3.0)")
    done = in_this_process("check", "one", "--limit", "1.5", path=path)
    assert done.returncode == 3
    assert "answers: no verdict after 1.5 seconds" in done.stdout
    assert "ismarket: waiting for driver one\n" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--until", "1e-300"], "give a share such as 0.1%"),
        (["--until", "nan"], "give a share such as 0.1%"),
        (["--draws", "50", "--out", "d/" * 1500 + "x"], "longer than 1000 characters"),
    ],
    ids=lambda value: value[1] if isinstance(value, list) else "",
)
def test_what_no_number_or_path_can_be_is_one_line(tmp_path, words, said):
    done = in_this_process("run", *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr) < 300
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("command", ["run", "rerun", "verify", "import", "read", "report"])
def test_a_name_longer_than_a_name_can_be_is_one_line(tmp_path, command):
    done = in_this_process(command, "x" * 5000, cwd=tmp_path)
    assert done.returncode in (2, 4)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [[], ["scenario"]], ids=str)
def test_no_arguments_are_the_help_with_each_click(words, monkeypatch):
    assert "Usage: ismarket" in in_this_process(*words).stdout
    if hasattr(click.exceptions, "NoArgsIsHelpError"):  # as click 8.1, which has none
        monkeypatch.delattr(click.exceptions, "NoArgsIsHelpError")
        assert cli.NO_ARGUMENTS
