"""Projects: reps work on those of their accounts, new ones open, and those whose time has come are decided once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.sales_rep import SalesRep
from sim.derived.accounts import served
from sim.jit import sealed, sealed_array
from sim.kernels.board import OfferBoard
from sim.kernels.choice import Choosers, choose
from sim.kernels.demand_step import Chosen, Visits, choosers
from sim.kernels.needs import Occasions
from sim.kernels.projects import PROJECT_ORDER, Openings, list_openings, numbers_of_week
from sim.kernels.relationship import cultivate, fade
from sim.kernels.threads import blocks_of, run_blocks, threads_for
from sim.project_draws import born_this_week, draw_projects
from sim.rng import Decision, stream
from sim.state import Ints, MarketState
from sim.state.opportunities import OpenProjects
from sim.state.orders import Purchases
from sim.state.today import DecidedProjects
from sim.views import RepSeen

Floats = NDArray[np.float64]


def pursue(state: MarketState, seen: RepSeen, share: Floats) -> Floats:
    """Reps choose the projects they carry; returns ``share`` [A] of calls by account, with the calls set aside for them."""
    projects = state.opportunities.projects
    if len(projects) == 0:
        return share
    rep = state.knowledge.rep[projects.customer]
    rows = np.flatnonzero((rep >= 0) & state.reps.active[rep])
    projects.writable("carried")[:] = False
    if len(rows) == 0:
        return share
    looked_at = SalesRep.see_projects(state, seen, rows)
    carried, part = SalesRep.decide_pursuit(state, looked_at)
    projects.writable("carried")[rows] = carried
    _record_carried(state, rows[carried])
    account = np.searchsorted(served(state), projects.customer[rows])
    extra = np.bincount(account, weights=part, minlength=len(share))
    aside = np.bincount(looked_at.project_rep, weights=part, minlength=len(state.reps))
    divided: Floats = (1.0 - aside)[seen.account_rep] * share + extra
    return divided


def _record_carried(state: MarketState, rows: Ints) -> None:
    team = state.reps.team[state.knowledge.rep[state.opportunities.projects.customer[rows]]]
    state.record.put(state.week, "projects_carried", np.bincount(team, minlength=len(state.managers)))


def attend(state: MarketState, visits: Visits) -> None:
    """Attention fades on all projects; this week's calls on an account work on those of its projects that are carried.

    ``visits`` are in the order of customers' rows. Several carried projects of one account share its calls evenly.
    """
    projects, numbers = state.opportunities.projects, state.numbers.attention
    if len(projects) == 0:
        return
    stock = projects.writable("attention")
    run_blocks(fade, blocks_of(len(stock)), threads_for(len(stock)), numbers, stock)
    rows = projects.carried.nonzero()[0]
    if len(rows) == 0 or len(visits.row) == 0:
        return
    at = visits.row.searchsorted(projects.customer[rows])
    called = visits.row.take(at, mode="clip") == projects.customer[rows]
    rows, at = rows[called], at[called]
    if len(rows):
        sharing = np.bincount(at, minlength=len(visits.row))
        made = (visits.effective[at] / sharing[at]).astype(np.float32)
        cultivate(sealed_array(rows.astype(np.uint32)), sealed_array(made), numbers, stock)
        worked = np.unique(at)
        team = state.reps.team[state.knowledge.rep[visits.row[worked].astype(np.int64)]]
        calls = np.bincount(team, weights=visits.calls[worked], minlength=len(state.managers))
        state.record.put(state.week, "project_calls", calls)


def decide_projects(state: MarketState) -> DecidedProjects | None:
    """Open this week's projects and decide those whose last stage ends; None in a market without opportunities."""
    openings = state.opportunities.openings
    if openings is None:
        return None
    opened = _open(state, openings)
    projects = state.opportunities.projects
    due = projects.stage_end[:, -1] <= state.week
    rows = due.nonzero()[0]
    if not len(rows):
        return DecidedProjects(state.opportunities.none, Chosen.of(0), np.empty(0, np.bool_), opened)
    decided = projects.taken(rows[np.lexsort((projects.number[rows], projects.customer[rows]))])
    projects.keep(~due)
    chosen = choose_for(state, decided, state.boards.offers)
    won = (chosen.offer >= 0) & state.boards.offers.own[chosen.offer]
    _learn_odds(state, decided, won)
    return DecidedProjects(decided, chosen, won, opened)


