"""Master data of a CRM export – roster, accounts, products – with one row per name and typed columns."""

from __future__ import annotations

import pandas as pd

from experiments.intake.crm.sector_labels import SECTOR_WORDS
from experiments.intake.tables.columns.number_columns import read_amounts
from experiments.intake.tables.columns.row_check import RowCheck
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import CORRECTED, NOTED, QualityLedger
from experiments.intake.tables.schema.mapping_file import MappingFile
from experiments.intake.tables.values.name_matching import match_names


def read_roster(table: MappedTable | None, mapping: MappingFile, ledger: QualityLedger) -> pd.DataFrame:
    """Reps with manager and office; empty without a table."""
    return _listed(table, "agent", ("manager", "office"), mapping, ledger, personal=True)


def _listed(
    table: MappedTable | None,
    key: str,
    fields: tuple[str, ...],
    mapping: MappingFile,
    ledger: QualityLedger,
    *,
    personal: bool,
) -> pd.DataFrame:
    """A list with one row per ``key`` and text fields; identical rows kept once, contradicting ones refused."""
    if table is None:
        return pd.DataFrame({f: pd.Series(dtype="str") for f in (key, *fields)})
    frame = pd.DataFrame({f: table.cells(f) for f in (key, *fields)})
    check = RowCheck.of(table, ledger, mapping.rules.unusable_rows)
    check.unusable(key, frame[key].eq(""), f"no {key}", f"the name of the {key}")
    same = frame.duplicated(keep="first")
    if same.any():
        ledger.add(
            CORRECTED,
            table.file,
            table.header(key),
            "identical rows kept once",
            "every cell is the same",
            list(frame.index[same]),
        )
    check.dropped |= same
    twice = frame[key].ne("") & frame[key][~same].duplicated(keep=False).reindex(frame.index, fill_value=False)
    named = ledger.name(str(frame.loc[twice, key].iloc[0]), personal) if twice.any() else ""
    check.unusable(key, twice, f"rows that differ for the same {key} {named}", f"one row per {key}")
    return check.keep(frame)


def read_accounts(table: MappedTable | None, mapping: MappingFile, ledger: QualityLedger) -> pd.DataFrame:
    """Accounts with their attributes, misspelled sectors corrected; empty without a table."""
    frame = _listed(table, "account", ("sector", "location", "parent"), mapping, ledger, personal=True)
    check = RowCheck.of(table, ledger, mapping.rules.unusable_rows) if table is not None else None
    for field in ("founded", "revenue", "employees"):
        numbers = (
            read_amounts(table, field, check) if table is not None and check is not None else pd.Series(dtype=float)
        )
        frame[field] = numbers.reindex(frame.index).astype(float)
    if table is None or check is None:
        return frame
    odd = frame["founded"].notna() & ~frame["founded"].between(1000, 2200)
    check.unusable("founded", odd.reindex(check.dropped.index, fill_value=False), "not a year", "a year such as 1996")
    frame = check.keep(frame).copy()
    matches = match_names([s for s in frame["sector"].unique() if s], SECTOR_WORDS, mapping.names.get("sector"))
    for written, match in matches.items():
        # an alias may name the user's own label; otherwise only misspelled words are corrected, not "Retail" to "retail"
        meant = mapping.names.get("sector", {}).get(written) or (
            match.name if match and match.how == "similar" else None
        )
        if meant is not None:
            rows = list(frame.index[frame["sector"] == written])
            ledger.add(
                CORRECTED,
                table.file,
                table.header("sector"),
                f"'{written}' read as '{meant}'",
                "the only common sector with a similar spelling",
                rows,
            )
            frame["sector"] = frame["sector"].replace(written, meant)
    _note_parents(table, frame, ledger)
    return frame


def _note_parents(table: MappedTable, frame: pd.DataFrame, ledger: QualityLedger) -> None:
    owned = frame["parent"].ne("")
    if owned.any():
        outside = int((~frame.loc[owned, "parent"].isin(frame["account"])).sum())
        what = f"accounts that belong to another company ({outside} of the parents are not accounts themselves)"
        ledger.add(
            NOTED,
            table.file,
            table.header("parent"),
            what,
            "kept as a label; each account remains a separate customer",
            list(frame.index[owned]),
        )


def read_products(table: MappedTable | None, mapping: MappingFile, ledger: QualityLedger) -> pd.DataFrame:
    """Products with list price and unit cost (NaN where none is given); empty without a table."""
    frame = _listed(table, "product", ("series",), mapping, ledger, personal=False)
    if table is None:
        return frame.assign(list_price=pd.Series(dtype=float), unit_cost=pd.Series(dtype=float))
    check = RowCheck.of(table, ledger, "refuse")
    prices = read_amounts(table, "list_price", check)
    frame["list_price"] = prices.reindex(frame.index)
    frame["unit_cost"] = read_amounts(table, "unit_cost", check).reindex(frame.index)
    none = table.cells("list_price").eq("") | prices.eq(0.0)
    check.unusable("list_price", none & prices.index.isin(frame.index), "no list price", "a price above 0")
    return frame
