"""Arguments and options that the verbs of `deepmarket batch` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from experiments.batch.batch_folder import BatchFolder
    from experiments.batch.batch_plan import BatchPlan

DesignArgument = Annotated[
    Path, typer.Argument(metavar="DESIGN", help="A design: a file, or the name of a shipped one.", show_default=False)
]
FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="BatchFolder of the batch.", show_default=False)]
RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="RUN", help="Start of the run's identity, or POLICY/FUTURE/REPLICATION.", show_default=False
    ),
]
ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard", metavar="K/N", help="Do part K of N only; each part has a ledger of its own.", show_default="all"
    ),
]
MaxFailuresOption = Annotated[
    int | None,
    typer.Option("--max-failures", help="Stop when more runs than this fail.", show_default="never"),
]


def folder_for(design: Path, out: Path | None) -> Path:
    """The batch's folder: as given, or ``out/batch-DESIGN``."""
    return out if out is not None else Path("out") / f"batch-{design.resolve().stem}"


def plan_of(folder: Path) -> tuple[BatchPlan, BatchFolder]:
    """The plan of the batch in ``folder``. Raises :class:`sim.errors.InputErrors`."""
    from experiments.batch.batch_folder import BatchFolder
    from experiments.batch.batch_plan import plan_batch

    found = BatchFolder.find(folder)
    found.check_source()
    return plan_batch(found.design()), found
