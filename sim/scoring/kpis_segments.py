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
    Kpi(
        "variant_share",
        "Units sold as variants",
        "management",
        "%",
        "none",
        "ratio",
        "variant_units",
        "units_where_variants",
        scale=100.0,
    ),
    Kpi(
        "variant_fit",
        "Fit of variants with those to whom they are offered",
        "management",
        "utility",
        "up",
        "ratio",
        "variant_fit_sum",
        "variant_customers",
        where="variant_customers",
    ),
    Kpi(
        "variant_fit_believed",
        "The same as the firm believes",
        "management",
        "utility",
        "none",
        "ratio",
        "variant_fit_believed_sum",
        "variant_customers",
        where="variant_customers",
    ),
)
