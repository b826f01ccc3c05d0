"""The scenario folder of a CRM: what was fitted, in the scenario format, with customers, roster and offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.intake.crm.crm_fit import CrmFit
from experiments.intake.crm.crm_tables import CrmTables
from experiments.intake.crm.deal_cycles import cycles, load_of_reps, open_at_start, season_of_openings
from experiments.intake.fits.loyalty_weight import Habit
from experiments.intake.fits.shrinkage import Floats
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
from sim.stages import MOST_AT_START
from sim.text import write_csv

TYPES = ("small", "medium", "large")
#: First line of every scenario written here.
WRITTEN_BY_IMPORT = "# Written by `deepmarket import crm`; quality.md says where each number comes from.\n"
_MARKS = {"log_employees": "employees", "log_revenue": "revenue", "age": "founded"}


@dataclass(frozen=True)
class CrmScenario:
    """A fitted CRM as the contents of a scenario folder; ``intercepts`` (by product) are what calibration changes."""

    tables: CrmTables
    fit: CrmFit
    habit: Habit
    labels: Labels

    @property
    def offer_names(self) -> dict[str, str]:
        """Name of our offer (and of its category) by product."""
        return slugs(list(self.fit.products.index))

    @property
    def territory_names(self) -> dict[str, str]:
        """Name of the territory by regional office."""
        return slugs(sorted(set(self.fit.reps["office"]) | set(self.fit.accounts["territory"])))

    @property
    def marks(self) -> dict[str, Floats]:
        """Marks by name; missing values are the mean of the known ones, marks without any value are omitted."""
        accounts = self.tables.accounts
        found: dict[str, Floats] = {}
        year = float(self.fit.window.test_start.year)
        for mark, column in _MARKS.items():
            raw = accounts[column].astype(float)
            known = year - raw if mark == "age" else pd.Series(np.log(raw.where(raw > 0.0)), index=raw.index)
            if known.notna().any():
                found[mark] = np.asarray(known.fillna(known.mean()), dtype=np.float64)
        return found

    def types(self) -> Floats:
        """Row of the type of each account: thirds by fitted rate of opportunities."""
        rank = self.fit.accounts["rate"].rank(method="first").to_numpy(dtype=np.float64)
        return np.minimum((rank - 1) * len(TYPES) // len(rank), len(TYPES) - 1)

    def start_intercepts(self) -> dict[str, float]:
        """Intercepts that give the fitted win rates when nothing else distinguishes the offers: their log odds."""
        rate = self.fit.products["win_rate"]
        return {str(p): float(np.log(rate[p] / (1.0 - rate[p]))) for p in rate.index}

    def prices(self) -> dict[str, tuple[int, int]]:
        """(mean realised price, unit cost) by product in minor units."""
        products = self.fit.products
        price = np.maximum(np.rint(products["price"].to_numpy(dtype=np.float64) * MINOR), 1.0)
        cost = products["unit_cost"].to_numpy(dtype=np.float64) * MINOR
        cost = np.maximum(np.rint(np.where(np.isnan(cost), COST_SHARE * price, cost)), 1.0)
        return {str(p): (int(price[k]), int(cost[k])) for k, p in enumerate(products.index)}

    def customers(self) -> pd.DataFrame:
        """customers.parquet: one row per account, in the order of the account list."""
        accounts, territory = self.fit.accounts, self.territory_names
        frame = pd.DataFrame(
            {
                "id": list(accounts.index),
                "type": [TYPES[int(k)] for k in self.types()],
                "territory": [territory[o] for o in accounts["territory"]],
                "purchase_rate": 0.0,
                "order_size": accounts["order_size"].to_numpy(dtype=np.float64),
                "rep": list(accounts["rep"]),
            }
        )
        for mark, values in self.marks.items():
            frame[f"mark_{mark}"] = values
        for column, product in enumerate(self.fit.products.index):
            frame[f"projects_{self.offer_names[str(product)]}"] = WEEKS * self.rates()[:, column]
        return frame

    def rates(self) -> Floats:
        """Opportunities opened per week, by account and product: as many as are decided."""
        return self.fit.accounts["rate"].to_numpy(dtype=np.float64)[:, None] * self.fit.mixes.each

    def pipeline(self) -> pd.DataFrame:
        """projects.parquet: the deals that were open when the first week began."""
        deals = open_at_start(self.tables, self.fit)
        frame = pd.DataFrame({"customer": deals["account"], "category": deals["product"].map(self.offer_names)})
        # A market limits the projects of a customer in one category; the latest are kept.
        frame["opened_week"] = deals["opened_week"]
        frame = frame.sort_values(["customer", "category", "opened_week"], kind="stable")
        return frame.groupby(["customer", "category"], sort=False).tail(MOST_AT_START).reset_index(drop=True)

    def roster(self) -> pd.DataFrame:
        """roster.csv: rep, manager, territory and skill, in the order of the user's roster."""
        reps = self.fit.reps
        return pd.DataFrame(
            {
                "rep": list(reps.index),
                "manager": list(reps["manager"]),
                "territory": [self.territory_names[o] for o in reps["office"]],
                "skill": reps["skill"].round(4).to_numpy(),
            }
        )

    def offers(self) -> pd.DataFrame:
        """offers.csv: our offer and the rival's for every product, at the same price and cost."""
        prices = self.prices()
        return offers_table({name: prices[product] for product, name in self.offer_names.items()})

    def content(self, intercepts: Mapping[str, float]) -> dict[str, Any]:
        """scenario.toml as nested tables."""
        names, prices, win_rate = self.offer_names, self.prices(), self.fit.win_by_product.mean
        lasts, opened = cycles(self.fit), {"projects": "projects.parquet"} if len(self.pipeline()) else {}
        company = names[next(iter(names))] if len(names) == 1 else "company"
        return {
            "name": self.labels.name,
            "title": self.labels.title,
            "description": self._description(),
            "question": "Which policy serves these accounts best?",
            "weeks": WEEKS,
            "seed": 1,
            "currency": self.labels.currency.code,
            "world": {"customers": len(self.tables.accounts), "marks": list(self.marks)},
            "data": {"customers": "customers.parquet", "roster": "roster.csv", "offers": "offers.csv", **opened},
            "brand": brands(win_rate),
            "company": [{"name": company}],
            "category": [
                {
                    "name": name,
                    "kind": "opportunity",
                    "company": company,
                    "reference_price": prices[product][0],
                    "order_size_spread": round(self.fit.units_spread, 4),
                    "cycle_mean": round(lasts[product][0], 4),
                    "cycle_shape": round(lasts[product][1], 4),
                    "outside_utility": NEVER_NOTHING,
                }
                for product, name in names.items()
            ],
            "offer": [{"name": name, "intercept": round(intercepts[product], 4)} for product, name in names.items()],
            "territory": [{"name": name, "neighbours": []} for name in self.territory_names.values()],
            "customer_type": self._types(),
            "params": self._params(),
            "policy": self._policy(),
        }

    def _description(self) -> str:
        window = self.fit.window
        counts = f"{len(self.tables.accounts)} accounts, {len(self.fit.reps)} reps, {len(self.fit.products)} products"
        return f"From a CRM: {counts}; fitted on {window.train} weeks from {window.train_start.date()}. See quality.md."

    def _types(self) -> list[dict[str, Any]]:
        rows, types, marks = [], self.types(), self.marks
        for row, name in enumerate(TYPES):
            mine = types == row
            if not mine.any():
                continue
            rates = WEEKS * self.rates()[mine].mean(axis=0)
            rows.append(
                {
                    "name": name,
                    "order_size": round(float(self.fit.accounts["order_size"].to_numpy()[mine].mean()), 4),
                    "order_size_spread": 0.0,
                    "marks": [round(float(values[mine].mean()), 4) for values in marks.values()],
                    "project_rate": {
                        name: round(float(rate), 4) for name, rate in zip(self.offer_names.values(), rates, strict=True)
                    },
                }
            )
        return rows

    def _params(self) -> dict[str, Any]:
        """Habit as fitted, and a channel that passes everything through at no cost: a CRM has no distributors."""
        fitted: dict[str, Any] = {}
        if self.habit.identified:
            fitted["choice"] = {"loyalty": round(self.habit.weight, 4)}
        yearly = season_of_openings(self.fit)
        if yearly is not None:
            fitted["needs"] = {"season_swing": round(yearly.swing, 4), "season_peak": round(yearly.peak, 2)}
        projects = {"load": load_of_reps(self.fit)}
        return {
            **fitted,
            "database": {"ledger_share": 1.0},  # the file names every account
            "channel": direct_channel(),
            **usual_costs(self.yearly_revenue()),
            "projects": projects,
        }

    def yearly_revenue(self) -> float:
        """Won orders per year at the fitted rates, mixes, prices and win rates, minor units."""
        prices, wins = self.prices(), self.fit.win_by_product.mean
        per_unit = np.array([prices[product][0] for product in self.offer_names]) * wins
        units = self.fit.accounts["rate"].to_numpy() * self.fit.accounts["order_size"].to_numpy()
        return float(WEEKS * (units[:, None] * self.fit.mixes.each * per_unit).sum())

    def _policy(self) -> dict[str, Any]:
        """Accounts stay with their owners."""
        return usual_policy({"kind": "portfolios"}, self.yearly_revenue())

    def write(self, out: Path, intercepts: Mapping[str, float]) -> None:
        """Write scenario.toml, its tables and policies/deep_marketing.toml into ``out``."""
        policy = deep_marketing(self.yearly_revenue(), len(self.territory_names))
        write_settings(out, WRITTEN_BY_IMPORT, self.content(intercepts), policy)
        self.customers().to_parquet(out / "customers.parquet", index=False)
        pipeline = self.pipeline()
        if len(pipeline):
            pipeline.to_parquet(out / "projects.parquet", index=False)
        write_csv(self.roster(), out / "roster.csv")
        write_csv(self.offers(), out / "offers.csv")
        labels = self.tables.accounts.set_index("account")[["sector", "location", "parent"]]
        facts = self.fit.accounts[["territory", "rep", "reps", "main_share", "decided", "won"]]
        write_csv(labels.join(facts).round(4), out / "accounts.csv", index_label="account")
