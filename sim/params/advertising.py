"""Numbers of advertising: how spending becomes goodwill, and goodwill a hazard of learning of a brand (MODEL §2)."""

from __future__ import annotations

from typing import Literal

from sim.params.customer_numbers import AdvertisingNumbers
from sim.quantity import WEEKS_PER_YEAR, Section, param, retention_of_half_life

_SETHURAMAN = "Sethuraman, Tellis & Briesch 2011"
_HARTNETT = "Hartnett, Gelzinis, Beal, Kennedy & Sharp 2021"
_GOPALAKRISHNA = "Gopalakrishna & Chatterjee 1992"


class Advertising(Section):
    """Goodwill built by advertising, and its effect on awareness."""

    kind: Literal["goodwill", "koyck"] = param(
        "goodwill",
        unit="text",
        doc="How spending accumulates: as a fading stock of spending, or of its logarithm (log-log Koyck).",
    )
    half_life: float = param(
        4.0,
        unit="weeks",
        doc="Weeks in which goodwill halves without spending.",
        bounds=(0.1, 104.0),
        soft=(2.0, 12.0),
        source="Leone 1995",
    )
    reference_spend: float = param(
        5.0, unit="minor units per customer and week", doc="Steady spending at which goodwill is 1.", bounds=(1e-6, 1e9)
    )
    strength: float = param(
        0.005,
        unit="1/week",
        doc="a: hazard of learning of a brand whose goodwill is 1.",
        bounds=(0.0, 5.0),
        soft=(0.0005, 0.01),
        source="Goldenberg, Libai & Muller 2001",
    )
    elasticity: float = param(
        0.24,
        unit="1",
        doc="Exponent of goodwill: long-run elasticity of advertising (`goodwill`).",
        bounds=(0.0, 1.0),
        soft=(0.05, 0.4),
        source=_SETHURAMAN,
    )
    short_run: float = param(
        0.12,
        unit="1",
        doc="e: elasticity within one data interval (`koyck`); in the long run it is e/(1−λ).",
        bounds=(0.0, 1.0),
        soft=(0.02, 0.3),
        source=_SETHURAMAN,
    )
    carry_over: float = param(
        0.5,
        unit="1",
        doc="λ: part of the effect that remains one data interval later (`koyck`).",
        bounds=(0.0, 0.99),
        soft=(0.2, 0.8),
        source=_SETHURAMAN,
    )
    interval: float = param(
        WEEKS_PER_YEAR / 12.0, unit="weeks", doc="Data interval of e and λ: a month (`koyck`).", bounds=(0.1, 52.0)
    )
    least: float = param(
        0.001,
        unit="share of reference",
        doc="Spending used in place of zero once a brand has advertised, so that it has a logarithm (`koyck`).",
        bounds=(1e-9, 0.5),
    )
    choice: float = param(
        0.0,
        unit="utility",
        doc="c: utility of offers per logarithm of the brand's goodwill, of any brand; 0: goodwill makes brands known and "
        "does nothing else. At the usual goodwill and a share s the elasticity of sales in the long run is "
        "c·(1−s)/(1+unadvertised).",
        bounds=(0.0, 10.0),
        soft=(0.0, 1.5),
        source="long-run elasticity .1: Tellis 2010; .24 of consumers' brands: Sethuraman, Tellis & Briesch 2011; .023: "
        "Shapiro, Hitsch & Tuchman 2021",
    )
    unadvertised: float = param(
        1.0,
        unit="share of usual goodwill",
        doc="What customers hold of a brand that never advertises, as goodwill: from use, shelf and name. It bounds what a "
        "brand loses that stops.",
        bounds=(0.0, 100.0),
        soft=(0.3, 3.0),
        source=_HARTNETT,
    )
    synergy: float = param(
        0.0,
        unit="share",
        doc="κ: part of the effect of a call that needs advertising to prepare it; 0: calls work alike with any goodwill.",
        bounds=(0.0, 1.0),
        soft=(0.0, 0.3),
        source=_GOPALAKRISHNA,
    )
    at_start: float = param(
        0.0,
        unit="share of usual goodwill",
        doc="Goodwill of every brand before the first week; 0: nobody has ever advertised.",
        bounds=(0.0, 10.0),
    )


def advertising_numbers(advertising: Advertising, dt: float = 1.0, usual: float = 1.0) -> AdvertisingNumbers:
    """Numbers of goodwill for ticks of ``dt`` weeks; ``usual`` goodwill adds nothing to utility or to calls.

    For `koyck`, ``ln A' = λ·ln A + e·ln spend`` per data interval is the same as a geometric mean of spending that keeps
    ``λ^(dt/interval)`` a tick, raised to the long-run elasticity ``e/(1−λ)``; its response within a whole interval is e.
    """
    geometric = advertising.kind == "koyck"
    if geometric:
        keep = advertising.carry_over ** (dt / advertising.interval)
        elasticity = advertising.short_run / (1.0 - advertising.carry_over)
    else:
        keep = retention_of_half_life(advertising.half_life) ** dt
        elasticity = advertising.elasticity
    return AdvertisingNumbers(
        keep=keep,
        reference_spend=advertising.reference_spend,
        hazard=advertising.strength * dt,
        elasticity=elasticity,
        geometric=geometric,
        least=advertising.least,
        choice=advertising.choice,
        unadvertised=advertising.unadvertised,
        synergy=advertising.synergy,
        usual=usual,
    )


def usual_goodwill(advertising: Advertising, rival_spend: float) -> float:
    """Goodwill that adds nothing: what a rival's usual ``rival_spend`` leads to, minor units per customer and week; at least 1.

    It depends on no policy of ours, and it moves with the size of a market and of its currency.
    """
    return max(rival_spend / advertising.reference_spend, 1.0)
