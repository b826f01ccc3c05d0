"""Ledger: where do the departments use what the company's own books say of its customers?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Bools, FirmSeen, Ints


class CustomerLedger(Answer):
    """Use of the customer ledger: who bought what from us, as far as invoices name the buyer."""

    in_use: Bools = answer_field(
        "Whether purchases that the books name enter the customer database.", unit="flag", shape=("territories",)
    )
    cost: Ints = answer_field(
        "Cost of keeping the ledger of one customer, where it is in use.",
        unit="minor units/customer/year",
        shape=("territories",),
        low=0,
    )


class LedgerRule(Rule):
    """The use of the company's own books."""

    question: ClassVar[str] = "ledger"
    actor: ClassVar[str] = "market department"
    asked: ClassVar[str] = "every week in a market whose books name customers"
    ordinary: ClassVar[str] = "books"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> CustomerLedger:
        """Say for every territory whether the ledger is in use this week, and what it costs."""
