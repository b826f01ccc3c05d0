"""Small markets with projects that tests share: tiny, and a category `line` that is bought by projects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sim.market import Market
from sim.project_draws import Born, born_this_week, draw_projects

PROJECTS = str(Path(__file__).parent / "projects.toml")
#: Row of the category `line`, and of our offer in it.
LINE, OURS = 2, 4


def project_market(seed: int = 1, weeks: int = 12, customers: int = 600, **overrides: Any) -> Market:
    """A market with projects, not yet run; underscores in names of overrides stand for dots where they are doubled."""
    given = {name.replace("__", "."): value for name, value in overrides.items()}
    return Market(PROJECTS, seed=seed, weeks=weeks, customers=customers, overrides=given)


def many_projects(market: Market, each: int, week: int = 5) -> tuple[Born, dict[str, np.ndarray]]:
    """``each`` projects of every customer that could have opened in ``week``: what they are born with, and their columns."""
    state = market.state
    rows = np.repeat(np.arange(len(state.customers)), each)
    category = np.full(len(rows), LINE)
    number = 4096 * (week + 1) + np.tile(np.arange(each), len(state.customers))
    categories = state.layout.categories
    born = born_this_week(state.seed, week, state.customers, categories, (rows, category, number))
    return born, draw_projects(state.seed, born, state.customers, categories, state.params.projects)
