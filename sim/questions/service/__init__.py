"""Service: how many service engineers work in each territory, and whose job comes first?"""

from sim.questions.service.question import Service, ServiceRule

__all__ = ["Service", "ServiceRule"]
