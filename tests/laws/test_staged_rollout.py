"""A staged roll-out: one policy in some territories from some week on, the old one everywhere else; both are paid for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.market import Market
from tests.laws.auditor import Auditor

WEEK, WEEKS, NORTH, SOUTH = 6, 16, 0, 1

ROLL_OUT = f"""
extends = "tiny"
weeks = {WEEKS}
[[change]]
week = {WEEK}
territories = ["north"]
policy = "deep_marketing"
"""


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("staged") / "staged.toml"
    path.write_text(ROLL_OUT, encoding="utf-8")
    return path


def until(market: Market, weeks: int) -> Market:
    while market.week < weeks:
        market.step()
    return market


def plans(market: Market, territory: int) -> list[np.ndarray]:
    """What the firm plans for the customers and people of a territory."""
    state = market.state
    home, reps = state.customers.territory == territory, state.reps.territory == territory
    knowledge = [getattr(state.knowledge, name)[home] for name in ("rep", "norm", "label")]
    routines = [
        getattr(state.reps, name)[reps]
        for name in ("meeting_hours", "form_hours", "visit_hours", "review_hours", "training_hours")
    ]
    sharing = state.distributors.shares_data[state.distributors.territory == territory]
    return [*knowledge, *routines, state.reps.position[reps], sharing]


def test_before_the_change_nothing_differs(staged: Path) -> None:
    old, new = (until(Market(name, seed=3, weeks=WEEKS), WEEK - 1) for name in ("tiny", str(staged)))
    np.testing.assert_array_equal(old.state.ledger.book, new.state.ledger.book)
    for name in old.state.record.measures:
        np.testing.assert_array_equal(old.state.record[name], new.state.record[name])


def test_in_the_first_week_only_the_territory_of_the_change_differs(staged: Path) -> None:
    old, new = (until(Market(name, seed=3, weeks=WEEKS), WEEK) for name in ("tiny", str(staged)))
    for before, after in zip(plans(old, SOUTH), plans(new, SOUTH), strict=True):
        np.testing.assert_array_equal(before, after)
    assert any(
        not np.array_equal(before, after) for before, after in zip(plans(old, NORTH), plans(new, NORTH), strict=True)
    )
    for name, measure in old.state.record.measures.items():
        axis = {"territory": SOUTH, "distributor": SOUTH, "team": SOUTH}.get("".join(measure.cut[:1]))
        if axis is not None:  # one team and one distributor in each territory
            np.testing.assert_array_equal(
                old.state.record[name][:WEEK, axis], new.state.record[name][:WEEK, axis], err_msg=name
            )


def test_outside_the_old_plan_keeps_its_own_calendar(staged: Path) -> None:
    """A change elsewhere neither renews the call plan of a territory nor asks it more often than its rule says."""
    market = until(Market(str(staged), seed=3, weeks=WEEKS), WEEK - 2)
    renewed: dict[int, list[int]] = {NORTH: [], SOUTH: []}
    while market.running:
        before = {t: plans(market, t)[:2] for t in renewed}
        market.step()
        for t, weeks in renewed.items():
            if any(not np.array_equal(a, b) for a, b in zip(before[t], plans(market, t)[:2], strict=True)):
                weeks.append(market.week)
    assert renewed[SOUTH] == [14]  # every 13 weeks from the first
    assert renewed[NORTH] == [WEEK, 14]


def test_both_schemes_are_paid_for_and_each_only_when_it_is_used(staged: Path) -> None:
    old, new, whole = (
        Market(name, seed=3, weeks=WEEKS, policy=policy).run()
        for name, policy in (("tiny", None), (str(staged), None), ("tiny", "deep_marketing"))
    )
    studies = [market.state.ledger.book[1:, 0, Account.STUDIES] for market in (old, new)]
    assert not studies[0].any()
    assert np.flatnonzero(studies[1]).tolist() == [WEEK - 1]  # in the week of the change; every 26 weeks from the first
    by_territory = [market.state.ledger.cut["territory"][1 + WEEK] for market in (old, new, whole)]
    for account in (Account.INFORMATION_SYSTEM, Account.TRAINING):
        a, b, c = (cut[:, account] for cut in by_territory)
        assert b[SOUTH] == a[SOUTH], account.name
        assert b[NORTH] == c[NORTH] > 0, account.name
        # Both schemes train alike; only one has a gateway.
        assert (c[NORTH] == a[NORTH]) == (account is Account.TRAINING)
    sharing = new.state.record["sharing"]
    assert not sharing[:, SOUTH].any()
    assert sharing[WEEK - 1 :, NORTH].any()
    paid = new.state.ledger.book[1:, 0, Account.DATA_SHARING]
    np.testing.assert_array_equal(paid > 0, sharing[:, NORTH] > 0)


def test_the_laws_hold_in_a_staged_roll_out(staged: Path) -> None:
    assert Auditor(Market(str(staged), seed=5, weeks=WEEKS)).run().state.record.done == WEEKS


def test_distributors_keep_their_word_for_the_weeks_they_committed_themselves() -> None:
    market = Market(
        "regional_plain",
        seed=1,
        customers=600,
        weeks=14,
        policy="deep_marketing",
        overrides={"policy.share_data.a0": -8.0},  # a payment of some 10 % of purchases decides, and purchases move
    ).run()
    sharing = market.results.measure("sharing")
    assert 0 < sharing[0].sum() < sharing.shape[1]
    assert (sharing[:13] == sharing[0]).all()
    assert (sharing[13] != sharing[0]).any()


def test_a_new_offer_in_one_territory_leaves_the_word_of_others_alone(tmp_path: Path) -> None:
    path = tmp_path / "offer.toml"
    change = 'week = 5\nterritories = ["north"]\nset = { "policy.sharing_contract.payment" = 4_000_000 }'
    path.write_text(f'extends = "regional_plain"\nweeks = 13\n[[change]]\n{change}\n', encoding="utf-8")
    given = {"policy.share_data.a0": -14.0}
    market = Market(str(path), seed=1, customers=600, policy="deep_marketing", overrides=given).run()
    sharing = market.results.measure("sharing")
    names = [territory.name for territory in market.scenario.world.territories]
    inside = market.state.distributors.territory == names.index("north")
    assert (sharing[:, ~inside] == sharing[0, ~inside]).all()
    assert (sharing[4:, inside] == sharing[4, inside]).all()
    assert (sharing[4, inside] != sharing[0, inside]).any()
