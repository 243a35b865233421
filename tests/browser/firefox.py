"""Firefox without a driver: its own remote protocol (Marionette), a line of JSON each way."""

import json
import shutil
import socket
import time
from contextlib import contextmanager

from .conftest import running

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
SETTINGS = {
    "marionette.port": 0,  # any that is free; Firefox writes down which
    "network.dns.disabled": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
}
PATIENCE = 60
"""Seconds in which it must have started, or a page must have said that it is ready."""


class Firefox:
    """A window of Firefox; ``script`` runs what it is given in its page."""

    def __init__(self, connection):
        self._socket = connection
        self._read()
        self._count = 0
        self.ask("WebDriver:NewSession", {})

    def _read(self):
        head = b""
        while not head.endswith(b":"):
            head += self._socket.recv(1)
        text = b""
        while len(text) < int(head[:-1]):
            text += self._socket.recv(int(head[:-1]) - len(text))
        return json.loads(text)

    def ask(self, command, values):
        self._count += 1
        text = json.dumps([0, self._count, command, values]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def script(self, text):
        return self.ask("WebDriver:ExecuteScript", {"script": text, "args": []})["value"]

    def opened(self, address, ready):
        """Open an address and wait until the script ``ready`` says yes."""
        self.ask("WebDriver:Navigate", {"url": address})
        self.wait(ready)

    def wait(self, ready):
        until = time.monotonic() + PATIENCE
        while not self.script(ready):
            assert time.monotonic() < until, f"never: {ready}"
            time.sleep(0.1)


@contextmanager
def firefox(folder):
    """A Firefox of our own with a new profile in ``folder``."""
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(v)});" for name, v in SETTINGS.items())
    (folder / "user.js").write_text("\n".join(lines), encoding="utf-8")
    command = [FIREFOX, "--headless", "--no-remote", "--marionette", "--profile", str(folder)]
    with running(command) as started:
        port, until = folder / "MarionetteActivePort", time.monotonic() + PATIENCE
        while not port.is_file() or not port.read_text():
            assert started.poll() is None, f"firefox ended with {started.returncode}"
            assert time.monotonic() < until, "firefox did not start"
            time.sleep(0.1)
        address = "127.0.0.1", int(port.read_text())
        with socket.create_connection(address, timeout=PATIENCE) as connection:
            yield Firefox(connection)
