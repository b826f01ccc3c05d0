"""The books of money: double entry in whole minor units, for the manufacturer, its distributors and the outside world.

Every posting debits and credits the same amount in the books of one entity. What passes between two entities is
booked in both at once (``pay``, ``invoice``, ``settle``), so that each entity's books balance alone, one's claim is
the other's debt, and no money leaves the world. The outside world is an entity like the others.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from sim.accounts_chart import ACCOUNTS, FORMULAS, Account
from sim.errors import LawBroken

Money = npt.NDArray[np.int64]
#: Amounts in minor units and row numbers: one whole number, or an array of them.
Whole: TypeAlias = int | np.integer[Any] | npt.NDArray[np.integer[Any]]

MANUFACTURER = 0

#: Accounts that only ``invoice`` and ``settle`` may touch: each entry needs its mirror in another entity's books.
_MIRRORED = (Account.RECEIVABLES, Account.PAYABLES)


class _Amount(NamedTuple):
    """A checked amount: one for each row of a posting, and their sum."""

    each: Money
    total: int


_Booking: TypeAlias = Callable[[Money, Account, Whole, _Amount], None]


class Ledger:
    """The books of one run: entity 0 is the manufacturer, 1..distributors follow, the last is ``outside``.

    ``cuts`` names the ways in which the manufacturer's postings may be broken down, with the number of rows of each:
    ``{"territory": 8, "offer": 16, "team": 6}``. Each cut is a marginal table of its own.

    ``book`` [1 + weeks, entity, account] and ``cut[name]`` [1 + weeks, rows, account] hold what was posted, debit minus
    credit; row 0 is the opening, row 1 + t is week t. ``claims`` [creditor, debtor] is what is owed now.
    """

    def __init__(self, distributors: int, weeks: int, cuts: Mapping[str, int] | None = None) -> None:
        self.weeks = weeks
        self.outside = distributors + 1
        self.entities = distributors + 2
        self.book: Money = np.zeros((1 + weeks, self.entities, ACCOUNTS), dtype=np.int64)
        self.cut: dict[str, Money] = {
            name: np.zeros((1 + weeks, rows, ACCOUNTS), dtype=np.int64) for name, rows in (cuts or {}).items()
        }
        self.claims: Money = np.zeros((self.entities, self.entities), dtype=np.int64)
        self._row = 0

    @property
    def distributors(self) -> slice:
        """The distributors among the entities."""
        return slice(1, self.outside)

    def open_week(self, week: int) -> None:
        """Postings from now on belong to ``week`` (0..weeks-1). Before the first call they are the opening."""
        if not 0 <= week < self.weeks:
            raise ValueError(f"the books have weeks 0..{self.weeks - 1}, there is no week {week}")
        self._row = 1 + week

    # ---- postings -------------------------------------------------------------------------------------------------

    def post(
        self,
        debit: Account,
        credit: Account,
        amount: Whole,
        entity: Whole = MANUFACTURER,
        by: Mapping[str, Whole] | None = None,
    ) -> None:
        """Debit and credit ``amount`` in the books of ``entity``: goods used up, written off, capital paid in kind.

        ``amount`` and ``entity`` are numbers or arrays of one length. ``by`` breaks a posting of the manufacturer down:
        ``{"territory": rows}`` with a row per amount. Raises TypeError for amounts that are not whole numbers and
        LawBroken for negative ones.
        """
        if debit in _MIRRORED or credit in _MIRRORED:
            raise ValueError(f"{debit.name} / {credit.name}: use invoice() and settle(), which book both sides")
        money = self._checked(amount, debit, credit, entity, by)
        _add(self.book[self._row], debit, entity, money)
        _take(self.book[self._row], credit, entity, money)
        if by:
            self._break_down(by, _add, debit, money, entity)
            self._break_down(by, _take, credit, money, entity)

    def pay(
        self,
        payer: Whole,
        payee: Whole,
        amount: Whole,
        debit: Account = Account.OUTSIDE,
        credit: Account = Account.OUTSIDE,
        by: Mapping[str, Whole] | None = None,
    ) -> None:
        """Move cash from ``payer``, who debits ``debit`` (what it is for), to ``payee``, who credits ``credit``.

        Wages: ``pay(0, ledger.outside, wages, debit=Account.SALARY, by={"territory": rows})``. Sales to customers:
        ``pay(ledger.outside, distributor, sales, credit=Account.SALES)``. ``by`` breaks down the manufacturer's side.
        """
        if debit in _MIRRORED or credit in _MIRRORED:
            raise ValueError(f"{debit.name} / {credit.name}: use settle() to pay a debt")
        money = self._checked(amount, debit, credit, payer, by, payee)
        week = self.book[self._row]
        _add(week, debit, payer, money)
        _take(week, Account.CASH, payer, money)
        _add(week, Account.CASH, payee, money)
        _take(week, credit, payee, money)
        if by and _is_manufacturer(payer):
            self._break_down(by, _add, debit, money, payer)
        elif by:
            self._break_down(by, _take, credit, money, payee)

    def invoice(
        self,
        seller: Whole,
        buyer: Whole,
        amount: Whole,
        debit: Account = Account.CHANNEL_STOCK,
        credit: Account = Account.REVENUE,
        by: Mapping[str, Whole] | None = None,
    ) -> None:
        """Sell on account: the seller books a claim and income, the buyer what it bought and a debt.

        ``by`` breaks down the manufacturer's side. A credit note is an invoice the other way round.
        """
        if debit in _MIRRORED or credit in _MIRRORED:
            raise ValueError(f"{debit.name} / {credit.name}: invoice() books the claim itself; name what was sold")
        money = self._checked(amount, debit, credit, seller, by, buyer)
        week = self.book[self._row]
        _add(week, Account.RECEIVABLES, seller, money)
        _take(week, credit, seller, money)
        _add(week, debit, buyer, money)
        _take(week, Account.PAYABLES, buyer, money)
        np.add.at(self.claims, (np.asarray(seller), np.asarray(buyer)), money.each)
        if by and _is_manufacturer(seller):
            self._break_down(by, _take, credit, money, seller)
        elif by:
            self._break_down(by, _add, debit, money, buyer)

    def settle(self, debtor: Whole, creditor: Whole, amount: Whole) -> None:
        """Pay off debts in cash. Raises LawBroken when more is paid than is owed."""
        money = self._checked(amount, Account.PAYABLES, Account.CASH, debtor, None, creditor)
        week = self.book[self._row]
        _add(week, Account.PAYABLES, debtor, money)
        _take(week, Account.CASH, debtor, money)
        _add(week, Account.CASH, creditor, money)
        _take(week, Account.RECEIVABLES, creditor, money)
        np.subtract.at(self.claims, (np.asarray(creditor), np.asarray(debtor)), money.each)
        if self.claims.min() < 0:
            row = tuple(int(i) for i in np.argwhere(self.claims < 0)[0])
            found = f"claim of {row[0]} on {row[1]} is {self.claims[row]}"
            raise LawBroken(self._place(), "no one pays off more than is owed", found)

    def _checked(
        self,
        amount: Whole,
        debit: Account,
        credit: Account,
        entity: Whole,
        by: Mapping[str, Whole] | None,
        other: Whole = MANUFACTURER,
    ) -> _Amount:
        """``amount`` as int64, one for each row that the posting names, and their sum."""
        place = f"{self._place()}, {debit.name} / {credit.name}"
        money = np.asarray(amount)
        if money.dtype != np.int64:
            if money.dtype.kind not in "iu" or not np.can_cast(money.dtype, np.int64):
                raise TypeError(
                    f"{place}: amounts are whole minor units (int64), not {money.dtype}; round where prices are made"
                )
            money = money.astype(np.int64)
        for rows in (entity, other, *by.values()) if by else (entity, other):
            if isinstance(rows, np.ndarray) and rows.ndim:
                if money.ndim == 0:
                    money = np.broadcast_to(money, rows.shape)
                if rows.shape != money.shape:
                    raise ValueError(f"{place}: {money.shape} amounts for {rows.shape} rows")
                if rows.size and rows.min() < 0:
                    raise IndexError(f"{place}: there is no row {rows.min()}")
        least, total = (int(money.min()), int(money.sum())) if money.size > 1 else (int(money.sum()),) * 2
        if least < 0:
            raise LawBroken(place, "amounts are never negative (swap debit and credit)", str(least))
        return _Amount(money, total)

    def _break_down(
        self, by: Mapping[str, Whole], book: _Booking, account: Account, money: _Amount, entity: Whole
    ) -> None:
        if not _is_manufacturer(entity):
            raise ValueError(f"{self._place()}, {account.name}: only the manufacturer's books have cuts")
        for name, rows in by.items():
            book(self.cut[name][self._row], account, rows, money)

    def _place(self) -> str:
        return f"books, week {self._row - 1}" if self._row else "books, opening"

    # ---- statements -----------------------------------------------------------------------------------------------

    def balance(self, account: Account, week: int | None = None) -> Money:
        """Debit minus credit of ``account`` [entity] at the end of ``week`` (default: now)."""
        last = self._row if week is None else 1 + week
        total: Money = self.book[: last + 1, :, account].sum(axis=0)
        return total

    def flows(self, name: str) -> Money:
        """The figure ``name`` of ``FORMULAS`` [weeks, entity]: per week, or at its end for balances."""
        return self._evaluate(name, self.book)

    def flows_by(self, name: str, cut: str) -> Money:
        """The manufacturer's figure ``name`` [weeks, rows of ``cut``], of what was posted with that breakdown."""
        return self._evaluate(name, self.cut[cut])

    def _evaluate(self, name: str, book: Money) -> Money:
        formula = FORMULAS[name]
        value: Money = book @ formula.weights
        return np.cumsum(value, axis=0)[1:] if formula.balance else value[1:]

    def window(self, first: int, last: int) -> Ledger:
        """The books of the weeks ``first`` (0-based) to ``last`` − 1, opened with the balances at the end of the week before.

        Income and costs of earlier weeks are in its opening row, as capital that was earned before; no posting is lost.
        """
        if (first, last) == (0, self.weeks):
            return self
        part = copy.copy(self)
        part.weeks, part._row = last - first, min(max(self._row - first, 0), last - first)
        part.book = _reopened(self.book, first, last)
        part.cut = {name: _reopened(book, first, last) for name, book in self.cut.items()}
        return part

    # ---- laws -----------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Raise LawBroken unless this week's books balance, claims mirror debts and no cash has left the world."""
        place = self._place()
        off = self.book[self._row].sum(axis=1)
        if off.any():
            entity = int(np.flatnonzero(off)[0])
            raise LawBroken(place, "every entity's books balance", f"entity {entity} is off by {off[entity]}")
        cash = self.book[self._row, :, Account.CASH].sum()
        if cash:
            raise LawBroken(place, "cash only changes hands", f"{cash} appeared")
        mirrors = ((Account.RECEIVABLES, self.claims.sum(axis=1)), (Account.PAYABLES, -self.claims.sum(axis=0)))
        for account, mirror in mirrors:
            held = self.balance(account)
            if not np.array_equal(held, mirror):
                entity = int(np.flatnonzero(held != mirror)[0])
                raise LawBroken(
                    place,
                    "what one claims another owes",
                    f"{account.name} of entity {entity} is {held[entity]}, the claims say {mirror[entity]}",
                )


