"""Advertising: how much does the firm spend in each territory this week?"""

from sim.questions.advertising.question import Advertising, AdvertisingRule

__all__ = ["Advertising", "AdvertisingRule"]
