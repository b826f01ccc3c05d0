"""Routines: on what does a sales manager spend hours, and what hours does that ask of the team?"""

from sim.questions.routines.question import MEETINGS, PlannedRoutines, Routines, RoutinesRule, meetings_in

__all__ = ["MEETINGS", "PlannedRoutines", "Routines", "RoutinesRule", "meetings_in"]
