"""Owners who give a machine up because no one repaired it: they blame the brand, and few engineers do not pay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.market import Market
from sim.week import WEEK
from tests.market.runs import fingerprint

#: Machines that fail often, engineers who do not come, owners without much patience.
ALONE = {"category.machine.failure_rate": 4.0, "policy.service.engineers": 0.02, "params.service.patience": 4}


def test_without_blame_and_penalty_nothing_is_different() -> None:
    plain = Market("tiny", seed=4, weeks=16, overrides=ALONE).run()
    zero = {"params.service.blame": 0.0, "params.service.late_penalty": 0.0}
    assert fingerprint(Market("tiny", seed=4, weeks=16, overrides={**ALONE, **zero}).run()) == fingerprint(plain)


def test_who_gives_up_loses_the_habit_and_nobody_else_does() -> None:
    market = Market("tiny", seed=4, weeks=20, overrides={**ALONE, "params.service.blame": 0.8})
    state, own, seen = market.state, market.state.layout.own_brand, 0
    while market.running:
        before: dict[str, np.ndarray] = {}

        def observe(phase: Any, before: dict[str, np.ndarray] = before) -> None:
            if phase.name == "maintain":
                before["loyalty"] = state.customers.loyalty.copy()
            if phase.name == "serve":
                before["after"] = state.customers.loyalty.copy()

        market.run_week(observe)
        lost = state.today.maintained.given_up
        orders, habits = state.today.fulfilled.orders, state.today.demanded.habits
        still = np.setdiff1d(np.arange(len(state.customers)), np.concatenate([orders.customer, habits.customer]))
        of_brand = np.zeros_like(before["loyalty"], bool)
        of_brand[lost.customer, lost.brand] = True
        left = np.where(of_brand, np.float32(0.2), np.float32(1.0))
        np.testing.assert_allclose(before["after"][still], (before["loyalty"] * left)[still], rtol=1e-6)
        seen += int((of_brand[still, own] & (before["loyalty"][still, own] > 0)).sum())
    assert seen > 5
    assert [phase.name for phase in WEEK].index("maintain") < [phase.name for phase in WEEK].index("serve")


def test_owners_of_rivals_blame_theirs_by_the_same_rule() -> None:
    slow = {"params.service.rival_wait": 26, "policy.service.engineers": 50.0, "params.service.blame": 1.0}
    market = Market("tiny", seed=4, weeks=20, overrides={**ALONE, **slow})
    rival = 1 - market.state.layout.own_brand
    lost = 0
    while market.running:
        market.run_week()
        given_up = market.state.today.maintained.given_up
        lost += int((given_up.brand == rival).sum())
        assert not (given_up.brand != rival).any()
    assert lost > 20


def test_late_repairs_cost_what_was_promised_until_the_item_is_given_up() -> None:
    given = {**ALONE, "params.service.late_penalty": 0.01, "params.service.compensation": 0.0}
    plain, fined = (
        Market("tiny", seed=4, weeks=12, overrides=o) for o in ({**given, "params.service.late_penalty": 0.0}, given)
    )
    expected = 0
    while fined.running:
        plain.run_week()
        fined.run_week()
        state = fined.state
        jobs, week = state.upkeep.jobs, state.week - 1
        waited = week - jobs.since
        late = jobs.repair & (jobs.brand == state.layout.own_brand) & (waited > 1) & (waited <= 4)
        expected += 1000 * int(late.sum())  # 1 % of 100,000
    paid = [m.state.ledger.cut["territory"][:, :, Account.SERVICE].sum() for m in (plain, fined)]
    assert expected > 0
    assert abs(paid[1] - paid[0]) == expected


def gains(weeks: int, blame: float, **overrides: Any) -> list[float]:
    """What half of the engineers (ample at first) adds to contribution, two pairs of markets."""
    found = []
    for seed in (1, 2):
        values = []
        for engineers in (0.11, 0.055):
            given = {"policy.service.engineers": engineers, "params.service.blame": blame, **overrides}
            market = Market(
                "regional_plain", policy="status_quo", seed=seed, customers=1500, weeks=weeks, overrides=given
            )
            values.append(float(market.run().results.scorecard.set_index("kpi").loc["contribution", "value"]))
        found.append(values[1] - values[0])
    return found


def test_half_the_engineers_lose_where_given_up_machines_are_compensated() -> None:
    assert max(gains(104, 0.8)) < 0


@pytest.mark.slow
def test_half_the_engineers_lose_over_the_life_of_a_machine_without_compensation_too() -> None:
    """A firm that pays nothing and is not blamed earns by letting machines break: their owners buy the next one from it."""
    free = {"params.service.compensation": 0.0}
    assert min(gains(312, 0.0, **free)) > 0
    assert max(gains(312, 0.8, **free)) < 0
