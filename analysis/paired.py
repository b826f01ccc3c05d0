"""Differences to the baseline under common random numbers, one row per policy and KPI."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import StudyError
from analysis.intervals import Floats, Paired, adjust_holm, compare_pairs, replications_needed
from analysis.study import Study

LEVEL = 0.95


class Cells(NamedTuple):
    """Values of one table arranged for pairing.

    ``keys`` has one row per cell (the columns it was cut by), ``policies`` and ``seeds`` name the
    other two axes of ``values`` [cells, policies, seeds].
    """

    keys: pd.DataFrame
    policies: tuple[str, ...]
    seeds: tuple[int, ...]
    values: Floats

    def of(self, policy: str) -> Floats:
        """Values [cells, seeds] of ``policy``."""
        return self.values[:, self.policies.index(policy), :]


def arrange(table: pd.DataFrame, policies: tuple[str, ...], cut: tuple[str, ...], name: str) -> Cells:
    """Arrange a long table (policy, seed, *cut, value) into cells × policies × seeds.

    Refuses with :class:`StudyError` repeated rows and missing pairs: nothing is dropped. ``name`` is what the message calls the table.
    """
    cells = table.groupby(list(cut), sort=False, observed=True).ngroup().to_numpy()
    keys = table.loc[~pd.Series(cells, index=table.index).duplicated(), list(cut)].reset_index(drop=True)
    column, seeds = pd.factorize(table["seed"].to_numpy(), sort=True)
    named, names = pd.factorize(table["policy"])
    row = np.array([policies.index(name) for name in names], dtype=np.int64)[named]
    where = (cells * len(policies) + row) * len(seeds) + column
    times = np.bincount(where, minlength=len(keys) * len(policies) * len(seeds))
    if times.size and times.max() > 1:
        raise StudyError(
            f"{name}: {_cell(int(times.argmax()), keys, policies, seeds)}",
            f"one value is expected, there are {times.max()}",
            "Remove the repeated runs.",
        )
    if times.size and times.min() < 1:
        missing = int((times == 0).sum())
        raise StudyError(
            f"{name}: {_cell(int(times.argmin()), keys, policies, seeds)}",
            f"the value is missing ({missing} such gap{'s' if missing > 1 else ''}), and only complete pairs are compared",
            "Run the missing seeds, or exclude these seeds for all policies.",
        )
    values = np.empty(times.size, dtype=np.float64)
    values[where] = table["value"].to_numpy(dtype=np.float64)
    return Cells(keys, policies, tuple(int(s) for s in seeds), values.reshape(len(keys), len(policies), len(seeds)))


def compare_policies(study: Study, level: float = LEVEL) -> pd.DataFrame:
    """Paired comparison of every policy with the baseline: one row per policy × KPI.

    KPIs without a value in any run of any policy are omitted.

    Columns: policy, kpi, label, kpi_class, unit, direction, baseline_mean, policy_mean, difference,
    low, high, half_width (of the ``level`` interval, in the KPI's unit), relative, relative_low,
    relative_high (shares of the baseline's mean), p_value, p_holm (within policy and class),
    share_better (of the pairs), prob_better (posterior), spread (of a paired difference), vrf,
    pairs, verdict, p_holm_policies. ``p_holm`` is adjusted over the KPIs of a class of one policy,
    ``p_holm_policies`` over the policies that are compared with the baseline on one KPI. A verdict is "better", "worse",
    "cannot tell" or "identical"; "higher" or "lower" for a clear difference of a KPI of which neither side is better;
    "undefined" for a KPI without a value in at least one run.
    """
    return _compare(study, study.runs, ("kpi",), "runs", level)


def compare_levels(study: Study, dimension: str | None = None, level: float = LEVEL) -> pd.DataFrame:
    """As :func:`compare_policies`, by dimension and level (territory, segment, offer).

    Holm's adjustment covers the KPIs of a class at all levels of the dimension. ``dimension``
    keeps one dimension; an unknown one gives an empty table.
    """
    table = study.runs_by
    if dimension is not None:
        table = table[table["dimension"] == dimension]
    return _compare(study, table, ("dimension", "level", "kpi"), "runs_by", level)


def precision_table(study: Study, precision: float, level: float = LEVEL) -> pd.DataFrame:
    """How narrow the confidence intervals are: policy, kpi, half_width, relative_half_width, pairs, pairs_needed.

    ``precision`` is the wanted half-width as a share of the baseline's mean (0.01 is ±1 %).
    """
    table = compare_policies(study, level)
    scale = table["baseline_mean"].abs()
    out = table[["policy", "kpi", "label", "half_width", "pairs"]].copy()
    out["relative_half_width"] = (table["half_width"] / scale).where(scale > 0)
    out["pairs_needed"] = [
        pd.NA if np.isnan(s) or not m > 0 else replications_needed(float(s), precision * float(m), level)
        for s, m in zip(table["spread"], scale, strict=True)
    ]
    return out


def judge(paired: Paired, direction: Floats) -> list[str]:
    """Verdict of each cell; ``direction`` is +1 (more is better), −1 (less is better) or 0."""
    words = []
    for i in range(paired.difference.size):
        low, high, sign = paired.low[i], paired.high[i], direction[i]
        if np.isnan(paired.difference[i]):
            words.append("undefined")
        elif paired.identical[i]:
            words.append("identical")
        elif not (low > 0 or high < 0):
            words.append("cannot tell")
        elif sign == 0:
            words.append("higher" if low > 0 else "lower")
        else:
            words.append("better" if (low > 0) == (sign > 0) else "worse")
    return words


def existing_kpis(study: Study) -> list[str]:
    """KPIs that have a value in some run, in their order; the others do not apply to this market and are not shown."""
    return [str(kpi) for kpi in study.runs.loc[study.runs["value"].notna(), "kpi"].unique()]


def signs(directions: pd.Series) -> Floats:
    """+1 for up, −1 for down, 0 for none, per row."""
    return np.asarray(directions.map({"up": 1.0, "down": -1.0, "none": 0.0}), dtype=np.float64)


def row_of(rows: pd.DataFrame, key: str) -> pd.Series:
    """The one row of ``rows`` whose index is ``key``."""
    return rows.loc[[key]].iloc[0]


def _compare(study: Study, table: pd.DataFrame, cut: tuple[str, ...], name: str, level: float) -> pd.DataFrame:
    table = table[table["kpi"].isin(existing_kpis(study))]
    if table.empty:
        return pd.DataFrame(columns=["policy", *cut, *_COLUMNS])
    cells = arrange(table, tuple(study.policies), cut, name)
    return compare_cells(study, cells, level)


def compare_cells(study: Study, cells: Cells, level: float = LEVEL) -> pd.DataFrame:
    """Paired comparison of arranged values; ``cells.keys`` must have a column kpi."""
    facts = cells.keys.merge(study.definitions.drop(columns="formula"), on="kpi", how="left")
    sign = signs(facts["direction"])
    # A KPI without a value in one run is undefined in that pair: no number is shown for it at all.
    defined = np.asarray(np.isfinite(cells.values).all(axis=(1, 2)), dtype=np.bool_)
    parts = []
    for policy in study.challengers:
        base, other = cells.of(study.baseline).copy(), cells.of(policy).copy()
        base[~defined], other[~defined] = 0.0, 0.0
        paired = compare_pairs(base, other, level)
        part = _as_table(paired, sign, defined, facts, len(cells.seeds))
        part.insert(0, "policy", policy)
        parts.append(part)
    return _adjust(pd.concat(parts, ignore_index=True)) if parts else pd.DataFrame()


_COLUMNS = (
    *("label", "kpi_class", "unit", "direction", "baseline_mean", "policy_mean", "difference", "low", "high"),
    *("half_width", "relative", "relative_low", "relative_high", "p_value", "p_holm", "share_better", "prob_better"),
    *("spread", "vrf", "pairs", "verdict", "p_holm_policies"),
)


def _as_table(
    paired: Paired, sign: Floats, defined: npt.NDArray[np.bool_], facts: pd.DataFrame, n: int
) -> pd.DataFrame:
    blank = np.where(defined, 1.0, np.nan)
    identical = np.asarray(paired.identical & defined)
    paired = Paired._make([*(field * blank for field in paired[:-1]), identical])
    scale = np.where(paired.baseline_mean == 0, np.nan, np.abs(paired.baseline_mean))
    better = np.where(sign > 0, paired.above, 1 - paired.above)
    prob = np.where(sign > 0, paired.posterior, 1 - paired.posterior)
    out = facts.copy()
    out["baseline_mean"] = paired.baseline_mean
    out["policy_mean"] = paired.policy_mean
    out["difference"] = paired.difference
    out["low"], out["high"] = paired.low, paired.high
    out["half_width"] = (paired.high - paired.low) / 2
    for column, values in (
        ("relative", paired.difference),
        ("relative_low", paired.low),
        ("relative_high", paired.high),
    ):
        out[column] = np.where(identical, 0.0, values / scale)
    out["p_value"] = paired.p_value
    out["p_holm"] = np.nan
    out["share_better"] = np.where(sign == 0, np.nan, better)
    out["prob_better"] = np.where(sign == 0, np.nan, prob)
    out["spread"] = paired.spread
    out["vrf"] = paired.vrf
    out["pairs"] = n
    out["verdict"] = judge(paired, sign)
    return out


def _adjust(table: pd.DataFrame) -> pd.DataFrame:
    family = ["policy", "kpi_class"] + (["dimension"] if "dimension" in table else [])
    cell = ["kpi", *(["dimension", "level"] if "dimension" in table else [])]
    for column, together in (("p_holm", family), ("p_holm_policies", cell)):
        values = table["p_value"].to_numpy(dtype=np.float64)
        adjusted = values.copy()
        for rows in table.groupby(together, sort=False, observed=True).indices.values():
            adjusted[rows] = adjust_holm(values[rows])
        table[column] = adjusted
    return table


def _cell(flat: int, keys: pd.DataFrame, policies: tuple[str, ...], seeds: npt.NDArray[np.int64]) -> str:
    seed = flat % len(seeds)
    policy = flat // len(seeds) % len(policies)
    cell = flat // len(seeds) // len(policies)
    cut = ", ".join(f"{c} {v}" for c, v in keys.iloc[cell].items())
    return f"policy {policies[policy]}, seed {seeds[seed]}, {cut}"
