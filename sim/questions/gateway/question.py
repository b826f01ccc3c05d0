"""Gateway: by which way do reports reach headquarters, and how many offices collect for themselves?

A report passes three levels: the sales manager of the territory, the marketing centre, the headquarters of the
product companies. Each may keep it for some weeks, lose it, and add an error of its own.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np

from sim.rules.answer_fields import Answer, Fixed, answer_field
from sim.rules.rule import Rule
from sim.views import FirmSeen, Floats, Ints

#: Levels of the reporting line, from below.
LEVELS = ("territory", "centre", "headquarters")
_LEVELS = Fixed("levels", len(LEVELS))

#: Decimals of composed totals: the same line in other parts is the same to the last bit.
_DECIMALS = 12


class Gateway(Answer):
    """The reporting line of each territory, level by level, and the way of commands down it."""

    offices: Ints = answer_field(
        "Offices that each collect their own set of forms, which is double work for reps.",
        unit="offices",
        shape=("territories",),
        low=1,
    )
    delay: Ints = answer_field("Weeks that a level takes.", unit="weeks", shape=("territories", _LEVELS), low=0)
    loss: Floats = answer_field(
        "Part of the reports that reach a level which it loses.",
        unit="share",
        shape=("territories", _LEVELS),
        low=0,
        high=1,
    )
    noise: Floats = answer_field(
        "Standard deviation of the log error that a level adds: differing lists, copying, estimates.",
        unit="log sd",
        shape=("territories", _LEVELS),
        low=0,
    )
    cost: Ints = answer_field("Cost of the line.", unit="minor units/week", shape=("territories",), low=0)
    command_delay: Ints = answer_field(
        "Weeks that a command takes from headquarters to the reps.", unit="weeks", shape=("territories",), low=0
    )

    @cached_property
    def weeks(self) -> Ints:
        """Weeks from the field to the database [T]."""
        total: Ints = self.delay.sum(axis=1)
        return total

    @cached_property
    def lost_by(self) -> Floats:
        """Share of reports lost at each level or one below it [T, L]: 1 − Π(1 − loss)."""
        lost: Floats = np.round(1.0 - np.cumprod(1.0 - self.loss, axis=1), _DECIMALS)
        return lost

    @property
    def lost(self) -> Floats:
        """Share of reports that the whole line loses [T]."""
        return self.lost_by[:, -1]

    @cached_property
    def contradiction(self) -> Floats:
        """Standard deviation of log error that the whole line adds [T]: errors of levels add in squares."""
        spread: Floats = np.round(np.sqrt((self.noise**2).sum(axis=1)), _DECIMALS)
        return spread


class Terms(NamedTuple):
    """What each level does to reports, from below."""

    delay: tuple[int, ...]  # weeks
    loss: tuple[float, ...]  # share
    noise: tuple[float, ...]  # standard deviation of log error


def line_of(territories: int, terms: Terms, *, offices: int, cost: float, command_delay: int) -> Gateway:
    """The same line in every territory; its ``cost`` a week is borne by them in equal parts."""
    one = np.ones(territories, dtype=np.int64)
    return Gateway(
        offices=one * offices,
        delay=np.tile(np.array(terms.delay, dtype=np.int64), (territories, 1)),
        loss=np.tile(np.array(terms.loss, dtype=np.float64), (territories, 1)),
        noise=np.tile(np.array(terms.noise, dtype=np.float64), (territories, 1)),
        cost=one * round(cost / territories),
        command_delay=one * command_delay,
    )


def in_parts(levels: int, *, delay: int, loss: float, noise: float) -> Terms:
    """A line's totals in equal parts for its first ``levels`` levels; the others pass everything on at once, as it is.

    Weeks that cannot be divided fall to the higher levels. What the parts compose is the totals again.
    """
    rest = len(LEVELS) - levels
    weeks = [(k + 1) * delay // levels - k * delay // levels for k in range(levels)]
    return Terms(
        delay=(*weeks, *[0] * rest),
        loss=(*[1.0 - (1.0 - loss) ** (1.0 / levels)] * levels, *[0.0] * rest),
        noise=(*[noise / levels**0.5] * levels, *[0.0] * rest),
    )


class GatewayRule(Rule):
    """The information system's reporting line."""

    question: ClassVar[str] = "gateway"
    actor: ClassVar[str] = "information system"
    ordinary: ClassVar[str] = "per_company"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Gateway:
        """Set the reporting line of every territory for this week."""
