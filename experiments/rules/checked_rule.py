"""All findings about one rule: what its file says, and what it does."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.rules.named_rule import load_rule
from experiments.rules.source import scan_source
from experiments.rules.trial import try_rule
from sim.errors import InputError, InputErrors
from sim.policies.registry import kind_of


@dataclass(frozen=True)
class Checked:
    """A rule that was checked: its question and kind (empty where it could not be loaded), and what is wrong with it."""

    name: str
    question: str
    kind: str
    oracle: bool
    mistakes: tuple[InputError, ...]


def check_rule(name: str, on: str, overrides: Mapping[str, Any]) -> Checked:
    """Check the rule called ``name`` (see :mod:`experiments.rules.named_rule`) on the scenario ``on`` with ``overrides``."""
    file = Path(name.rpartition(":")[0] or name) if ".py" in name else None
    found = scan_source(file) if file is not None and file.is_file() else []
    try:
        rule = load_rule(name)
    except InputErrors as errors:
        return Checked(name, "", "", False, (*found, *errors.errors))
    if file is None and (source := inspect.getsourcefile(rule)) is not None:
        found = scan_source(Path(source))
    try:
        found += try_rule(rule, on, overrides)
    except InputErrors as errors:
        found += errors.errors
    return Checked(name, rule.question, kind_of(rule), rule.reads_truth, tuple(found))
