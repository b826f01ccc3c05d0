"""Ties: the users' table of who talks to whom, with its names matched to customers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.quantity import MOST_TIES

if TYPE_CHECKING:
    import pandas as pd

#: Errors of one kind that are listed; the rest is counted.
_SHOWN = 5


def tie_rows(
    ties: pd.DataFrame, ids: pd.Series[Any] | None, customers: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the customers at both ends of each tie, int64[ties] twice; -1 for a name that no customer has.

    ``ids`` are the ids of the customers' table; None where customers are generated, whose names are their
    numbers from 0 to ``customers`` - 1.
    """
    import pandas as pd

    names = pd.Index([str(n) for n in range(customers)]) if ids is None else pd.Index(ids)
    return (
        names.get_indexer(pd.Index(ties["first"])).astype(np.int64),
        names.get_indexer(pd.Index(ties["second"])).astype(np.int64),
    )


def check_ties(path: Path, ties: pd.DataFrame, ids: pd.Series[Any] | None, customers: int) -> Iterator[InputError]:
    """Yield an error for every name that no customer has, every tie of a customer with itself, and too many ties of one."""
    if ids is not None and ids.duplicated().any():
        return  # the customers' table is refused already, so its ids are unknown
    rows = dict(zip(("first", "second"), tie_rows(ties, ids, customers), strict=True))
    kind = "row" if path.suffix == ".parquet" else "line"
    expected = "the id of a customer" if ids is not None else f"the number of a customer, 0 to {customers - 1}"
    for column, found in rows.items():
        wrong = np.flatnonzero((found < 0) & (ties[column] != "").to_numpy())
        for k in wrong[:_SHOWN]:
            place = f"{path.name}, {kind} {ties.index[k]}, column {column}"
            yield InputError(
                place, f"there is no customer `{ties[column].iloc[k]}`", expected, "correct the name, or delete the tie"
            )
        if len(wrong) > _SHOWN:
            yield InputError(f"{path.name}, column {column}", f"{len(wrong) - _SHOWN} more ties of unknown customers")
    first, second = rows["first"], rows["second"]
    sound = (first >= 0) & (second >= 0)
    for k in np.flatnonzero(sound & (first == second))[:_SHOWN]:
        place = f"{path.name}, {kind} {ties.index[k]}"
        yield InputError(
            place, f"customer `{ties['first'].iloc[k]}` is tied to itself", "two customers", "delete the tie"
        )
    count = np.bincount(np.concatenate([first[sound], second[sound]]), minlength=1)
    if count.max() > MOST_TIES:
        name = str(count.argmax()) if ids is None else ids.iloc[int(count.argmax())]
        yield InputError(path.name, f"customer `{name}` has {count.max()} ties", f"at most {MOST_TIES}")
