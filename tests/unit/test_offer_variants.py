"""Variants of offers: when they come, what they cost, whom they move, and that they are gone when they are off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.agents.headquarters import Headquarters
from sim.agents.technical_department import TechnicalDepartment
from sim.derived.offer_variants import variants_on_sale
from sim.market import Market
from sim.phases.bargain import _margins
from sim.questions.offer_variants import OfferVariants
from sim.questions.offer_variants.by_segment import VariantsBySegment
from sim.questions.offer_variants.for_all import VariantForAll
from sim.rng import Decision
from sim.solvers.message_fit import fit_of
from sim.state import MarketState
from sim.week import Phase
from tests.market.runs import fingerprint
from tests.policies.views import make_view
from tests.unit.part_weeks import until
from tests.unit.test_message import SURVEY

FREE = {f"params.offer_variants.{name}": 0 for name in ("development", "upkeep", "unit_cost")}
ON = {
    **SURVEY,
    "policy.offer_variants.kind": "by_segment",
    "policy.offer_variants.every": 4,
    "params.offer_variants.reach": 1.0,
    "params.offer_variants.weeks": 3,
}


def tiny(weeks: int = 20, **overrides: Any) -> Market:
    return Market("tiny", seed=3, weeks=weeks, customers=1500, overrides=overrides)


def card(market: Market) -> dict[str, float]:
    found: dict[str, float] = market.results.scorecard.set_index("kpi")["value"].to_dict()
    return found


# ---- rules ------------------------------------------------------------------------------------------------------------


def with_needs(needs: np.ndarray, label: np.ndarray) -> Any:
    seen = make_view("offer_variants", 3)
    customers = len(seen.customers.key)
    stated = np.full((customers, needs.shape[1]), np.nan)
    stated[: len(needs)] = needs
    labels = np.zeros(customers, dtype=np.int16)
    labels[: len(label)] = label
    return replace(seen, customers=replace(seen.customers, needs=stated, label=labels), segments=int(labels.max()))


def test_each_segment_gets_what_fits_it_and_only_if_it_fits_well_enough() -> None:
    needs = np.repeat([[1.0, 0.0], [0.0, 1.0], [0.52, 0.48]], 10, axis=0)
    seen = with_needs(needs, np.repeat([1, 2, 3], 10))
    said = VariantsBySegment().answer(seen)
    assert said.attribute.tolist() == [-1, 0, 1, -1]
    assert said.fit[1] > 0.4 and said.fit[2] > 0.4 and said.fit[3] == 0
    assert VariantsBySegment(least_fit=0.0).answer(seen).attribute.tolist() == [-1, 0, 1, 0]
    assert (VariantsBySegment(least_asked=11).answer(seen).attribute == -1).all()


@pytest.mark.parametrize("rule", [VariantsBySegment(), VariantForAll()])
def test_without_a_survey_nobody_is_offered_anything_else(rule: VariantsBySegment | VariantForAll) -> None:
    seen = make_view("offer_variants", 3)
    none = np.empty((len(seen.customers.key), 0))
    said = rule.answer(replace(seen, customers=replace(seen.customers, needs=none)))
    assert (said.attribute == -1).all() and (said.fit == 0).all()


def test_rules_choose_by_belief_alone() -> None:
    """Other true tastes behind the same survey: the same variants."""
    market = tiny(**ON)
    for _ in range(10):
        market.step()
    state = market.state
    said = VariantsBySegment().answer(Headquarters.see(state, Decision.OFFER_VARIANTS))
    assert (said.attribute >= 0).any()
    with state.lend(("customers.taste", "customers.type")):
        state.customers.taste[:] = state.customers.taste[:, ::-1].copy()
        state.customers.type[:] = 0
    again = VariantsBySegment().answer(Headquarters.see(state, Decision.OFFER_VARIANTS))
    np.testing.assert_array_equal(said.attribute, again.attribute)


# ---- in the market ----------------------------------------------------------------------------------------------------


def test_off_means_gone() -> None:
    """Without a rule nothing is shown; without reach and costs a rule changes nothing but what is counted of it."""
    plain = tiny(**SURVEY, **{"params.offer_variants.reach": 5.0}).run()
    assert len(plain.state.boards.offers.variant) == 0 and len(plain.state.headquarters.variants) == 0
    alike = tiny(**{**ON, **FREE, "params.offer_variants.reach": 0.0}).run()
    np.testing.assert_array_equal(alike.state.ledger.book, plain.state.ledger.book)
    for name in plain.state.customers:
        np.testing.assert_array_equal(getattr(alike.state.customers, name), getattr(plain.state.customers, name), name)
    assert np.isnan(card(plain)["variant_share"]) and card(alike)["variant_share"] > 0
    assert fingerprint(tiny(**ON).run()) != fingerprint(plain)


def test_a_variant_is_sold_when_it_is_developed_and_not_before() -> None:
    market = tiny(weeks=24, **ON)
    units, chosen, ready = [], [], []
    for _ in range(24):
        market.step()
        headquarters = market.state.headquarters
        units.append(market.state.record["variant_units"][market.state.week - 1].sum())
        chosen.append(set(headquarters.variants[headquarters.variants >= 0]))
        ready.append(headquarters.variants_ready.copy())
    first = next(week for week, found in enumerate(chosen) if found)
    for attribute in chosen[first]:
        assert ready[first][attribute] == first + 3
    assert sum(units[: first + 3]) == 0
    assert all(found > 0 for found in units[first + 3 :])


def test_what_was_developed_is_not_developed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chosen, dropped and chosen again: paid for once, and had at once the second time."""
    answers = {
        week: OfferVariants(attribute=np.array([-1, chosen, chosen]), fit=np.zeros(3))
        for week, chosen in ((8, 0), (16, -1), (24, 0))
    }
    monkeypatch.setattr(TechnicalDepartment, "decide_variants", staticmethod(lambda state: answers.get(state.week)))
    market = tiny(weeks=40, **{**ON, **FREE, "params.offer_variants.development": 700, "params.costs.variety": 0}).run()
    sold = market.results.measure("variant_units").sum(axis=1) > 0
    assert sold.tolist() == [11 <= week < 16 or week >= 24 for week in range(40)]
    paid = market.state.ledger.book[1:, 0, Account.VARIETY]
    expected = 700 * len(market.state.layout.own_offers)
    assert paid[8] == pytest.approx(expected, abs=len(market.state.layout.territories))
    assert paid.sum() == paid[8]


