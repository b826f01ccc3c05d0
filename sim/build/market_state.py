"""The state of a market before its first week, built from a scenario and a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim import network as networks
from sim.accounts_chart import Account
from sim.boards import build_need_board, build_offer_board
from sim.build.capacity import add_limits
from sim.build.channel import ChannelParts, build_channel, build_rivals, expected_units, own_share
from sim.build.database import build_database
from sim.build.numbers import freeze_numbers
from sim.build.partners import open_partners
from sim.build.population import build_customers
from sim.build.portfolios import hand_over_portfolios
from sim.build.presence import presence_of
from sim.build.projects import fill_pipeline, project_rates
from sim.build.regions import build_territories
from sim.build.rival_force import build_rival_brands, forces_of, open_rival_forces
from sim.build.rule_book import RuleBook
from sim.build.sales_force import build_sales_force, positions_by_territory
from sim.build.settling import settle_actors, settle_goods
from sim.build.upkeep import build_upkeep
from sim.derived.hand_overs import hand_overs_cost
from sim.derived.presence import show_offers
from sim.kernels.alias import aliases
from sim.kernels.talk import pass_on, talk_of
from sim.ledger import MANUFACTURER, Ledger
from sim.network import Network
from sim.params import Params
from sim.params.customers import experience_numbers
from sim.params.world import World
from sim.project_draws import buying_rates, who_opens, yearly_projects
from sim.quantity import WEEKS_PER_YEAR
from sim.reading.data_tables import DataTables
from sim.reading.ties import tie_rows
from sim.record import Record
from sim.scenario import Scenario
from sim.state import ManagerUse, MarketState, Use
from sim.state.books import Books, HeadsBook, HoursBook, UnitsBook
from sim.state.customers import Customers
from sim.state.distributors import Distributors
from sim.state.goods import Expected, Goods, Stock
from sim.state.headquarters import Headquarters
from sim.state.market_state import Boards
from sim.state.opportunities import OpenProjects, Opportunities
from sim.state.rival_force import RivalAccounts


@dataclass(frozen=True)
class Names:
    """Names of the rows of actors' tables."""

    reps: list[str]
    teams: list[str]
    distributors: list[str]


def build_state(scenario: Scenario, seed: int, *, keep_orders: bool = False) -> tuple[MarketState, Names]:
    """Build all parts of a market by keyed draws."""
    world, params, data = scenario.world, scenario.params, scenario.data
    weeks = scenario.warm_up.weeks + scenario.weeks
    roster = data.roster if data is not None else None
    customers = build_customers(world, params, seed, data.customers if data is not None else None, forces_of(scenario))
    rates = project_rates(world, customers.type, data.customers if data is not None else None)
    network = build_network(params, seed, customers, data)
    _hear(params, customers, network)
    reps, managers, rep_names, teams = build_sales_force(world, params, seed, roster)
    parts = build_channel(world, params, customers, rates)
    open_partners(world, params, seed, customers, rates, parts.distributors)
    heads = np.zeros((len(world.territories), len(world.customer_types)), dtype=np.int64)
    np.add.at(heads, (customers.territory, customers.type), 1)
    positions = positions_by_territory(world, roster)
    numbers = freeze_numbers(world, params, positions, heads)
    numbers = add_limits(numbers, world, params, customers, rates, parts.plant_forecast.level)
    buying = buying_rates(customers.purchase_rate, world, rates)
    knowledge, diary = build_database(
        world, params, seed, customers, _yearly_purchases(world, params, customers, rates), buying
    )
    names = Names(rep_names, teams, [name for name, _ in world.distributors])
    ledger = _open_books(
        world, weeks, len(names.distributors), len(teams), parts.distributors.stock_value, parts.plant.on_hand
    )
    territories, brands = len(world.territories), len(world.brands)
    state = MarketState(
        seed=seed,
        weeks=weeks,
        origin=scenario.warm_up.weeks,
        layout=world,
        params=params,
        numbers=numbers,
        schedule=RuleBook(scenario),
        boards=Boards(
            build_offer_board(world, params),
            build_need_board(world, params, 0),
            np.full((brands, territories), params.advertising.at_start * numbers.advertising.usual),
        ),
        customers=customers,
        alias=aliases(customers.key, seed),
        ids=tuple(data.customers["id"]) if data is not None and data.customers is not None else None,
        network=network,
        reps=reps,
        managers=managers,
        distributors=parts.distributors,
        rivals=build_rivals(world, params, seed, customers),
        rival_brands=build_rival_brands(world, params, positions, weeks),
        rival_accounts=RivalAccounts(0),
        presence=presence_of(world, scenario.changes, scenario.warm_up.weeks),
        territories=build_territories(world, params, seed, heads.sum(axis=1), weeks),
        knowledge=knowledge,
        diary=diary,
        upkeep=build_upkeep(world, params, seed, weeks, customers),
        opportunities=Opportunities(OpenProjects(len(world.attributes))),
        goods=_stock_goods(parts, weeks),
        headquarters=Headquarters(
            _usual_sales(world, parts.distributors, territories), np.full(territories, -1, dtype=np.int64)
        ),
        books=Books(
            HoursBook(weeks, len(reps), Use),
            HoursBook(weeks, len(managers), ManagerUse),
            HeadsBook(weeks, np.bincount(reps.team[reps.active], minlength=len(teams))),
            kept_orders=[] if keep_orders else None,
        ),
        ledger=ledger,
        record=Record(weeks, _labels(world, names)),
    )
    if params.start.fixed_points:
        ours = settle_actors(state, scenario, rates)
        yearly = _yearly_purchases(world, params, customers, rates, ours)
        state.knowledge, state.diary = build_database(world, params, seed, customers, yearly, buying)
    if world.has_projects:
        state.opportunities.yearly = yearly_projects(world, customers, rates)
    hand_over_portfolios(state, data.customers if data is not None else None, rep_names)
    if params.start.fixed_points:
        settle_goods(state, scenario, rates)
    if hand_overs_cost(state):
        customers.fill({"former": customers.relationship[:, None]})
    _remember_sales(state)
    if world.has_projects:
        state.opportunities.openings = who_opens(customers, rates)
        state.opportunities.buying_rate = buying
        state.opportunities.won_share = np.full(len(world.categories), own_share(world))
        fill_pipeline(state, state.opportunities.openings, data)
    show_offers(state)
    open_rival_forces(state, buying)
    return state, names


