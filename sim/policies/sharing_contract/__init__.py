"""Offers to distributors for their data."""
