"""The command line: one file per verb, loaded light so that it starts at once; the model is loaded when a verb needs it."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Entry point of the command `deepmarket`."""
    from experiments.cli.streams import flush_streams, open_streams
    from experiments.signals import answer_signals, exit_code

    open_streams()
    code: object = 0
    try:
        answer_signals()
        from experiments.cli.app import app

        app()
    except SystemExit as ended:
        code = ended.code
    except KeyboardInterrupt:  # before or after the verb, where there is nothing to tell
        code = exit_code()
    unwritten = flush_streams(quiet=bool(code))
    sys.exit(code or unwritten)  # type: ignore[arg-type]
