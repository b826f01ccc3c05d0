"""Numbers of projects: effect of calls between opening and decision, and how many projects a rep can carry (MODEL §2)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.params.customer_numbers import RelationshipNumbers
from sim.quantity import Section, freeze, param, retention_of_half_life

Real = type[np.floating[Any]]
_LITTLE = "Little 1970"


class Projects(Section):
    """Numbers that all opportunities share: attention by calls in between, a rep's load, waiting for what was decided.

    Attention is a stock of each project, 0 where no one of ours ever calls. It follows the rule of the relationship:
    ADBUDG response to effective calls a week, worn down by time.
    """

    attention: float = param(
        1.0,
        unit="utility",
        doc="Weight of attention (0..1) in the utility of our offers when a project is decided.",
        bounds=(0.0, 20.0),
        soft=(0.0, 5.0),
    )
    half_life: float = param(
        8.0, unit="weeks", doc="Weeks in which attention halves without calls.", bounds=(0.1, 520.0), soft=(1.0, 52.0)
    )
    least: float = param(
        0.0, unit="0..1", doc="mn: attention in the long run without calls.", bounds=(0.0, 1.0), source=_LITTLE
    )
    most: float = param(
        1.0,
        unit="0..1",
        doc="mx: attention in the long run with unlimited calls.",
        bounds=(0.0, 2.0),
        source=_LITTLE,
    )
    shape: float = param(
        1.0, unit="1", doc="c of the response to calls: above 1 it is S-shaped.", bounds=(0.1, 5.0), source=_LITTLE
    )
    half_calls: float = param(
        0.25,
        unit="effective calls a week",
        doc="Calls on a project at which half of the response is reached.",
        bounds=(1e-3, 100.0),
    )
    load: int = param(
        12,
        unit="projects",
        doc="Open projects that a rep can carry; all further ones get none of the rep's calls.",
        bounds=(0, 10_000),
        soft=(1, 100),
    )
    misjudged: float = param(
        0.5, unit="log sd", doc="Error of a rep's estimate of a project's value before it is decided.", bounds=(0, 3)
    )
    patience: float = param(
        0.9,
        unit="share",
        doc="Decided projects that wait for goods in short supply; the rest is decided again among offers in stock.",
        bounds=(0, 1),
    )
    won_memory: float = param(
        50.0,
        unit="projects",
        doc="Decided projects of a category over which the firm averages the share it wins.",
        bounds=(1.1, 1e6),
        soft=(10, 500),
    )
    at_start: float = param(
        1.0,
        unit="share",
        doc="Attention of the projects open at the start, as a share of what usual calls on their account lead to.",
        bounds=(0.0, 1.0),
    )


def attention_numbers(projects: Projects, dtype: Real = np.float32) -> RelationshipNumbers:
    """Numbers of attention for the kernels of the relationship, whose rule it follows; ticks are weeks."""
    keep = retention_of_half_life(projects.half_life)
    half = projects.half_calls**projects.shape
    return freeze(projects, RelationshipNumbers, dtype, keep=keep, half=half, tick=1.0)
