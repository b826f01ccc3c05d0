"""Options that verbs share, declared once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.runs.run import AS_WRITTEN

if TYPE_CHECKING:
    from experiments.ownership import Asked

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


def _whole(text: str) -> int:
    """A seed as it is typed: digits. Typer alone takes 7.0 for 7, which no other door does."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"found `{text}`; expected a whole number from 0 to 2^63 - 1") from None


SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed",
        help="Seed of the draws (of the first replication).",
        show_default="the scenario's",
        parser=_whole,
        metavar="<int>",
    ),
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
BackendOption = Annotated[
    str | None,
    typer.Option(
        "--backend",
        metavar="WHERE",
        help="Where runs are done: local, serial, dask, dask:tcp://HOST:PORT, dask:SCHEDULER_FILE or slurm.",
        show_default="local",
    ),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Folder for results.", show_default="out/…")
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Replace what another study, or an edit by hand, left in the folder.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON to standard output, and nothing else.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no tables; only the result's place.")]

DEFAULT_POLICY = AS_WRITTEN


def read_sets(given: Sequence[str] | None) -> dict[str, str]:
    """Overrides by path from ``--set path=value``. Raises :class:`sim.errors.InputErrors` with all input errors."""
    return read_pairs("--set", given, "path=value", "for instance --set policy.pay.commission=0.03")


def read_pairs(option: str, given: Sequence[str] | None, form: str, remedy: str) -> dict[str, str]:
    """What an option that may be repeated says, by the name before its ``=``; ``form`` is what it should look like.

    Raises :class:`sim.errors.InputErrors` with all input errors.
    """
    from sim.errors import InputError, InputErrors

    pairs: dict[str, str] = {}
    mistakes = []
    for text in given or ():
        name, _, value = (part.strip() for part in text.partition("="))
        if not name or not value.strip(", "):
            mistakes.append(InputError(f"{option} {text}", f"is not of the form {form}", "both sides of `=`", remedy))
        elif name in pairs:
            mistakes.append(InputError(f"{option} {text}", f"`{name}` is set twice", "every name once"))
        pairs[name] = value
    if mistakes:
        raise InputErrors(mistakes)
    return pairs


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


def place_for(asked: Asked, scenario: str, out: Path | None, replace: bool) -> Path:
    """Folder for results: as given, or ``out/VERB-SCENARIO``, so that the same command finds its runs again.

    Where that one is another study's it is the next that is not (``out/VERB-SCENARIO-2``), which is said.
    """
    from experiments.cli.screen import warn
    from experiments.ownership import free_place

    if out is not None:
        return out
    name = Path(scenario).stem if scenario.endswith(".toml") else Path(scenario).name
    usual = Path("out") / f"{asked.verb}-{name or 'scenario'}"
    place = free_place(usual, asked, replace)
    if place != usual:
        warn([f"{usual} is another study's, or was edited; results go to {place}"])
    return place
