"""The world as a scenario describes it: brands, companies, categories, offers, territories, customer types, layouts.

Money is in integer minor units (cents) of the scenario's currency. Lists of tables are known by the
``name`` of each entry; the order of the file is the order of rows in every array of the engine; only offers are
put in the order of their categories first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.params.named import Named
from sim.params.places import Listed, Place, lay_out, take_over
from sim.params.territory import ChannelLayout, Territory
from sim.quantity import Section, param, weekly_hazard_of_annual_probability

MAX_BRANDS = 8
MAX_CATEGORIES = 8
MAX_OFFERS = 64
_MONEY = (0, 10**12)
_SHARE = (0.0, 1.0)


class Brand(Named):
    """A brand: ours or a rival's, and how well known and used it is when the simulation starts."""

    own: bool = param(False, unit="yes/no", doc="Whether the brand is ours; exactly one brand is.")
    aware_at_start: float = param(
        0.5, unit="share of customers", doc="Customers who know the brand when the simulation starts.", bounds=_SHARE
    )
    users_at_start: float = param(
        0.0,
        unit="share of customers",
        doc="Customers whose last purchase in each category was this brand; they know it. The rest start as non-users.",
        bounds=_SHARE,
    )
    failure_factor: float = param(
        1.0,
        unit="-",
        doc="Failure rate of the brand's durables when the simulation starts, relative to the category's.",
        bounds=(0.0, 100.0),
        soft=(0.2, 5.0),
    )
    sales_calls: float | None = param(
        None,
        unit="calls/week",
        doc="Calls of a rival's sales force; by default as params.rival_force.size says. Not used for our brand.",
        bounds=(0.0, 10.0**7),
    )


class Company(Named):
    """A product company of the manufacturer; all of them share one marketing centre."""


class Category(Named):
    """A product category: consumables are bought repeatedly, durables at the first need and when worn out.

    Opportunities are bought through projects: one opens, is worked on for weeks, and is decided once at its end.
    """

    kind: Literal["consumable", "durable", "opportunity"] = param(unit="text", doc="How the need arises.")
    company: str = param(unit="name of a company", doc="Product company that makes our offers of the category.")
    reference_price: int = param(
        unit="minor units",
        doc="Price at which the relative price is 1; utilities use prices relative to it.",
        bounds=(1, 10**12),
    )
    order_size_spread: float = param(
        0.5,
        unit="sd of the logarithm",
        doc="Spread of units per purchase around the customer's own mean.",
        bounds=(0.0, 3.0),
    )
    life_mean: float | None = param(
        None,
        unit="weeks",
        doc="Mean life of a durable until replacement; not used for consumables.",
        bounds=(4.0, 5200.0),
    )
    life_shape: float = param(
        2.0,
        unit="-",
        doc="Weibull shape of a durable's life; 1 is wear-free, more is ageing.",
        bounds=(1.0, 20.0),
        soft=(1.0, 6.0),
    )
    failure_rate: float = param(
        0.0,
        unit="failures per item and year",
        doc="How often a durable fails and is repaired, averaged over its mean life; 0 means no failures and no service.",
        bounds=(0.0, 26.0),
        soft=(0.0, 6.0),
    )
    failure_shape: float = param(
        1.0,
        unit="-",
        doc="Weibull shape of failures by age; 1 is wear-free, more is ageing.",
        bounds=(1.0, 5.0),
        soft=(1.0, 3.0),
    )
    outside_utility: float = param(
        0.0, unit="utility", doc="Utility of buying nothing on an occasion.", bounds=(-50.0, 50.0), soft=(-10.0, 10.0)
    )
    cycle_mean: float | None = param(
        None,
        unit="weeks",
        doc="Mean length of a project from its opening to its decision; opportunities only.",
        bounds=(0.01, 520.0),
        soft=(0.1, 104.0),
    )
    cycle_shape: float = param(
        2.0, unit="-", doc="Gamma shape of that length; small is very unequal.", bounds=(0.05, 1000.0), soft=(0.3, 50.0)
    )
    stage_shares: tuple[float, ...] = param(
        (0.2, 0.3, 0.3, 0.2),
        unit="share of the length",
        doc="Shares of a project's length in the stages lead, qualified, proposal and negotiation; they sum to 1.",
        bounds=_SHARE,
        length=(4, 4),
    )
    deciders: int = param(
        3,
        unit="deciders",
        doc="People who decide a project together; one of them is the customer itself.",
        bounds=(1, 8),
    )
    decider_weights: float = param(
        0.5, unit="sd of the logarithm", doc="How unequal the deciders' weights are.", bounds=(0.0, 3.0)
    )
    decider_taste: float = param(
        0.3,
        unit="utility per attribute",
        doc="Standard deviation of the other deciders' tastes around the customer's.",
        bounds=(0.0, 20.0),
    )
    decider_price: float = param(
        0.2,
        unit="sd of the logarithm",
        doc="Spread of the other deciders' price sensitivity around the customer's.",
        bounds=(0.0, 3.0),
    )
    project_size: float | None = param(
        None,
        unit="units",
        doc="Mean units of a project; default: the customer's own mean order size.",
        bounds=(1.0, 10**6),
    )
    made_to_order: bool = param(
        False,
        unit="yes/no",
        doc="Whether distributors keep no stock of it and order only after a decision; its customers then expect to wait.",
    )

    @property
    def life(self) -> float:
        """Mean life of a durable, weeks; a scenario in which one has none is refused when it is read."""
        assert self.life_mean is not None
        return self.life_mean


