"""Message: which attribute of our offers do calls stress, segment by segment?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.quantity import param
from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.solvers.message_fit import message_fits
from sim.views import CustomersSeen, FirmSeen, Floats, Ints


class Messages(Answer):
    """What calls stress by segment label; the first row is for customers without a segment."""

    attribute: Ints = answer_field(
        "Attribute that calls on the segment stress; the first for customers without a segment.",
        unit="row",
        shape=("price groups",),
        row_of="attributes",
    )
    fit: Floats = answer_field(
        "Mean fit of that message with the segment as the firm believes; 0 without a message.",
        unit="utility",
        shape=("price groups",),
    )


class MessageRule(Rule):
    """What reps say: one message for each segment. Different messages cost their preparation."""

    question: ClassVar[str] = "message"
    actor: ClassVar[str] = "market department"
    asked: ClassVar[str] = "every `every` weeks and when segments are new"
    ordinary: ClassVar[str] = "none"
    every: int = param(13, unit="weeks", doc="Weeks between revisions of messages.", bounds=(1, 520), lever=True)

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Messages:
        """Choose the attribute that calls on each segment stress."""


def stated_fits(customers: CustomersSeen) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Customers who stated their needs in a survey, by key, and how each message would fit each of them [n, A].

    The usual customer is the mean of those asked. Both are empty before the first survey.
    """
    asked = np.isfinite(customers.needs).all(axis=1) & (customers.needs.shape[1] > 0)
    rows = np.flatnonzero(asked)
    rows = rows[np.argsort(customers.key[rows], kind="stable")]
    needs = customers.needs[rows].astype(np.float64)
    return rows, message_fits(needs, needs.mean(axis=0) if len(rows) else np.zeros(needs.shape[1]))


def fit_for_served(
    customers: CustomersSeen, rows: NDArray[np.int64], fits: NDArray[np.float64], least: int
) -> NDArray[np.float64] | None:
    """Mean fit of each message with the customers of ``rows`` whom reps serve [A]; None where fewer than ``least`` are."""
    served = customers.rep[rows] >= 0
    return fits[served].mean(axis=0) if served.sum() >= max(least, 1) else None
