"""KPIs of what changes cost: hand-overs, set-up, and managers' hours with accounts."""

from __future__ import annotations

from sim.scoring.kpi import Kpi

CHANGE_KPIS: tuple[Kpi, ...] = (
    Kpi(
        "handed_over",
        "Accounts whose rep left or changed",
        "management",
        "accounts",
        "down",
        "total",
        "handed_over",
        where="lost_by_hand_over",
    ),
    Kpi(
        "lost_by_hand_over",
        "Expected sales lost to hand-overs",
        "growth",
        "minor units",
        "down",
        "total",
        "lost_by_hand_over",
        where="lost_by_hand_over",
    ),
    Kpi(
        "set_up_cost",
        "Cost of setting up what is new",
        "financial",
        "minor units",
        "down",
        "total",
        "set_up_cost",
    ),
    Kpi(
        "managers_selling_share",
        "Managers' hours with accounts",
        "management",
        "% of their hours",
        "none",
        "ratio",
        "manager_hours_selling",
        "manager_hours",
        100.0,
        where="manager_hours_selling",
    ),
)
