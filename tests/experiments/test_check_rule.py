"""`deepmarket check --rule`: a sound rule passes, and each fault of a rule is told with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.rules import check_rule, trial
from experiments.rules.source import scan_source
from sim.questions.registry import questions, rules

RULE = '''"""A rule of a stranger."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.questions.advertising import Advertising, AdvertisingRule
from sim.views import FirmSeen
from sim.quantity import param

NOTES = []


class Stranger(AdvertisingRule):
    """Spends by the records of each territory."""

    kind: Literal["stranger"] = "stranger"
    budget: int = param(1_000, unit="minor units/week", doc="Spent a week and record.", bounds=(0, 10**9))

    def answer(self, seen: FirmSeen) -> Advertising:
        """By the number of records."""
        count = np.bincount(seen.customers.territory[seen.customers.known], minlength=len(seen.sales))
        spend = self.budget * count
        # here
        return Advertising(spend=spend)
'''


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "WEEKS", 3)
    monkeypatch.setattr(trial, "CUSTOMERS", 200)


def file_with(folder: Path, line: str = "", head: str = "") -> Path:
    """The rule with ``line`` before it answers, and ``head`` below the imports."""
    file = folder / "stranger.py"
    inside = "".join(f"        {part}\n" for part in line.splitlines())
    file.write_text(RULE.replace("        # here\n", inside).replace("NOTES = []\n", f"NOTES = []\n{head}\n"))
    return file


def found(file: Path, on: str = "tiny") -> str:
    return "\n".join(str(mistake) for mistake in check_rule(f"{file}:Stranger", on, {}).mistakes)


def test_a_sound_rule_is_sound(tmp_path: Path) -> None:
    checked = check_rule(str(file_with(tmp_path)), "tiny", {})
    assert (checked.question, checked.kind, checked.mistakes) == ("advertising", "stranger", ())
    assert "stranger" not in rules("advertising"), "it is forgotten again"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("np.add.at(seen.sales, [0], 1.0)", "wrote into what it was shown: sales"),
        ("seen.customers.value[0] = 1", "tried to write into what it was shown"),
        (
            "NOTES.append(seen.week); spend = spend + len(NOTES)",
            "gave two answers to one view, and keeps something in NOTES",
        ),
        ("NOTES.append(seen.week)", "keeps something in NOTES"),
        ("spend = spend + np.int64(1e9 * np.random.default_rng().uniform())", "gave two answers to one view"),
        ("spend = spend + int(seen.customers.value[0])", "gives other answers when rows are in another order: spend"),
        ("spend = spend - 10**9", "answered with spend -"),
        ("spend = spend * np.nan", "NaN or infinity"),
        ("spend = spend[:1]", "answered with 1 values of spend; expected 2, by territories"),
        ("spend = seen.sales[10**6]", "stopped with IndexError"),
        ("return None", "answered with NoneType"),
        ("object.__setattr__(self, 'budget', self.budget + 1)", "changed its own parameters"),
    ],
)
def test_what_a_rule_does_wrong_is_told(tmp_path: Path, line: str, told: str) -> None:
    """All but the first words of each mistake name the rule; the trial of one that fails ends there."""
    text = found(file_with(tmp_path, line))
    assert told in text
    assert "policy.advertising: the rule" in text


def test_a_rule_that_reaches_the_market_by_another_way_is_told(tmp_path: Path) -> None:
    reach = (
        "import gc\n"
        "for state in [o for o in gc.get_objects() if type(o).__name__ == 'MarketState']:\n"
        "    state.customers._arrays['loyalty'].setflags(write=True)\n"
        "    state.customers._arrays['loyalty'][:] += 1"
    )
    text = found(file_with(tmp_path, reach))
    assert "changed the market behind its view" in text
    assert "imports gc" in text and "uses .setflags" in text


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("import gc", "imports gc"),
        ("import inspect as look", "imports inspect"),
        ("from ctypes import memset", "imports ctypes"),
        ("import sys\nFRAME = sys._getframe", "uses ._getframe"),
        ("import hashlib", "imports hashlib"),
        ("import sim.rng", "imports sim.rng"),
        ("from sim import rng", "imports sim.rng"),
        ("from sim.market import Market", "imports sim.market"),
        ("from sim.rules import strangers", "imports sim.rules.strangers"),
        ("from numpy.lib.stride_tricks import as_strided", "imports numpy.lib.stride_tricks"),
        ("import pandas", "imports pandas"),
        ("import os.path", "imports os.path"),
        ("def reach(x):\n    return x.__array_interface__", "uses .__array_interface__"),
        ("def reach(x):\n    return x.base", "uses .base"),
        ("def reach(x):\n    return x.uniform.__globals__", "uses .__globals__"),
        ("def reach(x):\n    x.flags.writeable = True", "uses .writeable"),
        ("def reach():\n    return open('notes')", "calls open()"),
        ("def reach():\n    return __import__('gc')", "calls __import__()"),
        ("def reach():\n    global NOTES\n    NOTES = 1", "sets NOTES outside of the function"),
    ],
)
def test_what_a_file_may_not_use_is_told_with_its_line(tmp_path: Path, head: str, told: str) -> None:
    file = file_with(tmp_path, head=head)
    lines = [number for number, line in enumerate(file.read_text().splitlines(), 1) if line in head.splitlines()]
    mistakes = [mistake for mistake in scan_source(file) if told in mistake.problem]
    assert len(mistakes) == 1
    assert mistakes[0].place in {f"{file}, line {number}" for number in lines}


def test_imports_for_annotations_alone_are_fine(tmp_path: Path) -> None:
    head = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import pandas"
    assert scan_source(file_with(tmp_path, head=head)) == []


def test_control_shipped_rules_use_nothing_of_this() -> None:
    import sim.questions

    files = sorted(file for file in Path(sim.questions.__path__[0]).glob("*/*.py") if file.name != "question.py")
    assert len(files) > 60
    assert [str(mistake) for file in files for mistake in scan_source(file)] == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nowhere.py:Rule", "there is no such file"),
        ("sim.no_such_module:Rule", "cannot be imported"),
        ("sim.questions.pay.salary_commission:SalaryComission", "there is no rule `SalaryComission`"),
        ("sim.questions.pay:PayRule", "is not a rule that can answer"),
        ("pay.no_such_kind", "has no rule `no_such_kind`"),
        ("no_such_question.flat", "is not a rule"),
    ],
)
def test_a_rule_that_is_not_there_is_told(name: str, told: str) -> None:
    (mistake,) = check_rule(name, "tiny", {}).mistakes
    assert mistake.place == name and told in mistake.problem


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('    kind: Literal["stranger"] = "stranger"\n', "", "has no `kind`"),
        ('"stranger"', '"flat"', "has a rule `flat` already"),
        (
            'param(1_000, unit="minor units/week", doc="Spent a week and record.", bounds=(0, 10**9))',
            "3",
            "has no unit",
        ),
        ("class Stranger(AdvertisingRule)", "class Stranger", "is not a rule that can answer"),
        ("import numpy as np", "import numpy as np\nimport no_such_package", "cannot be imported: ModuleNotFoundError"),
        ("def answer(", "def answer(((", "cannot be read as Python"),
    ],
)
def test_a_class_that_no_scenario_could_use_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    file = file_with(tmp_path)
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    assert told in found(file)


@pytest.mark.parametrize(
    "question", ["segmentation", "calls", "ordering", "routines", "rival_price", "quit", "coverage"]
)
def test_shipped_rules_are_sound_when_they_are_tried_as_strangers(question: str) -> None:
    kind = next(iter(rules(question)))
    assert question in questions()
    assert [str(m) for m in check_rule(f"{question}.{kind}", "tiny", {}).mistakes] == []


def test_a_rule_that_nobody_asked_is_not_called_sound() -> None:
    """There are no projects in the tiny market."""
    (mistake,) = check_rule("pursuit.biggest_first", "tiny", {}).mistakes
    assert "was not asked once" in mistake.problem and "--on" in mistake.remedy


def test_an_oracle_is_called_an_upper_bound() -> None:
    checked = check_rule("segmentation.oracle", "tiny", {})
    assert checked.oracle and not checked.mistakes


def test_the_verb_tells_findings_and_ends_with_2(tmp_path: Path) -> None:
    runner, file = CliRunner(), file_with(tmp_path)
    sound = runner.invoke(app, ["check", "--rule", f"{file}:Stranger", "--on", "tiny"])
    assert sound.exit_code == 0 and "is sound: rule `stranger` for `advertising`" in sound.output
    faulty = file_with(tmp_path, "np.add.at(seen.sales, [0], 1.0)", head="import gc")
    told = runner.invoke(app, ["check", "--rule", str(faulty), "--on", "tiny", "--json"])
    (row,) = json.loads(told.stdout)
    assert told.exit_code == 2 and row["sound"] is False and row["kind"] == "stranger"
    assert [m["problem"][:10] for m in row["mistakes"]] == ["imports gc", "the rule `"]
    nothing = runner.invoke(app, ["check"])
    assert nothing.exit_code == 2
