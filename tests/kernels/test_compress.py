"""Lists of flagged rows against numpy's."""

from __future__ import annotations

import numpy as np
import pytest

from sim.kernels.compress import flagged_rows


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
@pytest.mark.parametrize("rows", [0, 1, 7, 8, 63, 64, 1021])
def test_the_list_names_every_flagged_row_and_no_other(rows: int, share: float) -> None:
    flags = (np.random.default_rng(rows).random(1024) < share).astype(np.uint8)  # set beyond the rows asked for too
    listed = np.full(1025, -7, np.int32)
    found = flagged_rows(flags, rows, listed)
    assert listed[:found].tolist() == np.flatnonzero(flags[:rows]).tolist()
