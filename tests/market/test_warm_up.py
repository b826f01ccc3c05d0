"""Warm-up: a market lives under a baseline, then the policy comes into force, as a roll-out does, from the same state."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim.agents
from sim.errors import InputErrors
from sim.market import Market
from sim.questions.promotion.calendar import CampaignCalendar
from sim.scenario import Scenario
from tests.laws.auditor import Auditor
from tests.market.runs import fingerprint

#: A year: every calendar of a rule divides it.
YEAR = 52
OWN = {"warm_up.weeks": YEAR, "warm_up.policy": "as_written"}


def tiny(overrides: Mapping[str, Any], policy: str | None = None, weeks: int = 12) -> Scenario:
    return Scenario.load("tiny", policy=policy, weeks=weeks, customers=300, overrides=dict(overrides))


def tables_of(market: Market) -> list[pd.DataFrame]:
    results = market.results
    return [results.weekly, results.kpis_weekly, results.scorecard, results.kpis_by("territory")]


def test_without_weeks_there_is_no_trace_of_it() -> None:
    plain, off = tiny({}), tiny({"warm_up.weeks": 0})
    assert plain == off
    assert fingerprint(Market(plain).run()) == fingerprint(Market(off).run())
    assert Market(off).results.warm_up is None


def test_two_policies_on_one_seed_part_from_one_state() -> None:
    one, other = Market(tiny(OWN), seed=3), Market(tiny(OWN, "deep_marketing"), seed=3)
    assert one.week == other.week == 0
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one.run()) != fingerprint(other.run())
    assert [t.equals(u) for t, u in zip(_warm(one), _warm(other), strict=True)] == [True, True]
    assert not one.results.weekly.equals(other.results.weekly)


def _warm(market: Market) -> tuple[pd.DataFrame, pd.DataFrame]:
    assert market.results.warm_up is not None
    return market.results.warm_up.weekly, market.results.warm_up.scorecard


def test_settings_of_the_policy_leave_the_warm_up_alone() -> None:
    cheap = Market(tiny({**OWN, "policy.pay.commission": 0.3}), seed=3)
    assert fingerprint(cheap) == fingerprint(Market(tiny(OWN), seed=3))


def test_a_policy_like_the_baseline_runs_on_as_if_nothing_had_happened() -> None:
    lived, plain = Market(tiny(OWN), seed=3).run(), Market(tiny({}, weeks=YEAR + 12), seed=3).run()
    assert fingerprint(lived) == fingerprint(plain)
    assert fingerprint(Market(tiny({**OWN, "warm_up.policy": "deep_marketing"}, "deep_marketing"), seed=3).run()) == (
        fingerprint(Market(tiny({}, "deep_marketing", weeks=YEAR + 12), seed=3).run())
    )


def test_a_policy_comes_into_force_as_a_roll_out_does(tmp_path: Any) -> None:
    file = tmp_path / "rolled_out.toml"
    file.write_text(
        f'extends = "tiny"\nweeks = {YEAR + 12}\n[world]\ncustomers = 300\n[[change]]\nweek = {YEAR + 1}\n'
        'policy = "deep_marketing"\n',
        encoding="utf-8",
    )
    changed = Market(Scenario.load(file), seed=3).run()
    lived = Market(tiny(OWN, "deep_marketing"), seed=3).run()
    assert fingerprint(lived) == fingerprint(changed)
    whole, later = changed.results.weekly, lived.results.weekly
    shifted = whole[whole["week"] > YEAR].assign(week=whole["week"] - YEAR).reset_index(drop=True)
    key = [c for c in whole.columns if c != "value"]
    assert shifted.sort_values(key, ignore_index=True).equals(later.sort_values(key, ignore_index=True))


def test_changes_count_from_the_start_of_the_policy(tmp_path: Any) -> None:
    file = tmp_path / "later.toml"
    change = '[[change]]\nweek = {week}\nset = {{ "policy.pay.commission" = 0.25 }}\n'
    head = 'extends = "tiny"\nweeks = {weeks}\n[world]\ncustomers = 300\n'
    file.write_text(head.format(weeks=12) + change.format(week=5), encoding="utf-8")
    scenario = Scenario.load(file, overrides=OWN)
    assert [scenario.rules_at(week, "pay")[0][1].model_dump()["commission"] == 0.25 for week in (0, 1, 4, 5)] == (
        [False, False, False, True]
    )
    file.write_text(head.format(weeks=YEAR + 12) + change.format(week=YEAR + 5), encoding="utf-8")
    assert fingerprint(Market(scenario, seed=2).run()) == fingerprint(Market(Scenario.load(file), seed=2).run())


def test_what_users_see_counts_from_the_start_of_the_policy() -> None:
    market = Market(tiny(OWN, "deep_marketing"), seed=3, keep_orders=True).run()
    results = market.results
    assert market.week == 12 and len(market.datacollector.get_model_vars_dataframe()) == 12
    assert sorted(results.weekly["week"].unique()) == list(range(1, 13))
    assert sorted(results.kpis_weekly["week"].unique()) == list(range(1, 13))
    assert set(results.orders["week"]) <= set(range(1, 13)) and len(results.orders)
    assert results.measure("orders").shape[0] == 12
    assert results.warm_up is not None
    assert sorted(results.warm_up.kpis_weekly["week"].unique()) == list(range(1 - YEAR, 1))
    assert results.warm_up.orders["week"].between(1 - YEAR, 0).all() and len(results.warm_up.orders)
    assert results.scorecard.set_index("kpi")["value"]["contribution"] == pytest.approx(
        results.kpis_weekly.query("kpi == 'contribution'")["value"].sum()
    )


def test_books_open_with_the_balances_of_the_warm_up() -> None:
    market = Market(tiny(OWN), seed=3).run()
    whole, part = market.state.ledger, market.state.ledger.window(YEAR, YEAR + 12)
    for name in ("contribution", "cash_in_channel", "revenue"):
        assert np.array_equal(part.flows(name), whole.flows(name)[YEAR:])
    assert np.array_equal(part.book.sum(axis=0), whole.book.sum(axis=0))
    assert not part.book.sum(axis=1)[..., :].sum(axis=-1).any()
    earlier = market.state.ledger.window(0, YEAR)
    assert np.array_equal(np.concatenate([earlier.flows("revenue"), part.flows("revenue")]), whole.flows("revenue"))


def test_non_users_are_those_at_the_start_of_the_policy() -> None:
    market = Market(tiny(OWN), seed=3)
    then = market._non_users.sum()
    assert then < Market(tiny({}), seed=3)._non_users.sum()
    card = market.run().results.scorecard.set_index("kpi")["value"]
    new = market.results.measure("new_customers").sum()
    assert card["share_non_users_won"] == pytest.approx(100.0 * new / then)


def test_rules_see_weeks_and_dates_by_the_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    seen_weeks: list[int] = []
    answer = CampaignCalendar.answer

    def watched(self: CampaignCalendar, seen: Any) -> Any:
        seen_weeks.append(seen.week)
        dated = seen.customers.last_order[seen.customers.last_order > -20_000]
        assert (dated < max(seen.week, 1)).all()
        assert (seen.customers.recency >= 0).all()
        return answer(self, seen)

    monkeypatch.setattr(CampaignCalendar, "answer", watched)
    calendar = {"policy.promotion.kind": "calendar"}
    Market(tiny({**OWN, **calendar})).run()
    assert seen_weeks == list(range(12))
    seen_weeks.clear()
    Market(tiny({"warm_up.weeks": 10, "warm_up.policy": {"promotion": {"kind": "calendar"}}, **calendar})).run()
    assert seen_weeks == list(range(-10, 12))


def test_stepping_through_a_warm_up_is_living_in() -> None:
    by_hand = Market(tiny(OWN), seed=5, lived_in=False)
    assert by_hand.week == -YEAR and by_hand.results.measure("orders").shape[0] == 0
    for _ in range(YEAR):
        by_hand.run_week(check_reads=True)
    assert fingerprint(by_hand) == fingerprint(Market(tiny(OWN), seed=5))


def test_laws_hold_in_a_warm_up_and_after() -> None:
    market = Market(tiny({**OWN, "warm_up.weeks": 8}, "deep_marketing"), seed=4, lived_in=False)
    assert Auditor(market).run().week == 12


def test_a_season_is_where_the_year_puts_it() -> None:
    season = {"params.needs.season_swing": 0.5, "params.needs.season_peak": 6.0}
    plain = Market(tiny(season), seed=1)
    lived = Market(tiny({**season, "warm_up.weeks": 11, "warm_up.policy": "as_written"}), seed=1)
    plain.run_week()
    lived.run_week()
    assert np.array_equal(plain.state.boards.needs.activity, lived.state.boards.needs.activity)


def test_a_scenario_with_a_warm_up_is_written_and_read_back(tmp_path: Any) -> None:
    scenario = tiny({"warm_up.weeks": 9}, "deep_marketing")
    file = tmp_path / "written.toml"
    file.write_text(scenario.to_toml(), encoding="utf-8")
    again = Scenario.load(file)
    assert again == scenario and again.warm_up.rules == scenario.warm_up.rules
    assert [again.rules_at(week, "pay") == scenario.rules_at(week, "pay") for week in (-3, 0, 1)] == [True] * 3
    assert scenario != tiny({"warm_up.weeks": 10}, "deep_marketing")
    assert scenario != tiny({"warm_up.weeks": 9, "warm_up.policy": "as_written"}, "deep_marketing")
    assert dict(scenario.policy_at(0))[None] == dict(tiny({}, "status_quo").policy_at(1))[None]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"warm_up.weeks": -1}, "warm_up.weeks"),
        ({"warm_up.weeks": 4, "warm_up.policy": "no_such_policy"}, "no_such_policy"),
        ({"warm_up.weeks": 4, "warm_up.policy": {"pay": {"kind": "no_such_rule"}}}, "no rule of kind"),
        ({"warm_up.weeks": 4, "warm_up.policy": {"payment": {"kind": "none"}}}, "payment"),
        ({"warm_up.week": 4}, "weeks"),
        ({"warm_up.weeks": 500, "weeks": 5000}, "too many"),
    ],
)
def test_input_errors_name_what_is_wrong(given: dict[str, Any], found: str) -> None:
    with pytest.raises(InputErrors, match=found):
        Scenario.load("tiny", overrides=given)


def test_a_policy_without_weeks_gives_a_warning() -> None:
    assert any("warm_up.policy is not used" in text for text in tiny({"warm_up.policy": "as_written"}).warnings)


def test_every_view_is_dated_by_the_calendar() -> None:
    agents = Path(sim.agents.__file__ or "").parent
    stored = [
        file.name for file in sorted(agents.glob("*.py")) if "week=state.week" in file.read_text(encoding="utf-8")
    ]
    assert stored == []  # rules see weeks from the start of the policy: week=state.calendar
