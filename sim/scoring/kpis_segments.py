"""KPIs of what segments are good for."""

from __future__ import annotations

from sim.scoring.kpi import Kpi

SEGMENT_KPIS: tuple[Kpi, ...] = (
    Kpi(
        "message_fit",
        "Fit of messages with those who hear them",
        "management",
        "utility",
        "up",
        "ratio",
        "message_fit_sum",
        "message_accounts",
        where="message_accounts",
    ),
    Kpi(
        "message_fit_believed",
        "The same as the firm believes",
        "management",
        "utility",
        "none",
        "ratio",
        "message_fit_believed_sum",
        "message_accounts",
        where="message_accounts",
    ),
)
