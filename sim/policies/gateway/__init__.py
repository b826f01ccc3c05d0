"""Reporting lines."""
