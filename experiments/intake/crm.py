"""Import of a CRM export: opportunities, roster, accounts, products become a scenario folder with a quality page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import tomli_w

from experiments.intake.agreement import agree
from experiments.intake.calibration import ROUNDS, Calibration, calibrate_intercepts
from experiments.intake.crm_bases import seen_not_taken_up, set_without_data, told_by_data
from experiments.intake.crm_deals import OPEN
from experiments.intake.crm_fit import fit_crm
from experiments.intake.crm_pooling import pool_products
from experiments.intake.crm_scenario import CrmScenario, Words
from experiments.intake.crm_tables import CrmTables, read_crm
from experiments.intake.facts import collect_facts
from experiments.intake.headers import MappedTable, map_tables
from experiments.intake.holdout import FitRow, compare_holdout
from experiments.intake.kinds import CRM_KINDS
from experiments.intake.loyalty_fit import fit_habit
from experiments.intake.mapping import MappingFile, load_mapping
from experiments.intake.market_runs import MarketRuns, count_runs
from experiments.intake.output_folder import check_out
from experiments.intake.personal import hash_names, new_key
from experiments.intake.quality import SET_ASIDE, QualityLedger
from experiments.intake.quality_page import write_page
from experiments.intake.readers import read_table
from experiments.intake.settings import check_settings, kept_defaults, mapping_content
from experiments.intake.summary import ImportSummary
from experiments.intake.window import Window, choose_window
from experiments.outside import door
from experiments.ownership import settled
from experiments.runs.progress import Progress
from experiments.whole_files import write_file
from sim.errors import InputError, InputErrors
from sim.params import Params
from sim.scenario import Scenario

#: Replications of the simulated market for calibration and for the hold-out table.
RUNS = 8
#: First seed of the test; calibration uses seeds from 1, so that no run is both.
_TEST_SEED = 1001
#: Values that are surprising and meant: a company without distributors of its own, as many accounts as it has.
_MEANT = ("params.channel.", "params.projects.", "policy.retail_price.", "world.customers ")


@door
def import_crm(
    files: Sequence[Path],
    out: Path,
    *,
    mapping: Path | None = None,
    holdout: float = 0.2,
    hash_personal: bool = False,
    currency: str | None = None,
    title: str = "",
    replace: bool = False,
    runs: int = RUNS,
    progress: Progress | None = None,
) -> ImportSummary:
    """Turn a CRM export into the scenario folder ``out``; files may come in any order.

    ``holdout`` is the share of weeks kept back to test the fit (0: fit on all, no test); ``runs`` the
    replications behind calibration and test (0: neither, win rates become log odds). ``hash_personal``
    replaces names of reps, managers and accounts by keyed hashes. Raises :class:`sim.errors.InputErrors`
    with every mistake that cannot be mended; nothing is written then.
    """
    ledger = QualityLedger(discreet=hash_personal)
    needed, remedy = "the files of a CRM export", "name at least the table of opportunities"
    check_settings(files, holdout, runs, currency, ledger, needed=needed, remedy=remedy)
    asked = check_out(out, "crm", files, mapping, ledger, replace)
    given = load_mapping(mapping, CRM_KINDS)
    read = [read_table(Path(f), ledger) for f in files]
    mapped = map_tables([t for t in read if t is not None], CRM_KINDS, given, ledger)
    agreed, money = agree(list(mapped.values()), given, currency, ledger)
    found = {table.kind.name: table for table in agreed}
    tables = pool_products(read_crm(found, given, ledger), ledger)
    if hash_personal:
        tables = hash_names(tables, new_key())
    scenario = fit_scenario(tables, holdout, Words(out.name or "crm", title or f"CRM of {out.name}", money), ledger)
    with settled(out, asked) as folder:
        return _write(scenario, folder, out, found, given, runs, ledger, progress)


def fit_scenario(tables: CrmTables, holdout: float, words: Words, ledger: QualityLedger) -> CrmScenario:
    """Fit clean tables; raises InputErrors when there are too few weeks or deals."""
    decided = tables.deals[tables.deals["state"].ne(OPEN)]
    try:
        window = choose_window(decided["closed"], holdout)
    except ValueError as error:
        raise InputErrors(
            [
                InputError(
                    "opportunities",
                    str(error),
                    "decided deals over a longer time",
                    "export more history, or a smaller hold-out",
                )
            ]
        ) from None
    _report_window(tables, window, ledger)
    fit = fit_crm(tables, window)
    habit = fit_habit(decided[window.in_train(decided["closed"])], Params().loyalty.carry_over)
    return CrmScenario(tables, fit, habit, words)


def _report_window(tables: CrmTables, window: Window, ledger: QualityLedger) -> None:
    """Say which decided deals lie before the first week used."""
    decided = tables.deals[tables.deals["state"].ne(OPEN)]
    early = decided.index[decided["closed"] < window.train_start]
    if len(early):
        what = f"deals decided before {window.train_start.date()}, the first of the weeks used"
        why = f"{window.odd_days} days that make no whole week" + (
            f" and {window.cold} weeks in which the pipeline was filling" if window.cold else ""
        )
        ledger.add(SET_ASIDE, "opportunities", "closed", what, why, list(early))


def _write(
    scenario: CrmScenario,
    folder: Path,
    out: Path,
    found: Mapping[str, MappedTable],
    given: MappingFile,
    runs: int,
    ledger: QualityLedger,
    progress: Progress | None,
) -> ImportSummary:
    """Calibrate, test and write into ``folder``, which will become ``out``."""
    intercepts = scenario.start_intercepts()
    scenario.write(folder, intercepts)
    fit: list[FitRow] = []
    if runs:
        market = MarketRuns(folder, scenario.offer_names, count_runs(progress, (ROUNDS + 1) * runs))
        calibrated = _calibrate(scenario, market, range(1, runs + 1))
        intercepts = calibrated.intercepts
        scenario.write(folder, intercepts)
        if scenario.fit.window.test:
            seeds = range(_TEST_SEED, _TEST_SEED + runs)
            run = partial(market.orders, intercepts)
            fit = compare_holdout(scenario.tables, scenario.fit.window, run, seeds, _reasons(scenario))
    loaded = Scenario.load(folder)
    defaults = kept_defaults(loaded)
    bases, assumed = told_by_data(scenario), set_without_data(scenario)
    remarks = seen_not_taken_up(scenario.fit)
    page = write_page(scenario.words.title, list(found.values()), ledger, bases, assumed, defaults, fit, remarks)
    write_file(folder / "quality.md", page)
    write_file(folder / "facts.toml", tomli_w.dumps(collect_facts(scenario.fit)))
    write_file(folder / "mapping.toml", tomli_w.dumps(mapping_content(found, given)))
    warnings = tuple(text for text in loaded.warnings if not text.startswith(_MEANT))
    return ImportSummary(
        out, tuple(found.values()), ledger, tuple(bases), tuple(assumed), tuple(fit), len(defaults), warnings
    )


def _calibrate(scenario: CrmScenario, market: MarketRuns, seeds: Sequence[int]) -> Calibration:
    products = scenario.fit.products
    target = {str(p): float(r) for p, r in products["win_rate"].items()}
    weights = {str(p): float(n) for p, n in products["decided"].items()}
    return calibrate_intercepts(
        target, weights, scenario.start_intercepts(), market.orders, seeds, scenario.fit.window.train
    )


def _reasons(scenario: CrmScenario) -> dict[str, str]:
    """What is known to move a measure in the weeks held out beyond what the market holds."""
    window, deals = scenario.fit.window, scenario.tables.deals
    decided = deals[deals["state"].ne(OPEN)]
    before = window.in_train(decided["closed"]).sum() / window.train
    after = window.in_test(decided["closed"]).sum() / max(window.test, 1)
    reasons = {
        "win_rate": "it changes with the month of the quarter, and moves in the simulation while loyalties settle",
    }
    if before and abs(after / before - 1.0) > 0.1:
        reasons["weekly_orders"] = (
            f"{after:.0f} deals a week were decided in the weeks held out, {before:.0f} before: rates are not steady"
        )
    before = window.in_train(deals["opened"]).sum() / window.train
    after = window.in_test(deals["opened"]).sum() / max(window.test, 1)
    if before and abs(after / before - 1.0) > 0.1:
        older = "older" if after < before else "younger"
        reasons["cycle"] = (
            f"{after:.0f} deals a week were opened in the weeks held out, {before:.0f} before: those decided are {older}"
        )
    return reasons
