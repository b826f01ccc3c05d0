"""Reading a scenario: from its files to one checked scenario, or to all input errors at once.

Finding a file by name, TOML text with line numbers, layers of settings, rules for questions, changes in
mid-run, a company's own tables, consistency, and complaints in the author's words. :mod:`sim.scenario` is the entry.

It may touch files, the declared parameters and the registry of rules; never the running market: no state, agents,
phases, books or draws. Modules follow the order of the contract ``reading`` in ``pyproject.toml``.
"""
