"""Changes cost: what pays in the long run loses first, and whoever changes all the time pays all the time.

Effects are planted here, large enough for a few runs: that a J-curve can exist is shown, not how deep it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.market import Market
from sim.questions.coverage import Coverage
from sim.questions.coverage.portfolios import Portfolios
from sim.views import FirmSeen
from tests.market.change_runs import COSTS, earned, gain_by_week
from tests.market.runs import LEFT_ALONE, fingerprint
from tests.market.test_order_of_rows import TABLES, tables, written

STAY: dict[str, Any] = {"params.people.quit_probability": 0.0, "params.managers_time.selling": 0.0}

#: Training that teaches a lot in a few hours and costs no fee, in a market in which skill counts for much.
TRAINING = '[[change]]\nweek = 9\nset = { "policy.routines.training_hours" = 1.0 }\n'
STRONG = {
    **STAY,
    **LEFT_ALONE,
    "params.management.training_d": 0.79,
    "params.management.training_half": 5.0,
    "params.management.training_price": 0,
    "params.calls.skill_spread": 1.0,
}

#: Portfolios drawn at random, and a plan by what distributors report after half a year.
PLAN = '[[change]]\nweek = 27\npolicy = { coverage = { kind = "by_turnover", accounts_per_rep = 40, every = 520 } }\n'
RANDOM = {
    **STAY,
    "policy.coverage.kind": "portfolios",
    "params.database.history_start": 0.0,
    "params.database.coverage_start": 0.3,
    "policy.sharing_contract.kind": "paid",
    "policy.sharing_contract.payment": 100_000_000,
}


def test_a_change_that_pays_in_the_long_run_loses_first(tmp_path: Path) -> None:
    on, off = (np.cumsum(gain_by_week(tmp_path, TRAINING, 40, 4, {**given, **STRONG})) for given in (COSTS, {}))
    assert (on[:8] == 0).all()
    assert on[8] < on[12] < 0, "set-up is paid and little is learnt yet"
    assert on[-1] > 5 * -on.min() > 0, "and it was worth it"
    assert off[8:].min() > 0, "control: without costs of change it pays from its first week"
    assert (on[8:] < off[8:]).all()


def test_a_better_plan_loses_more_and_longer_for_what_it_breaks(tmp_path: Path) -> None:
    on, off = (np.cumsum(gain_by_week(tmp_path, PLAN, 66, 4, {**given, **RANDOM})) for given in (COSTS, {}))
    assert (on[:26] == 0).all()
    assert on.min() < 1.3 * off.min() < 0
    assert on.argmin() >= off.argmin(), "the bottom comes later"
    assert on[-1] < off[-1] - 100_000


def rotating(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each plan hands every portfolio to the next rep of its territory."""
    honest: Callable[[Portfolios, FirmSeen], Coverage] = Portfolios.answer

    def answer(self: Portfolios, seen: FirmSeen) -> Coverage:
        plan = honest(self, seen)
        if seen.week == 0:
            return plan
        following = np.arange(len(seen.rep_active))
        for territory in np.unique(seen.rep_territory):
            reps = np.flatnonzero(seen.rep_active & (seen.rep_territory == territory))
            following[reps] = np.roll(reps, -1)
        moved = np.where(plan.rep >= 0, following[plan.rep], -1).astype(plan.rep.dtype)
        return replace(plan, rep=moved)

    monkeypatch.setattr(Portfolios, "answer", answer)


def test_who_deals_accounts_out_every_quarter_loses_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hand-over is a loss every time, though no customer loses the same thing twice."""
    kept = {**STAY, "policy.coverage.kind": "portfolios"}
    runs: dict[str, dict[str, np.ndarray]] = {"steady": {}, "rotating": {}}
    for name, found in runs.items():
        if name == "rotating":
            rotating(monkeypatch)
        for costs, given in (("off", {}), ("on", COSTS)):
            markets = [Market("tiny", seed=s, weeks=78, overrides={**given, **kept}).run() for s in (1, 2, 3, 4)]
            found[costs] = np.array([earned(market).sum() for market in markets])
            if name == "rotating" and costs == "on":
                broken = np.array([market.state.customers.broken.max() for market in markets])
    lost = {costs: (runs["rotating"][costs] - runs["steady"][costs]).mean() for costs in ("off", "on")}
    assert lost["on"] < 2 * min(lost["off"], 0)
    assert lost["on"] < -0.03 * abs(runs["steady"]["on"].mean())
    assert broken.max() < 0.29, "never more than a rep who leaves costs at once"


def test_with_all_costs_of_change_the_order_of_rows_says_nothing(tmp_path: Path) -> None:
    # The division of before 0.5.0, in steps and steep: the plan takes accounts away from their reps.
    change = {
        **COSTS,
        "params.people.quit_probability": 0.9,
        "policy.coverage.division": "in_steps",
        "policy.coverage.elasticity": 0.31,
        "policy.coverage.least_calls": 0.2,
        "policy.coverage.least_heard": 1,
        "policy.coverage.scaling": "ratio",
    }
    given = tables()
    one = written(tmp_path / "one", given, overrides=change).run()
    assert one.results.measure("handed_over").sum() > 0
    assert one.results.measure("manager_calls").sum() > 0
    turned: dict[str, pd.DataFrame] = {name: given[name].sample(frac=1, random_state=4) for name in TABLES}
    assert fingerprint(written(tmp_path / "other", turned, overrides=change).run()) == fingerprint(one)
