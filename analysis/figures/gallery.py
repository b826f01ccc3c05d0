"""The figures of a study and of a run: which are drawn, in which order, under which names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from analysis.answer import MAIN
from analysis.figures.channel import channel
from analysis.figures.forest import forest
from analysis.figures.save import save_png
from analysis.figures.segment_heat import segment_heat
from analysis.figures.style import SERIES, Names
from analysis.figures.territory_bars import territory_bars
from analysis.figures.transition import transition
from analysis.figures.waterfall import waterfall
from analysis.figures.weeks import weeks
from analysis.figures.work_funnel import work_funnel
from analysis.findings import Findings
from analysis.narrative import main_kpi
from analysis.single_run import Run
from analysis.study import BOOKS
from analysis.transition import cumulate

#: What a run must have recorded for its channel and its work funnel to be drawn.
CHAIN = frozenset({"demand_units", "ordered_units"})
HOURS = frozenset({"hours_attended", "hours_selling"})


@dataclass(frozen=True)
class Plate:
    """A figure with its file name (without ending) and the policy it is about ("" when about all)."""

    name: str
    policy: str
    figure: Figure

    @property
    def kind(self) -> str:
        """What is drawn: forest, weeks, transition, waterfall, territory, segment, channel, work_funnel."""
        return self.name.removesuffix(f"_{self.policy}") if self.policy else self.name

    @property
    def words(self) -> str:
        """The finding and how to read the figure, for those who cannot see it."""
        return str(self.figure.get_label())


def draw_study(findings: Findings) -> list[Plate]:
    """Draw what the study's tables allow: weeks for all policies, the others for each challenger."""
    study = findings.study
    plates = []
    if not study.runs_weekly.empty:
        shown = [study.baseline, *sorted(study.challengers, key=lambda p: p != findings.answer.policy)][
            : len(SERIES) + 1
        ]
        titles = {p: study.title(p) for p in shown}
        figure = weeks(study.runs_weekly, study.definitions, study.baseline, titles, study.meta.currency)
        plates.append(Plate("weeks", "", figure))
    if (summed := _draw_transition(findings)) is not None:
        plates.append(Plate("transition", "", summed))
    for policy in study.challengers:
        rows = findings.of(policy)
        names = Names(study.title(policy), study.title(study.baseline), study.meta.currency)
        plates.append(Plate(f"forest_{policy}", policy, forest(rows, names)))
        books = rows[(rows["kpi_class"] == BOOKS) & (rows["verdict"] != "undefined")]
        if (books["difference"] != 0).any():
            plates.append(Plate(f"waterfall_{policy}", policy, waterfall(rows, names)))
        territories, segments = findings.cut(policy, "territory"), findings.cut(policy, "segment")
        if main_kpi(territories):
            plates.append(
                Plate(f"territory_{policy}", policy, territory_bars(territories, names, main_kpi(territories)))
            )
        if main_kpi(segments):
            plates.append(Plate(f"segment_{policy}", policy, segment_heat(segments, names)))
    return plates


def _draw_transition(findings: Findings) -> Figure | None:
    """The summed difference in contribution of the first challengers; None without weekly values of it."""
    study = findings.study
    order = sorted(study.challengers, key=lambda p: p != findings.answer.policy)
    known = set() if findings.break_even.empty else set(findings.break_even["policy"])
    courses = {p: course for p in order if p in known and (course := cumulate(study, p)) is not None}
    courses = dict(list(courses.items())[: len(SERIES)])
    if not courses:
        return None
    titles = {"": study.title(study.baseline), **{p: study.title(p) for p in courses}}
    unit = str(study.definitions.set_index("kpi").loc[MAIN, "unit"])
    return transition(courses, findings.break_even, titles, unit, study.meta.currency)


def draw_run(run: Run) -> list[Plate]:
    """Draw what a run recorded: its scorecard over weeks, the channel, the work funnel."""
    plates = []
    title = run.policy.title
    if not run.kpis_weekly.empty:
        table = run.kpis_weekly.assign(policy="run", seed=0)
        figure = weeks(table, run.definitions, "run", {"run": title}, run.meta.currency)
        plates.append(Plate("weeks", "", figure))
    if not run.weekly.empty:
        present = set(run.weekly["measure"])
        if present >= CHAIN:
            plates.append(Plate("channel", "", channel(run.weekly, title)))
        if set(run.weekly.loc[run.weekly["team"].astype(str) != "", "measure"]) >= HOURS:
            plates.append(Plate("work_funnel", "", work_funnel(run.weekly, title, run.meta.currency)))
    return plates


def save_plates(plates: Sequence[Plate], folder: Path | str) -> list[Path]:
    """Write each figure as ``folder/NAME.png`` at 150 dpi."""
    return [save_png(plate.figure, Path(folder) / f"{plate.name}.png") for plate in plates]
