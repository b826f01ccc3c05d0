"""Cancellations netted against the purchases they cancel, as far as these are in the files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.intake.fits.shrinkage import Floats
from experiments.intake.invoices.invoice_lines import InvoiceLines

#: Share of negative lines from which invoices with a common prefix are credit notes.
_CREDIT_SHARE = 0.9
#: Pieces below which a purchase counts as cancelled in full.
_NOTHING = 1e-9


@dataclass(frozen=True)
class Netting:
    """The result of netting: credit lines, those matched, and the pieces and value taken off purchases."""

    credits: int
    matched: int
    pieces: float
    value: float


def credit_prefixes(frame: pd.DataFrame) -> list[str]:
    """Prefixes of invoice numbers that only credit notes have, such as C or RINV."""
    below = frame["quantity"].lt(0.0).groupby(frame["prefix"]).mean()
    usual = frame["prefix"].value_counts().index[0]
    return [str(p) for p, share in below.items() if p and p != usual and share >= _CREDIT_SHARE]


def net_cancellations(lines: InvoiceLines) -> Netting:
    """Subtract the pieces of credit lines from earlier purchases; quantities of purchases in ``lines`` become net.

    A credit line has a negative quantity and is on a credit note, or names a customer and a price. It cancels purchases of
    the same customer and product up to its day: one with the same quantity and price if there is one, otherwise the latest.
    Credits without a matching purchase are set aside.
    """
    frame = lines.frame
    prefixes = credit_prefixes(frame)
    noted = frame["prefix"].isin(prefixes)
    below = frame["quantity"].lt(0.0)
    wrong_way = noted & ~below
    if wrong_way.any():
        why = "a credit note is for returned goods; it is unclear what these lines mean"
        lines.set_aside(wrong_way, "quantity", "not used on credit notes", "positive quantities on credit notes", why)
    credit = lines.used & below & frame["price"].gt(0.0) & (noted | frame["customer"].ne(""))
    bought = lines.used & frame["quantity"].gt(0.0) & frame["price"].gt(0.0)
    before = frame["quantity"].copy()
    left = _match(frame[credit].sort_values("day", kind="stable"), frame[bought], frame)
    taken = -before[credit] - left
    whole = left.index[left <= _NOTHING]
    part = left.index[(left > _NOTHING) & (taken > _NOTHING)]
    change = before - frame["quantity"]
    change = change.where(bought, 0.0)
    if noted.any():
        what = f"cancellations: lines of invoices whose numbers begin with {' or '.join(prefixes)}"
        why = (
            f"{len(whole):,} lines of these and other returns are netted in full against earlier purchases, {len(part):,} in "
            f"part, {int(left.gt(_NOTHING).sum()) - len(part):,} find none"
        )
        lines.correct(noted, "invoice", what, why)
    returns = below & ~noted & frame["customer"].ne("") & frame["price"].gt(0.0)
    if returns.any():
        lines.correct(
            returns, "quantity", "returns: negative quantities with customer and price", "netted like cancellations"
        )
    none = pd.Series(False, index=frame.index)
    settled, unmet = none.copy(), none.copy()
    settled.loc[whole] = True
    unmet.loc[left.index[left > _NOTHING]] = True
    frame.loc[settled & lines.used, "fate"] = "cancellation, netted"
    if unmet.any():
        why = f"no earlier purchase in the files (for {int(unmet.sum()) - len(part):,} lines none at all, for {len(part):,} not enough)"
        lines.set_aside(unmet, "quantity", "cancellation without purchase", "cancelled goods", why)
    gone = bought & frame["quantity"].le(_NOTHING)
    frame.loc[gone, "fate"] = "purchase, cancelled"
    frame["value"] = frame["value"].where(change.eq(0.0), frame["price"] * frame["quantity"])
    value = float((change * frame["price"]).sum())
    return Netting(int(credit.sum()), len(whole) + len(part), float(change.sum()), value)


def _match(credits: pd.DataFrame, bought: pd.DataFrame, frame: pd.DataFrame) -> pd.Series:
    """Pieces of each credit line without a matching purchase; quantities in ``frame`` are reduced by the others."""
    key = ["customer", "product"]
    wanted = pd.MultiIndex.from_frame(credits[key]).unique()
    concerned = bought[pd.MultiIndex.from_frame(bought[key]).isin(wanted)].sort_values("day", kind="stable")
    rows = concerned.groupby(key).indices
    days, prices = concerned["day"].to_numpy(), concerned["price"].to_numpy(np.float64)
    pieces = concerned["quantity"].to_numpy(np.float64).copy()
    original = pieces.copy()
    left = -credits["quantity"].to_numpy(np.float64)
    until, price = credits["day"].to_numpy(), credits["price"].to_numpy(np.float64)
    for k, whose in enumerate(zip(credits["customer"], credits["product"], strict=True)):
        mine = rows.get(whose)
        if mine is not None:
            left[k] = _take(left[k], price[k], mine[days[mine] <= until[k]], prices, pieces, original)
    frame.loc[concerned.index, "quantity"] = pieces
    return pd.Series(left, index=credits.index)


def _take(wish: float, price: float, mine: np.ndarray, prices: Floats, pieces: Floats, original: Floats) -> float:
    """Subtract ``wish`` pieces from the purchases ``mine`` (in order of day), in place; returns what could not be subtracted."""
    same = mine[(original[mine] == wish) & (pieces[mine] == wish) & (np.abs(prices[mine] - price) < 0.005)]
    order = mine[::-1] if len(same) == 0 else np.concatenate([same[-1:], mine[::-1]])
    for row in order:
        part = min(wish, pieces[row])
        pieces[row] -= part
        wish -= part
        if wish <= _NOTHING:
            return 0.0
    return wish
