"""Import of an edge list: who talks to whom becomes the network of a scenario, with a quality page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import tomli_w

from experiments.intake.network.clean_ties import clean_ties
from experiments.intake.network.network_scenario import assumed_bases, bases_from_ties, write_network
from experiments.intake.network.placed_ties import PlacedTies, place_ties
from experiments.intake.scenario.import_summary import ImportSummary
from experiments.intake.scenario.output_folder import claim_output
from experiments.intake.scenario.quality_page import write_page
from experiments.intake.tables.files.table_reader import read_table
from experiments.intake.tables.mapped_tables import MappedTable, map_tables, mapping_content
from experiments.intake.tables.quality_ledger import QualityLedger
from experiments.intake.tables.schema.mapping_file import MappingFile, load_mapping
from experiments.intake.tables.schema.tie_kind import TIES
from experiments.outside import door
from experiments.ownership import settled
from experiments.whole_files import write_file
from sim.scenario import Scenario

#: The default market whose customers talk along the ties.
BASE = "regional_equipment"


@door
def import_network(
    file: Path,
    out: Path,
    *,
    base: str = BASE,
    mapping: Path | None = None,
    hash_personal: bool = False,
    title: str = "",
    replace: bool = False,
) -> ImportSummary:
    """Turn a table of ties into the scenario folder ``out``: the market ``base`` with word of mouth along these ties.

    Where the base has a table of customers, names are their ids. Where it draws its customers, it gets as many as
    the list has names, numbered in the order of names (``nodes.csv``), and its head count and yearly sums are
    scaled to that number. Raises :class:`sim.errors.InputErrors` with every error; in that case nothing is written.
    """
    ledger = QualityLedger(discreet=hash_personal)
    asked = claim_output(out, "network", [file], mapping, ledger, replace)
    given = load_mapping(mapping, (TIES,))
    market = Scenario.load(base)
    read = read_table(file, ledger)
    ledger.stop_if_refused()
    found = map_tables([read] if read is not None else [], (TIES,), given, ledger)
    ledger.stop_if_refused()
    table = found[TIES.name]
    placed = place_ties(clean_ties(table, given.rules, ledger), market, table, ledger, hash_personal)
    with settled(out, asked) as folder:
        return _write(folder, out, placed, market, base, found, given, title or f"{market.title} on {out.name}", ledger)


def _write(
    folder: Path,
    out: Path,
    placed: PlacedTies,
    market: Scenario,
    base: str,
    found: Mapping[str, MappedTable],
    given: MappingFile,
    title: str,
    ledger: QualityLedger,
) -> ImportSummary:
    """Write into ``folder``, which will become ``out``."""
    write_network(folder, out, placed, market, base, title)
    bases, assumed = bases_from_ties(placed, market), assumed_bases(placed, market)
    page = write_page(title, list(found.values()), ledger, bases, assumed, [], None, [])
    write_file(folder / "quality.md", page)
    write_file(folder / "mapping.toml", tomli_w.dumps(mapping_content(found, given)))
    return ImportSummary(out, tuple(found.values()), ledger, tuple(bases), tuple(assumed), None, 0, market.warnings)
