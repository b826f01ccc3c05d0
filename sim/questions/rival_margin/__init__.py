"""Rival margin: what do rivals leave their distributors beyond the usual mark-up?"""

from sim.questions.rival_margin.question import RivalMarginRule, RivalMargins

__all__ = ["RivalMarginRule", "RivalMargins"]
