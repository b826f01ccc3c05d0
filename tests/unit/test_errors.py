"""Messages about input errors say where, what, what was expected and how to fix it."""

from __future__ import annotations

import pickle

import pytest

from sim.errors import InputError, InputErrors


def test_one_mistake_in_one_line() -> None:
    error = InputError("a.toml, weeks", "-3", "a number from 1 to 5200", "write weeks = 52")
    assert str(error) == "a.toml, weeks: -3; expected a number from 1 to 5200 (write weeks = 52)"
    assert str(InputError("a.toml", "is empty")) == "a.toml: is empty"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_several_errors_in_order() -> None:
    one, two = InputError("a", "first"), InputError("b", "second")
    assert str(InputErrors([one, two])) == "2 input errors:\n  1. a: first\n  2. b: second"
    assert str(InputErrors([one])) == "a: first"
    assert InputErrors([one, two]).errors == (one, two)
    assert str(pickle.loads(pickle.dumps(InputErrors([one, two])))) == str(InputErrors([one, two]))
    with pytest.raises(ValueError, match="at least one"):
        InputErrors([])
