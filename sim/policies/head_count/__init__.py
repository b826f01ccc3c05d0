"""Rules that size the sales force."""
