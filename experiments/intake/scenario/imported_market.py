"""What all imported markets have in common: our brand and one rival, a channel that adds nothing, names fit for paths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.intake.tables.schema.conventions import Currency

OWN, RIVAL = "us", "rival"
#: Utility of choosing nothing: so low that a lost deal goes to the rival, who represents both rivals and no purchase.
NEVER_NOTHING = -10.0
#: Weeks that an imported market runs.
WEEKS = 52


@dataclass(frozen=True)
class Labels:
    """What the user says of the company: name and title of the scenario, and the currency of all money."""

    name: str
    title: str
    currency: Currency


def slugs(names: list[str]) -> dict[str, str]:
    """Names fit for dotted paths: spaces and punctuation become '_', duplicates get a number."""
    taken: dict[str, str] = {}
    for name in names:
        base = re.sub(r"\W+", "_", name).strip("_") or "unnamed"
        slug, number = base, 2
        while slug in taken.values():
            slug, number = f"{base}_{number}", number + 1
        taken[name] = slug
    return taken


def brands(share: float) -> list[dict[str, Any]]:
    """Our brand with ``share`` of the users at the start, and one rival with the rest; all customers know both."""
    ours = round(share, 4)
    return [
        {"name": OWN, "own": True, "aware_at_start": 1.0, "users_at_start": ours},
        {"name": RIVAL, "aware_at_start": 1.0, "users_at_start": round(1.0 - ours, 4)},
    ]


def direct_channel() -> dict[str, float]:
    """A channel that passes everything through at no cost: the company sells directly."""
    return {"pass_through": 1.0, "own_cost_share": 0.0, "holding_rate": 0.0}


def offers_table(prices: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """offers.csv: our offer and the rival's in every category, at the same (price, unit cost) in minor units."""
    rows = [
        [offer, brand, name, cost, price, 0.0]
        for name, (price, cost) in prices.items()
        for offer, brand in ((name, OWN), (f"{RIVAL}_{name}", RIVAL))
    ]
    return pd.DataFrame(rows, columns=["offer", "brand", "category", "unit_cost", "list_price", "quality"])
