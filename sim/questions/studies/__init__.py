"""Studies: which studies of its customers and rivals does the firm commission this week?"""

from sim.questions.studies.question import Studies, StudiesRule, StudyKind

__all__ = ["Studies", "StudiesRule", "StudyKind"]
