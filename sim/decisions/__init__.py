"""Questions that actors answer: what each actor can see and the typed answer, one file per question."""

from sim.decisions.asking import ask
from sim.decisions.question import Rule, Variant

__all__ = ["Rule", "Variant", "ask"]