class Offer(Named):
    """An offer: one variant of a product that customers can choose."""

    brand: str = param(unit="name of a brand", doc="Brand that sells the offer.")
    category: str = param(unit="name of a category", doc="Category it belongs to.")
    unit_cost: int = param(
        0, unit="minor units", doc="Cost of making one unit; our offers need it, rivals' do not.", bounds=_MONEY
    )
    list_price: int = param(
        unit="minor units",
        doc="Price for distributors; retail prices follow by mark-up.",
        bounds=(1, 10**12),
    )
    quality: float = param(
        0.0,
        unit="utility scale",
        doc="Quality that all customers value equally.",
        bounds=(-20.0, 20.0),
        soft=(-5.0, 5.0),
    )
    attributes: tuple[float, ...] = param(
        (),
        unit="attribute scale",
        doc="Position in attribute space, one number per attribute of the world.",
        bounds=(-100.0, 100.0),
    )
    intercept: float = param(
        0.0,
        unit="utility",
        doc="Utility of the offer that no other number explains.",
        bounds=(-50.0, 50.0),
        soft=(-10.0, 10.0),
    )


class CustomerType(Named):
    """A true segment of customers, which the firm never sees: tastes, rates and observable marks."""

    share: float = param(
        0.0, unit="share of customers", doc="Share of customers; shares of all types sum to 1.", bounds=_SHARE
    )
    taste: tuple[float, ...] = param(
        (), unit="utility per attribute", doc="Mean weight on each attribute of the world.", bounds=(-50.0, 50.0)
    )
    taste_spread: float = param(
        0.3, unit="utility per attribute", doc="Standard deviation of weights within the type.", bounds=(0.0, 20.0)
    )
    price_sensitivity: float = param(
        2.0,
        unit="utility per relative price",
        doc="Median weight on price, relative to the reference price.",
        bounds=(0.0, 50.0),
        soft=(0.5, 10.0),
    )
    price_sensitivity_spread: float = param(
        0.2, unit="sd of the logarithm", doc="Lognormal spread of price sensitivity within the type.", bounds=(0.0, 3.0)
    )
    purchase_rate: float = param(
        0.25, unit="occasions a week", doc="Mean rate of consumable occasions.", bounds=(0.0, 20.0), soft=(0.005, 5.0)
    )
    purchase_shape: float = param(
        1.5,
        unit="-",
        doc="Gamma shape K of purchase rates within the type; small is very unequal.",
        bounds=(0.05, 100.0),
        soft=(0.2, 10.0),
    )
    order_size: float = param(3.0, unit="units", doc="Mean units per consumable purchase.", bounds=(1.0, 10**6))
    order_size_spread: float = param(
        0.4,
        unit="sd of the logarithm",
        doc="Lognormal spread of customers' mean order size within the type.",
        bounds=(0.0, 3.0),
    )
    mix: dict[str, float] = param(
        {},
        unit="share of occasions",
        doc="Split of occasions over consumable categories; sums to 1, may be omitted if there is only one.",
        bounds=_SHARE,
    )
    first_need: dict[str, float] = param(
        {},
        unit="events a year",
        doc="Rate at which a customer without the durable starts to need it, by category.",
        bounds=(0.0, 52.0),
    )
    project_rate: dict[str, float] = param(
        {},
        unit="projects a year",
        doc="Mean rate at which projects of a customer open, by opportunity category.",
        bounds=(0.0, 2600.0),
    )
    marks: tuple[float, ...] = param(
        (),
        unit="mark scale",
        doc="Mean of each observable mark (size, growth …) the firm may measure.",
        bounds=(-1e6, 1e6),
    )
    marks_spread: float = param(
        1.0, unit="mark scale", doc="Standard deviation of marks within the type.", bounds=(0.0, 1e6)
    )
    closing: float = param(
        0.0,
        unit="share/year",
        doc="Customers of the type that close within a year; a new firm without a past opens in the place of each.",
        bounds=(0.0, 0.9),
        soft=(0.0, 0.25),
        source="Eurostat business demography: 8 to 9 % of enterprises close a year, 1 to 2 % of those with ten or more employees (from memory)",
    )

    @property
    def closing_a_week(self) -> float:
        """Chance of one firm of the type to close in a week: the same hazard all year."""
        return -math.expm1(-weekly_hazard_of_annual_probability(self.closing))


