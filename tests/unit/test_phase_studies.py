"""Studies: what they cost, when they arrive, how wrong they are, what they leave in the database, and who is asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.errors import InputError
from sim.market import Market
from sim.phases.potential import estimate_potential
from sim.phases.studies import commission_studies, take_in_findings
from sim.questions.studies.calendar import StudyCalendar
from sim.stages import Stage
from sim.state import MarketState
from tests.unit.part_weeks import until, writes

CALENDAR = {"policy.studies.kind": "calendar", "policy.studies.usage": 0, "policy.studies.interval": 50}


def tiny(weeks: int = 12, customers: int = 1500, seed: int = 3, **sizes: Any) -> Market:
    given = {(k if "." in k else f"policy.studies.{k}"): v for k, v in sizes.items()}
    return Market("tiny", seed=seed, weeks=weeks, customers=customers, overrides={**CALENDAR, **given})


def findings_of(state: MarketState, rounds: int, name: str) -> np.ndarray:
    """What so many independent studies of one market find [rounds, T]: the market stays, weeks go by."""
    found = []
    for week in range(rounds):
        state.week, state.mail.findings, state.mail.reports = week, [], []
        commission_studies(state)
        found.append(next(f.found[name] for f in state.mail.findings if name in f.found))
    return np.array(found)


# ---- cost and delay ---------------------------------------------------------------------------------------------------


def test_studies_are_paid_when_ordered_and_arrive_later() -> None:
    market = tiny(tracker=30, price=20, needs=10, rivals=4)
    blank = ("aware_share", "usage_share", "price_sensitivity")
    for week in range(8):
        market.step()
        table, known = market.state.territories, {}
        for name in blank:
            known[name] = np.isfinite(getattr(table, name)).all()
        # A report due in a week stands in the tables when that week is over.
        assert known == {"aware_share": week >= 2, "usage_share": week >= 2, "price_sensitivity": week >= 6}
        assert np.isfinite(table.rival_price).all() == (week >= 2)
        stated = market.state.headquarters.stated_needs
        assert (len(stated) > 0) == (week >= 6)
        assert np.isfinite(stated).all(axis=1).sum() == (20 if week >= 6 else 0)
    numbers = market.state.params.studies
    cost = 2 * (4 * numbers.fee + 30 * numbers.short_interview + 30 * numbers.interview + 4 * numbers.price_note)
    booked = market.state.ledger.book[1:, 0, Account.STUDIES]
    assert booked[0] == cost
    assert not booked[1:].any()
    studied = market.state.record["studied_customers"]
    assert studied[0].tolist() == [60, 60]
    assert not studied[1:].any()


def test_no_study_no_cost_and_nothing_is_known() -> None:
    market = tiny().run()
    assert not market.state.ledger.book[:, 0, Account.STUDIES].any()
    table = market.state.territories
    for name in ("aware_share", "usage_share", "price_sensitivity", "unheard_mean", "rival_price", "rival_price_usual"):
        assert np.isnan(getattr(table, name)).all(), name
    assert market.state.headquarters.stated_needs.size == 0, "no room is taken by what nobody asked"


def test_a_study_of_everybody_asks_nobody_twice() -> None:
    market = tiny(weeks=1, customers=300, tracker=1_000).run()
    there = np.bincount(market.state.customers.territory)
    np.testing.assert_array_equal(market.state.record["studied_customers"][0], there)


def test_samples_out_of_bounds_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = StudyCalendar.answer
    monkeypatch.setattr(StudyCalendar, "answer", lambda self, seen: type(honest(self, seen))(sample=-np.ones((2, 5))))
    with pytest.raises(InputError, match=r"policy\.studies: the rule `calendar` answered with sample -1 in row 0"):
        tiny(weeks=1).run()


# ---- error ------------------------------------------------------------------------------------------------------------

ROUNDS, SMALL, LARGE = 160, 25, 400


@pytest.fixture(scope="module")
def spreads() -> dict[str, tuple[float, float, float]]:
    """By finding: z-score of the mean error of many small studies, and the spread of small and large ones over theory."""
    result: dict[str, tuple[float, float, float]] = {}
    for name, kind in (("aware_share", "tracker"), ("usage_share", "tracker"), ("price_sensitivity", "price")):
        ratio = []
        for size in (SMALL, LARGE):
            state = until("decide", tiny(customers=3000, **{kind: size, "interval": 1}))
            north = state.customers.territory == 0
            values, blur = population(state, name, north)
            not_asked = 1.0 - size / north.sum()
            theory = np.sqrt(values.var() * not_asked / size + blur / size)
            found = findings_of(state, ROUNDS, name)[:, 0]
            ratio.append(float(found.std(ddof=1) / theory))
            if size == SMALL:
                off = float((found.mean() - values.mean()) / (theory / np.sqrt(ROUNDS)))
        result[name] = (off, ratio[0], ratio[1])
    return result


def population(state: MarketState, name: str, rows: np.ndarray) -> tuple[np.ndarray, float]:
    """The truth of each customer of ``rows``, and the variance that the error of one answer adds."""
    customers = state.customers
    if name == "aware_share":
        return (customers.aware[rows] >> state.layout.own_brand & 1).astype(float), 0.0
    if name == "usage_share":
        return np.isin(customers.stage[rows], (Stage.BUYER, Stage.LOYAL)).astype(float), 0.0
    sensitivity = customers.price_sensitivity[rows].astype(float)
    spread = state.params.studies.sensitivity_error
    return sensitivity, float((sensitivity**2).mean() * np.expm1(spread**2))


@pytest.mark.parametrize("name", ["aware_share", "usage_share", "price_sensitivity"])
def test_a_study_is_right_on_average_and_its_error_shrinks_with_the_root_of_its_size(
    spreads: dict[str, tuple[float, float, float]], name: str
) -> None:
    off, small, large = spreads[name]
    assert abs(off) < 4
    tolerance = 4 / np.sqrt(2 * (ROUNDS - 1))  # four standard errors of a standard deviation
    assert small == pytest.approx(1, abs=tolerance)
    assert large == pytest.approx(1, abs=tolerance)


@pytest.mark.parametrize("name", ["aware_share", "usage_share", "price_sensitivity"])
def test_control_small_studies_do_not_have_the_error_of_large_ones(
    spreads: dict[str, tuple[float, float, float]], name: str
) -> None:
    _, small, large = spreads[name]
    wrong = small * np.sqrt(LARGE / SMALL)  # judged by the theory of the large ones
    assert wrong - 1 > 4 / np.sqrt(2 * (ROUNDS - 1))
    assert large * np.sqrt(SMALL / LARGE) - 1 < -4 / np.sqrt(2 * (ROUNDS - 1))


@pytest.mark.parametrize("notes", [1, 16])
def test_noted_prices_err_less_the_more_are_noted(notes: int) -> None:
    state = until("decide", tiny(customers=300, rivals=notes, interval=1))
    found = findings_of(state, 300, "rival_price")
    error = np.log(found / state.rivals.price).ravel()
    theory = state.params.studies.price_note_error / np.sqrt(notes)
    assert error.std() == pytest.approx(theory, rel=4 / np.sqrt(2 * len(error)))
    assert abs(error.mean()) < 4 * theory / np.sqrt(len(error))
    assert abs(error.std() / (theory * 4) - 1) > 0.5, "control: not the error of a sixteenth of the notes"


def test_stated_needs_are_tastes_with_the_declared_error() -> None:
    market = tiny(weeks=8, customers=3000, needs=1000).run()
    stated = market.state.headquarters.stated_needs
    asked = np.isfinite(stated).all(axis=1)
    assert asked.sum() == 2000
    error = (stated - market.state.customers.taste)[asked].ravel()
    assert error.std() == pytest.approx(0.3, rel=4 / np.sqrt(2 * len(error)))
    assert abs(error.mean()) < 4 * 0.3 / np.sqrt(len(error))


# ---- what a usage survey leaves ---------------------------------------------------------------------------------------


def test_a_usage_survey_fills_the_database_for_those_it_asked() -> None:
    plain, asked = tiny(weeks=7).run(), tiny(weeks=7, usage=100, **{"params.studies.mark_error": 0.0}).run()
    new = asked.state.knowledge.known & ~plain.state.knowledge.known
    assert new.sum() > 40, "of 200 customers, 60 % were in the database"
    marks = asked.state.knowledge.marks[new]
    np.testing.assert_allclose(marks, asked.state.customers.marks[new], rtol=1e-5)
    assert np.isfinite(asked.state.knowledge.potential[new]).all()
    earlier = tiny(weeks=6, usage=100).run().state.knowledge.known
    np.testing.assert_array_equal(earlier, tiny(weeks=6).run().state.knowledge.known)


def test_a_usage_survey_makes_the_estimate_of_potential_better() -> None:
    """Mean error of the level of potential over markets, with the survey's word for those nobody heard of, and without."""
    wrong: dict[int, list[float]] = {0: [], 300: []}
    for size, errors in wrong.items():
        for seed in range(8):
            market = tiny(weeks=10, customers=2000, seed=seed, usage=size, **{"params.studies.estimate_every": 9}).run()
            record = market.state.record
            errors.append(float(np.abs(np.log(record["believed_potential"][-1] / record["potential"][-1])).mean()))
    assert np.mean(wrong[300]) < 0.15
    assert np.mean(wrong[0]) > 2 * np.mean(wrong[300])


