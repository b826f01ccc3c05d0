"""Ledger: where do the departments use what the company's own books say of its customers?"""

from sim.questions.ledger.question import CustomerLedger, LedgerRule

__all__ = ["CustomerLedger", "LedgerRule"]
