"""Numbers of the market department's work: effects of campaigns, costs and errors of studies (MODEL §3, §8)."""

from __future__ import annotations

from sim.quantity import Section, param


class Promotion(Section):
    """Effect of campaigns on customers' choice, for any brand."""

    strength: float = param(
        0.34,
        unit="utility",
        doc="Utility added to the promoted offers at reference spending. Gives a short-run elasticity of sales of .12 there, at a share of .3.",
        bounds=(0.0, 10.0),
        soft=(0.0, 2.0),
        source="Sethuraman, Tellis & Briesch 2011",
    )
    exponent: float = param(
        0.5, unit="1", doc="Concavity of the response: utility grows with spending to this power.", bounds=(0.01, 1.0)
    )
    reference_spend: float = param(
        200.0,
        unit="minor units per customer and week",
        doc="Reference spending: about 6 % of what a customer of the built-in market buys from us, near the optimum of Dorfman & Steiner.",
        bounds=(1e-6, 1e9),
    )
    wear: float = param(
        0.5,
        unit="share",
        doc="Part of the effect that is lost when campaigns never stop. Frequent campaigns work less: Blattberg, Briesch & Fox 1995.",
        bounds=(0.0, 1.0),
    )
    wear_half_life: float = param(
        13.0, unit="weeks", doc="Weeks of rest after which half of the wear is gone.", bounds=(0.1, 520.0)
    )


class Studies(Section):
    """Prices, delays and errors of bought studies; how the firm estimates regional potential with and without them."""

    fee: int = param(
        300_000, unit="minor units", doc="Set-up of one study in one territory.", bounds=(0, 10**12), lever=True
    )
    interview: int = param(
        12_000, unit="minor units", doc="One long interview: usage, price, needs.", bounds=(0, 10**9), lever=True
    )
    short_interview: int = param(
        4_000, unit="minor units", doc="One short interview: brand tracker.", bounds=(0, 10**9), lever=True
    )
    price_note: int = param(
        1_500, unit="minor units", doc="One price list of the rivals, noted.", bounds=(0, 10**9), lever=True
    )
    delay: int = param(
        6, unit="weeks", doc="From order to report of a study with long interviews.", bounds=(1, 104), lever=True
    )
    short_delay: int = param(
        2, unit="weeks", doc="The same for a tracker and a price watch.", bounds=(1, 104), lever=True
    )
    mark_error: float = param(0.1, unit="sd of mark", doc="Error of marks measured in an interview.", bounds=(0, 5))
    purchase_error: float = param(
        0.2, unit="log sd", doc="Error of a customer's own statement of its purchases.", bounds=(0, 3)
    )
    sensitivity_error: float = param(
        0.4, unit="log sd", doc="Error of one customer's stated price sensitivity.", bounds=(0, 3)
    )
    needs_error: float = param(0.3, unit="taste weight", doc="Error of one stated need.", bounds=(0, 10))
    price_note_error: float = param(
        0.05, unit="log sd", doc="Error of one noted price: rebates and dates that differ.", bounds=(0, 3)
    )
    usual_step: float = param(
        0.25,
        unit="share",
        doc="Part of the way that the believed usual price moves towards a newly noted one.",
        bounds=(0, 1),
    )
    register_error: float = param(
        0.15, unit="log sd", doc="Error of the count of customers in a territory by registers.", bounds=(0, 3)
    )
    unheard_size: float = param(
        0.5,
        unit="ratio",
        doc="Assumed purchases of a customer without a record, relative to those on record, if there is no survey.",
        bounds=(0, 10),
    )
    estimate_every: int = param(
        26, unit="weeks", doc="Weeks between estimates of regional potential.", bounds=(1, 520), lever=True
    )
