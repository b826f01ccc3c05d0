"""Rules that say whom reps serve, and how often."""