def test_what_is_offered_in_the_first_week_was_had_all_along(monkeypatch: pytest.MonkeyPatch) -> None:
    said = OfferVariants(attribute=np.array([0]), fit=np.zeros(1))
    monkeypatch.setattr(TechnicalDepartment, "decide_variants", staticmethod(lambda state: said))
    market = Market("tiny", seed=3, weeks=2, customers=500, overrides={"params.costs.variety": 0, **FREE}).run()
    assert market.results.measure("variant_units")[0].sum() > 0
    assert market.state.ledger.book[:, 0, Account.VARIETY].sum() == 0


def test_every_unit_and_every_variant_is_paid_for() -> None:
    """Counted a second time from single orders: what units cost more, and what variants cost a year."""
    upkeep = 5_200_000
    costs = {"params.costs.variety": 0, "params.offer_variants.development": 0, "params.offer_variants.upkeep": upkeep}
    market = tiny(weeks=30, **{**ON, **costs, "params.offer_variants.unit_cost": 0.2})
    expected, sold = [], []

    def count(phase: Phase) -> None:
        if phase.name != "account":
            return
        state = market.state
        orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
        amount, units = 0, 0
        on_sale = variants_on_sale(state)
        for row in state.today.served.ours:
            group = state.customers.price_group[orders.customer[row]]
            if len(on_sale) and on_sale[group] >= 0:
                offer = state.layout.offers[orders.offer[row]]
                amount += int(served[row]) * round(0.2 * offer.unit_cost)
                units += int(served[row])
        kinds = len(set(on_sale[on_sale >= 0])) * len(state.layout.own_offers)
        expected.append(amount + round(kinds * upkeep / 52))
        sold.append(units)

    for _ in range(30):
        market.run_week(count)
    np.testing.assert_array_equal(market.state.ledger.book[1:, 0, Account.VARIETY], expected)
    np.testing.assert_array_equal(market.results.measure("variant_units").sum(axis=1), sold)
    assert sum(sold) > 0


def test_kpis_of_variants_count_those_who_are_offered_one() -> None:
    market = tiny(weeks=20, **ON)
    for _ in range(20):
        market.step()
    state = market.state
    group = state.customers.price_group.astype(int)
    offered = variants_on_sale(state)[group]
    rows = offered >= 0
    week = state.week - 1
    assert state.record["variant_customers"][week].sum() == rows.sum() > 0
    fit = fit_of(offered, state.customers.taste, state.numbers.usual_taste)
    assert state.record["variant_fit_sum"][week].sum() == pytest.approx(fit[rows].sum())
    believed = state.headquarters.variant_fit[group[rows]].sum()
    assert state.record["variant_fit_believed_sum"][week].sum() == pytest.approx(believed)


def test_large_buyers_bargain_over_what_a_variant_leaves() -> None:
    market = tiny(weeks=20, **{**ON, "params.offer_variants.unit_cost": 0.5})
    for _ in range(14):
        market.step()
    state = until("demand", market)
    own = np.array(state.layout.own_offers)
    group = np.flatnonzero(variants_on_sale(state) >= 0)
    margin = _margins(state)
    cost = np.rint(0.5 * state.numbers.unit_cost[own]) / state.numbers.reference_price[own]
    np.testing.assert_allclose(margin[0, own] - margin[group[0], own], cost)


# ---- what they are worth ----------------------------------------------------------------------------------------------


def swapped(state: MarketState) -> OfferVariants | None:
    """What the rule in force says, with the two variants exchanged."""
    said = DECIDE(state)
    return said and replace(said, attribute=np.where(said.attribute >= 0, 1 - said.attribute, said.attribute))


DECIDE = TechnicalDepartment.decide_variants


def test_variants_that_fit_sell_and_swapped_ones_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same market: what fits the segment, our offers as they are, and the opposite of what fits."""
    apart = {"customer_type.workshop.taste": [1.4, 0.2], "customer_type.plant.taste": [0.2, 1.4]}
    strong = {**ON, **apart, "params.studies.needs_error": 0.05}
    right = tiny(weeks=40, **strong).run()
    none = tiny(weeks=40, **{**strong, "policy.offer_variants.kind": "none"}).run()
    monkeypatch.setattr(TechnicalDepartment, "decide_variants", staticmethod(swapped))
    wrong = tiny(weeks=40, **strong).run()
    sold = [card(market)["sell_out_units"] for market in (right, none, wrong)]
    assert sold[0] > sold[1] > sold[2]
    assert card(right)["variant_fit"] > 0 > card(wrong)["variant_fit"]


def test_variants_that_fit_can_lose_money() -> None:
    """Where units of variants cost half as much again, selling more of them earns less."""
    dear = {**ON, "params.offer_variants.unit_cost": 0.5}
    found = {
        kind: card(tiny(weeks=40, **{**dear, "policy.offer_variants.kind": kind}).run())
        for kind in ("none", "by_segment")
    }
    assert found["by_segment"]["sell_out_units"] > found["none"]["sell_out_units"]
    assert found["by_segment"]["contribution"] < found["none"]["contribution"]
