"""Comparing policies: paired replications under the same draws, until there are enough, then the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.assembly import assemble_study, complete_seeds
from experiments.backends import parse_backend
from experiments.driver import Driver, Task
from experiments.outcome import Outcome
from experiments.outside import door
from experiments.ownership import Asked, claim
from experiments.planning import Plan, plan_comparison, unknown_kpis
from experiments.runs import Done, Failed, Job, quoted
from experiments.simulate import simulate
from experiments.stopping import BUDGET, DECIDING, StoppingRule, Wanted, stopping_note, width_of
from experiments.store import Store, open_folder
from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    import pandas as pd

REPLICATIONS = 20


class RunsFailed(RuntimeError):
    """No replication ended well for every policy; ``failures`` says what happened."""

    def __init__(self, failures: Sequence[Failed]) -> None:
        self.failures = tuple(failures)
        first = f"; the first: {self.failures[0].line()}" if self.failures else ""
        super().__init__(f"no replication ended well for every policy{first}")


@dataclass(frozen=True)
class Count:
    """Where a comparison stands: runs that ended (done before, now, or failed) of those planned so far."""

    ended: int
    planned: int
    failed: int
    reused: int


Progress = Callable[[Count], None]


@door
def compare(
    scenario: str | Path,
    policies: Sequence[str],
    *,
    replications: int = REPLICATIONS,
    seed: int | None = None,
    weeks: int | None = None,
    workers: int | None = None,
    backend: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    out: Path | str | None = None,
    progress: Progress | None = None,
    precision: float | None = None,
    half_width: float | None = None,
    kpi: str = DECIDING,
    budget: int = BUDGET,
    task: Task = simulate,
    pages: bool = True,
    replace: bool = False,
) -> Outcome:
    """Compare policies on one scenario; the first is the baseline, replication r has seed ``seed`` + r for all.

    ``policies`` are names or files; "as_written" stands for what the scenario itself holds. ``seed``
    defaults to the scenario's, ``workers`` to the number of cores (1: in this process). ``backend`` says where runs
    are done, as :func:`experiments.backends.parse_backend` has it (default: local processes). With ``out`` every
    run is kept there as it ends, runs found there are not repeated, and tables, figures and report are
    written at the end (none of these without ``pages``); a folder of another study is refused, unless ``replace`` says
    that it may go. With ``precision`` (0.01 is ±1 % of the baseline's mean) or
    ``half_width`` (in the unit in which ``kpi`` is shown: currency, not minor units) batches are added after
    ``replications`` (at least 20) until every policy's interval of ``kpi`` is that narrow at two looks in a row or
    ``budget`` replications are done; see :mod:`experiments.stopping`. ``task`` replaces the simulation.

    Raises :class:`sim.errors.InputErrors` for mistakes in what was given, before anything runs, and
    :class:`RunsFailed` when no pair is left, :class:`experiments.backends.BackendLost` when a cluster goes away.
    """
    _check(replications, workers, precision, half_width, kpi, budget)
    fixed = precision is None and half_width is None
    most = replications if fixed else budget
    plan = plan_comparison(str(scenario), policies, seed=seed, weeks=weeks, overrides=overrides, most=most)
    asked = Asked.of("compare", scenario, policies, seed, weeks, overrides)
    if out is not None and pages:
        claim(Path(out), asked, replace=replace)
    folder = None if out is None else open_folder(Path(out))
    comparison = _Comparison(plan, None if folder is None else Store(folder), progress)
    rule = None if fixed else StoppingRule(Wanted(precision, half_width, kpi), replications, budget)
    top = replications if rule is None else rule.budget
    notes = list(plan.warnings)
    with Driver(parse_backend(backend, workers, top * len(plan.arms)), task) as driver:
        if rule is None:
            comparison.extend(driver, 0, replications)
        else:
            notes.append(comparison.extend_until(driver, rule))
    notes += comparison.store.notes if comparison.store is not None else []
    command = _command(plan, replications, rule)
    if not complete_seeds(plan, comparison.done):
        raise RunsFailed(comparison.failed)
    outcome = Outcome(
        assemble_study(plan, comparison.done, comparison.failed, command, notes),
        tuple(comparison.failed),
        folder,
        comparison.reused,
        None if rule is None else rule.reached,
        {f"scenario_{_file_name(arm.label)}.toml": arm.scenario.to_toml() for arm in plan.arms},
        asked,
    )
    if folder is not None and pages:
        outcome.save(folder, replace=replace)
    return outcome


class _Comparison:
    """A comparison under way: what has ended, and who is told."""

    def __init__(self, plan: Plan, store: Store | None, progress: Progress | None) -> None:
        self.plan, self.store, self.progress = plan, store, progress
        self.done: list[Done] = []
        self.failed: list[Failed] = []
        self.reused = self.planned = 0

    def extend(self, driver: Driver, first: int, last: int) -> None:
        """Do replications ``first`` to ``last`` − 1, but for those that the store holds."""
        jobs = self.plan.jobs(first, last)
        self.planned += len(jobs)
        left = [job for job in jobs if not self._find(job)]
        self._tell()
        for result in driver.run(left):
            if isinstance(result, Failed):
                self.failed.append(result)
            else:
                self.done.append(result)
                if self.store is not None:
                    self.store.put(result)
            self._tell()

    def _find(self, job: Job) -> bool:
        found = None if self.store is None else self.store.get(job)
        if found is None:
            return False
        self.done.append(found)
        self.reused += 1
        return True

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(Count(len(self.done) + len(self.failed), self.planned, len(self.failed), self.reused))

    def extend_until(self, driver: Driver, rule: StoppingRule) -> str:
        """Do replications until ``rule`` ends; say when and why it did."""
        ended = 0
        while not rule.ended:
            self.extend(driver, ended, rule.due)
            ended = rule.due
            table = self._table()
            width = width_of(table, rule.wanted.kpi)
            rule.look(width)
        return stopping_note(rule, width, table, self.plan.baseline.scenario.world.currency)

    def _table(self) -> pd.DataFrame:
        """The comparison of what has ended."""
        from analysis.paired import compare_policies

        if not complete_seeds(self.plan, self.done):
            raise RunsFailed(self.failed)
        return compare_policies(assemble_study(self.plan, self.done, self.failed, ""))


def _check(
    replications: int,
    workers: int | None,
    precision: float | None,
    half_width: float | None,
    kpi: str,
    budget: int,
) -> None:
    """All settings at once. Raises :class:`InputErrors`."""
    mistakes = unknown_kpis("--kpi", [kpi])
    for name, value, least in (("--replications", replications, 1), ("--workers", workers, 1), ("--budget", budget, 1)):
        if value is not None and value < least:
            mistakes.append(InputError(name, f"found {value}", f"a whole number of at least {least}"))
    if (precision is not None or half_width is not None) and 1 <= budget < replications:
        problem, remedy = (
            f"found {budget}, fewer than --replications {replications}",
            "raise it, or lower --replications",
        )
        mistakes.append(InputError("--budget", problem, f"a whole number of at least {replications}", remedy))
    if precision is not None and half_width is not None:
        expected = "--precision (relative to the baseline's mean) or --half-width (in the key figure's unit)"
        mistakes.append(InputError("--half-width", "stands beside --precision", expected, "leave one of them out"))
    if precision is not None and not 0.0 < precision < 1.0:
        expected = "a share of the baseline's mean between 0 and 1, such as 0.01 for ±1 %"
        mistakes.append(InputError("--precision", f"found {precision}", expected))
    if half_width is not None and not 0.0 < half_width < inf:
        expected = "a number above 0 in the unit in which the key figure is shown, such as 100000 for ±EUR 100 k"
        mistakes.append(InputError("--half-width", f"found {half_width}", expected))
    if mistakes:
        raise InputErrors(mistakes)


def _command(plan: Plan, replications: int, rule: StoppingRule | None) -> str:
    """The shell line that makes this comparison again."""
    parts = ["deepmarket compare", quoted(plan.scenario), *(quoted(arm.policy) for arm in plan.arms)]
    parts.append(f"--replications {replications} --seed {plan.seed}")
    if rule is not None:
        wanted = rule.wanted
        parts.append(
            f"--precision {wanted.precision:g}" if wanted.precision is not None else f"--half-width {wanted.half_width}"
        )
        parts += [f"--budget {rule.budget}", *([f"--kpi {wanted.kpi}"] if wanted.kpi != DECIDING else [])]
    return " ".join([*parts, *plan.settings])


def _file_name(label: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in label)
