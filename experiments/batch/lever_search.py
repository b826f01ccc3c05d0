"""A search for the best trade-offs: points are asked for, run like the policies of any batch, and answered.

A search that was ended asks the same questions again, finds their runs in the ledger, and resumes where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.intervals import Floats
from analysis.pareto import non_dominated
from analysis.search import Limit, Objective
from experiments.batch.batch_folder import BatchFolder
from experiments.batch.design_file import factors_of
from experiments.batch.evaluation import Evaluation, Evaluator, limits_of, objectives_of
from experiments.batch.nsga2 import Asker
from experiments.batch.search_points import Point, SearchPlan, kept_points, write_points
from experiments.runs.backends import Backend
from experiments.runs.driver import Task
from experiments.runs.progress import Count, Progress, Tally
from experiments.runs.run import Run
from experiments.runs.work import Work, at_work
from experiments.runs.worker import simulate
from sim.errors import InputError, InputErrors


def search(
    plan: SearchPlan,
    folder: BatchFolder,
    backend: Backend,
    *,
    retry: bool = False,
    max_failures: int | None = None,
    progress: Progress | None = None,
    task: Task = simulate,
) -> tuple[SearchPlan, Tally]:
    """Search among the levers of ``plan`` (one without points), then check the front; give the plan with all points.

    First the listed policies are run, then generation by generation what NSGA-II asks for: every point in all study
    futures and replications, with the same seeds. ``retry`` tries failed runs again, after which the search may go
    another way. Raises :class:`experiments.runs.work.TooManyFailures`, KeyboardInterrupt after the runs that had
    ended are recorded, and :class:`InputErrors` when another driver is at work in the folder or when the search no
    longer asks what it asked there.
    """
    content = plan.design.content
    assert content.optimise is not None and content.levers is not None
    wanted, levers = content.optimise, factors_of(content.levers.factors)
    towards = _towards(plan.count, progress)
    with at_work(
        folder, backend, timeout=content.timeout, max_failures=max_failures, progress=towards, task=task
    ) as work:
        if retry:
            # All at once: where the search goes another way, points that it asks for no more must not stay failed.
            work.ledger.forget_failed(failure.identity for failure in folder.failures())
        desk = _Desk(plan, work, folder, [] if retry else kept_points(folder)[0])
        desk.run(desk.plan.listed)
        asker = Asker(
            levers, len(desk.objectives), len(desk.limits), wanted.population, wanted.generations, wanted.seed
        )
        for generation in range(1, wanted.generations + 1):
            genes = asker.ask()
            if not len(genes):
                work.tally.notes.append(
                    f"the search ended after {generation - 1} of {wanted.generations} generations: it finds no levers "
                    "that it has not tried"
                )
                break
            points = desk.ask(desk.plan.named(generation, genes))
            asker.tell(*desk.answers(points))
        desk.check()
    return desk.plan, work.tally


def _towards(most: int, progress: Progress | None) -> Progress:
    """Progress against all runs that the search may need, not those of the present generation."""
    tell = progress or (lambda count: None)
    return lambda count: tell(Count(count.ended, max(count.planned, most), count.failed, count.reused))


@dataclass
class _Desk:
    """Where points become runs and runs become answers."""

    plan: SearchPlan
    work: Work
    folder: BatchFolder
    before: Sequence[Point]

    def __post_init__(self) -> None:
        self.objectives: tuple[Objective, ...] = objectives_of(self.plan.design, self.plan.currency)
        self.limits: tuple[Limit, ...] = limits_of(self.plan.design, self.plan.currency)
        kpis = [item.kpi for item in self.objectives] + [item.kpi for item in self.limits]
        self.evaluator = Evaluator([self.work.ledger], kpis, self.limits)
        self.evaluations: dict[str, Evaluation] = {}
        self.scales: Floats | None = None

    def run(self, names: Sequence[str]) -> None:
        """Do the runs of these policies or points, and sum them up."""
        self.work.do(self.plan.searching(names))
        failures = {failure.identity: failure for failure in self.folder.failures()}
        runs: dict[str, list[Run]] = {name: [] for name in names}
        for run in self.plan.searching(names):
            runs[run.policy].append(run)
        for name in names:
            found = self.evaluator.evaluate(runs[name], failures)
            assert found is not None, "all runs of a walk are done or failed"
            self.evaluations[name] = found

    def ask(self, points: list[Point]) -> list[Point]:
        """Keep the points, then run those that can be loaded."""
        first = len(self.plan.points)
        self.plan = self.plan.with_points(points)
        found = list(self.plan.points[first:])
        self._same_as_before(found, first)
        if len(self.plan.points) > len(self.before):
            write_points(self.plan, self.folder)
        for point in found:
            if point.error:
                self.evaluations[point.name] = Evaluation({}, {}, point.error)
        self.run([point.name for point in found if not point.error])
        return found

    def _same_as_before(self, points: list[Point], first: int) -> None:
        for point, known in zip(points, self.before[first:], strict=False):
            if point != known:
                problem = f"{point.name} is no longer what the search asked for here"
                expected = "the same versions of pymoo and numpy, and files that stay as they are"
                remedy = "start the search in another folder with --out"
                raise InputErrors([InputError(str(self.folder.path), problem, expected, remedy)])

    def answers(self, points: list[Point]) -> tuple[Floats, Floats, Floats]:
        """Costs [points, objectives], excess over limits [points, limits] and whether each failed [points]."""
        found = [self.evaluations[point.name] for point in points]
        costs = np.array([[-item.direction * e.means.get(item.kpi, np.nan) for item in self.objectives] for e in found])
        excess = np.array(
            [[float(item.shortfall(e.means.get(item.kpi, np.nan))) for item in self.limits] for e in found]
        )
        if self.scales is None:
            self.scales = self._ranges()
        return (
            costs,
            excess.reshape(len(found), len(self.limits)) / self.scales,
            np.array([bool(e.error) for e in found]),
        )

    def _ranges(self) -> Floats:
        """By limit, what a shortfall is measured against: the KPI's range over listed policies and the first
        generation (the bound's own size, or 1, where it has none), which does not change later."""
        scales = []
        for limit in self.limits:
            values = [e.means[limit.kpi] for e in self.evaluations.values() if not e.error]
            wide = float(np.ptp(values)) if values else 0.0
            scales.append(wide or abs(limit.bound) or 1.0)
        return np.array(scales)

    def check(self) -> None:
        """Run the feasible points that no other beats again, where nothing was chosen by."""
        self.plan = replace(self.plan, checked=self._front())
        write_points(self.plan, self.folder)
        self.work.do(self.plan.checking())

    def _front(self) -> tuple[str, ...]:
        """Points of the search on the front, the listed policies counted in."""
        names = [name for name, found in self.evaluations.items() if not found.error and self._kept(found)]
        if not names:
            return ()
        values = [[self.evaluations[name].means[item.kpi] for item in self.objectives] for name in names]
        front = non_dominated(values, [item.direction for item in self.objectives])
        return tuple(name for name, best in zip(names, front, strict=True) if best and name in self.plan.asked)

    def _kept(self, found: Evaluation) -> bool:
        return all(float(limit.shortfall(found.means[limit.kpi])) == 0 for limit in self.limits)
