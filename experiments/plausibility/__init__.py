"""Plausibility: how far a headline depends on what it is measured against, and whether the market looks like a market."""
