"""What README and the pages in docs/ say is so: snippets run, commands and options exist, links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer.main

import sim.questions.advertising
from experiments.cli.app import app
from sim.params import Params
from sim.questions import registry
from sim.questions.advertising import AdvertisingRule
from sim.scenario import Scenario
from sim.scoring.kpis import KPIS
from sim.week import WEEK
from tests.architecture.sources import ROOT, name_of
from tests.policies.views import make_view

#: Pages whose commands, links and names are checked. Decisions name what was there when they were taken.
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "scenarios" / "README.md",
    *sorted(page for page in (ROOT / "docs").glob("*.md") if page.name != "decisions.md"),
]
TEXT = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
MODEL = TEXT["docs/model.md"]
RULES = TEXT["docs/rules.md"]
#: Pages whose Python snippets are run, and how many there are at least.
SNIPPETS = {"README.md": 1, "docs/python.md": 5, "docs/rules.md": 1, "docs/batches.md": 1}
#: What a snippet asks of the built-in market is asked of a small one, so that all of them run in seconds.
SMALL = (
    ('"regional_plain"', '"tiny"'),
    ("customers=2000", "customers=300"),
    ('"customers": 2000', '"customers": 300'),
    ("replications=20, weeks=52", "replications=2, weeks=6, workers=1"),
    ('run_batch("six_policies", "study")', 'run_batch("tiny", "study", workers=1)'),
    ('run_batch("my_study.toml", "study")', 'run_batch("tiny", "study", workers=1)'),
)


def blocks(language: str, text: str) -> list[str]:
    """Code blocks of one language, those inside lists too."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, flags=re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(body) for _, body in found]


def rule_block() -> str:
    """The example of a policy in one file."""
    (block,) = [b for b in blocks("python", RULES) if "(AdvertisingRule)" in b]
    return block


