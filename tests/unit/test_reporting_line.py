"""The reporting line level by level: what its levels compose, who loses what, and rules that divide the same line otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.errors import InputError, InputErrors
from sim.market import Market
from sim.phases.work import work
from sim.questions.gateway import LEVELS, Terms, in_parts, line_of
from sim.questions.gateway.chain import Chain
from sim.questions.gateway.one_gateway import OneGateway
from sim.questions.gateway.per_company import PerCompany
from sim.record import MEASURES
from tests.market.runs import fingerprint, small
from tests.policies.views import make_view
from tests.unit.part_weeks import until, writes

EAGER = {"params.forms.start": 1.0, "policy.routines.form_hours": 2.0}
TOTALS = {"delay": 4, "loss": 0.15, "noise": 0.3}


@pytest.mark.parametrize("levels", [1, 2, 3])
@pytest.mark.parametrize(("delay", "loss", "noise"), [(4, 0.15, 0.3), (1, 0.02, 0.0), (0, 0.0, 0.0), (7, 1.0, 1.1)])
def test_parts_of_a_line_compose_its_totals_to_the_last_bit(levels: int, delay: int, loss: float, noise: float) -> None:
    parts = in_parts(levels, delay=delay, loss=loss, noise=noise)
    line = line_of(2, parts, offices=1, cost=0.0, command_delay=0)
    assert line.weeks.tolist() == [delay, delay]
    assert line.lost.tolist() == [loss, loss]
    assert line.contradiction.tolist() == [noise, noise]
    assert all(len(part) == len(LEVELS) and not any(part[levels:]) for part in parts)


def test_levels_compose_as_delays_survivals_and_squares() -> None:
    line = line_of(1, Terms((1, 0, 2), (0.1, 0.2, 0.5), (0.3, 0.4, 1.2)), offices=1, cost=0.0, command_delay=0)
    assert line.weeks[0] == 3
    np.testing.assert_allclose(line.lost_by[0], [0.1, 0.28, 0.64])
    assert line.contradiction[0] == pytest.approx(1.3)


def test_the_two_ordinary_lines_keep_their_totals() -> None:
    seen = make_view("gateway", 1)
    one, per = OneGateway().answer(seen), PerCompany().answer(seen)
    assert (one.weeks[0], one.lost[0], one.contradiction[0], one.offices[0]) == (1, 0.02, 0.0, 1)
    assert (per.weeks[0], per.lost[0], per.contradiction[0], per.offices[0]) == (4, 0.15, 0.3, 2)
    assert not one.loss[:, 2].any() and per.loss.all(), "one gateway serves all headquarters, lists go to each"


def as_chain(terms: Terms) -> dict[str, Any]:
    """Overrides that set the levels one by one, everything else as two companies that collect for themselves."""
    chain = Chain(companies=2, delay=terms.delay, loss=terms.loss, noise=terms.noise, staff=(0, 0, 6_000_000))
    return {f"policy.gateway.{name}": value for name, value in chain.model_dump(mode="json").items()}


def test_a_line_set_level_by_level_gives_the_run_of_its_totals() -> None:
    """In the parts of `per_company` it is the same in everything; with all at the top only who lost a report differs."""
    usual = small(weeks=10).run()
    parts = small(weeks=10, overrides=as_chain(in_parts(3, **TOTALS))).run()
    assert fingerprint(parts) == fingerprint(usual)
    top = small(weeks=10, overrides=as_chain(Terms((0, 0, 4), (0.0, 0.0, 0.15), (0.0, 0.0, 0.3)))).run()
    for table in ("customers", "knowledge", "reps"):
        for column in usual.state.tables()[table]:
            left, right = (getattr(market.state.tables()[table], column) for market in (usual, top))
            np.testing.assert_array_equal(left, right, err_msg=column)
    lost = [market.results.measure("reports_lost_headquarters").sum() for market in (usual, top)]
    assert 0 < lost[0] < lost[1]


@pytest.mark.parametrize("name", ["delay", "loss", "noise"])
def test_control_a_line_that_is_worse_at_one_level_gives_another_run(name: str) -> None:
    better = in_parts(3, **TOTALS)
    value = getattr(better, name)
    worse = better._replace(**{name: (value[0] + (1 if name == "delay" else 0.5), *value[1:])})
    plain, other = (small(weeks=10, overrides=as_chain(terms)).run() for terms in (better, worse))
    assert fingerprint(plain) != fingerprint(other)


@pytest.mark.parametrize("level", range(3))
def test_reports_are_lost_where_the_line_loses_them(level: int) -> None:
    loss = tuple(0.4 if k == level else 0.0 for k in range(3))
    overrides = {**EAGER, **as_chain(Terms((0, 0, 1), loss, (0.0, 0.0, 0.0)))}
    market = Market("tiny", seed=1, weeks=20, overrides=overrides).run()
    measure = {name: market.results.measure(name).sum(axis=0) for name in REPORTS}
    np.testing.assert_array_equal(measure["reports_written"], sum(measure[name] for name in REPORTS[1:]))
    for k, name in enumerate(LEVELS):
        assert (measure[f"reports_lost_{name}"] > 0).all() == (k == level), name
    written = float(measure["reports_written"].sum())
    part = float(measure[f"reports_lost_{LEVELS[level]}"].sum()) / written
    assert abs(part - 0.4) < 4 * np.sqrt(0.24 / written)


REPORTS = ("reports_written", *(f"reports_lost_{level}" for level in LEVELS), "reports_arriving")


def test_what_arrives_is_what_was_sent_on() -> None:
    state = until("work", Market("tiny", seed=1, overrides={**EAGER, "policy.gateway.loss": 0.3}))
    with state.lend(writes("work")):
        work(state)
    arriving = state.record["reports_arriving"][0].sum()
    assert arriving == sum(len(report.rows) for report in state.mail.reports) > 0
    assert state.record["reports_written"][0].sum() > arriving
    assert {m.name for m in MEASURES if m.name.startswith("reports_")} == set(REPORTS)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("noise", -0.1, "noise -0.1 in row 0; expected at least 0 log sd"),
        ("command_delay", -1, "command_delay -1 in row 0; expected at least 0 weeks"),
        ("loss", np.zeros((2, 2)), "2 × 2 values of loss; expected 2 × 3, by territories × levels"),
        ("delay", np.zeros((2, 4), dtype=np.int64), "2 × 4 values of delay; expected 2 × 3, by territories × levels"),
    ],
)
def test_nonsense_of_a_line_is_refused(monkeypatch: pytest.MonkeyPatch, field: str, value: Any, problem: str) -> None:
    honest = PerCompany.answer

    def answer(self: PerCompany, seen: Any) -> Any:
        line = honest(self, seen)
        given = value if isinstance(value, np.ndarray) else np.full_like(getattr(line, field), value)
        return replace(line, **{field: given})

    monkeypatch.setattr(PerCompany, "answer", answer)
    with pytest.raises(InputError, match=problem):
        Market("tiny", seed=1).run_week()


def test_a_level_too_few_is_refused_when_the_scenario_is_read() -> None:
    with pytest.raises(InputErrors, match=r"policy\.gateway\.delay"):
        Market("tiny", seed=1, overrides={"policy.gateway.kind": "chain", "policy.gateway.delay": [1, 1]})


def test_every_level_is_paid_for() -> None:
    """Staff of a year over 52 weeks, in equal parts for the territories, to the minor unit."""
    staff = {"policy.gateway.kind": "chain", "policy.gateway.staff": [5_200_000, 10_400_000, 2_600_000]}
    market = Market("tiny", seed=1, weeks=3, overrides=staff).run()
    booked = market.state.ledger.book[1:4, 0, Account.INFORMATION_SYSTEM]
    assert booked.tolist() == [350_000] * 3
    assert market.state.ledger.cut["territory"][1, :, Account.INFORMATION_SYSTEM].tolist() == [175_000] * 2


def test_forms_for_every_company_of_a_chain_are_work_for_reps() -> None:
    hours = {}
    for companies in (1, 3):
        given = {"policy.gateway.kind": "chain", "policy.gateway.companies": companies}
        market = Market("tiny", seed=1, weeks=2, overrides={**given, "policy.routines.form_hours": 0.5}).run()
        hours[companies] = market.state.reps.form_hours[market.state.reps.active]
    np.testing.assert_allclose(hours[3], 3 * hours[1])
    assert (hours[1] == 0.5).all()
