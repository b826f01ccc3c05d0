"""`deepmarket schema`: the format of scenario files, for completion in editors."""

from __future__ import annotations

from experiments.cli.screen import write_json


def schema() -> None:
    """Write the JSON schema of scenario files to standard output.

    [bold]Example[/]: completion and checking while you type, in an editor that knows TOML schemas:

      [cyan]deepmarket schema > schema.json[/]

    then write [cyan]#:schema schema.json[/] in the first line of your scenario.
    """
    from sim.describe import schema as make_schema

    write_json(make_schema())
