"""Short against long term: the same paired comparison over the first and the last weeks."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.paired import LEVEL, arrange, compare_cells, existing_kpis
from analysis.study import Study

HALF_A_YEAR = 26


def windows(weeks: pd.Series) -> dict[str, tuple[int, int]]:
    """First and last weeks compared: 26 each, or a half each of a shorter horizon.

    Returns name → (first week, last week), both included; one window when there are under 2 weeks.
    """
    first, last = int(weeks.min()), int(weeks.max())
    length = min(HALF_A_YEAR, (last - first + 1) // 2)
    if length < 1:
        return {"short": (first, last)}
    return {"short": (first, first + length - 1), "long": (last - length + 1, last)}


def compare_horizons(study: Study, level: float = LEVEL) -> pd.DataFrame:
    """Paired comparison over the first and the last weeks, as :func:`analysis.paired.compare_policies`.

    Adds columns window (short, long), first_week, last_week and turns (a clear difference in both
    windows, of opposite sign). Values are means per week of the window; weeks in which a KPI is
    undefined are excluded from its mean. Empty without ``study.runs_weekly``.
    """
    if study.runs_weekly.empty:
        return pd.DataFrame()
    out = compare_spans(study, windows(study.runs_weekly["week"]), level)
    return out.assign(turns=_turns(out))


def compare_spans(study: Study, spans: Mapping[str, tuple[int, int]], level: float = LEVEL) -> pd.DataFrame:
    """Paired comparison within each of ``spans`` of weeks (name → first and last week), in the mean of their weeks.

    Columns as of :func:`analysis.paired.compare_policies`, with window (the name), first_week and last_week.
    """
    parts = []
    for name, (first, last) in spans.items():
        inside = study.runs_weekly[study.runs_weekly["week"].between(first, last)]
        inside = inside[inside["kpi"].isin(existing_kpis(study))]
        weekly = arrange(inside, tuple(study.policies), ("kpi", "week"), "runs_weekly")
        table = (
            pd.DataFrame(
                weekly.values.reshape(len(weekly.keys), -1),
                columns=pd.MultiIndex.from_product([weekly.policies, weekly.seeds], names=["policy", "seed"]),
                index=pd.MultiIndex.from_frame(weekly.keys),
            )
            .groupby(level="kpi", sort=False)
            .mean()
        )
        keys = pd.DataFrame({"kpi": table.index})
        shape = (len(keys), len(weekly.policies), len(weekly.seeds))
        part = compare_cells(study, weekly._replace(keys=keys, values=table.to_numpy().reshape(shape)), level)
        part.insert(1, "window", name)
        part.insert(2, "first_week", first)
        part.insert(3, "last_week", last)
        parts.append(part)
    out = pd.concat(parts, ignore_index=True)
    # "Active customers at the end" is, in a window, the mean of its weeks.
    out["label"] = out["label"].astype(str).str.removesuffix(" at the end")
    return out


def _turns(table: pd.DataFrame) -> pd.Series:
    """True where a KPI of a policy is clearly on one side early and clearly on the other late."""
    side = pd.Series(0, index=table.index).mask(table["low"] > 0, 1).mask(table["high"] < 0, -1)
    key = [table["policy"], table["kpi"]]
    both = (side.groupby(key).transform("min") < 0) & (side.groupby(key).transform("max") > 0)
    return both & (table["direction"] != "none")
