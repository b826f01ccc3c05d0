"""Choice probabilities are the frequencies of choices that the kernel of choice makes in one state."""

from __future__ import annotations

import numpy as np

from sim.jit import sealed
from sim.kernels.choice import choose
from sim.kernels.demand_step import choosers, expected_shares
from sim.kernels.needs import Occasions
from sim.kernels.threads import blocks_of, run_blocks
from sim.market import Market
from sim.rng import Decision, stream

TIMES = 4_000


def test_shares_are_the_frequencies_of_choices() -> None:
    market = Market("tiny", seed=2, customers=200, weeks=4).run()
    state = market.state
    ill = int(state.numbers.experience.ill)
    shares = expected_shares(state.customers, state.network, state.boards.offers, state.numbers.choice, ill)
    rows = np.arange(0, 200, 8)
    for category in range(len(state.layout.categories)):
        row = np.repeat(rows, TIMES).astype(np.uint32)
        number = np.tile(np.arange(TIMES), len(rows)).astype(np.uint32)
        occasions = Occasions(row, np.full(len(row), category, np.uint8), number, np.zeros(2, np.int64))
        chosen, usual = np.empty((2, len(row)), np.int16)
        who = choosers(state.customers, state.network, ill)
        luck, board = stream(9, Decision.CHOICE, 0), sealed(state.boards.offers)
        run_blocks(
            choose, blocks_of(len(row)), 1, luck, sealed(occasions), who, board, state.numbers.choice, chosen, usual
        )
        for j in np.flatnonzero(state.numbers.category == category):
            found = (chosen.reshape(len(rows), TIMES) == j).mean(axis=1)
            sd = np.sqrt(np.maximum(shares[rows, j] * (1 - shares[rows, j]), 1e-4) / TIMES)
            assert (np.abs(found - shares[rows, j]) < 5 * sd).all()


def test_shares_of_a_category_leave_room_for_nothing_and_none_goes_to_what_is_not_known() -> None:
    state = Market("tiny", seed=2, customers=300, weeks=2).state
    shares = expected_shares(
        state.customers, state.network, state.boards.offers, state.numbers.choice, int(state.numbers.experience.ill)
    )
    for category in range(len(state.layout.categories)):
        total = shares[:, state.numbers.category == category].sum(axis=1)
        assert (total < 1).all() and (total >= 0).all()
    unaware = (state.customers.aware & (1 << state.layout.own_brand)) == 0
    assert unaware.any()
    assert (shares[unaware][:, list(state.layout.own_offers)] == 0).all()
    assert (shares[~unaware][:, list(state.layout.own_offers)] > 0).all()
