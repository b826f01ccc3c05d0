"""`deepmarket phases`: the week as a table, with the time each phase takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli.options import DEFAULT_POLICY, JsonOption, PolicyOption, SeedOption, check_least

if TYPE_CHECKING:
    from sim.week import Phase


def phases(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="Market whose phases are timed.")
    ] = "regional_equipment",
    policy: PolicyOption = DEFAULT_POLICY,
    weeks: Annotated[int, typer.Option("--weeks", help="Weeks to time.")] = 8,
    customers: Annotated[
        int | None, typer.Option("--customers", help="Customers in the market.", show_default="the scenario's")
    ] = None,
    seed: SeedOption = None,
    json_: JsonOption = False,
) -> None:
    """Show the week: its phases in order, what each reads and may write, why it stands there, and how long it takes.

    [bold]Example[/]: where does the time go in a market of 200,000 customers?

      [cyan]deepmarket phases regional_equipment --customers 200000[/]

    The first week is excluded from the times: it may compile kernels.
    """
    check_least(weeks=weeks, customers=customers)
    from experiments.cli.screen import make_table, plain_row, stdout, write_json
    from sim.seeds import check_seed
    from sim.week import WEEK

    if seed is not None:
        check_seed(seed, "--seed")
    spent = time_phases(scenario, policy, weeks, customers, seed)
    if json_:
        write_json(
            [
                {
                    "name": p.name,
                    "reads": list(p.reads),
                    "writes": list(p.writes),
                    "why": p.why,
                    "seconds_a_week": spent[p.name],
                }
                for p in WEEK
            ]
        )
        return
    whole = sum(spent.values()) or 1.0
    table = make_table(("Phase", "ms a week", "Share", "Why it stands there", "Reads", "May write"), right=(1, 2))
    for phase in WEEK:
        cells = (phase.name, f"{spent[phase.name] * 1e3:.2f}", f"{spent[phase.name] / whole:.0%}", phase.why)
        table.add_row(*plain_row(*cells, ", ".join(phase.reads), _short(phase.writes)))
    table.add_section()
    table.add_row("week", f"{whole * 1e3:.2f}", "100%", "", "", "")
    stdout().print(table)


def time_phases(scenario: str, policy: str, weeks: int, customers: int | None, seed: int | None) -> dict[str, float]:
    """Seconds a week of every phase by name, over ``weeks`` weeks after a first one."""
    from sim import Market
    from sim.scenario import Scenario

    loaded = Scenario.load(
        scenario, policy=None if policy == DEFAULT_POLICY else policy, weeks=weeks + 1, customers=customers
    )
    market = Market(loaded, seed=seed)
    market.step()
    spent: dict[str, float] = {}
    last = time.perf_counter()

    def observe(phase: Phase) -> None:
        nonlocal last
        now = time.perf_counter()
        spent[phase.name] = spent.get(phase.name, 0.0) + (now - last) / weeks
        last = now

    for _ in range(weeks):
        last = time.perf_counter()
        market.run_week(observe)
    return spent


def _short(writes: tuple[str, ...]) -> str:
    """Columns by table: ``customers: loyalty, stage; diary: bought``."""
    by_table: dict[str, list[str]] = {}
    for name in writes:
        table, _, column = name.partition(".")
        by_table.setdefault(table, []).append(column)
    return "; ".join(f"{table}: {', '.join(columns)}" for table, columns in by_table.items())