def _open(state: MarketState, who: Openings) -> NDArray[np.int64]:
    """New projects of this week; returns the rows of their customers."""
    factor = state.params.needs.activity(state.calendar)
    pairs, place = list_openings(stream(state.seed, Decision.PROJECT_OPENS, state.week), who, factor)
    category, customer = who.category[pairs], who.row[pairs]
    if len(pairs):
        named = (customer, category, numbers_of_week(state.week, category, place))
        born = born_this_week(state.seed, state.week, state.customers, state.layout.categories, named)
        made = draw_projects(state.seed, born, state.customers, state.layout.categories, state.params.projects)
        state.opportunities.projects.append(made)
    return customer


def choose_for(state: MarketState, projects: OpenProjects, board: OfferBoard) -> Chosen:
    """What the deciders of each of ``projects`` take: the kernel of choice, by draws of the project.

    Attention enters with the relationship, as utility of our offers.
    """
    chosen = Chosen.of(len(projects))
    if len(projects) == 0:
        return chosen
    rows = np.arange(len(projects), dtype=np.uint32)
    numbers = projects.number.astype(np.uint32)
    occasions = Occasions(rows, projects.category.astype(np.uint8), numbers, np.zeros(1, np.int64))
    who, weights = project_choosers(state, projects)
    luck = stream(state.seed, Decision.PROJECT_CHOICE, 0)
    choose(0, blocks_of(len(projects)), luck, sealed(occasions), who, sealed(board), weights, *chosen)
    return chosen


def project_choosers(state: MarketState, projects: OpenProjects) -> tuple[Choosers, Any]:
    """Deciders of each of ``projects`` as the kernels take customers, and the weights of choice that go with them."""
    rows, weights = projects.customer, state.numbers.choice
    who = choosers(state.customers, state.network, int(state.numbers.experience.ill))
    columns = {name: getattr(who, name)[rows] for name in Choosers._fields[:-2]}
    spare = np.append(rows, rows[-1:])  # with a single row, one cannot tell how an array lies
    for name in ("talk_weak", "talk_strong"):  # they lie as the columns of customers do: one version of the kernel
        columns[name] = np.asfortranarray(getattr(who, name)[spare])
    warmth = weights.relationship * columns["relationship"]
    columns["relationship"] = warmth + np.float32(state.params.projects.attention) * projects.attention
    columns["rival_relationship"] = weights.relationship * columns["rival_relationship"]
    columns["taste"], columns["price_sensitivity"] = projects.taste, projects.price_sensitivity
    ties = state.network.indptr[rows + 1] - state.network.indptr[rows]
    columns["degree_start"] = np.concatenate((np.zeros(1, np.int64), np.cumsum(ties)))
    return sealed(Choosers(**columns, crowd=who.crowd)), weights._replace(relationship=np.float32(1))


def _learn_odds(state: MarketState, decided: OpenProjects, ours: NDArray[np.bool_]) -> None:
    """The firm's record of how many decided projects it wins, by category: an average over the last ones."""
    categories = len(state.layout.categories)
    count = np.bincount(decided.category, minlength=categories)
    won = np.bincount(decided.category[ours], minlength=categories)
    weight = -np.expm1(count * np.log1p(-1.0 / state.params.projects.won_memory))
    state.opportunities.won_share = state.opportunities.won_share + weight * (
        won / np.maximum(count, 1) - state.opportunities.won_share
    )


def places_of_decided(state: MarketState, orders: Purchases) -> NDArray[np.int64]:
    """Place of each order among this week's decided projects [n]; −1 for all that is not decided this week."""
    place = np.full(len(orders.offer), -1, dtype=np.int64)
    decided = state.today.demanded.decided
    mine = (orders.index >= PROJECT_ORDER).nonzero()[0]
    if decided is None or len(mine) == 0 or len(decided.projects) == 0:
        return place
    name = decided.projects.customer * PROJECT_ORDER + decided.projects.number
    order = name.argsort()
    ranked = name[order]
    wanted = orders.customer[mine] * PROJECT_ORDER + (orders.index[mine] - PROJECT_ORDER)
    found = np.minimum(ranked.searchsorted(wanted), ranked.size - 1)
    hit = ranked[found] == wanted
    place[mine[hit]] = order[found[hit]]
    return place


def made_to_order(state: MarketState, orders: Purchases) -> NDArray[np.bool_]:
    """Which orders [n] are for offers of ours that are not kept in stock."""
    found: NDArray[np.bool_] = state.numbers.made_to_order[orders.offer]
    return found
