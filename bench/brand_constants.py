"""Intercepts of offers at which a market rests at the shares of users that its scenario begins with.

    python -m bench.brand_constants regional_equipment [rounds] [seeds]

Constants of alternatives are calibrated to observed shares as is usual for choice models (Train 2009, section 8.2; the step
is the contraction of Berry, Levinsohn & Pakes 1995): a brand's constant in a category moves by ln(share of users at the
start / share of purchases after years), until the market stays where it is said to be. Everybody lives under the baseline,
so that no policy that is tried later has a part in it. Prints the intercepts after every round.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from experiments.runs.worker import load
from sim import Market

#: Weeks of a run, and the first of those in which purchases are counted: habits and relationships have followed by then.
WEEKS, FROM = 312, 208
BASELINE = "status_quo"


def targets(scenario: str) -> dict[str, float]:
    """Share of users of each brand among the users of all."""
    world = load(scenario, BASELINE, {}).world
    users = {brand.name: brand.users_at_start for brand in world.brands}
    return {name: share / sum(users.values()) for name, share in users.items()}


def shares(scenario: str, intercepts: dict[str, float], seed: int) -> dict[tuple[str, str], float]:
    """Of the purchases of a category those of each brand, by (category, brand)."""
    overrides = {f"offer.{name}.intercept": value for name, value in intercepts.items()}
    market = Market(load(scenario, BASELINE, {"warm_up.weeks": 0, **overrides}, WEEKS), seed).run()
    orders = market.results.measure("orders")[FROM:].sum(axis=(0, 1, 2))
    world = market.state.layout
    found: dict[tuple[str, str], float] = {}
    for j, offer in enumerate(world.offers):
        key = (offer.category, offer.brand)
        found[key] = found.get(key, 0.0) + float(orders[j])
    total = {
        category.name: sum(v for (c, _), v in found.items() if c == category.name) for category in world.categories
    }
    return {key: value / total[key[0]] for key, value in found.items()}


def main(scenario: str, rounds: int = 8, seeds: int = 2) -> None:
    """Move constants ``rounds`` times, by the mean over ``seeds`` runs."""
    world, wanted = load(scenario, BASELINE, {}).world, targets(scenario)
    intercepts = {offer.name: offer.intercept for offer in world.offers}
    with ProcessPoolExecutor() as pool:
        for number in range(1, rounds + 1):
            runs = list(pool.map(shares, [scenario] * seeds, [intercepts] * seeds, range(101, 101 + seeds)))
            mean = {key: float(np.mean([run[key] for run in runs])) for key in runs[0]}
            print(f"round {number}:", {f"{c}.{b}": f"{value:.3f} of {wanted[b]:.3f}" for (c, b), value in mean.items()})
            step = {key: float(np.log(wanted[key[1]] / max(value, 1e-3))) for key, value in mean.items()}
            for category in world.categories:
                brands = [key for key in step if key[0] == category.name]
                middle = float(np.mean([step[key] for key in brands]))
                for offer in world.offers:
                    if offer.category == category.name:
                        # Habit carries a constant further than one purchase: half steps do not swing.
                        intercepts[offer.name] += 0.5 * (step[category.name, offer.brand] - middle)
            print({name: round(value, 3) for name, value in intercepts.items()}, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *(int(number) for number in sys.argv[2:]))
