"""The books of money: double entry in whole minor units, for the manufacturer, its distributors and the outside world.

Every posting debits and credits the same amount in the books of one entity. What passes between two entities is
booked in both at once (``pay``, ``invoice``, ``settle``), so that each entity's books balance alone, one's claim is
the other's debt, and no money leaves the world. The outside world is an entity like the others.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from sim.accounts_chart import ACCOUNTS, FORMULAS, Account
from sim.errors import LawBroken
from sim.jit import jit

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


#: Rows of a posting as the kernels take them: one, or an array of int64.
_Rows: TypeAlias = int | npt.NDArray[np.int64]


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
        money, (rows, *cut) = self._checked(amount, debit, credit, by, entity)
        if money.total:
            _book(self.book[self._row], rows, money, debit, credit)
            self._break_down(by, cut, money, entity, debit, credit)

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
        money, (payers, payees, *cut) = self._checked(amount, debit, credit, by, payer, payee)
        if money.total:
            week = self.book[self._row]
            _book(week, payers, money, debit, Account.CASH)
            _book(week, payees, money, Account.CASH, credit)
            if _is_manufacturer(payer):
                self._break_down(by, cut, money, payer, debit, None)
            else:
                self._break_down(by, cut, money, payee, None, credit)

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
        money, (sellers, buyers, *cut) = self._checked(amount, debit, credit, by, seller, buyer)
        if money.total:
            week = self.book[self._row]
            _book(week, sellers, money, Account.RECEIVABLES, credit)
            _book(week, buyers, money, debit, Account.PAYABLES)
            np.add.at(self.claims, (np.asarray(seller), np.asarray(buyer)), money.each)
            if _is_manufacturer(seller):
                self._break_down(by, cut, money, seller, None, credit)
            else:
                self._break_down(by, cut, money, buyer, debit, None)

    def settle(self, debtor: Whole, creditor: Whole, amount: Whole) -> None:
        """Pay off debts in cash. Raises LawBroken when more is paid than is owed."""
        money, (debtors, creditors) = self._checked(amount, Account.PAYABLES, Account.CASH, None, debtor, creditor)
        week = self.book[self._row]
        _book(week, debtors, money, Account.PAYABLES, Account.CASH)
        _book(week, creditors, money, Account.CASH, Account.RECEIVABLES)
        np.subtract.at(self.claims, (np.asarray(creditor), np.asarray(debtor)), money.each)
        if self.claims.min() < 0:
            row = tuple(int(i) for i in np.argwhere(self.claims < 0)[0])
            found = f"claim of {row[0]} on {row[1]} is {self.claims[row]}"
            raise LawBroken(self._place(), "no one pays off more than is owed", found)

    def _checked(
        self, amount: Whole, debit: Account, credit: Account, by: Mapping[str, Whole] | None, *entities: Whole
    ) -> tuple[_Amount, list[_Rows]]:
        """``amount`` as int64, one for each row that the posting names, and the rows of entities and cuts."""
        money = np.asarray(amount)
        if money.dtype != np.int64:
            if money.dtype.kind not in "iu" or not np.can_cast(money.dtype, np.int64):
                raise TypeError(
                    f"{self._at(debit, credit)}: amounts are whole minor units (int64), not {money.dtype}; round where "
                    "prices are made"
                )
            money = money.astype(np.int64)
        named: list[_Rows] = []
        for rows in (*entities, *by.values()) if by else entities:
            if isinstance(rows, np.ndarray) and rows.ndim:
                if money.ndim == 0:
                    money = np.broadcast_to(money, rows.shape)
                if rows.shape != money.shape:
                    raise ValueError(f"{self._at(debit, credit)}: {money.shape} amounts for {rows.shape} rows")
                own = rows.astype(np.int64)  # a copy of one type, whatever the type of the rows: one compiled version
                if rows.size and _extent(own)[0] < 0:
                    raise IndexError(f"{self._at(debit, credit)}: there is no row {rows.min()}")
                named.append(own)
            else:
                named.append(int(rows))
        if money.ndim == 0:
            least = total = int(money)
        else:
            money = np.array(money, order="C").reshape(-1)
            least, total = _extent(money)
        if least < 0:
            raise LawBroken(
                self._at(debit, credit), "amounts are never negative (swap debit and credit)", str(int(least))
            )
        return _Amount(money, total), named

    def _break_down(
        self,
        by: Mapping[str, Whole] | None,
        rows: list[_Rows],
        money: _Amount,
        entity: Whole,
        debit: Account | None,
        credit: Account | None,
    ) -> None:
        """Book in the cuts what is the manufacturer's of a posting: ``debit`` and ``credit``, or one of them."""
        if not by:
            return
        if not _is_manufacturer(entity):
            account = debit if debit is not None else credit
            name = "" if account is None else account.name
            raise ValueError(f"{self._place()}, {name}: only the manufacturer's books have cuts")
        for name, where in zip(by, rows, strict=True):
            _book(self.cut[name][self._row], where, money, debit, credit)

    def _at(self, debit: Account, credit: Account) -> str:
        return f"{self._place()}, {debit.name} / {credit.name}"

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


def _book(table: Money, rows: _Rows, money: _Amount, debit: int | None, credit: int | None) -> None:
    """Debit and credit ``rows`` of ``table`` [rows, accounts]; rows may repeat, and many amounts may go to one row."""
    if isinstance(rows, int):
        if debit is not None:
            table[rows, debit] += money.total
        if credit is not None:
            table[rows, credit] -= money.total
        return
    # Plain numbers: to find out the type of an enum's member costs numba ten times what is done with it.
    sides = [_NO_ACCOUNT if account is None else int(account) for account in (debit, credit)]
    wrong = _book_rows(table, rows, money.each, *sides)
    if wrong >= 0:
        raise IndexError(f"books: there is no row {wrong}")


#: Stands for the side of a posting that is not booked.
_NO_ACCOUNT = -1


@jit
def _book_rows(table: Money, rows: npt.NDArray[np.int64], money: Money, debit: int, credit: int) -> int:
    """Book ``money`` [n] in ``rows`` [n]; returns a row that ``table`` does not have, with nothing booked, else −1."""
    for i in range(rows.size):
        if rows[i] >= table.shape[0]:
            return int(rows[i])
    for i in range(rows.size):
        if debit >= 0:
            table[rows[i], debit] += money[i]
        if credit >= 0:
            table[rows[i], credit] -= money[i]
    return -1


@jit
def _extent(numbers: npt.NDArray[np.int64]) -> tuple[int, int]:
    """The least of ``numbers``, 0 for none, and their sum."""
    least = total = 0
    for i in range(numbers.size):
        least = numbers[i] if i == 0 else min(least, numbers[i])
        total += numbers[i]
    return least, total


def average_cost(value: Money, units: Money, taken: Money) -> Money:
    """Cost of ``taken`` out of ``units`` in stock that are worth ``value`` in all (moving average, whole minor units).

    Rounded down, and exactly the whole value with the last unit, so that no value is left without units. All arrays
    of one shape; 0 <= taken <= units.
    """
    safe = np.maximum(units, 1)
    cost: Money = value // safe * taken + value % safe * taken // safe
    return cost
