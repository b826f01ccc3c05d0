"""The command line: one file per verb, loaded light so that it starts at once; the model is loaded when a verb needs it."""

from experiments.cli.app import main

__all__ = ["main"]
