"""Bit-identities of whole runs: same seed, another process, one thread and two, split runs, mechanisms that are off."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest

from sim.kernels.threads import set_threads
from tests.market.runs import fingerprint, small


def test_the_same_seed_gives_the_same_run_twice_and_another_seed_another() -> None:
    first, second, other = (fingerprint(small(seed=seed).run()) for seed in (7, 7, 8))
    assert first == second
    assert first != other


def test_another_process_gives_the_same_run() -> None:
    code = "from tests.market.runs import fingerprint, small; print(fingerprint(small('deep_marketing').run()))"
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == fingerprint(small("deep_marketing").run())


def test_one_thread_and_two_give_the_same_run() -> None:
    prints = []
    try:
        for threads in (1, 2):
            set_threads(threads)
            prints.append(fingerprint(small("deep_marketing", weeks=6, customers=60_000).run()))
    finally:
        set_threads(2)
    assert prints[0] == prints[1]


def test_a_run_split_and_continued_elsewhere_is_the_same_run() -> None:
    whole = small("deep_marketing").run()
    part = small("deep_marketing")
    for _ in range(9):
        part.step()
    continued = pickle.loads(pickle.dumps(part))
    assert fingerprint(continued.run()) == fingerprint(whole)


def test_no_policy_is_the_status_quo() -> None:
    assert fingerprint(small(None).run()) == fingerprint(small("status_quo").run())


NEVER_FAILS = {"category.machine.failure_rate": 0.0}

#: Everybody buys from the plant.
NO_SUBS = {
    "channel_layout.sub_distributors": 0,
    **{f"territory.{name}.sub_distributors": 0 for name in ("northeast", "northwest", "southeast")},
}
#: A mechanism at strength zero (left), and the market without it (right).
OFF = {
    "extra positions": ({"policy.head_count.extra": 0}, {}),
    "a discount of nothing": ({"policy.pricing.discount": 0.0}, {}),
    "commission on nothing": (
        {"policy.pay.commission": 0.0, "policy.pay.base": "margin"},
        {"policy.pay.commission": 0.0},
    ),
    "reviews without hours": (
        {"policy.routines.review_hours": 0.0, "params.management.feedback_mean": 2.0},
        {"policy.routines.review_hours": 0.0},
    ),
    "training without hours": (
        {"policy.routines.training_hours": 0.0, "params.management.training_d": 0.1},
        {"policy.routines.training_hours": 0.0},
    ),
    "messages that move nobody and cost nothing": (
        {"policy.message.kind": "by_segment", "params.pitch.strength": 0.0, "params.pitch.material": 0},
        {},
    ),
    "changes of tastes that change nothing": ({"params.tastes.every": 1}, {}),
    "sharing without an offer": ({"policy.share_data.a0": 10.0}, {}),
    "smoothing of reports without error": (
        {"params.database.smoothing": "optimal", "params.database.report_error": 0.0},
        {},
    ),
    "logarithms of advertising that there is not": (
        {"params.advertising.kind": "koyck", "policy.advertising.budget": 0, "params.rivals.advertising": 0},
        {"policy.advertising.budget": 0, "params.rivals.advertising": 0},
    ),
    "commands that arrive at once and are followed": (
        {"policy.gateway.command_delay": 0, "params.information.unheeded": 0.0},
        {},
    ),
    "numbers of sub-distributors that nobody has": (
        {
            **NO_SUBS,
            "channel_layout.sub_size_ratio": 9.0,
            "params.channel.sub_lead_time": 9,
            "params.channel.sub_markup": 0.5,
            "params.channel.supply_cost_share": 0.5,
            "params.channel.data_to_suppliers": True,
            "policy.retail_price.base": "purchase_price",
        },
        NO_SUBS,
    ),
    "service where nothing fails": (
        {
            "category.machine.failure_rate": 0.0,
            "policy.service.engineers": 50.0,
            "policy.technical.kind": "integrated",
            "params.service.failure_harm": 5.0,
        },
        {"category.machine.failure_rate": 0.0},
    ),
    "brands none of which fails": (
        {f"brand.{name}.failure_factor": 0.0 for name in ("deepwell", "norvik", "castor", "halden")},
        {"category.machine.failure_rate": 0.0},
    ),
    "failures by age of what does not age": ({"category.machine.failure_shape": 3.0, **NEVER_FAILS}, NEVER_FAILS),
    "campaigns without money": ({"policy.promotion.kind": "calendar", "policy.promotion.budget": 0}, {}),
    "studies of nobody": ({"policy.studies.kind": "calendar", "policy.studies.usage": 0}, {}),
    "rivals who match nothing": (
        {"policy.rival_campaign.kind": "react", "policy.rival_campaign.match": 0.0},
        {"policy.rival_campaign.kind": "steady"},
    ),
    "positions that do not follow potential": (
        {"policy.head_count.kind": "by_potential", "policy.head_count.weight": 0.0},
        {},
    ),
    "a countermeasure of the blind": ({"policy.promotion.kind": "counter"}, {}),
    "talk of nobody": (
        {"params.talk.weak": 0.0, "params.talk.strong": 0.0, "params.choice.neighbours": 0.0},
        {"params.network.kind": "none"},
    ),
}


@pytest.mark.parametrize("name", OFF)
def test_a_mechanism_at_strength_zero_is_gone(name: str) -> None:
    zero, absent = OFF[name]
    assert (
        fingerprint(small(overrides=zero).run()) == fingerprint(small(overrides=absent).run())
        or name == "talk of nobody"
    )
    if name == "talk of nobody":
        # The talk columns themselves differ; what customers do must not.
        left, right = (small(overrides=o).run().state for o in (zero, absent))
        for column in ("aware", "loyalty", "owned", "stage", "satisfaction"):
            np.testing.assert_array_equal(getattr(left.customers, column), getattr(right.customers, column))
        np.testing.assert_array_equal(left.ledger.book, right.ledger.book)


def test_customers_who_differ_in_how_prone_they_are_to_leave_do_so_only_where_anybody_leaves() -> None:
    """The column itself is there; without a chance to lapse what happens must be the same."""
    never = {"params.lapse.probability": 0.0}
    left, right = (small(overrides=o).run().state for o in ({**never, "params.lapse.kind": "beta"}, never))
    assert left.customers.churn.shape == (1500, 1) and right.customers.churn.shape == (1500, 0)
    for column in set(right.customers) - {"churn"}:
        np.testing.assert_array_equal(getattr(left.customers, column), getattr(right.customers, column))
    np.testing.assert_array_equal(left.ledger.book, right.ledger.book)


def test_control_a_mechanism_with_strength_changes_the_run() -> None:
    plain = fingerprint(small().run())
    for overrides in (
        {"policy.head_count.extra": 1},
        {"policy.pricing.discount": 0.02},
        {"policy.routines.review_hours": 0.2},
        {"params.database.smoothing": "optimal"},
        {"params.advertising.kind": "koyck"},
        {"policy.gateway.command_delay": 2},
        {"params.information.unheeded": 0.3},
        {"params.lapse.kind": "beta"},
        {"channel_layout.sub_distributors": 1},
        {"category.machine.failure_rate": 0.0},
        {"policy.technical.kind": "integrated"},
        {"policy.service.engineers": 0.1},
        {"policy.promotion.kind": "calendar"},
        {"policy.studies.kind": "calendar"},
        {"policy.head_count.kind": "by_potential"},
        {"policy.advertising.kind": "by_potential"},
        {"policy.prospects.kind": "logistic"},
    ):
        assert fingerprint(small(overrides=overrides).run()) != plain


def test_one_more_customer_who_never_buys_changes_nobody_else() -> None:
    """Nobody's neighbour, in no call list, without needs; stock ample, advertising off (it is spent per head).

    Distributors' effort is off as well: how they divide it starts from the estimated needs of all their customers.
    """
    lonely = {
        "params.network.kind": "none",
        "params.rivals.advertising": 0,
        "policy.advertising.budget": 0,
        "params.channel.stock_weeks_at_start": 50.0,
        "params.channel.plant_weeks_at_start": 50.0,
        "params.database.coverage_start": 0.0,
        "params.partners.effort_strength": 0.0,
    }
    base, more = small(customers=1500, overrides=lonely), small(customers=1501, overrides=lonely)
    last = more.state.customers
    last.fill({"purchase_rate": np.where(np.arange(1501) == 1500, 0.0, last.purchase_rate)})
    needless = more.state.boards.needs._replace(
        first_need=np.zeros_like(more.state.boards.needs.first_need),
        replacement=np.zeros_like(more.state.boards.needs.replacement),
    )
    for market in (base, more):
        market.state.boards.needs = needless
        market.run()
    for column in ("aware", "loyalty", "owned", "stage", "satisfaction", "last_order", "relationship"):
        np.testing.assert_array_equal(
            getattr(base.state.customers, column), getattr(more.state.customers, column)[:1500]
        )
