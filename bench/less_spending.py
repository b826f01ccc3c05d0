"""What a policy loses by spending less: half its force, a sixth of it, no advertising, neither; year by year.

    python -m bench.less_spending regional_equipment status_quo 6 4

Six pairs with the same luck, four years. A force that could be dismissed without loss, for good, would mean that calls do
nothing; within a year or two a market lives on what its reps have built up (Sinha & Zoltners 2001, from memory: three
quarters and more of a year's sales come about without that year's calls).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import compare_pairs
from sim.ledger import MANUFACTURER
from sim.market import Market
from sim.quantity import WEEKS_PER_YEAR
from sim.scenario import Scenario

_YEAR = int(WEEKS_PER_YEAR)
_MILLION = 1e8  # minor units


def cuts(base: Scenario) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Overrides by name."""
    reps = base.world.sales_force.reps_per_territory
    sixth, silent = {"policy.head_count.extra": max(reps // 6, 1) - reps}, {"policy.advertising.budget": 0}
    yield "half of the force", {"policy.head_count.extra": -(reps // 2)}
    yield "a sixth of the force", sixth
    yield "no advertising", silent
    yield "a sixth of the force, no advertising", sixth | silent


def by_year(scenario: str, policy: str, overrides: Mapping[str, Any], seeds: int, years: int) -> NDArray[np.float64]:
    """Contribution of each seed and year [seeds, years], minor units."""
    found = []
    for seed in range(1, seeds + 1):
        market = Market(scenario, seed=seed, policy=policy, overrides=overrides, weeks=_YEAR * years).run()
        weekly = market.state.ledger.flows("contribution")[:, MANUFACTURER][-_YEAR * years :]
        found.append(weekly.reshape(years, _YEAR).sum(axis=1))
    return np.array(found, dtype=np.float64)


def main(scenario: str, policy: str, seeds: str = "6", years: str = "4") -> None:
    """Print what each cut changes, by year: mean and 95 % interval over seeds."""
    pairs, horizon = int(seeds), int(years)
    usual = by_year(scenario, policy, {}, pairs, horizon)
    print(f"{policy} earns a year, m: " + ", ".join(f"{value / _MILLION:.2f}" for value in usual.mean(axis=0)))
    for name, overrides in cuts(Scenario.load(scenario, policy=policy)):
        found = by_year(scenario, policy, overrides, pairs, horizon)
        paired = compare_pairs(usual.T, found.T)
        rows = zip(paired.difference / _MILLION, paired.low / _MILLION, paired.high / _MILLION, strict=True)
        print(f"{name}, m: " + ", ".join(f"{mean:+.2f} [{low:+.2f}, {high:+.2f}]" for mean, low, high in rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
