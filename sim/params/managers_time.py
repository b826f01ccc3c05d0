"""Numbers of what managers' hours go to apart from the routines: selling, and reading what systems send (MODEL §6)."""

from __future__ import annotations

from sim.quantity import Section, param


class ManagersTime(Section):
    """Managers' hours as one budget: what it takes to use plans, systems and data, and what the rest is worth in selling."""

    selling: float = param(
        0.0,
        unit="share",
        doc="Part of the hours that routines leave which managers spend on calls on their team's largest accounts.",
        bounds=(0, 1),
    )
    office_hours: float = param(
        0.0,
        unit="hours/office/week",
        doc="A manager's hours for each office that collects reports in the territory: summaries, queries, answers.",
        bounds=(0, 20),
    )
    segment_hours: float = param(
        0.0, unit="hours/segment/week", doc="A manager's hours over the results of each segment in use.", bounds=(0, 10)
    )
    shared_data_hours: float = param(
        0.0,
        unit="hours/distributor/week",
        doc="A manager's hours over the sell-out data of each distributor in the territory that shares them.",
        bounds=(0, 10),
    )
    plan_hours: float = param(
        0.0,
        unit="hours/rep",
        doc="A manager's hours with each rep over a new call plan, in the week in which it arrives.",
        bounds=(0, 10),
    )
