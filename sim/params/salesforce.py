"""Numbers of the sales force: hours, calls, the effect of a call, how a rep starts (MODEL §5)."""

from __future__ import annotations

from sim.quantity import Section, param


class Hours(Section):
    """A rep's week before routines."""

    contract: float = param(40.0, unit="hours/week", doc="Working hours of a rep.", bounds=(1, 80))
    absence: float = param(
        0.10,
        unit="share",
        doc="Holidays, illness: mean share of contract hours not attended.",
        bounds=(0, 0.6),
        soft=(0.05, 0.25),
    )
    administration: float = param(
        7.0, unit="hours/week", doc="Orders, offers, mail: administration outside the routines.", bounds=(0, 40)
    )
    selling_per_call: float = param(
        0.55, unit="hours", doc="Time with the customer in one call, preparation included.", bounds=(0.05, 8)
    )

    travel_beyond_selling: float = param(
        0.1,
        unit="hours",
        doc="Travel a call that headquarters expects, beyond as long as the call takes, before it has seen any work of a position.",
        bounds=(0, 8),
    )

    @property
    def attended(self) -> float:
        """Hours a week for which a person is there."""
        return self.contract * (1.0 - self.absence)


class Calls(Section):
    """Effect of a call on the account, by the rep who makes it."""

    skill_spread: float = param(
        0.3,
        unit="log per sd",
        doc="CV: sales of a rep's accounts scale with exp(CV·z); the value of a call follows from that.",
        bounds=(0, 2),
    )
    heard_at: float = param(
        0.2,
        unit="0..1",
        doc="Mean relationship with a rep's accounts from which skill has its full effect; below it the effect is proportional.",
        bounds=(0.01, 1),
    )
    ability_spread: float = param(1.0, unit="sd", doc="Standard deviation of ability among applicants.", bounds=(0, 3))
    compliance_start: float = param(
        0.5, unit="share", doc="Alignment with the call plan of a rep without management.", bounds=(0, 1)
    )
    motivation_spread: float = param(
        0.1, unit="1", doc="Standard deviation of motivation among reps around 1.", bounds=(0, 1)
    )
    workload_smoothing: float = param(
        0.2,
        unit="1/week",
        doc="Weight of the latest week in calls a week as headquarters counts them.",
        bounds=(0.01, 1),
    )
