"""Rules by which distributors decide whether to share data."""