def test_believed_potential_never_looks_at_the_truth() -> None:
    beliefs = []
    for factor in (1.0, 5.0):
        market = tiny(weeks=3)
        state = market.state
        state.customers.fill({"purchase_rate": state.customers.purchase_rate * factor})
        with state.lend(writes("segment")):
            estimate_potential(state)
        beliefs.append(state.territories.potential.copy())
    np.testing.assert_array_equal(*beliefs)
    assert (beliefs[0] > 0).all()


def test_misplaced_potential_is_half_the_distance_of_shares() -> None:
    market = tiny(weeks=2).run()
    record = market.state.record
    believed, true = record["believed_potential"][1], record["potential"][1]
    apart = np.abs(believed / believed.sum() - true / true.sum()) / 2
    np.testing.assert_allclose(record["potential_misplaced"][1], apart)
    card = market.results.scorecard.set_index("kpi")["value"]
    assert card["potential_error"] == pytest.approx(100 * apart.sum())


# ---- rivals watched ---------------------------------------------------------------------------------------------------


def test_what_is_usual_follows_slowly() -> None:
    exact = {"params.studies.price_note_error": 0.0, "policy.rival_price.kind": "hold"}
    market = tiny(weeks=9, rivals=1, **{"interval": 3, **exact})
    before = market.state.rivals.price.copy()
    while market.running:
        if market.week == 3:
            market.state.rivals.fill({"price": before * 0.8})
        market.step()
    table = market.state.territories
    np.testing.assert_allclose(table.rival_price, np.tile(before * 0.8, (2, 1)))
    # Noted at full price in week 1, at the lower one in weeks 4 and 7: a quarter of the way each time.
    np.testing.assert_allclose(table.rival_price_usual, np.tile(before * (1 - 0.2 * (1 - 0.75**2)), (2, 1)))
    assert (table.rival_price_usual > table.rival_price).all()


