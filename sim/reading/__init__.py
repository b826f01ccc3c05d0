"""Reading a scenario: from the files its author wrote to one checked whole, or to all mistakes at once.

Finding a file by name, TOML text with its lines, layers on top of each other, answers to questions, changes in
mid-run, a company's own tables, consistency, and complaints in the author's words. :mod:`sim.scenario` is the way in.

It may touch files, the declared parameters and the registry of rules; never the running market: no state, agents,
phases, books or draws. Modules stand in the order of the contract ``reading`` in ``pyproject.toml``.
"""
