"""The golden runs and what is kept of them: whole numbers to compare exactly, figures to compare to a millionth."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sim.accounts_chart import FORMULAS
from sim.market import Market
from sim.record import MEASURES

FILE = Path(__file__).with_name("scorecards.json")
CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"

#: Scenario, policy, seed, customers, weeks; None: as the scenario says.
RUNS: tuple[tuple[str, str | None, int, int | None, int | None], ...] = (
    ("tiny", None, 1, None, None),
    ("tiny", None, 2, None, None),
    ("tiny", "deep_marketing", 1, None, None),
    ("tiny", "deep_marketing", 2, None, None),
    ("regional_plain", "uninformed", 1, 2_000, 26),
    ("regional_equipment", "status_quo", 1, 2_000, 26),
    ("regional_equipment", "deep_marketing", 1, 2_000, 26),
)

#: Units in which a measure counts whole things.
_WHOLE = {"orders", "units", "occasions", "customers", "calls", "reps", "positions", "minor units"}
#: Counts that are weighed by shares, or of calls that are not whole.
_WEIGHED = {"calls_planned", "calls_on_plan", "calls_reported_on_plan"}


def label(scenario: str, policy: str | None, seed: int, customers: int | None, weeks: int | None) -> str:
    """Name of a golden run."""
    return f"{scenario} · {policy or 'as it is'} · seed {seed}"


def outcome(scenario: str, policy: str | None, seed: int, customers: int | None, weeks: int | None) -> dict[str, Any]:
    """Run a market: ``counts`` (money in minor units and whole things, summed over the run) and ``figures`` (the scorecard)."""
    market = Market(scenario, seed=seed, policy=policy, customers=customers, weeks=weeks).run()
    ledger = market.state.ledger
    books = {f"books.{name}": int(ledger.flows(name)[:, : ledger.outside].sum()) for name in FORMULAS}
    counted = {
        m.name: round(float(market.results.measure(m.name).sum()))
        for m in MEASURES
        if m.unit in _WHOLE and m.name not in _WEIGHED
    }
    card = market.results.scorecard
    figures = {str(kpi): float(f"{value:.9g}") for kpi, value in zip(card["kpi"], card["value"], strict=True)}
    return {"counts": {**books, **counted}, "figures": figures}


def golden() -> dict[str, Any]:
    """What is on file."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def written(outcomes: dict[str, Any]) -> str:
    """The text of the file."""
    return json.dumps(outcomes, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def digest(outcomes: dict[str, Any]) -> str:
    """Short name of a set of outcomes, which the changelog has to mention."""
    return hashlib.sha256(written(outcomes).encode()).hexdigest()[:12]


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """What differs between two outcomes, in words."""
    lines = []
    for kind, tolerance in (("counts", 0.0), ("figures", 1e-6)):
        for name in sorted(expected[kind].keys() | found[kind].keys()):
            was, now = expected[kind].get(name), found[kind].get(name)
            if was is None or now is None:
                lines.append(f"{name}: {'new' if was is None else 'gone'}")
            elif not ((was != was and now != now) or abs(now - was) <= tolerance * max(abs(was), abs(now))):
                lines.append(f"{name}: was {was}, is {now}")
    return lines
