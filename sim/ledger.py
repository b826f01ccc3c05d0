"""The books of money: double entry in whole minor units, for the manufacturer, its distributors and the outside world.

Every posting debits and credits the same amount in the books of one entity. What passes between two entities is
booked in both at once (``pay``, ``invoice``, ``settle``), so that each entity's books balance alone, one's claim is
the other's debt, and no money leaves the world. The outside world is an entity like the others.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sim.accounts_chart import ACCOUNTS, FORMULAS, Account
from sim.errors import LawBroken
from sim.postings import CREDIT, DEBIT, MOST_CUTS, NEGATIVE, NO_CUT, book_lines, in_balance, rows_of, sides_of

Money = npt.NDArray[np.int64]
#: Amounts in minor units and row numbers: one whole number, or an array of them.
Whole: TypeAlias = int | np.integer[Any] | npt.NDArray[np.integer[Any]]

MANUFACTURER = 0

#: Accounts that only ``invoice`` and ``settle`` may touch: each entry needs its mirror in another entity's books.
_MIRRORED = (Account.RECEIVABLES, Account.PAYABLES)


#: Their columns, as kernels take them.
_RECEIVABLES, _PAYABLES, _CASH = int(Account.RECEIVABLES), int(Account.PAYABLES), int(Account.CASH)

#: The type of amounts, and of rows as the kernel takes them.
_WHOLE = np.dtype(np.int64)


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
        if by and not _is_manufacturer(entity):
            raise self._no_cuts(debit)
        sides = sides_of("post", (int(debit),), int(credit), "both" if by else "neither")
        self._enter(sides, (amount,), entity, None, by)

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
        self._pay(payer, payee, (debit,), (amount,), credit, by)

    def pay_for(
        self, payer: Whole, payee: Whole, amounts: Mapping[Account, Whole], by: Mapping[str, Whole] | None = None
    ) -> None:
        """Payments as by :meth:`pay` to one payee, each for what it is listed under, of one length and with one ``by``."""
        self._pay(payer, payee, tuple(amounts), tuple(amounts.values()), Account.OUTSIDE, by)

    def _pay(
        self,
        payer: Whole,
        payee: Whole,
        debits: tuple[Account, ...],
        amounts: tuple[Whole, ...],
        credit: Account,
        by: Mapping[str, Whole] | None,
    ) -> None:
        for account in (*debits, credit):
            if account in _MIRRORED:
                raise ValueError(f"{debits[0].name} / {credit.name}: use settle() to pay a debt")
        cut = "neither"
        if by:
            cut = "debit" if _is_manufacturer(payer) else "credit"
            if cut == "credit" and not _is_manufacturer(payee):
                raise self._no_cuts(credit)
        self._enter(sides_of("pay", tuple(map(int, debits)), int(credit), cut), amounts, payer, payee, by)

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
        cut = "neither"
        if by:
            cut = "credit" if _is_manufacturer(seller) else "debit"
            if cut == "debit" and not _is_manufacturer(buyer):
                raise self._no_cuts(debit)
        self._enter(sides_of("invoice", (int(debit),), int(credit), cut), (amount,), seller, buyer, by, claimed=1)

    def settle(self, debtor: Whole, creditor: Whole, amount: Whole) -> None:
        """Pay off debts in cash. Raises LawBroken when more is paid than is owed."""
        sides = sides_of("settle", (_PAYABLES,), _CASH, "neither")
        self._enter(sides, (amount,), creditor, debtor, None, claimed=-1)
        if np.minimum.reduce(self.claims, axis=None) < 0:
            row = tuple(int(i) for i in np.argwhere(self.claims < 0)[0])
            found = f"claim of {row[0]} on {row[1]} is {self.claims[row]}"
            raise LawBroken(self._place(), "no one pays off more than is owed", found)

    def _enter(
        self,
        sides: Money,
        amounts: tuple[Whole, ...],
        one: Whole,
        other: Whole | None,
        by: Mapping[str, Whole] | None,
        claimed: int = 0,
    ) -> None:
        """Book ``amounts``, a number or an array for each line of ``sides``, in the books of ``one`` and the ``other``.

        All of them or, where one is not fit to be booked, none. ``claimed`` times as much is what ``one`` claims more.
        """
        if by and len(by) > MOST_CUTS:
            raise ValueError(f"a posting is broken down in at most {MOST_CUTS} ways, not by {', '.join(by)}")
        cut, cut_too, of_cut, of_too = NO_CUT, NO_CUT, None, None
        if by:
            cut, *more = [self.cut[name] for name in by]
            cut_too = more[0] if more else NO_CUT
            of_cut, of_too = (*by.values(), None)[:MOST_CUTS]
        money, book = self._table(sides, amounts, (one, other, of_cut, of_too)), self.book
        rows = (rows_of(one), rows_of(other), rows_of(of_cut), rows_of(of_too))
        fault = book_lines(book, cut, cut_too, self.claims, sides, money, *rows, self._row, claimed)
        if fault:
            named = ((book, rows[0]), (book, rows[1]), (cut, rows[2]), (cut_too, rows[3]))
            self._refuse(fault, sides, money, named)

    def _table(self, sides: Money, amounts: tuple[Whole, ...], places: tuple[Whole | None, ...]) -> Money:
        """The ``amounts`` as int64, a line for each, with one for each of the rows that ``places`` name."""
        shape: tuple[int, ...] = ()
        for given in amounts + places:
            if isinstance(given, np.ndarray) and given.ndim and given.shape != shape:
                if shape:
                    raise ValueError(f"{self._at(sides[0])}: {shape} amounts for {given.shape} rows")
                shape = given.shape
        money = np.empty((len(amounts), *shape), dtype=np.int64)
        for k, amount in enumerate(amounts):
            kind = amount.dtype if isinstance(amount, np.ndarray) else np.asarray(amount).dtype
            if kind != _WHOLE and (kind.kind not in "iu" or not np.can_cast(kind, _WHOLE)):
                raise TypeError(
                    f"{self._at(sides[k])}: amounts are whole minor units (int64), not {kind}; "
                    "round where prices are made"
                )
            money[k] = amount
        return money if money.ndim == 2 else money.reshape(len(amounts), -1)

    def _refuse(self, fault: int, sides: Money, money: Money, named: Iterable[tuple[Money, Money]]) -> None:
        """Say why nothing of a posting was booked; ``named`` are rows with the tables that should have them."""
        if fault == NEGATIVE:
            line = int(np.flatnonzero((money < 0).any(axis=1))[0])
            law = "amounts are never negative (swap debit and credit)"
            raise LawBroken(self._at(sides[line]), law, str(int(money[line].min())))
        for table, rows in named:
            for row in rows[(rows < 0) | (rows >= table.shape[1])]:
                raise IndexError(f"{self._at(sides[0])}: there is no row {row}")

    def _no_cuts(self, account: Account) -> ValueError:
        return ValueError(f"{self._place()}, {account.name}: only the manufacturer's books have cuts")

    def _at(self, line: Money) -> str:
        """Where a posting belongs, by its line of sides."""
        return f"{self._place()}, {Account(line[DEBIT]).name} / {Account(line[CREDIT]).name}"

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
        if in_balance(self.book, self.claims, self._row, _CASH, _RECEIVABLES, _PAYABLES):
            return
        self._name_fault()

    def _name_fault(self) -> None:
        """Raise LawBroken for the first law that this week's books break."""
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


def average_cost(value: Money, units: Money, taken: Money) -> Money:
    """Cost of ``taken`` out of ``units`` in stock that are worth ``value`` in all (moving average, whole minor units).

    Rounded down, and exactly the whole value with the last unit, so that no value is left without units. All arrays
    of one shape; 0 <= taken <= units.
    """
    safe = np.maximum(units, 1)
    cost: Money = value // safe * taken + value % safe * taken // safe
    return cost