def _reopened(book: Money, first: int, last: int) -> Money:
    """Rows of the weeks ``first`` to ``last`` − 1 under one that sums up all before."""
    return np.concatenate([book[: 1 + first].sum(axis=0, keepdims=True), book[1 + first : 1 + last]])


def _is_manufacturer(entity: Whole) -> bool:
    return not (isinstance(entity, np.ndarray) and entity.ndim) and int(entity) == MANUFACTURER


def _add(week: Money, account: Account, rows: Whole, money: _Amount) -> None:
    """Debit: rows may repeat; many amounts may go to one row."""
    if isinstance(rows, np.ndarray) and rows.ndim:
        np.add.at(week[:, account], rows, money.each)
    else:
        week[rows, account] += money.total


def _take(week: Money, account: Account, rows: Whole, money: _Amount) -> None:
    """Credit: as for debit, rows may repeat."""
    if isinstance(rows, np.ndarray) and rows.ndim:
        np.subtract.at(week[:, account], rows, money.each)
    else:
        week[rows, account] -= money.total


def average_cost(value: Money, units: Money, taken: Money) -> Money:
    """Cost of ``taken`` out of ``units`` in stock that are worth ``value`` in all (moving average, whole minor units).

    Rounded down, and exactly the whole value with the last unit, so that no value is left without units. All arrays
    of one shape; 0 <= taken <= units.
    """
    safe = np.maximum(units, 1)
    cost: Money = value // safe * taken + value % safe * taken // safe
    return cost
