"""Recruiting: where does the firm look for new reps, and how does it choose among applicants?"""

from sim.questions.recruiting.question import CHANNELS, INTERVIEWS, Recruiting, RecruitingRule

__all__ = ["CHANNELS", "INTERVIEWS", "Recruiting", "RecruitingRule"]
