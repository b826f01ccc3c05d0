"""Numbers of what changes cost: hand-overs of accounts, set-up of routines and systems, compliance with a new plan (MODEL §5, §9)."""

from __future__ import annotations

from sim.quantity import Section, param

_SHI = "Shi, Sridhar, Grewal & Lilien 2017"


class Change(Section):
    """What it costs to change who serves an account, how a team is managed, and by which way reports go. At 0 a change is free."""

    hand_over_loss: float = param(
        0.0,
        unit="share of yearly sales",
        doc=f"Part of a customer's purchases from us that is lost over the year after its rep has gone; published: .132 to .176 ({_SHI}).",
        bounds=(0, 0.3),
        soft=(0, 0.2),
    )
    hand_over_weeks: float = param(
        26.0,
        unit="weeks",
        doc="Half-life with which purchases come back after a hand-over, as the relationship with the new rep grows.",
        bounds=(13, 520),
    )
    reassigned: float = param(
        0.5,
        unit="share",
        doc="Part of that loss when a plan gives an account to another rep while the former one is still there to introduce the new one.",
        bounds=(0, 1),
    )
    dropped: float = param(
        1.0,
        unit="share",
        doc="Part of that loss when a plan takes an account from a rep who is there and gives it to no one.",
        bounds=(0, 1),
    )
    plan_habit: float = param(
        0.0,
        unit="share",
        doc="Part of a rep's alignment that is lost when a new call plan has nothing in common with the old one; less where they overlap.",
        bounds=(0, 1),
    )
    routine_weeks: float = param(
        0.0,
        unit="weeks",
        doc="Time constant τ with which a team learns the hours that a new rule adds to its routines: 1−exp(−t/τ) of them work after t weeks; 0 for at once.",
        bounds=(0, 104),
        soft=(0, 52),
    )
    routine_setup: int = param(
        0, unit="minor units/rep", doc="Cost of introducing other routines, per rep whom they reach.", bounds=(0, 10**9)
    )
    gateway_weeks: float = param(
        0.0,
        unit="weeks",
        doc="Time constant with which a new reporting line gets from the losses, delays and errors of the old one to its own; 0 for at once.",
        bounds=(0, 104),
        soft=(0, 52),
    )
    gateway_setup: int = param(
        0,
        unit="minor units",
        doc="Cost of setting up another reporting line in all territories; in some of them, their part.",
        bounds=(0, 10**12),
    )
    segmentation_setup: int = param(
        0,
        unit="minor units",
        doc="Cost of introducing another segmentation in all territories; in some of them, their part.",
        bounds=(0, 10**12),
    )
    sharing_setup: int = param(
        0,
        unit="minor units/distributor",
        doc="Cost of linking a distributor that begins to share its sell-out data.",
        bounds=(0, 10**10),
    )
    sharing_weeks: int = param(
        0, unit="weeks", doc="Weeks until the data of such a distributor begin to arrive.", bounds=(0, 52)
    )
