"""The kernels of the ledger against twins that book one amount at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from sim.accounts_chart import ACCOUNTS, Account
from sim.ledger import MANUFACTURER, Ledger
from sim.postings import in_balance
from tests.reference import postings

D, T, WEEKS = 3, 4, 3
CASH, CLAIM, DEBT = int(Account.CASH), int(Account.RECEIVABLES), int(Account.PAYABLES)


def as_array(table: postings.Table, rows: int) -> list[list[int]]:
    return [[table[row, account] for account in Account] for row in range(rows)]


@pytest.mark.parametrize("seed", range(5))
def test_postings_are_booked_as_the_twin_books_them(seed: int) -> None:
    chance = np.random.default_rng(seed)
    ledger = Ledger(D, WEEKS, {"territory": T, "offer": 2})
    claims: Counter[tuple[int, int]] = Counter()
    weeks: list[postings.Table] = [Counter()]
    for week in range(WEEKS):
        ledger.open_week(week)
        book: postings.Table = Counter()
        territory: postings.Table = Counter()
        n = int(chance.integers(0, 6))
        home, payee, buyers = (chance.integers(low, high, n) for low, high in ((0, T), (1, D + 2), (1, D + 1)))
        costs = {Account.SALARY: chance.integers(0, 3, n), Account.TRAVEL: chance.integers(0, 99, n)}
        ledger.pay_for(MANUFACTURER, payee, costs, by={"offer": home % 2, "territory": home.astype(np.uint16)})
        for debit, amounts in costs.items():
            postings.pay(book, territory, 0, payee.tolist(), debit, amounts.tolist(), home.tolist())
        sold = chance.integers(0, 50, n)
        ledger.invoice(MANUFACTURER, buyers, sold, by={"territory": 2})
        postings.invoice(book, territory, claims, buyers.tolist(), sold.tolist(), 2)
        weeks.append(book)
        assert ledger.book[1 + week].tolist() == as_array(book, D + 2)
        assert ledger.cut["territory"][1 + week].tolist() == as_array(territory, T)
        assert ledger.cut["offer"][1 + week, :, Account.SALARY].sum() == costs[Account.SALARY].sum()
        assert ledger.claims.tolist() == [[claims[e, f] for f in range(D + 2)] for e in range(D + 2)]
        assert in_balance(ledger.book, ledger.claims, 1 + week, CASH, CLAIM, DEBT)
        assert postings.balanced(weeks, claims, D + 2)


def one_more(ledger: Ledger) -> None:
    ledger.book[-1, 2, Account.SALARY] += 1


def cash_from_nowhere(ledger: Ledger) -> None:
    ledger.book[-1, 2, [Account.CASH, Account.SALES]] += (1, -1)


def a_debt_without_claim(ledger: Ledger) -> None:
    ledger.book[1, 1, [Account.PAYABLES, Account.OUTSIDE]] += (1, -1)


def a_claim_on_another(ledger: Ledger) -> None:
    ledger.claims[0, 1:3] += (1, -1)


@pytest.mark.parametrize("leak", [one_more, cash_from_nowhere, a_debt_without_claim, a_claim_on_another])
def test_every_leak_is_seen_as_the_twin_sees_it(leak: Callable[[Ledger], None]) -> None:
    ledger = Ledger(D, WEEKS)
    ledger.open_week(WEEKS - 1)
    ledger.invoice(MANUFACTURER, np.array([1, 2]), np.array([30, 40]))
    for found in (True, False):
        weeks = [Counter({(e, a): int(week[e, a]) for e in range(D + 2) for a in Account}) for week in ledger.book]
        claims = Counter({(e, f): int(ledger.claims[e, f]) for e in range(D + 2) for f in range(D + 2)})
        assert postings.balanced(weeks, claims, D + 2) is found
        assert in_balance(ledger.book, ledger.claims, WEEKS, CASH, CLAIM, DEBT) is found
        leak(ledger)
    assert ledger.book.shape == (1 + WEEKS, D + 2, ACCOUNTS)


def test_nothing_of_a_posting_is_booked_where_one_amount_is_wrong() -> None:
    ledger = Ledger(D, WEEKS, {"territory": T})
    before = ledger.book.copy()
    with pytest.raises(IndexError, match="there is no row 4"):
        ledger.pay(0, ledger.outside, np.array([5, 5]), debit=Account.SALARY, by={"territory": np.array([0, T])})
    with pytest.raises(IndexError, match="there is no row -1"):
        ledger.post(Account.SALARY, Account.CASH, 5, entity=-1)
    with pytest.raises(ValueError, match="at most 2 ways"):
        ledger.post(Account.SALARY, Account.CASH, 5, by={"territory": 0} | dict.fromkeys(("offer", "team"), 0))
    assert (ledger.book == before).all()
