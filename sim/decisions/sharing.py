"""The old home of both questions about distributors' data."""

from sim.questions.share_data import ShareDataRule, Sharing
from sim.questions.sharing_contract import SharingContractRule, SharingOffer

__all__ = ["ShareDataRule", "Sharing", "SharingContractRule", "SharingOffer"]
