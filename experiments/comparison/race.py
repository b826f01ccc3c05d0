"""Selecting the best of several policies: replications under the same draws of those that are still in the race.

The procedure is :class:`analysis.elimination.Elimination`. It looks at replications one after another, each once it is
complete for all policies still in, so that the order in which runs end changes nothing. Workers never wait for it:
runs of the next replications go ahead meanwhile, and those of policies that drop out are kept but not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf, isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.comparison.arms import ComparisonPlan, plan_comparison, unknown_kpis
from experiments.comparison.race_outcome import Question, Selection, failure_notes, leader_of, standings
from experiments.comparison.stopping_rule import DECIDING
from experiments.outside import door
from experiments.ownership import Asked, claim, settled
from experiments.runs.backends import parse_backend
from experiments.runs.bundles import Bundle, make_bundles
from experiments.runs.driver import Task
from experiments.runs.progress import Count, Progress
from experiments.runs.result import Done, Failed, Result, RunsFailed
from experiments.runs.run import Run, quoted
from experiments.runs.run_folder import RunFolder
from experiments.runs.work import Work, at_work
from experiments.runs.worker import simulate
from experiments.whole_files import open_folder
from sim.errors import InputError, InputErrors
from sim.text import write_csv

if TYPE_CHECKING:
    from analysis.elimination import Elimination
    from analysis.intervals import Floats

#: Replications of all policies before any may drop out (that of :mod:`analysis.elimination`).
FIRST = 10
#: Replications after which a selection ends even if more than one policy is left.
BUDGET = 500


@door
def select_best(
    scenario: str | Path,
    policies: Sequence[str],
    *,
    indifference: float,
    confidence: float = 0.95,
    kpi: str = DECIDING,
    first: int = FIRST,
    budget: int = BUDGET,
    seed: int | None = None,
    weeks: int | None = None,
    workers: int | None = None,
    backend: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    out: Path | str | None = None,
    replace: bool = False,
    progress: Progress | None = None,
    task: Task = simulate,
) -> Selection:
    """Replicate ``policies`` side by side, drop those that fall behind on ``kpi``, until one is left or ``budget`` ends.

    ``indifference`` is the smallest difference that matters, in the unit in which ``kpi`` is shown (currency, not
    minor units; %). If one policy is better than all others by at least that much, it is selected with a probability
    of at least ``confidence``, provided that KPIs are about normal. All policies do ``first`` replications;
    replication r has seed ``seed`` + r for all. With ``out`` runs are kept there as they end and found again, and
    selection.csv is written. Raises :class:`sim.errors.InputErrors` for input errors,
    :class:`experiments.RunsFailed` when no replication ended well for every policy, and
    :class:`analysis.StudyError` when ``kpi`` has no value in a run.
    """
    _check(len(policies), indifference, confidence, kpi, first, budget, workers)
    plan = plan_comparison(str(scenario), policies, seed=seed, weeks=weeks, overrides=overrides, most=budget)
    further = {"kpi": kpi, "indifference": indifference, "confidence": confidence}
    given = Asked.of("select", scenario, policies, seed, weeks, overrides, **further)
    if out is not None:
        claim(Path(out), given, replace=replace)
    folder = None if out is None else open_folder(Path(out))
    asked = _question(plan, kpi, indifference, confidence, first, budget)
    kept = None if folder is None else RunFolder(folder, renews=True)
    with at_work(kept, parse_backend(backend, workers, budget * len(plan.arms)), retry=True, task=task) as work:
        race = _Race(plan, asked, work, progress)
        for result in work.carry_out(race.runs()):
            race.take(result)
    found = race.selection(folder)
    if folder is not None:
        with settled(folder, given) as part:
            write_csv(found.table, part / "selection.csv")
    return found


class _Race:
    """A selection under way: values that came in, and the procedure that takes them in by replication."""

    def __init__(self, plan: ComparisonPlan, asked: Question, work: Work, progress: Progress | None) -> None:
        self.plan, self.asked, self.work, self.progress = plan, asked, work, progress
        self.elimination: Elimination | None = None
        self.values: dict[tuple[str, int], float] = {}
        self.failed: dict[tuple[str, int], Failed] = {}
        self.counted: list[int] = []
        self.tried = self.reused = 0
        self.label = self.unit = self.direction = ""

    @property
    def alive(self) -> tuple[str, ...]:
        """Policies still in the race."""
        return tuple(self.asked.titles) if self.elimination is None else self.elimination.survivors

    def runs(self) -> Iterator[Bundle]:
        """Runs in the order in which they are needed, drawn one by one, so that a policy that is out gets no more.

        Where policies share a past, those of a replication are drawn together.
        """
        for r in range(self.asked.budget):
            together: list[Run] = []
            for arm in self.plan.arms:
                if len(self.alive) == 1:
                    return
                if arm.label not in self.alive:
                    continue
                run = self.plan.run(arm, self.plan.seed + r)
                found = self.work.find(run)
                if found is not None:
                    self.reused += 1
                    self._enter(found)
                elif run.base.past is None:
                    yield (run,)
                else:
                    together.append(run)
            yield from make_bundles(together)

    def take(self, result: Result) -> None:
        """A run that was done now."""
        if isinstance(result, Failed):
            self.failed[result.job.policy, result.job.seed] = result
            self._advance()
        else:
            self._enter(result)

    def _enter(self, done: Done) -> None:
        if self.elimination is None:
            self._begin(done)
        self.values[done.job.policy, done.job.seed] = done.output.kpis().get(self.asked.kpi, nan)
        self._advance()

    def _begin(self, done: Done) -> None:
        """The first run says in which unit the KPI is, and with it what the indifference means."""
        from analysis.elimination import Elimination
        from analysis.errors import StudyError
        from analysis.numerals import shown_unit

        facts = done.output.table("kpis").set_index("kpi")
        if self.asked.kpi not in facts.index:
            raise StudyError(f"KPI '{self.asked.kpi}'", "no run reports it", "Choose a KPI that the runs report.")
        self.label, self.unit, self.direction = (
            str(facts.loc[self.asked.kpi, c]) for c in ("label", "unit", "direction")
        )
        step = self.asked.indifference * shown_unit(self.unit)
        self.elimination = Elimination(tuple(self.asked.titles), step, self.asked.confidence, self.asked.first)

    def _advance(self) -> None:
        """Let the procedure look at every replication that is complete for all policies still in, in order."""
        while self.elimination is not None and self.elimination.best is None and self.tried < self.asked.budget:
            seed = self.plan.seed + self.tried
            cells = [(label, seed) for label in self.alive]
            if not all(cell in self.values or cell in self.failed for cell in cells):
                break
            if not any(cell in self.failed for cell in cells):
                self._count(seed)
            self.tried += 1
        if self.progress is not None:
            ended = len(self.values) + len(self.failed)
            self.progress(Count(ended, ended + self._left(), len(self.failed), self.reused))

    def _count(self, seed: int) -> None:
        """One more replication for the procedure."""
        from analysis.errors import StudyError

        assert self.elimination is not None
        row = [self.values.get((label, seed), nan) for label in self.asked.titles]
        without = [
            p for p, value in zip(self.asked.titles, row, strict=True) if p in self.alive and not isfinite(value)
        ]
        if without:
            wording = f"no value in the run of {without[0]} with seed {seed}"
            raise StudyError(f"KPI '{self.asked.kpi}'", wording, "Select by a KPI that has a value in every run.")
        self.elimination.add([self.sign * value for value in row])
        self.counted.append(seed)

    @property
    def sign(self) -> float:
        """−1 where less is better."""
        return -1.0 if self.direction == "down" else 1.0

    def _left(self) -> int:
        """Runs that are still to be done at most, as far as the procedure knows."""
        if len(self.alive) == 1:
            return 0
        bound = self.elimination.most if self.elimination is not None else inf
        top = self.asked.first if bound == inf else min(self.asked.budget, int(bound))
        seeds = range(self.plan.seed + self.tried, self.plan.seed + top)
        return sum((p, s) not in self.values and (p, s) not in self.failed for s in seeds for p in self.alive)

    def selection(self, folder: Path | None) -> Selection:
        """What was found. Raises RunsFailed when no replication is complete."""
        failed = tuple(self.failed.values())
        if self.elimination is None or not self.counted:
            raise RunsFailed(failed)
        values = {policy: self._counted(policy) for policy in self.asked.titles}
        table = standings(self.elimination, values, self.asked.titles, self.sign)
        if self.asked.upper_bounds:
            table["upper_bound"] = table["policy"].isin(self.asked.upper_bounds)
        return Selection(
            question=self.asked,
            best=self.elimination.best,
            survivors=self.elimination.survivors,
            leader=leader_of(table),
            table=table,
            label=self.label,
            unit=self.unit,
            direction=self.direction,
            replications=self.elimination.replications,
            runs=len(self.values),
            reused=self.reused,
            failures=failed,
            folder=folder,
            notes=(*self.plan.warnings, *failure_notes(failed), *self.work.tally.notes),
        )

    def _counted(self, policy: str) -> Floats:
        """Values of ``policy`` in the replications that the procedure looked at while it was in."""
        import numpy as np

        assert self.elimination is not None
        fall = self.elimination.why(policy)
        seeds = self.counted if fall is None else self.counted[: fall.replication]
        return np.array([self.values[policy, seed] for seed in seeds])


def _question(
    plan: ComparisonPlan, kpi: str, indifference: float, confidence: float, first: int, budget: int
) -> Question:
    parts = ["deepmarket select", quoted(plan.scenario), *(quoted(arm.policy) for arm in plan.arms)]
    parts += [f"--indifference {indifference} --confidence {confidence} --first {first} --budget {budget}"]
    parts += [*([f"--kpi {kpi}"] if kpi != DECIDING else []), f"--seed {plan.seed}", *plan.settings]
    world = plan.baseline.scenario
    return Question(
        scenario=plan.scenario,
        weeks=world.weeks,
        seed=plan.seed,
        currency=world.world.currency,
        titles={arm.label: arm.title for arm in plan.arms},
        kpi=kpi,
        indifference=indifference,
        confidence=confidence,
        first=first,
        budget=budget,
        command=" ".join(parts),
        upper_bounds=tuple(arm.label for arm in plan.arms if arm.scenario.oracles),
    )


def _check(
    policies: int, indifference: float, confidence: float, kpi: str, first: int, budget: int, workers: int | None
) -> None:
    """All settings at once. Raises :class:`InputErrors`."""
    from sim.scoring.kpis import KPIS

    mistakes = unknown_kpis("--kpi", [kpi])
    if any(known.name == kpi and known.direction == "none" for known in KPIS):
        expected = "a KPI of which more or less is better"
        mistakes.append(InputError(f"--kpi {kpi}", "neither more nor less of it is better", expected))
    if not 0.0 < indifference < inf:
        expected = "a number above 0 in the unit in which the KPI is shown, such as 100000 for EUR 100 k"
        mistakes.append(InputError("--indifference", f"found {indifference}", expected))
    least = 1 / max(policies, 2)
    if not least < confidence < 1.0:
        expected = f"a probability above {least:.2g} (a blind guess) and below 1, such as 0.95"
        mistakes.append(InputError("--confidence", f"found {confidence}", expected))
    if first < 2:
        mistakes.append(InputError("--first", f"found {first}", "a whole number of at least 2, better 10"))
    if budget < max(first, 2):
        expected = f"a whole number of at least {max(first, 2)}, the replications of the first stage"
        mistakes.append(InputError("--budget", f"found {budget}", expected, "raise it, or lower --first"))
    if workers is not None and workers < 1:
        mistakes.append(InputError("--workers", f"found {workers}", "a whole number of at least 1"))
    if mistakes:
        raise InputErrors(mistakes)
