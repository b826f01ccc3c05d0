"""Pay plans."""
