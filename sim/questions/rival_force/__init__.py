"""Rival force: how many calls do rivals' sales forces make, and on whom?"""

from sim.questions.rival_force.question import RivalCalls, RivalForceRule

__all__ = ["RivalCalls", "RivalForceRule"]
