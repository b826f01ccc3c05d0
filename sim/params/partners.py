"""Numbers of distributors as partners: effort among brands, trust in the maker, capability (MODEL §5, §7)."""

from __future__ import annotations

from sim.quantity import Section, param, retention_of_half_life


class Partners(Section):
    """Effect and cost of distributors' effort, what moves their trust, and what they learn from hours of reps.

    Directions are published (effort follows pay and the relation: Anderson, Lodish & Weitz 1987; trust follows
    economic outcomes and communication: Geyskens, Steenkamp & Kumar 1998), sizes are assumptions.
    """

    # effort among brands
    effort_strength: float = param(
        0.86,
        unit="utility",
        doc="b_E: weight of capability × share of effort beyond the usual; 0 switches effort off. Where distributors sell us and rivals by the shares of their effort, ours .3, at a capability of .83 an elasticity of choice of .2: two thirds of .31, which is published for calls of reps.",
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
        26.0, unit="weeks", doc="Half-life of the turnover by offer that a distributor expects.", bounds=(1, 520)
    )
    # trust
    trust_speed: float = param(
        0.04,
        unit="1/week",
        doc="Speed at which trust rises towards its target of the week; 0 keeps it constant.",
        bounds=(0, 0.5),
    )
    trust_loss: float = param(
        2.0, unit="1", doc="How many times faster trust falls than it rises.", bounds=(0, 2), soft=(1, 2)
    )
    trust_shortage: float = param(
        0.5,
        unit="share",
        doc="Trust lost for good while a week's purchases are ordered and not shipped.",
        bounds=(0, 1),
    )
    trust_margin: float = param(
        1.0,
        unit="share per share of price",
        doc="Trust for each point of margin on our offers, payments for data with it, beyond what rivals' offers leave.",
        bounds=(0, 10),
    )
    trust_information: float = param(
        0.1,
        unit="share",
        doc="Trust for information returned to a distributor who shares its own: all of it from one office that loses nothing.",
        bounds=(0, 1),
    )
    trust_calls: float = param(
        0.1, unit="share", doc="Trust from as many calls of reps as a distributor could want.", bounds=(0, 1)
    )
    trust_calls_half: float = param(
        2.0, unit="hours/week", doc="Hours with one distributor at which 63 % of that is reached.", bounds=(0.01, 100)
    )
    # capability
    capability_start: float = param(
        0.83,
        unit="share",
        doc="Mean capability of distributors without advice: unlimited training is worth exp(.3·.62) = 1.2 times as much.",
        bounds=(0, 1),
        source="derived from Arthur et al. 2003 (.62 sd) at CV .3 a sd",
    )
    capability_spread: float = param(
        0.05, unit="share", doc="Standard deviation of that among distributors.", bounds=(0, 1)
    )
    advice: float = param(
        0.04,
        unit="share of the gap/hour per seller",
        doc="ρ: part of the gap to full capability that an hour of a rep for each of the distributor's sellers closes; as fast as reps are trained, whose 63 % take 24 hours.",
        bounds=(0, 0.2),
        soft=(0, 0.1),
    )
    advice_spillover: float = param(
        0.5,
        unit="share",
        doc="Part of what our reps teach that is about selling, not about our offers, and sells rivals' offers too (Marvel 1982).",
        bounds=(0, 1),
    )
    seller_cost: int = param(
        3_000,
        unit="minor units/hour",
        doc="Cost of an hour of a distributor's seller: determines the hours of its selling effort. An hour of a rep's advice takes one of them.",
        bounds=(1, 10**7),
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
