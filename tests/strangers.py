"""Drivers for the tests of the contract kit: one that keeps every law, and one that breaks each."""

import os
import time
from dataclasses import replace

import numpy as np

from ismarket import Driver, Effect, Parameter

RATE = Parameter(
    "rate", 1.0, 1.2, 2.0, unit="rate ratio", title="Rate", source="assumption: for a test"
)


def _shift(market, p):
    return np.log(p.rate) * market.elapsed / 10.0


def _good(market, p):
    yield Effect("incidence", _shift(market, p))


def _driver(effects=_good, **about):
    about = {"name": "stranger", "title": "A stranger", "parameters": (RATE,), **about}
    return Driver(effects=effects, **about)


def _changed(change):
    def effects(market, p):
        yield Effect("incidence", change(_shift(market, p), market, p))

    return effects


def _odd_cause(market, p):
    yield Effect("incidence", _shift(market, p), mechanism="ra\u202ete")


def _raises(market, p):
    raise KeyError("no such thing")


def _unknown_stage(market, p):
    yield Effect("diagnosd", _shift(market, p))


def _changes_input(market, p):
    p.rate[...] = 1.0
    yield Effect("incidence", _shift(market, p))


def _prints(market, p):
    print("working")
    yield Effect("incidence", _shift(market, p))


def _prints_where(when):
    def effects(market, p):
        if when(p).any():
            print("hello\nworld")
        yield Effect("incidence", _shift(market, p))

    return effects


_asked = []


def _remembers(market, p):
    _asked.append(1)
    yield Effect("incidence", _shift(market, p) * len(_asked))


def _by_hash(market, p):
    yield Effect("incidence", _shift(market, p) * (1 + hash("stranger") % 7))


def _by_process(market, p):
    yield Effect("incidence", _shift(market, p) * (1 + 1e-3 * (os.getpid() % 1009)))


_seen = set()


def _knows_who_ran(market, p):
    """Every third time that it is asked for one draw it answers differently."""
    if p.rate.size == 1:
        _seen.add(len(_seen))
    yield Effect("incidence", _shift(market, p) * (1.0 if len(_seen) % 3 else 2.0))


def _silent(market, p):
    return []


def _slow(market, p):
    time.sleep(0.5)
    yield Effect("incidence", _shift(market, p))


def _by_index(market, p):
    shift = np.zeros((len(market.years), 5, 1, 1))
    shift[1:, 2] = 0.1
    yield Effect("incidence", shift * p.rate)


def _by_year(market, p):
    yield Effect("incidence", np.linspace(0.0, 0.1, 14)[:, None, None, None] * p.rate)


def _three_classes(market, p):
    yield Effect("unit_price", _shift(market, p) * np.ones((1, 1, 3, 1)))


GOOD = _driver(name="good_stranger")
BREAKS = {
    "answers": _driver(_raises),
    "known_stages": _driver(_unknown_stage),
    "four_axes": _driver(_changed(lambda s, m, p: s[0])),
    "zero_in_the_base_year": _driver(_changed(lambda s, m, p: s + 0.1)),
    "same_answer_twice": _driver(_remembers),
    "a_draw_stands_alone": _driver(_changed(lambda s, m, p: s * p.rate.max())),
    "inputs_unchanged": _driver(_changes_input),
    "nothing_else_touched": _driver(_prints),
    "finite_at_every_corner": _driver(_changed(lambda s, m, p: np.where(p.rate < 2.0, s, np.inf))),
    "same_answer_in_another_process": _driver(_by_process),
    "order_irrelevant": _driver(_knows_who_ran),
    "every_parameter_matters": _driver(
        parameters=(RATE, Parameter("idle", 0.0, 1.0, 2.0, unit="1", title="Idle", source="none"))
    ),
    "moves_something": _driver(_silent, parameters=()),
    "title_unit_and_source": _driver(
        parameters=(Parameter("rate", 1.0, 1.2, 2.0, unit="rate ratio", title="Rate"),)
    ),
    "plain_text": _driver(_odd_cause),
    "works_with_one_region": _driver(_by_index),
    "works_with_other_classes": _driver(_three_classes),
    "quick_enough": _driver(_slow),
}
BREAKS = {law: replace(driver, name=f"breaks_{law}") for law, driver in BREAKS.items()}
PRINTS = [
    _driver(_prints_where(lambda p: p.rate > 0.0), name="prints_always"),
    _driver(_prints_where(lambda p: p.rate > 1.99), name="prints_for_some_draws"),
]
FOURTEEN_YEARS = _driver(_by_year, name="fourteen_years")
HASHED = _driver(_by_hash, name="hashed")
STRANGERS = [*BREAKS.values(), GOOD]  # another process finds a driver in a list of its module
