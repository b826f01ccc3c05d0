"""Postings: what a posting debits and credits, and the kernels that book it and say whether books balance."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sim.accounts_chart import Account
from sim.jit import jit_bare

Whole = npt.NDArray[np.int64]
Money = Whole
#: Rows of a table: one number, or an array.
Rows: TypeAlias = int | np.integer[Any] | npt.NDArray[np.integer[Any]]

#: Breakdowns that one posting may have, and what stands for one that it does not have.
MOST_CUTS = 2
NO_CUT = np.empty((0, 0, 0), dtype=np.int64)
_NOBODY = np.empty(0, dtype=np.int64)

#: Why a posting is not booked.
NEGATIVE, NO_ROW = 1, 2

#: Columns of the sides of a posting: the accounts it names, and what is debited and credited in the books of the one
#: entity, of the other, and in the manufacturer's cuts; −1 for nothing.
DEBIT, CREDIT = 0, 1
_ONE, _OTHER, _CUT = 2, 4, 6
_NOTHING = -1


@lru_cache(maxsize=1024)
def sides_of(kind: str, debits: tuple[int, ...], credit: int, cut: str) -> Money:
    """The sides of postings of one ``kind`` to different ``debits``, a line for each; ``cut`` names the side that is cut."""
    cash, claim, debt = int(Account.CASH), int(Account.RECEIVABLES), int(Account.PAYABLES)
    lines = []
    for debit in debits:
        one, other = {
            "post": ((debit, credit), (_NOTHING, _NOTHING)),
            "pay": ((debit, cash), (cash, credit)),
            "invoice": ((claim, credit), (debit, debt)),
            "settle": ((cash, claim), (debt, cash)),
        }[kind]
        in_cut = (debit if cut in ("debit", "both") else _NOTHING, credit if cut in ("credit", "both") else _NOTHING)
        lines.append((debit, credit, *one, *other, *in_cut))
    return np.array(lines, dtype=np.int64)


@lru_cache(maxsize=1024)
def _alone(row: int) -> Whole:
    return np.array([row], dtype=np.int64)


def rows_of(places: Rows | None) -> Whole:
    """Rows as the kernel takes them: one for all amounts, one for each, or none."""
    if places is None:
        return _NOBODY
    if isinstance(places, np.ndarray) and places.ndim:
        return places.astype(np.int64)  # a copy of one type, whatever the type of the rows: one compiled version
    return _alone(int(places))


@jit_bare
def book_lines(
    table: Money,
    cut: Money,
    cut_too: Money,
    claims: Money,
    sides: Money,
    money: Money,
    ones: Money,
    others: Money,
    of_cut: Money,
    of_too: Money,
    row: int,
    claimed: int,
) -> int:
    """Book ``money`` [lines, n] in week ``row`` of the tables [weeks, rows, accounts]; a fault's number, with nothing booked, or 0."""
    for k in range(money.shape[0]):
        for i in range(money.shape[1]):
            if money[k, i] < 0:
                return NEGATIVE
    if _strange(ones, table) or _strange(others, table) or _strange(of_cut, cut) or _strange(of_too, cut_too):
        return NO_ROW
    for k in range(money.shape[0]):
        for i in range(money.shape[1]):
            amount = money[k, i]
            if amount == 0:
                continue
            _add(table, row, ones, i, sides[k, _ONE], sides[k, _ONE + 1], amount)
            _add(table, row, others, i, sides[k, _OTHER], sides[k, _OTHER + 1], amount)
            _add(cut, row, of_cut, i, sides[k, _CUT], sides[k, _CUT + 1], amount)
            _add(cut_too, row, of_too, i, sides[k, _CUT], sides[k, _CUT + 1], amount)
            if claimed:
                claims[ones[i if ones.size > 1 else 0], others[i if others.size > 1 else 0]] += claimed * amount
    return 0


@jit_bare
def _strange(rows: Money, table: Money) -> bool:
    """Whether any of ``rows`` is none of ``table``."""
    for i in range(rows.size):
        if rows[i] < 0 or rows[i] >= table.shape[1]:
            return True
    return False


@jit_bare
def _add(table: Money, row: int, rows: Money, i: int, debit: int, credit: int, amount: int) -> None:
    """Debit and credit amount number ``i`` where ``rows`` say; one row takes them all, none takes nothing."""
    if rows.size == 0:
        return
    place = rows[i if rows.size > 1 else 0]
    if debit >= 0:
        table[row, place, debit] += amount
    if credit >= 0:
        table[row, place, credit] -= amount


@jit_bare
def in_balance(table: Money, claims: Money, row: int, cash: int, receivables: int, payables: int) -> bool:
    """Whether the books of week ``row`` balance, no cash has left the world, and claims mirror debts until then."""
    in_the_world = 0
    for e in range(table.shape[1]):
        off = owed = owing = 0
        for a in range(table.shape[2]):
            off += table[row, e, a]
        for week in range(row + 1):
            owed += table[week, e, receivables]
            owing += table[week, e, payables]
        for f in range(table.shape[1]):
            owed -= claims[e, f]
            owing += claims[f, e]
        if off or owed or owing:
            return False
        in_the_world += table[row, e, cash]
    return in_the_world == 0
