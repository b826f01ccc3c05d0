"""Which rules belong to the program: they have passed the conformance suite and are asked without copies.

Every other rule, be it registered, from an entry point or put into ``sim/questions`` by its user, is a stranger
(see :mod:`sim.rules.strangers`). A rule that passes the suite can be added here; a test compares the list with
the folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType

from sim.rules.rule import Rule

#: Files of ``sim/questions`` by question.
SHIPPED: dict[str, str] = {
    "advertising": "by_potential by_sales flat",
    "brand_effort": "even logit",
    "calls": "plan_and_interest",
    "coverage": "abc by_turnover portfolios segment_norms",
    "distributor_calls": "fixed_hours none",
    "effort": "quadratic_cost two_drives",
    "gateway": "chain one_gateway per_company",
    "head_count": "by_potential fixed",
    "ledger": "books none",
    "message": "by_segment none one_message",
    "offer_variants": "by_segment for_all none",
    "ordering": "anchoring order_up_to",
    "pay": "salary_commission",
    "pricing": "list_price segment_discount",
    "production": "order_up_to",
    "promotion": "calendar counter none",
    "prospects": "logistic none",
    "pursuit": "biggest_first late_stage_first",
    "quit": "one_hazard weigh_offers",
    "recruiting": "by_urgency one_way",
    "retail_price": "markup",
    "retention": "counter_offer none",
    "rival_campaign": "defend react steady",
    "rival_force": "defend none steady",
    "rival_margin": "match_effort usual",
    "rival_poaching": "answer_loss usual",
    "rival_price": "defend hold partial_adjustment",
    "routines": "fixed_hours reactive",
    "segmentation": "a_priori kmeans needs none oracle random_labels rfm value",
    "service": "fixed_staff service_level",
    "share_data": "weigh_up",
    "sharing_contract": "none paid",
    "studies": "calendar none",
    "technical": "integrated separate",
}

_MODULES = frozenset(f"sim.questions.{q}.{name}" for q, names in SHIPPED.items() for name in names.split())


_suspected: list[type[Rule]] = []


@contextmanager
def suspected(kind: type[Rule]) -> Iterator[None]:
    """Treat rules of ``kind`` as strangers while the context is open, as its trial does."""
    _suspected.append(kind)
    try:
        yield
    finally:
        _suspected.remove(kind)


def is_shipped(rule: Rule) -> bool:
    """Whether ``rule`` is one of ours, and answers with our own code: its class may have been patched since."""
    kind = type(rule)
    code = getattr(kind.answer, "__code__", None)
    if code is None or kind in _suspected:
        return False
    return _CLEARED.get(kind) is code or _is_ours(kind, code)


def _is_ours(kind: type[Rule], code: CodeType) -> bool:
    """Whether ``kind`` is in our list and ``code`` is of our files; cleared once, it is ours while it has this code."""
    if kind.__module__ not in _MODULES or getattr(sys.modules[kind.__module__], kind.__name__, None) is not kind:
        return False
    ours = code.co_filename.startswith(_HERE)
    if ours:
        _CLEARED[kind] = code
    return ours


#: Rules found to be ours, each with the code by which it answered then.
_CLEARED: dict[type[Rule], CodeType] = {}


#: Folder of the package, as compiled code names it.
_HERE = f"{Path(is_shipped.__code__.co_filename).parent.parent}{os.sep}"
