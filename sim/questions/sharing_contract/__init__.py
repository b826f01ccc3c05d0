"""Sharing contract: what does the firm offer its distributors for their sell-out data?"""

from sim.questions.sharing_contract.question import SharingContractRule, SharingOffer

__all__ = ["SharingContractRule", "SharingOffer"]
