"""Reports: one file that opens offline, readable to all, with everything a board would ask for."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import StudyError
from analysis.findings import analyse_study, write_tables
from analysis.report.run_page import write_run_report
from analysis.report.study_page import write_report
from analysis.single_run import Run
from analysis.study import PolicyLabel, Provenance, Study
from analysis.study_folder import read_study, write_study

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Page(HTMLParser):
    """Tags with their attributes, whether they nest, and the text that is read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes <{self.open[-1] if self.open else 'nothing'}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n\u00a0]+", " ", " ".join(self.words))


def faults(page: Page) -> list[str]:
    """What keeps a page from opening offline, or from being read aloud."""
    found = [f"<{tag}>" for tag, _ in page.tags if tag in ("script", "link", "iframe", "object", "embed")]
    for tag, attributes in page.tags:
        for name in ("src", "href", "srcset", "action", "data"):
            value = attributes.get(name)
            if value is not None and not value.startswith(("data:", "#")):
                found.append(f"{tag} {name}={value[:40]}")
        if tag == "img" and len(attributes.get("alt") or "") < 20:
            found.append("img without words")
    return found


@pytest.fixture
def run(winning: Study) -> Run:
    """One run with a scorecard and its weeks."""
    one = winning.runs[(winning.runs["policy"] == "status_quo") & (winning.runs["seed"] == 1)]
    scorecard = winning.definitions.merge(one[["kpi", "value"]], on="kpi")
    weekly = winning.runs_weekly
    weekly = weekly[(weekly["policy"] == "status_quo") & (weekly["seed"] == 1)]
    return Run(
        policy=PolicyLabel("Status quo", "Ordinary routines."),
        scorecard=scorecard,
        meta=Provenance("regional_plain", 104, (1,), "Regional equipment maker"),
        kpis_weekly=weekly[["week", "kpi", "value"]],
        assumptions=winning.assumptions,
    )


def test_study_report_is_one_file_with_everything_in_it(winning: Study, tmp_path: Path) -> None:
    path = write_report(winning, tmp_path / "out" / "report.html")
    html = path.read_text(encoding="utf-8")
    page = Page(html)
    assert faults(page) == [] and page.open == []
    assert not re.search(r"url\(|@import|https?://", re.sub(r'src="data:[^"]*"', "", html))
    assert sum(tag == "img" for tag, _ in page.tags) == 6
    for words in (
        winning.question,
        "Deep marketing wins",
        "95 % CI",
        "Price of being wrong",
        "Short and long term",
        "Assumptions behind the result",
        "Share of a surprise that enters the next expectation.",
        "variance-reduction factor of pairing ×",
        "9f2c4e7ab01d",
        "1 to 20",
        "deepmarket compare regional_plain status_quo deep_marketing --replications 20",
        "numpy 2.4.6",
        "formula of revenue",
    ):
        assert words in page.text, words
    assert "Bijmolt" not in page.text  # values with a source are not assumptions


