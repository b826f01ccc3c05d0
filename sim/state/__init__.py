"""The state of a market: typed tables under the write guard, frozen numbers, books, and what a week's phases pass on."""

from sim.state.books import Invoices
from sim.state.mail import Command, Findings, Report
from sim.state.market_state import Floats, Ints, MarketState
from sim.state.rules_in_force import RuleBook
from sim.state.uses import ManagerUse, Use

__all__ = [
    "Command",
    "Findings",
    "Floats",
    "Ints",
    "Invoices",
    "ManagerUse",
    "MarketState",
    "Report",
    "RuleBook",
    "Use",
]
