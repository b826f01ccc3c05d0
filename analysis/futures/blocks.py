"""Blocks of a Saltelli or Morris design: their values, which blocks are complete, and what is missing in the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.intervals import Floats

#: Rows of a block beyond one per factor: A and B, and the start of a trajectory.
_MORE_ROWS = {"saltelli": 2, "morris": 1}
EXCLUDED = ("block", "future", "policy", "replication", "gaps", "reason")
_NO_RUN, _NO_VALUE, _NO_FUTURE = "no run that ended well", "the run has no value of the KPI", "the future is missing"


@dataclass(frozen=True)
class Blocks:
    """Values of one KPI in the complete blocks of a design.

    ``futures`` [blocks, steps] numbers the futures in the order of the design, ``values`` [blocks, steps, policies,
    replications] has no gap. ``excluded`` has a row per incomplete block: block, future, policy and
    replication of the first gap (-1 and "" where a whole future is missing), the number of gaps, and the reason.
    """

    futures: npt.NDArray[np.int64]
    values: Floats
    excluded: pd.DataFrame


def whole_blocks(ensemble: Ensemble, kpi: str, policies: tuple[str, ...]) -> Blocks:
    """Blocks of the study futures in which every run of ``policies`` has a value of ``kpi``.

    A block with a gap is excluded entirely: an index from the rest of it would compare futures that differ in more than
    one factor, and a mean over other replications would compare other luck. Raises :class:`StudyError` for designs
    without blocks, unknown names, and blocks that are not what the design says.
    """
    _check_method(ensemble)
    for policy in policies:
        if policy not in ensemble.policies:
            known = ", ".join(ensemble.policies)
            raise StudyError(f"policy '{policy}'", "it is not in the ensemble", f"Choose one of: {known}.")
    numbers, incomplete = _numbered(ensemble)
    _check_design(ensemble, numbers)
    places = [list(ensemble.policies).index(policy) for policy in policies]
    rows = np.searchsorted(ensemble.of_role("study"), numbers)
    values = ensemble.cells(kpi)[:, places, :][rows] if len(rows) else np.empty((0, 1, len(places), 1))
    gaps = np.isnan(values)
    whole = ~gaps.any(axis=(1, 2, 3))
    excluded = [*incomplete, *(_gap(ensemble, policies, numbers[i], gaps[i]) for i in np.flatnonzero(~whole))]
    table = pd.DataFrame(excluded, columns=list(EXCLUDED)).sort_values("block", ignore_index=True)
    return Blocks(numbers[whole], values[whole], table)


def missing_blocks(ensemble: Ensemble, wanted: int) -> int:
    """How many blocks must be drawn in place of those in which a run failed, so that ``wanted`` blocks are complete.

    A block is complete when all policies have a run that succeeded in every replication, whatever its KPIs. The
    replacements are the blocks of the same design (same seed) after the highest number in ``ensemble.futures``. Blocks
    that fail again and again are a finding about the model: indices then apply to futures in which it runs.
    """
    _check_method(ensemble)
    numbers, _ = _numbered(ensemble)
    replications = ensemble.runs["replication"].nunique()
    ran = ensemble.runs.groupby("future").size().reindex(numbers.ravel(), fill_value=0).to_numpy()
    whole = (ran == replications * len(ensemble.policies)).reshape(numbers.shape).all(axis=1)
    return max(0, wanted - int(whole.sum()))


def _check_method(ensemble: Ensemble) -> None:
    if ensemble.method not in _MORE_ROWS:
        raise StudyError(
            "design",
            f"sensitivity needs blocks of futures that differ in one factor, '{ensemble.method}' has none",
            "Draw the futures with method 'morris' (which factors matter at all) or 'saltelli' (how much of the variance).",
        )
    if not ensemble.factors:
        raise StudyError("design", "at least one factor is expected", "Name what is uncertain.")


def _numbered(ensemble: Ensemble) -> tuple[npt.NDArray[np.int64], list[tuple[object, ...]]]:
    """Futures [blocks, steps] of blocks that have all steps, and rows of ``excluded`` for the others."""
    steps = len(ensemble.factors) + _MORE_ROWS[ensemble.method]
    numbers: list[npt.NDArray[np.int64]] = []
    incomplete: list[tuple[object, ...]] = []
    study = ensemble.futures[ensemble.futures["role"] == "study"]
    for block, rows in study.groupby("block", sort=True):
        ordered = rows.sort_values("step")
        found = ordered["step"].tolist()
        if found == list(range(steps)):
            numbers.append(ordered.index.to_numpy(dtype=np.int64))
        elif set(found) <= set(range(steps)) and len(set(found)) == len(found):
            incomplete.append((block, -1, "", -1, steps - len(found), _NO_FUTURE))
        else:
            remedy = "Give the steps as the design was drawn, and no other rows."
            raise StudyError(f"futures, block {block}", f"steps 0 to {steps - 1} are expected, once each", remedy)
    return np.array(numbers, dtype=np.int64).reshape(-1, steps), incomplete


def _check_design(ensemble: Ensemble, numbers: npt.NDArray[np.int64]) -> None:
    """Refuse rows in another order, or columns of other factors: indices would be silently wrong."""
    codes = np.stack([pd.factorize(ensemble.futures[f.name])[0] for f in ensemble.factors], axis=-1)
    at = codes[ensemble.futures.index.get_indexer(pd.Index(numbers.ravel()))].reshape(*numbers.shape, -1)
    factors = range(len(ensemble.factors))
    if ensemble.method == "saltelli":
        expected = np.repeat(at[:, :1, :], numbers.shape[1], axis=1)
        expected[:, -1, :] = at[:, -1, :]
        for j in factors:
            expected[:, j + 1, j] = at[:, -1, j]
        wrong = (at != expected).any(axis=(1, 2))
        law = "step j is step 0 with the j-th factor of the last step"
    else:
        moved = np.diff(at, axis=1) != 0
        wrong = (moved.sum(axis=2) != 1).any(axis=1) | (moved.sum(axis=1) != 1).any(axis=1)
        law = "each step moves one factor, and each factor moves once"
    if wrong.any():
        block = ensemble.futures.loc[numbers[wrong][0, 0], "block"]
        remedy = "Keep rows and factors as they were drawn."
        raise StudyError(f"futures, block {block}", f"this is not a {ensemble.method} block, in which {law}", remedy)


def _gap(
    ensemble: Ensemble, policies: tuple[str, ...], numbers: npt.NDArray[np.int64], gaps: npt.NDArray[np.bool_]
) -> tuple[object, ...]:
    """A row of ``excluded`` for a block with ``gaps`` [steps, policies, replications]."""
    step, place, r = (int(i) for i in np.argwhere(gaps)[0])
    future, policy = int(numbers[step]), policies[place]
    replication = int(np.unique(ensemble.runs["replication"].to_numpy())[r])
    runs = ensemble.runs
    ran = (runs["future"] == future) & (runs["policy"] == policy) & (runs["replication"] == replication)
    reason = _NO_VALUE if ran.any() else _NO_RUN
    return (int(ensemble.futures["block"][future]), future, policy, replication, int(gaps.sum()), reason)
