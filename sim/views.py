"""What each actor can see when it answers a question: typed, read-only views, one per kind of actor.

N customers on record, T territories, R reps, M managers, D distributors, J offers, F rival brands. Views hold
beliefs and own records, never the latent state of customers; only :class:`TruthSeen` does, for rules
marked ``reads_truth``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
Bools = NDArray[np.bool_]

#: Weeks below this one are no weeks: what they would date never happened.
NO_WEEK = -20_000


class Luck(Protocol):
    """Keyed draws for a rule that needs chance: same seed, question, week and entity give the same draw.

    Name entities by their ``key``, never by their row, so that the draw of one does not depend on who else exists.
    A stream per question: two rules never share draws."""

    def uniform(self, entities: Ints, index: int = 0) -> NDArray[np.float64]:
        """Uniform draws in (0, 1), one per entity."""
        ...

    def normal(self, entities: Ints, index: int = 0) -> NDArray[np.float64]:
        """Standard normal draws, one per entity."""
        ...


@dataclass(frozen=True)
class CustomersSeen:
    """The firm's customer database as headquarters sees it this week: late, noisy, incomplete.

    Rows are the customers on record [N]: those who are known, served by a rep, or were asked in a survey of needs. Of
    all others the firm knows neither who nor how many they are. Where ``known`` is False, nobody has written down more
    than ``key``, ``territory``, ``rep`` and ``needs``. Oracles alone see rows of all customers.
    """

    key: Ints  # [N] stable id, an alias: it tells nothing of the customer, nor how many there are
    territory: Ints  # [N]
    known: Bools  # [N] has a record
    marks: Floats  # [N, marks] as measured; NaN where never measured
    orders: Floats  # [N] orders from us a year, as recorded
    value: Floats  # [N] purchases from us a year, minor units, as recorded
    potential: Floats  # [N] reported purchases from anyone a year, minor units; NaN where nobody asked
    last_order: Ints  # [N] week of the last recorded order, below NO_WEEK without one
    confirmed: Ints  # [N] week in which the record was last confirmed, below NO_WEEK without a record
    label: Ints  # [N] assigned segment, 0 without one
    rep: Ints  # [N] row of the rep who serves the customer in person now, −1 for none
    week: int
    needs: Floats  # [N, attributes] as stated in a bought survey, NaN where never asked; [N, 0] before the first one
    prospect: Bools  # [N] held for a potential user by the last run of the filter

    @cached_property
    def recency(self) -> Floats:
        """Weeks since the last recorded order [N]; infinite without one."""
        return np.where(self.last_order < NO_WEEK, np.inf, self.week - self.last_order)


@dataclass(frozen=True)
class FirmSeen:
    """What headquarters sees: its database, its own head count and prices, reported sales."""

    week: int
    luck: Luck
    customers: CustomersSeen
    rep_key: Ints  # [R] stable id
    rep_territory: Ints  # [R]
    rep_active: Bools  # [R] filled positions
    rep_calls: Floats  # [R] calls a week by travel claims, which are paid per call, smoothed
    positions: Ints  # [T] positions of the sales force as the scenario gives it
    sales: Floats  # [T] sell-in a week by territory, minor units, smoothed
    list_price: Ints  # [own offers] minor units
    unit_cost: Ints  # [own offers] minor units
    segments: int  # labels in use; label 0 is "no segment"
    offer_names: tuple[str, ...]  # [own offers]
    counted: Ints  # [T] customers, by registers or as last surveyed
    potential: Floats  # [T] believed purchases of all customers from anyone a year, minor units
    aware_share: Floats  # [T] customers who know us, as last studied; NaN where never
    usage_share: Floats  # [T] customers who use us, as last studied; NaN where never
    price_sensitivity: Floats  # [T] mean utility per relative price, as last studied; NaN where never
    rival_price: Floats  # [T, rival offers] relative to the reference price, as last noted; NaN where never
    rival_price_usual: Floats  # [T, rival offers] what the firm holds for usual of these; NaN where never noted


@dataclass(frozen=True)
class TruthSeen(FirmSeen):
    """What nobody can see: the latent state of customers. For oracles only, which bound what knowledge is worth."""

    true_type: Ints  # [N]
    true_value: Floats  # [N] expected purchases from anyone a year, minor units


@dataclass(frozen=True)
class RepSeen:
    """What reps see of their week: hours, their accounts, the plan they were given and what pays them."""

    week: int
    luck: Luck
    key: Ints  # [R] stable id
    selling_hours: Floats  # [R] hours left for accounts, travel included
    hours_per_call: Floats  # [R] selling and travel
    alignment: Floats  # [R] 0..1, how far the rep follows the plan
    motivation: Floats  # [R] 1 is the reference
    commission_share: Floats  # [R] variable part of expected pay
    observed: Floats  # [R] 0..1, share of the work that supervision sees
    account_key: Ints  # [A] stable id of the customer
    account_rep: Ints  # [A]
    account_norm: Floats  # [A] calls a week the plan asks for
    account_relationship: Floats  # [A] 0..1; of who was not called on yet, the mean of the rep's others
    account_value: Floats  # [A] purchases from us a year, minor units; of who was not called on yet, as recorded


@dataclass(frozen=True, kw_only=True)
class PursuitSeen(RepSeen):
    """The same, and the open projects of reps' accounts [P], in the order in which they opened."""

    load: int  # projects that a rep can carry
    project_key: Ints  # [P] stable id of the customer
    project_number: Ints  # [P] number among the customer's projects
    project_rep: Ints  # [P]
    project_stage: Ints  # [P] 0 lead, 1 qualified, 2 proposal, 3 negotiation
    project_age: Floats  # [P] weeks since it opened
    project_worth: Floats  # [P] what the rep takes it to be worth, minor units
    project_relationship: Floats  # [P] 0..1, with the customer, as for accounts
    project_attention: Floats  # [P] 0..1, what calls on it have built up


