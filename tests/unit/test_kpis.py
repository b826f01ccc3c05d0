"""KPIs: each one recomputed from the weekly table, cut by cut, and the formulas shown to readers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.accounts_chart import CONTRIBUTION_LINES, FORMULAS
from sim.market import Market
from sim.record import MEASURES
from sim.scoring.kpi import Kpi
from sim.scoring.kpis import KPIS
from sim.scoring.scorecard import Scorecard
from tests.market.service_on import DIMENSIONS_ON

#: All three kinds of needs, so that every figure has something to count.
SCENARIO = str(Path(__file__).parents[1] / "market" / "projects.toml")
OWN = ("machine_one", "refill_one", "line_one")
CENTS = 0.01


#: Half a year in which people leave, goods run short, data are shared, changes cost, large buyers bargain, plants work overtime.
OVERRIDES = {
    "params.people.quit_probability": 0.7,
    "params.channel.stock_weeks_at_start": 1.0,
    "params.channel.plant_weeks_at_start": 1.0,
    "params.change.hand_over_loss": 0.15,
    "params.change.routine_setup": 10_000,
    "params.managers_time.selling": 0.5,
    "params.call_length.exponent": 0.3,
    "params.rebates.power": 0.5,
    "params.rebates.threshold": 1.0,
    "params.plant.capacity": 0.8,
    "policy.rival_force.kind": "steady",
    "params.pitch.strength": 0.5,
    "policy.message.kind": "by_segment",
    "policy.offer_variants.kind": "by_segment",
    "policy.offer_variants.every": 9,
    "params.offer_variants.weeks": 2,
    "policy.studies.kind": "calendar",
    "policy.studies.needs": 100,
    **DIMENSIONS_ON,
}
LATER = f"""
extends = "{SCENARIO}"
[[change]]
week = 5
set = {{ "policy.routines.visit_hours" = 2.0 }}
"""


def unrun(folder: Path) -> Market:
    path = folder / "later.toml"
    path.write_text(LATER, encoding="utf-8")
    return Market(str(path), seed=12, policy="deep_marketing", overrides=OVERRIDES)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    return unrun(tmp_path_factory.mktemp("kpis")).run()


@pytest.fixture(scope="module")
def weekly(market: Market) -> pd.DataFrame:
    return market.results.weekly


@pytest.fixture(scope="module")
def card(market: Market) -> pd.DataFrame:
    return market.results.scorecard.set_index("kpi")


class Table:
    """Sums over the tidy table."""

    def __init__(self, weekly: pd.DataFrame) -> None:
        self.weekly = weekly

    def sum(self, measure: str, offers: tuple[str, ...] | None = None) -> float:
        rows = self.weekly[self.weekly["measure"] == measure]
        if offers is not None:
            rows = rows[rows["offer"].isin(offers)]
        return float(rows["value"].sum())

    def last(self, measure: str) -> float:
        rows = self.weekly[(self.weekly["measure"] == measure) & (self.weekly["week"] == self.weekly["week"].max())]
        return float(rows["value"].sum())

    def mean(self, measure: str) -> float:
        return float(self.by_week(measure).mean())

    def variance(self, measure: str) -> float:
        return float(self.by_week(measure).var(ddof=0))

    def by_week(self, measure: str) -> pd.Series:
        """Sums of all weeks; weeks without a row are 0."""
        sums = self.weekly[self.weekly["measure"] == measure].groupby("week")["value"].sum()
        return sums.reindex(range(1, self.weekly["week"].max() + 1), fill_value=0.0)


#: Every KPI by its definition in words, written out a second time on the tidy table of the results alone.
AGAIN: dict[str, Callable[[Table], float]] = {
    "contribution": lambda t: t.sum("contribution"),
    "revenue": lambda t: t.sum("revenue"),
    "cost_to_sell": lambda t: t.sum("cost_to_sell"),
    "selling_cost_share": lambda t: 100 * t.sum("cost_to_sell") / t.sum("revenue"),
    "cash_in_channel": lambda t: t.mean("cash_in_channel"),
    "sell_out_units": lambda t: t.sum("sell_out_units", OWN),
    "key_account_sales": lambda t: t.sum("key_account_value"),
    "new_customers": lambda t: t.sum("new_customers"),
    "active_customers": lambda t: t.last("active_customers"),
    "market_share": lambda t: 100 * t.sum("sell_out_value", OWN) / t.sum("sell_out_value"),
    "aware_share": lambda t: 100 * t.last("aware_customers") / t.last("customers"),
    "satisfaction": lambda t: t.sum("satisfaction_sum") / t.sum("users"),
    "satisfaction_product": lambda t: t.sum("product_satisfaction_sum") / t.sum("users"),
    "satisfaction_contact": lambda t: t.sum("contact_satisfaction_sum") / t.sum("users"),
    "satisfaction_advice": lambda t: t.sum("advice_satisfaction_sum") / t.sum("users"),
    "satisfaction_orders": lambda t: t.sum("orders_satisfaction_sum") / t.sum("users"),
    "satisfaction_delivery": lambda t: t.sum("delivery_satisfaction_sum") / t.sum("users"),
    "satisfaction_complaints": lambda t: t.sum("complaints_satisfaction_sum") / t.sum("users"),
    "lapsed": lambda t: t.sum("lapses"),
    "unserved_share": lambda t: 100 * t.sum("unserved_units") / t.sum("demand_units"),
    "failure_rate": lambda t: 100 * 52 * t.sum("failures") / t.sum("machines"),
    "repair_weeks": lambda t: t.sum("repair_weeks_sum") / t.sum("repairs"),
    "reliability": lambda t: t.sum("fleet_hours") / t.sum("failures"),
    "believed_reliability": lambda t: t.last("believed_mtbf"),
    "calls_per_rep_week": lambda t: t.sum("calls") / t.sum("reps"),
    "selling_time_share": lambda t: 100 * t.sum("hours_selling") / t.sum("hours_attended"),
    "admin_time_share": lambda t: (
        100 * (t.sum("hours_routine") + t.sum("hours_administration")) / t.sum("hours_attended")
    ),
    "plan_compliance": lambda t: 100 * t.sum("calls_on_plan") / t.sum("calls_planned"),
    "report_truth": lambda t: 100 * t.sum("form_use_sum") / t.sum("reps"),
    "belief_error": lambda t: t.sum("belief_error_sum") / t.sum("belief_count"),
    "report_arrival": lambda t: 100 * t.sum("reports_arriving") / t.sum("reports_written"),
    "database_coverage": lambda t: 100 * t.last("records") / t.last("customers"),
    "non_user_coverage": lambda t: 100 * t.last("non_user_records") / t.last("inspected_non_users"),
    "record_age": lambda t: t.sum("record_age_sum") / (t.sum("user_records") + t.sum("non_user_records")),
    "mark_error": lambda t: t.sum("mark_error_sum") / t.sum("mark_count"),
    "potential_error": lambda t: 100 * t.mean("potential_misplaced"),
    "turnover": lambda t: 100 * 52 * t.sum("quits") / t.sum("reps"),
    "skill": lambda t: t.sum("skill_sum") / t.sum("reps"),
    "effort": lambda t: t.sum("effort_sum") / t.sum("reps"),
    "distributor_hours": lambda t: t.sum("hours_distributors") / t.sum("reps"),
    "vacancy": lambda t: 100 * (t.sum("positions") - t.sum("reps")) / t.sum("positions"),
    "cost_per_hire": lambda t: t.sum("hiring") / t.sum("hires"),
    "know_how": lambda t: t.sum("know_how_sum") / t.sum("reps"),
    "maturity": lambda t: t.sum("maturity_sum") / t.sum("reps"),
    "handed_over": lambda t: t.sum("handed_over"),
    "lost_by_hand_over": lambda t: t.sum("lost_by_hand_over"),
    "set_up_cost": lambda t: t.sum("set_up_cost"),
    "managers_selling_share": lambda t: 100 * t.sum("manager_hours_selling") / t.sum("manager_hours"),
    "manager_time_with_reps": lambda t: (
        100
        * sum(t.sum(f"manager_hours_{use}") for use in ("meetings", "visits", "talks", "training"))
        / t.sum("manager_hours")
    ),
    "distributor_profit": lambda t: t.sum("distributor_profit"),
    "distributor_all_brands": lambda t: t.sum("all_brands_margin"),
    "distributor_margin": lambda t: 100 * t.sum("distributor_gross_margin") / t.sum("distributor_revenue"),
    "channel_profit": lambda t: t.sum("contribution") + t.sum("distributor_profit"),
    "opportunity_win_rate": lambda t: 100 * t.sum("projects_won") / t.sum("projects_decided"),
    "open_pipeline": lambda t: sum(t.last(f"pipeline_{s}") for s in ("lead", "qualified", "proposal", "negotiation")),
    "opportunity_cycle": lambda t: t.sum("project_weeks") / (t.sum("projects_won") + t.sum("projects_lost")),
    "rival_calls": lambda t: t.mean("rival_calls"),
    "rival_spending": lambda t: sum(t.sum(f"rival_{of}_spend") for of in ("call", "margin", "poaching", "campaign")),
    "lost_to_rivals": lambda t: t.sum("switches_to_rivals"),
    "won_from_rivals": lambda t: t.sum("switches_to_us"),
    "message_fit": lambda t: t.sum("message_fit_sum") / t.sum("message_accounts"),
    "variant_share": lambda t: 100 * t.sum("variant_units") / t.sum("units_where_variants"),
    "variant_fit": lambda t: t.sum("variant_fit_sum") / t.sum("variant_customers"),
    "variant_fit_believed": lambda t: t.sum("variant_fit_believed_sum") / t.sum("variant_customers"),
    "message_fit_believed": lambda t: t.sum("message_fit_believed_sum") / t.sum("message_accounts"),
    "stock_cover_weeks": lambda t: t.sum("distributor_stock_value") / t.sum("distributor_cost_of_goods"),
    "distributor_effort": lambda t: 100 * t.sum("effort_for_us") / t.sum("distributors"),
    "distributor_trust": lambda t: t.sum("trust") / t.sum("distributors"),
    "distributor_capability": lambda t: t.sum("capability") / t.sum("distributors"),
    "bullwhip": lambda t: t.variance("production_value") / t.variance("demand_value"),
    "bullwhip_distributors": lambda t: t.variance("plant_orders_value") / t.variance("demand_value"),
    "bullwhip_plant": lambda t: t.variance("production_value") / t.variance("plant_orders_value"),
    "capacity_utilisation": lambda t: 100 * t.sum("plant_work") / t.sum("plant_capacity"),
    "overtime_cost": lambda t: t.sum("overtime"),
    "rebate_share": lambda t: 100 * t.sum("rebates") / t.sum("revenue"),
    "hours_per_call": lambda t: t.sum("hours_worked") / t.sum("calls"),
}


@pytest.mark.parametrize("kpi", AGAIN)
def test_the_scorecard_is_what_the_weekly_table_adds_up_to(card: pd.DataFrame, weekly: pd.DataFrame, kpi: str) -> None:
    assert card.loc[kpi, "value"] == pytest.approx(AGAIN[kpi](Table(weekly)), rel=1e-9)
    assert np.isfinite(card.loc[kpi, "value"])


def test_non_users_are_those_who_never_bought_before_the_first_week(card: pd.DataFrame) -> None:
    start = Market(SCENARIO, seed=12, policy="deep_marketing").state.customers
    non_users = int((start.last_order < -1000).sum())
    assert card.loc["share_non_users_won", "value"] == pytest.approx(
        100 * card.loc["new_customers", "value"] / non_users
    )


def test_every_kpi_was_counted_again() -> None:
    assert {kpi.name for kpi in KPIS} == {*AGAIN, "share_non_users_won", *CONTRIBUTION_LINES}


@pytest.mark.parametrize("policy", ["status_quo", "deep_marketing"])
def test_the_lines_of_the_books_add_up_to_contribution_to_the_minor_unit(policy: str) -> None:
    market = Market("tiny", seed=3, policy=policy, weeks=12).run()
    flows = {kpi.name: market.results._scorecard._series(kpi.numerator) for kpi in KPIS if kpi.kpi_class == "books"}
    assert tuple(flows) == CONTRIBUTION_LINES
    sign = {kpi.name: 1 if kpi.direction == "up" else -1 for kpi in KPIS}
    summed = sum(sign[name] * flow for name, flow in flows.items())
    np.testing.assert_array_equal(summed, market.results._scorecard._series("books.contribution"))


def test_every_account_of_contribution_stands_in_one_line() -> None:
    weights = sum(np.abs(FORMULAS[line].weights) for line in CONTRIBUTION_LINES)
    np.testing.assert_array_equal(weights, np.abs(FORMULAS["contribution"].weights))


def test_the_profit_of_all_is_in_the_weekly_table_too(weekly: pd.DataFrame, card: pd.DataFrame) -> None:
    table = Table(weekly)
    assert table.sum("channel_profit") == pytest.approx(card.loc["channel_profit", "value"])
    assert table.sum("channel_profit") == pytest.approx(table.sum("contribution") + table.sum("distributor_profit"))


def test_no_two_measures_share_a_name() -> None:
    assert not {m.name for m in MEASURES} & set(FORMULAS)


def test_formulas_name_what_is_recorded() -> None:
    known = {m.name for m in MEASURES} | {f"books.{name}" for name in FORMULAS}
    words = {
        "Σ",
        "weeks",
        "mean",
        "over",
        "variance",
        "that",
        "of",
        "in",
        "the",
        "last",
        "week",
        "our",
        "customers",
        "without",
        "a",
        "purchase",
        "from",
        "us",
        "at",
        "start",
        "or",
        "opened",
        "since",
        "×",
        "/",
        "+",
    }
    for kpi in KPIS:
        tokens = [token for token in re.split(r"[\s()]+", kpi.formula) if token]
        unknown = [t for t in tokens if t not in known | words and not re.fullmatch(r"[\d.]+", t)]
        assert not unknown, f"{kpi.name}: {kpi.formula}"
        assert kpi.label
        assert kpi.unit
    assert len({kpi.name for kpi in KPIS}) == len(KPIS)


def test_what_holds_from_the_start_is_not_summed_over_weeks() -> None:
    formula = next(kpi for kpi in KPIS if kpi.name == "share_non_users_won").formula
    assert formula == "Σ new_customers / customers without a purchase from us at the start or opened since × 100"


def cut_of(market: Market, dimension: str) -> pd.DataFrame:
    return market.results.kpis_by(dimension).pivot(index="level", columns="kpi", values="value")


ADDITIVE = {
    "territory": {
        "revenue",
        "sell_out_units",
        "key_account_sales",
        "new_customers",
        "active_customers",
        "lapsed",
        "open_pipeline",
        "handed_over",
        "lost_by_hand_over",
        "set_up_cost",
    },
    "segment": {"sell_out_units", "key_account_sales", "new_customers", "active_customers", "lapsed", "open_pipeline"},
    "offer": {"revenue", "market_share", "sell_out_units"},
    "team": set(),
    "distributor": {"distributor_all_brands"},
    "company": {"revenue", "sell_out_units"},
}


@pytest.mark.parametrize("dimension", ADDITIVE)
def test_parts_add_up_to_the_whole(market: Market, card: pd.DataFrame, dimension: str) -> None:
    cut = cut_of(market, dimension)
    additive = {
        kpi.name
        for kpi in KPIS
        if kpi.name in cut and (kpi.how == "total" or (kpi.how == "last" and not kpi.denominator))
    }
    assert additive | ({"market_share"} if dimension == "offer" else set()) == ADDITIVE[dimension]
    for kpi in ADDITIVE[dimension]:
        assert cut[kpi].sum() == pytest.approx(card.loc[kpi, "value"], rel=1e-9), kpi
        assert cut[kpi].abs().sum() > 0, kpi


@pytest.mark.parametrize("dimension", ["territory", "segment", "team", "distributor"])
def test_ratios_by_part_lie_around_the_ratio_of_the_whole(market: Market, card: pd.DataFrame, dimension: str) -> None:
    cut = cut_of(market, dimension)
    # Not so the ratio of variances: orders of one territory are high when those of another are low.
    ratios = [kpi.name for kpi in KPIS if kpi.name in cut and kpi.denominator and kpi.how != "variance"]
    assert ratios
    for kpi in ratios:
        assert cut[kpi].min() - 1e-9 <= card.loc[kpi, "value"] <= cut[kpi].max() + 1e-9, kpi


def test_weekly_figures_fit_the_scorecard(market: Market, card: pd.DataFrame) -> None:
    weekly = market.results.kpis_weekly.pivot(index="week", columns="kpi", values="value")
    assert weekly.index.tolist() == list(range(1, 27))
    for kpi in KPIS:
        if kpi.how == "total":
            assert weekly[kpi.name].sum() == pytest.approx(card.loc[kpi.name, "value"]), kpi.name
        elif kpi.how == "last":
            assert weekly[kpi.name].iloc[-1] == pytest.approx(card.loc[kpi.name, "value"]), kpi.name
        elif kpi.how == "mean":
            assert weekly[kpi.name].mean() == pytest.approx(card.loc[kpi.name, "value"]), kpi.name
        else:
            lowest = weekly[kpi.name].min() - 1e-9
            assert lowest <= card.loc[kpi.name, "value"] or kpi.name == "share_non_users_won", kpi.name


def test_week_by_week_the_table_grows(market: Market, tmp_path: Path) -> None:
    """After week 1 there is one week, and its figures stay as they were; what had not yet happened once was 0."""
    young = unrun(tmp_path)
    assert np.isnan(young.results.scorecard["value"]).all()
    assert young.results.kpis_weekly.empty
    assert np.isnan(young.results.kpis_by("territory")["value"].astype(float)).all()
    young.run_week()
    first = young.results.kpis_weekly
    then = market.results.kpis_weekly.query("week == 1").reset_index(drop=True)
    unseen = first["kpi"].isin([kpi.name for kpi in KPIS if kpi.where]) & first["value"].isna()
    pd.testing.assert_frame_equal(first[~unseen], then[~unseen])
    assert (then.loc[unseen, "value"].fillna(0) == 0).all()


def test_a_product_line_is_our_offers_of_the_company_and_its_share_is_of_that_line(market: Market) -> None:
    lines, offers = cut_of(market, "company"), cut_of(market, "offer")
    assert lines.index.tolist() == ["consumables", "machines"]
    assert lines.loc["machines", "revenue"] == offers.loc[["machine_one", "line_one"], "revenue"].sum() > 0
    sold = market.results.weekly.query("measure == 'sell_out_value'").groupby("offer")["value"].sum()
    for line, ours, theirs in (
        ("machines", ["machine_one", "line_one"], ["machine_rival", "line_rival"]),
        ("consumables", ["refill_one"], ["refill_rival"]),
    ):
        part = 100 * sold[ours].sum() / sold[ours + theirs].sum()
        assert lines.loc[line, "market_share"] == pytest.approx(part)
    assert "satisfaction" not in lines


def test_a_share_of_nothing_is_not_a_number() -> None:
    market = Market("tiny", seed=1, weeks=2, overrides={"policy.head_count.extra": -3}).run()
    card = market.results.scorecard.set_index("kpi")["value"]
    assert np.isnan(
        card[["effort", "skill", "turnover", "calls_per_rep_week", "selling_time_share", "plan_compliance"]]
    ).all()
    assert np.isfinite(card[["contribution", "market_share", "aware_share"]]).all()


def test_figures_of_projects_do_not_exist_without_any() -> None:
    results = Market("tiny", seed=1, weeks=3).run().results
    figures = ["opportunity_win_rate", "open_pipeline", "opportunity_cycle"]
    assert np.isnan(results.scorecard.set_index("kpi").loc[figures, "value"]).all()
    for table in (results.kpis_weekly, results.kpis_by("territory")):
        assert np.isnan(table.loc[table["kpi"].isin(figures), "value"].astype(float)).all()


def test_an_unknown_dimension_is_refused(market: Market) -> None:
    with pytest.raises(ValueError, match="no dimension 'region'; expected one of territory"):
        market.results.kpis_by("region")


def test_a_figure_of_the_books_knows_whose_it_is(market: Market) -> None:
    state = market.state
    scores = Scorecard(state.record, state.ledger, np.ones(6, dtype=bool), np.ones((2, 2)))
    held = scores.weekly(Kpi("x", "x", "financial", "minor units", "up", "mean", "books.cash_in_channel"))
    assert held[-1] == state.distributors.stock_value.sum()
    shown = market.results.kpis_weekly.query("kpi == 'cash_in_channel'")["value"]
    assert held[-1] * CENTS == pytest.approx(shown.iloc[-1])
