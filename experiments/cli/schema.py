"""`deepmarket schema`: the format of scenario files, for completion in editors."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.screen import write_json


def schema(
    design: Annotated[bool, typer.Option("--design", help="The format of designs instead of scenarios.")] = False,
) -> None:
    """Write the JSON schema of scenario files, or of designs, to standard output.

    [bold]Example[/]: completion and checking while you type, in an editor that knows TOML schemas:

      [cyan]deepmarket schema > schema.json[/]

    then write [cyan]#:schema schema.json[/] in the first line of your scenario.
    """
    if design:
        from experiments.batch.design import DesignSection

        write_json(DesignSection.model_json_schema())
        return
    from sim.describe import schema as make_schema

    write_json(make_schema())
