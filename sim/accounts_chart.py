"""The chart of accounts, and every figure of the statements as one formula over accounts.

Accounts are shared by all entities (manufacturer, distributors, the outside world). Balances are debit minus credit:
assets and expenses are positive, income, liabilities and capital negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, unique

import numpy as np
import numpy.typing as npt


@unique
class Account(IntEnum):
    """Where money is booked; the number is the account's column in the books. Every account is posted to by some phase."""

    # what an entity owns
    CASH = 0
    RECEIVABLES = 1  # claims on another entity of the books; only invoices and settlements touch it
    FINISHED_GOODS = 2  # manufacturer: goods made and not yet shipped, at cost
    CHANNEL_STOCK = 3  # distributor: goods bought and not yet sold, at purchase price; from shipment on
    # what it owes, and what its owners put in
    PAYABLES = 4  # the mirror of RECEIVABLES
    CAPITAL = 5
    OUTSIDE = 6  # the outside world's other side of every payment (households, suppliers, media)
    # manufacturer's income and deductions
    REVENUE = 7  # sell_in at list price
    DISCOUNTS = 8
    COST_OF_GOODS = 9
    # pay
    SALARY = 10
    COMMISSION = 11
    BONUS = 12
    BENEFITS = 13
    # other cost of selling
    HIRING = 14
    SEVERANCE = 15  # paid to reps whose positions are closed
    TRAINING = 16
    TRAVEL = 17
    MANAGEMENT = 18  # sales managers' pay
    # market and information
    ADVERTISING = 19
    CAMPAIGNS = 20
    STUDIES = 21
    DATABASE = 22
    INFORMATION_SYSTEM = 23  # gateway, reporting line, hardware
    DATA_SHARING = 24  # paid to distributors for sell_out data
    # product and service
    SERVICE = 25
    TECHNICAL = 26  # technical department: design, analysis of field problems, their coordination with sales
    VARIETY = 27  # cost of variants and of serving segments differently
    OVERHEAD = 28
    # distributor
    SALES = 29  # sell_out at retail price
    CHANNEL_COST_OF_GOODS = 30
    HOLDING = 31  # capital, space and ageing of stock
    OWN_COSTS = 32  # staff, premises, delivery
    DISTRIBUTOR_EFFORT = 33  # selling effort for our brand
    OTHER_INCOME = 34  # discounts and rebates granted by the manufacturer, payments for data
    # distributor that supplies others; sell_out does not count what only moves from one distributor to another
    INTERNAL_SALES = 35  # sold to sub-distributors
    INTERNAL_COST = 36  # cost of the goods sold to them
    # manufacturer: large buyers, and a plant at its limit
    REBATES = 37  # bargained by large buyers, granted through their distributors
    OVERTIME = 38  # what work in overtime costs the plant beyond the usual


ACCOUNTS = max(Account) + 1

_A = Account
PAY = (_A.SALARY, _A.COMMISSION, _A.BONUS, _A.BENEFITS)
SELLING = (*PAY, _A.HIRING, _A.SEVERANCE, _A.TRAINING, _A.TRAVEL, _A.MANAGEMENT)
MARKETING = (_A.ADVERTISING, _A.CAMPAIGNS, _A.STUDIES)
INFORMATION = (_A.DATABASE, _A.INFORMATION_SYSTEM, _A.DATA_SHARING)
PRODUCT = (_A.SERVICE, _A.TECHNICAL, _A.VARIETY, _A.OVERHEAD)
INCOME = (_A.REVENUE, _A.SALES, _A.OTHER_INCOME, _A.INTERNAL_SALES)
TAKEN_OFF = (_A.DISCOUNTS, _A.REBATES)
GOODS = (_A.COST_OF_GOODS, _A.OVERTIME)
CHANNEL_COSTS = (_A.HOLDING, _A.OWN_COSTS, _A.DISTRIBUTOR_EFFORT)
#: What distributors sell, to customers and to one another, and what it cost them.
TRADE = (_A.SALES, _A.INTERNAL_SALES)
COST_OF_TRADE = (_A.CHANNEL_COST_OF_GOODS, _A.INTERNAL_COST)


@dataclass(frozen=True)
class Formula:
    """A figure of a statement: the sum of account balances times ``weights`` [accounts].

    ``balance`` says that it is a balance at the end of a week (stock, cash) and not a flow of the week.
    """

    label: str
    weights: npt.NDArray[np.int64]
    balance: bool = False


