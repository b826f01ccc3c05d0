"""Slow twins of the kernels of the ledger: one amount at a time, written from the description of a posting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

from sim.accounts_chart import Account

#: What was debited less what was credited, by row and account.
Table: TypeAlias = Counter[tuple[int, Account]]


def enter(table: Table, row: int, amount: int, debit: Account | None, credit: Account | None) -> None:
    """Debit and credit one amount in one row."""
    if debit is not None:
        table[row, debit] += amount
    if credit is not None:
        table[row, credit] -= amount


def pay(
    book: Table, cut: Table, payer: int, payee: Sequence[int], debit: Account, amounts: Sequence[int], of: Sequence[int]
) -> None:
    """The manufacturer pays each amount for ``debit``; it is broken down by rows ``of`` a cut."""
    for to, amount, row in zip(payee, amounts, of, strict=True):
        enter(book, payer, amount, debit, Account.CASH)
        enter(book, to, amount, Account.CASH, Account.OUTSIDE)
        enter(cut, row, amount, debit, None)


def invoice(
    book: Table, cut: Table, claims: Counter[tuple[int, int]], buyers: Sequence[int], amounts: Sequence[int], of: int
) -> None:
    """The manufacturer sells on account; income is broken down by one row of a cut."""
    for buyer, amount in zip(buyers, amounts, strict=True):
        enter(book, 0, amount, Account.RECEIVABLES, Account.REVENUE)
        enter(book, buyer, amount, Account.CHANNEL_STOCK, Account.PAYABLES)
        enter(cut, of, amount, None, Account.REVENUE)
        claims[0, buyer] += amount


def balanced(weeks: Sequence[Table], claims: Counter[tuple[int, int]], entities: int) -> bool:
    """Whether the last week's books balance, its cash sums to 0, and claims are what all weeks say."""
    last = weeks[-1]
    for e in range(entities):
        if sum(last[e, account] for account in Account):
            return False
        if sum(week[e, Account.RECEIVABLES] for week in weeks) != sum(claims[e, f] for f in range(entities)):
            return False
        if sum(week[e, Account.PAYABLES] for week in weeks) != -sum(claims[f, e] for f in range(entities)):
            return False
    return sum(last[e, Account.CASH] for e in range(entities)) == 0
