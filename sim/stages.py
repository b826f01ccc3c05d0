"""Stages: of the customer funnel, with the stimuli that move customers between them, and of projects."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class Stage(IntEnum):
    """Where a customer stands with us, in order; kept as uint8."""

    UNKNOWN = 0  # does not know our brand
    AWARE = 1  # knows it
    CONSIDERING = 2  # knows it and has a need it could serve
    BUYER = 3  # has bought it
    LOYAL = 4  # buys it by habit
    LAPSED = 5  # bought it once, not any more


class Stimulus(IntFlag):
    """Condition of a move; several may apply to a customer at once."""

    KNOWN = 1  # knows our brand
    FORGOTTEN = 2  # does not know it
    NEED = 4  # has an occasion this week in a category where our brand is known and offered
    NO_NEED = 8  # has no such occasion
    BOUGHT = 16  # got an order from us this week: then only the next two can apply as well
    HABIT = 32  # did so, with loyalty above the threshold
    NO_HABIT = 64  # did so, with loyalty below it
    OVERDUE = 128  # no order from us for several expected intervals


class ProjectStage(IntEnum):
    """Where a project stands on its way to the decision."""

    LEAD = 0
    QUALIFIED = 1
    PROPOSAL = 2
    NEGOTIATION = 3


#: Most projects of one customer in one category that may be open at the start.
MOST_AT_START = 256
