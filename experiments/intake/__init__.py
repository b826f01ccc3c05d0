"""Imports of users' own tables: a company's exports become scenario folders, with every corrected cell accounted for."""

from experiments.intake.crm_import import import_crm
from experiments.intake.invoice_import import import_transactions
from experiments.intake.network_import import import_network
from experiments.intake.scenario.import_summary import ImportSummary

__all__ = ["ImportSummary", "import_crm", "import_network", "import_transactions"]
