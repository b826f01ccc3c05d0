"""Rules on fresh futures: density and coverage with confidence intervals, and whether the rule holds there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import hypergeom

from analysis.errors import StudyError
from analysis.futures.rule import Rule
from analysis.intervals import share_interval

#: What a check can come to.
CHECKS = ("holds", "holds, but weaker", "cannot tell", "does not hold")


def check_rules(rules: Sequence[Rule], futures: pd.DataFrame, cases: pd.Series, level: float = 0.95) -> pd.DataFrame:
    """One row per box, and, with several, one for all boxes together (box "any").

    Columns: box, futures, cases (in the box and in no earlier one), of_futures, of_cases, density and coverage with
    Wilson intervals (density_low …), base_rate (share of cases among futures in no earlier box), study_density,
    study_coverage, p_value, verdict, left_out (futures without a case value). ``p_value``: probability of so many cases
    in the box if cases fell anywhere (hypergeometric, one-sided). Verdicts: *holds* when p is at most 1 − ``level``,
    *but weaker* when the box is also clearly less dense than where it was learnt (Fisher's exact test, one-sided, at the
    same level); otherwise *does not hold* when it is, and *cannot tell* when the fresh futures are too few to say. Raises :class:`StudyError` without any such future.
    """
    known = np.asarray(futures.index.isin(cases.index), dtype=np.bool_)
    if not known.any():
        raise StudyError("fresh futures", "at least one complete future is expected", "Keep some back in the design.")
    table = futures[known]
    labels = cases.loc[table.index].to_numpy(dtype=np.bool_)
    rest, rows = np.ones(labels.size, dtype=np.bool_), []
    for number, rule in enumerate(rules, start=1):
        inside = rule.inside(table)
        rows.append(
            {"box": str(number), **_row(inside, rest, labels, (rule.cases, rule.futures, rule.of_cases), level)}
        )
        rest &= ~inside
    if len(rules) > 1:
        hits, total = sum(r.cases for r in rules), sum(r.futures for r in rules)
        everywhere = np.ones(labels.size, dtype=np.bool_)
        rows.append({"box": "any", **_row(~rest, everywhere, labels, (hits, total, rules[0].of_cases), level)})
    return pd.DataFrame(rows).assign(left_out=int(np.sum(~known)))


def _row(
    inside: npt.NDArray[np.bool_],
    rest: npt.NDArray[np.bool_],
    labels: npt.NDArray[np.bool_],
    learnt: tuple[int, int, int],
    level: float,
) -> dict[str, object]:
    box = inside & rest
    futures, cases, of_cases = int(box.sum()), int((box & labels).sum()), int(labels.sum())
    density_low, density_high = share_interval(cases, futures, level)
    coverage_low, coverage_high = share_interval(cases, of_cases, level)
    p_value = float(hypergeom.sf(cases - 1, int(rest.sum()), int((rest & labels).sum()), futures)) if futures else 1.0
    hits, size, of_hits = learnt
    weaker = float(hypergeom.cdf(cases, size + futures, hits + cases, futures)) <= 1 - level
    if p_value <= 1 - level:
        verdict = "holds, but weaker" if weaker else "holds"
    else:
        verdict = "does not hold" if weaker else "cannot tell"
    return {
        "futures": futures,
        "cases": cases,
        "of_futures": labels.size,
        "of_cases": of_cases,
        "density": cases / futures if futures else float("nan"),
        "density_low": density_low,
        "density_high": density_high,
        "coverage": cases / of_cases if of_cases else float("nan"),
        "coverage_low": coverage_low,
        "coverage_high": coverage_high,
        "base_rate": float(labels[rest].mean()) if rest.any() else float("nan"),
        "study_density": hits / size,
        "study_coverage": hits / of_hits,
        "p_value": p_value,
        "verdict": verdict,
    }
