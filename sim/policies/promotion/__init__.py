"""Rules that run campaigns."""
