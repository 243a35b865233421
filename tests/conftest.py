import pytest

from ismarket import load_drivers, load_market


@pytest.fixture(scope="session")
def market():
    return load_market()


@pytest.fixture(scope="session")
def drivers():
    return load_drivers()
