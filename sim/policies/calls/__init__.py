"""Rules by which reps divide their calls."""
