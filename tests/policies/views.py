"""Made-up views for every question, so that each registered rule can be put through the same suite."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.questions.registry import questions, rules
from sim.rng import Decision, Luck
from sim.rules.rule import view_type
from sim.views import (
    NEVER_ORDERED,
    BrandsSeen,
    CompetitorSeen,
    CustomersSeen,
    DistributorSeen,
    ManagerSeen,
    PartnersSeen,
    PlantSeen,
    PursuitSeen,
    QuitSeen,
    RepSeen,
    RetentionSeen,
    RivalBrandsSeen,
    RivalForceSeen,
    RivalStandingSeen,
    ServiceSeen,
    TechnicalSeen,
    TruthSeen,
)

TERRITORIES, REPS, CUSTOMERS, DISTRIBUTORS, OWN, MANAGERS = 3, 9, 240, 4, 3, 3
RIVAL_OFFERS = 4

#: The kind of view with which each question is asked, by name.
VIEW_OF = {question: view_type(next(iter(rules(question).values()))).__name__ for question in questions()}


def make_view(question: str, seed: int, week: int = 8, segments: int = 4) -> Any:
    """A plausible view for ``question``, different for every seed; of the firm's views the one for oracles."""
    chance = np.random.default_rng(seed)
    return MAKERS[VIEW_OF[question]](chance, Luck.of(seed, Decision.POLICY, week), week, segments)


def permute_customers(seen: TruthSeen, order: np.ndarray) -> TruthSeen:
    """The same view with customers' rows in another order."""
    customers = CustomersSeen(
        **{name: _permuted(getattr(seen.customers, name), order) for name in CustomersSeen.__dataclass_fields__}
    )
    fields = {name: getattr(seen, name) for name in TruthSeen.__dataclass_fields__}
    return TruthSeen(
        **{**fields, "customers": customers, "true_type": seen.true_type[order], "true_value": seen.true_value[order]}
    )


def _permuted(value: Any, order: np.ndarray) -> Any:
    return value[order] if isinstance(value, np.ndarray) else value


