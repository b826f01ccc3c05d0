"""Margins of distributors against the array expressions of their definitions, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from sim.kernels.margins import compare_margins, fill_margins
from tests.reference import margins as twins


@pytest.mark.parametrize(("offers", "ours"), [(2, 1), (13, 4), (40, 17)])
def test_margins_are_those_of_the_twin(offers: int, ours: int) -> None:
    chance = np.random.default_rng(offers)
    own = np.sort(chance.permutation(offers)[:ours])
    rival = chance.integers(0, 3, offers).astype(np.int32)
    rival[own] = -1
    wholesale, price = chance.integers(1, 900, (12, ours)), chance.integers(0, 3, (12, ours)) * 700
    list_price, beyond = chance.integers(1, 900, offers), chance.uniform(0.0, 0.1, 3)
    found = np.empty((12, offers))
    fill_margins(found, own, list_price, wholesale, price, rival, beyond, 0.3)
    assert (found == twins.margins(own, list_price, wholesale, price, rival, beyond, 0.3)).all()

    turnover = chance.uniform(0.0, 1e6, (12, offers))
    turnover[0], turnover[1, own] = 0.0, 0.5 / ours
    pays, payment = chance.uniform(size=12) < 0.5, chance.integers(0, 500, 12)
    compared = np.empty(12)
    compare_margins(compared, turnover, found, rival < 0, pays, payment)
    assert (compared == twins.compare(turnover, found, rival < 0, pays, payment)).all()
    assert not compared[:2].any()
