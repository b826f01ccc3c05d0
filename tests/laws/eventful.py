"""A market in which everything happens: every column is written, every question is asked."""

from __future__ import annotations

from pathlib import Path

#: Positions open and close, segments get discounts, data are shared, people come and go, goods run short, nobody
#: repairs, projects continue.
PROJECTS = (Path(__file__).parents[1] / "market" / "projects.toml").read_text(encoding="utf-8")
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
kind = "react"
[policy.message]
kind = "by_segment"
[params.pitch]
strength = 0.5
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
[[change]]
week = 4
set = {{ "policy.head_count.extra" = -1 }}
[[category]]{PROJECTS.partition("[[category]]")[2]}
"""
