"""Intake of users' own tables: a company's exports become scenario folders, with every mended cell accounted for."""

from experiments.intake.crm import import_crm
from experiments.intake.summary import ImportSummary
from experiments.intake.transactions import import_transactions

__all__ = ["ImportSummary", "import_crm", "import_transactions"]
