"""KPI definitions: every key figure's formula, unit and direction in one place, in the four classes of the scorecard.

The lines of contribution form a class of their own (``books``): a reconciliation, shown apart from the scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.accounts_chart import CONTRIBUTION_LINES, FORMULAS

KpiClass = Literal["financial", "growth", "satisfaction", "management", "distributor", "books"]
How = Literal["total", "ratio", "mean", "last", "variance"]


@dataclass(frozen=True)
class Kpi:
    """A key figure: numerator over denominator, both figures of the books or measures of the record.

    ``how`` says how weeks become one value: the total over weeks, the ratio of totals, the mean of weekly values, the
    last week's value, or the ratio of variances over weeks (week by week: those of the run so far). ``scale`` multiplies the result. Figures of the books start with
    ``books.``; a measure may be restricted to our offers (``own:``) or to rows of the first week (``start:``).
    ``where`` names a measure without any of which in the whole run the figure does not exist (NaN).
    """

    name: str
    label: str
    kpi_class: KpiClass
    unit: str
    direction: Literal["up", "down", "none"]
    how: How
    numerator: str
    denominator: str = ""
    scale: float = 1.0
    where: str = ""

    @property
    def formula(self) -> str:
        """The formula in words a reader can check."""
        top, below = _in_words(self.numerator), _in_words(self.denominator)
        ratio = top + (f" / {below}" if below else "")
        once = self.denominator.startswith("start:")
        scale = f" × {self.scale:g}" if self.scale != 1.0 else ""
        return {
            "total": f"Σ weeks {ratio}",
            "ratio": f"Σ {top} / {'' if once else 'Σ '}{below}",
            "mean": f"mean over weeks of {ratio}",
            "last": f"{ratio} in the last week",
            "variance": f"variance over weeks of {top} / that of {below}",
        }[self.how] + scale


def _in_words(term: str) -> str:
    """A term as a formula shows it: recorded measures and figures of the books by their names."""
    words = {
        "start:non_users": "customers without a purchase from us at the start",
        "hours_office": "(hours_routine + hours_administration)",
    }
    return words.get(term, term.replace("own:", "our "))


#: Without a project that is ever open there is no pipeline, not an empty one.
_OPEN = "projects_open"

KPIS: tuple[Kpi, ...] = (
    Kpi("contribution", "Manufacturer's contribution", "financial", "minor units", "up", "total", "books.contribution"),
    Kpi("revenue", "Revenue (sell-in, net)", "financial", "minor units", "up", "total", "books.revenue"),
    Kpi("cost_to_sell", "Cost of selling", "financial", "minor units", "down", "total", "books.cost_to_sell"),
    Kpi(
        "selling_cost_share",
        "Cost of selling / revenue",
        "financial",
        "%",
        "down",
        "ratio",
        "books.cost_to_sell",
        "books.revenue",
        100.0,
    ),
    Kpi(
        "cash_in_channel",
        "Money bound in channel stock",
        "financial",
        "minor units",
        "down",
        "mean",
        "books.cash_in_channel",
    ),
    Kpi("sell_out_units", "Units sold to customers", "growth", "units", "up", "total", "own:sell_out_units"),
    Kpi("new_customers", "New customers", "growth", "customers", "up", "total", "new_customers"),
    Kpi("active_customers", "Active customers at the end", "growth", "customers", "up", "last", "active_customers"),
    Kpi(
        "share_non_users_won",
        "Non-users won",
        "growth",
        "% of non-users at the start",
        "up",
        "ratio",
        "new_customers",
        "start:non_users",
        100.0,
    ),
    Kpi(
        "market_share",
        "Market share by value",
        "growth",
        "%",
        "up",
        "ratio",
        "own:sell_out_value",
        "sell_out_value",
        100.0,
    ),
    Kpi(
        "aware_share",
        "Customers who know us at the end",
        "growth",
        "%",
        "up",
        "last",
        "aware_customers",
        "customers",
        100.0,
    ),
    Kpi(
        "satisfaction", "Satisfaction of our users", "satisfaction", "index", "up", "ratio", "satisfaction_sum", "users"
    ),
    Kpi("lapsed", "Customers lapsed", "satisfaction", "customers", "down", "total", "lapses"),
    Kpi(
        "unserved_share",
        "Demand not served",
        "satisfaction",
        "%",
        "down",
        "ratio",
        "unserved_units",
        "demand_units",
        100.0,
    ),
    Kpi(
        "failure_rate",
        "Failures per 100 machines and year",
        "satisfaction",
        "failures",
        "down",
        "ratio",
        "failures",
        "machines",
        5200.0,
    ),
    Kpi(
        "repair_weeks", "Weeks until repaired", "satisfaction", "weeks", "down", "ratio", "repair_weeks_sum", "repairs"
    ),
    Kpi("reliability", "Hours between failures", "satisfaction", "hours", "up", "ratio", "fleet_hours", "failures"),
    Kpi(
        "believed_reliability",
        "Hours between failures as believed at the end",
        "management",
        "hours",
        "none",
        "last",
        "believed_mtbf",
    ),
    Kpi("calls_per_rep_week", "Calls per rep and week", "management", "calls", "none", "ratio", "calls", "reps"),
    Kpi(
        "selling_time_share",
        "Reps' time with customers",
        "management",
        "%",
        "up",
        "ratio",
        "hours_selling",
        "hours_attended",
        100.0,
    ),
    Kpi(
        "admin_time_share",
        "Reps' time on administration and routines",
        "management",
        "%",
        "down",
        "ratio",
        "hours_office",
        "hours_attended",
        100.0,
    ),
    Kpi(
        "plan_compliance",
        "Planned calls that were made",
        "management",
        "%",
        "up",
        "ratio",
        "calls_on_plan",
        "calls_planned",
        100.0,
    ),
    Kpi("report_truth", "Use of forms", "management", "%", "up", "ratio", "form_use_sum", "reps", 100.0),
    Kpi(
        "belief_error",
        "Error of recorded purchases",
        "management",
        "mean |log error|",
        "down",
        "ratio",
        "belief_error_sum",
        "belief_count",
    ),
    Kpi(
        "report_arrival",
        "Reports that reach the database",
        "management",
        "%",
        "up",
        "ratio",
        "reports_arriving",
        "reports_written",
        100.0,
    ),
    Kpi(
        "database_coverage",
        "Customers on record at the end",
        "management",
        "%",
        "up",
        "last",
        "records",
        "customers",
        100.0,
    ),
    Kpi(
        "non_user_coverage",
        "Non-users on record at the end",
        "management",
        "%",
        "up",
        "last",
        "non_user_records",
        "inspected_non_users",
        100.0,
    ),
    Kpi(
        "record_age",
        "Weeks since a record was confirmed",
        "management",
        "weeks",
        "down",
        "ratio",
        "record_age_sum",
        "inspected_records",
    ),
    Kpi(
        "mark_error",
        "Error of recorded marks",
        "management",
        "sd of mark",
        "down",
        "ratio",
        "mark_error_sum",
        "mark_count",
    ),
    Kpi(
        "potential_error",
        "Potential believed in the wrong territory",
        "management",
        "%",
        "down",
        "mean",
        "potential_misplaced",
        scale=100.0,
    ),
    Kpi("turnover", "Turnover of reps a year", "management", "%", "down", "ratio", "quits", "reps", 5200.0),
    Kpi("skill", "Skill of reps", "management", "sd", "up", "ratio", "skill_sum", "reps"),
    Kpi("effort", "Effort of reps", "management", "1 = reference", "up", "ratio", "effort_sum", "reps"),
    Kpi("vacancy", "Positions vacant", "management", "%", "down", "ratio", "vacancies", "positions", 100.0),
    Kpi("cost_per_hire", "Hiring cost per hire", "management", "minor units", "down", "ratio", "books.hiring", "hires"),
    Kpi("know_how", "Know-how from colleagues", "management", "sd", "up", "ratio", "know_how_sum", "reps"),
    Kpi("maturity", "Maturity of reps", "management", "share", "up", "ratio", "maturity_sum", "reps"),
    Kpi(
        "manager_time_with_reps",
        "Managers' time with reps",
        "management",
        "%",
        "none",
        "ratio",
        "manager_hours_with_reps",
        "manager_hours",
        100.0,
    ),
    Kpi(
        "distributor_hours",
        "Reps' hours for distributors",
        "management",
        "hours per rep and week",
        "none",
        "ratio",
        "hours_distributors",
        "reps",
    ),
    Kpi(
        "distributor_profit",
        "Distributors' profit",
        "distributor",
        "minor units",
        "up",
        "total",
        "books.distributor_profit",
    ),
    Kpi(
        "distributor_margin",
        "Distributors' gross margin",
        "distributor",
        "%",
        "up",
        "ratio",
        "books.distributor_gross_margin",
        "books.distributor_revenue",
        100.0,
    ),
    Kpi(
        "channel_profit",
        "Profit of firm and distributors together",
        "distributor",
        "minor units",
        "up",
        "total",
        "books.channel_profit",
    ),
    Kpi(
        "stock_cover_weeks",
        "Distributors' stock cover",
        "distributor",
        "weeks",
        "none",
        "ratio",
        "distributor_stock_value",
        "books.distributor_cost_of_goods",
    ),
    Kpi(
        "distributor_effort",
        "Distributors' selling effort for us",
        "distributor",
        "%",
        "up",
        "ratio",
        "effort_for_us",
        "distributors",
        100.0,
    ),
    Kpi("distributor_trust", "Distributors' trust", "distributor", "share", "up", "ratio", "trust", "distributors"),
    Kpi(
        "distributor_capability",
        "Distributors' capability",
        "distributor",
        "share",
        "up",
        "ratio",
        "capability",
        "distributors",
    ),
    Kpi(
        "bullwhip",
        "Bullwhip: variance of orders at the plant over that of demand",
        "distributor",
        "ratio",
        "down",
        "variance",
        "plant_orders_value",
        "demand_value",
    ),
    *(
        Kpi(
            line,
            FORMULAS[line].label,
            "books",
            "minor units",
            "up" if line == CONTRIBUTION_LINES[0] else "down",
            "total",
            f"books.{line}",
        )
        for line in CONTRIBUTION_LINES
    ),
    Kpi(
        "opportunity_win_rate",
        "Opportunities won",
        "growth",
        "% of those decided",
        "up",
        "ratio",
        "projects_won",
        "projects_decided",
        100.0,
    ),
    Kpi("open_pipeline", "Open pipeline at the end", "growth", "minor units", "up", "last", "pipeline", where=_OPEN),
    Kpi(
        "opportunity_cycle",
        "Weeks from opening to decision",
        "growth",
        "weeks",
        "none",
        "ratio",
        "project_weeks",
        "projects_decided",
    ),
)
