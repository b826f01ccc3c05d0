"""Import of invoice lines: customers' purchases become a scenario folder with a quality page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from experiments.intake.fits.holdout_test import FitRow
from experiments.intake.fits.intercept_calibration import ROUNDS, calibrate_intercepts
from experiments.intake.invoices.invoice_bases import assumed_without_invoices, bases_from_invoices, limits_of_invoices
from experiments.intake.invoices.invoice_facts import collect_invoice_facts
from experiments.intake.invoices.invoice_fit import fit_invoices
from experiments.intake.invoices.invoice_holdout import compare_orders
from experiments.intake.invoices.invoice_lines import InvoiceLines, by_value, read_lines
from experiments.intake.invoices.invoice_scenario import InvoiceScenario
from experiments.intake.invoices.purchases import Purchases, select_purchases
from experiments.intake.scenario.import_documents import ImportRecord, write_documents
from experiments.intake.scenario.import_options import check_options
from experiments.intake.scenario.import_summary import ImportSummary
from experiments.intake.scenario.imported_market import Labels
from experiments.intake.scenario.market_runs import MarketRuns, count_runs
from experiments.intake.scenario.output_folder import claim_output
from experiments.intake.scenario.pseudonyms import hashed, new_key
from experiments.intake.tables.files.table_reader import Table, read_table
from experiments.intake.tables.mapped_tables import MappedTable, map_tables, mapping_content
from experiments.intake.tables.notation.common_notation import agree_on_conventions
from experiments.intake.tables.quality_ledger import QualityLedger
from experiments.intake.tables.schema.invoice_kind import INVOICE_KINDS
from experiments.intake.tables.schema.mapping_file import InvoiceRules, MappingFile, TableMapping, load_mapping
from experiments.outside import door
from experiments.ownership import settled
from experiments.runs.progress import Progress
from sim.errors import InputError, InputErrors

#: Replications of the simulated market for the hold-out table.
RUNS = 8
#: First seed of the test; calibration uses seeds from 1, so that no run serves both.
_TEST_SEED = 1001
#: Occasions that calibration simulates per round, within the number of replications: the error of a share is then below .004.
_OCCASIONS = 20_000
#: Unusual values that are intended: a company without distributors of its own, with as many customers as it has.
_INTENDED = ("params.channel.", "policy.retail_price.", "world.customers ")
_KIND = "transactions"


@door
def import_transactions(
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
    """Turn invoice lines into the scenario folder ``out``; several files are read as one table.

    ``holdout`` is the share of weeks held out to test the fit (0: fit on all, no test); ``runs`` the
    replications for calibration and test (0: neither). ``hash_personal`` replaces customers by keyed
    hashes. Raises :class:`sim.errors.InputErrors` with every error that cannot be corrected; in that case
    nothing is written.
    """
    ledger = QualityLedger(discreet=hash_personal)
    needed, remedy = "invoice lines", "give a table with customer, product, day, quantity and price"
    check_options(files, holdout, runs, currency, ledger, needed=needed, remedy=remedy)
    asked = claim_output(out, "transactions", files, mapping, ledger, replace)
    given = load_mapping(mapping, INVOICE_KINDS)
    rules = given.transactions or InvoiceRules()
    given = given.model_copy(update={"transactions": rules})  # so that mapping.toml names the rules that were used
    read = [read_table(Path(f), ledger) for f in files]
    mapped = _map_files([t for t in read if t is not None], given, ledger)
    ledger.stop_if_refused()
    tables, money = agree_on_conventions(mapped, given, currency, ledger)
    ledger.stop_if_refused()
    lines = read_lines(tables, given, ledger)
    if hash_personal:
        _hash_customers(lines)
    purchases = select_purchases(lines, rules)
    labels = Labels(out.name or _KIND, title or f"Customers of {out.name}", money)
    scenario = fit_scenario(purchases, holdout, rules, labels)
    with settled(out, asked) as folder:
        return _write(scenario, purchases, folder, out, given, runs, progress)


def fit_scenario(purchases: Purchases, holdout: float, rules: InvoiceRules, labels: Labels) -> InvoiceScenario:
    """Fit purchases; raises InputErrors when there are too few weeks, customers or repeats."""
    try:
        return InvoiceScenario(fit_invoices(purchases, holdout, rules), rules, labels)
    except ValueError as error:
        file = ", ".join(dict.fromkeys(table.file for table in purchases.lines.tables))
        nameless = int(purchases.lines.frame["customer"].eq("").sum())
        problem = (
            f"{error}; {nameless:,} of {len(purchases.lines.frame):,} rows have no customer" if nameless else str(error)
        )
        expected = "purchases of more customers over a longer time, with some repeat customers"
        raise InputErrors([InputError(file, problem, expected, "export more history, or a smaller hold-out")]) from None


def _map_files(tables: Sequence[Table], given: MappingFile, ledger: QualityLedger) -> list[MappedTable]:
    """Headers of each file; all are of the same kind, so each is mapped separately."""
    names = [table.file for table in tables]
    wanted = given.tables.get(_KIND, TableMapping())
    if wanted.file is not None and wanted.file not in names:
        problem = f"the mapping file says that {_KIND} are in '{wanted.file}', which is not among the files given"
        ledger.refused(
            "mapping file", f"tables.{_KIND}.file", problem, f"one of {', '.join(names)}", "correct the name"
        )
    own = _for_every_file(given)
    found = [map_tables([table], INVOICE_KINDS, own, ledger) for table in tables]
    return [of_file[_KIND] for of_file in found if _KIND in of_file]


def _for_every_file(given: MappingFile) -> MappingFile:
    """The mapping without a file name: its columns apply to every file of invoice lines."""
    table = given.tables.get(_KIND, TableMapping()).model_copy(update={"file": None})
    return given.model_copy(update={"tables": {_KIND: table}})


def _hash_customers(lines: InvoiceLines) -> None:
    key = new_key()
    lines.frame["customer"] = by_value(lines.frame["customer"], partial(_pseudonym, key=key))


def _pseudonym(name: str, key: bytes) -> str:
    return hashed(name, "customer", key)


def _write(
    scenario: InvoiceScenario,
    purchases: Purchases,
    folder: Path,
    out: Path,
    given: MappingFile,
    runs: int,
    progress: Progress | None,
) -> ImportSummary:
    """Calibrate, test and write into ``folder``, which will become ``out``."""
    lines = purchases.lines
    intercepts = scenario.start_intercepts()
    scenario.write(folder, intercepts)
    fit: list[FitRow] = []
    if runs:
        market = MarketRuns(folder, scenario.offer_names, count_runs(progress, (ROUNDS + 1) * runs))
        intercepts = _calibrate(scenario, market, runs)
        scenario.write(folder, intercepts)
        if scenario.fit.window.test:
            run = partial(market.orders, intercepts)
            fit = compare_orders(scenario.fit, run, range(_TEST_SEED, _TEST_SEED + runs))
    record = ImportRecord(
        title=scenario.labels.title,
        tables=lines.tables,
        ledger=lines.ledger,
        bases=bases_from_invoices(scenario, purchases),
        assumed=assumed_without_invoices(scenario),
        remarks=limits_of_invoices(scenario, purchases),
        fit=fit,
        facts=collect_invoice_facts(scenario.fit, purchases),
        mapping=_mapping_of_all(lines.tables, given),
    )
    return write_documents(record, folder, out, _INTENDED)


def _calibrate(scenario: InvoiceScenario, market: MarketRuns, runs: int) -> dict[str, float]:
    """Intercepts with which our share of occasions in the simulated fitted weeks equals the share that was set."""
    weeks = scenario.fit.window.train
    occasions = float(scenario.occasions().sum()) * scenario.fit.activity * weeks
    seeds = min(runs, max(1, round(_OCCASIONS / max(occasions, 1.0) + 0.5)))
    weights = {str(c): float(n) for c, n in scenario.fit.categories["orders"].items()}
    found = calibrate_intercepts(
        scenario.target(), weights, scenario.start_intercepts(), market.orders, range(1, seeds + 1), weeks
    )
    return found.intercepts


def _mapping_of_all(tables: Sequence[MappedTable], given: MappingFile) -> dict[str, object]:
    """Contents of mapping.toml: for several files, the headers that all of them share."""
    content = mapping_content({_KIND: tables[0]}, given)
    if len(tables) > 1:
        shared = {f: h for f, h in tables[0].columns.items() if all(t.columns.get(f) == h for t in tables)}
        content["tables"] = {_KIND: {"columns": shared}}
    return content
