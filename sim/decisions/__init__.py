"""The old home of questions and views, up to 0.3: rules written for it still load. New rules import ``sim.questions`` and ``sim.views``."""

import sys
from importlib import import_module

_MOVED = {
    **{q: f"sim.questions.{q}" for q in ("advertising", "brand_effort", "calls", "coverage", "distributor_calls")},
    **{
        q: f"sim.questions.{q}" for q in ("effort", "gateway", "head_count", "ordering", "pay", "pricing", "production")
    },
    **{q: f"sim.questions.{q}" for q in ("promotion", "prospects", "pursuit", "quit", "recruiting", "retail_price")},
    **{q: f"sim.questions.{q}" for q in ("retention", "rival_campaign", "rival_price", "routines", "segmentation")},
    **{q: f"sim.questions.{q}" for q in ("service", "studies", "technical")},
    "question": "sim.rules.rule",
    "seen": "sim.views",
}

for _name, _place in _MOVED.items():
    globals()[_name] = sys.modules[f"{__name__}.{_name}"] = import_module(_place)
