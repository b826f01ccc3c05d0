"""Results of a batch, opened as tables: pandas, pyarrow and DuckDB, column by column, without loading all of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.digests import is_whole
from analysis.ensemble import KEYS, Ensemble
from analysis.factor import Factor
from analysis.study import PolicyLabel, Provenance
from experiments.batch.batch_folder import BatchFolder
from experiments.batch.sealed_tables import LEDGERS, MEANING
from experiments.outside import door
from experiments.result_tables import Tables
from sim.errors import InputError, InputErrors


@dataclass(frozen=True)
class Batch(Tables):
    """A sealed batch. ``runs`` has a row per run (policy, future, weeks, replication, seed, then KPIs).

    :mod:`experiments.batch.sealed_tables` lists all tables.
    """

    def runs(self, columns: Sequence[str] | None = None, **only: Any) -> pd.DataFrame:
        """Runs that ended well, one row each."""
        return self.table("runs", columns, **only)

    @cached_property
    def futures(self) -> pd.DataFrame:
        """Futures by their number."""
        return self.table("futures").set_index("future")

    @cached_property
    def meaning(self) -> dict[str, Any]:
        """What the tables mean: factors, baseline, targets, horizons, versions."""
        import pyarrow.parquet as pq

        found: dict[str, Any] = json.loads(pq.read_schema(self.file("futures")).metadata[MEANING])
        return found

    def ensemble(self, kpis: Sequence[str] | None = None, weeks: int | None = None) -> Ensemble:
        """Policies × futures × replications of one horizon (the longest unless said), as analysis takes it."""
        meaning = self.meaning
        horizon = max(meaning["horizons"]) if weeks is None else weeks
        if horizon not in meaning["horizons"]:
            expected = f"one of {', '.join(map(str, meaning['horizons']))}"
            raise InputErrors([InputError("weeks", f"found {horizon}", expected)])
        columns = None if kpis is None else [*KEYS, "weeks", *kpis]
        runs = self.runs(columns, weeks=horizon).drop(
            columns=["weeks", "seed", "identity", "upper_bound"], errors="ignore"
        )
        policies = self.table("policies")
        labels = {
            str(row["policy"]): PolicyLabel(
                str(row["title"]), str(row["description"]), bool(row.get("upper_bound", False))
            )
            for row in policies.to_dict(orient="records")
        }
        definitions = self.table("definitions")
        seeds = tuple(range(meaning["seed"], meaning["seed"] + meaning["replications"]))
        return Ensemble(
            runs,
            self.futures,
            tuple(
                Factor(**{**factor, "levels": tuple(factor["levels"]), "paths": tuple(factor["paths"])})
                for factor in meaning["factors"]
            ),
            labels,
            meaning["baseline"],
            definitions,
            Provenance(
                scenario=", ".join(meaning["scenarios"]),
                weeks=horizon,
                seeds=seeds,
                currency=meaning["currency"],
                versions=meaning["versions"],
            ),
            meaning["method"],
        )


@door
def open_batch(folder: Path | str) -> Batch:
    """Open the batch in ``folder``; what has ended since it was last sealed is sealed first. Raises :class:`InputErrors`."""
    found = BatchFolder.find(folder)
    if not (found.path / "runs.parquet").is_file() or _grown(found):
        found.check_source()
        from experiments.batch.batch_plan import plan_batch
        from experiments.batch.sealed_tables import seal

        seal(plan_batch(found.design()), found)
    return Batch(found.path)


def _grown(folder: BatchFolder) -> bool:
    """Whether a ledger holds what was not there when the tables were sealed, sealing was broken off, or one is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not all(is_whole(file) for file in folder.path.glob("*.parquet")):
        return True
    try:
        sealed = json.loads((pq.read_schema(folder.path / "log.parquet").metadata or {})[LEDGERS])
        pq.read_schema(folder.path / "futures.parquet")
    except (OSError, KeyError, pa.ArrowInvalid):
        return True
    now = json.loads(json.dumps(folder.state()))
    return any(state != sealed.get(name) for name, state in now.items())
