"""KPIs of what large accounts take and of what the plant can make."""

from __future__ import annotations

from sim.scoring.kpi import Kpi

CAPACITY_KPIS: tuple[Kpi, ...] = (
    Kpi(
        "capacity_utilisation",
        "Work of the plants / capacity in regular hours",
        "management",
        "%",
        "none",
        "ratio",
        "plant_work",
        "plant_capacity",
        100.0,
        where="plant_capacity",
    ),
    Kpi(
        "overtime_cost",
        "Cost of overtime at the plants",
        "financial",
        "minor units",
        "down",
        "total",
        "books.overtime",
        where="plant_capacity",
    ),
    Kpi(
        "rebate_share",
        "Rebates to large buyers / revenue",
        "financial",
        "%",
        "down",
        "ratio",
        "books.rebates",
        "books.revenue",
        100.0,
    ),
    Kpi(
        "hours_per_call",
        "Hours with the customer in a call",
        "management",
        "hours",
        "none",
        "ratio",
        "hours_worked",
        "calls",
    ),
)
