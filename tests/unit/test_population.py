"""Columns: only what is lent can be written; layouts, ranges and copies."""

from __future__ import annotations

import numpy as np
import pytest

from sim.state.customers import Customers, make_customers
from sim.state.table import NEVER, Table, column


class Carts(Table):
    turns = column(np.int8, "turns", "turns of each wheel", width="wheels")


def customers(rows: int = 20) -> Customers:
    return make_customers(rows, brands=3, categories=2, attributes=4, marks=1)


def test_every_declared_column_is_there_with_its_type_and_fill() -> None:
    table = customers()
    assert list(table) == list(Customers.declared)
    for declared in Customers.declared.values():
        assert getattr(table, declared.name).dtype == declared.dtype
        assert len(getattr(table, declared.name)) == len(table) == 20
        assert declared.unit
        assert declared.meaning
    assert (table.owned == -1).all()
    assert (table.bought_week == NEVER).all()
    assert table.key.tolist() == list(range(20))


def test_nothing_can_be_written_but_what_is_lent() -> None:
    table = customers()
    with pytest.raises(ValueError, match="read-only"):
        table.loyalty[0, 0] = 1
    with table.lend(["loyalty"]) as lent:
        lent.loyalty[0, 0] = 0.5
        with pytest.raises(ValueError, match="read-only"):
            lent.aware[0] = 1
        with pytest.raises(PermissionError, match="aware"):
            lent.writable("aware")
        assert table.writable("loyalty") is table.loyalty
        assert table.lent == {"loyalty"}
    assert table.loyalty[0, 0] == 0.5
    with pytest.raises(ValueError, match="read-only"):
        table.loyalty[0, 0] = 1


def test_a_failing_phase_gives_back_what_it_was_lent() -> None:
    table = customers()
    with pytest.raises(RuntimeError, match="phase"), table.lend(["stage"]):
        raise RuntimeError("phase failed")
    assert table.lent == frozenset()
    assert not table.stage.flags.writeable


def test_a_loan_within_a_loan_cannot_widen_it() -> None:
    table = customers()
    with table.lend(["stage", "aware"]):
        with table.lend(["stage"]):
            assert table.stage.flags.writeable
            assert not table.aware.flags.writeable
        assert table.aware.flags.writeable
        with pytest.raises(ValueError, match="loyalty"), table.lend(["loyalty"]):
            pass
    with table.lend([]), pytest.raises(ValueError, match="stage"), table.lend(["stage"]):
        pass


def test_errors_in_names_are_refused() -> None:
    table = customers()
    with pytest.raises(ValueError, match="loyality"), table.lend(["loyality"]):
        pass
    with pytest.raises(AttributeError, match="loyality"):
        _ = table.loyality
    with pytest.raises(AttributeError, match="cannot be replaced"):
        table.loyalty = np.zeros(3)
    with pytest.raises(ValueError, match="number of wheels"):
        Carts(3)
    with pytest.raises(ValueError, match="8 brands"):
        make_customers(3, brands=9, categories=1, attributes=1, marks=1)


def test_fill_checks_shape_and_range() -> None:
    table = customers()
    table.fill({"territory": np.arange(20), "loyalty": 1 / 3})
    assert table.territory[19] == 19
    assert table.loyalty[3, 1] == np.float32(1 / 3)
    with pytest.raises(ValueError, match="shape"):
        table.fill({"territory": np.arange(5)})
    with pytest.raises(ValueError, match="does not fit"):
        table.fill({"territory": np.full(20, 70_000)})


def test_talk_of_one_brand_lies_together_and_copies_keep_the_layout() -> None:
    table = customers()
    table.fill({"talk_weak": np.arange(60).reshape(20, 3)})
    assert table.talk_weak.flags.f_contiguous
    picked = table.taken(np.array([5, 2]))
    assert picked.talk_weak.flags.f_contiguous
    assert picked.talk_weak.tolist() == [[15, 16, 17], [6, 7, 8]]
    twin = table.copy()
    with twin.lend(["talk_weak"]):
        twin.talk_weak[0, 0] = 99
    assert table.talk_weak[0, 0] == 0
