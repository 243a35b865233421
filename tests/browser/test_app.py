"""Who may talk to the app: somebody with the token, by the name of this computer."""

import urllib.error
import urllib.request

import pytest


def answer(address, host):
    asked = urllib.request.Request(address, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(asked, timeout=60) as found:
            return found.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8866", "localhost.evil.example"])
def test_the_app_answers_to_no_name_of_somebody_else(app, host):
    with_token, address = app
    assert answer(with_token, host) == 403
    assert answer(f"{address}/login", host) == 403
    assert answer(f"{address}/login", None) == 200
