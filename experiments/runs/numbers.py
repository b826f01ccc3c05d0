"""What a run gives, as arrays with shared layouts: the key columns of a table are kept once, its values once per run."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

#: Tables of a run: KPIs over the whole run, by week, and by territory, segment and offer; assumed values of the market.
PARTS = ("kpis", "weekly", "by", "assumptions")
#: Columns of ``kpis`` that define a KPI.
DEFINITION = ("kpi", "label", "kpi_class", "unit", "direction", "formula")


@dataclass(frozen=True)
class Layout:
    """Key columns of a table, packed; ``name`` is a hash of them."""

    name: str
    packed: bytes

    @classmethod
    def of(cls, keys: Mapping[str, Sequence[Any]]) -> Layout:
        """Pack columns."""
        return _pack(json.dumps(keys, ensure_ascii=False))

    def is_whole(self) -> bool:
        """Whether the columns are those that the name is a hash of."""
        try:
            return hashlib.sha256(zlib.decompress(self.packed)).hexdigest()[:16] == self.name
        except (zlib.error, TypeError):
            return False

    def keys(self) -> dict[str, list[Any]]:
        """The key columns."""
        found: dict[str, list[Any]] = json.loads(zlib.decompress(self.packed))
        return found

    def table(self) -> pd.DataFrame:
        """The key columns as a table; runs of one layout share it."""
        return _table(self)


@lru_cache(maxsize=64)
def _pack(text: str) -> Layout:
    data = text.encode()
    return Layout(hashlib.sha256(data).hexdigest()[:16], zlib.compress(data))


@lru_cache(maxsize=16)
def _table(layout: Layout) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(layout.keys())


@dataclass(frozen=True)
class Part:
    """One table of one run: its layout and the values [rows], as bytes of little-endian float64 (none for words)."""

    name: str
    layout: Layout
    values: bytes

    @classmethod
    def of(cls, name: str, table: pd.DataFrame) -> Part:
        """A table whose column ``value`` holds the numbers, all others the keys."""
        values = np.ascontiguousarray(table["value"].to_numpy(dtype=np.float64), dtype="<f8")
        keys = {str(column): table[column].tolist() for column in table.columns if column != "value"}
        return cls(name, Layout.of(keys), values.tobytes())

    @classmethod
    def of_words(cls, name: str, table: pd.DataFrame) -> Part:
        """A table without numbers: all of its columns are in the layout, which runs share."""
        return cls(name, Layout.of({str(column): table[column].tolist() for column in table.columns}), b"")


def unpack(values: bytes) -> npt.NDArray[np.float64]:
    """Values of a part."""
    return np.frombuffer(values, dtype="<f8")


@dataclass(frozen=True)
class Numbers:
    """Everything that is kept of a run, and the seconds it took."""

    parts: tuple[Part, ...]
    seconds: float

    def table(self, name: str) -> pd.DataFrame:
        """One part as the table it was."""
        part = self._part(name)
        found = part.layout.table()
        return found.copy() if "value" in found.columns else found.assign(value=unpack(part.values))

    def kpis(self) -> dict[str, float]:
        """KPIs over the whole run by name."""
        part = self._part("kpis")
        return dict(zip(part.layout.table()["kpi"].tolist(), unpack(part.values).tolist(), strict=True))

    def _part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)

    def same(self, other: Numbers) -> bool:
        """Whether all values are the same to the last bit (and the same tables are there)."""
        return self._whole() == other._whole()

    def _whole(self) -> list[tuple[str, str, bytes]]:
        return sorted((part.name, part.layout.name, part.values) for part in self.parts)