@dataclass(frozen=True)
class ManagerSeen:
    """What sales managers see: their team's size and their own hours."""

    week: int
    luck: Luck
    key: Ints  # [M] number of the team
    team_territory: Ints  # [M] territory of most of the team
    span: Ints  # [M] filled positions in the team
    hours: Floats  # [M] hours a week
    plan_gap: Floats  # [M] calls short of plan as a share of plan, by travel claims and forms; 0 in the first week
    past_gaps: Floats  # [26, M] the same by weeks ago, last week first; 0 for weeks before the first


@dataclass(frozen=True)
class DistributorSeen:
    """What distributors see: their own stock, orders and sales by own-brand offer."""

    week: int
    luck: Luck
    key: Ints  # [D] stable id
    territory: Ints  # [D]
    on_hand: Ints  # [D, own offers] units
    on_order: Ints  # [D, own offers] units
    owed: Ints  # [D, own offers] units that waiting customers and sub-distributors are still to get
    expected: Floats  # [D, own offers] forecast of demand, units a week
    deviation: Floats  # [D, own offers] standard deviation of its error, units a week
    cover: Floats  # [D] weeks that an order has to cover: lead time and order cycle
    wholesale: Ints  # [D, own offers] what the distributor pays its supplier for a unit, minor units
    purchases: Floats  # [D] purchases from its supplier a week, minor units, smoothed
    trust: Floats  # [D] 0..1
    reserve: Floats  # [D] 0..1, how loath it is to show its data, as a rank among all distributors there could be
    sharing_payment: Ints  # [D] offered a week for sell-out data, minor units
    direct_sales_share: Floats  # [D] share of the territory that the manufacturer serves itself
    list_price: Ints  # [D, own offers] what the manufacturer asks of those whom it supplies itself, minor units


@dataclass(frozen=True)
class BrandsSeen:
    """What distributors see of the brands they carry: what each sells through them and leaves them, and whom they trust.

    Every distributor carries all offers of the market.
    """

    week: int
    luck: Luck
    key: Ints  # [D] stable id
    territory: Ints  # [D]
    brands: int  # number of brands
    own_brand: int  # row of the manufacturer's brand
    offer_brand: Ints  # [J] row of the offer's brand
    turnover: Floats  # [D, J] sell-out to its customers a week at retail price, minor units, smoothed
    margin: Floats  # [D, J] share of the retail price that stays with the distributor
    trust: Floats  # [D] 0..1, in the manufacturer
    usual_trust: float  # 0..1, what a distributor trusts a maker with whom it has no history


@dataclass(frozen=True)
class PartnersSeen:
    """What the firm knows of its distributors: where they are, what they buy from it, and what is agreed on data.

    Their stock, their forecasts and their trust are their own; what they sell is known only from those who share it.
    """

    week: int
    luck: Luck
    key: Ints  # [D] stable id
    territory: Ints  # [D]
    purchases: Floats  # [D] purchases from the firm a week, minor units, smoothed; 0 for who buys from another
    supplier: Ints  # [D] row of the distributor that supplies it, -1 for the firm
    shares_data: Bools  # [D] shares its sell-out data under the last agreement
    payment: Ints  # [D] last offered for the data, minor units a week; paid while shares_data


