"""The command line: every verb answers, every mistake is answered, and nothing ends in a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.comparison import paired_runs
from sim.scenario import Scenario
from tests.experiments import fake_runs as fake

ROOT = Path(__file__).resolve().parents[2]
VERBS = [command.name for command in app.registered_commands if command.name]
QUICK = ("--weeks", "2", "--quiet")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(*arguments: str, code: int = 0) -> tuple[str, str]:
    """Standard output and error of a command that must end with ``code``, without a traceback."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, f"{result.exit_code}: {result.output}"
    assert "Traceback" not in result.output
    return result.stdout, " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_a_worked_example_and_speaks_json(verb: str) -> None:
    out, _ = call(verb, "--help")
    assert "Example" in out
    assert f"deepmarket {verb}" in out
    assert ("--json" in out) == (verb != "schema"), "the schema is JSON already"


def test_the_command_starts_without_loading_the_model() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from experiments.cli.app import app;"
        "r = CliRunner().invoke(app, ['--help']); assert r.exit_code == 0;"
        "print(sorted({'numpy', 'numba', 'pandas', 'mesa', 'pydantic', 'matplotlib', 'scipy'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


BAD_INPUT = {
    "unknown verb": (("comparre",), "Did you mean 'compare'"),
    "unknown option": (("run", "tiny", "--polcy", "x"), "--policy"),
    "no scenario": (("run",), "SCENARIO"),
    "unknown scenario": (("run", "tinny"), "did you mean `tiny`?"),
    "unknown policy": (("run", "tiny", "--policy", "deep_marketting"), "did you mean `deep_marketing`?"),
    "unknown policies": (("compare", "tiny", "status_qou", "deep_marketting"), "did you mean `status_quo`?"),
    "one policy": (("compare", "tiny", "status_quo"), "shipped: abc, deep_marketing, "),
    "set without value": (("run", "tiny", "--set", "params.hours.contract"), "path=value"),
    "set twice": (("run", "tiny", "--set", "weeks=3", "--set", "weeks=4"), "is set twice"),
    "unknown path": (("run", "tiny", "--set", "params.hourz.contract=38"), "did you mean `hours`?"),
    "unknown entry": (("run", "tiny", "--set", "offer.refil_one.list_price=100"), "refill_one"),
    "bad value": (("run", "tiny", "--set", "params.hours.contract=many"), "params.hours.contract"),
    "out of bounds": (("run", "tiny", "--set", "policy.pay.commission=3"), "from 0 to 1"),
    "negative replications": (("compare", "tiny", "status_quo", "status_quo", "-n", "-3"), "--replications: found -3"),
    "replications in words": (("compare", "tiny", "status_quo", "status_quo", "-n", "many"), "--replications"),
    "negative seed of phases": (("phases", "tiny", "--seed", "-5"), "--seed: found -5"),
    "report into a folder": (("report", "torn", "--out", "torn"), "--out torn: is a folder"),
    "too many weeks": (("run", "tiny", "--weeks", "99999"), "--weeks: found 99999"),
    "a spreadsheet": (("check", "book.xlsx"), "book.xlsx: this is a spreadsheet or a zip archive"),
    "random bytes": (("check", "random.toml"), "random.toml: this is binary data"),
    "a currency in words": (("check", "tiny", "--set", 'currency="euro"'), "three capital letters"),
    "no workers": (("compare", "tiny", "status_quo", "status_quo", "--workers", "0"), "--workers: found 0"),
    "precision above one": (("compare", "tiny", "status_quo", "status_quo", "--precision", "5"), "such as 0.01"),
    "two ways to stop": (
        ("compare", "tiny", "status_quo", "status_quo", "--precision", "0.1", "--half-width", "5"),
        "--half-width: cannot be combined with --precision",
    ),
    "no half-width": (("compare", "tiny", "status_quo", "status_quo", "--half-width", "0"), "--half-width: found 0"),
    "stopping by nothing": (("compare", "tiny", "status_quo", "status_quo", "--kpi", "profitt"), "no such KPI"),
    "selecting of one": (("select", "tiny", "status_quo", "--indifference", "5"), "1 given"),
    "selecting without a difference": (("select", "tiny", "status_quo", "deep_marketing"), "--indifference"),
    "no weeks": (("run", "tiny", "--weeks", "0"), "--weeks: found 0"),
    "negative seed": (("run", "tiny", "--seed", "-1"), "--seed: found -1"),
    "unwritable folder": (("run", "tiny", "--out", "file/inside"), "cannot be written to"),
    "unwritable folder of a comparison": (
        ("compare", "tiny", "status_quo", "deep_marketing", "--out", "file"),
        "--out file",
    ),
    "broken file": (("check", "broken.toml"), "broken.toml, line 3"),
    "missing file": (("check", "absent.toml"), "there is no scenario of this name and no such file"),
    "empty file": (("check", "file"), "is empty"),
    "report of nothing": (("report", "nowhere"), "there is no such folder"),
    "report of a folder without results": (("report", "."), "holds no results"),
    "report of a torn folder": (("report", "torn"), "not a study's head"),
    "question that nobody asks": (("policies", "pya"), "did you mean `pay`?"),
    "prefix of nothing": (("params", "tiny", "params.hourz"), "did you mean `params.hours`?"),
    "template over a file": (("new", "broken"), "exists already"),
    "template from nothing": (("new", "fresh", "--from", "tinny"), "did you mean `tiny`?"),
    "import of nothing": (("import", "crm", "absent.csv"), "absent.csv"),
    "import of an unknown kind": (("import", "cmr", "absent.csv"), "crm"),
    "import of a network of nothing": (("import", "network", "absent.csv"), "absent.csv"),
    "import of two networks": (("import", "network", "file", "file"), "one edge list"),
    "a policy without parts": (("ablate", "tiny", "status_quo"), "answer every question alike"),
    "a part without questions": (("ablate", "tiny", "deep_marketing", "--part", "x"), "name=question,question"),
    "an unknown KPI": (("ablate", "tiny", "deep_marketing", "--kpi", "profitt"), "no such KPI"),
    "lists in lists in lists": (("check", "nested.toml"), "nested too deeply"),
    "a template without a name": (("new", ""), "found no name"),
    "a budget below the replications": (
        ("compare", "tiny", "status_quo", "deep_marketing", "--precision", "0.1", "--budget", "1"),
        "--budget: found 1, fewer than --replications 20",
    ),
    "a file for a folder": (("import", "crm", "absent.csv", "--out", "file"), "file is a file"),
    "a folder for a table": (("import", "crm", "torn"), "torn: is a folder"),
    "a share of the time above one": (("import", "crm", "absent.csv", "--holdout", "20"), "--holdout: 20 is out of"),
    "report of a file": (("report", "file"), "file: is a file"),
    "a step above one": (("elasticity", "tiny", "--step", "2"), "--step: found 2"),
}


