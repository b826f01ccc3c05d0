"""What points of a search come to: means over futures from the ledger, together with objectives and limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.search import Limit, Objective
from experiments.batch.design_file import Design
from experiments.runs.numbers import unpack
from experiments.runs.run import Run
from experiments.runs.run_ledger import Failure, RunLedger


@dataclass(frozen=True)
class Evaluation:
    """What a point comes to: ``means`` by KPI (over futures, of means over replications), and for each limit's
    name the share of futures in which it is ``met``. Both are empty for a point that failed; ``error`` says why."""

    means: Mapping[str, float]
    met: Mapping[str, float]
    error: str = ""


def objectives_of(design: Design, currency: str) -> tuple[Objective, ...]:
    """The objectives of a design with labels, units (money in ``currency``, as runs report it) and directions."""
    from sim.scoring.kpis import KPIS

    known = {kpi.name: kpi for kpi in KPIS}
    wanted = design.content.optimise
    assert wanted is not None
    return tuple(
        Objective(
            name, known[name].label, _unit(known[name].unit, currency), 1.0 if known[name].direction == "up" else -1.0
        )
        for name in wanted.objectives
    )


def limits_of(design: Design, currency: str) -> tuple[Limit, ...]:
    """The limits of a design, one for each end that a target gives, in the units in which runs report."""
    from sim.scoring.kpis import KPIS

    known = {kpi.name: kpi for kpi in KPIS}
    found = []
    for target in design.content.target:
        kpi = known[target.kpi]
        if target.at_least is not None:
            found.append(Limit(kpi.name, kpi.label, _unit(kpi.unit, currency), float(target.at_least), True))
        if target.at_most is not None:
            found.append(Limit(kpi.name, kpi.label, _unit(kpi.unit, currency), float(target.at_most), False))
    return tuple(found)


def _unit(unit: str, currency: str) -> str:
    """The unit of a KPI in the results of a run, which hold whole units of money."""
    return currency if unit == "minor units" else unit


class Evaluator:
    """Reads KPIs off ledgers and sums them up. Layouts are unpacked once."""

    def __init__(self, ledgers: Sequence[RunLedger], kpis: Sequence[str], limits: Sequence[Limit]) -> None:
        self.ledgers, self.kpis, self.limits = ledgers, tuple(dict.fromkeys(kpis)), limits
        self._places: dict[str, list[int]] = {}

    def evaluate(self, runs: Iterable[Run], failures: Mapping[str, Failure]) -> Evaluation | None:
        """Sum up ``runs`` of one point; None while some of them are still to be done.

        A point with a failed run has failed as a whole: a mean over the futures that were survived would reward a
        policy for breaking down where it would have done badly. So has one with a run that has no value of a key
        figure that is needed. ``failures`` are by identity.
        """
        by_future: dict[int, list[list[float]]] = {}
        lost: list[Run] = []
        for run in runs:
            found = None if run.identity in failures else self._values(run.identity)
            if found is None and run.identity not in failures:
                return None
            if found is None:
                lost.append(run)
            else:
                by_future.setdefault(run.future, []).append(found)
        if lost:
            failure = failures[lost[0].identity]
            more = f"; {len(lost)} of its runs failed" if len(lost) > 1 else ""
            return Evaluation({}, {}, f"{failure.kind} in future {lost[0].future}: {failure.message}{more}")
        futures = np.array([np.mean(rows, axis=0) for rows in by_future.values()])
        missing = [kpi for kpi, column in zip(self.kpis, futures.T, strict=True) if np.isnan(column).any()]
        if missing:
            return Evaluation({}, {}, f"a run has no value of {', '.join(missing)}")
        means = dict(zip(self.kpis, futures.mean(axis=0).tolist(), strict=True))
        met = {
            limit.name: float(np.mean(limit.shortfall(futures[:, self.kpis.index(limit.kpi)]) == 0))
            for limit in self.limits
        }
        return Evaluation(means, met)

    def _values(self, identity: str) -> list[float] | None:
        for ledger in self.ledgers:
            found = ledger.value(identity, "kpis")
            if found is not None:
                name, content = found
                if name not in self._places:
                    known = ledger.layout(name).keys()["kpi"]
                    # A KPI that the run does not report takes the place behind the last value, where there is a NaN.
                    self._places[name] = [known.index(kpi) if kpi in known else len(known) for kpi in self.kpis]
                values = [*unpack(content).tolist(), float("nan")]
                return [values[place] for place in self._places[name]]
        return None
