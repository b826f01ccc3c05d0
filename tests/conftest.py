"""What all tests share: where the clone is, and that no window opens and no thread is left to chance."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Figures are drawn without a screen; set before anything imports matplotlib.
os.environ.setdefault("MPLBACKEND", "agg")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of the clone."""
    return ROOT
