"""Truth and belief stay apart: rules of the firm see the database, never a customer's latent state."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.headquarters import Headquarters
from sim.rng import Decision
from sim.views import CustomersSeen, FirmSeen, TruthSeen
from tests.market.runs import fingerprint, small

#: Columns of customers that headquarters may see: who they are and where.
PUBLIC = {"key", "territory"}


def test_the_firms_view_shares_nothing_with_the_truth() -> None:
    state = small("deep_marketing").state
    seen = Headquarters.see(state, Decision.POLICY)
    truth = {name: getattr(state.customers, name) for name in state.customers if name not in PUBLIC}
    for owner in (seen, seen.customers):
        for name in owner.__dataclass_fields__:
            value = getattr(owner, name)
            if isinstance(value, np.ndarray):
                shared = [column for column, array in truth.items() if np.shares_memory(array, value)]
                assert not shared, f"{name} is the true {shared}"


def test_the_view_does_not_change_when_only_the_truth_does() -> None:
    one, two = small(), small()
    two.state.customers.fill({"price_sensitivity": 9.0, "purchase_rate": 0.0, "type": 0, "satisfaction": 0.0})
    before, after = (Headquarters.see(market.state, Decision.POLICY) for market in (one, two))
    for name in before.customers.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(before.customers, name), getattr(after.customers, name))
    np.testing.assert_array_equal(before.sales, after.sales)


def test_control_the_oracles_view_does_change() -> None:
    state = small().state
    seen = Headquarters.see_truth(state, Headquarters.see(state, Decision.POLICY))
    assert isinstance(seen, TruthSeen)
    np.testing.assert_array_equal(seen.true_type, state.customers.type)
    assert not hasattr(FirmSeen, "true_type")


def test_of_customers_without_a_record_not_even_their_number_is_seen() -> None:
    state = small().run().state
    seen = Headquarters.see(state, Decision.POLICY).customers
    recorded = state.knowledge.known | (state.knowledge.rep >= 0)
    assert 0 < recorded.sum() < len(state.customers)
    for name in CustomersSeen.__dataclass_fields__:
        if name != "week":
            assert len(getattr(seen, name)) == recorded.sum(), name
    assert not np.isin(seen.key, np.arange(10 * len(state.customers))).all(), "keys show how many customers there are"


def test_a_worse_information_system_leaves_a_worse_database() -> None:
    good = small("deep_marketing", weeks=40).run()
    poor = small("deep_marketing", weeks=40, overrides={"params.forms.untruth": 2.0, "policy.gateway.loss": 0.9}).run()
    error = {}
    for name, market in (("good", good), ("poor", poor)):
        card = market.results.scorecard.set_index("kpi")["value"]
        error[name] = card["belief_error"]
    assert error["good"] < error["poor"]


@pytest.mark.parametrize("policy", ["status_quo", "deep_marketing"])
def test_the_customers_do_not_react_to_a_label_that_changes_nothing(policy: str) -> None:
    """Segments alone, without norms or prices that use them, touch nobody: only their cost shows in the books."""
    plain = small(policy, overrides={"policy.coverage.kind": "by_turnover", "policy.segmentation.kind": "none"}).run()
    labelled = small(
        policy, overrides={"policy.coverage.kind": "by_turnover", "policy.segmentation.kind": "random"}
    ).run()
    assert fingerprint(plain) != fingerprint(labelled)
    for column in ("aware", "loyalty", "owned", "stage", "satisfaction"):
        np.testing.assert_array_equal(getattr(plain.state.customers, column), getattr(labelled.state.customers, column))
