"""A market in which everything happens: every column is written, every question is asked."""

from __future__ import annotations

from pathlib import Path

#: Positions open and close, segments get discounts, data are shared, people come and go, goods run short, nobody
#: repairs, projects continue, large buyers bargain, the plant works overtime, changes cost, firms close and open.
PROJECTS = (Path(__file__).parents[1] / "market" / "projects.toml").read_text(encoding="utf-8")
PROJECTS = PROJECTS.replace("project_rate = ", "closing = 0.5\nproject_rate = ")
EVENTFUL = f"""
{PROJECTS.partition("[[category]]")[0]}
weeks = 30
[[category]]
name = "machine"
failure_rate = 4.0
[policy.head_count]
kind = "fixed"
extra = 1
[policy.pricing]
kind = "segment_discount"
discounts = [0.05, 0.1]
[policy.service]
kind = "fixed_staff"
engineers = 0.02
[policy.technical]
kind = "separate"
delay = 0
[params.technical]
least_reports = 2
review_every = 1
[policy.promotion]
kind = "calendar"
budget = 400_000
price_off = 0.05
[policy.prospects]
kind = "logistic"
least_records = 10
[policy.studies]
kind = "calendar"
interval = 8
usage = 20
tracker = 20
price = 20
needs = 20
rivals = 3
[policy.rival_campaign]
kind = "defend"
[policy.rival_force]
kind = "defend"
[policy.rival_price]
kind = "defend"
[policy.rival_margin]
kind = "match_effort"
tolerance = 0.0
[policy.rival_poaching]
kind = "answer_loss"
tolerance = 0.0
[params.rival_force]
share_lag = 0
sales_lag = 1
[params.call_length]
exponent = 0.3
[params.rebates]
power = 0.5
threshold = 1.0
contract_weeks = 13
[params.plant]
capacity = 0.9
[params.database]
ledger_share = 0.5
stranger_error = 0.8
stranger_mark_error = 0.4
smoothing = "precision"
[policy.message]
kind = "by_segment"
[params.pitch]
strength = 0.5
[policy.offer_variants]
kind = "by_segment"
every = 4
[params.offer_variants]
reach = 0.5
weeks = 2
[params.tastes]
every = 4
renewal = 0.3
widening = 0.1
type_change = 0.3
[params.people]
quit_probability = 0.9
vacancy = 2.0
[params.motives]
needs_on_quits = 0.5
[params.channel]
stock_weeks_at_start = 1.0
plant_weeks_at_start = 1.0
[params.change]
hand_over_loss = 0.15
plan_habit = 0.5
routine_weeks = 4.0
routine_setup = 10_000
gateway_weeks = 4.0
gateway_setup = 100_000
segmentation_setup = 100_000
sharing_setup = 10_000
sharing_weeks = 2
[params.managers_time]
selling = 0.5
office_hours = 0.5
segment_hours = 0.1
shared_data_hours = 0.1
plan_hours = 0.1
[[change]]
week = 4
set = {{ "policy.head_count.extra" = -1 }}
[[change]]
week = 6
set = {{ "policy.routines.visit_hours" = 2.0, "policy.gateway.loss" = 0.0, "policy.segmentation.segments" = 3 }}
[[category]]{PROJECTS.partition("[[category]]")[2]}
"""