@pytest.mark.parametrize(("arguments", "told"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_ends_with_code_2_and_says_how_to_mend_it(
    arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "broken.toml").write_text('extends = "tiny"\n\nweks = 9\n', encoding="utf-8")
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04 and more")
    (tmp_path / "random.toml").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "torn").mkdir()
    (tmp_path / "nested.toml").write_text("a = " + "[" * 3000 + "]" * 3000, encoding="utf-8")
    for name in ("runs", "runs_weekly", "runs_by", "definitions", "assumptions"):
        (tmp_path / "torn" / f"{name}.parquet").touch()
    (tmp_path / "torn" / "study.json").write_text("{", encoding="utf-8")
    out, err = call(*arguments, code=2)
    assert told in err
    assert out == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("verb", "file"),
    [
        ("compare", "runs.parquet"),
        ("compare", "runs_by.parquet"),
        ("compare", "study.json"),
        ("run", "scorecard.parquet"),
        ("run", "provenance.json"),
    ],
)
def test_a_damaged_results_folder_is_named(
    verb: str, file: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_compare(monkeypatch, fake.quick)
    policies = ("status_quo", "deep_marketing", "-n", "2") if verb == "compare" else ()
    call(verb, "tiny", *policies, *QUICK, "--out", "results")
    (tmp_path / "results" / file).write_bytes(b"PAR1 \xe4\xf6 nonsense")
    _, err = call("report", "results", code=2)
    assert file in err.replace(" ", "") and "Input error" in err


def test_lists_are_for_people_and_for_machines() -> None:
    assert "regional_plain" in call("scenarios")[0]
    assert "deep_marketing" in call("policies")[0]
    shipped = ["regional_equipment", "regional_plain", "tiny"]
    assert [item["name"] for item in json.loads(call("scenarios", "--json")[0])] == shipped
    assert {row["kind"] for row in json.loads(call("policies", "pay", "--json")[0])} >= {"salary_commission"}
    (norm,) = {row["answer"]["norm"]["values"] for row in json.loads(call("policies", "coverage", "--json")[0])}
    assert norm == "at least 0" and "market department" in call("policies", "coverage")[0]
    assert json.loads(call("schema")[0])["title"] == "Deepmarket scenario"


def test_params_say_who_set_each_value() -> None:
    out, _ = call("params", "tiny", "--policy", "deep_marketing", "--set", "policy.pay.commission=0.03", "--json")
    rows = {row["path"]: row for row in json.loads(out)}
    assert rows["policy.pay.commission"]["set_by"] == "--set policy.pay.commission"
    assert rows["policy.pay.commission"]["value"] == 0.03
    assert rows["policy.pay.commission"]["bounds"] == [0.0, 1.0]
    assert rows["policy.coverage.kind"]["set_by"] == "policy file deep_marketing.toml"
    assert rows["world.customers"]["set_by"] == "file tiny.toml"
    described = [row for row in rows.values() if row["set_by"] == "default"]
    assert len(described) > 50
    assert all(row["unit"] and row["meaning"] for row in described if not row["path"].endswith(".kind"))
    shown, _ = call("params", "tiny", "params.hours")
    assert "default" in shown
    assert "params.choice" not in shown


def test_params_break_no_word_on_a_narrow_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = Console(width=80, highlight=False)
    monkeypatch.setattr("experiments.cli.screen.stdout", lambda: narrow)
    with narrow.capture() as captured:
        call("params", "tiny", "policy.pay")
    words = captured.get().split()
    assert "policy.pay.commission" in words and "salary_commission" in words and "tiny.toml" in words


def test_a_template_is_sound_and_can_be_run(tmp_path: Path) -> None:
    assert json.loads(call("new", "mine", "--from", "tiny", "--json")[0]) == {"file": "mine.toml", "kind": "scenario"}
    assert call("new", "plan", "--policy", "--quiet")[0].strip() == "plan.toml"
    out, _ = call("check", "mine.toml", "--policy", "plan.toml")
    assert "mine.toml is sound" in out
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert Scenario.load(tmp_path / "mine.toml").question == Scenario.load("tiny").question
    uncommented = text.replace("# [[offer]]\n# name", "[[offer]]\nname").replace("# list_price", "list_price")
    (tmp_path / "mine.toml").write_text(uncommented, encoding="utf-8")
    assert "list_price" in uncommented
    call("check", "mine.toml")


def test_a_policy_is_checked_on_a_market(tmp_path: Path) -> None:
    call("new", "plan", "--policy", "--from", "deep_marketing")
    assert "plan.toml is sound on regional_equipment" in call("check", "plan.toml")[0]
    assert "plan.toml is sound on tiny" in call("check", "plan.toml", "--on", "tiny")[0]
    assert "deep_marketing is sound on tiny" in call("check", "deep_marketing", "--on", "tiny")[0]
    (tmp_path / "plan.toml").write_text('extends = "deep_marketing"\n[policy.pay]\ncomission = 0.1\n', encoding="utf-8")
    assert "did you mean `commission`?" in call("check", "plan.toml", code=2)[1]
    assert "`deep_marketing` is a policy" in call("run", "plan.toml", code=2)[1]


def test_check_lists_mistakes_for_machines(tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text(
        'extends = "tiny"\nweks = 9\n[params.hours]\ncontract = -1.0\n', encoding="utf-8"
    )
    out, _ = call("check", "wrong.toml", "tiny", "--json", code=2)
    wrong, sound = json.loads(out)
    assert (wrong["sound"], sound["sound"]) == (False, True)
    assert len(wrong["mistakes"]) == 2
    assert all(mistake["place"] and mistake["problem"] for mistake in wrong["mistakes"])


def test_doctor_finds_everything_in_place_and_says_what_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "to be made" / "later"))
    assert all(finding["well"] for finding in json.loads(call("doctor", "--json")[0]))
    assert call("doctor", "--quiet")[0] == ""
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert "switched off by NUMBA_DISABLE_JIT" in call("doctor", "--quiet", code=1)[0]


