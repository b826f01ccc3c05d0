"""Campaigns: what they cost, whom they move, what is left of them at strength zero, and how rivals answer."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.errors import InputError
from sim.market import Market
from sim.questions.promotion.calendar import CampaignCalendar
from sim.solvers.campaign import campaign_utility
from sim.state import MarketState
from tests.market.runs import fingerprint
from tests.unit.part_weeks import until

#: One campaign from the first week on that never ends.
ALWAYS = {
    "policy.promotion.kind": "calendar",
    "policy.promotion.start": 1,
    "policy.promotion.length": 10,
    "policy.promotion.interval": 10,
}
AMPLE = {"params.channel.stock_weeks_at_start": 50.0, "params.channel.plant_weeks_at_start": 50.0}


def tiny(weeks: int = 10, customers: int = 1500, seed: int = 3, **overrides: Any) -> Market:
    return Market("tiny", seed=seed, weeks=weeks, customers=customers, overrides={**overrides})


def first_week(**overrides: Any) -> MarketState:
    """A market after the demand of its first week."""
    return until("fulfil", tiny(customers=4000, **AMPLE, **overrides))


def bought_from_us(state: MarketState) -> set[tuple[int, int]]:
    """Who chose an offer of ours on which occasion."""
    orders = state.today.demanded.orders
    ours = np.isin(orders.offer, state.layout.own_offers)
    return set(zip(orders.customer[ours].tolist(), orders.index[ours].tolist(), strict=True))


# ---- at strength zero -------------------------------------------------------------------------------------------------


def test_a_campaign_without_effect_changes_nothing_but_the_books() -> None:
    """The money is gone, nobody noticed: everything else is bit-identical to a market without a campaign."""
    nothing = {"params.promotion.strength": 0.0}
    plain = tiny(**nothing).run()
    spent = tiny(**ALWAYS, **{"policy.promotion.budget": 3_000_000}, **nothing).run()
    for name, table in plain.state.tables().items():
        for column in table:
            if (name, column) not in (("territories", "campaigns"), ("territories", "wear")):
                left, right = (getattr(s.state.tables()[name], column) for s in (plain, spent))
                np.testing.assert_array_equal(left, right, err_msg=f"{name}.{column}")
    for measure in plain.state.record.measures:
        if measure != "campaign_spend":
            np.testing.assert_array_equal(plain.state.record[measure], spent.state.record[measure], err_msg=measure)
    apart = spent.state.ledger.book.sum(axis=0) - plain.state.ledger.book.sum(axis=0)
    moved = {Account(a).name for a in np.flatnonzero(apart.any(axis=0))}
    assert moved == {"CAMPAIGNS", "CASH", "OUTSIDE"}
    lost = plain.state.ledger.flows("contribution")[:, 0].sum() - spent.state.ledger.flows("contribution")[:, 0].sum()
    assert lost == apart[0, Account.CAMPAIGNS] == spent.state.record["campaign_spend"].sum()
    assert 2_999_900 <= lost <= 3_000_000


def test_control_with_effect_customers_notice() -> None:
    plain, moved = tiny().run(), tiny(**ALWAYS, **{"policy.promotion.budget": 3_000_000}).run()
    sold = [m.state.record["sell_out_units"][..., [0, 2]].sum() for m in (plain, moved)]
    assert sold[1] > sold[0]
    assert moved.state.today.decided.campaigns.promotion is not None
    assert plain.state.today.decided.campaigns.promotion is None


def test_answering_rivals_without_effect_leave_our_market_as_it_is() -> None:
    campaign = {**ALWAYS, "policy.promotion.budget": 3_000_000, "params.promotion.strength": 0.0}
    steady, react = tiny(**campaign).run(), tiny(**campaign, **{"policy.rival_campaign.kind": "react"}).run()
    np.testing.assert_array_equal(steady.state.ledger.book, react.state.ledger.book)
    np.testing.assert_array_equal(steady.state.customers.loyalty, react.state.customers.loyalty)
    assert react.state.record["rival_campaign_spend"].sum() > 0


# ---- whom campaigns move ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lever", ["budget", "price_off"])
def test_more_promotion_never_loses_us_a_customer(lever: str) -> None:
    """The same draws: who bought from us buys from us still, and some come over."""
    steps = {"budget": (0, 100_000, 1_000_000, 30_000_000), "price_off": (0.0, 0.02, 0.1, 0.4)}[lever]
    fixed = {"policy.promotion.budget": 0} if lever == "price_off" else {}
    won = [bought_from_us(first_week(**ALWAYS, **{**fixed, f"policy.promotion.{lever}": step})) for step in steps]
    for less, more in pairwise(won):
        assert less < more


def test_rivals_campaigns_never_win_us_a_customer() -> None:
    won, persuasion = [], []
    for spent in (0, 3_000_000):
        market = tiny(
            customers=4000, **AMPLE, **{"policy.rival_campaign.kind": "react", "policy.rival_campaign.match": 1.0}
        )
        for _ in range(4):
            market.step()
        campaigns = np.zeros((2, 10), dtype=np.int64)
        campaigns[:, 0] = spent
        market.state.territories.fill({"campaigns": campaigns})
        won.append(bought_from_us(until("fulfil", market)))
        persuasion.append(np.array(market.state.customers.persuasion))
    assert won[1] < won[0]
    np.testing.assert_array_equal(*persuasion)  # no rep tries harder for what a rival does in the same week
    assert persuasion[0].any()


def test_a_campaign_for_one_offer_leaves_the_other_category_alone() -> None:
    plain = first_week()
    one = first_week(**ALWAYS, **{"policy.promotion.budget": 30_000_000, "policy.promotion.offers": ["refill_one"]})
    names = [offer.name for offer in plain.layout.offers]
    machines = [j for j, name in enumerate(names) if name.startswith("machine")]
    assert one.today.decided.campaigns.promotion is not None
    assert not one.today.decided.campaigns.promotion[:, machines].any()
    assert (one.today.decided.campaigns.promotion[:, names.index("refill_one")] > 0).all()
    for j in machines:
        rows = [
            set(s.today.demanded.orders.customer[s.today.demanded.orders.offer == j].tolist()) for s in (plain, one)
        ]  # type: ignore[union-attr]
        assert rows[0] == rows[1]


def test_an_information_campaign_makes_us_known_and_moves_no_choice() -> None:
    plain = tiny(weeks=6, **{"policy.advertising.budget": 0}).run()
    informed = tiny(
        weeks=6,
        **{"policy.advertising.budget": 0, "policy.promotion.information": 1.0, "policy.promotion.budget": 30_000_000},
        **ALWAYS,
    ).run()
    aware = [m.state.record["aware_customers"].sum(axis=(1, 2)) for m in (plain, informed)]
    assert (aware[1] >= aware[0]).all() and aware[1][-1] > aware[0][-1]
    assert informed.state.today.decided.campaigns.promotion is None
    assert not informed.state.territories.wear.any()


@pytest.mark.parametrize("customers", [500, 4000])
def test_the_pressure_of_a_campaign_is_money_per_customer_of_the_territory(customers: int) -> None:
    state = until("manage", tiny(customers=customers, **ALWAYS, **{"policy.promotion.budget": 3_000_000}))
    numbers, campaigns = state.params.promotion, state.today.decided.campaigns
    assert campaigns.ours is not None and campaigns.promotion is not None
    heads = np.bincount(state.customers.territory, minlength=len(state.layout.territories))
    pressure = campaigns.ours.spend * (1.0 - campaigns.ours.information) / heads / numbers.reference_spend
    fresh = np.zeros_like(pressure)
    utility = campaign_utility(pressure, fresh, numbers.strength, numbers.exponent, numbers.wear)
    offer = state.layout.own_offers[0]
    assert (utility > 0).all()
    np.testing.assert_allclose(campaigns.promotion[:, offer], utility * campaigns.ours.offers[:, 0])


def test_a_campaign_works_less_the_longer_it_runs_and_rests_restore_it() -> None:
    market = tiny(weeks=10, **{**ALWAYS, "policy.promotion.length": 5})
    seen = []
    while market.running:
        market.step()
        seen.append(market.state.today.decided.campaigns.promotion)
    heights = [0.0 if p is None else float(p[:, 0].max()) for p in seen]
    assert (np.diff(heights[:5]) < 0).all()
    assert not any(heights[5:])
    wear = market.state.territories.wear[:, market.state.layout.own_brand]
    assert (wear > 0).all() and (wear < 1 - 0.5 ** (5 / 13)).all()


# ---- what they cost ---------------------------------------------------------------------------------------------------


def test_a_budget_is_split_by_potential_and_booked() -> None:
    market = tiny(weeks=10, **{**ALWAYS, "policy.promotion.start": 3, "policy.promotion.length": 4}).run()
    spent, believed = market.state.record["campaign_spend"], market.state.territories.potential
    assert np.flatnonzero(spent.sum(axis=1)).tolist() == [2, 3, 4, 5]
    np.testing.assert_allclose(spent[2] / spent[2].sum(), believed / believed.sum(), rtol=1e-6)
    assert market.state.ledger.book[1:, 0, Account.CAMPAIGNS].tolist() == spent.sum(axis=1).tolist()
    assert 20_000_000 - 8 <= spent.sum() <= 20_000_000


def test_a_price_off_is_granted_on_what_is_delivered_in_the_campaign() -> None:
    given = {**ALWAYS, "policy.promotion.budget": 0, "policy.promotion.price_off": 0.2, **AMPLE}
    plain, off = tiny(weeks=6, **AMPLE).run(), tiny(weeks=6, **given).run()
    sold = off.state.record["sell_out_units"].sum(axis=(0, 1, 2))
    granted = off.state.ledger.book[1:, 0, Account.DISCOUNTS].sum()
    assert granted == round(0.2 * 100_000) * sold[0] + round(0.2 * 1_700) * sold[2] > 0
    ratio = off.state.boards.offers.price_minor[:, :, [0, 2]] / plain.state.boards.offers.price_minor[:, :, [0, 2]]
    np.testing.assert_allclose(ratio, 1 - 0.8 * 0.2, atol=1e-3)
    assert not plain.state.ledger.book[:, 0, Account.DISCOUNTS].any()


def test_a_price_off_comes_on_top_of_a_discount_and_both_stay_below_the_price() -> None:
    both = tiny(
        weeks=3,
        **{**ALWAYS, "policy.promotion.price_off": 0.9, "policy.pricing.discount": 0.9, "policy.promotion.budget": 0},
    ).run()
    state = both.state
    ours = state.today.served.ours
    orders = state.today.fulfilled.orders
    assert len(ours)
    list_price = state.numbers.list_price[orders.offer[ours]]
    np.testing.assert_allclose(orders.discount[ours] / list_price, 0.99, atol=2e-3)
    assert (orders.discount[ours] < list_price).all()
    assert (state.boards.offers.price_minor > 0).all()


def test_a_price_off_can_be_for_some_segments() -> None:
    segments = {"policy.segmentation.kind": "kmeans", "policy.segmentation.segments": 3}
    given = {**ALWAYS, "policy.promotion.budget": 0, "policy.promotion.price_off": 0.5, **segments}
    state = until("fulfil", tiny(**{**given, "policy.promotion.segments": [2]}))
    price = state.boards.offers.price_minor[0, :, 2] / state.boards.offers.price_minor[0, 0, 2]
    np.testing.assert_allclose(price, [1.0, 1.0, 0.6, 1.0], atol=1e-3)
    orders = state.today.demanded.orders
    ours = np.isin(orders.offer, state.layout.own_offers)
    label = state.customers.price_group[orders.customer]
    np.testing.assert_array_equal(orders.discount > 0, ours & (label == 2))


def test_a_campaign_for_an_offer_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="no offer of ours is called machine_two"):
        tiny(**ALWAYS, **{"policy.promotion.offers": ["machine_two"]}).run()


@pytest.mark.parametrize(
    ("field", "value"), [("spend", -1), ("information", 1.5), ("price_off", 1.0), ("price_off", float("nan"))]
)
def test_campaigns_out_of_bounds_are_refused_by_name(monkeypatch: pytest.MonkeyPatch, field: str, value: float) -> None:
    honest = CampaignCalendar.answer

    def answer(self: Any, seen: Any) -> Any:
        given = honest(self, seen)
        return type(given)(**{**vars(given), field: np.full_like(getattr(given, field), value)})

    monkeypatch.setattr(CampaignCalendar, "answer", answer)
    with pytest.raises(InputError, match=rf"policy\.promotion: the rule `calendar` answered with .*{field}"):
        tiny(**ALWAYS).run()


# ---- rivals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lag", [1, 3])
def test_rivals_answer_where_and_as_much_as_they_saw_us_spend_a_while_ago(lag: int) -> None:
    given = {
        **ALWAYS,
        "policy.promotion.length": 2,
        "params.rivals.campaign_lag": lag,
        "params.rivals.watch_error": 0.0,
    }
    market = tiny(weeks=8, **given, **{"policy.rival_campaign.kind": "react", "policy.rival_campaign.match": 0.5}).run()
    ours, theirs = (market.state.record[name] for name in ("campaign_spend", "rival_campaign_spend"))
    assert not theirs[:lag].any()
    np.testing.assert_allclose(theirs[lag:], 0.5 * ours[:-lag])
    assert theirs.sum() > 0


def test_rivals_money_is_not_in_our_books() -> None:
    campaign = {**ALWAYS, "policy.promotion.length": 4, "policy.promotion.budget": 3_000_000}
    market = tiny(**campaign, **{"policy.rival_campaign.kind": "react"}).run()
    spent = market.state.record["campaign_spend"].sum()
    assert market.state.ledger.book[1:, 0, Account.CAMPAIGNS].sum() == spent
    advertising = market.state.ledger.book[1:, 0, Account.ADVERTISING].sum()
    assert advertising == tiny().run().state.ledger.book[1:, 0, Account.ADVERTISING].sum()


def test_rivals_that_answer_take_some_of_our_gain() -> None:
    campaign = {**ALWAYS, "policy.promotion.length": 10, "policy.promotion.budget": 6_000_000, **AMPLE}
    shares = []
    for kind in ("steady", "react"):
        runs = [tiny(seed=s, **campaign, **{"policy.rival_campaign.kind": kind}).run() for s in (1, 2, 3)]
        sold = sum(run.state.record["sell_out_value"].sum(axis=(0, 1, 2)) for run in runs)
        shares.append(sold[[0, 2]].sum() / sold.sum())
    assert shares[1] < shares[0]


def test_rivals_that_hold_still_are_those_of_a_market_without_the_question() -> None:
    plain = fingerprint(tiny().run())
    assert plain == fingerprint(tiny(**{"policy.rival_campaign.kind": "react"}).run()), "nothing to answer"
