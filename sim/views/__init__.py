"""What each actor can see when it answers a question: typed, read-only views, one per kind of actor.

N customers on record, T territories, R reps, M managers, D distributors, J offers, F rival brands. Views hold
beliefs and own records, never the latent state of customers; only :class:`TruthSeen` does, for rules
marked ``reads_truth``.
"""

from sim.views.customers import CustomersSeen
from sim.views.distributor import BrandsSeen, DistributorSeen
from sim.views.firm import FirmSeen, PartnersSeen, RetentionSeen, TruthSeen
from sim.views.manager import ManagerSeen
from sim.views.plant import PlantSeen
from sim.views.rep import PursuitSeen, QuitSeen, RepSeen
from sim.views.rival import NEVER_ORDERED, CompetitorSeen, RivalBrandsSeen, RivalForceSeen, RivalStandingSeen
from sim.views.technical import ServiceSeen, TechnicalSeen
from sim.views.view import NO_WEEK, Bools, Floats, Ints, Luck, View

__all__ = [
    "NEVER_ORDERED",
    "NO_WEEK",
    "Bools",
    "BrandsSeen",
    "CompetitorSeen",
    "CustomersSeen",
    "DistributorSeen",
    "FirmSeen",
    "Floats",
    "Ints",
    "Luck",
    "ManagerSeen",
    "PartnersSeen",
    "PlantSeen",
    "PursuitSeen",
    "QuitSeen",
    "RepSeen",
    "RetentionSeen",
    "RivalBrandsSeen",
    "RivalForceSeen",
    "RivalStandingSeen",
    "ServiceSeen",
    "TechnicalSeen",
    "TruthSeen",
    "View",
]