def _firm(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> TruthSeen:
    known = chance.random(CUSTOMERS) < 0.8
    kind = chance.integers(0, 4, CUSTOMERS)
    home = chance.integers(0, TERRITORIES, CUSTOMERS)
    marks = (kind[:, None] + chance.normal(size=(CUSTOMERS, 3))).astype(np.float32)
    value = np.where(known & (chance.random(CUSTOMERS) < 0.5), chance.gamma(1.0, 100_000.0, CUSTOMERS), 0.0)
    customers = CustomersSeen(
        key=np.arange(CUSTOMERS, dtype=np.uint32) * 7 + 3,
        territory=home,
        known=known,
        marks=np.where(known[:, None], marks, np.nan),
        orders=value / 10_000,
        value=value,
        potential=np.where(chance.random(CUSTOMERS) < 0.2, value * 3, np.nan),
        last_order=np.where(value > 0, week - chance.integers(0, 60, CUSTOMERS), -32768),
        confirmed=np.where(known, week - chance.integers(0, 60, CUSTOMERS), -32768),
        week=week,
        label=np.where(known, 1 + kind, 0).astype(np.int16),
        rep=np.where(known & (chance.random(CUSTOMERS) < 0.3), 3 * home + chance.integers(0, 3, CUSTOMERS), -1),
        prospect=known & (value == 0) & (chance.random(CUSTOMERS) < 0.5),
        call_length=1.0 + (np.arange(CUSTOMERS) % 4) / 2,
        needs=np.where(
            chance.random(CUSTOMERS)[:, None] < 0.4, kind[:, None] + chance.normal(size=(CUSTOMERS, 2)), np.nan
        ),
    )
    noted = chance.uniform(0.8, 1.2, (TERRITORIES, RIVAL_OFFERS))
    return TruthSeen(
        week=week,
        luck=luck,
        customers=customers,
        rep_key=np.arange(REPS) * 5,
        rep_territory=np.repeat(np.arange(TERRITORIES), REPS // TERRITORIES),
        rep_active=chance.random(REPS) < 0.8,
        rep_calls=chance.uniform(10, 30, REPS),
        positions=np.full(TERRITORIES, REPS // TERRITORIES),
        sales=chance.gamma(2.0, 1e6, TERRITORIES),
        list_price=np.array([100_000, 150_000, 2_000]),
        unit_cost=np.array([60_000, 80_000, 1_100]),
        segments=segments,
        offer_names=("machine_one", "machine_two", "refill_one"),
        attribute_names=("ease", "power"),
        counted=chance.integers(50, 150, TERRITORIES),
        potential=chance.gamma(2.0, 1e8, TERRITORIES),
        aware_share=np.array([0.5, np.nan, 0.7]),
        usage_share=np.array([0.2, np.nan, 0.3]),
        price_sensitivity=np.array([2.5, np.nan, 3.1]),
        rival_price=np.where(np.arange(TERRITORIES)[:, None] == 1, np.nan, noted),
        rival_price_usual=np.where(np.arange(TERRITORIES)[:, None] == 1, np.nan, 1.0),
        true_type=kind,
        true_value=chance.gamma(1.0, 300_000.0, CUSTOMERS),
    )


def _reps(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> RepSeen:
    accounts = 120
    return RepSeen(
        week=week,
        luck=luck,
        key=np.arange(REPS) * 7,
        selling_hours=chance.uniform(10, 30, REPS),
        hours_per_call=chance.uniform(0.6, 1.5, REPS),
        alignment=chance.uniform(0, 1, REPS),
        motivation=chance.uniform(0.5, 1.5, REPS),
        commission_share=chance.uniform(0, 0.5, REPS),
        observed=chance.uniform(0, 1, REPS),
        account_key=np.arange(accounts) * 3,
        account_rep=chance.integers(0, REPS, accounts),
        account_norm=chance.uniform(0, 1, accounts),
        account_relationship=chance.uniform(0, 1, accounts),
        account_value=chance.gamma(1.0, 100_000.0, accounts),
        account_hours=chance.uniform(0.5, 3.0, accounts),
    )


def _projects(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> PursuitSeen:
    projects, seen = 60, _reps(chance, luck, week, segments)
    account = chance.integers(0, len(seen.account_key), projects)
    return PursuitSeen(
        **{name: getattr(seen, name) for name in RepSeen.__dataclass_fields__},
        load=5,
        project_key=seen.account_key[account],
        project_number=np.arange(projects) * 512,
        project_rep=seen.account_rep[account],
        project_stage=chance.integers(0, 4, projects),
        project_age=chance.integers(0, 40, projects).astype(np.float64),
        project_worth=chance.gamma(2.0, 1e6, projects),
        project_relationship=seen.account_relationship[account],
        project_attention=chance.uniform(0, 1, projects),
    )


def _managers(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> ManagerSeen:
    gaps = chance.uniform(-0.1, 0.5, (26, MANAGERS))
    return ManagerSeen(
        week=week,
        luck=luck,
        key=np.arange(MANAGERS),
        team_territory=np.arange(MANAGERS),
        span=chance.integers(1, 10, MANAGERS),
        hours=np.full(MANAGERS, 42.0),
        plan_gap=gaps[0],
        past_gaps=gaps,
    )


def _distributors(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> DistributorSeen:
    shape = (DISTRIBUTORS, OWN)
    return DistributorSeen(
        week=week,
        luck=luck,
        key=np.array([0, 1, 1000, 2000]),
        territory=np.array([0, 0, 1, 2]),
        on_hand=chance.integers(0, 200, shape),
        on_order=chance.integers(0, 100, shape),
        owed=chance.integers(0, 10, shape),
        expected=chance.uniform(0, 50, shape),
        deviation=chance.uniform(0, 20, shape),
        cover=np.full(DISTRIBUTORS, 3.0),
        wholesale=np.broadcast_to(np.array([100_000, 150_000, 2_000]), shape),
        purchases=chance.gamma(2.0, 1e6, DISTRIBUTORS),
        trust=chance.uniform(0, 1, DISTRIBUTORS),
        reserve=chance.uniform(0, 1, DISTRIBUTORS),
        sharing_payment=np.full(DISTRIBUTORS, 20_000),
        direct_sales_share=np.zeros(DISTRIBUTORS),
        list_price=np.broadcast_to(np.array([95_000, 150_000, 2_000]), shape),
    )


def _partners(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> PartnersSeen:
    shares = chance.random(DISTRIBUTORS) < 0.5
    return PartnersSeen(
        week=week,
        luck=luck,
        key=np.array([0, 1, 1000, 2000]),
        territory=np.array([0, 0, 1, 2]),
        purchases=chance.gamma(2.0, 1e6, DISTRIBUTORS),
        shares_data=shares,
        payment=np.where(shares, 20_000, 0),
        supplier=np.array([-1, 0, -1, -1]),
    )


def _rivals(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> CompetitorSeen:
    offers = 4
    return CompetitorSeen(
        week=week,
        luck=luck,
        key=np.arange(offers),
        price=chance.uniform(0.8, 1.2, offers),
        unit_cost=chance.uniform(0.5, 0.7, offers),
        share=chance.uniform(0, 0.4, offers),
        price_sensitivity=chance.uniform(2, 4, offers),
        share_lost=chance.uniform(-0.3, 0.5, offers),
    )


def _rival_brands(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> RivalBrandsSeen:
    return RivalBrandsSeen(
        week=week,
        luck=luck,
        key=np.array([1, 2]),
        customers=chance.integers(50, 150, TERRITORIES),
        usual=chance.uniform(1e4, 1e6, (2, TERRITORIES)),
        campaigns_seen=chance.uniform(0, 1e6, (2, TERRITORIES)),
        share_lost=chance.uniform(-0.3, 0.5, 2),
    )


def _rival_standing(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> RivalStandingSeen:
    return RivalStandingSeen(
        week=week,
        luck=luck,
        key=np.array([1, 2]),
        share_lost=chance.uniform(-0.3, 0.5, 2),
        effort_lost=chance.uniform(-0.3, 0.5, 2),
        margin=chance.uniform(0, 0.05, 2),
    )


def _rival_force(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> RivalForceSeen:
    accounts = 40
    return RivalForceSeen(
        week=week,
        luck=luck,
        brand_key=np.array([1, 2]),
        usual_calls=np.array([9.0, 4.0]),
        share_lost=chance.uniform(-0.3, 0.5, 2),
        key=np.arange(accounts) * 5,
        brand=np.repeat([0, 1], accounts // 2),
        potential=chance.gamma(1.0, 100_000.0, accounts),
        bought=chance.gamma(1.0, 50_000.0, accounts),
        ordered=chance.gamma(1.0, 8.0, accounts),
        since_order=np.where(chance.random(accounts) < 0.2, NEVER_ORDERED, chance.integers(0, 60, accounts)),
    )


def _plant(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> PlantSeen:
    return PlantSeen(
        week=week,
        luck=luck,
        on_hand=chance.integers(0, 500, OWN),
        in_production=chance.integers(0, 500, OWN),
        owed=chance.integers(0, 50, OWN),
        expected=chance.uniform(0, 200, OWN),
        deviation=chance.uniform(0, 60, OWN),
        shared_expected=chance.uniform(0, 200, OWN),
        shared_deviation=chance.uniform(0, 60, OWN),
        shared_share=0.5,
        cover=3.0,
        capacity=np.array([900.0, 80.0, 400.0]),
    )


def _brands(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> BrandsSeen:
    offers = 6
    return BrandsSeen(
        week=week,
        luck=luck,
        key=np.array([0, 1, 1000, 2000]),
        territory=np.array([0, 0, 1, 2]),
        brands=3,
        own_brand=0,
        offer_brand=np.array([0, 1, 2, 0, 1, 2]),
        turnover=chance.gamma(2.0, 1e6, (DISTRIBUTORS, offers)),
        margin=chance.uniform(-0.05, 0.3, (DISTRIBUTORS, offers)),
        trust=chance.uniform(0, 1, DISTRIBUTORS),
        usual_trust=0.5,
    )


def _leavers(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> QuitSeen:
    offered = chance.random(REPS) < 0.5
    return QuitSeen(
        week=week,
        luck=luck,
        key=np.arange(REPS) * 7,
        tenure=chance.integers(0, 200, REPS),
        newness=chance.uniform(0, 1, REPS),
        pay=chance.uniform(50_000, 120_000, REPS),
        colleagues_pay=np.full(REPS, 80_000.0),
        offer=np.where(offered, chance.uniform(50_000, 120_000, REPS), 0.0),
        push=chance.normal(0, 0.5, REPS),
        hazard=0.005,
        by_offers=0.75,
        reluctance=0.1,
        taste=0.1,
    )


def _retained(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> RetentionSeen:
    offered = chance.random(REPS) < 0.5
    return RetentionSeen(
        week=week,
        luck=luck,
        key=np.arange(REPS) * 7,
        territory=np.arange(REPS) % TERRITORIES,
        attainment=chance.uniform(0, 2, REPS),
        pay=chance.uniform(50_000, 120_000, REPS),
        offer=np.where(offered, chance.uniform(50_000, 120_000, REPS), 0.0),
    )


def _service(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> ServiceSeen:
    return ServiceSeen(
        week=week,
        luck=luck,
        key=np.arange(TERRITORIES),
        engineers=chance.uniform(0, 3, TERRITORIES),
        requests=chance.uniform(0, 20, TERRITORIES),
        open=chance.integers(0, 60, TERRITORIES),
        job_hours=chance.uniform(1, 6, TERRITORIES),
        week_hours=30.0,
        segments=segments,
    )


def _technical(chance: np.random.Generator, luck: Luck, week: int, segments: int) -> TechnicalSeen:
    return TechnicalSeen(
        week=week,
        luck=luck,
        key=np.arange(TERRITORIES),
        engineers=chance.uniform(0, 3, TERRITORIES),
        reports=int(chance.integers(0, 500)),
        believed_mtbf=float(chance.uniform(500, 40_000)),
        believed_shape=float(chance.uniform(0.3, 1.5)),
    )


#: Who makes up each kind of view.
MAKERS = {
    "FirmSeen": _firm,
    "RepSeen": _reps,
    "ManagerSeen": _managers,
    "DistributorSeen": _distributors,
    "PartnersSeen": _partners,
    "CompetitorSeen": _rivals,
    "PlantSeen": _plant,
    "BrandsSeen": _brands,
    "QuitSeen": _leavers,
    "RetentionSeen": _retained,
    "ServiceSeen": _service,
    "TechnicalSeen": _technical,
    "RivalBrandsSeen": _rival_brands,
    "RivalStandingSeen": _rival_standing,
    "RivalForceSeen": _rival_force,
    "PursuitSeen": _projects,
}
