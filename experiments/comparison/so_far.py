"""What a comparison under way says so far: the KPIs that matter most, over the pairs that are done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from experiments.comparison.arms import ComparisonPlan
from experiments.comparison.assembly import assemble_kpis
from experiments.runs.result import Done, Result

if TYPE_CHECKING:
    import pandas as pd

#: KPIs that are shown while runs are under way.
HEADLINE = ("contribution", "revenue", "market_share", "satisfaction", "active_customers", "turnover", "channel_profit")
#: Seconds between two looks: each costs some hundredths of a second of the driver.
EVERY = 1.0


@dataclass(frozen=True)
class Interim:
    """A look at a comparison under way: ``table`` as :func:`analysis.paired.compare_policies` has it, of few KPIs."""

    table: pd.DataFrame
    pairs: int
    planned: int
    currency: str
    baseline: str  # title
    policies: dict[str, str]  # titles of the others by label


@dataclass
class SoFar:
    """Gathers results as they come in and hands a look to ``watch`` when further pairs are complete."""

    plan: ComparisonPlan
    watch: Callable[[Interim], None]
    clock: Callable[[], float] = time.monotonic
    planned: int = 0
    _done: dict[int, dict[str, Done]] = field(default_factory=dict)
    _shown: int = 0
    _looked: float | None = None

    def expect(self, replications: int, known: Iterable[Done] = ()) -> None:
        """So many ``replications`` are asked for by now, of which the runs ``known`` were done before."""
        self.planned = replications
        for run in known:
            self._keep(run)
        self._look()

    def take(self, result: Result) -> None:
        """Take in a run that has ended."""
        if isinstance(result, Done):
            self._keep(result)
            self._look()

    def _keep(self, run: Done) -> None:
        self._done.setdefault(run.job.seed, {})[run.job.policy] = run

    def _look(self) -> None:
        complete = [runs for _, runs in sorted(self._done.items()) if len(runs) == len(self.plan.arms)]
        now = self.clock()
        if len(complete) <= self._shown or (self._looked is not None and now - self._looked < EVERY):
            return
        self._shown, self._looked = len(complete), now
        self.watch(self._interim([run for runs in complete for run in runs.values()]))

    def _interim(self, pairs: list[Done]) -> Interim:
        from analysis.paired import compare_policies

        study = assemble_kpis(self.plan, pairs)
        few = study.runs["kpi"].isin(HEADLINE)
        return Interim(
            table=compare_policies(replace(study, runs=study.runs[few].reset_index(drop=True))),
            pairs=self._shown,
            planned=self.planned,
            currency=study.meta.currency,
            baseline=study.title(study.baseline),
            policies={policy: study.title(policy) for policy in study.challengers},
        )
