"""KPIs of rivals: how they defend themselves, what it costs them, and who changes sides. They exist where rivals have sales forces or spend."""

from __future__ import annotations

from sim.scoring.kpi import Kpi

RIVAL_KPIS: tuple[Kpi, ...] = (
    Kpi(
        "rival_calls",
        "Calls of rivals' sales forces a week",
        "management",
        "calls",
        "none",
        "mean",
        "rival_calls",
        where="rival_calls",
    ),
    Kpi(
        "rival_spending",
        "Rivals' spending on calls, campaigns, margins, reps",
        "financial",
        "minor units",
        "none",
        "total",
        "rival_spend",
        where="rival_spend",
    ),
    Kpi(
        "lost_to_rivals",
        "Purchases lost to rivals by customers of ours",
        "growth",
        "purchases",
        "down",
        "total",
        "switches_to_rivals",
        where="rival_calls",
    ),
    Kpi(
        "won_from_rivals",
        "Purchases won from rivals' customers",
        "growth",
        "purchases",
        "up",
        "total",
        "switches_to_us",
        where="rival_calls",
    ),
)
