"""Numbers of the channel: how distributors and the plant order, price, pay, share data and ration (MODEL §7)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from sim.quantity import Section, param

_STERMAN = "Sterman 1989"


class Channel(Section):
    """Distributors' order cycle, stock, terms and costs, what unserved customers do; the plant's production. Rules have their own numbers."""

    # ordering of distributors
    order_cycle: int = param(2, unit="weeks", doc="Weeks between a distributor's orders.", bounds=(1, 13), lever=True)
    lead_time: int = param(
        2, unit="weeks", doc="From shipping at the plant to receipt at the distributor.", bounds=(1, 26), soft=(1, 8)
    )
    forecast_window: int = param(
        8, unit="weeks", doc="p: weeks in the moving average of demand.", bounds=(1, 104), soft=(4, 26)
    )
    forecast: Literal["moving_average", "exponential"] = param(
        "moving_average",
        unit="text",
        doc="How distributors and the plant forecast: by a moving average or by exponential smoothing.",
        lever=True,
    )
    smoothing: float = param(
        0.36,
        unit="share",
        doc="θ: how far an exponential forecast moves towards the last week's demand; at 0 it never changes.",
        bounds=(0, 1),
        source=_STERMAN,
        lever=True,
    )
    # the plant
    production_cycle: int = param(1, unit="weeks", doc="Weeks between production orders.", bounds=(1, 13))
    production_lead_time: int = param(
        3, unit="weeks", doc="From production order to finished goods.", bounds=(1, 26), soft=(1, 12)
    )
    # stock at the start, before the first order
    stock_weeks_at_start: float = param(
        5.0, unit="weeks", doc="Distributors' stock at the start, in weeks of forecast.", bounds=(0, 52)
    )
    plant_weeks_at_start: float = param(
        6.0, unit="weeks", doc="Plant's stock at the start, in weeks of forecast.", bounds=(0, 52)
    )
    deviation_least_at_start: float = param(
        0.5,
        unit="units",
        doc="Standard deviation of weekly demand that forecasts start with, at least; else the root of the mean.",
        bounds=(0, 1000),
    )
    # money
    pass_through: float = param(
        0.8, unit="share", doc="φ: part of a discount that distributors pass on to customers.", bounds=(0, 1)
    )
    payment_weeks: int = param(
        6, unit="weeks", doc="Payment terms granted to distributors.", bounds=(0, 52), lever=True
    )
    credit_limit_weeks: float = param(
        14.0,
        unit="weeks",
        doc="Credit limit in weeks of a distributor's usual purchases; beyond it nothing is shipped.",
        bounds=(0, 104),
    )
    holding_rate: float = param(
        0.2,
        unit="share of stock value/year",
        doc="Cost of holding stock: capital, space, ageing.",
        bounds=(0, 2),
        soft=(0.05, 0.5),
    )
    own_cost_share: float = param(
        0.09,
        unit="share of sell-out",
        doc="Distributor's own cost of selling: staff, premises, delivery.",
        bounds=(0, 1),
    )
    sell_in_memory: float = param(
        8.0,
        unit="weeks",
        doc="Weeks over which headquarters averages what distributors of a territory are invoiced.",
        bounds=(1, 520),
        soft=(4, 52),
    )
    # customers that stock cannot serve; the rest leaves
    unserved_wait: float = param(0.5, unit="share", doc="Unserved customers who wait.", bounds=(0, 1))
    unserved_switch: float = param(0.3, unit="share", doc="Unserved customers who buy another offer.", bounds=(0, 1))
    unserved_disappointment: float = param(
        0.5,
        unit="quality scale",
        doc="Loss of performance for a customer who wanted our offer and did not get it.",
        bounds=(0, 10),
    )
    # relations with the manufacturer
    trust_start: float = param(0.5, unit="share", doc="Trust of distributors in the maker at the start.", bounds=(0, 1))

    # distributors that supply others
    sub_lead_time: int = param(
        1,
        unit="weeks",
        doc="From shipping at a distributor to receipt at its sub-distributor.",
        bounds=(1, 26),
        soft=(1, 4),
    )
    sub_markup: float = param(
        0.06,
        unit="share of purchase price",
        doc="What a distributor adds to its purchase price when it sells to a sub-distributor.",
        bounds=(0, 2),
        soft=(0.0, 0.2),
    )
    supply_cost_share: float = param(
        0.02,
        unit="share of sales to sub-distributors",
        doc="Distributor's own cost of supplying its sub-distributors: handling, delivery.",
        bounds=(0, 1),
    )
    data_to_suppliers: bool = param(
        False,
        unit="yes/no",
        doc="Whether a supplier forecasts a sub-distributor who shares its data by that one's demand, not by its orders.",
        lever=True,
    )

    @model_validator(mode="after")
    def _shares_of_unserved(self) -> Self:
        total = self.unserved_wait + self.unserved_switch
        if total > 1.0:
            raise ValueError(f"unserved_wait + unserved_switch is {total:g}; expected at most 1, the rest leaves")
        return self

    @property
    def cover_weeks(self) -> float:
        """Weeks of demand that a distributor's order from the plant has to cover until the next one can arrive."""
        return float(self.lead_time + self.order_cycle - 1)

    @property
    def sub_cover_weeks(self) -> float:
        """Weeks of demand that a sub-distributor's order has to cover until the next one can arrive."""
        return float(self.sub_lead_time + self.order_cycle - 1)

    @property
    def production_cover_weeks(self) -> float:
        """Weeks of orders that a production order has to cover until the next one can be finished."""
        return float(self.production_lead_time + self.production_cycle - 1)
