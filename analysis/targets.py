"""Targets: what a policy must reach in a future to be good enough there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
import pandas as pd

from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.numerals import inside, listed, scale_of


@dataclass(frozen=True)
class Target:
    """One KPI and what it must reach, in the unit of its definition (shares as fractions of one).

    At least one of ``at_least`` and ``at_most`` is given; both limits belong to the target. Refuses with
    :class:`StudyError` a target without a limit, with a limit that is not a number, or that nothing can meet.
    """

    kpi: str
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        limits = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        place = f"target for '{self.kpi}'"
        if not limits:
            raise StudyError(place, "a limit is expected, none is given", "Give `at_least` or `at_most`.")
        if any(isnan(limit) for limit in limits):
            raise StudyError(place, "a limit must be a number", "Give `at_least` or `at_most` as numbers.")
        if len(limits) == 2 and limits[0] > limits[1]:
            raise StudyError(
                place, f"at least {limits[0]:g} and at most {limits[1]:g} exclude each other", "Swap them."
            )

    def unit(self, ensemble: Ensemble) -> str:
        """Unit of the limits. Raises :class:`StudyError` for a KPI without definition or that no run reports."""
        facts = ensemble.definitions.set_index("kpi")
        if self.kpi not in facts.index or self.kpi not in ensemble.kpis:
            known = ", ".join(kpi for kpi in ensemble.kpis if kpi in facts.index)
            raise StudyError(f"target for '{self.kpi}'", "no run reports this KPI", f"Choose one of: {known}.")
        return str(facts.loc[self.kpi, "unit"])

    def words(self, ensemble: Ensemble) -> str:
        """The target for a sentence: ``contribution at least EUR 1.20 m``."""
        unit = self.unit(ensemble)
        label = inside(str(ensemble.definitions.set_index("kpi").loc[self.kpi, "label"]))
        limits = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        scale = scale_of(limits, unit, ensemble.meta.currency)
        parts = [f"at least {scale.level(self.at_least)}"] if self.at_least is not None else []
        parts += [f"at most {scale.level(self.at_most)}"] if self.at_most is not None else []
        return f"{label} {' and '.join(parts)}"

    def met(self, ensemble: Ensemble, role: str = "study") -> pd.DataFrame:
        """Whether the mean over replications meets the target: 1.0, 0.0, or NaN where a future is incomplete.

        A row per future, a column per policy. Raises :class:`StudyError` as :meth:`unit`.
        """
        self.unit(ensemble)
        means = ensemble.means(self.kpi, role)
        low = -np.inf if self.at_least is None else self.at_least
        high = np.inf if self.at_most is None else self.at_most
        return ((means >= low) & (means <= high)).astype(np.float64).where(means.notna())


def all_met(ensemble: Ensemble, targets: Sequence[Target], role: str = "study") -> pd.DataFrame:
    """Whether all ``targets`` are met, as :meth:`Target.met`; NaN where any of them is unknown.

    Raises :class:`StudyError` when no target is given.
    """
    if not targets:
        raise StudyError("targets", "at least one is expected, none is given", "Give `Target(kpi, at_least=…)`.")
    tables = [target.met(ensemble, role) for target in targets]
    met = tables[0]
    for table in tables[1:]:
        # The product keeps NaN: a future in which one target is unknown is not judged by the others.
        met = met * table
    return met


def targets_in_words(ensemble: Ensemble, targets: Sequence[Target]) -> str:
    """All targets for a sentence."""
    return listed([target.words(ensemble) for target in targets])