@dataclass(frozen=True)
class CompetitorSeen:
    """What rival brands see: own prices and costs, and market shares with a lag."""

    week: int
    luck: Luck
    key: Ints  # [rival offers] stable id
    price: Floats  # [rival offers] relative to the category's reference price
    unit_cost: Floats  # [rival offers] on the same scale
    share: Floats  # [rival offers] believed share of the category's occasions on which the offer is bought
    price_sensitivity: Floats  # [rival offers] mean sensitivity of customers by the brand's own study, with its error


@dataclass(frozen=True)
class RivalBrandsSeen:
    """What rival brands see when they plan advertising and campaigns: where customers are, and our campaigns with a lag."""

    week: int
    luck: Luck
    key: Ints  # [F] stable id of the brand
    customers: Ints  # [T] as public registers count them
    usual: Floats  # [F, T] usual advertising, minor units a week, by these counts
    campaigns_seen: Ints  # [F, T] what each takes us to have spent on campaigns some weeks ago, minor units


@dataclass(frozen=True)
class PlantSeen:
    """What production planning sees: plant stock, orders of distributors and, where shared, their sell-out."""

    week: int
    luck: Luck
    on_hand: Ints  # [own offers]
    in_production: Ints  # [own offers]
    owed: Ints  # [own offers] units ordered from the plant and not shipped yet
    expected: Floats  # [own offers] forecast of distributors' orders, units a week
    deviation: Floats  # [own offers] standard deviation of its error
    shared_expected: Floats  # [own offers] forecast of sell-out from the distributors who share, scaled to all
    shared_deviation: Floats  # [own offers] standard deviation of its error
    shared_share: float  # share of distributors' volume that is shared
    cover: float  # weeks that a production order has to cover


@dataclass(frozen=True)
class QuitSeen:
    """What reps weigh when they may leave: what they earn, what colleagues earn, and the offer they have, if any."""

    week: int
    luck: Luck
    key: Ints  # [R] stable id
    tenure: Ints  # [R] weeks in the firm
    newness: Floats  # [R] 1 for a newcomer, falling towards 0 as the learning curve flattens
    pay: Floats  # [R] own pay a week, minor units, smoothed; with a bonus for staying spread over a year
    colleagues_pay: Floats  # [R] mean pay of the team a week, minor units
    offer: Floats  # [R] pay a week of the outside offer of this week, minor units; 0 without one
    push: Floats  # [R] dissatisfaction, log odds and log hazard; 0 for a content rep
    hazard: float  # usual weekly hazard of leaving
    by_offers: float  # part of the usual leavers who go for an offer
    reluctance: float  # log gain in pay at which a content rep is torn
    taste: float  # scale of what else counts, log


@dataclass(frozen=True)
class RetentionSeen:
    """What the firm sees of reps who may leave: its payroll, their sales, and the offers they tell it of."""

    week: int
    luck: Luck
    key: Ints  # [R] stable id
    territory: Ints  # [R]
    attainment: Floats  # [R] credited sales over the mean of the team, smoothed; 0 for vacant positions
    pay: Floats  # [R] pay a week, minor units, smoothed
    offer: Floats  # [R] pay a week of the outside offer of this week, minor units; 0 without one


@dataclass(frozen=True)
class ServiceSeen:
    """What the service department sees by territory: its own engineers, requests and open jobs – not what is about to fail."""

    week: int
    luck: Luck
    key: Ints  # [T] stable id
    engineers: Floats  # [T] heads last week
    requests: Floats  # [T] repairs and installations asked for a week, smoothed
    open: Ints  # [T] jobs that wait
    job_hours: Floats  # [T] hours of a usual job, travel included
    week_hours: float  # hours a week of one engineer
    segments: int  # labels in use; label 0 is "no segment"


@dataclass(frozen=True)
class TechnicalSeen:
    """What the technical department sees: problems as far as it was told of them, and what it makes of their number."""

    week: int
    luck: Luck
    key: Ints  # [T] stable id of the territory
    engineers: Floats  # [T] service engineers, heads
    reports: int  # problems reported so far
    believed_mtbf: float  # hours between failures as estimated from the reports alone
    believed_shape: float  # β of their growth curve: below 1 the design seems to improve
