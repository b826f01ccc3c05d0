"""The part of the plant's volume that distributors share: computed from sell-out, and never scaled up without bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from sim.agents.distributor import Distributor
from sim.derived.plant_volume import shared_part
from sim.market import Market
from sim.questions.share_data import Sharing


def tiny(weeks: int, **overrides: Any) -> Market:
    """Two distributors who buy from the plant (0, 3), each with two who buy from it."""
    given = {name.replace("__", "."): value for name, value in overrides.items()}
    return Market("tiny", seed=4, weeks=weeks, overrides={"channel_layout.sub_distributors": 2, **given})


def test_who_shares_shows_the_plant_its_own_part_of_the_volume() -> None:
    market = tiny(weeks=30).run()
    state, share = market.state, state_share(market)
    assert share([]) == 0.0
    assert share(range(6)) == pytest.approx(1.0)
    mains, subs = share([0, 3]), share([1, 2, 4, 5])
    assert mains + subs == pytest.approx(1.0, abs=0.1)  # sell-out of some, purchases of the others
    assert 0.35 < subs < 0.65  # as large as the distributors that supply them
    np.testing.assert_allclose(state.distributors.volume.sum(), state.distributors.purchases[[0, 3]].sum(), rtol=0.02)


@pytest.mark.parametrize(("weeks_of_stock", "sharers"), [(5, [0, 3]), (20, [0, 3]), (20, [0]), (20, [0, 1, 3])])
def test_who_serves_others_from_stock_does_not_make_the_plant_start_without_bound(
    weeks_of_stock: int, sharers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then purchases for own customers are below 0 for weeks: sell-out must not be scaled up by them."""
    market = tiny(weeks=30, params__channel__stock_weeks_at_start=weeks_of_stock)
    state = market.state
    channel, value = state.goods.channel.on_hand, state.distributors.stock_value
    monkeypatch.setattr(Distributor, "decide_sharing", lambda _: Sharing(shares=np.isin(np.arange(6), sharers)))
    with state.lend(("distributors.stock_value", "channel.on_hand")):
        for main, subs in ((0, [1, 2]), (3, [4, 5])):  # all stock lies with who supplies others
            for held in (channel, value):
                held[main] += held[subs].sum(axis=0)
                held[subs] = 0
    market.run()
    assert state.distributors.shares_data[sharers].all()
    sold = market.results.measure("sell_out_units").sum(axis=(0, 1, 2))
    wanted = (sold + market.results.measure("unserved_units").sum(axis=(0, 1)))[[0, 2]]
    assert (state.goods.units.made.sum(axis=0) <= 2 * wanted).all()


def state_share(market: Market) -> Callable[[Iterable[int]], float]:
    def share(rows: Iterable[int]) -> float:
        with market.state.lend(("distributors.shares_data",)):
            market.state.distributors.shares_data[:] = np.isin(np.arange(6), list(rows))
        return shared_part(market.state)

    return share
