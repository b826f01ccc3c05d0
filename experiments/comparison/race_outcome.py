"""The outcome of a selection: which policy was chosen, when and behind whom the others fell, and what is promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.result_tables import plain
from experiments.runs.result import Failed, failure_rows

if TYPE_CHECKING:
    import pandas as pd

    from analysis.elimination import Elimination
    from analysis.intervals import Floats


@dataclass(frozen=True)
class Question:
    """What was asked: the ``indifference`` is in the unit in which ``kpi`` is shown (currency, not minor units)."""

    scenario: str
    weeks: int
    seed: int
    currency: str
    titles: Mapping[str, str]
    kpi: str
    indifference: float
    confidence: float
    first: int
    budget: int
    command: str
    upper_bounds: tuple[str, ...] = ()  # policies with an oracle among their rules; their titles say so


@dataclass(frozen=True)
class Selection:
    """What a selection found.

    ``best`` is None when the budget ended first: then nothing is promised, and ``survivors`` are those still in.
    ``leader`` is the best, or of the survivors the one with the best mean. ``table`` has a row per policy, the leader
    first: policy, title, mean, replications (counted), eliminated_at (replication; NA while in), eliminated_by,
    difference (mean paired difference to the leader), low, high (its 95 % t-interval, which takes no account of the
    looks: docs/statistics.md), pairs, probability_best; numbers in the unit of the runs. ``probability_best`` comes
    from :func:`analysis.ranking.choose` for the policy and the leader, and is therefore the most it can be; for the
    leader it is the least, one minus the others. ``label``, ``unit`` and ``direction`` are those of the KPI,
    ``replications`` how many were counted, ``runs`` how many were done (some of them ahead of the decision).
    """

    question: Question
    best: str | None
    survivors: tuple[str, ...]
    leader: str
    table: pd.DataFrame
    label: str
    unit: str
    direction: str
    replications: int
    runs: int
    reused: int
    failures: tuple[Failed, ...] = ()
    folder: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The choice in words, what is promised about it, and how the others stand."""
        from analysis.numerals import NO_BREAK, inside, listed, plural, probability

        asked, title = self.question, self.question.titles
        name, spent = inside(self.label), f"{plural(self.replications, 'replication')} ({plural(self.runs, 'run')})"
        if self.best is None:
            still = listed([title[p] for p in self.survivors])
            lead = (
                f"No policy is selected on {name}: {spent} ended with {still} still in, so nothing is promised; "
                f"{title[self.leader]} leads"
            )
        else:
            promised = probability(asked.confidence).replace(f">{NO_BREAK}", "")
            lead = (
                f"{title[self.best]} is selected as the best of {len(title)} on {name} after {spent}: a policy that is "
                f"at least {self.amount(asked.indifference)} better than every other one is found with a probability "
                f"of at least {promised}"
            )
        rest = self.table[self.table["policy"] != self.leader].to_dict(orient="records")
        return "; ".join([lead, *(self._standing(row) for row in rest)]) + "."

    def _standing(self, row: Mapping[Any, Any]) -> str:
        """How one of the others stands against the leader."""
        import pandas as pd

        from analysis.numerals import plural, scale_of

        scale = scale_of([row["difference"], row["low"], row["high"]], self.unit, self.question.currency)
        wording = scale.difference(row["difference"])
        wording += "" if pd.isna(row["low"]) else f", 95 % CI {scale.interval(row['low'], row['high'])}"
        if pd.isna(row["eliminated_at"]):
            return f"{row['title']} is still in ({wording})"
        by = self.question.titles[row["eliminated_by"]]
        return f"{row['title']} fell behind {by} after {plural(int(row['eliminated_at']), 'replication')} ({wording})"

    def amount(self, shown: float) -> str:
        """An amount of the KPI in words; ``shown`` is in the unit in which it is shown."""
        from analysis.numerals import scale_of, shown_unit

        value = shown * shown_unit(self.unit)
        return scale_of([value], self.unit, self.question.currency).difference(value).lstrip("+")

    def to_json(self) -> dict[str, Any]:
        """The selection as plain values for JSON; a value that is not a number becomes null."""
        asked = self.question
        return {
            "scenario": asked.scenario,
            "weeks": asked.weeks,
            "seed": asked.seed,
            "kpi": asked.kpi,
            "unit": self.unit,
            "indifference": asked.indifference,
            "confidence": asked.confidence,
            "best": self.best,
            "survivors": list(self.survivors),
            "leader": self.leader,
            "answer": self.sentence,
            "replications": self.replications,
            "runs": self.runs,
            "reused_runs": self.reused,
            "policies": records(self.table),
            "upper_bounds": list(asked.upper_bounds),
            "failures": failure_rows(self.failures),
            "notes": list(self.notes),
            "folder": None if self.folder is None else str(self.folder),
            "command": asked.command,
        }


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a selection's table as plain values; what is not known is None."""
    import pandas as pd

    rows = table.to_dict(orient="records")
    return [{str(k): None if pd.isna(v) else plain(v) for k, v in row.items()} for row in rows]


def standings(
    elimination: Elimination, values: Mapping[str, Floats], titles: Mapping[str, str], sign: float
) -> pd.DataFrame:
    """The table of :class:`Selection`; ``values`` [replications counted] by policy, ``sign`` −1 where less is better."""
    import numpy as np
    import pandas as pd

    from analysis.intervals import compare_pairs
    from analysis.ranking import choose

    leader = max(elimination.survivors, key=lambda p: sign * float(values[p].mean()))
    rows = []
    for policy in elimination.policies:
        own = values[policy]
        ahead = values[leader][: own.size]
        paired = compare_pairs(ahead, own)
        fall = elimination.why(policy)
        probability = float(choose(sign * np.vstack([ahead, own]))[0][1])
        rows.append(
            {
                "policy": policy,
                "title": titles[policy],
                "mean": float(own.mean()),
                "replications": own.size,
                "eliminated_at": pd.NA if fall is None else fall.replication,
                "eliminated_by": None if fall is None else fall.by,
                "difference": float(paired.difference),
                "low": float(paired.low),
                "high": float(paired.high),
                "pairs": own.size,
                "probability_best": probability,
            }
        )
    out = pd.DataFrame(rows).astype({"eliminated_at": "Int64"})
    lead = out["policy"] == leader
    out.loc[lead, "probability_best"] = max(0.0, 1.0 - float(out.loc[~lead, "probability_best"].sum()))
    worst = pd.Series(np.where(lead, -np.inf, -sign * out["difference"]))
    return out.iloc[np.argsort(worst.to_numpy(), kind="stable")].reset_index(drop=True)


def leader_of(table: pd.DataFrame) -> str:
    """The policy that the others are held against: the first row."""
    return str(table["policy"].iloc[0])


def failure_notes(failed: Sequence[Failed]) -> tuple[str, ...]:
    """A note for every run that failed."""
    return tuple(f"Excluded for all policies: seed {f.job.seed}. {f.line()}" for f in failed)
