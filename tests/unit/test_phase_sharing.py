"""Phase decide, sharing of data: the payment agreed holds for the commitment, and the firm's rule sees what the firm can know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.market import Market
from sim.questions.ordering.order_up_to import OrderUpTo
from sim.questions.sharing_contract import SharingOffer
from sim.questions.sharing_contract.paid import PaidSharing
from sim.views import PartnersSeen

#: Every distributor takes any offer above 0.
WILLING = {"policy.sharing_contract.kind": "paid", "policy.share_data.a0": 20.0}


def offering(monkeypatch: pytest.MonkeyPatch, payment: Callable[[int], int]) -> list[int]:
    """Let the firm offer ``payment(week)`` to everybody; returns the list of weeks in which its rule is asked."""
    weeks: list[int] = []

    def answer(self: PaidSharing, seen: PartnersSeen) -> SharingOffer:
        weeks.append(seen.week)
        return SharingOffer(payment=np.full(len(seen.territory), payment(seen.week), dtype=np.int64))

    monkeypatch.setattr(PaidSharing, "answer", answer)
    return weeks


def paid_for_data(market: Market) -> list[int]:
    """Payments for data in every week, minor units."""
    booked: list[int] = market.state.ledger.book[1:, 0, Account.DATA_SHARING].tolist()
    return booked


def test_who_pays_only_when_it_is_asked_pays_for_the_whole_commitment(monkeypatch: pytest.MonkeyPatch) -> None:
    offering(monkeypatch, lambda week: 1_000 if week % 13 == 0 else 0)
    market = Market("tiny", seed=4, weeks=20, overrides=WILLING).run()
    assert market.results.measure("sharing").all()
    assert paid_for_data(market) == [2_000] * 20


def test_a_new_payment_holds_from_the_next_commitment_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = offering(monkeypatch, lambda week: 1_000 + week)
    market = Market("tiny", seed=4, weeks=16, overrides=WILLING).run()
    assert asked == [0, 13]
    assert paid_for_data(market) == [2_000] * 13 + [2_026] * 3


@pytest.mark.parametrize(
    ("change", "south_shares", "paid"),
    [
        ('territories = ["south"]\nset = { "policy.sharing_contract.payment" = 520_000 }', 1, 11_000),
        ('territories = ["south"]\npolicy = { sharing_contract = { kind = "none" } }', 0, 1_000),
    ],
)
def test_another_contract_is_put_to_the_distributors_at_once_and_only_where_it_holds(
    tmp_path: Path, change: str, south_shares: int, paid: int
) -> None:
    path = tmp_path / "changed.toml"
    path.write_text(f'extends = "tiny"\n[[change]]\nweek = 5\n{change}\n', encoding="utf-8")
    market = Market(str(path), seed=4, weeks=15, overrides={**WILLING, "policy.sharing_contract.payment": 52_000}).run()
    assert market.results.measure("sharing")[:, 0].all()
    assert market.results.measure("sharing")[:, 1].tolist() == [1] * 4 + [south_shares] * 11
    assert paid_for_data(market) == [2_000] * 4 + [paid] * 11


def test_the_firms_contract_is_made_without_the_distributors_books(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stock, forecast, trust of a distributor are its own: the firm sees whom it sells to, how much, and who shares."""
    seen_by_firm: list[Any] = []
    contract = PaidSharing.answer
    monkeypatch.setattr(PaidSharing, "answer", lambda self, seen: (seen_by_firm.append(seen), contract(self, seen))[1])
    market = Market("tiny", seed=4, weeks=14, overrides=WILLING).run()
    state = market.state
    (_, seen) = seen_by_firm
    shown = {name: value for name, value in vars(seen).items() if isinstance(value, np.ndarray)}
    assert shown.keys() == {"key", "territory", "purchases", "supplier", "shares_data", "payment"}
    own = [state.distributors.trust, state.distributors.demand, state.distributors.price, *state.goods.channel]
    own += [*state.goods.forecasts, state.distributors.stock_value]
    assert not any(np.shares_memory(value, truth) for value in shown.values() for truth in own)
    assert seen.shares_data.all()
    assert (seen.payment == round(1_000_000 / 52)).all()


def test_control_a_distributors_own_rule_does_see_its_books(monkeypatch: pytest.MonkeyPatch) -> None:
    seen_by_distributors: list[Any] = []
    order = OrderUpTo.answer
    monkeypatch.setattr(
        OrderUpTo, "answer", lambda self, seen: (seen_by_distributors.append(seen), order(self, seen))[1]
    )
    start = Market("tiny", seed=4, weeks=1)
    before = start.state.goods.channel.on_hand.copy()
    start.run()
    assert (seen_by_distributors[0].on_hand <= before).all() and seen_by_distributors[0].on_hand.any()
