"""Estimators on plain numbers and frames; they know neither files nor scenarios."""
