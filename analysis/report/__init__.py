"""Self-contained HTML reports: one page for a study, one for a run; they open offline."""
