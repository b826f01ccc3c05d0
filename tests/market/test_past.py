"""Two scenarios share a past exactly when all that has effect before week 1 is the same in both."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from sim.build.rule_book import RuleBook
from sim.market import Market
from sim.reading.past import ASKED_BY_BUILD
from sim.rules import Variant
from sim.scenario import Scenario, available_policies, available_scenarios
from tests.market.runs import fingerprint

WARM_UP = 2


@lru_cache(maxsize=64)
def _small(name: str, policy: str | None) -> Scenario:
    return load(name, policy, {})


def load(name: str | Path, policy: str | None, more: dict[str, Any]) -> Scenario:
    overrides = {"warm_up.weeks": WARM_UP, "world.customers": 250, "weeks": 4, **more}
    return Scenario.load(name, policy=policy, overrides=overrides)


@pytest.mark.parametrize("name", sorted(available_scenarios()))
def test_policies_share_the_past_of_their_market(name: str) -> None:
    found = {policy: _small(name, policy) for policy in (None, *available_policies())}
    assert len({scenario.past for scenario in found.values()}) == 1
    assert len({scenario.digest for scenario in found.values()}) > 5
    assert len({fingerprint(Market(scenario, 3)) for scenario in found.values()}) == 1


#: What has no effect before week 1.
LATER: list[dict[str, Any]] = [
    {"policy.pay.commission": 0.3},
    {"policy.segmentation.kind": "kmeans"},
    {"name": "another", "title": "another", "seed": 99},
]
#: What has.
EARLIER: list[dict[str, Any]] = [
    {"weeks": 5},
    {"warm_up.weeks": 3},
    {"warm_up.policy": "deep_marketing"},
    {"world.customers": 251},
    {"currency": "USD"},
    {"params.hours.contract": 39.0},
    {"params.start.fixed_points": True},
    {"policy.rival_force.kind": "steady"},  # customers have a relationship with rivals' reps from the start
]


@pytest.mark.parametrize("more", LATER, ids=str)
def test_what_comes_later_is_not_in_the_past(more: dict[str, Any]) -> None:
    one, other = _small("tiny", None), load("tiny", None, more)
    assert other.past == one.past and one.parts_from(other, 0) == ""
    assert fingerprint(Market(one, 3)) == fingerprint(Market(other, 3))


@pytest.mark.parametrize("more", EARLIER, ids=str)
def test_what_has_effect_in_the_past_is_in_it(more: dict[str, Any]) -> None:
    one, other = _small("tiny", None), load("tiny", None, more)
    assert other.past != one.past
    different = one.parts_from(other, 0)
    assert next(iter(more)).split(".")[-1] in different or "sales forces" in different or "week" in different


def test_changes_and_newcomers(tmp_path: Path) -> None:
    tiny = _small("tiny", None)
    rival = next(j for j in range(len(tiny.world.offers)) if j not in tiny.world.own_offers)
    second = {"offer": [{**tiny.resolved["offer"][rival], "name": "second"}]}

    def past(*changes: str) -> str:
        file = tmp_path / "changed.toml"
        text = "".join(f"[[change]]\n{change}\n" for change in changes)
        file.write_text(f'extends = "tiny"\n{tomli_w.dumps(second)}{text}', encoding="utf-8")
        return load(file, None, {}).past

    plain = past()
    assert past('week = 1\nset = { "policy.pay.commission" = 0.3 }') == plain
    assert past('week = 2\nset = { "params.channel.payment_weeks" = 3 }') == plain
    assert past('week = 3\npolicy = "deep_marketing"') == plain
    assert past('week = 3\nleave = ["second"]') == plain
    enters = past('week = 2\nenter = ["second"]')
    assert enters != plain  # until then it is absent
    assert past('week = 4\nenter = ["second"]') == enters


@pytest.mark.parametrize("fixed_points", [False, True])
@pytest.mark.parametrize("name", sorted(available_scenarios()))
def test_a_market_is_built_by_the_rules_that_the_past_names(
    name: str, fixed_points: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, str]] = []
    variants_at = RuleBook.variants_at

    def noted(self: RuleBook, week: int, question: str) -> list[Variant]:
        asked.append((week, question))
        return variants_at(self, week, question)

    monkeypatch.setattr(RuleBook, "variants_at", noted)
    more = {"params.start.fixed_points": fixed_points, "policy.rival_force.kind": "defend"}
    Market(load(name, None, more), 3, lived_in=False)
    assert {question for _, question in asked} <= set(ASKED_BY_BUILD)
    assert {week for week, _ in asked} <= {1 - WARM_UP}