def test_without_a_question_the_market_names_the_report(make_study: Callable[..., Study], tmp_path: Path) -> None:
    html = write_report(make_study(question="", seeds=3, cuts=False), tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<h1>Regional equipment maker</h1>" in html and "<title>Regional equipment maker" in html


def test_the_check_sees_links_and_missing_words() -> None:
    page = Page('<p><a href="https://x.org">x</a><img src="a.png"></p>')
    assert len(faults(page)) == 3


def test_report_of_a_loss_says_so_first(make_study: Callable[..., Study], tmp_path: Path) -> None:
    study = make_study(effects={"deep_marketing": {"contribution": -0.1}}, seeds=5, cuts=False)
    html = write_report(study, tmp_path / "r.html").read_text(encoding="utf-8")
    assert 'class="answer loss"' in html and html.index("Clear loss") < html.index("Policies compared")


def test_report_of_identical_policies_and_one_seed_renders(make_study: Callable[..., Study], tmp_path: Path) -> None:
    for recipe in ({"effects": {"twin": {}}, "seeds": 3}, {"seeds": 1}):
        page = Page(write_report(make_study(weeks=30, **recipe), tmp_path / "r.html").read_text(encoding="utf-8"))
        assert faults(page) == [] and not re.search(r"\bnan\b|\bNone\b|\binf\b", page.text)


def test_kpi_without_values_is_named_and_not_drawn_as_a_number(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    study = make_study(seeds=4, weeks=30)
    for table in (study.runs, study.runs_weekly, study.runs_by):
        table.loc[table["kpi"].isin(["satisfaction", "turnover"]) & (table["seed"] == 2), "value"] = float("nan")
    page = Page(write_report(study, tmp_path / "r.html").read_text(encoding="utf-8"))
    assert "No value in at least one run, therefore not compared: mean satisfaction and staff turnover." in page.text
    assert "– undefined" in page.text and not re.search(r"\bnan\b", page.text)


def test_chinese_is_kept_and_markup_in_names_is_shown_not_run(make_study: Callable[..., Study], tmp_path: Path) -> None:
    titles = {"deep_marketing": "深度营销", "status_quo": "<script>alert(1)</script>"}
    study = make_study(titles=titles, question="深度营销值得吗?", seeds=4, weeks=30)
    html = write_report(study, tmp_path / "r.html").read_text(encoding="utf-8")
    assert "深度营销值得吗?" in html and "PingFang SC" in html and "<script" not in html
    assert faults(Page(html)) == []


def test_run_report_shows_scorecard_and_weeks(run: Run, tmp_path: Path) -> None:
    page = Page(write_run_report(run, tmp_path / "run.html").read_text(encoding="utf-8"))
    assert faults(page) == [] and page.open == [] and sum(tag == "img" for tag, _ in page.tags) == 1
    for words in ("Status quo: Regional equipment maker", "seed 1", "Customer satisfaction", "Contribution EUR"):
        assert words in page.text, words


def test_run_without_scorecard_is_refused(run: Run) -> None:
    with pytest.raises(StudyError, match="scorecard"):
        Run(run.policy, run.scorecard.iloc[:0], run.meta)
    with pytest.raises(StudyError, match="columns formula are missing"):
        Run(run.policy, run.scorecard.drop(columns="formula"), run.meta)


def test_study_survives_its_folder(winning: Study, tmp_path: Path) -> None:
    again = read_study(write_study(winning, tmp_path / "study"))
    assert (again.question, again.baseline, again.policies, again.meta) == (
        winning.question, winning.baseline, winning.policies, winning.meta,
    )  # fmt: skip
    pd.testing.assert_frame_equal(again.runs, winning.runs)
    assert analyse_study(again).answer == analyse_study(winning).answer
    (tmp_path / "study" / "runs.parquet").unlink()
    with pytest.raises(StudyError, match=r"runs\.parquet is missing"):
        read_study(tmp_path / "study")


def test_tables_are_written_as_csv_and_parquet(winning: Study, tmp_path: Path) -> None:
    files = write_tables(analyse_study(winning), tmp_path)
    assert {f.name for f in files} == {
        f"{n}.{e}"
        for n in ("comparison", "by_level", "short_and_long_term", "ranking", "all_pairs", "transition", "break_even")
        for e in ("csv", "parquet")
    }
    assert len(pd.read_csv(tmp_path / "comparison.csv")) == len(pd.read_parquet(tmp_path / "comparison.parquet")) == 19


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("baseline", "nobody", "is not among"),
        ("policies", {"status_quo": PolicyLabel("Status quo")}, "needs a policy in addition"),
        ("runs", pd.DataFrame(columns=["policy", "seed", "kpi", "value"]), "the table is empty"),
        ("runs", pd.DataFrame({"policy": ["x"]}), "columns seed, kpi, value are missing"),
        ("meta", Provenance("s", 10, (1, 2, 99)), "are in only one"),
    ],
)
def test_a_study_that_cannot_be_compared_says_why(winning: Study, field: str, value: object, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        Study(**{**winning.__dict__, field: value})


def test_definitions_are_checked(winning: Study) -> None:
    wrong = winning.definitions.assign(direction="upwards")
    with pytest.raises(StudyError, match="direction 'upwards' is unknown"):
        Study(**{**winning.__dict__, "definitions": wrong})
    with pytest.raises(StudyError, match="no definition of"):
        Study(**{**winning.__dict__, "definitions": winning.definitions[winning.definitions["kpi"] != "revenue"]})