def fake_compare(monkeypatch: pytest.MonkeyPatch, task: Any) -> None:
    """Let `deepmarket compare` use a stand-in for the simulation."""
    real = paired_runs.compare
    monkeypatch.setattr(paired_runs, "compare", lambda *a, **k: real(*a, **{**k, "task": task, "workers": 1}))


def test_compare_shows_classes_answer_pairing_and_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_compare(monkeypatch, fake.quick)
    out, _ = call("compare", "tiny", "status_quo", "deep_marketing", "-n", "6")
    for text in (
        "95 % CI",
        "Financial",
        "Customer growth",
        "Customer satisfaction",
        "Management",
        "Distributors",
        "Deep marketing wins",
    ):
        assert text in out, text
    assert "Variance-reduction factor of pairing on contribution" in out
    assert "out/compare-tiny" in out
    assert (tmp_path / "out" / "compare-tiny" / "report.html").is_file()
    assert "12 runs had been done before" in call("compare", "tiny", "status_quo", "deep_marketing", "-n", "6")[0]


def test_compare_writes_json_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_compare(monkeypatch, fake.quick)
    content = json.loads(call("compare", "tiny", "status_quo", "deep_marketing", "-n", "4", "--json")[0])
    assert content["policies"] == ["status_quo", "deep_marketing"]
    assert content["replications"] == 4
    assert len(content["comparison"]) == len(fake.KPIS)
    assert content["failures"] == []


