"""Numbers of what large accounts take and of what the plant can make: length of calls, rebates, capacity (MODEL §5, §8)."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from sim.quantity import Section, param


class CallLength(Section):
    """How the time of a call grows with the size of the account: more people to see, more to talk about."""

    exponent: float = param(
        0.0,
        unit="exponent",
        doc="Time with the customer in one call grows with what it buys from anyone to this power; 0 means that all calls are alike. "
        "At 0.3 an account ten times as large takes twice the time.",
        bounds=(0, 2),
        soft=(0, 1),
    )
    reference: int | None = param(
        None,
        unit="minor units/year",
        doc="Purchases from anyone of the customer whose call takes `params.hours.selling_per_call`; default: the mean customer of the market at the start.",
        bounds=(1, 10**15),
    )
    shortest: float = param(
        0.4, unit="usual calls", doc="Shortest time with a customer in one call.", bounds=(0.05, 1), soft=(0.2, 1)
    )
    longest: float = param(
        4.0, unit="usual calls", doc="Longest time with a customer in one call.", bounds=(1, 50), soft=(1, 10)
    )


class Rebates(Section):
    """What large buyers bargain off the price: they can go elsewhere, and take much with them."""

    power: float = param(
        0.0,
        unit="share",
        doc="Part of the gains from trade that a very large buyer with an alternative gets by bargaining; 0 means that all pay the price that is asked, ½ is an even split.",
        bounds=(0, 1),
        soft=(0, 0.7),
    )
    threshold: float = param(
        2.0,
        unit="mean customers",
        doc="Size from which a customer bargains, as a multiple of the mean customer's purchases from anyone; the power grows with the part of the volume above it.",
        bounds=(0, 10_000),
        soft=(1, 20),
    )
    most: float = param(
        0.25, unit="share of price", doc="Largest rebate of any seller to any buyer.", bounds=(0, 0.9), soft=(0.05, 0.5)
    )
    contract_weeks: int = param(
        52, unit="weeks", doc="Weeks for which a rebate holds before it is bargained again.", bounds=(1, 520)
    )


class Plant(Section):
    """What our plants can make in a week: one for each product company, whose offers share it by their unit cost."""

    capacity: float = param(
        0.0,
        unit="expected demand at the start",
        doc="Work in regular hours a week, as a multiple of what the demand expected at the start takes; 0 means without limit.",
        bounds=(0, 1000),
        soft=(0, 3),
    )
    overtime: float = param(
        0.2,
        unit="share of capacity",
        doc="Overtime at most; it is worked as far as stock and what is being made do not cover orders that are owed and expected.",
        bounds=(0, 1),
        soft=(0, 0.4),
    )
    overtime_premium: float = param(
        0.15,
        unit="share of unit cost",
        doc="Additional cost of what is made in overtime: half the wage again, and wages are three tenths of unit cost.",
        bounds=(0, 5),
        soft=(0, 0.5),
    )

    @model_validator(mode="after")
    def _can_make_something(self) -> Self:
        if 0.0 < self.capacity < LEAST_CAPACITY:
            raise ValueError(
                f"capacity is {self.capacity:g} of the demand expected at the start; "
                f"expected 0 (without limit) or at least {LEAST_CAPACITY:g}"
            )
        return self


#: A plant that makes less than this part of the demand is a slip of the pen for "none" or for a percentage.
LEAST_CAPACITY = 0.01