class SalesForce(Section):
    """The layout of the sales force at the start; a roster file replaces it."""

    reps_per_territory: int = param(3, unit="reps", doc="Reps based in each territory.", bounds=(0, 1000), soft=(1, 50))
    span: int = param(
        8,
        unit="reps per manager",
        doc="Team size; reps are put into teams in order of their territories' names.",
        bounds=(1, 200),
        soft=(3, 15),
    )


class WorldSize(Section):
    """Size of the market, and the attributes and marks of its offers and customers."""

    customers: int = param(
        1000, unit="customers", doc="Customers in the market.", bounds=(1, 20_000_000), soft=(200, 5_000_000)
    )
    attributes: tuple[str, ...] = param(
        (), unit="names", doc="Attributes in which offers differ and which customers weigh.", length=(0, 16)
    )
    marks: tuple[str, ...] = param((), unit="names", doc="Observable marks of customers.", length=(0, 16))


@dataclass(frozen=True)
class World:
    """The described world: all entries of a scenario in the order of their names, and derived values."""

    customers: int
    currency: str
    attributes: tuple[str, ...]
    marks: tuple[str, ...]
    brands: tuple[Brand, ...]
    companies: tuple[Company, ...]
    categories: tuple[Category, ...]
    offers: tuple[Offer, ...]
    territories: tuple[Territory, ...]
    customer_types: tuple[CustomerType, ...]
    sales_force: SalesForce
    channel_layout: ChannelLayout
    listed: tuple[Listed, ...] = ()  # distributors of a company's table; they replace those of the layout

    @cached_property
    def own_brand(self) -> int:
        """Row of our brand."""
        return next(row for row, brand in enumerate(self.brands) if brand.own)

    @cached_property
    def own_offers(self) -> tuple[int, ...]:
        """Rows of our offers."""
        ours = self.brands[self.own_brand].name
        return tuple(row for row, offer in enumerate(self.offers) if offer.brand == ours)

    @cached_property
    def rival_brands(self) -> tuple[int, ...]:
        """Rows of the brands that are not ours."""
        return tuple(row for row, brand in enumerate(self.brands) if not brand.own)

    @property
    def has_projects(self) -> bool:
        """Whether any category is bought through projects."""
        return any(category.kind == "opportunity" for category in self.categories)

    @cached_property
    def closing_chances(self) -> NDArray[np.float64]:
        """Chance of a firm of each type to close in a week [K]; read-only."""
        chances = np.array([kind.closing_a_week for kind in self.customer_types], np.float64)
        chances.flags.writeable = False
        return chances

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every distributor with its supplier, by row."""
        if self.listed:
            return take_over(self.listed, self.territories)
        return lay_out(self.territories, self.channel_layout)

    @cached_property
    def distributors(self) -> tuple[tuple[str, int], ...]:
        """(name, row of the territory) of every distributor."""
        return tuple((place.name, place.territory) for place in self.places)

    @cached_property
    def borders(self) -> tuple[tuple[int, int], ...]:
        """Pairs (lower row, higher row) of bordering territories, whichever side names the other."""
        row = {territory.name: k for k, territory in enumerate(self.territories)}
        pairs = {(row[t.name], row[n]) for t in self.territories for n in t.neighbours if n in row}
        return tuple(sorted({(min(a, b), max(a, b)) for a, b in pairs}))

    @property
    def heads(self) -> int:
        """Positions in the sales force by layout."""
        return self.sales_force.reps_per_territory * len(self.territories)

    @property
    def teams(self) -> int:
        """Teams by layout; the last one may be smaller than the span."""
        return -(-self.heads // self.sales_force.span)

    def distributor_shares(self, territory: int) -> tuple[float, ...]:
        """Share of a territory's customers of each of its distributors; sums to 1."""
        return tuple(place.share for place in self.places if place.territory == territory)

    def mix_of(self, customer_type: CustomerType) -> tuple[float, ...]:
        """Share of the type's consumable occasions by category row; durables get 0, a single consumable gets 1."""
        consumables = [c.name for c in self.categories if c.kind == "consumable"]
        mix = customer_type.mix or ({consumables[0]: 1.0} if len(consumables) == 1 else {})
        return tuple(mix.get(category.name, 0.0) for category in self.categories)
