"""Comparing policies: paired replications under the same draws, until there are enough, then the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

from experiments.comparison.arms import ComparisonPlan, plan_comparison, unknown_kpis
from experiments.comparison.assembly import assemble_kpis, assemble_study, complete_pairs
from experiments.comparison.outcome import Outcome
from experiments.comparison.so_far import Interim, SoFar
from experiments.comparison.stopping_rule import BUDGET, DECIDING, StoppingRule, Wanted, stopping_note, width_of
from experiments.outside import door
from experiments.ownership import Asked, claim
from experiments.runs.backends import parse_backend
from experiments.runs.driver import Task
from experiments.runs.progress import Progress
from experiments.runs.result import Done
from experiments.runs.run import Run, quoted
from experiments.runs.run_folder import RunFolder
from experiments.runs.work import Work, at_work
from experiments.runs.worker import simulate
from experiments.whole_files import open_folder
from sim.errors import InputError, InputErrors

REPLICATIONS = 20


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
    watch: Callable[[Interim], None] | None = None,
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
    are done, as :func:`experiments.runs.backends.parse_backend` has it (default: local processes). With ``out`` every
    run is kept there as it ends, runs found there are not repeated, and tables, figures and report are
    written at the end (none of these without ``pages``); a folder of another study is refused, unless ``replace`` says
    that it may go. With ``precision`` (0.01 is ±1 % of the baseline's mean) or
    ``half_width`` (in the unit in which ``kpi`` is shown: currency, not minor units) batches are added after
    ``replications`` (at least 20) until every policy's interval of ``kpi`` is that narrow at two looks in a row or
    ``budget`` replications are done; see :mod:`experiments.comparison.stopping_rule`. ``watch`` is shown what the pairs so
    far say, as they come in. ``task`` replaces the simulation.

    Raises :class:`sim.errors.InputErrors` for input errors, before anything runs, and
    :class:`experiments.RunsFailed` when no pair is left, :class:`experiments.runs.backends.BackendLost` when a cluster goes away.
    """
    _check(replications, workers, precision, half_width, kpi, budget)
    fixed = precision is None and half_width is None
    most = replications if fixed else budget
    plan = plan_comparison(str(scenario), policies, seed=seed, weeks=weeks, overrides=overrides, most=most)
    asked = Asked.of("compare", scenario, policies, seed, weeks, overrides)
    if out is not None and pages:
        claim(Path(out), asked, replace=replace)
    folder = None if out is None else RunFolder(open_folder(Path(out)), renews=True)
    rule = None if fixed else StoppingRule(Wanted(precision, half_width, kpi), replications, budget)
    top = replications if rule is None else rule.budget
    notes = list(plan.warnings)
    where = parse_backend(backend, workers, top * len(plan.arms))
    with at_work(folder, where, retry=True, progress=progress, task=task) as work:
        comparison = _Comparison(plan, work, None if watch is None else SoFar(plan, watch))
        if rule is None:
            comparison.extend(0, replications)
        else:
            notes.append(comparison.extend_until(rule))
        done, failed, tally = comparison.pairs(), tuple(work.failed), work.tally
    study = assemble_study(plan, done, failed, _command(plan, replications, rule), [*notes, *tally.notes])
    files = {f"scenario_{_file_name(arm.label)}.toml": arm.scenario.to_toml() for arm in plan.arms}
    reached, path = None if rule is None else rule.reached, None if folder is None else folder.path
    outcome = Outcome(study, failed, path, tally.reused, reached, files, asked)
    if path is not None and pages:
        outcome.save(path, replace=replace)
    return outcome


class _Comparison:
    """A comparison under way: the runs asked for so far, done and kept by ``work``."""

    def __init__(self, plan: ComparisonPlan, work: Work, so_far: SoFar | None = None) -> None:
        self.plan, self.work, self.so_far = plan, work, so_far
        self.runs: list[Run] = []

    def extend(self, first: int, last: int) -> None:
        """Do replications ``first`` to ``last`` − 1, except those that are done."""
        runs = self.plan.runs(first, last)
        self.runs += runs
        if self.so_far is None:
            self.work.do(runs)
            return
        self.so_far.expect(last, self.work.results(runs))
        self.work.do(runs, self.so_far.take)

    def extend_until(self, rule: StoppingRule) -> str:
        """Do replications until ``rule`` ends; say when and why it did."""
        from analysis.paired import compare_policies

        ended = 0
        while not rule.ended:
            self.extend(ended, rule.due)
            ended = rule.due
            table = compare_policies(assemble_kpis(self.plan, self.pairs()))
            width = width_of(table, rule.wanted.kpi)
            rule.look(width)
        return stopping_note(rule, width, table, self.plan.baseline.scenario.world.currency)

    def pairs(self) -> list[Done]:
        """Runs of all complete replications. Raises :class:`RunsFailed` when there is none."""
        return complete_pairs(self.plan, self.work.results(self.runs), self.work.failed)


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
        expected = "--precision (relative to the baseline's mean) or --half-width (in the KPI's unit)"
        mistakes.append(InputError("--half-width", "cannot be combined with --precision", expected, "use one of them"))
    if precision is not None and not 0.0 < precision < 1.0:
        expected = "a share of the baseline's mean between 0 and 1, such as 0.01 for ±1 %"
        mistakes.append(InputError("--precision", f"found {precision}", expected))
    if half_width is not None and not 0.0 < half_width < inf:
        expected = "a number above 0 in the unit in which the KPI is shown, such as 100000 for ±EUR 100 k"
        mistakes.append(InputError("--half-width", f"found {half_width}", expected))
    if mistakes:
        raise InputErrors(mistakes)


def _command(plan: ComparisonPlan, replications: int, rule: StoppingRule | None) -> str:
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
