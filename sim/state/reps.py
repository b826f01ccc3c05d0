"""Sales reps: positions of the sales force and the people who fill them."""

from __future__ import annotations

import numpy as np

from sim.state.table import Table, column

#: Routines that a team has to learn before their hours work in full, by the column of their hours.
PRACTISED = ("meeting_hours", "checking_hours", "visit_hours", "review_hours", "training_hours", "checks")


class Reps(Table):
    """A row is a position of the sales force, filled or vacant; rows beyond the positions in use are spare."""

    key = column(
        np.uint64, "-", "stable key, used in draws: a hash of the rep's name in a roster, else of territory and place"
    )
    territory = column(np.int32, "-", "territory of the position")
    team = column(np.int32, "-", "team, and row of the manager")
    position = column(np.bool_, "yes/no", "the position exists")
    active = column(np.bool_, "yes/no", "the position is filled")
    tenure = column(np.int32, "weeks", "weeks since the rep joined")
    hires = column(np.int32, "-", "people who have held the position so far; indexes their draws")
    ability = column(np.float32, "sd", "inborn ability, hidden")
    motivation = column(np.float32, "1 = reference", "what the rep brings to the work", fill=1.0)
    zeal = column(np.float32, "1 = reference", "motivation of the person, before circumstances", fill=1.0)
    coached = column(np.float32, "hours", "coaching received, decayed")
    trained = column(np.float32, "hours", "training received, decayed")
    feedback = column(np.float32, "sd", "effect of review talks, decayed")
    skill = column(np.float32, "sd", "standardised skill: ability and what was learnt")
    alignment = column(np.float32, "share", "how far the rep follows the call plan")
    form_use = column(np.float32, "share", "use of forms: how complete and true the rep's reports are")
    observed = column(np.float32, "share", "share of the work that supervision sees")
    effort = column(np.float32, "1 = reference", "effort of this week")
    meeting_hours = column(np.float32, "hours", "meetings of this week")
    form_hours = column(np.float32, "hours", "forms of this week, all sets together")
    question_hours = column(np.float32, "hours/call", "questions asked in each call of this week")
    checking_hours = column(np.float32, "hours", "the manager's hours over the rep's forms this week")
    visit_hours = column(np.float32, "hours", "the manager's visits in the field this week")
    review_hours = column(np.float32, "hours", "review talks, spread over weeks")
    training_hours = column(np.float32, "hours", "training of this week")
    field_hours = column(np.float32, "hours", "hours of this week for travel and customers")
    calls = column(np.int32, "calls", "calls made this week")
    carry = column(np.float32, "calls", "part of a call begun and not finished")
    reported_calls = column(np.float32, "calls/week", "calls a week by travel claims, smoothed")
    credited = column(np.int64, "minor units", "sell-out of this week credited to the rep, at list price")
    variable_share = column(np.float32, "share", "commission as a share of pay, smoothed")
    exodus = column(np.float32, "share", "colleagues of the team who left recently, decayed, as a share of them")
    pay = column(np.float32, "minor units/week", "salary and commission, smoothed")
    sales = column(np.float32, "minor units/week", "credited sell-out at list price, smoothed")
    maturity = column(np.float32, "share", "from amateur (0) to professional (1), from hunter to farmer")
    meetings = column(np.float32, "hours", "meetings of this week by kind", width="kinds of meeting")
    checks = column(np.float32, "checks", "unannounced checks of the rep's work this week")
    on_the_job_hours = column(np.float32, "hours", "training on the job of this week, with the manager")
    training_fee = column(np.float64, "minor units", "paid for the rep's training this week")
    inducted = column(np.float32, "hours", "induction received, decayed")
    drilled = column(np.float32, "hours", "training on the job received, decayed")
    know_how = column(np.float32, "sd", "skill learnt from colleagues, decayed")
    fairness = column(np.float32, "share", "review talks that were full and fair, decayed")
    morale = column(np.float32, "1", "what recent meetings have added or taken")
    style = column(np.int8, "-", "behaviour style, number in a circle of four")
    need = column(np.int8, "-", "need that leads the person: security, belonging, esteem, growth")
    lack = column(np.float32, "log odds", "push to leave where a need for security or belonging is not met")
    product_trained = column(np.float32, "hours", "joint training by engineers received, decayed")
    talked = column(np.float32, "talks", "review talks held, decayed, where their frequency matters")
    mastered = column(
        np.float32, "share", "part of the hours of each routine that works", width="routines to learn", fill=1.0
    )
