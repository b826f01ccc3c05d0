"""The scenario folder of invoice lines: what was fitted, in the scenario format, with customers, roster and offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.intake.fits.shrinkage import Floats
from experiments.intake.invoices.invoice_fit import TYPES, InvoiceFit
from experiments.intake.invoices.sales_organisation import ACCOUNTS_PER_REP, SalesOrganisation, plan_organisation
from experiments.intake.scenario.company_costs import (
    COST_SHARE,
    MINOR,
    deep_marketing,
    usual_costs,
    usual_policy,
    write_settings,
)
from experiments.intake.scenario.imported_market import (
    NEVER_NOTHING,
    WEEKS,
    Labels,
    brands,
    direct_channel,
    offers_table,
    slugs,
)
from experiments.intake.scenario.rounded_shares import rounded_shares
from experiments.intake.tables.schema.mapping_file import InvoiceRules
from sim.text import write_csv

#: First line of every scenario written here.
WRITTEN_BY_IMPORT = "# Written by `deepmarket import transactions`; quality.md says where each number comes from.\n"
#: Most occasions per week of one customer that a market accepts.
_MOST_OCCASIONS = 50.0
_SHAPES = (0.05, 100.0)
#: Weight of loyalty: none. Lasting differences between customers are already in their rates, and invoices contain no lost
#: occasions that would separate habit from them.
HABIT = 0.0


@dataclass(frozen=True)
class InvoiceScenario:
    """Fitted invoice lines as the contents of a scenario folder; ``intercepts`` (by category) come from calibration."""

    fit: InvoiceFit
    rules: InvoiceRules
    labels: Labels

    @cached_property
    def offer_names(self) -> dict[str, str]:
        """Name of our offer (and of its category) by category as written."""
        return slugs([str(c) for c in self.fit.categories.index])

    @cached_property
    def territory_names(self) -> dict[str, str]:
        """Name of the territory by place as written."""
        return slugs(sorted(set(self.fit.customers["territory"])))

    @cached_property
    def type_names(self) -> dict[int, str]:
        """Name of each type that has customers, by its row."""
        return {
            row: name.replace(" ", "_") for row, name in enumerate(TYPES) if self.fit.customers["type"].eq(row).any()
        }

    @cached_property
    def organisation(self) -> SalesOrganisation:
        """Reps, distributors and portfolios."""
        customers = self.fit.customers
        yearly = customers["rate"] * customers["order_value"] * self._mean_order() * WEEKS
        return plan_organisation(customers["territory"].map(self.territory_names), yearly)

    def _mean_order(self) -> float:
        """Value of a mean order at the prices of the scenario, units of currency."""
        categories = self.fit.categories
        share = categories["orders"] / categories["orders"].sum()
        return float((share * categories["price"]).sum() * self.fit.unit / MINOR)

    def _price_of(self, category: str) -> int:
        return int(self.fit.categories["price"].to_dict()[category])

    def target(self) -> dict[str, float]:
        """Share of occasions that end in our orders, by category."""
        return {str(c): self.rules.own_share for c in self.fit.categories.index}

    def start_intercepts(self) -> dict[str, float]:
        """Intercepts that give our share when nothing else distinguishes the offers: its log odds."""
        share = self.rules.own_share
        return {str(c): float(np.log(share / (1.0 - share))) for c in self.fit.categories.index}

    def occasions(self) -> Floats:
        """Purchase occasions per week of each customer, ours and others'."""
        each = self.fit.customers["rate"].to_numpy(np.float64) / self.rules.own_share
        return np.clip(each, 1e-6, _MOST_OCCASIONS)

    def marks(self) -> dict[str, Floats]:
        """What the company can know of every customer from its invoices, on the scale of logarithms."""
        customers = self.fit.customers
        value = customers["value"] / customers["orders"]
        return {
            "log_order_value": np.log(value.to_numpy(np.float64)),
            "log_products": np.log(customers["products"].to_numpy(np.float64)),
        }

    def customers(self) -> pd.DataFrame:
        """customers.parquet: one row per customer that bought in the fitted weeks."""
        customers = self.fit.customers
        frame = pd.DataFrame(
            {
                "id": list(customers.index),
                "type": [self.type_names[int(k)] for k in customers["type"]],
                "territory": [self.territory_names[str(t)] for t in customers["territory"]],
                "purchase_rate": self.occasions(),
                "order_size": customers["order_size"].to_numpy(np.float64),
                "rep": list(self.organisation.rep),
            }
        )
        for mark, values in self.marks().items():
            frame[f"mark_{mark}"] = values
        for column, category in enumerate(self.fit.categories.index):
            frame[f"mix_{self.offer_names[str(category)]}"] = self.fit.mixes.each[:, column]
        return frame

    def offers(self) -> pd.DataFrame:
        """offers.csv: our offer and the rival's for every category, at the same price and cost."""
        prices = {name: self._price_of(category) for category, name in self.offer_names.items()}
        return offers_table({name: (price, max(round(COST_SHARE * price), 1)) for name, price in prices.items()})

    def content(self, intercepts: Mapping[str, float]) -> dict[str, Any]:
        """scenario.toml as nested tables."""
        fit, names = self.fit, self.offer_names
        return {
            "name": self.labels.name,
            "title": self.labels.title,
            "description": self._description(),
            "question": "Which policy serves these customers best?",
            "weeks": WEEKS,
            "seed": 1,
            "currency": self.labels.currency.code,
            "world": {"customers": len(fit.customers), "marks": list(self.marks())},
            "data": {"customers": "customers.parquet", "roster": "roster.csv", "offers": "offers.csv"},
            "brand": brands(self.rules.own_share),
            "company": [{"name": "company"}],
            "category": [
                {
                    "name": name,
                    "kind": "consumable",
                    "company": "company",
                    "reference_price": self._price_of(category),
                    "order_size_spread": round(float(spread), 4),
                    "outside_utility": NEVER_NOTHING,
                }
                for (category, name), spread in zip(names.items(), fit.categories["spread"], strict=True)
            ],
            "offer": [{"name": name, "intercept": round(intercepts[c], 4)} for c, name in names.items()],
            "territory": [
                {"name": name, "neighbours": [], "distributors": self.organisation.distributors[name]}
                for name in self.territory_names.values()
            ],
            "customer_type": self._types(),
            "params": self._params(),
            "policy": self._policy(),
        }

    def _description(self) -> str:
        fit, window = self.fit, self.fit.window
        counts = f"{len(fit.customers):,} customers, {len(fit.categories)} categories"
        return (
            f"From invoices: {counts}; fitted on {window.train} weeks from {window.train_start.date()}. See quality.md."
        )

    def _types(self) -> list[dict[str, Any]]:
        fit, occasions, marks, rows = self.fit, self.occasions(), self.marks(), []
        for row, name in self.type_names.items():
            mine = fit.customers["type"].eq(row).to_numpy()
            rate = occasions[mine]
            shape = rate.mean() ** 2 / max(float(rate.var()), 1e-12)
            rows.append(
                {
                    "name": name,
                    "purchase_rate": round(float(rate.mean()), 6),
                    "purchase_shape": round(float(np.clip(shape, *_SHAPES)), 4),
                    "order_size": round(float(fit.customers["order_size"].to_numpy()[mine].mean()), 4),
                    "order_size_spread": round(fit.sizes.between, 4),
                    "price_sensitivity": round(min(fit.price.sensitivity(self.rules.own_share), 50.0), 4),
                    "marks": [round(float(values[mine].mean()), 4) for values in marks.values()],
                    "mix": dict(
                        zip(self.offer_names.values(), rounded_shares(fit.mixes.each[mine].mean(axis=0)), strict=True)
                    ),
                }
            )
        return rows

    def _params(self) -> dict[str, Any]:
        """Season and growth as fitted, and a channel that passes everything through: invoices are the company's own."""
        needs: dict[str, Any] = {}
        if self.fit.season is not None:
            needs["season_swing"] = round(self.fit.season.swing, 4)
            needs["season_peak"] = round(self.fit.season.peak, 2)
        if self.fit.growth is not None and self.fit.growth.identified:
            needs["growth"] = round(self.fit.growth.yearly, 4)
        return {
            **({"needs": needs} if needs else {}),
            "choice": {"loyalty": HABIT},
            "database": {"ledger_share": 1.0},  # the file is the company's ledger
            "channel": direct_channel(),
            **usual_costs(self.yearly_revenue()),
        }

    def yearly_revenue(self) -> float:
        """Our orders per year at the fitted rates, sizes and prices, minor units."""
        customers = self.fit.customers
        return float((customers["rate"] * customers["order_value"]).sum() * self._mean_order() * WEEKS * MINOR)

    def _policy(self) -> dict[str, Any]:
        """Accounts are assigned by turnover."""
        return usual_policy({"kind": "by_turnover", "accounts_per_rep": ACCOUNTS_PER_REP}, self.yearly_revenue())

    def write(self, out: Path, intercepts: Mapping[str, float]) -> None:
        """Write scenario.toml, its tables, accounts.csv, products.csv and policies/deep_marketing.toml into ``out``."""
        policy = deep_marketing(self.yearly_revenue(), sum(self.organisation.distributors.values()))
        write_settings(out, WRITTEN_BY_IMPORT, self.content(intercepts), policy)
        self.customers().to_parquet(out / "customers.parquet", index=False)
        write_csv(self.organisation.roster, out / "roster.csv")
        write_csv(self.offers(), out / "offers.csv")
        facts = self.fit.customers[
            ["territory", "orders", "value", "weeks", "shrunken", "rate", "order_value", "products"]
        ]
        write_csv(facts.round(6), out / "accounts.csv", index_label="customer")
