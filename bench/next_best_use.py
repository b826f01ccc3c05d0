"""The next best use of the same money: what the baseline would gain by spending on itself what a policy costs more.

    python -m bench.next_best_use regional_equipment status_quo deep_marketing 4

Costs of selling, marketing and information of the policy beyond those of the baseline, mean of some seeds, are spent on
more reps, on more advertising, on half of each, or kept. Uses run on the same seeds; the best one is a fair opponent
of the policy, and is printed as the sections of a policy file that extends the baseline. Sums hold for this market,
these weeks and this baseline only. With few seeds the choice among uses of equal worth is chance; `deepmarket select`
on the printed files gives a guarantee.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.market import Market
from sim.quantity import WEEKS_PER_YEAR
from sim.questions.advertising.flat import FlatBudget
from sim.questions.head_count.fixed import FixedHeadCount
from sim.scenario import Scenario

#: Reps added in the probe that shows what one more costs over the run, hiring and commissions included.
_PROBE = 6
_SPENT = ("cost_to_sell", "marketing_cost", "information_cost")


class Outcome(NamedTuple):
    """Means over seeds, minor units over the run."""

    contribution: float
    spent: float


def outcome(scenario: str, policy: str, overrides: Mapping[str, Any], seeds: int) -> Outcome:
    """Run a policy on seeds 1, 2, …"""
    found = []
    for seed in range(1, seeds + 1):
        ledger = Market(scenario, seed=seed, policy=policy, overrides=overrides).run().state.ledger
        sums = {name: float(ledger.flows(name)[:, 0].sum()) for name in ("contribution", *_SPENT)}
        found.append((sums["contribution"], sum(sums[name] for name in _SPENT)))
    return Outcome(*np.mean(found, axis=0))


def uses(base: Scenario, money: float, per_rep: float) -> dict[str, dict[str, int]]:
    """Overrides by name of the use: ``money`` and ``per_rep``, what one more rep costs, in minor units over the run."""
    heads, advertising = (base.variants_at(1, question)[0].rule for question in ("head_count", "advertising"))
    if not (isinstance(heads, FixedHeadCount) and isinstance(advertising, FlatBudget)):
        raise TypeError("the baseline must have a fixed head count and a flat advertising budget")

    def spend(on_reps: float) -> dict[str, int]:
        reps = round(on_reps * money / per_rep)
        rest = max(money - reps * per_rep, 0.0) if on_reps < 1 else 0.0
        found = {"policy.head_count.more": heads.more + reps} if reps else {}
        if rest:
            found["policy.advertising.budget"] = advertising.budget + round(rest * WEEKS_PER_YEAR / base.weeks)
        return found

    return {"more reps": spend(1.0), "more advertising": spend(0.0), "half of each": spend(0.5), "keep it": {}}


def main(scenario: str, baseline: str, policy: str, pairs: str = "4", *sets: str) -> None:
    """Print what each use brings; ``sets`` are overrides like `params.database.ledger_share=0.9` for all runs."""
    given: dict[str, Any] = dict(text.split("=", 1) for text in sets)
    seeds = int(pairs)
    base, other = (outcome(scenario, name, given, seeds) for name in (baseline, policy))
    probe = outcome(scenario, baseline, {**given, "policy.head_count.more": _PROBE}, seeds)
    money, per_rep = other.spent - base.spent, (probe.spent - base.spent) / _PROBE
    print(f"{policy} spends {money / 100:,.0f} more than {baseline}; one more rep costs {per_rep / 100:,.0f}.")
    print(f"{policy}: contribution {(other.contribution - base.contribution) / 100:+,.0f} against {baseline}.")
    if money <= 0:
        return
    gains = {}
    options = uses(Scenario.load(scenario, policy=baseline, overrides=given), money, per_rep)
    for name, overrides in options.items():
        found = outcome(scenario, baseline, given | overrides, seeds) if overrides else base
        gains[name] = found.contribution - base.contribution
        print(f"{name}: contribution {gains[name] / 100:+,.0f}, spends {(found.spent - base.spent) / 100:+,.0f}")
    best = max(gains, key=lambda name: gains[name])
    print(f"\nBest use: {best}\n" + "".join(f"{path} = {value}\n" for path, value in options[best].items()))


if __name__ == "__main__":
    main(*sys.argv[1:])
