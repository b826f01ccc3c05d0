"""Random small markets under random policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from hypothesis import strategies as st

from sim.params import Params
from sim.quantity import Declaration
from sim.questions.registry import questions, rules
from sim.scenario import Scenario
from tests.laws.projects import PROJECTS

#: Narrower than the bounds, so that the model's own limits (room for positions, segments of few customers) are met.
NARROWED: dict[str, Any] = {
    "head_count.extra": st.integers(-6, 2),
    "head_count.more": st.integers(0, 2),
    "segmentation.segments": st.integers(2, 12),
    "segmentation.mark": st.integers(0, 1),
    "coverage.least_calls": st.floats(0.05, 5),
    "coverage.cuts": st.lists(st.floats(0, 1), min_size=1, max_size=4),
    "coverage.calls": st.lists(st.floats(0, 60), min_size=1, max_size=5),
    **{
        f"meetings.{name}": st.lists(st.floats(0, 5), min_size=6, max_size=6)
        for name in ("alignment", "know_how", "morale")
    },
    "service.levels": st.lists(st.floats(-5, 5), max_size=6),
    "pricing.discounts": st.lists(st.floats(0, 0.9), min_size=1, max_size=6),
    "promotion.segments": st.lists(st.integers(0, 6), max_size=3),
    "promotion.offers": st.just([]),
    "promotion.start": st.integers(1, 6),
    "promotion.interval": st.integers(1, 8),
    "studies.start": st.integers(1, 4),
    "studies.interval": st.integers(1, 6),
}

#: Sections whose numbers decide what can go wrong with goods, hours and heads.
STRAINED = (
    *(
        "channel",
        "hours",
        "people",
        "calls",
        "management",
        "forms",
        "database",
        "rivals",
        "rival_force",
        "costs",
        "partners",
    ),
    *("labour_market", "recruiting", "learning", "meetings", "control", "motives", "information", "lapse"),
    *("advertising", "service", "technical"),
    *("promotion", "studies", "projects", "start", "pitch", "tastes", "offer_variants"),
    *("call_length", "rebates", "plant"),
)

#: Beyond these a run takes long, or nothing but noise is left; the laws hold anyway.
CALM: dict[str, Any] = {
    "channel.unserved_wait": st.floats(0, 0.6),
    "channel.unserved_switch": st.floats(0, 0.4),
    "hours.selling_per_call": st.floats(0.05, 8),
    "people.applicants": st.integers(1, 5),
    "call_length.reference": st.integers(1, 10**9),
    "plant.capacity": st.one_of(st.just(0.0), st.floats(0.01, 3)),
    "rebates.threshold": st.floats(0, 5),
}


def values_of(section: type[Any], name: str, declaration: Declaration, path: str) -> st.SearchStrategy[Any]:
    """Values of one parameter: anywhere within its hard bounds, ends included."""
    if path in NARROWED or path in CALM:
        found: st.SearchStrategy[Any] = {**NARROWED, **CALM}[path]
        return found
    annotation = section.model_fields[name].annotation
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    if annotation is bool:
        return st.booleans()
    low, high = declaration.bounds or (0, 1)
    if get_origin(annotation) is tuple:
        size = len(section.model_fields[name].default)
        return st.lists(_numbers(get_args(annotation)[0], low, high), min_size=size, max_size=size)
    return _numbers(annotation, low, high)


def _numbers(kind: Any, low: float, high: float) -> st.SearchStrategy[Any]:
    if kind is int:
        return st.integers(int(low), int(high))
    return st.floats(float(low), float(high), allow_nan=False, allow_subnormal=False)


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    """Overrides that give every question a random rule with some random parameters."""
    chosen: dict[str, Any] = {}
    for question in questions():
        kinds = rules(question)
        kind = draw(st.sampled_from(sorted(kinds)))
        chosen[f"policy.{question}.kind"] = kind
        chosen.update(draw(_some(kinds[kind], f"policy.{question}", question)))
    return chosen


@st.composite
def strains(draw: st.DrawFn) -> dict[str, Any]:
    """Overrides of a few parameters of the model, anywhere within their bounds."""
    chosen: dict[str, Any] = {}
    for name in STRAINED:
        if draw(st.booleans()):
            chosen.update(draw(_some(type(getattr(Params(), name)), f"params.{name}", name, most=2)))
    if draw(st.booleans()):
        chosen["channel_layout.sub_distributors"] = draw(st.integers(0, 2))
        chosen["channel_layout.sub_size_ratio"] = draw(st.sampled_from([0.05, 0.5, 20.0]))
    return chosen


def closing(scenario: str, share: float) -> dict[str, Any]:
    """Overrides by which ``share`` of the customers of every type of ``scenario`` close within a year."""
    return {f"customer_type.{kind.name}.closing": share for kind in Scenario.load(scenario).world.customer_types}


@st.composite
def _some(draw: st.DrawFn, section: type[Any], path: str, label: str, most: int = 3) -> dict[str, Any]:
    declared = dict(section.declarations())
    names = draw(st.lists(st.sampled_from(sorted(declared)), max_size=most, unique=True)) if declared else []
    return {f"{path}.{name}": draw(values_of(section, name, declared[name], f"{label}.{name}")) for name in names}


def small_world(draw: st.DrawFn, most: int = 800) -> Mapping[str, Any]:
    """Scenario, seed, weeks and customers of a small market."""
    return {
        "scenario": draw(st.sampled_from(["tiny", PROJECTS, "regional_plain"])),
        "seed": draw(st.integers(0, 2**31)),
        "weeks": draw(st.integers(3, 14)),
        "customers": draw(st.integers(50, most)),
    }
