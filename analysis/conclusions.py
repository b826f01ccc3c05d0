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
#: A case as rare as this, or as common, leaves nothing to tell apart.
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

    ``pairs`` as of :func:`analysis.futures.future_pairs.compare_in_futures` (against the baseline), ``robust`` of
    ``robust_table``, ``choices`` of ``choose_robust`` (None with one policy or too few futures), ``findings`` of
    scenario discovery for the policy that loses least, ``sensitivities`` of Morris and Saltelli designs. ``skipped``
    says in words what could not be told, and why.
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
        """The policy with the smallest largest regret; None where policies were not compared."""
        if self.choices is None:
            return None
        return str(self.choices.set_index("rule").loc["minimax_regret", "policy"])


def conclude(ensemble: Ensemble, kpi: str = "contribution", targets: Sequence[Target] = ()) -> Conclusions:
    """Compare policies over futures, choose by every rule, look for where the choice fails, and for what drives it.

    Raises :class:`StudyError` for an unknown key figure or one without direction.
    """
    ensemble.direction(kpi)
    skipped: list[str] = []
    count = len(ensemble.of_role("study"))
    many = len(ensemble.policies) > 1 and count > 1
    # Points of a Saltelli or Morris design lie where its indices need them, not where futures are likely.
    spread = ensemble.method not in ("saltelli", "morris")
    pairs = robust = choices = None
    findings: tuple[Finding, ...] = ()
    if spread and not many:
        skipped.append(
            "one policy has nothing to be compared with"
            if len(ensemble.policies) < 2
            else f"policies are compared over two study futures or more, there are {count}"
        )
    if many and spread:
        pairs, robust = compare_in_futures(ensemble, kpi), robust_table(ensemble, kpi, targets)
        choices = choose_robust(ensemble, kpi, targets)
        if choices["fresh_futures"].iloc[0] == 0 and ensemble.of_role("fresh").size:
            skipped.append("no fresh future is whole yet, so nothing is checked on them")
        if count < FEWEST:
            skipped.append(f"{count} futures are too few to look for rules: at least {FEWEST}")
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
    asked: dict[str, pd.Series] = {}
    if targets:
        asked[f"{pick} misses its targets"] = fails(ensemble, pick, targets)
    order = robust.sort_values(["max_regret", "mean_regret"], kind="stable")["policy"].tolist()
    rivals = [ensemble.baseline, *(policy for policy in order if policy != pick)]
    for rival in dict.fromkeys(rivals[:2]):
        if rival != pick:
            asked[f"{rival} beats {pick}"] = beaten(ensemble, pick, rival, kpi)
    for name, cases in asked.items():
        study = cases[cases.index.isin(ensemble.of_role("study"))]
        hits = int(study.sum())
        if min(hits, len(study) - hits) < _RARE:
            skipped.append(f"{cases.name}: in {hits} of {len(study)} futures, too one-sided to look for a rule")
            continue
        found = discover(ensemble, cases)
        fresh = bool(cases.index.isin(ensemble.of_role("fresh")).any())
        yield Finding(name, found, found.check() if found.found and fresh else None)


def _sensitivities(ensemble: Ensemble, kpi: str, skipped: list[str]) -> Iterator[Sensitivity]:
    """Of every policy's value, and of every challenger's difference to the baseline."""
    indices = sobol_indices if ensemble.method == "saltelli" else morris_screening
    for policy in ensemble.policies:
        asked = [("value", None)] + ([("difference", ensemble.baseline)] if policy != ensemble.baseline else [])
        for of, against in asked:
            try:
                yield indices(ensemble, kpi, policy, of=of, against=against)
            except StudyError as error:
                skipped.append(str(error))
