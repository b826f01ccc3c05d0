"""Designs that a careless or suspicious user may bring: refused with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.batch.batch_plan import plan_batch
from experiments.batch.design_file import read_design
from sim.errors import InputErrors
from tests.experiments.batch_fixture import DESIGN, design_file, small_plan

LHS = 'latin_hypercube"\nsize = 5'
LOYALTY = '[futures.factors."params.choice.loyalty"]\nlow = 1.0\nhigh = 5.0\n'
PRICES = '[futures.factors.prices]\npath = "offer.*.list_price"\ntimes = true\nlow = 0.9\nhigh = 1.1\n'


def _factor(text: str) -> tuple[str, str]:
    return LOYALTY, f"[futures.factors.x]\n{text}\n"


def _levers(text: str) -> tuple[str, str]:
    return "[futures]\n", f'[levers]\nbase = "as_written"\n{text}\n[futures]\n'


def _set(text: str) -> tuple[str, str]:
    return "weeks = 4", f"weeks = 4\n[set]\n{text}"


COMMISSION = '[levers.factors."policy.pay.commission"]\n'
REFUSED = {
    "a wildcard that finds a lever": (_factor('path = "*.pay.commission"\nlow = 0.01\nhigh = 0.02'), "line 17", "lever"),
    "a lever in quotes": (_factor("path = '\"policy\".pay.commission'\nlow = 0.01\nhigh = 0.02"), "line 17", "lever"),
    "weeks among futures": (_factor('path = "weeks"\nlevels = [3, 5]'), "line 17", "on top of the design"),
    "the seed among futures": (_factor('path = "seed"\nlevels = [3, 5]'), "line 17", "on top of the design"),
    "weeks under set": (_set("weeks = 9"), "line 6: set.weeks", "on top"),
    "the seed under set": (_set("seed = 9"), "line 6: set.seed", "on top"),
    "a factor's path under set": (_set('"params.choice.loyalty" = 2.0'), "line 19", "under [set] too"),
    "two factors of one path": (
        _factor('path = "offer.machine_one.list_price"\ntimes = true\nlow = 0.9\nhigh = 1.1'),
        "line 23: futures.factors.prices",
        "moved by `x` too",
    ),
    "two levers of one path": (
        _levers(f'method = "grid"\n{COMMISSION}levels = [0.01]\n[levers.factors.b]\npath = "policy.pay.commission"\nlevels = [0.02]'),
        "levers.factors.b",
        "moved by",
    ),
    "a lever that multiplies": (_levers(f'method = "grid"\n{COMMISSION}levels = [1, 2]\ntimes = true'), "line 17", "multiplied"),
    "a wildcard of levers": (
        _levers('method = "grid"\n[levers.factors."policy.pay.*"]\nlevels = [0.01]'),
        "line 15",
        "stands for several",
    ),
    "an unknown lever": (
        _levers('method = "grid"\n[levers.factors."policy.pay.commissio"]\nlevels = [0.01]'),
        "line 15",
        "commission",
    ),
    "levers without a method": (_levers(""), "levers", "no levers are moved"),
    "a baseline that is no policy": (
        _levers(f'method = "grid"\n{COMMISSION}levels = [0.01]\n[decide]\nbaseline = "nobody"'),
        "decide.baseline",
        "as_written (pay.commission=0.01)",
    ),
    "a policy called as a point of levers": (
        ('name = "deep_marketing"\n\n', f'name = "as_written (pay.commission=0.01)"\npolicy = "as_written"\n[levers]\nbase = "as_written"\nmethod = "grid"\n{COMMISSION}levels = [0.01]\n\n'),
        "line 10",
        "tell policies apart",
    ),
    "a lever of a policy and of all runs": (
        ("weeks = 4\n\n[[policy]]\n", 'weeks = 4\n[set]\n"policy.pay.commission" = 0.01\n[[policy]]\nset = { "policy.pay.commission" = 0.02 }\n'),
        "line 6",
        "a policy sets",
    ),
    "an unknown path under a policy's set": (
        ('name = "deep_marketing"', 'name = "deep_marketing"\nset = { "policy.pay.commissio" = 0.1 }'),
        "line 11",
        "commission",
    ),
    "a policy without a name": (('name = "deep_marketing"', 'name = ""\npolicy = "deep_marketing"'), "line 10", "is empty"),
    "a factor without a name": ((LOYALTY, LOYALTY.replace('"params.choice.loyalty"', '""') + 'path = "params.choice.loyalty"\n'), "line 17", "without a name"),
    "no weeks": (("weeks = 4", "weeks = []"), "line 4: weeks", "no horizon"),
    "weeks twice": (("weeks = 4", "weeks = [4, 4]"), "line 4: weeks", "twice"),
    "a scenario twice": (('scenario = "tiny"', 'scenarios = ["tiny", "tiny"]'), "scenarios", "twice"),
    "markets of other lengths": (
        ('scenario = "tiny"\nreplications = 2\nweeks = 4', 'scenarios = ["tiny", "regional_plain"]'),
        "scenarios",
        "differ in weeks: 26 in tiny",
    ),
    "levels of several kinds": (
        _factor('path = "category.machine.made_to_order"\nlevels = [true, "true"]'),
        "line 19",
        "several kinds",
    ),
    "one number twice": (_factor('path = "params.choice.loyalty"\nlevels = [1, 1.0]'), "line 19", "twice"),
    "words that multiply": (_factor('path = "params.choice.loyalty"\nlevels = ["a", "b"]\ntimes = true'), "line 19", "no numbers"),
    "truth that multiplies": (_factor('path = "params.choice.loyalty"\nlevels = [true, false]\ntimes = true'), "line 19", "no numbers"),
    "one of several paths fits nothing": (
        (PRICES, PRICES.replace('path = "offer.*.list_price"', 'paths = ["offer.*.list_price", "offer.zzz_*.list_price"]')),
        "line 21",
        "zzz",
    ),
    "brackets are no wildcard": (_factor('path = "category.[m]*.deciders"\nlow = 1\nhigh = 3'), "line 17", "no setting"),
    "a target that nothing meets": (
        ("[futures]\n", '[[target]]\nkpi = "contribution"\nat_least = 3\nat_most = 1\n[futures]\n'),
        "target.0",
        "exclude each other",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_design_that_means_nothing_is_refused_with_its_place(case: str, tmp_path: Path) -> None:
    change, place, told = REFUSED[case]
    with pytest.raises(InputErrors) as found:
        plan_batch(read_design(design_file(tmp_path, DESIGN, change)))
    assert place in str(found.value)
    assert told in str(found.value)


def _from_file(folder: Path, table: str) -> None:
    (folder / "p.csv").write_text(table, encoding="utf-8")
    design_file(
        folder, DESIGN[: DESIGN.index("[futures.factors")], ('latin_hypercube"\nsize = 5', 'file"\nfile = "p.csv"')
    )


def test_a_table_of_futures_sets_no_lever_and_one_of_levers_no_future(tmp_path: Path) -> None:
    _from_file(tmp_path, "policy.pay.commission\n0.01\n0.02\n")
    with pytest.raises(InputErrors, match="is a lever"):
        plan_batch(read_design(tmp_path / "design.toml"))
    (tmp_path / "p.csv").write_text("params.choice.loyalty\n1.0\n2.0\n", encoding="utf-8")
    design_file(tmp_path, DESIGN, _levers('method = "file"\nfile = "p.csv"'))
    with pytest.raises(InputErrors, match="is no lever"):
        plan_batch(read_design(tmp_path / "design.toml"))


def test_points_of_levers_have_names_of_their_own_and_come_once(tmp_path: Path) -> None:
    close = _levers(f'method = "grid"\n{COMMISSION}levels = [0.010001, 0.010002]')
    names = [policy.name for policy in small_plan(tmp_path, close).policies]
    assert names[2:] == ["as_written (pay.commission=0.010001)", "as_written (pay.commission=0.010002)"]
    again = _levers(f'method = "latin_hypercube"\nsize = 8\n{COMMISSION}levels = [0.01, 0.02]')
    names = [policy.name for policy in small_plan(tmp_path, again).policies]
    assert len(names) == len(set(names)) == 4


def test_a_point_of_levers_can_be_the_baseline(tmp_path: Path) -> None:
    name = "as_written (pay.commission=0.01)"
    given = _levers(f'method = "grid"\n{COMMISSION}levels = [0.01, 0.02]\n[decide]\nbaseline = "{name}"')
    assert small_plan(tmp_path, given).baseline == name
