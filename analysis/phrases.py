"""One row of a paired comparison in words: by how much, how sure."""

from __future__ import annotations

import pandas as pd

from analysis.numerals import NO_BREAK, Scale, inside, percent, plural, probability, scale_of


def row_scale(row: pd.Series, currency: str) -> Scale:
    """The scale on which the difference of ``row`` and its interval are written."""
    return scale_of([row["difference"], row["low"], row["high"]], row["unit"], currency, row["half_width"])


def level_scale(row: pd.Series, currency: str) -> Scale:
    """The scale on which both means of ``row`` are written: three digits, more if the two look alike."""
    gap = abs(row["difference"]) if row["difference"] else float("nan")
    return scale_of([row["baseline_mean"], row["policy_mean"]], row["unit"], currency, gap)


def size(row: pd.Series, currency: str) -> str:
    """The size of a difference without sign: ``EUR 1.24 m``."""
    scale = row_scale(row, currency)
    return scale.difference(abs(row["difference"])).lstrip("+")


def change(row: pd.Series, currency: str) -> str:
    """A difference with sign: relative when it can be, else in its unit."""
    if pd.isna(row["relative"]) or row_scale(row, currency).points:
        return row_scale(row, currency).difference(row["difference"])
    return percent(row["relative"], signed=True)


def evidence(row: pd.Series, currency: str, relative: bool = True) -> str:
    """How much and how sure, for brackets: ``+8.3 %, 95 % interval +EUR 0.98 m to +EUR 1.50 m``."""
    scale = row_scale(row, currency)
    parts = [percent(row["relative"], signed=True)] if relative and not pd.isna(row["relative"]) else []
    if pd.isna(row["low"]):
        parts.append("one pair, so no interval")
    else:
        parts.append(f"95{NO_BREAK}% interval {scale.interval(row['low'], row['high'])}")
    return ", ".join(parts)


def belief(row: pd.Series) -> str:
    """Probability of being better and the pairs that went that way."""
    if pd.isna(row["prob_better"]):
        return ""
    wins = row["share_better"] * row["pairs"]
    wins_text = f"{wins:.0f}" if wins == round(wins) else f"{wins:.1f}"
    return (
        f"probability of being better {probability(row['prob_better'])}, "
        f"better in {wins_text} of {plural(int(row['pairs']), 'pair')}"
    )


def named_change(row: pd.Series, currency: str) -> str:
    """A KPI with its change: ``staff turnover (+1.2 pp)``."""
    return f"{inside(str(row['label']))} ({change(row, currency)})"
