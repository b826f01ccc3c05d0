"""Results of a run as tidy tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.accounts_chart import FORMULAS
from sim.ledger import MANUFACTURER, Ledger
from sim.record import DIMENSIONS, Record
from sim.scoring.kpis import KPIS
from sim.scoring.scorecard import Scorecard
from sim.text import write_csv

if TYPE_CHECKING:
    import pandas as pd

#: Columns of the tidy table, in order.
WEEKLY = ("week", *DIMENSIONS, "measure", "value", "unit")


class Results:
    """Tables of one run, made on request; weeks are counted from 1, and those of a warm-up, apart from them, up to 0.

    ``currency`` replaces "minor units" in the tables: money is shown in whole units of the currency. ``oracles`` are
    rules of the run that read the truth: with any, its KPIs are upper bounds. ``before`` is how many weeks of the market
    come before week 1, ``first`` the first week of ``record`` and ``ledger``. ``warm_up`` has the tables of the weeks before
    week 1, None where the market had none.
    """

    def __init__(
        self,
        record: Record,
        ledger: Ledger,
        scorecard: Scorecard,
        currency: str,
        orders: list[dict[str, Any]] | None,
        assumptions: list[dict[str, Any]],
        ids: Sequence[str] | None = None,
        oracles: tuple[str, ...] = (),
        *,
        before: int = 0,
        first: int = 1,
        warm_up: Results | None = None,
    ) -> None:
        self._record, self._ledger, self._scorecard, self._currency = record, ledger, scorecard, currency
        self._orders = orders
        self._ids = ids
        self._assumptions = assumptions
        self._before, self._first = before, first
        self.oracles = oracles
        self.warm_up = warm_up

    @property
    def weekly(self) -> pd.DataFrame:
        """Every measure by week and by the dimensions it is cut by; without rows of value 0 of cut measures."""
        import pandas as pd

        frames = [self._tidy(name) for name in self._record.measures]
        frames.append(self._books())
        table = pd.concat(frames, ignore_index=True)
        return table[list(WEEKLY)]

    def measure(self, name: str) -> np.ndarray:
        """One measure as an array [weeks done, *cut]; see ``sim.record.MEASURES``."""
        return self._record[name][: self._record.done]

    def _tidy(self, name: str) -> pd.DataFrame:
        import pandas as pd

        measure, done = self._record.measures[name], self._record.done
        values = self._record[name][:done]
        index = np.nonzero(values)
        columns: dict[str, Any] = {"week": index[0] + self._first}
        for dimension in DIMENSIONS:
            if dimension in measure.cut:
                labels = np.array(self._record.labels[dimension], dtype=object)
                columns[dimension] = labels[index[1 + measure.cut.index(dimension)]]
            else:
                columns[dimension] = ""
        scale, unit = self._money(measure.unit)
        return pd.DataFrame({**columns, "measure": name, "value": values[index] * scale, "unit": unit})

    def _books(self) -> pd.DataFrame:
        """The manufacturer's statement week by week, the distributors' one by one, and the profit of all together."""
        import pandas as pd

        done = self._record.done
        scale, unit = self._money("minor units")
        weeks = self._first + np.arange(done)
        frames = []
        for name in FORMULAS:
            flows = self._ledger.flows(name)[:done].astype(np.float64) * scale
            entities = {"": MANUFACTURER} if not name.startswith("distributor_") and name != "cash_in_channel" else {}
            if not entities:
                entities = {label: 1 + d for d, label in enumerate(self._record.labels["distributor"])}
            if name == "channel_profit":
                flows[:, MANUFACTURER] = flows[:, : self._ledger.outside].sum(axis=1)
            for label, entity in entities.items():
                blank = dict.fromkeys(DIMENSIONS, "")
                frames.append(
                    pd.DataFrame(
                        {
                            "week": weeks,
                            **blank,
                            "distributor": label,
                            "measure": name,
                            "value": flows[:, entity],
                            "unit": unit,
                        }
                    )
                )
        return pd.concat(frames, ignore_index=True)

    def _money(self, unit: str) -> tuple[float, str]:
        return (0.01, self._currency) if unit == "minor units" else (1.0, unit)

    @property
    def scorecard(self) -> pd.DataFrame:
        """One row per KPI: its value over the run, unit, direction and formula; with oracles, a column that says so."""
        import pandas as pd

        rows = []
        for kpi in KPIS:
            scale, unit = self._money(kpi.unit)
            rows.append(
                (
                    kpi.name,
                    kpi.label,
                    kpi.kpi_class,
                    self._scorecard.total(kpi) * scale,
                    unit,
                    kpi.direction,
                    kpi.formula,
                )
            )
        table = pd.DataFrame(rows, columns=["kpi", "label", "kpi_class", "value", "unit", "direction", "formula"])
        return table.assign(upper_bound=True) if self.oracles else table

    @property
    def definitions(self) -> pd.DataFrame:
        """The KPI definitions alone."""
        return self.scorecard.drop(columns="value")[["kpi", "label", "kpi_class", "unit", "direction", "formula"]]

    @property
    def kpis_weekly(self) -> pd.DataFrame:
        """Every KPI week by week: week, kpi, value."""
        import pandas as pd

        weeks = self._first + np.arange(self._record.done)
        frames = [
            pd.DataFrame(
                {"week": weeks, "kpi": kpi.name, "value": self._scorecard.weekly(kpi) * self._money(kpi.unit)[0]}
            )
            for kpi in KPIS
        ]
        return pd.concat(frames, ignore_index=True)

    @property
    def kpis_so_far(self) -> dict[str, list[float]]:
        """Every KPI as the scorecard had it at the end of each week: values by name, the last one the scorecard's."""
        return {kpi.name: (self._scorecard.so_far(kpi) * self._money(kpi.unit)[0]).tolist() for kpi in KPIS}

    def kpis_by(self, dimension: str) -> pd.DataFrame:
        """KPIs cut by ``territory``, ``segment`` (true type), ``offer``, ``team``, ``distributor`` or ``company``: level, kpi, value.

        Only KPIs whose measures are recorded in that cut appear. Raises ValueError for another dimension.
        """
        import pandas as pd

        if dimension not in (*DIMENSIONS, "company"):
            raise ValueError(f"no dimension {dimension!r}; expected one of {', '.join((*DIMENSIONS, 'company'))}")
        levels = self._scorecard.companies if dimension == "company" else self._record.labels[dimension]
        frames = []
        for kpi in KPIS:
            values = self._scorecard.by(kpi, dimension)
            if values is not None:
                frames.append(
                    pd.DataFrame(
                        {
                            "level": levels,
                            "kpi": kpi.name,
                            "value": values * self._money(kpi.unit)[0],
                        }
                    )
                )
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["level", "kpi", "value"])

    @property
    def orders(self) -> pd.DataFrame:
        """Every occasion of a run with ``keep_orders=True``: week, customer, id, category, offer, units, price (minor units), won, weeks_open.

        ``customer`` is the row, ``id`` the customer's id in the users' table (its number in a generated market).
        A decided project is one occasion, ``weeks_open`` after it opened (else 0). ``won`` says whether the customer took one of our offers; offer is "" where nothing was bought.
        Raises ValueError when orders were not kept.
        """
        import pandas as pd

        if self._orders is None:
            raise ValueError("orders were not kept; make the market with keep_orders=True")
        columns = ["week", "customer", "id", "category", "offer", "units", "price", "won", "weeks_open"]
        if not self._orders:
            return pd.DataFrame(columns=columns)
        table = pd.concat([pd.DataFrame(batch) for batch in self._orders], ignore_index=True)
        table["week"] -= self._before
        last = self._first + self._record.done - 1
        table = table[table["week"].between(self._first, last)].reset_index(drop=True)
        rows = table["customer"].to_numpy()
        table["id"] = rows.astype(str) if self._ids is None else np.array(self._ids, dtype=object)[rows]
        return table[columns]

    @property
    def assumptions(self) -> pd.DataFrame:
        """Parameters whose value is an assumption: path, value, unit, source, doc."""
        import pandas as pd

        return pd.DataFrame(self._assumptions, columns=["path", "value", "unit", "source", "doc"])

    def save(self, folder: Path) -> list[Path]:
        """Write the tables as CSV and Parquet into ``folder``; returns the files."""
        folder.mkdir(parents=True, exist_ok=True)
        tables: Mapping[str, pd.DataFrame] = {
            "scorecard": self.scorecard,
            "kpis_weekly": self.kpis_weekly,
            "weekly": self.weekly,
        }
        written = []
        for name, table in tables.items():
            table.to_parquet(folder / f"{name}.parquet", index=False)
            written.append(folder / f"{name}.parquet")
            if name != "weekly":
                write_csv(table, folder / f"{name}.csv")
                written.append(folder / f"{name}.csv")
        return written
