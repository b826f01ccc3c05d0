"""Coverage: which customers do reps serve in person, who serves them, and how often?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.quantity import param
from sim.rules.answer_fields import Answer, Fault, answer_field
from sim.rules.rule import Rule
from sim.views import FirmSeen, Floats, Ints


class Coverage(Answer):
    """The call plan: rep of each customer (−1: left to the distributor) and calls a week."""

    rep: Ints = answer_field(
        "Rep who serves the customer in person; −1 leaves the customer to the distributor.",
        unit="row",
        shape=("customers",),
        row_of="reps",
        without=-1,
    )
    norm: Floats = answer_field(
        "Calls on the customer, 0 where no rep serves it.", unit="calls/week", shape=("customers",), low=0, without=0.0
    )

    def faults(self, market: Mapping[str, NDArray[Any]]) -> Iterator[Fault]:
        """A rep of another territory (``home`` [N] of customers, ``rep_home`` [R]), or for somebody who is not ``named`` [N].

        Who answered a survey of needs may have neither a record nor a rep, and nobody can be sent without a name.
        """
        if not market:
            return
        served = np.flatnonzero(self.rep >= 0)
        away = served[market["rep_home"][self.rep[served]] != market["home"][served]]
        if away.size:
            yield Fault("a rep who serves another territory", "reps of the customer's territory", int(away[0]))
        nameless = served[~market["named"][served]]
        if nameless.size:
            yield Fault("a rep for a customer nobody knows", "customers with a record or a rep", int(nameless[0]))


class CoverageRule(Rule):
    """A call plan for all territories."""

    question: ClassVar[str] = "coverage"
    actor: ClassVar[str] = "market department"
    ordinary: ClassVar[str] = "abc"
    scoped: ClassVar[bool] = True
    every: int = param(13, unit="weeks", doc="Weeks between revisions of the call plan.", bounds=(1, 520), lever=True)

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Coverage:
        """Assign accounts to the reps of their territory and set a call norm for each."""
