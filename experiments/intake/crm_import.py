"""Import of a CRM export: opportunities, roster, accounts, products become a scenario folder with a quality page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from experiments.intake.crm.crm_bases import assumed_without_data, bases_from_data, missing_in_market
from experiments.intake.crm.crm_facts import collect_crm_facts
from experiments.intake.crm.crm_fit import fit_crm
from experiments.intake.crm.crm_holdout import compare_deals
from experiments.intake.crm.crm_scenario import CrmScenario
from experiments.intake.crm.crm_tables import CrmTables, read_crm
from experiments.intake.crm.deals import OPEN, WON
from experiments.intake.crm.hashed_names import hash_names
from experiments.intake.crm.pooled_products import pool_products
from experiments.intake.fits.holdout_test import FitRow
from experiments.intake.fits.intercept_calibration import ROUNDS, Calibration, calibrate_intercepts
from experiments.intake.fits.loyalty_weight import fit_habit
from experiments.intake.fits.observation_window import Window, window_of_deals
from experiments.intake.scenario.import_documents import ImportRecord, write_documents
from experiments.intake.scenario.import_options import check_options
from experiments.intake.scenario.import_summary import ImportSummary
from experiments.intake.scenario.imported_market import Labels
from experiments.intake.scenario.market_runs import MarketRuns, count_runs
from experiments.intake.scenario.output_folder import claim_output
from experiments.intake.scenario.pseudonyms import new_key
from experiments.intake.tables.files.table_reader import read_table
from experiments.intake.tables.mapped_tables import MappedTable, map_tables, mapping_content
from experiments.intake.tables.notation.common_notation import agree_on_conventions
from experiments.intake.tables.quality_ledger import SET_ASIDE, QualityLedger
from experiments.intake.tables.schema.crm_kinds import CRM_KINDS
from experiments.intake.tables.schema.mapping_file import MappingFile, load_mapping
from experiments.outside import door
from experiments.ownership import settled
from experiments.runs.progress import Progress
from sim.errors import InputError, InputErrors
from sim.params import Params

#: Replications of the simulated market for calibration and for the hold-out table.
RUNS = 8
#: First seed of the test; calibration uses seeds from 1, so that no run serves both.
_TEST_SEED = 1001
#: Unusual values that are intended: a company without distributors of its own, with as many accounts as it has.
_INTENDED = ("params.channel.", "params.projects.", "policy.retail_price.", "world.customers ")


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

    ``holdout`` is the share of weeks held out to test the fit (0: fit on all, no test); ``runs`` the
    replications for calibration and test (0: neither, win rates become log odds). ``hash_personal``
    replaces names of reps, managers and accounts by keyed hashes. Raises :class:`sim.errors.InputErrors`
    with every error that cannot be corrected; in that case nothing is written.
    """
    ledger = QualityLedger(discreet=hash_personal)
    needed, remedy = "the files of a CRM export", "give at least the table of opportunities"
    check_options(files, holdout, runs, currency, ledger, needed=needed, remedy=remedy)
    asked = claim_output(out, "crm", files, mapping, ledger, replace)
    given = load_mapping(mapping, CRM_KINDS)
    read = [read_table(Path(f), ledger) for f in files]
    mapped = map_tables([t for t in read if t is not None], CRM_KINDS, given, ledger)
    agreed, money = agree_on_conventions(list(mapped.values()), given, currency, ledger)
    found = {table.kind.name: table for table in agreed}
    tables = pool_products(read_crm(found, given, ledger), ledger)
    if hash_personal:
        tables = hash_names(tables, new_key())
    scenario = fit_scenario(tables, holdout, Labels(out.name or "crm", title or f"CRM of {out.name}", money), ledger)
    with settled(out, asked) as folder:
        return _write(scenario, folder, out, found, given, runs, ledger, progress)


def fit_scenario(tables: CrmTables, holdout: float, labels: Labels, ledger: QualityLedger) -> CrmScenario:
    """Fit clean tables; raises InputErrors when there are too few weeks or deals."""
    decided = tables.deals[tables.deals["state"].ne(OPEN)]
    try:
        window = window_of_deals(decided["closed"], holdout)
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
    fitted = decided[window.in_train(decided["closed"])]
    habit = fit_habit(fitted.assign(won=fitted["state"].eq(WON)), Params().loyalty.carry_over)
    return CrmScenario(tables, fit, habit, labels)


def _report_window(tables: CrmTables, window: Window, ledger: QualityLedger) -> None:
    """Report the decided deals before the first week used."""
    decided = tables.deals[tables.deals["state"].ne(OPEN)]
    early = decided.index[decided["closed"] < window.train_start]
    if len(early):
        what = f"deals decided before {window.train_start.date()}, the first of the weeks used"
        why = f"{window.odd_days} days that do not make a whole week" + (
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
            fit = compare_deals(scenario.tables, scenario.fit.window, run, seeds, _reasons(scenario))
    record = ImportRecord(
        title=scenario.labels.title,
        tables=list(found.values()),
        ledger=ledger,
        bases=bases_from_data(scenario),
        assumed=assumed_without_data(scenario),
        remarks=missing_in_market(scenario.fit),
        fit=fit,
        facts=collect_crm_facts(scenario.fit),
        mapping=mapping_content(found, given),
    )
    return write_documents(record, folder, out, _INTENDED)


def _calibrate(scenario: CrmScenario, market: MarketRuns, seeds: Sequence[int]) -> Calibration:
    products = scenario.fit.products
    target = {str(p): float(r) for p, r in products["win_rate"].items()}
    weights = {str(p): float(n) for p, n in products["decided"].items()}
    return calibrate_intercepts(
        target, weights, scenario.start_intercepts(), market.orders, seeds, scenario.fit.window.train
    )


def _reasons(scenario: CrmScenario) -> dict[str, str]:
    """Known causes that move a measure in the weeks held out but are not part of the market."""
    window, deals = scenario.fit.window, scenario.tables.deals
    decided = deals[deals["state"].ne(OPEN)]
    before = window.in_train(decided["closed"]).sum() / window.train
    after = window.in_test(decided["closed"]).sum() / max(window.test, 1)
    reasons = {
        "win_rate": "it changes with the month of the quarter, and drifts in the simulation while loyalties settle",
    }
    if before and abs(after / before - 1.0) > 0.1:
        reasons["weekly_orders"] = (
            f"{after:.0f} deals per week were decided in the weeks held out, {before:.0f} before: rates are not constant"
        )
    before = window.in_train(deals["opened"]).sum() / window.train
    after = window.in_test(deals["opened"]).sum() / max(window.test, 1)
    if before and abs(after / before - 1.0) > 0.1:
        older = "older" if after < before else "younger"
        reasons["cycle"] = (
            f"{after:.0f} deals per week were opened in the weeks held out, {before:.0f} before: those decided are {older}"
        )
    return reasons
