"""What a plausibility page measures, as its file says: controls of the headline, and ranges for the face of the baseline."""

from __future__ import annotations

from pathlib import Path

from experiments.plausibility.faces import MEASURES
from sim.errors import InputError, InputErrors
from sim.quantity import LINE, TEXT, Section, param
from sim.reading.complaints import MOST_SHOWN, Complaint, suggest, validate
from sim.reading.files import is_file, shown
from sim.reading.library import scenario_folder
from sim.reading.toml_text import decode, document_of

Scalar = bool | int | float | str


class Control(Section):
    """One comparison: the headline's policy against its baseline with something about the market or the baseline changed."""

    group: str = param(unit=LINE, doc="Heading under which it stands.")
    name: str = param(
        unit=LINE, doc="What differs from the headline; the headline itself is a control without changes."
    )
    baseline: str = param("", unit="policy", doc="Baseline; by default that of the page.")
    policy: str = param("", unit="policy", doc="Policy; by default that of the page.")
    weeks: int | None = param(None, unit="weeks", doc="Horizon; by default that of the page.", bounds=(1, 5200))
    horizons: tuple[int, ...] = param(
        (), unit="weeks", doc="Also the gain up to each of these weeks, from the same runs.", bounds=(1, 5200)
    )
    pairs: int | None = param(
        None, unit="pairs", doc="Paired replications; by default those of the page.", bounds=(2, 10_000)
    )
    set: dict[str, Scalar] = param(default={}, unit="path = value", doc="Settings of the market, for both policies.")


class Face(Section):
    """A range in which a measure of the baseline should lie, and where the range is from."""

    measure: str = param(unit="measure", doc="One of those that the page knows.")
    low: float = param(unit="as the measure", doc="Lower end.")
    high: float = param(unit="as the measure", doc="Upper end.")
    source: str = param(unit=TEXT, doc="Publication, or `assumption` with its reason.")


class Plan(Section):
    """A whole page."""

    scenario: str = param(unit="name, file or folder", doc="The market.")
    policy: str = param("deep_marketing", unit="policy", doc="The policy whose gain is at stake.")
    baseline: str = param("status_quo", unit="policy", doc="What it is compared with.")
    weeks: int = param(104, unit="weeks", doc="Horizon.", bounds=(1, 5200))
    pairs: int = param(10, unit="pairs", doc="Paired replications of every control.", bounds=(2, 10_000))
    runs: int = param(3, unit="runs", doc="Runs of the baseline for its face.", bounds=(1, 1000))
    drift_seeds: int = param(
        0, unit="runs", doc="Runs of the test of drift of the baseline; 0: no test.", bounds=(0, 1000)
    )
    control: tuple[Control, ...] = param((), unit="", doc="The controls.")
    face: tuple[Face, ...] = param((), unit="", doc="The ranges.")

    def with_pairs(self, pairs: int) -> Plan:
        """The same page with ``pairs`` paired replications of every control."""
        controls = tuple(control.model_copy(update={"pairs": None}) for control in self.control)
        return self.model_copy(update={"pairs": pairs, "control": controls})


def shipped_plans() -> dict[str, Path]:
    """Plans that come with the package, by the name of their market."""
    return {file.stem: file for file in sorted((scenario_folder() / "plausibility").glob("*.toml"))}


def read_plan(given: str | Path) -> Plan:
    """The plan in a file, or the shipped one of that name. Raises :class:`InputErrors` with all input errors."""
    path = Path(given)
    if not is_file(path):
        shipped = shipped_plans()
        if str(given) not in shipped:
            expected = "a plan in TOML, or the name of a shipped one"
            raise InputErrors(
                [InputError(shown(given), "there is no such file or plan", expected, suggest(str(given), shipped))]
            )
        path = shipped[str(given)]
    document = document_of(path, decode(path))
    complaints: list[Complaint] = []
    plan = validate(Plan, document.content, (), complaints)
    if plan is not None:
        complaints += _misfits(plan)
    if plan is None or complaints:
        raise InputErrors(
            [
                InputError(f"{document.where(c.path)}: {'.'.join(map(str, c.path))}", c.problem, c.expected, c.remedy)
                for c in complaints[:MOST_SHOWN]
            ]
        )
    return plan


def _misfits(plan: Plan) -> list[Complaint]:
    found = []
    for number, face in enumerate(plan.face):
        if face.measure not in MEASURES:
            problem = f"there is no measure `{face.measure}`"
            found.append(
                Complaint(
                    ("face", number, "measure"), problem, "a measure of the page", suggest(face.measure, MEASURES)
                )
            )
        if face.low > face.high:
            found.append(Complaint(("face", number, "low"), "low is above high", "low not above high", "swap them"))
    for number, control in enumerate(plan.control):
        late = [week for week in control.horizons if week > (control.weeks or plan.weeks)]
        if late:
            problem = f"week {late[0]} is after the last one"
            found.append(Complaint(("control", number, "horizons"), problem, "weeks within the control's `weeks`"))
    return found
