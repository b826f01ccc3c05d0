"""Sales managers: one for each team."""

from __future__ import annotations

import numpy as np

from sim.state.table import Table, column


class Managers(Table):
    """A row is a team and the manager who leads it."""

    key = column(np.uint64, "-", "stable key of the team, used in draws")
    territory = column(np.int32, "-", "territory where most of the team is")
    span = column(np.int32, "reps", "filled positions in the team")
    meeting_hours = column(np.float32, "hours/week", "meetings with the team")
    checking_hours = column(np.float32, "hours/week", "reading and checking the team's forms")
    visit_hours = column(np.float32, "hours/week", "field visits to all reps of the team")
    review_hours = column(np.float32, "hours/week", "review talks with all reps of the team")
    interviews = column(np.float32, "hours", "interviews owed to applicants")
    interview_hours = column(np.float32, "hours/week", "interviews with applicants")
    control_hours = column(np.float32, "hours/week", "unannounced checks")
    on_the_job_hours = column(np.float32, "hours/week", "training reps on the job")
    style = column(np.int8, "-", "behaviour style, number in a circle of four")
    leadership = column(np.float32, "sd", "ability to talk with reps and to coach them, hidden")
    calls = column(np.int32, "calls", "calls on the team's accounts made this week", width="selling managers")
    carry = column(np.float32, "calls", "part of a call begun and not finished", width="selling managers")
