"""Options that verbs share, declared once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from experiments.runs import AS_WRITTEN

ScenarioArgument = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help="Name of a shipped scenario, or a scenario file or folder.", show_default=False
    ),
]
PolicyOption = Annotated[
    str,
    typer.Option(
        "--policy", "-p", metavar="POLICY", help="Name or file of a policy; as_written: what the scenario itself holds."
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Set one value, for instance policy.pay.commission=0.03; may be repeated."
    ),
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", help="Seed of the draws (of the first replication).", show_default="the scenario's"),
]
WeeksOption = Annotated[
    int | None, typer.Option("--weeks", help="Length of a run in weeks.", show_default="the scenario's")
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", help="Processes that run side by side; 1 stays in this one.", show_default="number of cores"
    ),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Folder for results.", show_default="out/…")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON to standard output, and nothing else.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no tables; only the result's place.")]

DEFAULT_POLICY = AS_WRITTEN


def read_sets(given: Sequence[str] | None) -> dict[str, str]:
    """Overrides by path from ``--set path=value``. Raises :class:`sim.errors.InputErrors` with all mistakes."""
    from sim.errors import InputError, InputErrors

    overrides: dict[str, str] = {}
    mistakes = []
    for text in given or ():
        path, equals, value = text.partition("=")
        path = path.strip()
        if not equals or not path or not value.strip():
            remedy = "for instance --set policy.pay.commission=0.03"
            mistakes.append(
                InputError(f"--set {text}", "is not of the form path=value", "a path, `=`, a value", remedy)
            )
        elif path in overrides:
            mistakes.append(InputError(f"--set {text}", f"`{path}` is set twice", "every path once"))
        overrides[path] = value.strip()
    if mistakes:
        raise InputErrors(mistakes)
    return overrides


def check_least(**given: int | None) -> None:
    """Refuse whole numbers below 1, by the name of their option. Raises :class:`sim.errors.InputErrors`."""
    from sim.errors import InputError, InputErrors

    mistakes = [
        InputError(f"--{name}", f"found {value}", "a whole number of at least 1")
        for name, value in given.items()
        if value is not None and value < 1
    ]
    if mistakes:
        raise InputErrors(mistakes)


def place_for(verb: str, scenario: str, out: Path | None) -> Path:
    """Folder for results: as given, or ``out/VERB-SCENARIO``, so that the same command finds its runs again."""
    name = Path(scenario).stem if scenario.endswith(".toml") else Path(scenario).name
    return out if out is not None else Path("out") / f"{verb}-{name or 'scenario'}"
