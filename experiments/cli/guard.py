"""The one place where errors meet the user: a clear panel and an exit code, never a traceback."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from experiments.signals import exit_code
from experiments.whole_files import WHOLE

if TYPE_CHECKING:
    from experiments.runs.backends import BackendLost
    from sim.errors import InputError

BAD_INPUT = 2
RUNS_FAILED = 3
UNEXPECTED = 1


class Verbs(TyperGroup):
    """The group of all verbs; it answers what goes wrong in any of them."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; turn what it raises into a message and an exit code."""
        WHOLE.clear()
        in_json = "--json" in (*ctx._protected_args, *ctx.args)
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _say_interrupted(str(ctx.invoked_subcommand))
            raise typer.Exit(exit_code()) from None
        except Exception as error:
            code = answer(error, str(ctx.invoked_subcommand))
            if in_json and not isinstance(error, typer.Exit | BrokenPipeError):
                _write_mistakes(error, code)
            if code is None:
                raise
            raise typer.Exit(code) from None


def answer(error: Exception, verb: str = "") -> int | None:
    """Tell the user what ``error`` means and return the exit code; None for what the command line itself answers."""
    if _is_of_command_line(error):
        return None
    from experiments.runs.backends import BackendLost
    from experiments.runs.result import RunsFailed

    if mistakes := _mistakes(error):
        from experiments.cli.screen import show_mistakes

        show_mistakes(mistakes)
        return BAD_INPUT
    if isinstance(error, RunsFailed):
        from experiments.cli.screen import show_failures

        show_failures(error.failures, str(error))
        return RUNS_FAILED
    if isinstance(error, BackendLost):
        _say_lost(error, verb)
        return RUNS_FAILED
    return _unexpected(error)


def _write_mistakes(error: Exception, code: int | None) -> None:
    """What is wrong as JSON on standard output, so that a program need not read the panel."""
    from experiments.cli.screen import mistake_row, write_json
    from sim.errors import InputError

    wording = getattr(error, "format_message", error.__str__)()
    mistakes = _mistakes(error) or [InputError("the command" if code is None else "", wording)]
    write_json({"exit_code": getattr(error, "exit_code", code), "mistakes": [mistake_row(m) for m in mistakes]})


def _mistakes(error: Exception) -> Sequence[InputError]:
    """What the user can fix: input, or what the machine refuses; nothing when the error is a fault of the program."""
    from analysis.errors import StudyError
    from experiments.outside import refused
    from sim.errors import InputError

    if isinstance(error, StudyError):
        return [InputError(error.place, error.expected, "", error.remedy)]
    if isinstance(error, InputError):
        return getattr(error, "errors", (error,))
    found = refused(error)
    return () if found is None else [found]


def _is_of_command_line(error: Exception) -> bool:
    """Whether ``error`` is one of the command line's own: a usage error, an exit, a closed pipe."""
    return isinstance(error, BrokenPipeError) or hasattr(error, "exit_code") or type(error).__name__ == "Abort"


def _unexpected(error: Exception) -> int:
    """Write the traceback into a file and say in one line what happened and where to look."""
    from experiments.cli.screen import complain
    from experiments.runs.identity import versions

    text = "\n".join(
        [
            f"{datetime.now().isoformat(timespec='seconds')} deepmarket {' '.join(sys.argv[1:])}",
            " ".join(f"{name} {version}" for name, version in versions().items()),
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    wording = str(error).splitlines()[0] if str(error) else ""
    complain(
        "Something unexpected happened",
        f"{type(error).__name__}{': ' + wording if wording else ''}\nThis is a fault of Deepmarket, not yours. {_logged(text, error)}",
    )
    return UNEXPECTED


def _logged(text: str, error: Exception) -> str:
    """Where the details are; where nothing can be written, the place in the program."""
    try:
        handle, name = tempfile.mkstemp(prefix="deepmarket-error-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as log:
            log.write(text)
    except OSError as full:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"It happened in {place.filename}, line {place.lineno}; details could not be kept: {full.strerror}"
    return f"Details are in {name}"


def _say_lost(error: BackendLost, verb: str) -> None:
    """What happened to the cluster, what to do about it, what is kept, and the command that resumes."""
    from experiments.cli.screen import complain

    again = f"The command was: deepmarket {shlex.join(sys.argv[1:])}"
    remedy = f"To fix it: {error.remedy}" if error.remedy else ""
    complain(
        "No run can continue", "\n".join(part for part in (error.problem, remedy, _kept(verb).strip(), again) if part)
    )


def _say_interrupted(verb: str) -> None:
    from experiments.cli.screen import stderr

    whole = f" {WHOLE[-1]} was written whole before." if WHOLE else ""
    stderr().print(f"Interrupted.{whole or _kept(verb)}")


def _kept(verb: str) -> str:
    """What is left of the work of a verb that was broken off."""
    resumes = " Runs that ended are kept; the same command resumes from there."
    kept = {
        "compare": resumes,
        "select": resumes,
        "ablate": resumes,
        "batch": resumes,
        "elasticity": " Nothing is kept.",
        "run": " Nothing of the run is kept.",
        "import": " Nothing was written.",
    }
    return kept.get(verb, "")
