"""An ensemble: several policies (levers) that all meet the same futures (uncertainties), each cell replicated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import StudyError
from analysis.factor import Factor
from analysis.intervals import Floats
from analysis.study import DEFINITIONS, PolicyLabel, Provenance, check_columns, check_definitions

#: Columns of ``runs`` that say which run a row is; all others are KPIs.
KEYS = ("policy", "future", "replication")
#: Columns of ``futures`` that say how a future was drawn; all others are factors.
DRAWN = ("role", "block", "step")
#: A future is used to learn from, or fresh: held out to check what was learnt.
ROLES = ("study", "fresh")


@dataclass(frozen=True)
class Ensemble:
    """Policies × futures × replications of one scenario and horizon.

    ``runs`` is wide: ``policy``, ``future``, ``replication`` and one column per KPI, a row for each run that
    succeeded. Replication r has the same seed for every policy and every future. ``futures`` is indexed by the number
    of the future (index name ``future``): ``role`` ("study" or "fresh"), ``block`` and ``step`` (the block of a
    Saltelli or Morris design and the place in it; block = future, step = 0 for other designs) and one column per
    factor with its value there. ``definitions`` are those of a :class:`analysis.study.Study`.
    Refuses with :class:`StudyError` tables with missing columns or unknown names.
    """

    runs: pd.DataFrame
    futures: pd.DataFrame
    factors: tuple[Factor, ...]
    policies: Mapping[str, PolicyLabel]
    baseline: str
    definitions: pd.DataFrame
    meta: Provenance
    #: How futures were drawn: grid, latin_hypercube, sobol, saltelli, morris, file or none.
    method: str = "none"

    def __post_init__(self) -> None:
        check_columns(self.runs, KEYS, "runs")
        check_columns(self.futures, (*DRAWN, *(factor.name for factor in self.factors)), "futures")
        check_columns(self.definitions, DEFINITIONS, "definitions")
        check_definitions(self.definitions)
        if self.runs.empty:
            raise StudyError("runs", "at least one run is expected, the table is empty", "Run the batch first.")
        if self.baseline not in self.policies:
            raise StudyError("baseline", f"'{self.baseline}' is not among {sorted(self.policies)}", "Name one of them.")
        unknown_policies = sorted(set(self.runs["policy"]) - set(self.policies))
        if unknown_policies:
            raise StudyError("runs, column policy", f"no title for {unknown_policies}", "List them in `policies`.")
        if not self.futures.index.is_unique:
            raise StudyError("futures", "one row per future is expected", "Remove repeated rows.")
        unknown = sorted(set(self.runs["future"]) - set(self.futures.index))
        if unknown:
            raise StudyError("runs, column future", f"{unknown[:5]} are not in `futures`", "List them there.")
        if self.runs.duplicated(list(KEYS)).any():
            raise StudyError("runs", "one row per policy, future and replication is expected", "Remove repeated runs.")

    @property
    def kpis(self) -> tuple[str, ...]:
        """The KPIs that runs report, in the order of their columns."""
        return tuple(name for name in self.runs.columns if name not in KEYS)

    def title(self, policy: str) -> str:
        """What readers call ``policy``."""
        return self.policies[policy].title or policy

    def of_role(self, role: str) -> npt.NDArray[np.int64]:
        """Numbers of the futures in ``role``, ascending. Raises :class:`StudyError` for an unknown role."""
        if role not in ROLES:
            raise StudyError(f"role '{role}'", "it is not a role of futures", f"Choose one of: {', '.join(ROLES)}.")
        return np.sort(self.futures.index[self.futures["role"] == role].to_numpy(dtype=np.int64))

    def means(self, kpi: str, role: str = "study") -> pd.DataFrame:
        """Mean over replications of ``kpi``: a row per future, a column per policy (both in order).

        A replication counts only where every policy has a value (pairs stay pairs); a future without any such
        replication is NaN for all policies. Raises :class:`StudyError` for a KPI that runs do not report.
        """
        values = self.cells(kpi, role)
        whole = np.logical_not(np.isnan(values).any(axis=1))
        counts = whole.sum(axis=1)
        sums = np.where(whole[:, None, :], values, 0.0).sum(axis=2)
        means = sums / np.where(counts > 0, counts, np.nan)[:, None]
        return pd.DataFrame(means, index=pd.Index(self.of_role(role), name="future"), columns=list(self.policies))

    def cells(self, kpi: str, role: str = "study") -> Floats:
        """Values [futures, policies, replications] of ``kpi``; NaN where a run is missing or has no value."""
        if kpi not in self.kpis:
            known = ", ".join(self.kpis)
            raise StudyError(f"KPI '{kpi}'", "no run reports it", f"Choose one of: {known}.")
        futures, policies = self.of_role(role), list(self.policies)
        replications = np.unique(self.runs["replication"].to_numpy())
        values = np.full((len(futures), len(policies), len(replications)), np.nan)
        rows = self.runs[self.runs["future"].isin(futures)]
        place = {policy: number for number, policy in enumerate(policies)}
        values[
            np.searchsorted(futures, rows["future"].to_numpy()),
            rows["policy"].map(place).to_numpy(dtype=np.int64),
            np.searchsorted(replications, rows["replication"].to_numpy()),
        ] = rows[kpi].to_numpy(dtype=np.float64, na_value=np.nan)
        return values

    def direction(self, kpi: str) -> float:
        """+1 when more of ``kpi`` is better, −1 when less is. Raises :class:`StudyError` when neither is."""
        facts = self.definitions.set_index("kpi")
        found = str(facts.loc[kpi, "direction"]) if kpi in facts.index else "none"
        if found == "none":
            raise StudyError(f"KPI '{kpi}'", "neither more nor less of it is better", "Choose one with a direction.")
        return 1.0 if found == "up" else -1.0
