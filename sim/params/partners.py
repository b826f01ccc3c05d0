"""Numbers of distributors as partners: effort among brands, trust in the maker, capability (MODEL §5, §7)."""

from __future__ import annotations

from sim.quantity import Section, param, retention_of_half_life


class Partners(Section):
    """What distributors' effort does and costs, what moves their trust, and what hours of reps teach them.

    Directions are published (effort follows pay and the relation: Anderson, Lodish & Weitz 1987; trust goes with
    economic outcomes and communication: Geyskens, Steenkamp & Kumar 1998), sizes are assumptions.
    """

    # effort among brands
    effort_strength: float = param(
        2.0,
        unit="utility",
        doc="b_E: weight of capability × share of effort beyond the usual; 0 switches effort off. At a share of .3 and a capability of .5 an elasticity of .2, two thirds of that of reps' calls.",
        bounds=(0, 20),
        soft=(0, 5),
    )
    selling_part: float = param(
        0.4,
        unit="share",
        doc="Part of a distributor's own costs that is selling effort, and follows the share of it that we get.",
        bounds=(0, 1),
    )
    turnover_half_life: float = param(
        26.0, unit="weeks", doc="Half-life of the turnover by offer that a distributor reckons with.", bounds=(1, 520)
    )
    # trust
    trust_speed: float = param(
        0.04, unit="1/week", doc="Speed at which trust rises to what the week calls for; 0 keeps it.", bounds=(0, 0.5)
    )
    trust_loss: float = param(2.0, unit="1", doc="Times as fast as it rises trust falls.", bounds=(0, 2), soft=(1, 2))
    trust_shortage: float = param(
        0.5,
        unit="share",
        doc="Trust lost for good while a week's purchases are ordered and not shipped.",
        bounds=(0, 1),
    )
    trust_margin: float = param(
        1.0,
        unit="share per share of price",
        doc="Trust for each point of margin on our offers beyond what rivals' offers leave.",
        bounds=(0, 10),
    )
    trust_payment: float = param(
        0.1, unit="share", doc="Trust for a promise that is kept: data paid for as agreed.", bounds=(0, 1)
    )
    trust_information: float = param(
        0.1,
        unit="share",
        doc="Trust for information returned to a distributor who shares its own: all of it from one office that loses nothing.",
        bounds=(0, 1),
    )
    trust_calls: float = param(0.1, unit="share", doc="Trust for all the calls of reps one could wish.", bounds=(0, 1))
    trust_calls_half: float = param(
        2.0, unit="hours/week", doc="Hours for one distributor at which 63 % of that is reached.", bounds=(0.01, 100)
    )
    # capability
    capability_start: float = param(
        0.5, unit="share", doc="Mean capability of distributors whom nobody advises.", bounds=(0, 1)
    )
    capability_spread: float = param(
        0.1, unit="share", doc="Standard deviation of that among distributors.", bounds=(0, 1)
    )
    advice: float = param(
        0.001,
        unit="share of the gap/hour",
        doc="ρ: part of the gap to full capability that an hour of a rep closes; a hundred hours do to a capability of .5 about what ten hours of training each do to ten sellers.",
        bounds=(0, 0.2),
        soft=(0, 0.02),
    )
    advice_half_life: float = param(
        26.0, unit="weeks", doc="Half-life of what a distributor learnt from reps.", bounds=(1, 5200)
    )

    @property
    def selling_effort(self) -> float:
        """Part of own costs that follows the share of effort for us; none while effort is switched off."""
        return self.selling_part if self.effort_strength > 0 else 0.0

    @property
    def forgetting(self) -> float:
        """Part of what was learnt that is forgotten in a week."""
        return 1.0 - retention_of_half_life(self.advice_half_life)
