"""What is broken for each row, and the row's test that must turn red."""

from __future__ import annotations

from typing import NamedTuple


class Broken(NamedTuple):
    """One component of the week, broken by putting ``new`` where ``old`` stands in ``file``; ``test`` must fail."""

    row: str
    file: str
    old: str
    new: str
    test: str
    quick: bool = False  # in every run of the tests; the others are slow
    compiled: bool = False  # in a kernel: all is compiled anew

    @property
    def name(self) -> str:
        """The row, and what was broken."""
        return f"{self.row}: {self.new.strip()}"


_SPREAD, _PEOPLE, _LEAVING = "test_customers_spread.py", "test_people_rows.py", "test_leaving.py"
_CHOICE, _BUYING, _TIERS = "test_customers_choice.py", "test_customers_purchase.py", "test_channel_tiers.py"
_BULLWHIP, _BEER, _SERVICE = "test_channel_bullwhip.py", "test_channel_beer_game.py", "test_channel_service.py"
_CONTROL, _SALES, _RELIABLE = "test_control_effects.py", "test_sales_force_rows.py", "test_reliability_growth.py"
_ADS, _WHIP = "test_customers_advertising.py", "test_amplification.py"
_GOODWILL, _HABIT = "test_goodwill_in_choice.py", "test_purchase_multiplier.py"

_ORDERS, _FULFIL = "sim/solvers/order_rules.py", "sim/phases/fulfil.py"
_ANCHOR, _UP_TO = "sim/questions/ordering/anchoring.py", "sim/questions/ordering/order_up_to.py"
_MARKET, _OFFERS = "sim/phases/labour_market.py", "sim/solvers/outside_offers.py"