def _formula(label: str, plus: tuple[Account, ...], minus: tuple[Account, ...] = (), balance: bool = False) -> Formula:
    weights = np.zeros(ACCOUNTS, dtype=np.int64)
    for account in plus:
        weights[account] = -1 if account in _CREDIT_SIDE else 1
    for account in minus:
        weights[account] = 1 if account in _CREDIT_SIDE else -1
    weights.flags.writeable = False
    return Formula(label, weights, balance)


_CREDIT_SIDE = frozenset((_A.PAYABLES, _A.CAPITAL, _A.OUTSIDE, *INCOME))
_ALL_COSTS = (*SELLING, *MARKETING, *INFORMATION, *PRODUCT)

#: The lines that make up the manufacturer's contribution, every account in exactly one: the first adds, the others are deducted.
_LINES: Mapping[str, tuple[str, tuple[Account, ...]]] = {
    "gross_revenue": ("Sell-in at list price", (_A.REVENUE,)),
    "taken_off": ("Discounts and rebates", TAKEN_OFF),
    "cost_of_goods": ("Cost of goods sold, overtime", GOODS),
    "pay": ("Pay of reps", PAY),
    "travel": ("Travel", (_A.TRAVEL,)),
    "hiring_and_training": ("Hiring, severance, training", (_A.HIRING, _A.SEVERANCE, _A.TRAINING)),
    "management": ("Managers, meetings, administration", (_A.MANAGEMENT,)),
    "advertising": ("Advertising and campaigns", (_A.ADVERTISING, _A.CAMPAIGNS)),
    "studies": ("Studies", (_A.STUDIES,)),
    "information": ("Database and information system", (_A.DATABASE, _A.INFORMATION_SYSTEM)),
    "data_sharing": ("Payments for shared data", (_A.DATA_SHARING,)),
    "product": ("Service, technical department, variety", (_A.SERVICE, _A.TECHNICAL, _A.VARIETY)),
    "overhead": ("Overhead", (_A.OVERHEAD,)),
}
#: Names of these figures, in the order of a statement.
CONTRIBUTION_LINES = tuple(_LINES)

#: Every figure of the statements: the lines of contribution, then sums over them, distributors and balances.
FORMULAS: Mapping[str, Formula] = {
    **{name: _formula(label, accounts) for name, (label, accounts) in _LINES.items()},
    "revenue": _formula("Revenue net of discounts", (_A.REVENUE,), TAKEN_OFF),
    "gross_margin": _formula("Gross margin", (_A.REVENUE,), (*TAKEN_OFF, *GOODS)),
    "rebates": _formula("Rebates to large buyers", (_A.REBATES,)),
    "overtime": _formula("Overtime of the plant", (_A.OVERTIME,)),
    **{a.name.lower(): _formula(a.name.capitalize(), (a,)) for a in PAY},
    "severance": _formula("Severance", (_A.SEVERANCE,)),
    "hiring": _formula("Hiring", (_A.HIRING,)),
    "cost_to_sell": _formula("Cost of selling: reps, managers, their support", SELLING),
    "marketing_cost": _formula("Advertising, campaigns, studies", MARKETING),
    "information_cost": _formula("Database, information system, shared data", INFORMATION),
    "product_cost": _formula("Service, technical department, variety, overhead", PRODUCT),
    "contribution": _formula("Contribution of the manufacturer", (_A.REVENUE,), (*TAKEN_OFF, *GOODS, *_ALL_COSTS)),
    "distributor_revenue": _formula("Distributors' sell-out", (_A.SALES,)),
    "distributor_cost_of_goods": _formula("Distributors' cost of goods sold", (_A.CHANNEL_COST_OF_GOODS,)),
    "distributor_internal_sales": _formula("Distributors' sales to sub-distributors", (_A.INTERNAL_SALES,)),
    "distributor_gross_margin": _formula("Distributors' gross margin", TRADE, COST_OF_TRADE),
    "distributor_profit": _formula("Distributors' profit", (*TRADE, _A.OTHER_INCOME), (*COST_OF_TRADE, *CHANNEL_COSTS)),
    "channel_profit": _formula(
        "Profit of manufacturer and distributors together",
        INCOME,
        (*TAKEN_OFF, *GOODS, *_ALL_COSTS, *COST_OF_TRADE, *CHANNEL_COSTS),
    ),
    "cash": _formula("Cash", (_A.CASH,), balance=True),
    "receivables": _formula("Receivables", (_A.RECEIVABLES,), balance=True),
    "payables": _formula("Payables", (_A.PAYABLES,), balance=True),
    "cash_in_channel": _formula("Money bound in distributors' stock, at cost", (_A.CHANNEL_STOCK,), balance=True),
    "stock_value": _formula("Finished goods and channel stock", (_A.FINISHED_GOODS, _A.CHANNEL_STOCK), balance=True),
}
