"""Quit: does a rep leave the firm, for an outside offer or without one?"""

from sim.questions.quit.question import QuitRule, Quits

__all__ = ["QuitRule", "Quits"]