@pytest.fixture
def rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[AdvertisingRule]]:
    """The example rule, imported from a file as a user would have it; forgotten afterwards."""
    (tmp_path / "by_prospects.py").write_text(rule_block(), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("by_prospects")
    yield module.ByProspects
    registry.forget(module.ByProspects)
    del sys.modules["by_prospects"]


@pytest.mark.parametrize("page", SNIPPETS)
def test_snippets_run(page: str, rule: type[AdvertisingRule], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__", "ByProspects": rule}
    snippets = [b for b in blocks("python", TEXT[page]) if b != rule_block()]
    assert len(snippets) >= SNIPPETS[page]
    for snippet in snippets:
        for given, small in SMALL:
            snippet = snippet.replace(given, small)
        exec(compile(snippet, page, "exec"), names)
    if "compare" in names:
        assert (tmp_path / "answer.html").stat().st_size > 10_000
    if page == "docs/python.md":
        assert len(names["rows"]) == 4
        assert names["reps"]["calls"].sum() > 0
    if page == "docs/rules.md":
        assert rule in registry.rules("advertising").values(), "the last snippet registers the rule"


def test_the_example_is_a_good_rule(rule: type[AdvertisingRule]) -> None:
    seen = make_view("advertising", 1)
    spend = rule().answer(seen).spend
    budget = 100_000_000 / 52
    assert spend.dtype.kind == "i"
    assert spend.min() >= 0
    assert budget - len(spend) <= spend.sum() <= budget
    assert len(np.unique(spend)) > 1, "territories differ in prospects"


def test_the_example_is_found_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "by_prospects.py").write_text(rule_block(), encoding="utf-8")
    monkeypatch.setattr(sim.questions.advertising, "__path__", [*sim.questions.advertising.__path__, str(tmp_path)])
    registry._shipped.cache_clear()
    try:
        assert registry.rules("advertising")["by_prospects"].__module__ == "sim.questions.advertising.by_prospects"
        (policy,) = [tomllib.loads(b) for b in blocks("toml", RULES) if "by_prospects" in b and "entry-points" not in b]
        loaded = Scenario.load(
            "tiny", overrides={f"policy.advertising.{k}": v for k, v in policy["policy"]["advertising"].items()}
        )
        assert loaded.policy["advertising"].kind == "by_prospects"
    finally:
        sys.modules.pop("sim.questions.advertising.by_prospects", None)
        registry._shipped.cache_clear()


def test_the_example_is_found_by_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (group,) = [tomllib.loads(b)["project"]["entry-points"] for b in blocks("toml", RULES) if "entry-points" in b]
    package, info = tmp_path / "my_package", tmp_path / "my_package-1.0.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").touch()
    (package / "by_prospects.py").write_text(rule_block(), encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my_package\nVersion: 1.0\n", encoding="utf-8")
    lines = [f"{name} = {place}" for name, place in group[registry.GROUP].items()]
    (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry._shipped.cache_clear()
    try:
        assert registry.rules("advertising")["by_prospects"].__module__ == "my_package.by_prospects"
    finally:
        for name in [n for n in sys.modules if n.startswith("my_package")]:
            del sys.modules[name]
        registry._shipped.cache_clear()


def command_lines() -> list[tuple[str, list[str]]]:
    """Every `deepmarket …` of the blocks and of inline code, as words, with its page."""
    found = []
    for page, text in TEXT.items():
        shown = [block for language in ("sh", "console", "") for block in blocks(language, text)]
        lines = [line.removeprefix("$ ").strip() for block in shown for line in block.splitlines()]
        lines += re.findall(r"`(deepmarket [^`]+)`", text)
        found += [(page, shlex.split(line, comments=True)[1:]) for line in lines if line.startswith("deepmarket ")]
    return found


@pytest.mark.parametrize(("page", "words"), command_lines(), ids=lambda x: x if isinstance(x, str) else " ".join(x))
def test_commands_exist(page: str, words: list[str]) -> None:
    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    if words == ["--help"] or words == ["--version"] or words[0] == "COMMAND":
        return
    assert words[0] in verbs
    command, given = verbs[words[0]], list(words[1:])
    while hasattr(command, "commands") and given:
        command = command.commands[given.pop(0)]
    with command.make_context(words[0], [], resilient_parsing=True) as context:
        _, rest, _ = command.make_parser(context).parse_args(given)
    assert rest == [], "arguments the verb does not take"


def test_targets_of_make_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    shown = [text for page in TEXT.values() for text in (*blocks("sh", page), *re.findall(r"`[^`\n]+`", page))]
    named = set(re.findall(r"\bmake ([a-z-]+)", "\n".join(shown)))
    assert {"demo", "test", "check", "setup"} <= named <= targets


@pytest.mark.parametrize("page", ["README.md", "docs/markets.md"])
def test_the_files_to_start_from_are_sound(page: str, tmp_path: Path) -> None:
    for name in ("my_market", "staged"):
        (block,) = [b for b in blocks("toml", TEXT[page]) if f'name = "{name}"' in b]
        (tmp_path / f"{name}.toml").write_text(block, encoding="utf-8")
    file = tmp_path / "my_market.toml"
    assert Scenario.load(file).changes == ()
    loaded = Scenario.load(file, policy=tmp_path / "staged.toml")
    assert [(c.week, c.label) for c in loaded.changes] == [(14, "deep_marketing"), (40, "deep_marketing")]
    assert loaded.warnings == ()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_files_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = {link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link}
    assert [link for link in sorted(links) if not leads_somewhere(page, link)] == []
    files = set(re.findall(r"`((?:sim|tests|analysis|experiments|scenarios|bench|docs)/[\w./]*)`", text))
    written = {"sim/questions/advertising/by_prospects.py"}  # the reader's own
    assert [name for name in sorted(files - written) if not (ROOT / name).exists()] == []


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether the file of a link exists, and the heading where it names one."""
    name, _, heading = link.partition("#")
    target = page.parent / name if name else page
    if not target.exists():
        return False
    titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), flags=re.MULTILINE) if heading else []
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return not heading or heading in anchors


def test_control_a_dead_link_is_noticed() -> None:
    page = ROOT / "README.md"
    assert leads_somewhere(page, "docs/answers.md#the-picture-on-the-readme")
    assert not leads_somewhere(page, "docs/answers.md#the-picture")
    assert not leads_somewhere(page, "docs/nothing.md")


def test_every_page_is_in_the_contents() -> None:
    linked = set(re.findall(r"\]\((\w+\.md)[)#]", TEXT["docs/README.md"]))
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"} == linked


def test_the_readme_is_short() -> None:
    assert len(TEXT["README.md"].splitlines()) <= 130


def test_the_map_names_what_exists() -> None:
    (tree,) = [b for b in blocks("text", TEXT["CONTRIBUTING.md"]) if b.startswith("sim/")]
    room, missing = "", []
    for line in tree.splitlines():
        name = line.split()[0]
        room = name if not line.startswith(" ") else room
        place = name if not line.startswith(" ") else room + name
        missing += [] if (ROOT / place).exists() else [place]
    assert missing == []


# The model page


def test_the_model_page_shows_the_week() -> None:
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\| ([^|]+) \|$", MODEL, flags=re.MULTILINE)
    week = [row for row in rows if row[0] in {phase.name for phase in WEEK}]
    assert week == [(phase.name, phase.why) for phase in WEEK]


def test_the_model_page_shows_the_key_figures() -> None:
    expected = [f"| `{k.name}` | {k.kpi_class} | {k.label} | {k.formula} | {k.direction} |" for k in KPIS]
    assert [
        line
        for line in MODEL.splitlines()
        if re.match(r"\| `\w+` \| (financial|growth|satisfaction|management|distributor|books) ", line)
    ] == expected


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_paths_of_parameters_and_rules_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    sections = {name: set(type(getattr(Params(), name)).model_fields) for name in Params.model_fields}
    wrong = []
    for section, key in re.findall(r"\bparams\.(\w+)(?:\.(\w+))?", text, flags=re.ASCII):
        if section not in sections or (key and key not in sections[section]):
            wrong.append(f"params.{section}.{key}")
    for question, key in re.findall(r"\bpolicy\.(\w+)(?:\.(\w+))?", text.replace("policy.toml", ""), flags=re.ASCII):
        kinds = registry.rules(question)
        keys = {field for rule in kinds.values() for field in rule.model_fields}
        if not kinds or (key and key not in keys):
            wrong.append(f"policy.{question}.{key}")
    assert wrong == []


def test_control_the_searches_find_what_they_look_for() -> None:
    pages = [page for page, _ in command_lines()]
    assert pages.count("README.md") >= 6
    assert pages.count("docs/commands.md") >= 25
    assert len(set(pages)) >= 8
    assert len(re.findall(r"params\.\w+", MODEL)) > 30
