"""Projects at the start: which customers may open any, and a pipeline that is already full, or the user's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from sim.derived.call_lengths import loads
from sim.kernels.projects import Openings, list_openings, numbers_at_start
from sim.kernels.relationship import adbudg
from sim.params.world import Category, World
from sim.project_draws import Born, draw_projects, yearly_of_types
from sim.quantity import WEEKS_PER_YEAR
from sim.reading.data_tables import DataTables
from sim.rng import Decision, Luck, stream
from sim.stages import MOST_AT_START
from sim.state import MarketState

Array = NDArray[Any]

# Draws of the pipeline at the start, distinguished by index: categories come first.
_LENGTH, _AGE = 8, 9


def project_rates(world: World, kind: Array, table: pd.DataFrame | None) -> NDArray[np.float64]:
    """Projects a week of each customer by category [N, C]: of its type ``kind``, or of columns ``projects_*``."""
    if not world.has_projects:
        return np.broadcast_to(0.0, (len(kind), len(world.categories)))  # takes no memory
    rates: NDArray[np.float64] = yearly_of_types(world)[kind]
    for c, category in enumerate(world.categories):
        if table is not None and f"projects_{category.name}" in table:
            rates[:, c] = table[f"projects_{category.name}"].to_numpy(np.float64)
    return rates / WEEKS_PER_YEAR


def fill_pipeline(state: MarketState, who: Openings, data: DataTables | None) -> None:
    """Put the projects that are open at the start into ``state``.

    They are those of the user's table, each with a length drawn beyond its age; else those of a market in which projects
    have always opened at the rates of ``who``: for each pair a Poisson number with mean rate × mean length, with lengths
    drawn in proportion to themselves (a gamma with shape + 1) and ages uniform over the length.
    """
    categories = state.layout.categories
    if data is None or data.projects is None or data.customers is None:
        born = _stationary(state, who, categories)
    else:
        born = _given(state, data.projects, data.customers, categories)
    if len(born.number):
        with state.opportunities.projects.lend(tuple(state.opportunities.projects)):
            state.opportunities.projects.append(
                draw_projects(state.seed, born, state.customers, categories, state.params.projects)
            )
        _attend_at_start(state)


def _stationary(state: MarketState, who: Openings, categories: tuple[Category, ...]) -> Born:
    mean = np.array([c.cycle_mean or 0.0 for c in categories])
    shape = np.array([c.cycle_shape for c in categories])
    open_now = who._replace(rate=(who.rate * mean[who.category]).astype(np.float32))
    pairs, place = list_openings(stream(state.seed, Decision.PROJECTS_AT_START, 0), open_now, 1.0, MOST_AT_START)
    category, key = who.category[pairs], who.key[pairs]
    number = numbers_at_start(category, place)
    luck = Luck.of(state.seed, Decision.PROJECTS_AT_START, 0)
    # The mean of a length in proportion to itself is (k + 1)/k times that of a length.
    lengthened = mean[category] * (shape[category] + 1.0) / shape[category]
    length = luck.gamma(key, shape[category] + 1.0, lengthened, _LENGTH + 2 * number)
    age = length * luck.uniform(key, _AGE + 2 * number)
    return Born(who.row[pairs], category, number, -age, length)


def _given(state: MarketState, table: pd.DataFrame, customers: pd.DataFrame, categories: tuple[Category, ...]) -> Born:
    """The user's open projects, longer than they are old: the rest of the gamma law beyond the age."""
    row = {name: k for k, name in enumerate(customers["id"])}
    place_of = {c.name: k for k, c in enumerate(categories)}
    table = table.assign(customer=table["customer"].map(row), category=table["category"].map(place_of))
    table = table.sort_values(["customer", "category", "opened_week"], kind="stable")
    customer, category = table["customer"].to_numpy(np.int64), table["category"].to_numpy(np.int64)
    place = table.groupby(["customer", "category"]).cumcount().to_numpy(np.int64)
    number, key = numbers_at_start(category, place), state.customers.key[customer]
    luck = Luck.of(state.seed, Decision.PROJECTS_AT_START, 0)
    moment = table["opened_week"].to_numpy(np.float64) + luck.uniform(key, _AGE + 2 * number)
    shape = np.array([c.cycle_shape for c in categories])[category]
    scale = np.array([c.cycle_mean or 0.0 for c in categories])[category] / shape
    beyond = special.gammaincc(shape, -moment / scale) * luck.uniform(key, _LENGTH + 2 * number)
    length = np.where(beyond > 0.0, special.gammainccinv(shape, np.maximum(beyond, 1e-300)) * scale, -moment)
    return Born(customer, category, number, moment, np.maximum(length, -moment))


def _attend_at_start(state: MarketState) -> None:
    """Attention of the pipeline at the start: what usual calls on the accounts have built up since the opening."""
    projects, reps, numbers = state.opportunities.projects, state.reps, state.numbers.attention
    rep = state.knowledge.rep[projects.customer]
    load = loads(state)
    at_account = np.bincount(projects.customer, minlength=len(state.customers))[projects.customer]
    calls = np.where(rep >= 0, (reps.reported_calls / np.where(load > 0, load, 1.0))[rep], 0.0) / at_account
    shape = tuple(float(getattr(numbers, name)) for name in ("least", "most", "shape", "half"))
    usual = np.array([adbudg(float(c), *shape) for c in calls])
    pull = calls ** float(numbers.shape) / float(numbers.half)
    built = 1.0 - float(numbers.keep) ** (np.maximum(-projects.opened, 0) * (1.0 + pull))
    with projects.lend(("attention",)):
        projects.writable("attention")[:] = usual * built * state.params.projects.at_start
