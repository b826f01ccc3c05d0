"""Reps and managers at the start: from the scenario's layout or from the user's roster."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import rng
from sim.keys import key_of, keys_of
from sim.params import Params
from sim.params.world import World
from sim.quantity import WEEKS_PER_YEAR, weekly_hazard_of_annual_probability
from sim.questions.routines import MEETINGS
from sim.rng import Decision
from sim.solvers.motives import NEEDS, STYLES
from sim.solvers.outside_offers import usual_exodus
from sim.state.managers import Managers
from sim.state.reps import PRACTISED, Reps

Array = NDArray[Any]

#: Positions a territory has room for, as a multiple of those at the start and at least so many more.
ROOM, LEAST_ROOM = 2, 4


def positions_by_territory(world: World, roster: pd.DataFrame | None) -> Array:
    """Positions at the start by territory [T]."""
    if roster is None:
        return np.full(len(world.territories), world.sales_force.reps_per_territory, dtype=np.int64)
    names = roster["territory"].tolist()
    return np.array([names.count(t.name) for t in world.territories], dtype=np.int64)


def build_sales_force(
    world: World, params: Params, seed: int, roster: pd.DataFrame | None
) -> tuple[Reps, Managers, list[str], list[str]]:
    """Tables of reps and managers, names of positions and of teams."""
    positions = positions_by_territory(world, roster)
    room = np.maximum(positions * ROOM, positions + LEAST_ROOM)
    territory = np.repeat(np.arange(len(positions)), room)
    place = np.concatenate([np.arange(r) for r in room]) if len(room) else np.empty(0, dtype=np.int64)
    filled = place < positions[territory]
    team, teams = _teams(world, territory, place, filled, roster)
    learning = len(PRACTISED) if params.change.routine_weeks > 0 else 0
    reps = Reps(len(territory), {"kinds of meeting": len(MEETINGS), "routines to learn": learning})
    key = _keys(world, territory, place, filled, roster)
    traits = {name: rng.normal(seed, Decision.REP_AT_START, 0, key, k) for k, name in enumerate(("ability", "zeal"))}
    tenure = _service(params, rng.uniform(seed, Decision.REP_AT_START, 0, key, 2))
    ability = params.calls.ability_spread * traits["ability"]
    if roster is not None:
        known = roster.fillna({"skill": 0.0, "hired_week": -params.people.tenure_at_start})
        ability, tenure = _from_roster(known, world, territory, place, filled, ability, tenure)
    zeal = np.maximum(1.0 + params.calls.motivation_spread * traits["zeal"], 0.0)
    usual = weekly_hazard_of_annual_probability(params.people.quit_probability)
    reps.fill(
        {
            "key": key,
            "territory": territory,
            "team": team,
            "position": filled,
            "active": filled,
            "tenure": np.where(filled, tenure, 0).astype(np.int64),
            "ability": np.where(filled, ability, 0.0),
            "skill": np.where(filled, ability, 0.0),
            "zeal": zeal,
            "motivation": zeal,
            "alignment": params.calls.compliance_start,
            "form_use": params.forms.start,
            "reported_calls": usual_calls(params),
            "variable_share": params.labour_market.variable_share_at_start,
            "exodus": usual_exodus(usual, params.labour_market.contagion_half_life),
            "pay": params.labour_market.pay / WEEKS_PER_YEAR,
            "maturity": np.where(filled, _maturity(params, seed, key, tenure), 0.0),
            "style": _one_of(len(STYLES), rng.uniform(seed, Decision.TRAIT_AT_START, 0, key, 1)),
            "need": _one_of(len(NEEDS), rng.uniform(seed, Decision.TRAIT_AT_START, 0, key, 2)),
        }
    )
    managers = Managers(len(teams), {"selling managers": int(params.managers_time.selling > 0)})
    homes = [np.bincount(territory[(team == m) & filled], minlength=len(positions)).argmax() for m in range(len(teams))]
    of_teams = keys_of(teams)
    style = _one_of(len(STYLES), rng.uniform(seed, Decision.MANAGER_AT_START, 0, of_teams, 0))
    leadership = rng.normal(seed, Decision.MANAGER_AT_START, 0, of_teams, 1)
    home = np.array(homes, dtype=np.int64)
    managers.fill({"key": of_teams, "territory": home, "style": style, "leadership": leadership})
    names = _names(world, territory, place, filled, roster)
    return reps, managers, names, teams


def _service(params: Params, u: Array) -> Array:
    """Weeks of service at the start for uniform draws ``u``: a draw squared, or as long as the hazard of leaving makes it."""
    hazard = weekly_hazard_of_annual_probability(params.people.quit_probability)
    weeks: Array = u**2 * params.people.tenure_at_start
    if params.start.fixed_points and hazard > 0.0:
        weeks = -np.log(u) / hazard
    return np.floor(weeks)


def _keys(world: World, territory: Array, place: Array, filled: Array, roster: pd.DataFrame | None) -> Array:
    """Keys of positions: of their reps' names in a roster, else of the territory and the place in it.

    Spare positions of a territory with a roster are counted by themselves, so that one more rep does not change them.
    """
    name = [world.territories[t].name for t in territory]
    if roster is None:
        return np.array([key_of(*of) for of in zip(name, map(str, place), strict=True)], np.uint64)
    spare = place - np.bincount(territory[filled], minlength=len(world.territories))[territory]
    key = np.array([key_of(*of, "spare") for of in zip(name, map(str, spare), strict=True)], np.uint64)
    key[_roster_rows(roster, world, territory, place)] = keys_of(roster["rep"])
    return key


def _one_of(kinds: int, u: Array) -> Array:
    """One of ``kinds`` equally likely kinds, from a uniform draw each."""
    kind: Array = np.floor(kinds * u).astype(np.int64)
    return kind


def _maturity(params: Params, seed: int, key: Array, tenure: Array) -> Array:
    """Maturity at the start: that of an applicant, grown by the years since."""
    z = rng.normal(seed, Decision.TRAIT_AT_START, 0, key, 0)
    fresh = np.clip(params.recruiting.maturity_mean + params.recruiting.maturity_spread * z, 0.0, 1.0)
    grown: Array = 1.0 - (1.0 - fresh) * np.exp(-tenure / params.learning.maturity_time)
    return grown


def usual_calls(params: Params) -> float:
    """Calls a week of a rep that the firm assumes before it has seen any work of a position: field hours at an hour and a bit a call."""
    hours = params.hours
    field = max(hours.contract * (1 - hours.absence) - hours.administration, 0.0)
    return field / (2 * hours.selling_per_call + hours.travel_beyond_selling)


def _teams(
    world: World, territory: Array, place: Array, filled: Array, roster: pd.DataFrame | None
) -> tuple[Array, list[str]]:
    """Team of every position; spare positions belong to the team of the last filled one of their territory."""
    team = np.zeros(len(territory), dtype=np.int64)
    if roster is None:
        team[filled] = np.arange(filled.sum()) // world.sales_force.span
        teams = [f"team-{m + 1}" for m in range(int(team.max(initial=0)) + 1)]
    else:
        teams = sorted(set(roster["manager"]))
        for row, (_, line) in zip(_roster_rows(roster, world, territory, place), roster.iterrows(), strict=True):
            team[row] = teams.index(line["manager"])
    for t in np.unique(territory):
        inside = np.flatnonzero(territory == t)
        used = inside[filled[inside]]
        team[inside[~filled[inside]]] = team[used[-1]] if len(used) else 0
    return team, teams


def _roster_rows(roster: pd.DataFrame, world: World, territory: Array, place: Array) -> list[int]:
    """Row of every line of the roster: places of a territory in the order of the lines."""
    row_of = {t.name: k for k, t in enumerate(world.territories)}
    taken: dict[int, int] = {}
    rows = []
    for name in roster["territory"]:
        t = row_of[name]
        rows.append(int(np.flatnonzero((territory == t) & (place == taken.get(t, 0)))[0]))
        taken[t] = taken.get(t, 0) + 1
    return rows


def _from_roster(
    roster: pd.DataFrame, world: World, territory: Array, place: Array, filled: Array, ability: Array, tenure: Array
) -> tuple[Array, Array]:
    rows = _roster_rows(roster, world, territory, place)
    if "skill" in roster:
        ability[rows] = roster["skill"].to_numpy(np.float64)
    if "hired_week" in roster:
        tenure[rows] = np.maximum(-roster["hired_week"].to_numpy(np.float64), 0.0)
    return ability, tenure


def _names(world: World, territory: Array, place: Array, filled: Array, roster: pd.DataFrame | None) -> list[str]:
    names = [f"{world.territories[t].name}-{p + 1}" for t, p in zip(territory, place, strict=True)]
    if roster is not None:
        for row, name in zip(_roster_rows(roster, world, territory, place), roster["rep"], strict=True):
            names[row] = str(name)
    return names
