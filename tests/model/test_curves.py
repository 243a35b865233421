"""The series of a cause: the same numbers as the adoption curve that it stands for."""

import numpy as np

from ismarket import adoption
from ismarket.model.curves import EXACT, Curves


def test_the_series_is_the_logistic_curve_for_every_cause_and_draw(market):
    rng = np.random.default_rng(1)
    for name, spread in market.spreads.items():
        mechanism = market.mechanisms[name]
        ratio, half_time = (
            rng.uniform(p.low, p.high, 200) for p in (mechanism.ratio, mechanism.half_time)
        )
        values = {mechanism.ratio.key: ratio, mechanism.half_time.key: half_time}
        expected = np.log(ratio) * adoption.logistic(
            market.elapsed[:, :, 0],
            start=market.by_region(mechanism.share)[:, :, 0],
            ceiling=market.by_region(mechanism.ceiling)[:, :, 0],
            half_time=half_time,
        )
        found = Curves([spread]).shift(values, 200)
        largest = np.abs(np.log([mechanism.ratio.low, mechanism.ratio.high])).max()
        assert np.abs(found - expected).max() <= largest * EXACT
        assert (found[0] == 0).all()
        still = [mechanism.share[r] == mechanism.ceiling[r] for r in market.regions]
        assert (found[:, still] == 0).all()
        assert not spread.coefficients.flags.writeable


def test_causes_of_a_group_add_up(market):
    names = ("video_eeg", "ai_eeg", "acth_list_price")
    values = {
        p.key: np.linspace(p.low, p.high, 5)
        for name in names
        for p in market.mechanisms[name].parameters
    }
    apart = sum(Curves([market.spreads[name]]).shift(values, 5) for name in names)
    assert np.allclose(
        Curves([market.spreads[name] for name in names]).shift(values, 5), apart, atol=1e-14
    )
