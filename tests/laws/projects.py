"""What the auditor counts again of projects: whom reps carry, and that what opens ends decided."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.state import MarketState

#: Tiny, and lines that are bought by projects: all three kinds of needs.
PROJECTS = str(Path(__file__).parents[1] / "market" / "projects.toml")


def check_carried(state: MarketState) -> None:
    """After the week's work: only reps at work carry projects, and no more than their load."""
    carrier = state.knowledge.rep[state.opportunities.projects.customer[state.opportunities.projects.carried]]
    assert (carrier >= 0).all()
    assert state.reps.active[carrier].all()
    assert np.bincount(carrier, minlength=1).max() <= state.params.projects.load
    assert len(carrier) == state.record["projects_carried"][state.week].sum()


def count_projects(state: MarketState, before: float) -> float:
    """After the week: projects open, and end decided or dropped with their customer; what is open stands in one stage. Returns how many are open."""
    measures = {name: state.record[name][state.week].sum() for name in state.record.measures}
    now = before + measures["projects_opened"] - measures["projects_decided"]
    now -= measures["projects_dropped"]
    assert now == measures["projects_open"] == len(state.opportunities.projects)
    assert measures["projects_won"] + measures["projects_lost"] == measures["projects_decided"]
    stages = ("lead", "qualified", "proposal", "negotiation")
    assert sum(measures[f"projects_{stage}"] for stage in stages) == measures["projects_open"]
    np.testing.assert_allclose(sum(measures[f"pipeline_{stage}"] for stage in stages), measures["pipeline"])
    assert measures["project_calls"] <= measures["calls"]
    assert (state.opportunities.projects.stage_end[:, -1] > state.week).all()
    assert (state.opportunities.projects.attention >= 0).all()
    numbers = state.params.projects
    assert (state.opportunities.projects.attention <= max(numbers.least, numbers.most) + 1e-6).all()
    return float(now)
