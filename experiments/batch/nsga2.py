"""Asking for points and telling what became of them: NSGA-II of pymoo in the unit cube, without touching any market.

NSGA-II (Deb et al. 2002) with Deb's rule for limits: a feasible point is better than an infeasible one, and of two
infeasible ones that with the smaller sum of shortfalls. It starts from a Latin hypercube. All its draws come from one
generator of the search's seed: the same answers bring the same questions, which is what a resumed search lives on.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.config import Config
from pymoo.core.evaluator import Evaluator
from pymoo.core.problem import Problem
from pymoo.operators.sampling.lhs import LHS
from pymoo.problems.static import StaticProblem

from analysis.factor import Factor, Value
from experiments.batch.unit_cube import Shares

# pymoo would print a hint to standard output where it has no compiled modules; output is the user's.
Config.warnings["not_compiled"] = False


def decode(levers: Sequence[Factor], genes: npt.ArrayLike) -> tuple[Value, ...]:
    """Values of the levers at one point [levers] of the unit cube."""
    return tuple(lever.at(share)[0] for lever, share in zip(levers, np.asarray(genes), strict=True))


class Asker:
    """Asks for points of the unit cube, generation by generation; :meth:`tell` must answer each :meth:`ask`.

    No two points that it asks for have the same values of levers.
    """

    def __init__(
        self, levers: Sequence[Factor], objectives: int, limits: int, population: int, generations: int, seed: int
    ) -> None:
        problem = Problem(n_var=len(levers), n_obj=objectives, n_ieq_constr=limits + 1, xl=0.0, xu=1.0)
        known = _Known(lambda genes: decode(levers, genes))
        self._algorithm: Any = NSGA2(pop_size=population, sampling=LHS(), eliminate_duplicates=known, seed=seed)
        self._algorithm.setup(problem, termination=("n_gen", generations), verbose=False)
        self._asked: Any = None
        self._known = known

    def ask(self) -> Shares:
        """The next points [points, levers]; none when generations are over or no other point is left to ask for."""
        if not self._algorithm.has_next():
            return np.empty((0, self._algorithm.problem.n_var))
        self._asked = self._algorithm.ask()
        if self._asked is None or not len(self._asked):
            return np.empty((0, self._algorithm.problem.n_var))
        genes = np.clip(np.asarray(self._asked.get("X"), dtype=np.float64), 0.0, 1.0)
        self._known.learn(genes)
        return genes

    def tell(self, costs: npt.ArrayLike, excess: npt.ArrayLike, failed: npt.ArrayLike) -> None:
        """Answer the last :meth:`ask`: ``costs`` [points, objectives] (less is better), ``excess`` [points, limits].

        ``excess`` is how far each point is beyond each limit, on scales that can be added, 0 where it is kept.
        ``failed`` [points] have no numbers: they are worse than any point that has.
        """
        lost = np.asarray(failed, dtype=np.bool_)
        worse = np.where(lost[:, None], 0.0, np.asarray(costs, dtype=np.float64))
        beyond = np.where(lost[:, None], 0.0, np.asarray(excess, dtype=np.float64).reshape(len(lost), -1))
        # More than any sum of shortfalls of points with numbers.
        worst = 1.0 + float(beyond.sum(axis=1).max(initial=0.0)) * 1e3 + 1e12
        limits = np.column_stack([beyond, np.where(lost, worst, 0.0)])
        Evaluator().eval(StaticProblem(self._algorithm.problem, F=worse, G=limits), self._asked)
        self._algorithm.tell(self._asked)


class _Known:
    """Keeps points out whose levers have the values of a point that was asked for, in this generation or before."""

    def __init__(self, key: Callable[[Shares], Hashable]) -> None:
        self.key = key
        self.known: set[Hashable] = set()

    def learn(self, genes: Shares) -> None:
        """Remember points [points, levers]."""
        self.known |= {self.key(point) for point in genes}

    def do(self, points: Any, *others: Any, **_: Any) -> Any:
        """Of ``points`` those that are new, each once; called by pymoo with what it would not have again."""
        taken = self.known | {self.key(point.X) for other in others for point in other}
        kept = []
        for place, point in enumerate(points):
            key = self.key(point.X)
            if key not in taken:
                taken.add(key)
                kept.append(place)
        return points[kept]
