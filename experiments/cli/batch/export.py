"""`deepmarket batch seal` and `export`: a batch's results as Parquet tables, or as CSV for other programs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.batch.batch_options import FolderArgument, plan_of
from experiments.cli.options import JsonOption, QuietOption


class Form(StrEnum):
    """What tables can be exported as."""

    CSV = "csv"
    PARQUET = "parquet"


def seal(folder: FolderArgument, json_: JsonOption = False, quiet: QuietOption = False) -> None:
    """Write what has ended, in all ledgers of the folder, into Parquet tables.

    [bold]Example[/]: after the last part of a job array has ended:

      [cyan]deepmarket batch seal study[/]
    """
    from experiments.batch.sealed_tables import seal as seal_batch
    from experiments.cli.screen import say_place, stdout, write_json

    plan, found = plan_of(folder)
    rows = seal_batch(plan, found)
    if json_:
        write_json({"folder": str(found.path), "rows": rows})
    elif quiet:
        say_place(found.path)
    else:
        for name, count in rows.items():
            stdout().print(f"{found.path / f'{name}.parquet'}: {count:,} rows", soft_wrap=True)


def export(
    folder: FolderArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="BatchFolder to write to.")] = Path("exported"),
    to: Annotated[Form, typer.Option("--to", help="Form of the tables.")] = Form.CSV,
    table: Annotated[
        list[str] | None,
        typer.Option("--table", metavar="NAME", help="Only this table; may be repeated.", show_default="all"),
    ] = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Copy a batch's tables for other programs.

    [bold]Example[/]:

      [cyan]deepmarket batch export study --to csv --out study_csv[/]
    """
    from experiments.batch.sealed_batch import open_batch
    from experiments.cli.screen import say_place, stdout, write_json
    from experiments.result_tables import copy_table
    from experiments.whole_files import open_folder

    found = open_batch(folder)
    open_folder(out)
    written = []
    for name in table or found.names:
        file = out / f"{name}.{to.value}"
        copy_table(found.file(name), file)
        written.append(str(file))
    if json_:
        write_json({"files": written})
    elif quiet:
        say_place(out)
    else:
        stdout().print("\n".join(written), soft_wrap=True)
