"""What every scorecard must be like, whatever happened in the market."""

from __future__ import annotations

import numpy as np

from sim.market import Market
from sim.scoring.kpis import KPIS


def check_scorecard(market: Market) -> None:
    """Every KPI is a number, or 0/0 where nothing happened that it could be a share of."""
    card = market.results.scorecard.set_index("kpi")
    scores = market.results._scorecard
    for kpi in KPIS:
        value = card.loc[kpi.name, "value"]
        if np.isfinite(value):
            continue
        assert np.isnan(value), kpi.name
        assert kpi.denominator or kpi.where, kpi.name
        below = scores._series(kpi.where or kpi.denominator)
        assert {"last": below[-1], "variance": below.var()}.get(kpi.how, below.sum()) == 0, kpi.name
    for kpi in (
        "market_share",
        "aware_share",
        "share_non_users_won",
        "unserved_share",
        "selling_time_share",
        "plan_compliance",
        "report_truth",
    ):
        assert not card.loc[kpi, "value"] < 0, kpi
        assert not card.loc[kpi, "value"] > 100 + 1e-6, kpi
