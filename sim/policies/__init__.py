"""Rules for the questions of ``sim.decisions``: one rule per file, grouped by question."""
