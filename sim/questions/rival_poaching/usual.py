"""Usual: rivals make the usual part of outside offers and court nobody in particular."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.rival_poaching.question import RivalOffers, RivalPoachingRule
from sim.views import RivalStandingSeen


class UsualOffers(RivalPoachingRule):
    """`params.labour_market.poached` of outside offers and no more."""

    kind: Literal["usual"] = "usual"
    idle: ClassVar[bool] = True

    def answer(self, seen: RivalStandingSeen) -> RivalOffers:
        """Nothing more."""
        return RivalOffers(offers=np.zeros(len(seen.key)))