def _stock_goods(parts: ChannelParts, weeks: int) -> Goods:
    """The channel at the start, under the write guard, and its book of units."""
    units = UnitsBook(weeks, parts.plant.on_hand.size, parts.channel.on_hand.sum(axis=0) + parts.plant.on_hand)
    return Goods(
        Stock(parts.channel),
        Stock(parts.plant),
        Expected(parts.forecasts),
        Expected(parts.plant_forecast),
        Expected(parts.shared_forecast),
        units,
        begun=np.zeros(parts.plant.on_hand.size),
    )


def _remember_sales(state: MarketState) -> None:
    """Sales of reps as observed at the start: what their accounts have bought."""
    rep = state.knowledge.rep
    served = np.flatnonzero(rep >= 0)
    yearly = np.bincount(rep[served], weights=state.diary.bought[served], minlength=len(state.reps))
    state.reps.fill({"sales": yearly / WEEKS_PER_YEAR})


def build_network(params: Params, seed: int, customers: Customers, data: DataTables | None) -> Network:
    """Who talks to whom: drawn, or from the users' table of ties."""
    numbers = params.network
    if numbers.kind == "edge_list" and data is not None and data.ties is not None:
        ids = None if data.customers is None else data.customers["id"]
        first, second = tie_rows(data.ties, ids, len(customers))
        strong = data.ties["strong"].to_numpy() == 1 if "strong" in data.ties else None
        place = data.files["ties"].name
        return networks.from_edges(
            customers.key, first, second, strong=strong, strong_share=numbers.strong_share, seed=seed, place=place
        )
    if numbers.kind != "small_world" or numbers.degree == 0:
        return networks.no_ties(len(customers), complete=numbers.kind == "complete")
    groups = customers.type.astype(np.int64) * 65536 + customers.territory if numbers.homophily > 0.0 else None
    return networks.small_world(
        customers.key,
        degree=numbers.degree,
        rewiring=numbers.rewiring,
        strong_share=numbers.strong_share,
        seed=seed,
        groups=groups,
        homophily=numbers.homophily,
    )


def _hear(params: Params, customers: Customers, network: Network) -> None:
    """Fill in what customers hear from their neighbours at the start."""
    ill = int(experience_numbers(params.experience, params.loyalty, params.talk).ill)
    with customers.lend(("talk_weak", "talk_strong")):
        pass_on(customers, network, talk_of(np.arange(len(customers)), customers.speaks, ill))


def _yearly_purchases(
    world: World, params: Params, customers: Customers, rates: np.ndarray, ours_of: np.ndarray | None = None
) -> np.ndarray:
    """What one of our users buys from us in a year at list price, minor units [N]: the past before week 0.

    ``ours_of`` [N, C] is our share of each customer's occasions where the start is settled.
    """
    units = expected_units(world, customers, rates)
    repeated, ours = params.loyalty.repeated, own_share(world)
    price = np.zeros(len(world.categories))
    for c, category in enumerate(world.categories):
        own = [world.offers[j].list_price for j in world.own_offers if world.offers[j].category == category.name]
        uses = customers.owned[:, c] == world.own_brand
        share = np.where(uses, repeated + (1.0 - repeated) * ours, (1.0 - repeated) * ours)
        units[:, c] *= share if ours_of is None else ours_of[:, c]
        price[c] = np.mean(own) if own else 0.0
    yearly: np.ndarray = units @ price * WEEKS_PER_YEAR
    return yearly


def _usual_sales(world: World, distributors: Distributors, territories: int) -> np.ndarray:
    from_plant = np.where(distributors.supplier < 0, distributors.purchases, 0.0)
    return np.bincount(distributors.territory, weights=from_plant, minlength=territories)


def _open_books(
    world: World, weeks: int, distributors: int, teams: int, stock_value: np.ndarray, plant_stock: np.ndarray
) -> Ledger:
    """Books with the opening stocks, contributed by the owners."""
    ledger = Ledger(
        distributors, weeks, {"territory": len(world.territories), "offer": len(world.offers), "team": teams}
    )
    cost = np.array([world.offers[j].unit_cost for j in world.own_offers], dtype=np.int64)
    ledger.post(Account.FINISHED_GOODS, Account.CAPITAL, int((plant_stock * cost).sum()), entity=MANUFACTURER)
    ledger.post(Account.CHANNEL_STOCK, Account.CAPITAL, stock_value.sum(axis=1), entity=1 + np.arange(distributors))
    return ledger


def _labels(world: World, names: Names) -> dict[str, tuple[str, ...]]:
    return {
        "territory": tuple(t.name for t in world.territories),
        "segment": tuple(t.name for t in world.customer_types),
        "offer": tuple(o.name for o in world.offers),
        "team": tuple(names.teams),
        "distributor": tuple(names.distributors),
    }
