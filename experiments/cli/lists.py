"""`deepmarket scenarios` and `deepmarket policies`: what is shipped, and the rules that answer each question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli.options import JsonOption

if TYPE_CHECKING:
    from sim.reading.library import Listing


def scenarios(json_: JsonOption = False) -> None:
    """List the shipped scenarios.

    [bold]Example[/]:

      [cyan]deepmarket scenarios[/]

    Any of these names works where a verb takes SCENARIO; so does a file or folder of your own.
    """
    from sim.reading.library import available_scenarios

    _show(available_scenarios().values(), "Question", json_)


def policies(
    question: Annotated[
        str, typer.Argument(metavar="[QUESTION]", help="Show the rules for one question.", show_default=False)
    ] = "",
    rules: Annotated[bool, typer.Option("--rules", help="Show the rules for every question.")] = False,
    json_: JsonOption = False,
) -> None:
    """List the shipped policies, or the rules that can answer a question.

    [bold]Example[/]: which policies are there, and which rules can answer the question of pay?

      [cyan]deepmarket policies[/]
      [cyan]deepmarket policies pay[/]

    A policy is a file that answers some questions; a rule is one way to answer one question, named by
    [cyan]kind[/] in a \\[policy.*] table.
    """
    if question or rules:
        _show_rules(question, json_)
        return
    from sim.reading.library import available_policies

    _show(available_policies().values(), "What it does", json_)


def _show(items: Iterable[Listing], head: str, json_: bool) -> None:
    from experiments.cli.screen import make_table, plain_row, stdout, write_json

    items = list(items)
    if json_:
        write_json([{"name": i.name, "title": i.title, "question": i.question, "file": str(i.path)} for i in items])
        return
    table = make_table(("Name", "Title", head))
    for item in items:
        table.add_row(*plain_row(item.name, item.title, item.question))
    stdout().print(table)


def _show_rules(question: str, json_: bool) -> None:
    from analysis.upper_bounds import titled
    from experiments.cli.screen import make_table, plain_row, stdout, write_json
    from sim.errors import InputError, InputErrors
    from sim.policies.registry import questions
    from sim.policies.registry import rules as rules_for
    from sim.reading.complaints import suggest

    known = questions()
    if question and question not in known:
        problem = f"there is no question `{question}`"
        raise InputErrors([InputError("QUESTION", problem, "one of " + ", ".join(known), suggest(question, known))])
    rows = [
        {
            "question": asked,
            "kind": kind,
            "meaning": (rule.__doc__ or "").strip().splitlines()[0],
            "parameters": [name for name, _ in rule.declarations()],
            "by_territory": rule.scoped,
            "upper_bound": rule.reads_truth,
        }
        for asked in ([question] if question else known)
        for kind, rule in rules_for(asked).items()
    ]
    if json_:
        write_json(rows)
        return
    table = make_table(("Question", "Kind", "What the rule does", "Parameters", "By territory"))
    for row in rows:
        names = row["parameters"]
        assert isinstance(names, list)
        wording = ", ".join(names) or "–"
        table.add_row(
            *plain_row(
                row["question"],
                titled(str(row["kind"]), bool(row["upper_bound"])),
                row["meaning"],
                wording,
                "yes" if row["by_territory"] else "no",
            )
        )
    stdout().print(table)
