"""What a batch of many futures shows, computed once: for the terminal, the tables, the figures and the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.futures.cases import beaten, fails
from analysis.futures.discovery import Discovery, discover
from analysis.futures.future_pairs import compare_in_futures
from analysis.futures.robust import robust_table
from analysis.futures.robust_choice import choose_robust
from analysis.futures.sensitivity import Sensitivity, morris_screening, sobol_indices
from analysis.targets import Target

#: Fewest study futures from which rules of choice and boxes are learnt.
FEWEST = 10
#: With fewer cases (or fewer futures that are none) there is nothing to separate.
_RARE = 3


@dataclass(frozen=True)
class Finding:
    """One search for the futures in which something happens: what was found, and how it does on fresh futures."""

    name: str
    discovery: Discovery
    check: pd.DataFrame | None


@dataclass(frozen=True)
class Conclusions:
    """What an ensemble shows on ``kpi``.

    ``pairs`` from :func:`analysis.futures.future_pairs.compare_in_futures` (against the baseline), ``robust`` from
    ``robust_table``, ``choices`` from ``choose_robust`` (None with one policy or too few futures), ``findings`` from
    scenario discovery for the policy with the least regret, ``sensitivities`` from Morris and Saltelli designs.
    ``skipped`` says in words what could not be answered, and why.
    """

    ensemble: Ensemble
    kpi: str
    targets: tuple[Target, ...]
    pairs: pd.DataFrame | None
    robust: pd.DataFrame | None
    choices: pd.DataFrame | None
    findings: tuple[Finding, ...]
    sensitivities: tuple[Sensitivity, ...]
    skipped: tuple[str, ...]

    @property
    def pick(self) -> str | None:
        """The policy whose largest regret is smallest; None where policies were not compared."""
        if self.choices is None:
            return None
        return str(self.choices.set_index("rule").loc["minimax_regret", "policy"])


def conclude(ensemble: Ensemble, kpi: str = "contribution", targets: Sequence[Target] = ()) -> Conclusions:
    """Compare policies over futures, choose by every rule, and find where the choice fails and what drives it.

    Raises :class:`StudyError` for an unknown KPI or one without direction.
    """
    ensemble.direction(kpi)
    skipped: list[str] = []
    count = len(ensemble.of_role("study"))
    many = len(ensemble.policies) > 1 and count > 1
    # Points of a Saltelli or Morris design are where its indices need them, not where futures are likely.
    spread = ensemble.method not in ("saltelli", "morris")
    pairs = robust = choices = None
    findings: tuple[Finding, ...] = ()
    if spread and not many:
        skipped.append(
            "with one policy there is nothing to compare"
            if len(ensemble.policies) < 2
            else f"comparing policies needs two study futures or more, there are {count}"
        )
    if many and spread:
        pairs, robust = compare_in_futures(ensemble, kpi), robust_table(ensemble, kpi, targets)
        choices = choose_robust(ensemble, kpi, targets)
        if choices["fresh_futures"].iloc[0] == 0 and ensemble.of_role("fresh").size:
            skipped.append("no fresh future is complete yet, so nothing is checked on them")
        if count < FEWEST:
            skipped.append(f"{count} futures are too few to search for rules: at least {FEWEST} are needed")
        elif ensemble.factors:
            pick = str(choices.set_index("rule").loc["minimax_regret", "policy"])
            findings = tuple(_find(ensemble, kpi, tuple(targets), pick, robust, skipped))
    sensitivities = tuple(_sensitivities(ensemble, kpi, skipped)) if not spread else ()
    return Conclusions(
        ensemble, kpi, tuple(targets), pairs, robust, choices, findings, sensitivities, tuple(dict.fromkeys(skipped))
    )


def _find(
    ensemble: Ensemble, kpi: str, targets: tuple[Target, ...], pick: str, robust: pd.DataFrame, skipped: list[str]
) -> Iterator[Finding]:
    """Where the pick misses its targets, and where the baseline or the next best policy beats it."""
    searches: dict[str, pd.Series] = {}
    if targets:
        searches[f"{pick} misses its targets"] = fails(ensemble, pick, targets)
    order = robust.sort_values(["max_regret", "mean_regret"], kind="stable")["policy"].tolist()
    rivals = [ensemble.baseline, *(policy for policy in order if policy != pick)]
    for rival in dict.fromkeys(rivals[:2]):
        if rival != pick:
            searches[f"{rival} beats {pick}"] = beaten(ensemble, pick, rival, kpi)
    for name, cases in searches.items():
        study = cases[cases.index.isin(ensemble.of_role("study"))]
        hits = int(study.sum())
        if min(hits, len(study) - hits) < _RARE:
            skipped.append(f"{cases.name}: in {hits} of {len(study)} futures, too one-sided to search for a rule")
            continue
        found = discover(ensemble, cases)
        fresh = bool(cases.index.isin(ensemble.of_role("fresh")).any())
        yield Finding(name, found, found.check() if found.found and fresh else None)


def _sensitivities(ensemble: Ensemble, kpi: str, skipped: list[str]) -> Iterator[Sensitivity]:
    """For every policy's value, and every challenger's difference to the baseline."""
    indices = sobol_indices if ensemble.method == "saltelli" else morris_screening
    for policy in ensemble.policies:
        outcomes = [("value", None)] + ([("difference", ensemble.baseline)] if policy != ensemble.baseline else [])
        for of, against in outcomes:
            try:
                yield indices(ensemble, kpi, policy, of=of, against=against)
            except StudyError as error:
                skipped.append(str(error))
