"""Offer variants: for which attribute are our offers adapted, segment by segment?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.quantity import param
from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import FirmSeen, Floats, Ints


class OfferVariants(Answer):
    """What our offers are adapted for, by segment label; the first row is for customers without a segment."""

    attribute: Ints = answer_field(
        "Attribute of which offers for the segment have more, and less of the others; the first for customers without a segment.",
        unit="row",
        shape=("price groups",),
        row_of="attributes",
    )
    fit: Floats = answer_field(
        "Mean fit of that variant with the segment as the firm believes; 0 without a variant.",
        unit="utility",
        shape=("price groups",),
    )


class OfferVariantRule(Rule):
    """Which variants designers develop and which segment is offered which; each costs development, upkeep and every unit."""

    question: ClassVar[str] = "offer_variants"
    actor: ClassVar[str] = "technical department"
    asked: ClassVar[str] = "every `every` weeks and when segments are new"
    ordinary: ClassVar[str] = "none"
    every: int = param(26, unit="weeks", doc="Weeks between revisions of variants.", bounds=(1, 520), lever=True)

    @abstractmethod
    def answer(self, seen: FirmSeen) -> OfferVariants:
        """Choose the attribute for which offers to each segment are adapted."""
