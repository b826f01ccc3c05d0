"""Numbers of advertising: how spending becomes goodwill, and goodwill a hazard of learning of a brand (MODEL §2)."""

from __future__ import annotations

from typing import Literal

from sim.params.customer_numbers import AdvertisingNumbers
from sim.quantity import WEEKS_PER_YEAR, Section, param, retention_of_half_life

_SETHURAMAN = "Sethuraman, Tellis & Briesch 2011"


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


def advertising_numbers(advertising: Advertising, dt: float = 1.0) -> AdvertisingNumbers:
    """Numbers of goodwill for ticks of ``dt`` weeks.

    For `koyck`, ``ln A' = λ·ln A + e·ln spend`` per data interval is the same as a geometric mean of spending that keeps
    ``λ^(dt/interval)`` a tick, raised to the long-run elasticity ``e/(1−λ)``; its response within a whole interval is e.
    """
    reference, hazard = advertising.reference_spend, advertising.strength * dt
    if advertising.kind == "koyck":
        keep = advertising.carry_over ** (dt / advertising.interval)
        long_run = advertising.short_run / (1.0 - advertising.carry_over)
        return AdvertisingNumbers(keep, reference, hazard, long_run, geometric=True, least=advertising.least)
    keep = retention_of_half_life(advertising.half_life) ** dt
    return AdvertisingNumbers(keep, reference, hazard, advertising.elasticity)
