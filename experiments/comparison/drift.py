"""A test of drift: does a market under an unchanged policy stay where it is, and how long a warm-up does it take?

The market lives under one policy for the longest warm-up and the horizon. A warm-up under the very policy that is tested
is those same weeks, so that one run of a seed answers for every warm-up: a window of the horizon's length that starts
after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.comparison.arms import labelled_run
from experiments.comparison.drift_series import simulate_series, tracked
from experiments.outside import door
from experiments.runs.backends import parse_backend
from experiments.runs.driver import Task
from experiments.runs.progress import Progress
from experiments.runs.result import RunsFailed
from experiments.runs.run import Base
from experiments.runs.work import at_work
from experiments.runs.worker import load
from sim.errors import InputError, InputErrors
from sim.quantity import MOST_WEEKS
from sim.seeds import check_seed

if TYPE_CHECKING:
    import pandas as pd

#: Weeks of status quo over which nothing should move.
HORIZON = 104
#: Warm-ups that are tried.
WARM_UPS = (0, 26, 52, 104)
#: Windows of half a year, two of them; of a year each where there is a season.
_LEAST, _LEAST_WITH_SEASON = 8, 104


@dataclass(frozen=True)
class Drift:
    """What a test of drift found: ``tables`` by weeks of warm-up, as of :func:`analysis.drift.measure_drift`.

    ``suggested`` is the shortest warm-up with which every series is settled, or, where ``settled`` is False, the shortest of
    those under which the fewest drift. ``notes`` are warnings for the reader.
    """

    tables: Mapping[int, pd.DataFrame]
    weeks: int
    seeds: int
    suggested: int
    settled: bool
    notes: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """All tables as one, with the column ``warm_up`` first."""
        import pandas as pd

        return pd.concat([t.assign(warm_up=w) for w, t in self.tables.items()], ignore_index=True)[
            ["warm_up", *next(iter(self.tables.values())).columns]
        ]

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Name and label of every series, those that move most without a warm-up first."""
        found: dict[str, str] = {}
        for table in self.tables.values():
            for row in table.sort_values("drift", key=abs, ascending=False).itertuples():
                found.setdefault(str(row.series), str(row.label))
        return list(found.items())

    def cell(self, warm_up: int, series: str) -> str:
        """One drift with its confidence interval in percent, and a mark unless it is settled."""
        from analysis.drift import CANNOT_TELL, SETTLED
        from analysis.numerals import MINUS

        table = self.tables[warm_up].set_index("series")
        if series not in table.index:
            return "–"
        row = table.loc[series]
        mark = {SETTLED: "", CANNOT_TELL: " ?"}.get(str(row["verdict"]), " !")
        text = f"{100 * row['drift']:+.1f} [{100 * row['low']:.1f}, {100 * row['high']:.1f}]{mark}"
        return text.replace("-", MINUS)

    @property
    def sentence(self) -> str:
        """Which warm-up it takes, or which series keep the market from being settled."""
        from analysis.drift import CANNOT_TELL, DRIFTS

        if self.settled:
            return f"Settled: with {self.suggested} weeks of warm-up no series moves by more than 5 % of its level."
        drifting, unsure = (self.named(self.suggested, verdict) for verdict in (DRIFTS, CANNOT_TELL))
        parts = [f"{len(drifting)} series drift (!): {', '.join(drifting)}" if drifting else "no series drifts"]
        parts += [f"{len(unsure)} are not known with {self.seeds} seeds (?): {', '.join(unsure)}"] if unsure else []
        return f"Not settled: with {self.suggested} weeks of warm-up, the best of those tried, {'; '.join(parts)}."

    def named(self, warm_up: int, verdict: str) -> list[str]:
        """Series of one warm-up with one verdict."""
        table = self.tables[warm_up]
        return table.loc[table["verdict"] == verdict, "series"].tolist()


@door
def measure_scenario_drift(
    scenario: str | Path,
    *,
    policy: str = "status_quo",
    seeds: int = 10,
    seed: int | None = None,
    weeks: int = HORIZON,
    warm_ups: Sequence[int] = WARM_UPS,
    workers: int | None = None,
    backend: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    task: Task = simulate_series,
) -> Drift:
    """Test a market for drift over ``weeks`` under one ``policy``, after each of ``warm_ups`` weeks under that policy.

    Seeds are ``seed`` (the scenario's), ``seed`` + 1, …; ``workers`` and ``backend`` are those of
    :func:`experiments.compare`. A warm-up that the scenario sets is not used: the list says which are tried.
    Raises :class:`InputErrors` for mistakes, :class:`experiments.RunsFailed` when runs failed.
    """
    from analysis.drift import measure_drift, suggest_warm_up

    tried = sorted(set(warm_ups))
    length = (tried[-1] if tried else 0) + weeks
    given = {**dict(overrides or {}), "warm_up.weeks": 0, "weeks": length}
    _check(seeds, weeks, tried)
    loaded = load(str(scenario), policy, given)
    needs = loaded.params.needs
    if needs.season_swing and weeks < _LEAST_WITH_SEASON:
        expected = f"at least {_LEAST_WITH_SEASON}: two whole years, so that the season is the same in both"
        raise InputErrors([InputError("--weeks", f"found {weeks} in a market with a season", expected)])
    first = check_seed(loaded.seed if seed is None else seed, "--seed", seeds)
    base = Base(str(scenario), policy, tuple(given.items()), loaded.digest)
    runs = [labelled_run(base, "drift", first + r) for r in range(seeds)]
    series = tracked([category.name for category in loaded.world.categories])
    with at_work(None, parse_backend(backend, workers, len(runs)), progress=progress, task=task) as work:
        work.do(runs)
        if work.failed:
            raise RunsFailed(work.failed)
        values = np.stack([_values(done.output.table("weekly"), series, length) for done in work.results(runs)], axis=1)
    present = [k for k in range(len(series)) if not np.isnan(values[k]).all()]
    kept, values = [series[k] for k in present], values[present]
    tables = {
        start: measure_drift(
            kept, values[:, :, start : start + weeks], season=bool(needs.season_swing), growth=needs.growth
        )
        for start in tried
    }
    suggested, settled = suggest_warm_up(tables)
    notes = tuple(f"the policy changes in mid-run: {change.where()}" for change in loaded.changes)
    return Drift(tables, weeks, seeds, suggested, settled, notes)


def _values(table: pd.DataFrame, series: Sequence[Any], weeks: int) -> np.ndarray:
    """Values [series, weeks] of one run; NaN for a series that the market does not have."""
    wide = table.pivot(index="week", columns="kpi", values="value")
    return np.stack(
        [
            wide[one.name].to_numpy(dtype=np.float64) if one.name in wide.columns else np.full(weeks, np.nan)
            for one in series
        ]
    )


def _check(seeds: int, weeks: int, tried: Sequence[int]) -> None:
    """All settings at once. Raises :class:`InputErrors`."""
    mistakes = []
    if seeds < 2:
        mistakes.append(InputError("--seeds", f"found {seeds}", "at least 2, for an interval"))
    if weeks < _LEAST:
        mistakes.append(InputError("--weeks", f"found {weeks}", f"at least {_LEAST}"))
    if not tried or tried[0] < 0 or tried[-1] + weeks > MOST_WEEKS:
        expected = f"one or more numbers of weeks from 0, at most {MOST_WEEKS} together with --weeks"
        mistakes.append(InputError("--warm-up", f"found {', '.join(map(str, tried)) or 'nothing'}", expected))
    if mistakes:
        raise InputErrors(mistakes)
