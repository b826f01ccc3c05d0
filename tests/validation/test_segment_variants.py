"""Row V82: variants by segment in a logit, with labels that are wrong with rate m.

Two equal segments have tastes u ± (f, −f); everyone knows two brands that are alike in all else. A variant of reach r that
fits a customer is worth r·f more to it than our offer as it is, one that does not fit r·f less. So with the share m of wrong
labels we are chosen with probability (1 − m)·σ(r·f) + m·σ(−r·f), whatever u is: ½ at m = ½ and less beyond. One variant for
all moves nothing, and customers who are all alike gain by none. By rule, board and choice kernel of the simulator.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from sim.agents.headquarters import Headquarters
from sim.kernels.demand_step import choosers
from sim.phases.offer_variants import _show
from sim.questions.offer_variants.by_segment import VariantsBySegment
from sim.questions.offer_variants.for_all import VariantForAll
from sim.questions.offer_variants.question import OfferVariantRule
from sim.rng import Decision
from sim.state import MarketState
from tests.validation.logit import choice_shares
from tests.validation.test_segment_messages import two_segments

F, REACH = 0.4, 1.5


def market(apart: float = F, usual: tuple[float, float] = (0.7, 0.7)) -> MarketState:
    """Two brands alike in everything, and customers who differ in taste alone; everyone was asked without error."""
    more: dict[str, Any] = {
        "params.offer_variants.reach": REACH,
        "customer_type.workshop.taste": [usual[0] + apart, usual[1] - apart],
        "customer_type.plant.taste": [usual[0] - apart, usual[1] + apart],
        "category.refill.outside_utility": -50.0,
    }
    state = two_segments(**more)
    customers = state.customers
    with state.lend(tuple(f"customers.{name}" for name in customers)):
        for name in ("loyalty", "satisfaction", "relationship", "persuasion", "price_sensitivity"):
            customers.writable(name)[:] = 0.0
        customers.aware[:] = 2 ** len(state.layout.brands) - 1
        customers.talk_weak[:] = customers.talk_strong[:] = 0
    board = state.boards.offers
    appeal = np.zeros_like(board.appeal)
    state.boards.offers = board._replace(
        appeal=appeal,
        attributes=np.zeros_like(board.attributes),
        available=np.ones_like(board.available),
        price=np.repeat(board.price[:, :1], 3, axis=1),  # one price for all, also for the two segments given below
        price_minor=np.repeat(board.price_minor[:, :1], 3, axis=1),
    )
    return state


def chosen(state: MarketState, rule: OfferVariantRule, wrong: np.ndarray) -> np.ndarray:
    """Probability [N] that ours of two like offers is taken; variants are chosen by true types, offered by ``wrong`` labels."""
    headquarters, types = state.headquarters, state.customers.type.astype(np.int16)
    with state.lend(("knowledge.label", "knowledge.rep", "customers.price_group")):
        state.knowledge.rep[:] = 0
        state.knowledge.label[:] = 1 + types
        headquarters.segments = 2
        said = rule.answer(Headquarters.see(state, Decision.OFFER_VARIANTS))
        headquarters.variants, headquarters.variant_fit = said.attribute, said.fit
        headquarters.variants_ready = np.zeros(len(state.layout.attributes), dtype=np.int64)
        state.customers.price_group[:] = 1 + np.where(wrong, 1 - types, types)
        _show(state)
    board = state.boards.offers
    refill = [c.name for c in state.layout.categories].index("refill")
    rows = np.arange(len(types), dtype=np.uint32)
    shares = np.zeros((len(rows), len(board.brand) + 1))
    who = choosers(state.customers, state.network, int(state.numbers.experience.ill))
    choice_shares(rows, refill, who, board, state.numbers.choice, shares)
    ours = np.flatnonzero(board.own & (np.arange(len(board.brand)) >= board.first[refill]))
    ours = ours[ours < board.first[refill + 1]]
    offered = board.first[refill + 1] - board.first[refill]
    assert (len(ours), offered) == (1, 2)
    return shares[:, ours[0]]


@pytest.fixture(scope="module")
def state() -> MarketState:
    return market()


@pytest.mark.parametrize("m", [0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
def test_v82_share_with_labels_that_are_wrong(state: MarketState, m: float) -> None:
    rows = np.arange(len(state.customers))
    wrong = np.random.default_rng(1).permutation(rows) < m * len(rows)
    found, types = chosen(state, VariantsBySegment(), wrong), state.customers.type
    # The usual taste is a mean over all customers, of whom a few more are of one type.
    tilt = abs(state.numbers.usual_taste[0] - 0.7)
    of_type = np.array([found[types == k].mean() for k in range(2)])
    share = np.array([wrong[types == k].mean() for k in range(2)])
    expected = (1 - share) * expit(REACH * F) + share * expit(-REACH * F)
    np.testing.assert_allclose(of_type, expected, atol=REACH * tilt / 4 + 1e-5)


def test_v82_the_usual_customer_is_indifferent_whatever_it_values() -> None:
    """Another usual taste, the same shares: what matters is who differs from it."""
    state = market(usual=(2.0, 0.1))
    nobody = np.zeros(len(state.customers), dtype=np.bool_)
    types = state.customers.type
    found = chosen(state, VariantsBySegment(), nobody)
    of_type = [found[types == k].mean() for k in range(2)]
    np.testing.assert_allclose(of_type, expit(REACH * F), atol=0.03)
    assert np.mean(of_type) == pytest.approx(expit(REACH * F), abs=2e-3)


def test_v82_one_variant_for_all_moves_customers_both_ways(state: MarketState) -> None:
    nobody = np.zeros(len(state.customers), dtype=np.bool_)
    found, types = chosen(state, VariantForAll(), nobody), state.customers.type
    of_type = sorted(found[types == k].mean() for k in range(2))
    np.testing.assert_allclose(of_type, [expit(-REACH * F), expit(REACH * F)], atol=0.02)


def test_v82_alike_customers_get_no_variant() -> None:
    state = market(apart=0.0)
    nobody = np.zeros(len(state.customers), dtype=np.bool_)
    np.testing.assert_allclose(chosen(state, VariantsBySegment(), nobody), 0.5, atol=1e-6)
    assert (state.headquarters.variants == -1).all()
