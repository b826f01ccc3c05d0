"""Invoice lines made by the tests, of customers with known rates and sizes, with switches for what may be wrong."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

#: Gamma shape and mean (orders a week) of customers' rates; spreads of the logarithm of order values.
SHAPE, MEAN = 1.6, 0.16
BETWEEN, WITHIN = 0.5, 0.4
WEEKS = 50
CUSTOMERS = 160
FIRST_DAY = date(2022, 1, 3)
#: (code, name, price, share of lines)
ARTICLES = [
    (f"10{k:02d}", f"Article {k}", round(1.5 * 1.35**k, 2), share)
    for k, share in enumerate([0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05])
]
HEADER = ["invoice number", "article", "description", "qty", "order date", "unit price", "customer no", "country"]


@dataclass
class SmallInvoices:
    """Rows (header first) that tests change and then write out."""

    rows: list[list[str]]
    delimiter: str = ","
    encoding: str = "utf-8"

    def write(self, folder: Path, name: str = "invoices.csv") -> list[Path]:
        """Write the table as a CSV file and return its path in a list."""
        path = folder / name
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, lineterminator="\n").writerows(self.rows)
        path.write_bytes(text.getvalue().encode(self.encoding))
        return [path]


def small_invoices(seed: int = 1, customers: int = CUSTOMERS, weeks: int = WEEKS) -> SmallInvoices:
    """Orders of customers who came at even times in the first half and return at gamma distributed rates.

    An order is one line, every fifth two; its value is lognormal around the customer's own mean of 100.
    """
    rng = np.random.default_rng(seed)
    orders: list[tuple[int, int]] = []
    for customer in range(customers):
        first = int(rng.integers(0, 7 * weeks // 2))
        rate = rng.gamma(SHAPE, MEAN / SHAPE) / 7.0
        days = first + np.sort(rng.uniform(0.0, 7 * weeks - first, rng.poisson(rate * (7 * weeks - first))))
        orders += [(first, customer), *((int(day), customer) for day in days)]
    orders.sort()
    orders[-1] = (7 * weeks - 1, orders[-1][1])  # weeks are whole
    own = np.exp(BETWEEN * rng.standard_normal(customers) - BETWEEN**2 / 2.0)
    rows = [list(HEADER)]
    for number, (day, customer) in enumerate(orders):
        value = 100.0 * own[customer] * np.exp(WITHIN * rng.standard_normal() - WITHIN**2 / 2.0)
        lines = 2 if number % 5 == 0 else 1
        for k in rng.choice(len(ARTICLES), lines, replace=False, p=[a[3] for a in ARTICLES]):
            code, name, price, _ = ARTICLES[int(k)]
            rows.append(
                [
                    f"{5000 + number}",
                    code,
                    name,
                    str(max(round(value / lines / price), 1)),
                    (FIRST_DAY + timedelta(days=day)).isoformat(),
                    f"{price:.2f}",
                    f"Shop {customer:03d}",
                    ("Italy", "Spain")[customer % 2],
                ]
            )
    return SmallInvoices(rows)
