"""`deepmarket batch plan`: counts and prices a design; writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli.batch.batch_options import DesignArgument
from experiments.cli.options import JsonOption, QuietOption, WorkersOption

if TYPE_CHECKING:
    from experiments.batch.batch_plan import BatchPlan
    from experiments.batch.cost_estimate import Price


def plan(
    design: DesignArgument,
    price: Annotated[bool, typer.Option("--price/--no-price", help="Time two runs to tell what all will take.")] = True,
    workers: WorkersOption = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Check a design, count its runs and price them by timing two; nothing is written.

    [bold]Example[/]: how long will it take on 16 workers?

      [cyan]deepmarket batch plan six_policies --workers 16[/]

    Shipped designs: see [cyan]scenarios/designs[/]; [cyan]deepmarket new NAME --design[/] writes one of your own.
    """
    from experiments.batch.batch_plan import plan_batch
    from experiments.batch.cost_estimate import price_batch
    from experiments.batch.design_file import read_design
    from experiments.batch.design_rehearsal import rehearse_plan
    from experiments.batch.search_points import search_plan
    from experiments.cli.options import check_least
    from experiments.cli.screen import stdout, write_json
    from sim.errors import InputErrors

    check_least(workers=workers)
    found = plan_batch(read_design(design))
    found = search_plan(found) if found.design.content.optimise is not None else found
    if mistakes := rehearse_plan(found):
        raise InputErrors(mistakes)
    cost = price_batch(found, workers) if price else None
    shown = _overview(found, cost)
    if json_:
        write_json(shown)
    elif not quiet:
        console = stdout()
        for line in _lines(found, cost):
            console.print(line)


def _overview(plan: BatchPlan, price: Price | None) -> dict[str, Any]:
    roles = plan.futures["role"].value_counts()
    shown: dict[str, Any] = {
        "runs": plan.count,
        "policies": [policy.name for policy in plan.policies],
        "futures": {str(role): int(count) for role, count in roles.items()},
        "method": plan.method,
        "factors": [factor.name for factor in plan.factors],
        "weeks": list(plan.horizons),
        "replications": plan.design.content.replications,
        "seed": plan.seed,
    }
    if price is not None:
        shown["price"] = {
            "seconds": list(price.seconds),
            "workers": price.workers,
            "hours": price.hours,
            "megabytes": price.megabytes,
        }
    return shown


def _lines(plan: BatchPlan, price: Price | None) -> list[str]:
    from analysis.numerals import plural

    roles = plan.futures["role"].value_counts()
    fresh = int(roles.get("fresh", 0))
    futures = plural(int(roles.get("study", 0)), "future") + (f" + {fresh} fresh" if fresh else "")
    policies = f"{len(plan.policies)} {'policy' if len(plan.policies) == 1 else 'policies'}"
    wanted = plan.design.content.optimise
    if wanted is not None:
        futures = plural(int(roles.get("study", 0)), "future")
        points = f"{wanted.generations} generations of {plural(wanted.population, 'point')}"
        policies = f"({policies} + up to {points})"
    parts = [policies, futures]
    if len(plan.horizons) > 1:
        parts.append(plural(len(plan.horizons), "horizon"))
    parts.append(plural(plan.design.content.replications, "replication"))
    titles = {policy.name: policy.label.title for policy in plan.policies}
    lines = [
        f"{' × '.join(parts)} = {'at most ' if wanted else ''}{plan.count:,} runs of {' and '.join(map(str, plan.horizons))} weeks",
        "Policies: "
        + "; ".join(name if title in ("", name) else f"{name} ({title})" for name, title in titles.items()),
    ]
    if plan.factors:
        lines.append(f"Futures by {plan.method}: {', '.join(factor.name for factor in plan.factors)}")
    if price is not None:
        first, last = price.seconds
        time_ = (
            f"{price.hours:.1f} h"
            if price.hours >= 2
            else f"{price.hours * 60:.0f} min"
            if price.hours > 0.05
            else f"{price.hours * 3600:.0f} s"
        )
        lines.append(
            f"Two runs took {first:.2f} and {last:.2f} s: about {time_} on {plural(price.workers, 'worker')}, "
            f"{price.megabytes:.1f} MB in the ledger"
        )
    return lines
