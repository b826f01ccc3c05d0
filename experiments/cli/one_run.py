"""`deepmarket run`: one market, one policy, one seed."""

from __future__ import annotations

from experiments.cli.options import (
    DEFAULT_POLICY,
    JsonOption,
    OutOption,
    PolicyOption,
    QuietOption,
    ReplaceOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    WeeksOption,
    check_least,
    place_for,
    read_sets,
)


def run(
    scenario: ScenarioArgument,
    policy: PolicyOption = DEFAULT_POLICY,
    set_: SetOption = None,
    seed: SeedOption = None,
    weeks: WeeksOption = None,
    out: OutOption = None,
    replace: ReplaceOption = False,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Run one market with one policy and one seed; show its scorecard.

    [bold]Example[/]: half a year of the built-in market under deep marketing, with the draws of seed 7:

      [cyan]deepmarket run regional_equipment --policy deep_marketing --seed 7 --weeks 26[/]

    One run is one draw of luck: to learn which policy is better, use [cyan]deepmarket compare[/].
    """
    check_least(weeks=weeks)
    overrides = read_sets(set_)
    from experiments.cli.progress_bar import show_progress
    from experiments.cli.screen import add_heading, make_table, plain_row, say_place, stdout, warn, write_json
    from experiments.ownership import Asked, claim
    from experiments.runs.progress import Count
    from experiments.single_run import run_market, save_run, scorecard_json

    asked = Asked.of("run", scenario, [policy], seed, weeks, overrides)
    folder = place_for(asked, scenario, out, replace)
    claim(folder, asked, replace=replace)
    with show_progress("weeks", quiet) as tell:
        done, loaded = run_market(
            scenario,
            policy=policy,
            seed=seed,
            weeks=weeks,
            overrides=overrides,
            out=folder,
            progress=lambda week, weeks: tell(Count(week, weeks, 0, 0)),
        )
    save_run(done, loaded, folder, asked=asked, replace=replace)
    warn(loaded.warnings)
    if json_:
        head = {"scenario": done.meta.scenario, "policy": policy, "seed": done.meta.seeds[0], "weeks": done.meta.weeks}
        head["upper_bound"] = done.policy.upper_bound
        write_json(
            {**head, "scorecard": scorecard_json(done), "folder": str(folder), "versions": dict(done.meta.versions)}
        )
        return
    if quiet:
        say_place(folder)
        return
    from analysis.report.run_page import run_groups

    console = stdout()
    title = f"{done.policy.title} on {done.meta.title}: seed {done.meta.seeds[0]}, {done.meta.weeks} weeks"
    table = make_table(("KPI", "Value", "Formula"), title, right=(1,))
    for heading, lines in run_groups(done):
        add_heading(table, heading)
        for line in lines:
            table.add_row(*plain_row(*line))
    console.print(table)
    console.print(f"Report: {folder / 'report.html'}", soft_wrap=True)
    console.print(f"Tables and figures: {folder}", soft_wrap=True)
