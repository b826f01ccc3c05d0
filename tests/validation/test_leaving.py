"""How many leave, and whom they pull along (X15): the market's own phase of people, on large sales forces of equals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.phases.people import people
from sim.questions.quit import Quits
from sim.questions.quit.weigh_offers import WeighOffers
from sim.views import QuitSeen
from tests.validation.people_runs import lent, sales_force, seeds, spread_sales

# ---- the stated hazard ------------------------------------------------------------------------------------------------


def leavers(probability: float, ticks_a_week: float, spread: float = 0.0, **more: Any) -> tuple[float, int]:
    """Weekly hazard at which reps of a whole sales force leave, vacancies and newcomers included, and how many did."""
    per_tick = 1 - (1 - probability) ** (1 / ticks_a_week)
    given = {
        "params.people.quit_probability": per_tick,
        "params.people.vacancy": 8.0 * ticks_a_week,
        "params.labour_market.contagion_half_life": 8.0 * ticks_a_week,
        **more,
    }
    state = sales_force(600, **given)
    if spread:
        spread_sales(state, spread)
    left = heads = 0.0
    with lent(state):
        for _ in seeds(state, 300):
            heads += state.reps.active.sum()
            state.record.put(0, "quits", 0.0)
            people(state)
            left += state.record["quits"][0].sum()
    return -np.log1p(-left / heads) * ticks_a_week, int(left)


OFFERS = "params.labour_market.offers"

#: Annual probability, ticks a week, part of leavers who go for an offer, and numbers of the labour market.
AT_REST: dict[str, tuple[float, float, dict[str, Any]]] = {
    "default numbers": (0.237, 1, {}),
    "27 %, months": (0.27, 0.25, {}),
    "27 %, days": (0.27, 5, {}),
    "half go": (0.5, 1, {}),
    "half go, fortnights": (0.5, 0.5, {}),
    "offers alone": (0.5, 1, {OFFERS: 1.0}),
    "no offers": (0.5, 1, {OFFERS: 0.0}),
    "reluctant reps": (0.4, 1, {"params.labour_market.reluctance": 0.5}),
    "offers alike": (0.4, 1, {"params.labour_market.offer_spread": 0.0}),
    "one hazard": (0.5, 1, {"policy.quit.kind": "one_hazard"}),
}


@pytest.mark.parametrize("name", AT_REST)
def test_reps_at_rest_leave_at_the_stated_hazard(name: str) -> None:
    """Content, paid as the market pays, seen alike: whatever the hazard, the step of time and the part that offers have."""
    probability, ticks, more = AT_REST[name]
    found, left = leavers(probability, ticks, **more)
    assert found == pytest.approx(-np.log1p(-probability) / 52, rel=4 / np.sqrt(left))


def test_whom_offers_reach_changes_who_leaves_and_not_how_many() -> None:
    found, left = leavers(0.5, 1, spread=0.45, **{"params.labour_market.contagion": 0.0})
    assert found == pytest.approx(-np.log1p(-0.5) / 52, rel=4 / np.sqrt(left))


@pytest.mark.parametrize(("times", "sign"), [(0.9, -1), (1.1, 1)])
def test_control_where_offers_are_not_what_reps_are_used_to_more_or_fewer_leave(times: float, sign: int) -> None:
    found, left = leavers(0.4, 1, **{OFFERS: 1.0})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WeighOffers, "answer", _as_if_offers_were(times))
        moved, _ = leavers(0.4, 1, **{OFFERS: 1.0})
    assert sign * (moved / found - 1) > 8 / np.sqrt(left)


def _as_if_offers_were(times: float) -> Any:
    answer, fields = WeighOffers.answer, QuitSeen.__dataclass_fields__

    def weighed(self: WeighOffers, seen: QuitSeen) -> Quits:
        return answer(self, QuitSeen(**{**{f: getattr(seen, f) for f in fields}, "offer": seen.offer * times}))

    return weighed


# ---- X15 --------------------------------------------------------------------------------------------------------------

AFTER = 26


def _colleagues_who_follow(forced: bool, luck: int, **overrides: Any) -> np.ndarray:
    """Colleagues of the first rep of each team who leave in the half year after it [M]; it goes if ``forced``, or stays.

    Nothing but that one departure differs between the two runs; what follows is drawn by the same luck.
    """
    state, answer = sales_force(400, **overrides), WeighOffers.answer
    teams = len(state.managers)
    first = np.array([np.flatnonzero(state.reps.active & (state.reps.team == t))[0] for t in range(teams)])

    def decided(self: WeighOffers, seen: QuitSeen) -> Quits:
        probability = np.zeros(len(seen.key))
        probability[first] = float(forced)
        return Quits(probability=probability)

    colleagues = state.reps.active.copy()
    colleagues[first] = False
    gone = np.zeros(len(state.reps), dtype=bool)
    with lent(state), pytest.MonkeyPatch.context() as patch:
        patch.setattr(WeighOffers, "answer", decided)
        people(state)
        patch.setattr(WeighOffers, "answer", answer)
        for tick in range(1, AFTER + 1):
            state.seed = 1000 * luck + tick
            hires = state.reps.hires.copy()
            before = state.reps.active.copy()
            people(state)
            gone |= colleagues & before & (~state.reps.active | (state.reps.hires > hires))
    return np.bincount(state.reps.team[gone], minlength=teams)


def _pulled(**overrides: Any) -> tuple[float, float]:
    """Colleagues who leave because one did, per leaver, and four standard errors of it."""
    more = np.concatenate(
        [_colleagues_who_follow(True, k, **overrides) - _colleagues_who_follow(False, k, **overrides) for k in (1, 2)]
    )
    return float(more.mean()), float(4 * more.std(ddof=1) / np.sqrt(len(more)))


def test_x15_leavers_pull_leavers() -> None:
    pulled, error = _pulled()
    assert pulled > error
    # Nine colleagues, of a ninth more of whom each hears, times contagion, over the weeks in which it fades.
    fading = (1 - 0.5 ** (AFTER / 8)) / (1 - 0.5 ** (1 / 8))
    expected = 9 * 0.75 * -np.log1p(-0.237) / 52 * 2.0 / 9 * fading
    assert pulled == pytest.approx(expected, abs=error + 0.2 * expected)


def test_x15_the_pull_grows_with_contagion() -> None:
    assert _pulled(**{"params.labour_market.contagion": 8.0})[0] > 2 * _pulled()[0]


@pytest.mark.parametrize(
    "off",
    [{"params.labour_market.contagion": 0.0}, {OFFERS: 0.0}],
    ids=["without contagion", "without offers"],
)
def test_x15_control_the_pull_vanishes_to_the_last_rep(off: dict[str, float]) -> None:
    assert _pulled(**off) == (0.0, 0.0)
