"""One row of a paired comparison in words: by how much, how sure."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.numerals import NO_BREAK, Scale, inside, percent, plural, probability, scale_of

#: Decimal places that no number exceeds.
MOST_PLACES = 8


def row_scale(row: pd.Series, currency: str) -> Scale:
    """The scale on which the difference of ``row`` and its interval are written.

    An interval that excludes zero shows so: the end next to zero is not rounded to it.
    """
    scale = scale_of([row["difference"], row["low"], row["high"]], row["unit"], currency, row["half_width"])
    inner = min(abs(row["low"]), abs(row["high"])) if row["low"] > 0 or row["high"] < 0 else 0.0
    while inner > 0 and scale.decimals < MOST_PLACES and float(f"{inner * scale.factor:.{scale.decimals}f}") == 0:
        scale = replace(scale, decimals=scale.decimals + 1)
    return scale


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
    """How much and how sure, for brackets: ``+8.3 %, 95 % CI +EUR 0.98 m to +EUR 1.50 m``."""
    scale = row_scale(row, currency)
    parts = [percent(row["relative"], signed=True)] if relative and not pd.isna(row["relative"]) else []
    if pd.isna(row["low"]):
        parts.append("one pair, so no confidence interval")
    elif row["half_width"] == 0:
        parts.append("the same in every pair")
    else:
        parts.append(f"95{NO_BREAK}% CI {scale.interval(row['low'], row['high'])}")
    return ", ".join(parts)


def belief(row: pd.Series) -> str:
    """Probability of being better and the number of pairs in which it is better."""
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
