"""Usual: rivals leave their distributors the usual mark-up, whatever these do."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.rival_margin.question import RivalMarginRule, RivalMargins
from sim.views import RivalStandingSeen


class UsualMargin(RivalMarginRule):
    """`params.rivals.channel_markup` and nothing beyond."""

    kind: Literal["usual"] = "usual"
    idle: ClassVar[bool] = True

    def answer(self, seen: RivalStandingSeen) -> RivalMargins:
        """Nothing more."""
        return RivalMargins(margin=np.zeros(len(seen.key)))
