"""KPIs of service: satisfaction of our users by dimension; they exist where dimensions count (`params.service_quality`)."""

from __future__ import annotations

from sim.scoring.kpi import Kpi

SERVICE_KPIS: tuple[Kpi, ...] = tuple(
    Kpi(
        f"satisfaction_{name}",
        f"Satisfaction with {what}",
        "satisfaction",
        "index",
        "up",
        "ratio",
        f"{name}_satisfaction_sum",
        "users",
        where=f"{name}_satisfaction_sum",
    )
    for name, what in (
        ("product", "our products"),
        ("contact", "contact"),
        ("advice", "advice"),
        ("orders", "order handling"),
        ("delivery", "delivery"),
        ("complaints", "complaint handling"),
    )
)
