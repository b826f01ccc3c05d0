"""Numbers of rival brands (MODEL §9)."""

from __future__ import annotations

from sim.quantity import Section, param


class Rivals(Section):
    """Costs, advertising and information of the competitors."""

    channel_markup: float = param(
        0.22, unit="share of list price", doc="Mark-up of the channel on rival offers.", bounds=(0, 3)
    )
    share_lag: float = param(
        8.0,
        unit="weeks",
        doc="Time constant with which a rival learns on which share of occasions it is bought.",
        bounds=(1, 104),
    )
    advertising: int = param(
        65_000_000, unit="minor units/year", doc="Advertising of each rival brand.", bounds=(0, 10**13)
    )
    study_error: float = param(
        0.2,
        unit="log sd",
        doc="Error of a rival brand's own study of price sensitivity, made before the first week for each category.",
        bounds=(0, 2),
        soft=(0.05, 0.5),
    )
    watch_error: float = param(
        0.25,
        unit="log sd",
        doc="Error of a rival's estimate of what we spend on campaigns in a territory.",
        bounds=(0, 2),
        soft=(0.05, 0.7),
    )
    campaign_lag: int = param(
        4, unit="weeks", doc="Weeks after which a rival sees what we spend on campaigns.", bounds=(1, 104)
    )
