"""Figures of regret and of discovered rules: titles say the finding, nothing overlaps, nothing is cut off."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.factor import Factor
from analysis.figures.discovery import discovery_figure, ends, positions, spans
from analysis.figures.discovery_panels import share_spans
from analysis.figures.regret import regret_figure
from analysis.figures.save import svg_bytes
from analysis.futures.cases import beaten
from analysis.futures.discovery import Discovery, discover
from tests.analysis.ensembles import by_hand, draw, of_factors
from tests.analysis.test_analysis_figures import layout_faults

LONG = Factor("share of projects that distributors decide alone", 0.0, 1.0, unit="share")
FACTORS = (
    LONG,
    Factor("set_up_cost", 1e4, 1e6, log=True, unit="EUR"),
    Factor("rivals", 1, 12, whole=True, unit="firms"),
    Factor("channel", levels=("direct sales force", "distributors", "both")),
    Factor("lead_time", levels=(2, 4, 8, 16), unit="weeks"),
)


def ensemble(noise: float = 0.1, replications: int = 3) -> Ensemble:
    chance = np.random.Generator(np.random.PCG64(4))
    size, luck = chance.standard_normal((30, 1)), chance.standard_normal((30, replications))
    rows = {
        "base": 14e6 + 4e5 * luck,
        "deep": 14.4e6 + 8e5 * size + 4e5 * luck + 1e6 * noise * chance.standard_normal((30, replications)),
        "lean": 14.2e6 - 2e5 * size + 4e5 * luck + 1e6 * noise * chance.standard_normal((30, replications)),
    }
    rows["lean"][3] = np.nan
    return by_hand({"contribution": {policy: values.tolist() for policy, values in rows.items()}})


def found(*names: str) -> Discovery:
    """A rule in the upper halves of the factors of these names."""
    futures = draw(FACTORS, 300, seed=6)
    inside = np.ones(300, dtype=np.bool_)
    for name in names:
        factor = next(f for f in FACTORS if f.name == name)
        upper = factor.levels[1:] if factor.levels else ()
        middle = float(factor.at([0.5])[0]) if not factor.levels else 0.0
        inside &= (futures[name].isin(upper) if upper else futures[name] >= middle).to_numpy()
    made = of_factors(FACTORS, futures, np.where(inside, -1e5, 1e5), fresh=range(200, 300))
    return discover(made, beaten(made, "deep", "base"), permutations=99)


@pytest.mark.parametrize("replications", [1, 3])
@pytest.mark.parametrize("noise", [0.1, 3.0])
def test_regret_says_who_misses_the_best_by_least(noise: float, replications: int) -> None:
    figure = regret_figure(ensemble(noise, replications))
    assert layout_faults(figure) == []
    words = str(figure.get_label())
    assert "1\u00a0incomplete future excluded" in words and "29\u00a0futures" in words
    assert ("noise is part of regret" in words) == (replications == 1)
    assert svg_bytes(figure) == svg_bytes(figure)


def test_a_gap_that_may_be_noise_is_said_to_be_one() -> None:
    noisy, clear = (str(regret_figure(ensemble(noise)).get_label()) for noise in (3.0, 0.01))
    assert "may be noise" in noisy and "may be noise" not in clear


def test_a_policy_that_is_always_best_is_said_to_be() -> None:
    rows = {"base": [[1.0, 2.0]] * 4, "deep": [[3.0, 4.0]] * 4, "lean": [[1.0, 1.0]] * 4}
    figure = regret_figure(by_hand({"contribution": rows}))
    assert str(figure.get_label()).startswith("Deep marketing is the best policy in all 4\u00a0futures")
    assert layout_faults(figure) == []
    same = regret_figure(by_hand({"contribution": {"base": [[1.0], [2.0]], "deep": [[2.0], [1.0]]}}))
    assert "both miss the best policy by up to EUR\u00a01.00" in str(same.get_label())


@pytest.mark.parametrize(
    "names",
    [
        (LONG.name,),
        ("channel",),
        ("set_up_cost", "rivals"),
        ("channel", "lead_time"),
        (LONG.name, "set_up_cost", "rivals"),
    ],
    ids=lambda names: "+".join(names)[:20],
)
def test_a_rule_is_drawn_whatever_its_factors(names: tuple[str, ...]) -> None:
    discovery = found(*names)
    assert {f.name for f in discovery.rules[0].factors} == set(names)
    figure = discovery_figure(discovery)
    assert layout_faults(figure) == []
    words = str(figure.get_label())
    assert words.startswith("Status quo beats Deep marketing on contribution where ")
    assert "On 100\u00a0fresh futures the rule holds" in words
    assert ("Faint marks" in words) == (len(names) > 2)


def test_boxes_stand_where_their_limits_are() -> None:
    discovery = found("channel", "rivals", "set_up_cost")
    rule = discovery.rules[0]
    assert spans(rule, FACTORS[3]) == [(0.5, 2.5)]
    assert share_spans(rule, FACTORS[3]) == [(1 / 3, 1.0)]
    assert spans(rule, FACTORS[2]) == [(6.5, 12.5)] and share_spans(rule, FACTORS[2]) == [(0.5, 1.0)]
    (start, stop), (share, _) = spans(rule, FACTORS[1])[0], share_spans(rule, FACTORS[1])[0]
    assert stop == 1e6 and start == pytest.approx(1e4 * 100**share)
    assert ends(FACTORS[4]) == (-0.5, 3.5)
    assert positions(FACTORS[4], discovery.futures["lead_time"][:0]).size == 0


def test_what_was_not_found_is_not_drawn() -> None:
    discovery = found("rivals")
    with pytest.raises(StudyError, match="box 2"):
        discovery_figure(discovery, box=2)
