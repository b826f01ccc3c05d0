"""Studies: which studies of its customers and rivals does the firm commission this week?"""

from __future__ import annotations

from abc import abstractmethod
from enum import IntEnum
from typing import ClassVar

from sim.rules.answer_fields import Answer, Fixed, answer_field
from sim.rules.rule import Rule
from sim.views import FirmSeen, Ints


class StudyKind(IntEnum):
    """What can be bought; the number is the column of :class:`Studies`."""

    USAGE = 0  # usage and attitude: marks and purchases of each customer asked, customers without a record, their count
    TRACKER = 1  # brand tracker: shares of customers who know us, and who use us
    PRICE = 2  # mean price sensitivity
    NEEDS = 3  # stated needs of each customer asked
    RIVALS = 4  # rivals' prices as noted in shops and on quotations


_STUDIES = Fixed("kinds of study", len(StudyKind))


class Studies(Answer):
    """Customers to be asked (price lists to be noted, for ``RIVALS``) by territory and kind of study; 0 commissions none."""

    sample: Ints = answer_field(
        "Customers to be asked (price lists to be noted, for `RIVALS`) by kind of study; 0 commissions none.",
        unit="customers",
        shape=("territories", _STUDIES),
        low=0,
    )


class StudiesRule(Rule):
    """What the firm asks others to find out."""

    question: ClassVar[str] = "studies"
    actor: ClassVar[str] = "market department"
    ordinary: ClassVar[str] = "none"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Studies:
        """Commission this week's studies in every territory."""
