"""Which projects reps work on."""
