"""KPIs of projects: how many are won, how long they take, what is open."""

from __future__ import annotations

from sim.scoring.kpi import Kpi

#: Without a project that is ever open there is no pipeline, not an empty one.
_OPEN = "projects_open"

PROJECT_KPIS: tuple[Kpi, ...] = (
    Kpi(
        "opportunity_win_rate",
        "Opportunities won",
        "growth",
        "% of those decided",
        "up",
        "ratio",
        "projects_won",
        "projects_decided",
        100.0,
    ),
    Kpi("open_pipeline", "Open pipeline at the end", "growth", "minor units", "up", "last", "pipeline", where=_OPEN),
    Kpi(
        "opportunity_cycle",
        "Weeks from opening to decision",
        "growth",
        "weeks",
        "none",
        "ratio",
        "project_weeks",
        "projects_decided",
    ),
)