@pytest.mark.parametrize(("watches", "falls"), [(1, True), (1, False), (0, True)])
def test_the_firm_answers_a_fall_of_prices_only_where_it_watches(watches: int, falls: bool) -> None:
    given = {
        "policy.promotion.kind": "counter",
        "policy.rival_price.kind": "hold",
        "params.studies.price_note_error": 0.0,
        "interval": 2,
        "rivals": watches,
    }
    market = tiny(weeks=20, **given)
    before = market.state.rivals.price.copy()
    while market.running:
        if market.week == 4 and falls:
            market.state.rivals.fill({"price": before * 0.9})
        market.step()
    spent = market.state.record["campaign_spend"].sum(axis=1)
    if not (watches and falls):
        assert not spent.any()
        return
    assert not spent[:6].any(), "the fall of week 5 is noted in week 5 and reported two weeks later"
    assert spent[6] > 0
    assert not spent[-1], "after a while the new price is usual"


def test_findings_that_are_overtaken_give_way() -> None:
    state = until("decide", tiny(customers=300, tracker=10, interval=1))
    for week in (0, 1):
        state.week = week
        commission_studies(state)
    first, second = (f.found["aware_share"].copy() for f in state.mail.findings)
    state.week = 3
    with state.lend(writes("segment")):
        take_in_findings(state)
    assert not state.mail.findings
    np.testing.assert_array_equal(state.territories.aware_share, second)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("asked", [25, 100])
def test_a_count_of_customers_errs_as_a_share_at_its_worst(asked: int) -> None:
    """Half over the root of the sample, in the logarithm of the count."""
    state = until("decide", tiny(customers=3000, usage=asked, interval=1))
    found = findings_of(state, 400, "counted")
    error = np.log(found / state.numbers.customers_of).ravel()
    assert error.std() == pytest.approx(0.5 / np.sqrt(asked), rel=4 / np.sqrt(2 * len(error)))
