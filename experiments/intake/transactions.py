"""Import of invoice lines: customers' purchases become a scenario folder with a quality page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import tomli_w

from experiments.intake.agreement import agree
from experiments.intake.calibration import ROUNDS, calibrate_intercepts
from experiments.intake.crm_scenario import Words
from experiments.intake.headers import MappedTable, map_tables
from experiments.intake.holdout import FitRow
from experiments.intake.invoice_lines import InvoiceLines, by_value, read_lines
from experiments.intake.invoice_sieve import Sifted, sift
from experiments.intake.kinds import TRANSACTION_KINDS
from experiments.intake.mapping import MappingFile, TableMapping, TransactionRules, load_mapping
from experiments.intake.market_runs import MarketRuns, count_runs
from experiments.intake.output_folder import check_out
from experiments.intake.personal import hashed, new_key
from experiments.intake.quality import QualityLedger
from experiments.intake.quality_page import write_page
from experiments.intake.readers import Table, read_table
from experiments.intake.settings import check_settings, kept_defaults, mapping_content
from experiments.intake.summary import ImportSummary
from experiments.intake.transactions_bases import beyond_invoices, set_without_invoices, told_by_invoices
from experiments.intake.transactions_facts import collect_transaction_facts
from experiments.intake.transactions_fit import fit_transactions
from experiments.intake.transactions_holdout import compare_orders
from experiments.intake.transactions_scenario import TransactionScenario
from experiments.outside import door
from experiments.ownership import settled
from experiments.runs.progress import Progress
from experiments.whole_files import write_file
from sim.errors import InputError, InputErrors
from sim.scenario import Scenario

#: Replications of the simulated market for the hold-out table.
RUNS = 8
#: First seed of the test; calibration uses seeds from 1, so that no run is both.
_TEST_SEED = 1001
#: Occasions that calibration simulates in a round, as far as the replications go: the error of a share is then below .004.
_OCCASIONS = 20_000
#: Values that are surprising and meant: a company without distributors of its own, as many customers as it has.
_MEANT = ("params.channel.", "policy.retail_price.", "world.customers ")
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
    """Turn invoice lines into the scenario folder ``out``; several files are taken for one table.

    ``holdout`` is the share of weeks kept back to test the fit (0: fit on all, no test); ``runs`` the
    replications behind calibration and test (0: neither). ``hash_personal`` replaces customers by keyed
    hashes. Raises :class:`sim.errors.InputErrors` with every mistake that cannot be mended; nothing is
    written then.
    """
    ledger = QualityLedger(discreet=hash_personal)
    needed, remedy = "lines of invoices", "name a table with customer, product, day, quantity and price"
    check_settings(files, holdout, runs, currency, ledger, needed=needed, remedy=remedy)
    asked = check_out(out, "transactions", files, mapping, ledger, replace)
    given = load_mapping(mapping, TRANSACTION_KINDS)
    rules = given.transactions or TransactionRules()
    given = given.model_copy(update={"transactions": rules})  # so that mapping.toml names the rules that were used
    read = [read_table(Path(f), ledger) for f in files]
    mapped = _map_files([t for t in read if t is not None], given, ledger)
    ledger.stop_if_refused()
    tables, money = agree(mapped, given, currency, ledger)
    ledger.stop_if_refused()
    lines = read_lines(tables, given, ledger)
    if hash_personal:
        _hash_customers(lines)
    sifted = sift(lines, rules)
    words = Words(out.name or _KIND, title or f"Customers of {out.name}", money)
    scenario = fit_scenario(sifted, holdout, rules, words)
    with settled(out, asked) as folder:
        return _write(scenario, sifted, folder, out, given, runs, progress)


def fit_scenario(sifted: Sifted, holdout: float, rules: TransactionRules, words: Words) -> TransactionScenario:
    """Fit sifted lines; raises InputErrors when there are too few weeks, customers or repeats."""
    try:
        return TransactionScenario(fit_transactions(sifted, holdout, rules), rules, words)
    except ValueError as error:
        file = ", ".join(dict.fromkeys(table.file for table in sifted.lines.tables))
        nobody = int(sifted.lines.frame["customer"].eq("").sum())
        problem = f"{error}; {nobody:,} of {len(sifted.lines.frame):,} rows have no customer" if nobody else str(error)
        expected = "purchases of more customers over a longer time, some of whom came back"
        raise InputErrors([InputError(file, problem, expected, "export more history, or a smaller hold-out")]) from None


def _map_files(tables: Sequence[Table], given: MappingFile, ledger: QualityLedger) -> list[MappedTable]:
    """Headers of each file; all are of one kind, so each is mapped by itself."""
    names = [table.file for table in tables]
    wanted = given.tables.get(_KIND, TableMapping())
    if wanted.file is not None and wanted.file not in names:
        problem = f"the mapping file says {_KIND} are in '{wanted.file}', which is not among the files given"
        ledger.refused("mapping file", f"tables.{_KIND}.file", problem, f"one of {', '.join(names)}", "mend the name")
    own = _for_every_file(given)
    found = [map_tables([table], TRANSACTION_KINDS, own, ledger) for table in tables]
    return [of_file[_KIND] for of_file in found if _KIND in of_file]


def _for_every_file(given: MappingFile) -> MappingFile:
    """The mapping without the name of a file: its columns hold for every file of invoice lines."""
    table = given.tables.get(_KIND, TableMapping()).model_copy(update={"file": None})
    return given.model_copy(update={"tables": {_KIND: table}})


def _hash_customers(lines: InvoiceLines) -> None:
    key = new_key()
    lines.frame["customer"] = by_value(lines.frame["customer"], partial(_pseudonym, key=key))


def _pseudonym(name: str, key: bytes) -> str:
    return hashed(name, "customer", key)


def _write(
    scenario: TransactionScenario,
    sifted: Sifted,
    folder: Path,
    out: Path,
    given: MappingFile,
    runs: int,
    progress: Progress | None,
) -> ImportSummary:
    """Calibrate, test and write into ``folder``, which will become ``out``."""
    lines = sifted.lines
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
    loaded = Scenario.load(folder)
    defaults = kept_defaults(loaded)
    bases, assumed = told_by_invoices(scenario, sifted), set_without_invoices(scenario)
    remarks = beyond_invoices(scenario, sifted)
    page = write_page(scenario.words.title, lines.tables, lines.ledger, bases, assumed, defaults, fit, remarks)
    write_file(folder / "quality.md", page)
    facts = collect_transaction_facts(scenario.fit, sifted)
    write_file(folder / "facts.toml", tomli_w.dumps(facts))
    content = _mapping_of_all(lines.tables, given)
    write_file(folder / "mapping.toml", tomli_w.dumps(content))
    warnings = tuple(text for text in loaded.warnings if not text.startswith(_MEANT))
    return ImportSummary(
        out, lines.tables, lines.ledger, tuple(bases), tuple(assumed), tuple(fit), len(defaults), warnings
    )


def _calibrate(scenario: TransactionScenario, market: MarketRuns, runs: int) -> dict[str, float]:
    """Intercepts with which our share of occasions in the simulated fitted weeks is the one that was set."""
    weeks = scenario.fit.window.train
    occasions = float(scenario.occasions().sum()) * scenario.fit.activity * weeks
    seeds = min(runs, max(1, round(_OCCASIONS / max(occasions, 1.0) + 0.5)))
    weights = {str(c): float(n) for c, n in scenario.fit.categories["orders"].items()}
    found = calibrate_intercepts(
        scenario.target(), weights, scenario.start_intercepts(), market.orders, range(1, seeds + 1), weeks
    )
    return found.intercepts


def _mapping_of_all(tables: Sequence[MappedTable], given: MappingFile) -> dict[str, object]:
    """Contents of mapping.toml: of several files the headers that all of them have in common."""
    content = mapping_content({_KIND: tables[0]}, given)
    if len(tables) > 1:
        shared = {f: h for f, h in tables[0].columns.items() if all(t.columns.get(f) == h for t in tables)}
        content["tables"] = {_KIND: {"columns": shared}}
    return content
