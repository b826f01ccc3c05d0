"""The one place where errors meet the user: a clear panel and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

BAD_INPUT = 2
RUNS_FAILED = 3
INTERRUPTED = 130
UNEXPECTED = 1


class Verbs(TyperGroup):
    """The group of all verbs; it answers what goes wrong in any of them."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; turn what it raises into a message and an exit code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _say_interrupted(str(ctx.invoked_subcommand))
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:
            code = answer(error)
            if code is None:
                raise
            raise typer.Exit(code) from None


def answer(error: Exception) -> int | None:
    """Tell the user what ``error`` means and return the exit code; None for what the command line itself answers."""
    if _is_of_command_line(error):
        return None
    from analysis.errors import StudyError
    from experiments.comparison import RunsFailed
    from sim.errors import InputError

    if isinstance(error, InputError):
        from experiments.cli.screen import show_mistakes

        show_mistakes(getattr(error, "errors", (error,)))
        return BAD_INPUT
    if isinstance(error, StudyError):
        from experiments.cli.screen import show_mistakes
        from sim.errors import InputErrors

        show_mistakes(InputErrors([InputError(error.place, error.expected, "", error.remedy)]).errors)
        return BAD_INPUT
    if isinstance(error, RunsFailed):
        from experiments.cli.screen import show_failures

        show_failures(error.failures, str(error))
        return RUNS_FAILED
    return _unexpected(error)


def _is_of_command_line(error: Exception) -> bool:
    """Whether ``error`` is one of the command line's own: a usage error, an exit, a closed pipe."""
    return isinstance(error, BrokenPipeError) or hasattr(error, "exit_code") or type(error).__name__ == "Abort"


def _unexpected(error: Exception) -> int:
    """Write the traceback into a file and say in one line what happened and where to look."""
    from experiments.cli.screen import complain
    from experiments.identity import versions

    text = "\n".join(
        [
            f"{datetime.now().isoformat(timespec='seconds')} deepmarket {' '.join(sys.argv[1:])}",
            " ".join(f"{name} {version}" for name, version in versions().items()),
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    handle, name = tempfile.mkstemp(prefix="deepmarket-error-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(text)
    told = str(error).splitlines()[0] if str(error) else ""
    complain(
        "Something unexpected happened",
        f"{type(error).__name__}{': ' + told if told else ''}\nThis is a fault of Deepmarket, not yours. Details are in {Path(name)}",
    )
    return UNEXPECTED


def _say_interrupted(verb: str) -> None:
    from experiments.cli.screen import stderr

    kept = {
        "compare": " Runs that ended are kept; the same command goes on from there.",
        "run": " Nothing of the run is kept.",
        "import": " Nothing was written.",
    }
    stderr().print(f"Interrupted.{kept.get(verb, '')}")
