"""Owners of accounts: the territory and rep of each account, when several reps have had deals with it."""

from __future__ import annotations

import numpy as np
import pandas as pd

#: A rep with at least this share of an account's decided deals owns the account, however many accounts the rep has.
CLEAR_SHARE = 0.5


def assign_owners(accounts: list[str], decided: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    """Territory, rep, reps with deals and the rep's share of deals of each account (index account).

    ``decided`` has columns account and agent; ``reps`` is indexed by agent with a column office. An
    account belongs to the office with most of its deals, and there to a rep with at least half of all its deals. Where there
    is no such rep, reps take shared accounts in order of deals, each up to the rep's share of the deals of the office: with
    deals spread evenly, the most active rep would otherwise get them all. Accounts without deals go to the reps with the
    fewest accounts.
    """
    known = decided[decided["account"].isin(accounts) & decided["agent"].isin(reps.index)]
    deals = known.groupby(["account", "agent"]).size().rename("deals").reset_index()
    deals["office"] = deals["agent"].map(reps["office"])
    deals["share"] = deals["deals"] / deals.groupby("account")["deals"].transform("sum")
    office = _main_office(deals)
    near = deals[deals["office"].eq(deals["account"].map(office))]
    near = near.sort_values(["share", "deals", "account", "agent"], ascending=[False, False, True, True])
    owner = _clear_owners(near)
    _share_out(near, owner)
    _place_rest(accounts, owner, reps)
    share = deals.set_index(["account", "agent"])["share"]
    return pd.DataFrame(
        {
            "territory": [str(reps.loc[owner[a], "office"]) for a in accounts],
            "rep": [owner[a] for a in accounts],
            "reps": deals.groupby("account").size().reindex(accounts, fill_value=0).to_numpy(),
            "main_share": [float(share.get((a, owner[a]), np.nan)) for a in accounts],
        },
        index=pd.Index(accounts, name="account"),
    )


def _main_office(deals: pd.DataFrame) -> dict[str, str]:
    """Office with most deals of each account; the first by name where two have as many."""
    by_office = deals.groupby(["account", "office"])["deals"].sum().reset_index()
    ranked = by_office.sort_values(["deals", "office"], ascending=[False, True]).drop_duplicates("account")
    return {str(a): str(o) for a, o in zip(ranked["account"], ranked["office"], strict=True)}


def _clear_owners(near: pd.DataFrame) -> dict[str, str]:
    clear = near[near["share"].ge(CLEAR_SHARE)].drop_duplicates("account")
    return {str(a): str(r) for a, r in zip(clear["account"], clear["agent"], strict=True)}


def _share_out(near: pd.DataFrame, owner: dict[str, str]) -> None:
    """Assign accounts without a clear owner to reps of their office, strongest claims first."""
    shared = near[~near["account"].isin(list(owner))]
    room: dict[str, float] = {}
    for _, of_office in shared.groupby("office"):
        load = of_office.groupby("agent")["deals"].sum()
        accounts = of_office["account"].nunique()
        room |= {str(rep): float(accounts * n / load.sum()) for rep, n in load.items()}
    waiting: list[str] = []
    for account, claims in shared.groupby("account", sort=False):
        reps_in_order = [str(r) for r in claims["agent"]]
        free = [r for r in reps_in_order if room[r] >= 0.5]
        if not free:
            waiting.append(str(account))
            continue
        owner[str(account)] = free[0]
        room[free[0]] -= 1.0
    for account in waiting:
        # every claimant is full; the one with the most capacity left takes it
        claimants = [str(r) for r in shared.loc[shared["account"].eq(account), "agent"]]
        best = max(claimants, key=lambda r: room[r])
        owner[account] = best
        room[best] -= 1.0


def _place_rest(accounts: list[str], owner: dict[str, str], reps: pd.DataFrame) -> None:
    load = {str(r): 0 for r in reps.index}
    for rep in owner.values():
        load[rep] += 1
    for account in accounts:
        if account not in owner:
            rep = min(load, key=lambda r: (load[r], r))
            owner[account] = rep
            load[rep] += 1
