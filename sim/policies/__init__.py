"""The old home of rules and their registry, up to 0.3: rules written for it still load. New code imports ``sim.questions.registry``."""

import sys

from sim.questions import registry

sys.modules[f"{__name__}.registry"] = registry

__all__ = ["registry"]
