"""Ablation: a policy split into its parts. One run per subset of its parts and seed shows what each part is worth, and with which others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from experiments.comparison.outcome import Outcome
from experiments.comparison.paired_runs import REPLICATIONS, compare
from experiments.outside import door
from experiments.ownership import Asked, claim, settled
from experiments.result_tables import plain
from experiments.runs.progress import Progress
from experiments.runs.worker import load
from experiments.whole_files import check_inside, open_folder, write_file
from sim.errors import InputError, InputErrors
from sim.text import write_csv

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from analysis.study import Study
    from sim.scenario import Scenario

#: Questions of the method that belong together; a question in none of them is a part of its own.
PARTS: Mapping[str, tuple[str, ...]] = {
    "segmentation": ("segmentation", "coverage", "pricing"),
    "management": ("routines",),
    "gateway": ("gateway",),
    "sharing": ("sharing_contract",),
}
#: Most parts: 2^6 policies in every replication.
MOST_PARTS = 6
#: Name of the policy with every part off.
NOTHING = "none"


@dataclass(frozen=True)
class Ablation:
    """What an ablation found: the comparison of all subsets, which parts each has on, and the effects of parts."""

    outcome: Outcome
    subsets: Mapping[str, frozenset[str]]
    base: str
    policy: str
    effects: pd.DataFrame

    def to_json(self) -> dict[str, Any]:
        """The ablation as plain values for JSON."""
        rows = [{k: plain(v) for k, v in row.items()} for row in self.effects.to_dict(orient="records")]
        kept = (
            "upper_bounds",
            "scenario",
            "weeks",
            "seeds",
            "replications",
            "notes",
            "failures",
            "reused_runs",
            "folder",
            "versions",
        )
        whole = self.outcome.to_json()
        policies = {name: sorted(on) for name, on in self.subsets.items()}
        return {
            "base": self.base,
            "policy": self.policy,
            "policies": policies,
            "effects": rows,
            **{k: whole[k] for k in kept},
        }


@door
def ablate(
    scenario: str | Path,
    policy: str,
    base: str,
    *,
    out: Path | str,
    parts: Mapping[str, Sequence[str]] | None = None,
    replications: int = REPLICATIONS,
    seed: int | None = None,
    weeks: int | None = None,
    workers: int | None = None,
    backend: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    replace: bool = False,
    figure: Callable[[pd.DataFrame, Study], Figure] | None = None,
) -> Ablation:
    """Run ``base`` with every subset of the parts in which ``policy`` differs from it, in pairs that meet the same luck.

    ``parts`` gives the questions of each part (default :data:`PARTS`; only those in which the two differ count).
    Policies of the subsets are written to ``out/policies``, results to ``out``. With every part off the policy is the
    base, with every part on it is ``policy``: both are checked by the digest of the resolved scenario. Raises
    :class:`sim.errors.InputErrors` for what cannot be split. ``workers`` and ``backend`` are those of
    :func:`experiments.compare`. ``figure`` draws effects.png. A folder of another study is refused, unless ``replace``.
    """
    from analysis.factorial import factorial_effects
    from analysis.figures.save import save_png
    from analysis.study_folder import write_study
    from analysis.upper_bounds import marked

    start, end = (load(str(scenario), name, overrides or {}, weeks) for name in (base, policy))
    _refuse_changes(start, end, base, policy)
    chosen = _parts(start, end, parts, base, policy)
    asked = Asked.of("ablate", scenario, [base, policy], seed, weeks, overrides, parts=parts)
    claim(Path(out), asked, replace=replace)
    folder = open_folder(Path(out))
    subsets = _write_policies(folder / "policies", start, end, chosen, base, policy)
    files = [str(folder / "policies" / f"{name}.toml") for name in subsets]
    _check_ends(str(scenario), files, start, end, weeks, overrides)
    outcome = compare(
        scenario,
        files,
        replications=replications,
        seed=seed,
        weeks=weeks,
        workers=workers,
        backend=backend,
        overrides=overrides,
        out=folder,
        progress=progress,
        pages=False,  # a report on every pair of 16 policies is nothing anybody reads
    )
    effects = marked(factorial_effects(outcome.study, subsets), outcome.study.policies)
    with settled(folder, asked, [folder / "policies" / f"{name}.toml" for name in subsets]) as part:
        write_study(outcome.study, part)
        write_csv(effects, part / "effects.csv")
        if figure is not None:
            save_png(figure(effects, outcome.study), part / "effects.png")
    return Ablation(outcome, subsets, base, policy, effects)


def _refuse_changes(start: Scenario, end: Scenario, base: str, policy: str) -> None:
    """A part that starts in mid-run is not a part that is on or off."""
    if start.changes or end.changes:
        problem = f"`{policy if end.changes else base}` changes in mid-run"
        expected = "policies without [[change]]"
        raise InputErrors([InputError("policies", problem, expected, "compare roll-outs with `deepmarket compare`")])


def _parts(
    start: Scenario, end: Scenario, given: Mapping[str, Sequence[str]] | None, base: str, policy: str
) -> dict[str, tuple[str, ...]]:
    """Questions of every part, of those in which the two policies differ."""
    differ = [q for q in start.policy if start.policy[q] != end.policy[q]]
    _check_given(given, start, differ, base, policy)
    named = {name: tuple(q for q in questions if q in differ) for name, questions in (given or PARTS).items()}
    chosen = {name: questions for name, questions in named.items() if questions}
    inside = {q for questions in chosen.values() for q in questions}
    chosen |= {q: (q,) for q in differ if q not in inside}
    if not chosen:
        expected = "a policy that differs from the base"
        raise InputErrors([InputError("policies", f"`{policy}` and `{base}` answer every question alike", expected)])
    if len(chosen) > MOST_PARTS:
        problem = f"{len(chosen)} parts make {2 ** len(chosen)} policies: {', '.join(chosen)}"
        remedy = "put questions together: --part NAME=QUESTION,QUESTION"
        raise InputErrors([InputError("parts", problem, f"at most {MOST_PARTS} parts", remedy)])
    return chosen


def _check_given(
    given: Mapping[str, Sequence[str]] | None, start: Scenario, differ: Sequence[str], base: str, policy: str
) -> None:
    mistakes = []
    taken: dict[str, str] = {}
    for name, questions in (given or {}).items():
        place = f"--part {name}"
        if name == NOTHING or not name.replace("_", "").replace("-", "").isalnum():
            mistakes.append(
                InputError(place, "is no name for a part", f"letters, digits, - and _, and not `{NOTHING}`")
            )
        for question in questions:
            if question not in start.policy:
                known = ", ".join(start.policy)
                mistakes.append(
                    InputError(place, f"there is no question `{question}`", "the name of a question", known)
                )
            elif question not in differ:
                same = f"`{policy}` answers `{question}` as `{base}` does"
                mistakes.append(InputError(place, same, f"one of {', '.join(differ)}", "take it out"))
            elif question in taken:
                twice = f"`{question}` is in {taken[question]} already"
                mistakes.append(InputError(place, twice, "every question in one part"))
            taken.setdefault(question, name)
    if mistakes:
        raise InputErrors(mistakes)


def _write_policies(
    folder: Path, start: Scenario, end: Scenario, parts: Mapping[str, Sequence[str]], base: str, policy: str
) -> dict[str, frozenset[str]]:
    """One policy file per subset of parts, the empty one first; the parts that each file's policy has on."""
    check_inside(folder.parent, folder)
    folder.mkdir(exist_ok=True)
    subsets: dict[str, frozenset[str]] = {}
    for on in [frozenset(some) for size in range(len(parts) + 1) for some in combinations(parts, size)]:
        name = "+".join(part for part in parts if part in on) or NOTHING
        questions = {q for part in on for q in parts[part]}
        tables = {q: (end if q in questions else start).resolved["policy"][q] for q in start.policy}
        words = " + ".join(part for part in parts if part in on) or f"no part of {policy}"
        content = {
            "name": name,
            "title": words[0].upper() + words[1:],
            "description": f"{base} with these parts of {policy}: {words}.",
            "policy": tables,
        }
        write_file(folder / f"{name}.toml", tomli_w.dumps(content))
        subsets[name] = on
    return subsets


def _check_ends(
    scenario: str,
    files: Sequence[str],
    start: Scenario,
    end: Scenario,
    weeks: int | None,
    overrides: Mapping[str, Any] | None,
) -> None:
    """All parts off is the base, all on is the policy, value by value; anything else is a fault of this program."""
    for file, whole in ((files[0], start), (files[-1], end)):
        if load(scenario, file, overrides or {}, weeks).digest != whole.digest:
            raise AssertionError(f"{Path(file).name} is not the policy it stands for")