BROKEN: tuple[Broken, ...] = (
    Broken("v01", "sim/kernels/demand_step.py", "/ (2.0 * max(", "/ (2.5 * max(", f"{_SPREAD}::test_v01_bass"),
    Broken("v02", "sim/kernels/demand_step.py", "/ (2.0 * max(", "/ (2.01 * max(", f"{_SPREAD}::test_v02_peak"),
    Broken(
        "v02",
        "sim/kernels/spread.py",
        "u < -np.expm1(-h)",
        "u < -np.expm1(-2.0 * h)",
        f"{_SPREAD}::test_v02_peak",
        compiled=True,
    ),
    Broken("v04", "sim/network.py", "float(rewiring),", "3.0 * float(rewiring),", f"{_SPREAD}::test_v04_small"),
    Broken(
        "v05",
        "sim/kernels/needs.py",
        "poisson_count(drawn[listed[k]], rate)",
        "poisson_count(drawn[listed[k]], min(rate, 0.2))",
        f"{_BUYING}::test_v05_neg",
        compiled=True,
    ),
    Broken(
        "v07",
        "sim/kernels/choice.py",
        "value += who.taste[i, a]",
        "value += np.float32(0.7) * who.taste[i, a]",
        f"{_BUYING}::test_v07_dir",
        compiled=True,
    ),
    Broken(
        "v08",  # weaker tastes keep double jeopardy; that they are too weak V07 sees
        "sim/kernels/choice.py",
        "value += who.taste[i, a]",
        "value -= who.taste[i, a]",
        f"{_BUYING}::test_v08",
        compiled=True,
    ),
    Broken(
        "v10",
        "sim/kernels/choice.py",
        "value -= who.price_sensitivity[i]",
        "value += who.price_sensitivity[i]",
        f"{_CHOICE}::test_v10",
        compiled=True,
    ),
    Broken(
        "v11",
        "sim/kernels/experience.py",
        "return carry_over * loyalty +",
        "return np.float32(0.9) * carry_over * loyalty +",
        f"{_CHOICE}::test_v11",
        compiled=True,
    ),
    Broken(
        "v12",
        "sim/kernels/choice.py",
        "value += numbers.loyalty * ",
        "value -= numbers.loyalty * ",
        f"{_CHOICE}::test_v12_repeat",
        compiled=True,
    ),
    Broken(
        "v13",
        "sim/kernels/goodwill.py",
        "numbers.keep * before +",
        "numbers.keep**2 * before +",
        f"{_SPREAD}::test_v13_adstock",
    ),
    Broken(
        "v14", "sim/kernels/goodwill.py", "** (1 - numbers.keep), 0", "** (1.2 - numbers.keep), 0", f"{_ADS}::test_v14"
    ),
    Broken(
        "v14b",
        "sim/kernels/goodwill_effects.py",
        "numbers.choice * np.log(",
        "numbers.choice * np.log1p(",
        f"{_GOODWILL}::test_v14b_a_small",
    ),
    Broken(
        "v12b",
        "experiments/comparison/purchase_multiplier.py",
        "for number in range(1, purchases + 1):",
        "for number in range(1, purchases // 20 + 1):",
        f"{_HABIT}::test_v12b_the_multiplier",
    ),
    Broken(
        "v17",
        "sim/solvers/allocation.py",
        "** (1.0 / (1.0 - elasticity))",
        "** (1.0 - elasticity)",
        f"{_SALES}::test_v17",
    ),
    Broken(
        "v19",
        "sim/solvers/best_response.py",
        "(1.0 - np.minimum(share, ceiling))",
        "(1.0 - 0.5 * np.minimum(share, ceiling))",
        "test_price_competition.py::test_v19_sym",
    ),
    Broken(
        "v20",
        "sim/solvers/best_response.py",
        "unit_cost + 1.0 /",
        "unit_cost + 1.1 /",
        "test_price_competition.py::test_v20",
    ),
    Broken("v26", _ORDERS, "+ safety_factor * deviation", "- safety_factor * deviation", f"{_SERVICE}::test_v26"),
    Broken("v29", _ORDERS, "deviation * np.sqrt(cover)", "deviation * cover", f"{_SERVICE}::test_v29_cycle"),
    Broken(
        "v29",
        _ORDERS,
        "np.add.reduce(np.square(forecast.errors)",
        "2.0 * np.add.reduce(np.square(forecast.errors)",
        f"{_SERVICE}::test_v29_cycle",
    ),
    Broken("v30", _UP_TO, "seen.cover[:, None]", "seen.cover[:, None] + 1.0", f"{_BULLWHIP}::test_v30_bull"),
    Broken(
        "v30",
        _UP_TO,
        "seen.on_hand + seen.on_order - seen.owed",
        "seen.on_hand - seen.owed",
        f"{_BULLWHIP}::test_v30_bull",
    ),
    Broken("v31", _ORDERS, "np.add.reduce(lately", "np.maximum.reduce(lately", f"{_BULLWHIP}::test_v31"),
    Broken("v32", _ORDERS, "+= weight * (demand", "+= (1.0 - weight) * (demand", f"{_BULLWHIP}::test_v32_bull"),
    Broken(
        "v32", _FULFIL, 'numbers.forecast == "exponential"', 'numbers.forecast == "none"', f"{_BULLWHIP}::test_v32_bull"
    ),
    Broken("v33", _FULFIL, "of_rows(asked, rows), ordered)", "ordered, of_rows(asked, rows))", f"{_TIERS}::test_v33"),
    Broken(
        "v33",
        _FULFIL,
        "state.distributors.demand[sharing]",
        "state.distributors.ordered[sharing]",
        f"{_TIERS}::test_v33",
    ),
    Broken(
        "v34",
        _ANCHOR,
        "stock = seen.on_hand - seen.owed",
        "stock = seen.owed - seen.on_hand",
        f"{_BEER}::test_v34_beer",
        quick=True,
    ),
    Broken("v34", _ANCHOR, "seen.on_order, self.alpha", "0.0 * seen.on_order, self.alpha", f"{_BEER}::test_v34_beer"),
    Broken(
        "v35",
        _ANCHOR,
        "stock = seen.on_hand - seen.owed",
        "stock = seen.owed - seen.on_hand",
        f"{_BEER}::test_v35",
    ),
    Broken("v35", _ORDERS, "- beta * supply_line", "- 0.0 * supply_line", f"{_BEER}::test_v35"),
    Broken(
        "v48",
        "sim/questions/effort/two_drives.py",
        "(seen.observed + self.half)",
        "(seen.observed + 3.0 * self.half)",
        f"{_PEOPLE}::test_v48_control_has",
    ),
    Broken("v48", "sim/solvers/control.py", "kappa + slope", "0.5 * kappa + slope", f"{_PEOPLE}::test_v48_control_has"),
    Broken(
        "v50", "sim/solvers/applicants.py", "validity * looks +", "0.8 * validity * looks +", f"{_PEOPLE}::test_v50_str"
    ),
    Broken("v50", "sim/solvers/applicants.py", "np.argsort(-looks", "np.argsort(looks", f"{_PEOPLE}::test_v50_str"),
    Broken(
        "v51",
        "sim/solvers/doses.py",
        "dose * (talk - feedback)",
        "dose * (np.abs(talk) - feedback)",
        f"{_SALES}::test_v51",
    ),
    Broken(
        "v53",
        "sim/phases/hiring.py",
        "-np.expm1(-1.0 / np.maximum(weeks, 1.0))",
        "-np.expm1(-0.5 / np.maximum(weeks, 1.0))",
        f"{_PEOPLE}::test_v53_cap",
    ),
    Broken(
        "v53",
        _MARKET,
        "return weekly_hazard_of_annual_probability(",
        "return 0.8 * weekly_hazard_of_annual_probability(",
        f"{_PEOPLE}::test_v53_cap",
    ),
    Broken(
        "v53",
        "sim/questions/quit/weigh_offers.py",
        "-(1.0 - seen.by_offers) * seen.hazard",
        "-0.95 * (1.0 - seen.by_offers) * seen.hazard",
        f"{_LEAVING}::test_reps_at_rest",
    ),
    Broken(
        "v53",
        _MARKET,
        "hazard = numbers.offers *",
        "hazard = 0.95 * numbers.offers *",
        f"{_LEAVING}::test_reps_at_rest",
    ),
    Broken(
        "v54",
        "sim/solvers/customer_value.py",
        "(1.0 + discount - r)",
        "(1.0 + discount - 0.9 * r)",
        "test_customer_value.py::test_v54",
    ),
    Broken("v55", "sim/solvers/reliability.py", "/ at) ** growth", "/ at) ** -growth", f"{_RELIABLE}::test_v55"),
    Broken(
        "v55",
        "sim/phases/maintain.py",
        "state.upkeep.technical.learnt_hours[0], state.upkeep.start_hours",
        "state.upkeep.start_hours, state.upkeep.technical.learnt_hours[0]",
        f"{_RELIABLE}::test_v55_the_week",
    ),
    Broken(
        "v56",
        "sim/solvers/reliability.py",
        "** (1.0 / wear.shape))",
        "** (1.1 / wear.shape))",
        f"{_RELIABLE}::test_v56",
    ),
    Broken(
        "v60", "sim/solvers/smoothing.py", "q * q + 4.0 * q", "q * q + 2.0 * q", "test_information_rows.py::test_v60"
    ),
    Broken(
        "v62",
        "sim/kernels/funnel.py",
        "p = np.float64(numbers.hazard[stage, to])",
        "p = np.float64(numbers.hazard[to, stage])",
        "test_customers_funnel.py::test_v62",
        compiled=True,
    ),
    Broken(
        "v63",
        "sim/params/customers.py",
        "np.minimum(yearly, 1.0 - 1e-12)) * dt",
        "np.minimum(yearly, 1.0 - 1e-12)) * 0.5 * dt",
        "test_customers_retention.py::test_v63_het",
    ),
    Broken(
        "v64",
        "sim/solvers/form_loop.py",
        "(use + enforcement - threshold)",
        "(enforcement - threshold)",
        f"{_SALES}::test_v64_form",
    ),
    Broken(
        "e5",
        _OFFERS,
        "np.maximum(attainment, 0.0) ** visibility",
        "np.maximum(attainment, 1e-9) ** -visibility",
        f"{_PEOPLE}::test_e5",
    ),
    Broken(
        "x1",
        "sim/questions/effort/quadratic_cost.py",
        "(1.0 - self.concealment * ",
        "(1.0 + self.concealment * ",
        f"{_CONTROL}::test_x1_",
    ),
    Broken(
        "x1", "sim/solvers/control.py", "+ slope * (maturity", "- slope * (maturity", f"{_CONTROL}::test_x1_the_top"
    ),
    Broken(
        "x1b",
        "sim/questions/routines/reactive.py",
        "checks=calendar.checks + tighter",
        "checks=calendar.checks",
        f"{_CONTROL}::test_x1b",
    ),
    Broken(
        "x14",
        "sim/scoring/kpis.py",
        '"variance",\n        "production_value"',
        '"variance",\n        "plant_orders_value"',
        f"{_WHIP}::test_x14_the_kpi",
    ),
    Broken("x15", _MARKET, "1.0 + numbers.contagion *", "1.0 - numbers.contagion *", f"{_LEAVING}::test_x15_leavers"),
    Broken(
        "x15",
        _MARKET,
        "(gone[reps.team] - leaves)",
        "0.0 * (gone[reps.team] - leaves)",
        f"{_LEAVING}::test_x15_leavers",
    ),
    Broken(
        "v80",
        "sim/kernels/choice.py",
        "value += numbers.relationship * who.rival_relationship",
        "value += 0.9 * numbers.relationship * who.rival_relationship",
        "test_sales_force_duopoly.py::test_v80_best",
        compiled=True,
    ),
    Broken(
        "v81",
        "sim/kernels/closing.py",
        "np.uint64(0)) < chance",
        "np.uint64(0)) < 0.9 * chance",
        "test_firm_ages.py::test_v81_ages",
        compiled=True,
    ),
    Broken(
        "v81",
        "sim/derived/newcomers.py",
        '"need_open", "last_order", "stage"',
        '"need_open", "stage"',
        "test_firm_ages.py::test_v81_where",
    ),
    Broken(
        "v82",
        "sim/phases/offer_variants.py",
        "variant *= state.params.offer_variants.reach",
        "variant *= 0.9 * state.params.offer_variants.reach",
        "test_segment_variants.py::test_v82_share",
        quick=True,
    ),
    Broken(
        "v82",
        "sim/kernels/choice.py",
        "value -= board.variant_usual[g, j]",
        "value -= 0 * board.variant_usual[g, j]",
        "test_segment_variants.py::test_v82_the_usual",
        compiled=True,
    ),
)
