"""Rules that set advertising."""
