"""Rules that put customers into segments."""
