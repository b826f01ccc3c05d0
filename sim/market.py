"""The market: a Mesa model built from a scenario, which runs week by week."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import mesa
import numpy as np
from numpy.typing import NDArray

from sim import rng
from sim.agents.competitor import Competitor
from sim.agents.customer_segment import Customer, CustomerSegment
from sim.agents.distributor import Distributor
from sim.agents.information_system import InformationSystem
from sim.agents.manufacturer import Manufacturer
from sim.agents.market_department import MarketDepartment
from sim.agents.sales_manager import SalesManager
from sim.agents.sales_rep import SalesRep
from sim.agents.technical_department import TechnicalDepartment
from sim.build.market_state import build_state
from sim.build.numbers import freeze_numbers
from sim.build.presence import presence_of
from sim.build.rule_book import RuleBook
from sim.network import to_networkx
from sim.phases.record import count_by
from sim.quantity import ASSUMPTION
from sim.results import Results
from sim.scenario import Scenario
from sim.scoring.kpi_collector import KpiCollector
from sim.scoring.scorecard import Scorecard
from sim.seeds import check_seed, iteration_of_batch, seed_of_iteration
from sim.state.copying import Copier
from sim.state.table import NEVER
from sim.state.today import Today
from sim.week import Phase, run_week

if TYPE_CHECKING:
    import networkx as nx


class Market(mesa.Model):
    """One market, one policy, one seed.

    ``scenario`` is a :class:`Scenario` or the name or path of one; then ``policy``, ``overrides``,
    ``weeks`` and ``customers`` go to :meth:`Scenario.load`. ``seed`` is a whole number from 0 to 2^63 - 1 and defaults
    to the scenario's; iterations of ``mesa.batch_run`` have seeds of their own, see :mod:`sim.seeds`.
    ``keep_orders`` keeps every purchase occasion for ``results.orders``. A scenario with a warm-up is lived in before the
    market is handed over, unless ``lived_in`` is False: then :meth:`live_in` does it, or the weeks are run one by one. Raises
    :class:`sim.errors.InputErrors` for an invalid scenario or seed, ValueError for settings given along with a loaded scenario.
    """

    def __init__(
        self,
        scenario: Scenario | str,
        seed: int | None = None,
        *,
        policy: str | None = None,
        weeks: int | None = None,
        customers: int | None = None,
        overrides: Mapping[str, Any] | None = None,
        keep_orders: bool = False,
        lived_in: bool = True,
    ) -> None:
        if not isinstance(scenario, Scenario):
            scenario = Scenario.load(scenario, policy=policy, overrides=overrides, weeks=weeks, customers=customers)
        elif any(setting is not None for setting in (policy, weeks, customers, overrides)):
            raise ValueError("a loaded scenario is fixed: give policy, weeks, customers, overrides to Scenario.load")
        first = scenario.seed if seed is None else check_seed(seed)
        chosen = seed_of_iteration(first, iteration_of_batch(self))
        super().__init__(seed=chosen)
        self.scenario = scenario
        self.seed = chosen
        self._agents_made = 0
        self._between_weeks = True
        self.state, self.names = build_state(scenario, chosen, keep_orders=keep_orders)
        self._non_users_at_first = self._non_users = self._count_non_users()
        self._make_agents()
        self.datacollector = KpiCollector(self)
        if lived_in:
            self.live_in()

    def _make_agents(self) -> None:
        state, layout = self.state, self.state.layout
        self.manufacturer = Manufacturer(self)
        self.market_department = MarketDepartment(self)
        self.information_system = InformationSystem(self)
        self.technical_department = TechnicalDepartment(self, "technical department", state.upkeep.technical, 0)
        self.distributors = [
            Distributor(self, name, state.distributors, d) for d, name in enumerate(self.names.distributors)
        ]
        self.managers = [SalesManager(self, name, state.managers, m) for m, name in enumerate(self.names.teams)]
        positions = np.flatnonzero(state.reps.position)
        self.reps = [SalesRep(self, self.names.reps[row], state.reps, int(row)) for row in positions]
        rival_brands = [brand.name for brand in layout.brands if not brand.own]
        self.competitors = [
            Competitor(self, name, [o.name for o in layout.offers if o.brand == name]) for name in rival_brands
        ]
        self.segments = [CustomerSegment(self, state, 0)]

    def register_agent(self, agent: mesa.Agent) -> None:
        """Register ``agent`` under an id of this market: 1, 2, …

        Mesa counts ids in a dictionary of the class ``Agent`` that is keyed by model, so that no model is ever freed;
        this market's entry is therefore removed.
        """
        self._agents_made += 1
        agent.unique_id = self._agents_made
        type(agent)._ids.pop(self, None)
        super().register_agent(agent)  # type: ignore[no-untyped-call]

    @property
    def week(self) -> int:
        """Weeks that have been run; in a warm-up minus the weeks that it still takes."""
        return self.state.calendar

    def live_in(self, each_week: Callable[[], None] | None = None) -> Market:
        """Run what is left of the warm-up, under its baseline; ``each_week`` is called after each. Returns the market itself."""
        while self.state.calendar < 0:
            self.run_week()
            if each_week is not None:
                each_week()
        return self

    def _count_non_users(self) -> NDArray[np.float64]:
        return count_by(self.state, self.state.customers.last_order == NEVER)

    def step(self) -> None:
        """Run one week. After the last week of the scenario the model stops running."""
        self.run_week()

    def run_week(self, observe: Callable[[Phase], None] | None = None, *, check_reads: bool = False) -> None:
        """Run one week; ``observe`` is called after each phase. Raises ValueError after the last week.

        With ``check_reads`` also raises UndeclaredRead for a phase that reads a column it did not declare.
        """
        if self.state.week >= self.state.weeks:
            raise ValueError(f"the scenario has {self.scenario.weeks} weeks and all of them have been run")
        self._between_weeks = False  # and so it stays when a week is broken off
        self._open_week()
        run_week(self.state, observe, check_reads=check_reads)
        self.state.week += 1
        self._between_weeks = True
        self._keep_agents()
        if self.state.week == self.state.origin:
            self._non_users = self._count_non_users()
        if self.state.week >= self.state.weeks:
            self.running = False

    def _open_week(self) -> None:
        """Start with an empty scratch of the week, and apply parameters that a change has moved."""
        state = self.state
        state.today = Today()
        params = self.scenario.params_at(state.calendar + 1)
        if params is not state.params:
            state.params = params
            numbers = freeze_numbers(state.layout, params, state.numbers.positions, state.numbers.customers)
            # What was measured at the start stays.
            measured = state.numbers
            state.numbers = replace(numbers, mean_purchases=measured.mean_purchases, plant=measured.plant)

    def run(self) -> Market:
        """Run all remaining weeks; returns the market itself."""
        while self.state.week < self.state.weeks:
            self.step()
        return self

    def fork(self, scenario: Scenario | None = None) -> Self:
        """An independent copy of the market as it stands, which may continue under another ``scenario`` (default: the same).

        Run on, it is to the last bit what a market is that has been under ``scenario`` from the start; neither the copy nor
        the original notices what happens to the other. Raises ValueError in mid-week, and for a scenario that differs in
        anything that has had effect until now: the market itself, its horizon, rules and parameters of weeks gone by.
        """
        if not self._between_weeks:
            raise ValueError("a market can be copied between two weeks, not while one runs or after one that failed")
        goal = self.scenario if scenario is None else scenario
        if different := self.scenario.parts_from(goal, self.week):
            raise ValueError(f"the market cannot continue under this scenario, whose past is another one: {different}")
        twin = type(self).__new__(type(self))
        mesa.Model.__init__(twin, seed=self.seed)
        copier = self._copier_for(twin, goal)
        fresh = set(vars(twin))
        twin._agents_made = 0
        vars(twin).update({name: copier.copy(value) for name, value in vars(self).items() if name not in fresh})
        for agent in self.agents:
            twin._agents_made = agent.unique_id - 1
            twin.register_agent(copier.copy(agent))
        twin._agents_made = self._agents_made
        twin.running, twin.steps = self.running, self.steps
        twin._seed, twin._rng = self._seed, copier.copy(self._rng)
        rng.continue_generators(self, twin)
        return twin

    def _copier_for(self, twin: Market, scenario: Scenario) -> Copier:
        """How this market is copied into ``twin``: what both share, and what is another thing under ``scenario``."""
        state = self.state
        copier = Copier((state.network, state.alias, state.ids), (mesa.Agent,))
        copier.replace(self, twin)
        copier.replace(self.scenario, scenario)
        copier.replace(state.layout, scenario.world)
        copier.replace(state.params, scenario.params_at(self.week))
        assert isinstance(state.schedule, RuleBook)
        copier.replace(state.schedule, state.schedule.carried(scenario, self.week))
        copier.replace(state.presence, presence_of(scenario.world, scenario.changes, scenario.warm_up.weeks))
        copier.replace(state.today, Today())
        return copier

    def _keep_agents(self) -> None:
        """Agents come and go with positions and segments."""
        for label in range(len(self.segments), self.state.headquarters.segments + 1):
            self.segments.append(CustomerSegment(self, self.state, label))
        known, positions = {agent.row for agent in self.reps}, np.flatnonzero(self.state.reps.position).tolist()
        if known == set(positions):
            return
        for agent in [rep for rep in self.reps if rep.row not in positions]:
            agent.remove()
            self.reps.remove(agent)
        for row in positions:
            if row not in known:
                self.reps.append(SalesRep(self, self.names.reps[row], self.state.reps, row))

    def customer(self, row: int | str) -> Customer:
        """One customer, for inspection: by row, or by its id in the users' table. Raises IndexError, KeyError without one.

        Rows of a users' table are sorted by id, whatever their order in the file.
        """
        if isinstance(row, str):
            ids = self.state.ids or ()
            place = bisect_left(ids, row)
            if place == len(ids) or ids[place] != row:
                raise KeyError(f"no customer has the id {row!r}")
            return Customer(self.state, place)
        return Customer(self.state, row)

    @property
    def network(self) -> nx.Graph[int]:
        """Who talks to whom, as a networkx graph of customers' rows."""
        return to_networkx(self.state.network)

    @property
    def territory_map(self) -> nx.Graph[str]:
        """Territories and their borders as a networkx graph, with each one's share of customers."""
        import networkx

        graph: nx.Graph[str] = networkx.Graph()
        territories = self.state.layout.territories
        for territory in territories:
            graph.add_node(territory.name, share=territory.share)
        graph.add_edges_from((territories[a].name, territories[b].name) for a, b in self.state.layout.borders)
        return graph

    @property
    def results(self) -> Results:
        """Tables of the weeks run so far; those of a warm-up are in ``results.warm_up``."""
        state = self.state
        earlier = self._results(0, state.origin, self._non_users_at_first) if state.origin else None
        return self._results(state.origin, state.weeks, self._non_users, earlier)

    def _results(
        self, first: int, last: int, non_users: NDArray[np.float64], warm_up: Results | None = None
    ) -> Results:
        """Tables of the weeks ``first`` (0-based) to ``last`` − 1, of them those run so far."""
        state, layout = self.state, self.state.layout
        record, ledger = state.record.window(first, last), state.ledger.window(first, last)
        own = np.array([j in layout.own_offers for j in range(len(layout.offers))])
        companies = tuple(company.name for company in layout.companies)
        company_of = np.array([companies.index(layout.categories[c].company) for c in state.numbers.category])
        scorecard = Scorecard(record, ledger, own, non_users, companies, company_of)
        return Results(
            record,
            ledger,
            scorecard,
            state.layout.currency,
            state.books.kept_orders,
            assumptions(self.scenario),
            state.ids,
            self.scenario.oracles,
            before=state.origin,
            first=1 + first - state.origin,
            warm_up=warm_up,
        )


def assumptions(scenario: Scenario) -> list[dict[str, Any]]:
    """Parameters of the scenario whose declared source is an assumption."""
    found = []
    groups: list[tuple[str, Any]] = [
        (f"params.{name}", getattr(scenario.params, name)) for name in type(scenario.params).model_fields
    ]
    groups += [(f"policy.{question}", rule) for question, rule in scenario.policy.items()]
    for path, section in groups:
        for name, declaration in type(section).declarations():
            if declaration.source == ASSUMPTION:
                found.append(
                    {
                        "path": f"{path}.{name}",
                        "value": str(getattr(section, name)),
                        "unit": declaration.unit,
                        "source": declaration.source,
                        "doc": declaration.doc,
                    }
                )
    return found
