"""The books of money: what a posting does, what is refused, and what the statements say."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from sim import accounts_chart
from sim.accounts_chart import ACCOUNTS, FORMULAS, Account
from sim.errors import LawBroken
from sim.ledger import MANUFACTURER, Ledger, average_cost


@pytest.fixture
def ledger() -> Ledger:
    books = Ledger(distributors=2, weeks=4, cuts={"territory": 3, "offer": 2})
    books.pay(books.outside, np.arange(3), 100_000, debit=Account.OUTSIDE, credit=Account.CAPITAL)
    return books


def test_a_sale_on_account_is_a_claim_here_and_a_debt_there(ledger: Ledger) -> None:
    ledger.open_week(0)
    ledger.invoice(
        MANUFACTURER, np.array([1, 2, 1]), np.array([500, 300, 200]), by={"offer": np.array([0, 0, 1])}
    )  # fmt: skip
    assert ledger.balance(Account.RECEIVABLES).tolist() == [1000, 0, 0, 0]
    assert ledger.balance(Account.PAYABLES).tolist() == [0, -700, -300, 0]
    assert ledger.balance(Account.CHANNEL_STOCK).tolist() == [0, 700, 300, 0]
    assert ledger.claims[MANUFACTURER].tolist() == [0, 700, 300, 0]
    assert ledger.flows_by("revenue", "offer")[0].tolist() == [800, 200]
    ledger.settle(np.array([1, 2]), MANUFACTURER, np.array([700, 100]))
    assert ledger.balance(Account.RECEIVABLES).tolist() == [200, 0, 0, 0]
    assert ledger.balance(Account.CASH)[:3].tolist() == [100_800, 99_300, 99_900]
    ledger.check()


def test_pay_is_cut_by_every_dimension_named(ledger: Ledger) -> None:
    ledger.open_week(2)
    ledger.pay(
        0, ledger.outside, np.array([10, 20, 30, 40]), debit=Account.SALARY, by={"territory": np.array([0, 1, 1, 2])}
    )  # fmt: skip
    ledger.pay(0, ledger.outside, 5, debit=Account.SALARY, by={"territory": 2})
    assert ledger.flows_by("salary", "territory")[2].tolist() == [10, 50, 45]
    assert ledger.flows("salary")[2].tolist() == [105, 0, 0, 0]
    assert ledger.flows_by("salary", "offer").sum() == 0


def test_one_amount_for_many_rows_is_paid_to_each(ledger: Ledger) -> None:
    ledger.open_week(0)
    ledger.pay(0, np.array([1, 2]), 50, debit=Account.DATA_SHARING, credit=Account.OTHER_INCOME)
    assert ledger.flows("distributor_profit")[0].tolist() == [0, 50, 50, 0]
    assert ledger.flows("contribution")[0, MANUFACTURER] == -100
    ledger.check()


def _statement(ledger: Ledger, entities: slice) -> dict[str, int]:
    """Every figure of the statements of ``entities`` together: flows of all weeks, balances at the end."""
    figures = {name: ledger.flows(name)[:, entities].sum(axis=1) for name in FORMULAS}
    return {name: int(figures[name][-1] if f.balance else figures[name].sum()) for name, f in FORMULAS.items()}


def test_the_income_statement_adds_up(ledger: Ledger) -> None:
    ledger.open_week(0)
    ledger.post(Account.FINISHED_GOODS, Account.CAPITAL, 6_000)
    ledger.open_week(1)
    ledger.invoice(0, 1, 10_000)
    ledger.invoice(1, 0, 500, debit=Account.DISCOUNTS, credit=Account.OTHER_INCOME)
    ledger.post(Account.COST_OF_GOODS, Account.FINISHED_GOODS, 4_000)
    ledger.pay(0, ledger.outside, 800, debit=Account.SALARY)
    ledger.pay(0, ledger.outside, 200, debit=Account.COMMISSION)
    ledger.pay(0, ledger.outside, 300, debit=Account.TRAVEL)
    ledger.pay(0, ledger.outside, 700, debit=Account.ADVERTISING)
    ledger.pay(ledger.outside, 1, 6_000, debit=Account.OUTSIDE, credit=Account.SALES)
    ledger.post(Account.CHANNEL_COST_OF_GOODS, Account.CHANNEL_STOCK, 5_000, entity=1)
    ledger.pay(1, ledger.outside, 250, debit=Account.HOLDING)
    ledger.check()
    maker = _statement(ledger, slice(0, 1))
    expected = {
        "gross_revenue": 10_000, "revenue": 9_500, "cost_of_goods": 4_000, "gross_margin": 5_500, "pay": 1_000,
        "salary": 800, "commission": 200, "cost_to_sell": 1_300, "marketing_cost": 700, "contribution": 3_500,
        "stock_value": 2_000, "receivables": 10_000,
    }  # fmt: skip
    assert {name: maker[name] for name in expected} == expected
    distributors = _statement(ledger, ledger.distributors)
    assert distributors["distributor_profit"] == 6_000 - 5_000 + 500 - 250
    assert distributors["cash_in_channel"] == 5_000
    everybody = _statement(ledger, slice(0, ledger.outside))
    assert everybody["channel_profit"] == maker["contribution"] + distributors["distributor_profit"]
    assert not ledger.book.sum(axis=2).any()


def test_balances_are_carried_from_week_to_week_and_flows_are_not(ledger: Ledger) -> None:
    ledger.open_week(1)
    ledger.invoice(0, 1, 700)
    ledger.open_week(2)
    ledger.pay(0, ledger.outside, 100, debit=Account.STUDIES)
    assert ledger.flows("receivables")[:, 0].tolist() == [0, 700, 700, 700]
    assert ledger.flows("cash")[:, 0].tolist() == [100_000, 100_000, 99_900, 99_900]
    assert ledger.flows("revenue")[:, 0].tolist() == [0, 700, 0, 0]
    assert ledger.balance(Account.CASH, week=1)[0] == 100_000


@pytest.mark.parametrize("amount", [1.0, np.array([1.0, 2.0]), float("nan"), True, np.array([2**63], dtype=np.uint64)])
def test_amounts_that_are_not_whole_are_refused(ledger: Ledger, amount: object) -> None:
    with pytest.raises(TypeError, match=r"books, opening, SALARY / CASH: amounts are whole minor units"):
        ledger.post(Account.SALARY, Account.CASH, amount)  # type: ignore[arg-type]


def test_negative_amounts_are_refused(ledger: Ledger) -> None:
    ledger.open_week(3)
    with pytest.raises(LawBroken, match=r"books, week 3, SALARY / CASH: .*never negative.*-1"):
        ledger.post(Account.SALARY, Account.CASH, np.array([4, -1]))
    with pytest.raises(LawBroken, match="never negative"):
        ledger.post(Account.SALARY, Account.CASH, -1)


def test_claims_cannot_be_booked_on_one_side(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="book both sides"):
        ledger.post(Account.RECEIVABLES, Account.REVENUE, 5)
    with pytest.raises(ValueError, match="use settle"):
        ledger.pay(1, 0, 5, debit=Account.PAYABLES, credit=Account.RECEIVABLES)
    with pytest.raises(ValueError, match="name what was sold"):
        ledger.invoice(0, 1, 5, credit=Account.PAYABLES)


def test_rows_that_do_not_fit_are_refused(ledger: Ledger) -> None:
    rows = np.array([0, 1])
    with pytest.raises(ValueError, match=r"\(3,\) amounts for \(2,\) rows"):
        ledger.post(Account.TRAVEL, Account.CASH, np.array([1, 2, 3]), by={"territory": rows})
    with pytest.raises(IndexError, match="there is no row -1"):
        ledger.post(Account.TRAVEL, Account.CASH, np.array([1, 2]), by={"territory": rows - 1})
    with pytest.raises(ValueError, match="only the manufacturer's books have cuts"):
        ledger.post(Account.HOLDING, Account.CASH, 5, entity=1, by={"territory": 0})
    with pytest.raises(ValueError, match=r"weeks 0\.\.3, there is no week 4"):
        ledger.open_week(4)


def test_paying_more_than_is_owed_breaks_the_law(ledger: Ledger) -> None:
    ledger.invoice(0, 2, 100)
    with pytest.raises(LawBroken, match=r"more than is owed; found claim of 0 on 2 is -1"):
        ledger.settle(2, 0, 101)


def test_books_that_someone_wrote_into_are_found_out(ledger: Ledger) -> None:
    ledger.open_week(0)
    ledger.book[1, 2, Account.CASH] += 1
    with pytest.raises(
        LawBroken, match=r"books, week 0: law broken: every entity's books balance; found entity 2 is off by 1"
    ):
        ledger.check()
    ledger.book[1, 2, Account.SALES] -= 1
    with pytest.raises(LawBroken, match=r"cash only changes hands; found 1 appeared"):
        ledger.check()


def test_a_claim_without_its_debt_is_found_out(ledger: Ledger) -> None:
    ledger.open_week(0)
    ledger.invoice(0, 1, 70)
    ledger.claims[0, 1] -= 70
    ledger.claims[0, 2] += 70
    with pytest.raises(LawBroken, match=r"PAYABLES of entity 1 is -70, the claims say 0"):
        ledger.check()


def test_every_flow_of_profit_has_its_place() -> None:
    """Each income and expense account counts once in the channel's profit, with its sign."""
    weights = FORMULAS["channel_profit"].weights
    states = {"CASH", "RECEIVABLES", "FINISHED_GOODS", "CHANNEL_STOCK", "PAYABLES", "CAPITAL", "OUTSIDE"}
    assert {a.name for a in Account if weights[a] == 0} == states
    assert all(weights[a] == -1 for a in Account if a.name not in states)
    parts = FORMULAS["contribution"].weights + FORMULAS["distributor_profit"].weights
    assert parts.tolist() == weights.tolist()
    assert [int(a) for a in Account] == list(range(ACCOUNTS))


def test_every_account_is_posted_to() -> None:
    """An account that no line of the model names is a line of a statement that stays at zero."""
    chart = Path(accounts_chart.__file__)
    named = {
        node.attr
        for path in chart.parent.rglob("*.py")
        if path != chart
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Account"
    }
    assert {a.name for a in Account} - named == set()


def test_average_cost_leaves_no_value_without_units() -> None:
    value, units = np.array([1000, 7, 0, 10**17]), np.array([3, 2, 0, 10**9])
    cost = average_cost(value, units, np.array([1, 1, 0, 10**9 - 1]))
    assert cost.tolist() == [333, 3, 0, 10**17 - 10**8]
    rest = average_cost(value - cost, units - np.array([1, 1, 0, 10**9 - 1]), np.array([2, 1, 0, 1]))
    assert (value - cost - rest).tolist() == [0, 0, 0, 0]
