"""Upper bounds: results of policies with an oracle among their rules, and how every table and title says so.

An oracle reads what no one can see. Its result is not a forecast but the most that such knowledge is worth. The scenario
knows whether a policy has one (:attr:`sim.scenario.Scenario.oracles`); this module marks it in tables and titles.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.study import PolicyLabel

#: The words, and the column of tables that holds True for such policies.
WORDS, COLUMN = "upper bound", "upper_bound"

#: Columns of tables that name policies.
_NAMES = ("policy", "other", "against", "by", "baseline")


def titled(title: str, upper_bound: bool) -> str:
    """What readers call a policy of this title."""
    return f"{title} ({WORDS})" if upper_bound and not title.endswith(f"({WORDS})") else title


def marked(table: pd.DataFrame, policies: Mapping[str, PolicyLabel]) -> pd.DataFrame:
    """``table`` with a column that says which rows depend on an oracle; unchanged if no policy has one.

    Rows that compare policies depend on it when one of them does; rows of a table without policies when any does.
    """
    bounds = {name for name, label in policies.items() if label.upper_bound}
    if not bounds:
        return table
    named = [column for column in _NAMES if column in table.columns]
    if not named:
        return table.assign(**{COLUMN: True})
    return table.assign(**{COLUMN: table[named].isin(bounds).any(axis=1)})
