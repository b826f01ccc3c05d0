"""What the hours of reps and of sales managers go to."""

from __future__ import annotations

from enum import IntEnum


class Use(IntEnum):
    """What the hours of a rep go to."""

    ABSENCE = 0
    ADMINISTRATION = 1
    FORMS = 2
    MEETINGS = 3
    TALKS = 4
    TRAINING = 5
    TRAVEL = 6
    SELLING = 7
    IDLE = 8  # field hours not used: less than full effort, or no accounts
    DISTRIBUTORS = 9  # calls on distributors, the way there included
    CONTROL = 10  # showing what was done to whoever checks
    QUESTIONS = 11  # asking customers in calls what they are and buy, on top of selling


class ManagerUse(IntEnum):
    """What the hours of a sales manager go to."""

    ADMINISTRATION = 0
    MEETINGS = 1
    CHECKING = 2
    VISITS = 3
    TALKS = 4
    SPARE = 5
    INTERVIEWS = 6
    CONTROL = 7  # unannounced checks of reps' work
    TRAINING = 8  # on the job
    READING = 9  # plans, segments, reports and shared data
    SELLING = 10  # calls on the team's largest accounts, the way there included
