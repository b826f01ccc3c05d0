"""How many replications luck in common saves: the same runs, once in pairs, once as if every policy had seeds of its own.

    deepmarket compare regional_plain status_quo deep_marketing status_quo_same_budget -n 100 --weeks 26 --out out/pairs
    python -m bench.replications out/pairs 300000 100000 50000

For every amount (in the unit in which contribution is shown) it counts the replications after which the stopping rule
of `compare --half-width` ends and those after which `select --indifference` has one policy left. Seeds are torn apart
by moving the values of policy i by i thirds of the seeds or so. Counts beyond the runs there are come from the spread.
"""

from __future__ import annotations

import sys
from math import nan

import numpy as np
import numpy.typing as npt

from analysis import read_study, replications_needed
from analysis.elimination import Elimination
from analysis.intervals import compare_pairs
from analysis.numerals import shown_unit
from analysis.ranking import signed_values
from experiments.comparison.stopping_rule import StoppingRule, Wanted, Width

Floats = npt.NDArray[np.float64]


def until_narrow(values: Floats, half_width: float) -> str:
    """Replications until the stopping rule ends; ``values`` [policies, replications], the baseline first."""
    most = values.shape[1]
    rule = StoppingRule(Wanted(half_width=half_width), budget=most)
    while not rule.ended:
        found = compare_pairs(
            np.broadcast_to(values[0, : rule.due], values[1:, : rule.due].shape), values[1:, : rule.due]
        )
        rule.look(Width(nan, float((found.high - found.low).max() / 2), rule.due))
    spread = float((values[1:] - values[0]).std(axis=1, ddof=1).max())
    return str(rule.due) if rule.reached else f"more (about {replications_needed(spread, half_width)})"


def until_one(values: Floats, indifference: float) -> str:
    """Replications until one policy is left, and runs that this takes."""
    race = Elimination([str(i) for i in range(len(values))], indifference)
    runs = 0
    for row in values.T:
        if race.best is not None:
            break
        runs += len(race.survivors)
        race.add(row)
    return f"{race.replications} ({runs} runs)" if race.best is not None else f"more ({len(race.survivors)} still in)"


def main(folder: str, *amounts: str) -> None:
    """Print the table for the comparison in ``folder``."""
    study = read_study(folder)
    cells, sign = signed_values(study, "contribution")
    together = sign * cells.values[0] / shown_unit(str(study.definitions.set_index("kpi").loc["contribution", "unit"]))
    step = together.shape[1] // len(together)
    apart = np.array([np.roll(row, i * step) for i, row in enumerate(together)])
    print("| amount | half-width: pairs | seeds apart | indifference: pairs | seeds apart |\n|---|---|---|---|---|")
    for amount in map(float, amounts):
        cells_of_row = [f"{amount:,.0f}"]
        for count in (until_narrow, until_one):
            cells_of_row += [count(together, amount), count(apart, amount)]
        print(f"| {' | '.join(cells_of_row)} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
