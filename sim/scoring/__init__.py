"""Scoring a run: what each key figure is, and its value whole, week by week and by territory, segment or offer.

:mod:`sim.results` is the way in. It may touch the ledger, the record and the chart of accounts; never the state, the
agents or a scenario, so that a figure rests on nothing but what was booked or recorded. Only the collector knows Mesa.
Modules stand in the order of the contract ``scoring`` in ``pyproject.toml``.
"""