@pytest.mark.parametrize("how", ["--json", "--quiet"])
def test_notes_are_not_lost_without_tables(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_compare(monkeypatch, fake.quick)
    surprising = ("--set", "world.customers=100")
    _, err = call("compare", "tiny", "status_quo", "deep_marketing", "-n", "2", how, *surprising)
    assert "warning: world.customers = 100 is surprising" in err


def test_some_runs_failed_is_code_3_with_the_results_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_compare(monkeypatch, fake.fail_on_three)
    out, err = call("compare", "tiny", "status_quo", "deep_marketing", "-n", "6", code=3)
    assert "Deep marketing wins" in out
    assert "seed 3: seed 3 is unlucky (repeat: deepmarket run tiny --policy deep_marketing --seed 3)" in err


def test_all_runs_failed_is_code_3(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_compare(monkeypatch, fake.fail_always)
    _, err = call("compare", "tiny", "status_quo", "deep_marketing", "-n", "2", code=3)
    assert "no replication ended well" in err


def test_an_interrupt_is_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: Any, **settings: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(paired_runs, "compare", interrupted)
    _, err = call("compare", "tiny", "status_quo", "deep_marketing", code=130)
    assert "the same command resumes from there" in err
    monkeypatch.setattr("experiments.single_run.run_market", interrupted)
    _, err = call("run", "tiny", code=130)
    assert "Nothing of the run is kept" in err and "goes on" not in err


def test_the_unexpected_is_short_and_leaves_a_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*args: Any, **settings: Any) -> None:
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr(paired_runs, "compare", broken)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    _, err = call("compare", "tiny", "status_quo", "deep_marketing", code=1)
    assert "RuntimeError: a wheel came off" in err
    log = next(tmp_path.glob("deepmarket-error-*.log")).read_text(encoding="utf-8")
    assert "Traceback" in log
    assert "numpy" in log


def test_a_market_runs_and_its_report_can_be_written_again(tmp_path: Path) -> None:
    out, _ = call("run", "tiny", "--weeks", "2", "--seed", "3", "--out", "here", "--json")
    content = json.loads(out)
    assert (content["seed"], content["weeks"], content["folder"]) == (3, 2, "here")
    assert any(row["kpi"] == "contribution" for row in content["scorecard"])
    for name in (
        "scorecard.csv",
        "scorecard.parquet",
        "weekly.parquet",
        "kpis_weekly.parquet",
        "scenario.toml",
        "provenance.json",
    ):
        assert (tmp_path / "here" / name).is_file(), name
    assert call("report", "here", "--out", "page.html")[0].strip() == "page.html"
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == (tmp_path / "here" / "report.html").read_text(
        encoding="utf-8"
    )
    assert "Financial" in call("run", "tiny", "--weeks", "2")[0]


def test_the_report_of_a_run_shows_what_is_surprising(tmp_path: Path) -> None:
    call("run", "tiny", *QUICK, "--set", "world.customers=100", "--out", "few")
    assert "world.customers = 100 is surprising" in (tmp_path / "few" / "report.html").read_text(encoding="utf-8")


def test_the_resolved_scenario_of_a_run_repeats_it(tmp_path: Path) -> None:
    call("run", "tiny", "--policy", "deep_marketing", "--set", "policy.pay.commission=0.03", *QUICK, "--out", "a")
    call("run", "a/scenario.toml", "--seed", "1", "--quiet", "--out", "b")
    assert (tmp_path / "a" / "scorecard.csv").read_text() == (tmp_path / "b" / "scorecard.csv").read_text()


def test_phases_show_the_week_with_times() -> None:
    from sim.week import WEEK

    rows = json.loads(call("phases", "tiny", "--weeks", "1", "--customers", "200", "--json")[0])
    assert [row["name"] for row in rows] == [phase.name for phase in WEEK]
    assert all(row["why"] and row["seconds_a_week"] >= 0 for row in rows)
    checked = call("phases", "tiny", "--weeks", "1", "--customers", "200", "--check")[0]
    assert "Why it stands there" in checked


@pytest.mark.slow
def test_comparing_for_real_is_the_same_with_one_worker_and_with_two(tmp_path: Path) -> None:
    common = ("compare", "tiny", "status_quo", "deep_marketing", "-n", "3", "--weeks", "4", "--json")
    results = []
    for workers in ("1", "2"):
        out, _ = call(*common, "--workers", workers, "--out", workers)
        content = json.loads(out)
        results.append({key: content[key] for key in ("comparison", "answer", "seeds", "verdict")})
    assert results[0] == results[1]


@pytest.mark.slow
def test_a_policy_against_itself_is_exactly_zero_for_real() -> None:
    out, _ = call("compare", "tiny", "status_quo", "status_quo", "-n", "2", "--weeks", "4", "--json")
    content = json.loads(out)
    assert content["verdict"] == "identical"
    assert all(row["difference"] in (0.0, None) for row in content["comparison"])
