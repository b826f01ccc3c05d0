"""Numbers of what the firm knows: its customer database, how records come in, how commands go out (MODEL §3, §8)."""

from __future__ import annotations

from typing import Literal

from sim.quantity import Section, param


class Database(Section):
    """The customer database: coverage at the start, error of what is measured, upkeep."""

    coverage_start: float = param(0.6, unit="share", doc="Customers with a record at the start.", bounds=(0, 1))
    history_start: float = param(
        0.35,
        unit="share",
        doc="Known customers whose purchases of last year are on record at the start.",
        bounds=(0, 1),
    )
    history_error: float = param(0.5, unit="log sd", doc="Error of those recorded purchases.", bounds=(0, 3))
    mark_error: float = param(
        0.4,
        unit="sd of mark",
        doc="Error of marks as recorded at the start, in standard deviations of the mark.",
        bounds=(0, 5),
    )
    mark_error_of_call: float = param(0.2, unit="sd of mark", doc="Error of marks measured in a call.", bounds=(0, 5))
    potential_error: float = param(
        0.3, unit="log sd", doc="Error of an account's reported purchases from anyone.", bounds=(0, 3)
    )
    memory: float = param(
        26.0, unit="weeks", doc="Half-life with which recorded purchases are averaged.", bounds=(1, 520)
    )
    upkeep: int = param(100, unit="minor units/record/year", doc="Cost of keeping one record.", bounds=(0, 10**7))
    sharing_every: int = param(4, unit="weeks", doc="Weeks between deliveries of shared sell-out data.", bounds=(1, 52))
    sharing_lag: int = param(1, unit="weeks", doc="Delay of shared sell-out data.", bounds=(0, 26))
    own_papers: bool = param(
        True,
        unit="yes/no",
        doc="Whether made-to-order sales, installations and repair requests report the buyer to headquarters, through the same line as reports.",
    )
    stale_after: int = param(
        26, unit="weeks", doc="Weeks without confirmation after which a record counts as stale.", bounds=(1, 520)
    )
    smoothing: Literal["latest", "optimal", "precision"] = param(
        "latest",
        unit="text",
        doc="How a report changes a record: it replaces it, moves it by the optimal gain for noise and drift, or (`precision`) marks and purchases from anyone also by how sure record and report are.",
    )
    report_error: float = param(
        0.4,
        unit="log sd",
        doc="Error of reported purchases that headquarters assumes (`optimal`).",
        bounds=(0, 3),
    )
    drift: float = param(
        0.1,
        unit="log sd/week",
        doc="Weekly drift of a customer's purchases that headquarters assumes (`optimal`, `precision`).",
        bounds=(0, 3),
    )
    ledger_share: float = param(
        0.0,
        unit="share",
        doc="Customers whose purchases from us stand in our own books by name; 0: the books name nobody.",
        bounds=(0, 1),
    )
    ledger_error: float = param(
        0.1,
        unit="log sd",
        doc="Error of a customer's purchases before the books were opened to the departments.",
        bounds=(0, 3),
    )
    ledger_lag: int = param(1, unit="weeks", doc="From a delivery to its entry in the customer ledger.", bounds=(1, 26))
    stranger_error: float = param(
        0.0,
        unit="log sd",
        doc="Error added to the reported purchases from anyone of a customer that buys nothing from us; falls with our share.",
        bounds=(0, 5),
    )
    stranger_mark_error: float = param(
        0.0,
        unit="sd of mark",
        doc="Error added to marks measured in a call at a customer that buys nothing from us; falls with our share.",
        bounds=(0, 5),
    )
    question_half: float = param(
        0.25,
        unit="hours/call",
        doc="Hours of questions in a call that halve what strangers add to errors.",
        bounds=(0.01, 20),
    )


class Information(Section):
    """The way down: how commands of headquarters reach the territories, independent of the reporting line."""

    command_delay: int = param(
        0,
        unit="weeks",
        doc="Delay of a new call plan from headquarters to the reps, on top of the gateway's delay.",
        bounds=(0, 26),
    )
    unheeded: float = param(
        0.0,
        unit="share",
        doc="Customers for whom a territory changes nothing when a new call plan arrives.",
        bounds=(0, 1),
    )
