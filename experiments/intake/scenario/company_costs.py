"""Costs of a company that its own tables do not show: shares of a year's revenue, as in the built-in market."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from experiments.intake.scenario.quality_page import Basis
from experiments.whole_files import write_file

#: Minor units in one unit of currency; exports state money in major units.
MINOR = 100
#: Cost of a unit as a share of its price where the data give none; about that of the built-in market.
COST_SHARE = 0.55
#: Costs that no table shows.
OVERHEAD_SHARE, ADVERTISING_SHARE, RIVAL_ADVERTISING_SHARE = 0.043, 0.029, 0.019
#: The same for the costs of lists and shared information: clerks, the information section, one study, data of all distributors.
CLERKS_SHARE, SECTION_SHARE, STUDY_SHARE, DATA_SHARE = 0.0017, 0.0052, 0.00012, 0.0035
#: Cost of keeping the ledger of one customer a year, as in the built-in market (minor units).
LEDGER_UPKEEP = 200
#: Routines of which no table says anything. What training and talks have done for the sales of the file is in them already;
#: reps who only now began to learn would grow out of the fit.
ROUTINES = {"kind": "fixed_hours", "visit_hours": 0.2, "review_hours": 0.0, "training_hours": 0.0}
#: A rep's yearly salary, which does not depend on the size of a company, as in the built-in market (minor units).
SALARY = 4_000_000


def usual_costs(revenue: float) -> dict[str, Any]:
    """Sections ``rivals`` and ``costs`` of a company that sells directly, for a year's ``revenue`` in minor units."""
    return {
        "rivals": {"channel_markup": 0.0, "advertising": round(RIVAL_ADVERTISING_SHARE * revenue)},
        "costs": {"overhead": round(OVERHEAD_SHARE * revenue)},
    }


def usual_policy(coverage: Mapping[str, Any], revenue: float) -> dict[str, Any]:
    """The present policy: accounts by ``coverage``, no mark-up, no reaction of the rival; one company, one gateway."""
    return {
        "coverage": dict(coverage),
        "ledger": {"kind": "books", "upkeep": LEDGER_UPKEEP},
        "pay": {"kind": "salary_commission", "salary": SALARY},
        "routines": dict(ROUTINES),
        "advertising": {"kind": "flat", "budget": round(ADVERTISING_SHARE * revenue)},
        "retail_price": {"kind": "markup", "markup": 0.0},
        "rival_price": {"kind": "hold"},
        "gateway": {"kind": "per_company", "companies": 1, "staff": round(CLERKS_SHARE * revenue)},
    }


def deep_marketing(revenue: float, distributors: int) -> dict[str, Any]:
    """The shipped policy of this name with amounts scaled to the company; it takes precedence over the shipped one."""
    return {
        "name": "deep_marketing",
        "title": "Deep marketing",
        "description": "The shipped policy, its sums scaled to this company by the ratios of the built-in market.",
        "extends": "deep_marketing",
        "policy": {
            "segmentation": {"fee": round(STUDY_SHARE * revenue), "fee_per_record": 20},
            "gateway": {"staff": round(SECTION_SHARE * revenue)},
            "sharing_contract": {"payment": round(DATA_SHARE / distributors * revenue)},
        },
    }


def write_settings(out: Path, first_line: str, scenario: Mapping[str, Any], policy: Mapping[str, Any]) -> None:
    """Write scenario.toml and policies/deep_marketing.toml into ``out``, each below ``first_line``."""
    (out / "policies").mkdir(parents=True, exist_ok=True)
    for name, content in (("policies/deep_marketing.toml", policy), ("scenario.toml", scenario)):
        write_file(out / name, first_line + tomli_w.dumps(content))


def bases_of_costs() -> list[Basis]:
    """How these numbers were set, for the quality page."""
    return [
        Basis(
            "overhead, advertising, rival's advertising",
            f"{OVERHEAD_SHARE:.1%}, {ADVERTISING_SHARE:.1%}, {RIVAL_ADVERTISING_SHARE:.1%} of a year's revenue",
            "scaled to the company's size by the ratios of the built-in market",
        ),
        Basis(
            "clerks, information section, studies, payments for data",
            f"{CLERKS_SHARE:.2%}, {SECTION_SHARE:.2%}, {STUDY_SHARE:.3%}, {DATA_SHARE:.2%} of a year's revenue",
            "scaled in the same way; those of deep marketing are in policies/deep_marketing.toml of this folder",
        ),
        Basis(
            "upkeep of the ledger",
            f"{LEDGER_UPKEEP / MINOR:.2f} per customer and year",
            "as in the built-in market, whatever the currency: set policy.ledger.upkeep in scenario.toml",
        ),
        Basis(
            "a rep's salary",
            f"{SALARY // MINOR:,} a year",
            "as in the built-in market, whatever the currency: set policy.pay.salary in scenario.toml",
        ),
    ]
