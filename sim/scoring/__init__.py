"""Scoring a run: what each KPI is, and its value in total, week by week and by territory, segment or offer.

:mod:`sim.results` is the entry. It may touch the ledger, the record and the chart of accounts; never the state, the
agents or a scenario, so that a KPI depends only on what was booked or recorded. Only the collector knows Mesa.
Modules follow the order of the contract ``scoring`` in ``pyproject.toml``.
"""
