"""Questions that actors answer: what each actor can see and the typed answer, one file per question."""

from sim.rules.answers import ask
from sim.rules.rule import Rule, Variant

__all__ = ["Rule", "Variant", "ask"]
