"""Rules written for 0.3 import questions and views from where they were then; they still load."""

from importlib import import_module

import pytest

from sim.questions import registry
from sim.questions.registry import questions

#: Two that shared a file, and what no rule was asked then.
OTHERS = (
    *("sharing_contract", "share_data", "ledger", "rival_force", "rival_margin", "rival_poaching", "message"),
    "offer_variants",
)


@pytest.mark.parametrize("question", [q for q in questions() if q not in OTHERS])
def test_a_question_is_found_at_its_old_place(question: str) -> None:
    assert import_module(f"sim.decisions.{question}") is import_module(f"sim.questions.{question}")


def test_sharing_data_had_both_its_questions_in_one_file() -> None:
    old = import_module("sim.decisions.sharing")
    assert old.SharingContractRule is import_module("sim.questions.sharing_contract").SharingContractRule
    assert old.ShareDataRule is import_module("sim.questions.share_data").ShareDataRule


def test_views_and_the_registry_are_found_at_their_old_places() -> None:
    assert import_module("sim.decisions.seen") is import_module("sim.views")
    assert import_module("sim.policies.registry") is registry
