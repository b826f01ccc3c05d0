"""Where the view of a stranger leads: to itself, and nowhere into the market."""

from __future__ import annotations

import gc
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from sim.market import Market
from sim.rules.copies import copied
from sim.scenario import Scenario
from sim.state import MarketState
from sim.state.table import Guarded
from tests.laws.eventful import EVENTFUL
from tests.market.every_view import SEEN

ENGINE = (MarketState, Market, Guarded, Scenario)


def reachable(start: Any) -> Iterator[Any]:
    """Everything that attributes, items, bases, bound objects, defaults and closures lead to, code of modules aside."""
    stack, seen = [start], set()
    while stack:
        item = stack.pop()
        if id(item) in seen or isinstance(item, types.ModuleType | type | str | bytes | int | float | np.dtype):
            continue
        seen.add(id(item))
        yield item
        stack += list(vars(item).values()) if hasattr(item, "__dict__") else []
        stack += list(item.values()) if isinstance(item, dict) else []
        stack += list(item) if isinstance(item, list | tuple | set | frozenset) else []
        stack += [cell.cell_contents for cell in getattr(item, "__closure__", None) or ()]
        stack += [peek(item, name) for name in ("base", "__self__", "__func__", "__defaults__", "__wrapped__")]
        if hasattr(item, "__dict__") and not callable(item):  # arrays have transposes of transposes without end
            stack += [peek(item, name) for name in dir(item) if not name.startswith("__")]


def peek(item: Any, name: str) -> Any:
    """An attribute; nothing for properties that fail."""
    try:
        return getattr(item, name)
    except Exception:
        return None


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Market:
    path = tmp_path_factory.mktemp("eventful") / "eventful.toml"
    path.write_text(EVENTFUL, encoding="utf-8")
    market = Market(str(path), policy="deep_marketing", customers=300, seed=987_654_321)
    for _ in range(9):
        market.step()
    return market


@pytest.mark.parametrize("kind", sorted(SEEN))
def test_a_strangers_view_leads_neither_to_the_market_nor_to_the_seed(everywhere: Market, kind: str) -> None:
    state = everywhere.state
    state.today.look_again()
    tables = [array for table in state.tables().values() for array in table._arrays.values()]
    found = list(reachable(copied(SEEN[kind](state))))
    assert len(found) > 5
    assert not [item for item in found if isinstance(item, ENGINE)]
    shown = [item for item in found if isinstance(item, np.ndarray)]
    assert shown and not any(np.shares_memory(item, array) for item in shown for array in tables)
    assert not [item for item in found if isinstance(item, np.generic) and int(item) == everywhere.seed]


def test_control_the_view_of_a_shipped_rule_may_lead_there(everywhere: Market) -> None:
    assert any(isinstance(item, ENGINE) for item in reachable(SEEN["FirmSeen"](everywhere.state)))


def test_no_module_of_the_model_holds_a_market(everywhere: Market) -> None:
    """What functions can look up by name leads to code alone."""
    held = [
        (name, key)
        for name, module in list(sys.modules.items())
        if name == "sim" or name.startswith("sim.")
        for key, value in vars(module).items()
        if isinstance(value, ENGINE)
    ]
    assert held == []
    assert any(type(item) is MarketState for item in gc.get_objects()), "Python is no prison: check --rule reports it"
