"""A small CRM made by the tests: four tables as text, with switches for what may be wrong in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

PRODUCTS = {"Drill": 1200.0, "Press": 5400.0, "Grinder 500": 300.0}
REPS = {
    "Ann Lee": ("Bo Chan", "North"),
    "Cy Roe": ("Bo Chan", "North"),
    "Di Fox": ("Ed Gray", "South"),
    "Flo Hart": ("Ed Gray", "South"),
}
ACCOUNTS = 12
FIRST_DAY = date(2022, 1, 3)
WEEKS = 40


@dataclass
class SmallCrm:
    """Rows of the four tables (header first); tests change them and then write them out."""

    opportunities: list[list[str]]
    roster: list[list[str]]
    accounts: list[list[str]]
    products: list[list[str]]
    delimiter: str = ","
    encoding: str = "utf-8"
    skip: set[str] = field(default_factory=set)

    def write(self, folder: Path) -> list[Path]:
        """Write the tables as CSV files and return their paths."""
        paths = []
        for name in ("opportunities", "roster", "accounts", "products"):
            if name in self.skip:
                continue
            path = folder / f"{name}.csv"
            rows: list[list[str]] = getattr(self, name)
            path.write_bytes("\n".join(self.delimiter.join(r) for r in rows).encode(self.encoding))
            paths.append(path)
        return paths


def small_crm(seed: int = 1) -> SmallCrm:
    """480 deals decided evenly over 40 weeks, 12 accounts of unequal size, 3 products, 4 reps, win rate .6."""
    rng = np.random.default_rng(seed)
    sizes = rng.gamma(3.0, 1.0, ACCOUNTS)
    rows = [["deal", "rep", "product", "customer", "status", "created", "closed", "amount"]]
    names, reps = list(PRODUCTS), list(REPS)
    for k in range(480):
        account = int(rng.choice(ACCOUNTS, p=sizes / sizes.sum()))
        product = names[int(rng.choice(3, p=[0.5, 0.2, 0.3]))]
        closed = FIRST_DAY + timedelta(days=(k * 7 * WEEKS) // 480)
        opened = closed - timedelta(days=int(rng.gamma(2.0, 15.0)))
        won = (7 * k) % 10 < 6
        rep = reps[(account % 2) * 2 + int(rng.random() < 0.3)]
        value = f"{PRODUCTS[product] * rng.uniform(0.9, 1.1):.2f}" if won else "0"
        state = "Won" if won else "Lost"
        rows.append(
            [f"D{k:04d}", rep, product, f"Foundry {account}", state, opened.isoformat(), closed.isoformat(), value]
        )
    rows[480][6] = (FIRST_DAY + timedelta(days=7 * WEEKS - 1)).isoformat()  # weeks are whole
    rows += [
        [f"O{k:04d}", reps[k % 4], names[k % 3], f"Foundry {k % ACCOUNTS}", "Open", "2022-09-01", "", ""]
        for k in range(20)
    ]
    return SmallCrm(
        opportunities=rows,
        roster=[["rep", "manager", "office"], *[[r, m, o] for r, (m, o) in REPS.items()]],
        accounts=[
            ["customer", "sector", "employees", "revenue", "year_established"],
            *[
                [f"Foundry {k}", "retail" if k % 3 else "medical", str(50 * (k + 1)), str(10 * (k + 1)), str(1980 + k)]
                for k in range(ACCOUNTS)
            ],
        ],
        products=[["product", "series", "list price"], *[[n, "S", f"{p:g}"] for n, p in PRODUCTS.items()]],
    )
